"""The degree-weighted walk from evidence to medicines: how much of each metapath reaches each medicine, and by which paths.

For a metapath with edges k1…kL the weight of a path is ``e(start) · Π deg_out^-w · deg_in^-w`` (Himmelstein & Baranzini 2015,
PLoS Comput Biol 11:e1004259, the degree-weighted path count); degrees count links of the relation, always of the whole
snapshot, also when a request leaves weakly known edges out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from types import ModuleType

import numpy as np

from graph.array_file import Array
from graph.elements import KnowledgeLevel, NodeKind
from graph.relation import Adjacency, Relation, RelationKey
from graph.snapshot import LEVEL_ORDER, Snapshot
from recommender.metapaths import Metapath, Step


@dataclass(frozen=True, slots=True)
class WeightedStep:
    """A step of a metapath on one snapshot: its adjacency, the same walked backwards, and the weight of each entry.

    Attributes:
        relation: where the links are.
        ahead: neighbours as walked.
        back: neighbours walked backwards.
        weights: shape (entries of ahead,), float64: deg_out^-w · deg_in^-w, 0 for a link that is left out.
        back_weights: shape (entries of back,), float64: the weights of the same links.
    """

    relation: Relation
    ahead: Adjacency
    back: Adjacency
    weights: Array
    back_weights: Array


@dataclass(frozen=True, slots=True)
class FoundPath:
    """One concrete path: node numbers from the evidence to the medicine, and its weight (above 0)."""

    metapath: Metapath
    nodes: tuple[int, ...]
    weight: float


class Walker:
    """Walks metapaths on a snapshot.

    Args:
        snapshot: the graph.
        metapaths: what to follow; those over edges that the graph lacks are left out.
        damping: w, from 0 (count paths) to 1.
        min_level: links known only more weakly than this are not walked.
        compiled: whether to use the compiled loops (fast, but a second to import) or plain numpy; the answers are the same.
    """

    def __init__(
        self,
        snapshot: Snapshot,
        metapaths: Sequence[Metapath],
        damping: float,
        min_level: KnowledgeLevel = KnowledgeLevel.UNREVIEWED,
        *,
        compiled: bool = True,
    ) -> None:
        self.snapshot = snapshot
        self._damping = damping
        self._min_level = min_level
        self._steps: dict[Step, WeightedStep] = {}
        self._kernels = _kernels(compiled)
        self.metapaths = tuple(m for m in metapaths if all(self._relation(step) is not None for step in m.steps))
        self.medicines = snapshot.numbers(NodeKind.MEDICINE)

    def _relation(self, step: Step) -> Relation | None:
        ends = (step.source, step.target) if step.forward else (step.target, step.source)
        return self.snapshot.relations.get(RelationKey(step.kind, *ends))

    def step(self, step: Step) -> WeightedStep:
        """A step on this snapshot, with its weights.

        Raises:
            KeyError: when the graph has no such relation.
        """
        if step not in self._steps:
            relation = self._relation(step)
            if relation is None:
                raise KeyError(step)
            self._steps[step] = self._weigh(relation, forward=step.forward)
        return self._steps[step]

    def _weigh(self, relation: Relation, *, forward: bool) -> WeightedStep:
        ahead, back = (relation.outward, relation.inward) if forward else (relation.inward, relation.outward)
        by_link = link_weights(ahead, back, self._damping)
        by_link[~links_at_level(relation, self._min_level)] = 0.0
        return WeightedStep(relation, ahead, back, by_link[ahead.links], by_link[back.links])

    def count(self, metapath: Metapath, starts: Mapping[int, float]) -> Array:
        """How much of a metapath reaches each medicine.

        Args:
            metapath: one of ``metapaths``.
            starts: weight in (0, 1] of each evidence node; nodes of other kinds than the metapath's start are passed over.

        Returns:
            shape (medicines,), float64: x_m, by position within the medicines of the snapshot.
        """
        totals = np.zeros(len(self.medicines))
        chosen = self._starts(metapath, starts)
        if not len(chosen[0]):
            return totals
        steps = [self.step(step) for step in metapath.steps]
        rows = [part for s in steps for part in (s.ahead.pointers, s.ahead.targets, s.weights, s.ahead.first)]
        first = self.medicines.start
        if len(steps) == 2:
            self._kernels.walk_two(*chosen, *rows, first, totals)
            return totals
        middle = np.zeros(len(steps[2].ahead.pointers) - 1)
        if metapath.steps[0].target is not NodeKind.MEDICINE:
            self._kernels.walk_three(*chosen, *rows, first, middle, totals)
        elif metapath.steps[2] == metapath.steps[1].reverse:
            scratch = np.zeros(len(totals)), np.zeros(len(totals))
            self._kernels.walk_there_and_back(*chosen, *rows, first, middle, *scratch, totals)
        else:
            self._kernels.walk_apart(*chosen, *rows, first, totals)
        return totals

    def heaviest(
        self,
        metapath: Metapath,
        starts: Mapping[int, float],
        goals: Sequence[int],
        limit: int,
        above: Sequence[float] = (),
    ) -> list[list[FoundPath]]:
        """The heaviest paths of a metapath to each goal.

        Args:
            metapath: one of ``metapaths``.
            starts: weight of each evidence node.
            goals: numbers of medicines.
            limit: how many paths at most for each.
            above: for each goal a weight that a path must exceed to be worth answering; 0 when empty.

        Returns:
            A list for each goal, heaviest first; equal ones in the order of their nodes' numbers.
        """
        chosen = self._starts(metapath, starts)
        if not len(chosen[0]) or not len(goals):
            return [[] for _ in goals]
        steps = [self.step(step) for step in metapath.steps]
        targets = np.array(goals, np.int64)
        last = steps[-1]
        offset = last.ahead.first
        slots = np.full(len(last.ahead.pointers) - 1, -1, np.int32)
        back = last.back
        bound = min(sum(back.degree(goal) for goal in goals), len(slots))
        table = self._kernels.last_step(
            back.pointers, back.targets, last.back_weights, back.first, targets, offset, slots, bound
        )
        kept, weights = np.full((len(goals), limit, 3), -1, np.int64), np.zeros((len(goals), limit))
        rows = [part for s in steps[:-1] for part in (s.ahead.pointers, s.ahead.targets, s.weights, s.ahead.first)]
        kernel = self._kernels.paths_two if len(steps) == 2 else self._kernels.paths_three
        kernel(*chosen, *rows, slots, offset, table, targets, kept, weights)
        found = zip(goals, kept[:, :, : len(steps)].tolist(), weights.tolist(), above or [0.0] * len(goals), strict=True)
        return [
            [FoundPath(metapath, (*nodes, goal), w) for nodes, w in zip(paths, ws, strict=True) if w > floor]
            for goal, paths, ws, floor in found
        ]

    def _starts(self, metapath: Metapath, starts: Mapping[int, float]) -> tuple[Array, Array]:
        kind = self.snapshot.numbers(metapath.start)
        chosen = sorted((node, amount) for node, amount in starts.items() if node in kind)
        return np.array([n for n, _ in chosen], np.int64), np.array([a for _, a in chosen], np.float64)


def _kernels(compiled: bool) -> ModuleType:
    name = "recommender.kernels" if compiled else "recommender.plain_kernels"
    return import_module(name)


def link_weights(ahead: Adjacency, back: Adjacency, damping: float) -> Array:
    """deg_out^-w · deg_in^-w of every link of a relation.

    Args:
        ahead: neighbours as walked.
        back: the same walked backwards; the same object for a symmetric relation.
        damping: w.

    Returns:
        shape (links,), float64; the weight is the same both ways.
    """
    product = np.ones(int(ahead.links.max(initial=-1)) + 1)
    for way in (ahead, back):
        degrees = np.diff(way.pointers)
        factors = np.power(np.maximum(degrees, 1).astype(np.float64), -damping)
        entries = np.repeat(factors, degrees)
        if ahead is back:
            # Each link of a symmetric relation stands twice, once at either end: the product of both ends' factors.
            np.multiply.at(product, way.links, entries)
            break
        product[way.links] *= entries
    return product


@lru_cache(maxsize=64)
def _level_codes(min_level: KnowledgeLevel) -> frozenset[int]:
    return frozenset(i for i, level in enumerate(LEVEL_ORDER) if level.strength >= min_level.strength)


def links_at_level(relation: Relation, min_level: KnowledgeLevel) -> Array:
    """Which links at least one edge says at this level or above: shape (links,), bool."""
    if min_level is KnowledgeLevel.UNREVIEWED:
        return np.ones(relation.link_count, bool)
    good = np.isin(relation.levels, list(_level_codes(min_level)))
    return np.logical_or.reduceat(good, relation.edge_pointers[:-1]) if len(good) else np.zeros(0, bool)
