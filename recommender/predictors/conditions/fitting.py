"""Fits the prediction of conditions to the patients of a store; without enough of them the graph's knowledge is the answer.

Everything that is measured or calibrated is so on patients who were hidden: folds are of patients, never of episodes. Each
episode is looked at twice, whole and by its first complaint alone, because people are asked who have told one thing as well as
many.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from graph.array_file import Array
from graph.snapshot import Snapshot
from recommender.calibration import Calibration
from recommender.errors import BundleError, PredictorError
from recommender.predictors.conditions.config import ConditionsConfig, read_config
from recommender.predictors.conditions.episodes import Episode, read_episodes
from recommender.predictors.conditions.knowledge import Knowledge, knowledge_of
from recommender.predictors.conditions.learned import Case, learn, with_results
from recommender.predictors.conditions.scores import FindingReader, Findings, Scorer
from recommender.predictors.population.features import Chosen, PopulationStore, everyone

SILENCES = (0.0, 0.15, 0.3, 0.5, 0.7, 0.85, 1.0)
MOST_PAIRS = 1_500_000
"""Pairs of a case and a condition that a calibration is fitted on at most."""
MOST_TRIED = 1_000
"""Cases by which the weight of silence is chosen."""
FORMAT = 1


@dataclass(frozen=True, slots=True)
class FittedConditions:
    """What a bundle holds of the predictor.

    Attributes:
        knowledge: how conditions show.
        calibration: of scores; None where nothing was learned.
        made: what it was fitted on, as JSON can hold it.
    """

    knowledge: Knowledge
    calibration: Calibration | None
    made: Mapping[str, Any]

    def arrays(self) -> dict[str, Array]:
        """Everything that is numbers, for a bundle."""
        found: dict[str, Array] = {name: getattr(self.knowledge, name) for name in ("links", "words", "leak", "prior")}
        if self.calibration:
            found |= {f"calibration/{name}": array for name, array in self.calibration.arrays().items()}
        return found

    def notes(self) -> dict[str, Any]:
        """Everything else, as JSON can hold it."""
        known = self.knowledge
        return {
            "format": FORMAT,
            "conditions": list(known.conditions),
            "findings": list(known.findings),
            "symptoms": known.symptoms,
            "silence": known.silence,
            "made": dict(self.made),
        }

    @classmethod
    def of(cls, arrays: Mapping[str, Array], notes: Mapping[str, Any]) -> Self:
        """What :meth:`arrays` and :meth:`notes` told of.

        Raises:
            PredictorError: when they are none, or of another format.
        """
        try:
            if notes["format"] != FORMAT:
                raise PredictorError("the conditions of the bundle have another format; train again")
            parts = {name.partition("/")[2]: array for name, array in arrays.items() if name.startswith("calibration/")}
            links, words, leak, prior = (np.asarray(arrays[name]) for name in ("links", "words", "leak", "prior"))
            names = tuple(notes["conditions"]), tuple(notes["findings"])
            known = Knowledge(*names, int(notes["symptoms"]), links, words, leak, prior, float(notes["silence"]))
            shape = (len(known.conditions), len(known.findings))
            if links.shape != shape or words.shape != shape or leak.shape != shape[1:] or len(prior) != shape[0]:
                raise PredictorError("the conditions of the bundle are damaged; train again")
            return cls(known, Calibration.of(parts) if parts else None, notes["made"])
        except (LookupError, TypeError, ValueError, BundleError) as error:
            raise PredictorError("the conditions of the bundle are damaged; train again") from error


def fit_conditions(
    store: PopulationStore,
    snapshot: Snapshot,
    config: ConditionsConfig | None = None,
    chosen: Chosen = everyone,
) -> FittedConditions:
    """What the patients of a store teach.

    Args:
        store: where they are.
        snapshot: how conditions show.
        config: settings; those of ``conditions.toml`` by default.
        chosen: who may be learned of.

    Returns:
        The knowledge start, uncalibrated, where there are fewer than ``config.least`` episodes.
    """
    config = config or read_config()
    return fit_episodes(read_episodes(store, snapshot, config, chosen), snapshot, config)


def fit_episodes(episodes: Sequence[Episode], snapshot: Snapshot, config: ConditionsConfig) -> FittedConditions:
    """What episodes teach; see :func:`fit_conditions`."""
    start = start_for(episodes, snapshot, config)
    cases = place(episodes, start, snapshot, config)
    made: dict[str, Any] = {
        "episodes": len(cases),
        "patients": len({case.person for case in cases}),
        "synthetic": bool(episodes) and all(episode.given.record.synthetic for episode in episodes),
        "snapshot": snapshot.checksum,
        "seed": config.seed,
        "window_days": config.window,
    }
    if len(cases) < config.least:
        return FittedConditions(start, None, made | {"learned": False})
    folds = folds_of([case.person for case in cases], config)
    parts = [_others(start, cases, folds, fold, config) for fold in range(config.folds)]
    silence = _choose_silence(parts, cases, folds)
    scores, positive, of = _held_out([replace(part, silence=silence) for part in parts], cases, folds, config)
    calibration = Calibration.fit(scores, positive, of, bootstraps=100, seed=config.seed)
    learned = replace(learn(start, cases, config), silence=silence)
    enough = np.bincount([t for case in cases for t in case.targets], minlength=len(start.conditions)) >= config.fewest
    made |= {"learned": True, "own_conditions": int(enough.sum()), "silence": silence, "held_out": calibration.reliability()}
    return FittedConditions(learned, calibration, made)


def start_for(episodes: Sequence[Episode], snapshot: Snapshot, config: ConditionsConfig) -> Knowledge:
    """The knowledge start with a place for everything that episodes tell of."""
    diagnosed = sorted({target for episode in episodes for target in episode.targets})
    return with_results(knowledge_of(snapshot, config, diagnosed), snapshot)


def place(episodes: Sequence[Episode], knowledge: Knowledge, snapshot: Snapshot, config: ConditionsConfig) -> list[Case]:
    """Episodes by positions; those of conditions that show in nothing are left out."""
    reader = FindingReader(snapshot, knowledge, config)
    position = {name: i for i, name in enumerate(knowledge.conditions)}
    found = []
    for episode in episodes:
        targets = tuple(position[name] for name in episode.targets if name in position)
        if targets:
            found.append(Case(episode.person, targets, reader.read(episode.given)))
    return found


def folds_of(people: Sequence[int], config: ConditionsConfig) -> NDArray[np.int64]:
    """The fold of each case: all cases of a person are in one."""
    numbers, index = np.unique(np.asarray(people, np.int64), return_inverse=True)
    drawn = np.random.default_rng(config.seed).permutation(len(numbers)) % config.folds
    return np.asarray(drawn[index], np.int64)


def first_complaint(findings: Findings, symptoms: int, seed: int) -> Findings:
    """One symptom of a case, drawn, and nothing else but age, sex and what was on file before."""
    there = [p for p in findings.present if p < symptoms]
    chosen = there[int(np.random.default_rng([seed, *there]).integers(len(there)))]
    return replace(findings, present=(chosen,), absent=())


def _others(start: Knowledge, cases: Sequence[Case], folds: Array, fold: int, config: ConditionsConfig) -> Knowledge:
    return learn(start, [case for case, own in zip(cases, folds, strict=True) if own != fold], config)


def _choose_silence(parts: Sequence[Knowledge], cases: Sequence[Case], folds: Array) -> float:
    """The weight of what is not spoken of by which hidden cases are told best, whole and by one complaint."""
    loss = dict.fromkeys(SILENCES, 0.0)
    step = max(len(cases) // MOST_TRIED, 1)
    for silence in SILENCES:
        scorers = [Scorer(replace(part, silence=silence)) for part in parts]
        for i in range(0, len(cases), step):
            scorer = scorers[folds[i]]
            for findings in _views(cases[i], scorer.knowledge.symptoms, i):
                share = scorer.score(findings).share[list(cases[i].targets)]
                loss[silence] -= float(np.log(np.maximum(share, 1e-9)).mean())
    return min(SILENCES, key=lambda silence: loss[silence])


def _views(case: Case, symptoms: int, seed: int) -> list[Findings]:
    told = [p for p in case.findings.present if p < symptoms]
    return [case.findings, first_complaint(case.findings, symptoms, seed)] if told else [case.findings]


def _held_out(
    parts: Sequence[Knowledge], cases: Sequence[Case], folds: Array, config: ConditionsConfig
) -> tuple[Array, Array, Array]:
    """Scores of pairs of cases and conditions by what was learned without them, whether true, and their folds."""
    scorers = [Scorer(part) for part in parts]
    many = max(MOST_PAIRS // (2 * len(parts[0].conditions)), 1)
    chosen = np.random.default_rng(config.seed).permutation(len(cases))[:many]
    scores, positive, of = [], [], []
    for i in sorted(chosen.tolist()):
        truth = np.zeros(len(parts[0].conditions), bool)
        truth[list(cases[i].targets)] = True
        for findings in _views(cases[i], parts[0].symptoms, i):
            found = scorers[folds[i]].score(findings).score
            kept = np.isfinite(found)
            scores.append(found[kept])
            positive.append(truth[kept])
            of.append(np.full(int(kept.sum()), folds[i]))
    return np.concatenate(scores), np.concatenate(positive), np.concatenate(of)
