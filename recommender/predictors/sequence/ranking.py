"""How well a ranking of codes fits what the next visit brought: Recall@10 and NDCG@10, person by person.

Each visit that another one follows is asked about; a person's figure is the mean over their visits, so that those who came
often count no more than others. Codes of the next visit that a model does not know count as missed. ``all`` asks for everything
that the next visit brought, ``new`` for what the person never had before, among codes that they never had.

NDCG is that of Järvelin & Kekäläinen 2002 (doi:10.1145/582415.582418) with gains of 0 and 1.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recommender.predictors.learning.measures import Figure, drawn
from recommender.predictors.sequence.counting import Steps
from recommender.predictors.sequence.visits import Code, CodeKind, History, Matrix, Vocabulary

TOP = 10
SCOPES = ("all", "new")
MEASURES = ("recall_at_10", "ndcg_at_10")
Key = tuple[str, str, str]
"""Kind, scope and measure."""
_DISCOUNT = 1 / np.log2(np.arange(2, TOP + 2))


def keys() -> list[Key]:
    """All that is told of a model."""
    return [(kind.value, scope, measure) for kind in CodeKind for scope in SCOPES for measure in MEASURES]


@dataclass(frozen=True)
class Truth:
    """What the next visits of some people brought.

    Attributes:
        steps: by vocabulary.
        totals: by kind and scope how many codes each next visit brought, unknown ones among them. shape: (steps,).
        people: how many there are.
    """

    steps: Steps
    totals: Mapping[tuple[str, str], Matrix]
    people: int


def truth_of(histories: Sequence[History], steps: Steps, codes: Mapping[str, Code]) -> Truth:
    """The truth of histories whose steps were taken."""
    totals: dict[tuple[str, str], list[int]] = {(kind.value, scope): [] for kind in CodeKind for scope in SCOPES}
    for history in histories:
        had: set[str] = set()
        for visit, following in pairwise(history):
            had |= visit.codes
            for kind in CodeKind:
                brought = {name for name in following.codes if codes[name].kind is kind}
                totals[kind.value, "all"].append(len(brought))
                totals[kind.value, "new"].append(len(brought - had))
    return Truth(steps, {key: np.array(counts, float) for key, counts in totals.items()}, len(histories))


def person_figures(margins: Matrix, truth: Truth, vocabulary: Vocabulary) -> dict[Key, Matrix]:
    """The figures of each person, NaN for someone of whom nothing is asked.

    Args:
        margins: of each step. shape: (steps, codes).
        truth: what came.
        vocabulary: of the codes.

    Returns:
        By kind, scope and measure, shape (people,).
    """
    found: dict[Key, Matrix] = {}
    for kind in CodeKind:
        for scope in SCOPES:
            allowed = np.broadcast_to(vocabulary.of_kind(kind), margins.shape)
            allowed = allowed if scope == "all" else allowed & (truth.steps.ever == 0)
            recall, gain = _step_figures(margins, truth.steps.following, allowed, truth.totals[kind.value, scope])
            for measure, values in zip(MEASURES, (recall, gain), strict=True):
                found[kind.value, scope, measure] = _by_person(values, truth.steps.person, truth.people)
    return found


def _step_figures(margins: Matrix, following: Matrix, allowed: NDArray[np.bool_], total: Matrix) -> tuple[Matrix, Matrix]:
    """Recall and NDCG of each step; NaN where nothing came. Each (steps,)."""
    order = np.argsort(-np.where(allowed, margins, -np.inf), axis=1, kind="stable")[:, :TOP]
    hits = np.take_along_axis(following * allowed, order, axis=1)
    ideal = np.append(0.0, np.cumsum(_DISCOUNT))[np.minimum(total, TOP).astype(int)]
    asked = total > 0
    recall = np.divide(hits.sum(axis=1), total, out=np.full(len(total), np.nan), where=asked)
    gain = np.divide(hits @ _DISCOUNT[: hits.shape[1]], ideal, out=np.full(len(total), np.nan), where=asked)
    return recall, gain


def _by_person(values: Matrix, person: NDArray[np.int64], people: int) -> Matrix:
    told = np.isfinite(values)
    counts = np.bincount(person[told], minlength=people)
    sums = np.bincount(person[told], values[told], minlength=people)
    found: Matrix = np.divide(sums, counts, out=np.full(people, np.nan), where=counts > 0)
    return found


def merit(figures: Mapping[Key, Matrix]) -> Matrix:
    """What models are chosen by: a person's mean NDCG@10 of all conditions and of all medicines. shape: (people,)."""
    parts = np.stack([figures[kind.value, "all", "ndcg_at_10"] for kind in CodeKind])
    told = np.isfinite(parts)
    counts = told.sum(axis=0)
    found: Matrix = np.divide(
        np.where(told, parts, 0.0).sum(axis=0), counts, out=np.full(parts.shape[1], np.nan), where=counts > 0
    )
    return found


def mean_figure(values: Matrix, draws: int, seed: int) -> Figure:
    """Mean over people with its 95 % interval, people being drawn with replacement; NaN where there is nobody."""
    known = values[np.isfinite(values)]
    if not len(known):
        return Figure(np.nan, np.nan, np.nan)
    weights = drawn(np.arange(len(known), dtype=np.int64), draws, seed)
    means = weights @ known / weights.sum(axis=1)
    low, high = np.quantile(means[1:], [0.025, 0.975])
    return Figure(float(means[0]), float(low), float(high))


def told(figures: Mapping[Key, Matrix], draws: int, seed: int) -> dict[str, Any]:
    """The figures as JSON can hold them: kind → scope → measure → [value, low, high], with the people behind each."""
    found: dict[str, Any] = {}
    for (kind, scope, measure), values in figures.items():
        place = found.setdefault(kind, {}).setdefault(scope, {"people": int(np.isfinite(values).sum())})
        place[measure] = mean_figure(values, draws, seed).payload()
    return found | {"mean_ndcg_at_10": mean_figure(merit(figures), draws, seed).payload()}
