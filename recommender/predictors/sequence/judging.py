"""Sets the net beside counts and plainer rules on people that none of them has seen, and says which one may serve.

All of a person's visits are in one fold; vocabulary, counts, weights and the net are made anew without each fold.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recommender.errors import PredictorError
from recommender.predictors.sequence.config import SequenceConfig
from recommender.predictors.sequence.counting import Steps, fit_counts, person_folds, steps_of
from recommender.predictors.sequence.counts import Counts
from recommender.predictors.sequence.net import fit_net, net_margins
from recommender.predictors.sequence.ranking import Key, mean_figure, merit, person_figures, told, truth_of
from recommender.predictors.sequence.visits import History, Matrix, Population, Vocabulary

MODELS: Mapping[str, str] = {
    "popularity": "what next visits of others have most often",
    "carried": "one's own history, the most frequent first",
    "counts": "popularity, own history and what goes with what, shrunken",
    "net": "gated recurrent unit",
}
"""The simplest first. The net is beside the counts, which serve unless it is better."""
FEW = 300
"""People under whom figures are said to be of few: an interval of a mean share is then wider than about .1."""
Progress = Callable[[str, float], None]
_PAIRS = (("counts", "popularity"), ("counts", "carried"), ("net", "counts"), ("net", "popularity"), ("net", "carried"))


@dataclass(frozen=True)
class HeldOut:
    """Margins of one model for visits of people that it had not seen, one entry a visit and code.

    Attributes:
        margins: shape (n,).
        came: whether the next visit had the code. shape: (n,).
        folds: shape (n,).
    """

    margins: Matrix
    came: NDArray[np.bool_]
    folds: NDArray[np.int64]


@dataclass(frozen=True)
class Judged:
    """What the folds told.

    Attributes:
        payload: everything, as JSON can hold it.
        promoted: ``counts`` or ``net``.
        held_out: of the promoted model.
    """

    payload: Mapping[str, Any]
    promoted: str
    held_out: HeldOut


def judge(population: Population, config: SequenceConfig, progress: Progress | None = None) -> Judged:
    """Judge all models by folds of people.

    Raises:
        PredictorError: when too few people came twice.
    """
    people = len(population.histories)
    if sum(len(history) > 1 for history in population.histories) < 2 * config.folds:
        raise PredictorError(f"{2 * config.folds} people or more who came twice are needed, two for each fold")
    folds = person_folds(people, config.folds, config.seed)
    figures: dict[str, dict[Key, Matrix]] = {name: {} for name in MODELS if config.with_net or name != "net"}
    held: dict[str, list[HeldOut]] = {"counts": [], "net": []}
    sizes = []
    for fold in range(config.folds):
        if progress:
            progress("judging by folds of people", fold / config.folds)
        seen, rest = (population.take(np.flatnonzero(part)) for part in (folds != fold, folds == fold))
        vocabulary = Vocabulary.of(seen, population.codes, config.people)
        sizes.append(len(vocabulary))
        steps = steps_of(rest, vocabulary)
        truth = truth_of(rest, steps, population.codes)
        for name, margins in _answers(seen, rest, steps, vocabulary, config).items():
            for key, values in person_figures(margins, truth, vocabulary).items():
                figures[name].setdefault(key, np.full(people, np.nan))[folds == fold] = values
            if name in held:
                came = steps.following.ravel() > 0
                held[name].append(HeldOut(margins.ravel(), came, np.full(came.size, fold)))
    promoted, why = chosen(figures, config)
    payload = _payload(population, figures, config, promoted, why, sizes)
    return Judged(payload, promoted, _joined(held[promoted]))


def sequence_figures(
    population: Population, config: SequenceConfig | None = None, progress: Progress | None = None
) -> dict[str, Any]:
    """Everything that a report tells of next visits, as JSON can hold it; see :func:`judge`."""
    return dict(judge(population, config or SequenceConfig(), progress).payload)


def _answers(
    seen: Sequence[History], rest: Sequence[History], steps: Steps, vocabulary: Vocabulary, config: SequenceConfig
) -> dict[str, Matrix]:
    """Margins of each model for the steps of those held out. shape: (steps, codes)."""
    counts = fit_counts(seen, vocabulary, config)
    found = {
        "popularity": np.broadcast_to(counts.popularity, steps.last.shape),
        "carried": _carried(rest, counts, vocabulary),
        "counts": counts.margins(steps.last, steps.ever),
    }
    if config.with_net:
        net = fit_net(seen, vocabulary, config)
        by_net = [net_margins(net, history[:-1], vocabulary, config.longest) for history in rest if len(history) > 1]
        found["net"] = np.concatenate([np.zeros((0, len(vocabulary))), *by_net])
    return found


def _carried(histories: Sequence[History], counts: Counts, vocabulary: Vocabulary) -> Matrix:
    """How many of the visits so far had a code, those of the last visit first, then the popular ones."""
    popular = 1 / (1 + np.exp(-counts.popularity))
    found = [np.zeros((0, len(vocabulary)))]
    for history in histories:
        visits = vocabulary.matrix(history)[:-1]
        times = np.cumsum(visits, axis=0) / np.arange(1, len(visits) + 1)[:, None] if len(visits) else visits
        found.append(times + visits + popular * 1e-6)
    return np.concatenate(found)


def chosen(figures: Mapping[str, Mapping[Key, Matrix]], config: SequenceConfig) -> tuple[str, str]:
    """Which of ``counts`` and ``net`` may serve, and why.

    Args:
        figures: by model, as :func:`~recommender.predictors.sequence.ranking.person_figures` has them; without a net counts
            serve.
        config: of the intervals.
    """
    if "net" not in figures:
        return "counts", "no net was tried"
    gains = {
        name: mean_figure(merit(figures["net"]) - merit(figures[name]), config.bootstraps, config.seed)
        for name in figures
        if name != "net"
    }
    # Better than counts alone is not enough: where nothing goes with anything, counts fall behind popularity.
    hardest = min(gains, key=lambda name: gains[name].low)
    gain = gains[hardest]
    said = f"its mean NDCG@10 differs by {gain.value:+.3f} ({gain.low:+.3f} to {gain.high:+.3f}) from {MODELS[hardest]}"
    if gain.low > 0:
        return "net", f"the net is better than all others on people that it had not seen: {said}"
    return "counts", f"the net is not surely better on people that it had not seen: {said}; it stays off"


def _payload(
    population: Population,
    figures: Mapping[str, Mapping[Key, Matrix]],
    config: SequenceConfig,
    promoted: str,
    why: str,
    sizes: Sequence[int],
) -> dict[str, Any]:
    again = sum(len(history) > 1 for history in population.histories)
    draws, seed = config.bootstraps, config.seed
    rows = [{"model": name, "label": MODELS[name], "figures": told(figures[name], draws, seed)} for name in figures]
    differences = {
        f"{first} - {second}": _difference(figures[first], figures[second], config)
        for first, second in _PAIRS
        if first in figures
    }
    notes = ["Recall@10 cannot reach 1 where a visit brings more than ten codes; codes that a model does not know are missed."]
    if again < FEW:
        notes.append(f"{again} people who came twice are few: a difference within its interval is none.")
    return {
        "data": {
            "name": population.name,
            "source": population.source,
            "synthetic": population.synthetic,
            "people": len(population.histories),
            "people_who_came_twice": again,
            "visits": sum(len(history) for history in population.histories),
            "next_visits": sum(max(len(history) - 1, 0) for history in population.histories),
            "codes": len(population.codes),
            "codes_known": [min(sizes), max(sizes)],
        },
        "models": rows,
        "differences": differences,
        "promoted": promoted,
        "why": why,
        "notes": notes,
        "settings": asdict(config),
    }


def _difference(first: Mapping[Key, Matrix], second: Mapping[Key, Matrix], config: SequenceConfig) -> dict[str, Any]:
    """Paired: of the same people, drawn together."""
    gains = {key: first[key] - second[key] for key in first}
    found = told(gains, config.bootstraps, config.seed)
    gain = merit(first) - merit(second)
    return found | {"mean_ndcg_at_10": mean_figure(gain, config.bootstraps, config.seed).payload()}


def _joined(parts: Sequence[HeldOut]) -> HeldOut:
    return HeldOut(
        np.concatenate([part.margins for part in parts]),
        np.concatenate([part.came for part in parts]),
        np.concatenate([part.folds for part in parts]),
    )
