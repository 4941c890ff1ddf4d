"""Whether what predictors say makes recommendations better, the same or worse, and which setting the figures support.

A setting is a factor on one kind of what predictors say: predicted conditions, groups that a patient is like, or outcomes of
people alike. Factors are tried on patients that nothing was learned of; the one that is chosen is shown on others, whom
nothing was chosen on. A factor is chosen where it makes NDCG@10 better in one task beyond chance, and worse in none; of several
that one which gains the most over all tasks. Where there is none, the setting is off.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from recommender.judge.hidden import Answering, Hidden, figures_of_settings
from recommender.judge.parted import Part, Progress, Task
from recommender.request import Request

FACTORS = (0.25, 0.5, 1.0)
MEASURE = "ndcg@10"
Cohort = Mapping[Part, Mapping[Task, Sequence[Hidden]]]


@dataclass(frozen=True, slots=True)
class Setting:
    """A key of the score's configuration that weighs what a predictor says.

    Attributes:
        key: its name in ``scoring.toml``.
        predictor: whose answers it weighs.
        words: what it brings into an answer.
    """

    key: str
    predictor: str
    words: str

    def at(self, factor: float) -> dict[str, float]:
        """This one alone at a factor, the others off."""
        return dict.fromkeys((s.key for s in SETTINGS), 0.0) | {self.key: factor}


SETTINGS = (
    Setting("predicted", "conditions", "predicted conditions"),
    Setting("group", "groups", "groups that a patient is like"),
    Setting("personal", "outcome", "outcomes of people alike"),
)


def judge_predictions(
    recommender: Answering, cohort: Cohort, request: Request, refused: Mapping[str, str], progress: Progress
) -> dict[str, Any]:
    """Figures with predictions and without.

    Args:
        recommender: answers with predictors that learned of the first part alone.
        cohort: records of the second and the third part, by task.
        request: for the day and the edges.
        refused: predictors that could not be fitted, with the reason; their settings are not judged.
        progress: is told what is done.

    Returns:
        ``records`` by part and task; ``not_judged``, the reason by setting; ``settings``, each with the factor ``in_use``, the
        one ``chosen``, what was ``tried`` (a row for each factor and task) and what is ``shown`` on the third part, at the
        factor that was chosen or, where that is 0, at the greatest tried; ``together``, rows of the third part with all
        settings as chosen. The figures of a row are those of :func:`recommender.judge.hidden.hidden_figures`.
    """
    settings = [setting for setting in SETTINGS if setting.predictor not in refused]
    pairs = [(setting, factor) for setting in settings for factor in FACTORS]
    tried = _rows(recommender, cohort[Part.CHOSEN], request, [s.at(f) for s, f in pairs], _told(progress, Part.CHOSEN))
    by_setting = {
        setting.key: [
            {"factor": factor, **row} for (of, factor), rows in zip(pairs, tried, strict=True) if of is setting for row in rows
        ]
        for setting in settings
    }
    chosen = {key: chosen_factor(rows) for key, rows in by_setting.items()}
    factors = [chosen[setting.key] or FACTORS[-1] for setting in settings]
    last = [s.at(f) for s, f in zip(settings, factors, strict=True)] + [dict.fromkeys((s.key for s in SETTINGS), 0.0) | chosen]
    *shown, together = _rows(recommender, cohort[Part.SHOWN], request, last, _told(progress, Part.SHOWN))
    return {
        "records": {part: {task: len(records) for task, records in tasks.items()} for part, tasks in cohort.items()},
        "not_judged": {s.key: refused[s.predictor] for s in SETTINGS if s.predictor in refused},
        "settings": [
            {
                "setting": setting.key,
                "predictor": setting.predictor,
                "in_use": getattr(recommender.config, setting.key),
                "chosen": chosen[setting.key],
                "tried": by_setting[setting.key],
                "shown": [{"factor": factor, **row} for row in rows],
            }
            for setting, factor, rows in zip(settings, factors, shown, strict=True)
        ],
        "together": together,
    }


def chosen_factor(rows: Sequence[Mapping[str, Any]]) -> float:
    """The factor that the figures of one setting support; 0 where it is to be off.

    Args:
        rows: one for each factor and task, with the paired difference and its interval; a task without records says nothing.
    """
    gains: dict[float, float] = {}
    for factor in dict.fromkeys(row["factor"] for row in rows):
        found = [row[MEASURE] for row in rows if row["factor"] == factor and row[MEASURE]["interval"]]
        better = any(one["interval"][0] > 0 for one in found)
        worse = any(one["interval"][1] < 0 for one in found)
        if better and not worse:
            gains[factor] = sum(one["difference"] for one in found)
    return max(gains, key=lambda factor: (gains[factor], -factor), default=0.0)


def _told(progress: Progress, part: Part) -> Progress:
    return lambda words, share: progress(f"{part}: {words}", share)


def _rows(
    recommender: Answering,
    tasks: Mapping[Task, Sequence[Hidden]],
    request: Request,
    settings: Sequence[Mapping[str, float]],
    progress: Progress,
) -> list[list[dict[str, Any]]]:
    """For each setting a row for each task."""
    by_task = [
        (task, figures_of_settings(recommender, records, request, settings, done=_counted(progress, task, len(records))))
        for task, records in tasks.items()
    ]
    return [[{"task": str(task), **figures[i]} for task, figures in by_task] for i in range(len(settings))]


def _counted(progress: Progress, task: Task, of: int) -> Callable[[int], None]:
    return lambda done: progress(str(task), done / of)
