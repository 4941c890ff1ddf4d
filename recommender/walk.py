"""The degree-weighted walk from evidence to medicines: how much of each metapath reaches each medicine, and by which paths.

For a metapath with edges k1…kL the weight of a path is ``e(start) · Π deg_out^-w · deg_in^-w`` (Himmelstein & Baranzini 2015,
PLoS Comput Biol 11:e1004259, the degree-weighted path count); degrees count links of the relation, always of the whole
snapshot, also when a request leaves weakly known edges out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType

import numpy as np

from graph.array_file import Array
from graph.elements import NodeKind
from graph.relation import Adjacency, Relation, RelationKey
from graph.snapshot import Snapshot
from recommender.edge_filter import ALL_EDGES, EdgeFilter
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
        edges: which edges count; links that none of them says are not walked.
        compiled: whether to use the compiled loops (fast, but a second to import) or plain numpy; the answers are the same.
    """

    def __init__(
        self,
        snapshot: Snapshot,
        metapaths: Sequence[Metapath],
        damping: float,
        edges: EdgeFilter = ALL_EDGES,
        *,
        compiled: bool = True,
    ) -> None:
        self.snapshot = snapshot
        self.damping = damping
        self.compiled = compiled
        self.edges = edges
        self._steps: dict[Step, WeightedStep] = {}
        self._closed_weights: dict[Step, Array] = {}
        self._kernels = _kernels(compiled)
        self.metapaths = tuple(m for m in metapaths if all(self._relation(step) is not None for step in m.steps))
        self.medicines = snapshot.numbers(NodeKind.MEDICINE)

    def _relation(self, step: Step) -> Relation | None:
        ends = (step.source, step.target) if step.forward else (step.target, step.source)
        return self.snapshot.relations.get(RelationKey(step.kind, *ends, step.method))

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
        by_link = link_weights(ahead, back, self.damping)
        if relation.similarities is not None:
            by_link *= relation.similarities
        if not self.edges.is_open:
            by_link[~self.edges.links(self.snapshot, relation)] = 0.0
        return WeightedStep(relation, _frozen(ahead), _frozen(back), _read_only(by_link[ahead.links]), by_link[back.links])

    def count(self, metapath: Metapath, starts: Mapping[int, float]) -> Array:
        """How much of a metapath reaches each node of the kind that it ends in, as a rule medicines.

        Args:
            metapath: one of ``metapaths``, or part of one.
            starts: weight in (0, 1] of each evidence node; nodes of other kinds than the metapath's start are passed over.

        Returns:
            shape (nodes of the last kind,), float64: x_m, by position within that kind.
        """
        nodes, amounts = self._starts(metapath, starts)
        for stretch in stretches(metapath.steps):
            there_and_back = len(stretch) == 2 and stretch[1] == stretch[0].reverse
            totals = self._there_and_back(stretch[0], nodes, amounts) if there_and_back else self._walk(stretch, nodes, amounts)
            reached = np.flatnonzero(totals)
            nodes, amounts = reached + self.snapshot.numbers(stretch[-1].target).start, totals[reached]
        return totals

    def _walk(self, steps: Sequence[Step], nodes: Array, amounts: Array) -> Array:
        """Where some steps lead from nodes, shape (nodes of the last kind,)."""
        goals = self.snapshot.numbers(steps[-1].target)
        totals = np.zeros(len(goals))
        if len(nodes):
            self._kernels.walk(nodes, amounts, *self._rows(steps), goals.start, totals)
        return totals

    def _there_and_back(self, step: Step, nodes: Array, amounts: Array) -> Array:
        """Like :meth:`_walk` for a step and the same backwards, in the work of both and not of their product.

        Walks that meet in the middle go on together, and those that end where they began are taken away again: from a node
        they carry the sum of the squares of its links' weights. What that leaves of a true zero (1e-12 relative) is zero.
        """
        middle = self._walk((step,), nodes, amounts)
        reached = np.flatnonzero(middle)
        totals = self._walk((step.reverse,), reached + self.snapshot.numbers(step.target).start, middle[reached])
        if len(nodes):
            places = nodes - self.snapshot.numbers(step.source).start
            closed = np.bincount(places, amounts * self._closed(step)[places], len(totals))
            totals = np.where(totals - closed > 1e-12 * closed, totals - closed, 0.0)
        return totals

    def _closed(self, step: Step) -> Array:
        """Weight of going there and back by the same link from every node of a step's first kind, shape (nodes,)."""
        if step not in self._closed_weights:
            weighted = self.step(step)
            rows = np.repeat(np.arange(len(weighted.ahead.pointers) - 1), np.diff(weighted.ahead.pointers))
            others = weighted.ahead.targets != rows + weighted.ahead.first
            self._closed_weights[step] = np.bincount(
                rows[others], weighted.weights[others] ** 2, len(weighted.ahead.pointers) - 1
            )
        return self._closed_weights[step]

    def _rows(self, steps: Sequence[Step]) -> tuple[tuple[Array, ...], tuple[Array, ...], tuple[Array, ...], Array]:
        """Pointers, targets and weights of each step, and the number of its first row: what a kernel walks along."""
        weighted = [self.step(step) for step in steps]
        ahead = [w.ahead for w in weighted]
        firsts = np.array([a.first for a in ahead], np.int64)
        return tuple(a.pointers for a in ahead), tuple(a.targets for a in ahead), tuple(w.weights for w in weighted), firsts

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
        targets = np.array(goals, np.int64)
        last = self.step(metapath.steps[-1])
        offset = last.ahead.first
        slots = np.full(len(last.ahead.pointers) - 1, -1, np.int32)
        back = last.back
        bound = min(sum(back.degree(goal) for goal in goals), len(slots))
        table = self._kernels.last_step(
            back.pointers, back.targets, last.back_weights, back.first, targets, offset, slots, bound
        )
        prefix = metapath.steps[:-1]
        kept, weights = np.full((len(goals), limit, len(metapath.steps)), -1, np.int64), np.zeros((len(goals), limit))
        self._kernels.heaviest(*chosen, *self._rows(prefix), slots, offset, table, targets, kept, weights)
        found = zip(goals, kept.tolist(), weights.tolist(), above or [0.0] * len(goals), strict=True)
        return [
            [FoundPath(metapath, (*nodes, goal), w) for nodes, w in zip(paths, ws, strict=True) if w > floor]
            for goal, paths, ws, floor in found
        ]

    def _starts(self, metapath: Metapath, starts: Mapping[int, float]) -> tuple[Array, Array]:
        kind = self.snapshot.numbers(metapath.start)
        chosen = sorted((node, amount) for node, amount in starts.items() if node in kind)
        return np.array([n for n, _ in chosen], np.int64), np.array([a for _, a in chosen], np.float64)


def stretches(steps: Sequence[Step]) -> list[tuple[Step, ...]]:
    """The parts of a metapath that can be walked one after the other.

    Walks that meet in a node may go on together when no later node can be one of those before it: when no kind stands on both
    sides. The sum is then the same, and the work that of the parts, not of their product.

    >>> from recommender.metapaths import parse_steps
    >>> [len(part) for part in stretches(parse_steps("Condition -ASSOCIATES-> Gene -INTERACTS- Gene <-BINDS- Medicine"))]
    [1, 1, 1]
    """
    kinds = [steps[0].source, *(step.target for step in steps)]
    cuts = [i for i in range(1, len(steps)) if not set(kinds[:i]) & set(kinds[i + 1 :])]
    return [tuple(steps[i:j]) for i, j in zip([0, *cuts], [*cuts, len(steps)], strict=True)]


def _frozen(ahead: Adjacency) -> Adjacency:
    """The same rows, all read-only, as those of a file are: the compiled loops take arrays of one type."""
    arrays = (_read_only(array) for array in (ahead.pointers, ahead.targets, ahead.links))
    return Adjacency(ahead.first, *arrays)


def _read_only(array: Array) -> Array:
    view = array.view()
    view.flags.writeable = False
    return view


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
