"""One question to a model and its baselines: trained on some treatments, do they find others? The parts of an evaluation.

A *case* is a set of treatments to learn from, the held-out ones that are asked for, and all that are known and therefore left
out of the rankings. A split is one case, a cross-validation one for each fold; their queries are pooled.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from graph.array_file import Array
from graph.elements import NodeKind
from graph.snapshot import Snapshot
from recommender.judge.baselines import FLOOR, UNREACHED, baseline_scores, degrees
from recommender.judge.best_paths import Learned
from recommender.judge.floor import PlainCounts
from recommender.judge.ranking import both_ways, paired_test, ranking_figures, ranking_intervals

DIRECTIONS = ("drug_to_disease", "disease_to_drug")

Fit = Callable[[Array], Learned]
"""Learns from treatments, shape (n, 2), alone."""
Trainer = Callable[[Snapshot], Fit]
"""Prepares a snapshot once, for any treatments."""
Progress = Callable[[str, float], None]
"""Told what is being done and which share of it is done (0 to 1)."""

OURS = "model"
REACHED_ABOVE: Mapping[str, float] = {OURS: 0.0, **UNREACHED}
"""The score at or below which nothing speaks for a pair, by system."""


@dataclass(frozen=True, slots=True)
class Case:
    """What is learned from and what is asked.

    Attributes:
        train: shape (n, 2): condition and medicine of the treatments that may be learned from.
        queries: shape (m, 2): the held-out ones.
        known: shape (k, 2): all treatments that are left out of the rankings, the queries among them.
    """

    train: Array
    queries: Array
    known: Array


@dataclass(frozen=True, slots=True)
class Judged:
    """A case, answered.

    Attributes:
        case: the question.
        model: that was trained for it.
        scores: by system, each shape (conditions, medicines).
        ranks: by system and direction, each shape (queries,).
    """

    case: Case
    model: Learned
    scores: Mapping[str, Array]
    ranks: Mapping[str, Mapping[str, Array]]


def judge(case: Case, fit: Fit, counts: PlainCounts, seed: int) -> Judged:
    """Train the model and its baselines on a case and rank its queries.

    Raises:
        TrainingError: when the treatments are too few.
        EvaluationError: when a score is no number.
    """
    model = fit(case.train)
    scores = {OURS: model.scores(), **baseline_scores(counts, case.train, seed)}
    ranks = {name: both_ways(matrix, case.queries, case.known, REACHED_ABOVE[name]) for name, matrix in scores.items()}
    return Judged(case, model, scores, ranks)


def folds_of(treatments: Array, count: int, seed: int) -> list[Case]:
    """Cases in which each part of the treatments is hidden in turn.

    Args:
        treatments: shape (n, 2).
        count: how many parts; fewer where there are fewer treatments.
        seed: divides them.
    """
    folds = np.random.default_rng(seed).permutation(len(treatments)) % min(count, max(1, len(treatments)))
    return [Case(treatments[folds != k], treatments[folds == k], treatments) for k in range(int(folds.max(initial=-1)) + 1)]


def pooled(judged: Sequence[Judged], system: str) -> dict[str, Array]:
    """Ranks of all queries of all cases, by direction."""
    return {d: np.concatenate([j.ranks[system][d] for j in judged]) for d in DIRECTIONS}


def ranking_part(judged: Sequence[Judged], seed: int) -> dict[str, Any]:
    """Figures of the model, then of the baselines, then intervals and the test against the floor."""
    ours, floor = pooled(judged, OURS), pooled(judged, FLOOR)
    return {
        **{d: ranking_figures(ours[d]) for d in DIRECTIONS},
        "baselines": {name: _figures(pooled(judged, name)) for name in UNREACHED},
        "intervals": {d: ranking_intervals(ours[d], seed) for d in DIRECTIONS},
        "against_floor": {d: paired_test(ours[d], floor[d], seed) for d in DIRECTIONS},
    }


def _figures(ranks: Mapping[str, Array]) -> dict[str, Any]:
    return {d: ranking_figures(ranks[d]) for d in DIRECTIONS}


def cold_part(judged: Sequence[Judged], seed: int) -> dict[str, Any]:
    """The same for medicines that no treatment is known of in training."""
    cold = np.concatenate([degrees(j.case.train, j.scores[OURS].shape)[1][j.case.queries[:, 1]] == 0 for j in judged])
    ours, floor = ({d: r[cold] for d, r in pooled(judged, name).items()} for name in (OURS, FLOOR))
    return {
        **_figures(ours),
        "floor": _figures(floor),
        "intervals": {d: ranking_intervals(ours[d], seed) for d in DIRECTIONS},
        "against_floor": {d: paired_test(ours[d], floor[d], seed) for d in DIRECTIONS},
    }


def query_rows(judged: Sequence[Judged]) -> list[dict[str, Any]]:
    """Every query with its ranks and degrees, in the order of the pooled ranks."""
    rows = []
    for number, item in enumerate(judged):
        snapshot, shape = item.model.snapshot, item.scores[OURS].shape
        conditions, medicines = degrees(item.case.train, shape)
        names = Names(snapshot)
        for i, (condition, medicine) in enumerate(item.case.queries.tolist()):
            rows.append(
                {
                    "case": number,
                    "condition": names.condition(condition),
                    "medicine": names.medicine(medicine),
                    "known": {"condition": int(conditions[condition]), "medicine": int(medicines[medicine])},
                    "rank": {d: float(item.ranks[OURS][d][i]) for d in DIRECTIONS},
                    "floor_rank": {d: float(item.ranks[FLOOR][d][i]) for d in DIRECTIONS},
                }
            )
    return rows


class Names:
    """Ids and names of positions."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._conditions = snapshot.numbers(NodeKind.CONDITION)
        self._medicines = snapshot.numbers(NodeKind.MEDICINE)

    def condition(self, position: int) -> dict[str, str]:
        """Id and name of a condition."""
        return self._named(self._conditions[position])

    def medicine(self, position: int) -> dict[str, str]:
        """Id and name of a medicine."""
        return self._named(self._medicines[position])

    def _named(self, number: int) -> dict[str, str]:
        return {"id": str(self._snapshot.id(number)), "name": self._snapshot.name(number)}
