"""The score of a medicine and what it is made of.

    x_m(d)  = Σ over paths of metapath m from evidence to d of their weight          (:mod:`recommender.walk`)
    f_m(d)  = asinh( x_m(d) / mean_m )                             (Himmelstein et al. 2017, eLife 6:e26726, Methods)
    score(d) = b + t(d) + Σ_m β_m f_m(d)

``t`` is direct support: known TREATS and PALLIATES edges from the evidence, shifted by observed outcomes. ``mean_m`` is a mean
of x_m over pairs of one start node and one medicine of the snapshot: over those that the metapath joins where weights are
learned, over all where they are set by hand. Everything that moves a score is a direct edge or a path, so that it can be shown.
"""

from collections.abc import Collection, Mapping, Sequence
from copy import copy
from dataclasses import dataclass

import numpy as np

from graph.array_file import Array
from graph.elements import Edge, EdgeKind, KnowledgeLevel, NodeKind
from graph.snapshot import Snapshot
from recommender.config import ScoringConfig
from recommender.edge_filter import ALL_EDGES, EdgeFilter
from recommender.metapaths import Metapath
from recommender.outcomes import Shift
from recommender.walk import Walker

DIRECT = (EdgeKind.TREATS, EdgeKind.PALLIATES)
KEPT_ALONE = 500
"""How many nodes' walks a scorer keeps: two arrays of the length of all medicines each."""


@dataclass(frozen=True, slots=True)
class DirectSupport:
    """One known treatment edge between evidence and a medicine.

    Attributes:
        start: number of the evidence node.
        medicine: number of the medicine.
        edges: every edge that says so, the one that counts first.
        amount: its part of t.
        outcomes: what outcomes of patients added to it, before the weight of the evidence.
    """

    start: int
    medicine: int
    edges: tuple[Edge, ...]
    amount: float
    outcomes: Shift | None = None


@dataclass(frozen=True, slots=True)
class Scores:
    """Scores of all medicines for one evidence.

    Attributes:
        total: shape (medicines,), float64: the scores.
        counts: x_m by metapath, each shape (medicines,).
        features: f_m by metapath, each shape (medicines,).
        support: direct support by medicine number.
        degree: shape (medicines,), float64: treatment edges to be expected from the degrees alone.
    """

    total: Array
    counts: Mapping[Metapath, Array]
    features: Mapping[Metapath, Array]
    support: Mapping[int, Sequence[DirectSupport]]
    degree: Array


class Scorer:
    """Scores all medicines of a snapshot.

    Args:
        walker: walks the metapaths.
        config: hand-set numbers.
        means: mean_m by metapath code; see :func:`path_count_means`.
        edges: which treatment edges count.
        shifts: what observed outcomes add to direct support, by numbers of condition and medicine.
        scale: factor on direct support, where learned weights make the walk's part larger than that of weights by hand.
    """

    def __init__(
        self,
        walker: Walker,
        config: ScoringConfig,
        means: Mapping[str, float],
        edges: EdgeFilter = ALL_EDGES,
        shifts: Mapping[tuple[int, int], Shift] | None = None,
        scale: float = 1.0,
    ) -> None:
        self.walker = walker
        self.means = means
        self._config = config
        self._edges = edges
        self._shifts = shifts or {}
        self._scale = scale
        self._medicines = walker.snapshot.numbers(NodeKind.MEDICINE)
        self._untold: Collection[tuple[EdgeKind, int, int]] = ()
        self._walked_alone: dict[int, tuple[Array, Array]] = {}

    def over(self, walker: Walker, untold: Collection[tuple[EdgeKind, int, int]]) -> "Scorer":
        """The same numbers over another walk.

        Args:
            walker: of the same metapaths.
            untold: treatments that count as unknown, by kind, number of the medicine and of the node that it is for.
        """
        other = copy(self)
        other.walker, other._untold, other._walked_alone = walker, untold, {}
        return other

    def moved(self, shifts: Mapping[tuple[int, int], Shift]) -> "Scorer":
        """The same scorer for one patient, of whom outcomes say something else than of all people.

        Args:
            shifts: in the place of those of the same pairs.
        """
        if not shifts:
            return self
        other = copy(self)
        other._shifts = {**self._shifts, **shifts}
        return other

    @property
    def intercept(self) -> float:
        """b: the score of a medicine that nothing speaks for."""
        return self._config.intercept

    def walk_scores(self, evidence: Mapping[int, float]) -> Array:
        """The walk's part of the scores alone, Σ β f: shape (medicines,), float64."""
        return self.score(evidence, direct=False).total - self._config.intercept

    def alone(self, start: int) -> tuple[Array, Array]:
        """The total and the degree of :meth:`score` for one node of weight 1.

        The walk from it is kept: the conditions of a population are few, and every answer asks for some of them.
        """
        walked = self._walked_alone.get(start)
        if walked is None:
            scores = self.score({start: 1.0}, direct=False)
            walked = scores.total, scores.degree
            if len(self._walked_alone) < KEPT_ALONE:
                self._walked_alone[start] = walked
        total = walked[0].copy()
        self._add(total, self._support({start: 1.0}))
        return total, walked[1]

    def score(self, evidence: Mapping[int, float], *, direct: bool = True) -> Scores:
        """Scores for evidence given as weights by node number, with or without direct support."""
        counts, features = {}, {}
        total = np.full(len(self._medicines), self._config.intercept)
        for metapath in self.walker.metapaths:
            x = self.walker.count(metapath, evidence)
            mean = self.means.get(metapath.code, 0.0)
            f = np.arcsinh(x / mean) if mean > 0 else np.zeros_like(x)
            counts[metapath], features[metapath] = x, f
            total += metapath.weight * f
        support = self._support(evidence) if direct else {}
        self._add(total, support)
        return Scores(total, counts, features, support, expected_by_degree(self.walker.snapshot, evidence))

    def _add(self, total: Array, support: Mapping[int, Sequence[DirectSupport]]) -> None:
        for medicine, edges in support.items():
            total[medicine - self._medicines.start] += sum(e.amount for e in edges)

    def _support(self, evidence: Mapping[int, float]) -> dict[int, list[DirectSupport]]:
        snapshot = self.walker.snapshot
        found: dict[int, list[DirectSupport]] = {}
        for node, weight in sorted(evidence.items()):
            for kind in DIRECT:
                for medicine, edges in snapshot.sources(kind, NodeKind.MEDICINE, node):
                    known = self._edges.allowed(edges)
                    best_first = tuple(sorted(known, key=lambda e: -self._amount(e)))
                    if best_first and (kind, medicine, node) not in self._untold:
                        shift = self._shifts.get((node, medicine)) if kind is EdgeKind.TREATS else None
                        amount = weight * self._scale * (self._amount(best_first[0]) + (shift.value if shift else 0.0))
                        found.setdefault(medicine, []).append(DirectSupport(node, medicine, best_first, amount, shift))
        return found

    def _amount(self, edge: Edge) -> float:
        line = edge.properties.get("line", "unstated")
        by_line = {"first": self._config.treats_first, "later": self._config.treats_later}
        amount = by_line.get(str(line), self._config.treats) if edge.kind is EdgeKind.TREATS else self._config.palliates
        return amount * (self._config.unreviewed if edge.level is KnowledgeLevel.UNREVIEWED else 1.0)


def expected_by_degree(snapshot: Snapshot, evidence: Mapping[int, float]) -> Array:
    """Treatment links to each medicine that the degrees alone would give: Σ e(s) · deg(s) · deg(d) / links.

    This is the expectation of the configuration model, the baseline that popular medicines for popular conditions reach.

    Returns:
        shape (medicines,), float64; all 0 when the graph knows no treatments.
    """
    medicines = snapshot.numbers(NodeKind.MEDICINE)
    relation = snapshot.relation(EdgeKind.TREATS, NodeKind.MEDICINE, NodeKind.CONDITION)
    if relation is None:
        return np.zeros(len(medicines))
    conditions = snapshot.numbers(NodeKind.CONDITION)
    weighted = sum(weight * relation.inward.degree(node) for node, weight in sorted(evidence.items()) if node in conditions)
    return np.diff(relation.outward.pointers) * (weighted / relation.link_count)


def path_count_means(walker: Walker) -> dict[str, float]:
    """mean_m by metapath code: the mean of x_m over all pairs of one start node of weight 1 and one medicine."""
    means = {}
    for metapath in walker.metapaths:
        starts = walker.snapshot.numbers(metapath.start)
        medicines = len(walker.snapshot.numbers(NodeKind.MEDICINE))
        # x is linear in the evidence: the sum over start nodes is one walk from all of them.
        total = walker.count(metapath, dict.fromkeys(starts, 1.0)).sum()
        means[metapath.code] = float(total) / (len(starts) * medicines) if len(starts) and medicines else 0.0
    return means
