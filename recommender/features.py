"""How much of every metapath joins every condition with every medicine, and again with some treatments hidden.

A metapath that crosses by a known treatment is the product ``left · T · right`` of the hop between conditions, the treatments
and the hop between medicines: hops are counted once, and hiding treatments changes ``T`` alone. No kind but those of the
crossing's ends stands on both sides of it, and hops never end where they began, so that the product counts exactly the paths in
which no node stands twice. Bridges do not see treatments at all. Degrees of treatments are those of what is visible.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from scipy import sparse

from graph.array_file import Array
from graph.elements import EdgeKind, NodeKind
from graph.snapshot import Snapshot
from recommender.discovery import Candidate
from recommender.metapaths import Metapath, Step, written
from recommender.stages import Stages
from recommender.walk import Walker

Progress = Callable[[str, float], None]
"""Told what is being done and which share of it is done (0 to 1)."""


def known_pairs(snapshot: Snapshot, kind: EdgeKind = EdgeKind.TREATS) -> Array:
    """The pairs that a medicine treats (or palliates) a condition.

    Returns:
        shape (pairs, 2), int64: position of the condition and of the medicine within their kinds; ascending.
    """
    relation = snapshot.relation(kind, NodeKind.MEDICINE, NodeKind.CONDITION)
    if relation is None:
        return np.zeros((0, 2), np.int64)
    inward, medicines = relation.inward, snapshot.numbers(NodeKind.MEDICINE)
    rows = np.repeat(np.arange(len(inward.pointers) - 1), np.diff(inward.pointers))
    return np.column_stack((rows, inward.targets - medicines.start)).astype(np.int64)


@dataclass(frozen=True, slots=True)
class Crossings:
    """The damped known pairs of a graph, as a metapath crosses them.

    Attributes:
        treats: shape (conditions, medicines): deg^-w · deg^-w of each visible treatment.
        palliates: the same of palliation.
    """

    treats: sparse.csr_array
    palliates: sparse.csr_array


class PathCounts:
    """Counts metapaths for all pairs of a snapshot.

    Args:
        snapshot: the graph, with its SIMILAR_TO edges.
        candidates: what to count.
        damping: w.
        stages: where the counts of hops and bridges are kept while training goes on.
        progress: told how far it is.
    """

    def __init__(
        self,
        snapshot: Snapshot,
        candidates: Sequence[Candidate],
        damping: float,
        stages: Stages | None = None,
        progress: Progress | None = None,
    ) -> None:
        self.snapshot = snapshot
        self.candidates = tuple(candidates)
        self.damping = damping
        self.shape = len(snapshot.numbers(NodeKind.CONDITION)), len(snapshot.numbers(NodeKind.MEDICINE))
        self._palliates = known_pairs(snapshot, EdgeKind.PALLIATES)
        walker = Walker(snapshot, [], damping)
        parts = [p for c in candidates for p in ((c.left, c.right) if c.crossing else (c.metapath.steps,)) if p]
        self._parts: dict[tuple[Step, ...], Array] = {}
        distinct, kept = dict.fromkeys(parts), stages or Stages()
        for i, steps in enumerate(distinct):
            name = f"paths-{damping:g}-{hashlib.blake2b(written(steps).encode(), digest_size=8).hexdigest()}"
            self._parts[steps] = kept.arrays(name, partial(_all_starts, walker, steps))["x"]
            if progress:
                progress("counting paths", (i + 1) / len(distinct))

    def crossings(self, treatments: Array) -> Crossings:
        """What is crossed when only these treatments are visible, shape (n, 2)."""
        treats, palliates = (_damped(pairs, self.shape, self.damping) for pairs in (treatments, self._palliates))
        return Crossings(treats, palliates)

    def count(self, candidate: Candidate, crossings: Crossings, rows: Array | None = None) -> Array:
        """x of one metapath.

        Args:
            candidate: one of ``candidates``.
            crossings: of :meth:`crossings`.
            rows: positions of the conditions that are asked for; all by default.

        Returns:
            shape (rows, medicines), float32.
        """
        [(_, x)] = self.counts([candidate], crossings, rows)
        return x

    def counts(
        self,
        candidates: Iterable[Candidate],
        crossings: Crossings,
        rows: Array | None = None,
        columns: Array | None = None,
    ) -> Iterator[tuple[Candidate, Array]]:
        """x of several metapaths in turn, each shape (rows, columns), float32; what they share is computed once.

        Args:
            candidates: some of ``candidates``.
            crossings: of :meth:`crossings`.
            rows: positions of the conditions that are asked for; all by default.
            columns: positions of the medicines that are asked for; all by default.
        """
        block = _Block(
            self._parts,
            crossings,
            np.arange(self.shape[0]) if rows is None else rows,
            np.arange(self.shape[1]) if columns is None else columns,
        )
        for candidate in candidates:
            yield candidate, block.count(candidate)

    def scores(
        self, weights: Mapping[str, float], means: Mapping[str, float], treatments: Array, rows: Array | None = None
    ) -> Array:
        """The walk's score Σ β · asinh(x / mean) of every pair.

        Args:
            weights: β by code; metapaths without one count for nothing.
            means: mean_m by code.
            treatments: the visible ones, shape (n, 2).
            rows: positions of the conditions that are asked for; all by default.

        Returns:
            shape (rows, medicines), float64.
        """
        total = np.zeros((self.shape[0] if rows is None else len(rows), self.shape[1]))
        weighed = [c for c in self.candidates if weights.get(c.metapath.code) and means.get(c.metapath.code)]
        for candidate, x in self.counts(weighed, self.crossings(treatments), rows):
            code = candidate.metapath.code
            total += weights[code] * np.arcsinh(x / means[code])
        return total


class _Block:
    """Counts of some conditions and medicines with some treatments visible; what candidates share is computed once."""

    def __init__(self, parts: Mapping[tuple[Step, ...], Array], crossings: Crossings, rows: Array, columns: Array) -> None:
        self._parts = parts
        self._rows = rows
        self._columns = columns
        edges = {EdgeKind.TREATS: crossings.treats, EdgeKind.PALLIATES: crossings.palliates}
        # Only conditions and medicines that have a treatment lead on.
        self._met = {kind: np.flatnonzero(np.diff(known.indptr)) for kind, known in edges.items()}
        self._used = {kind: np.unique(known.indices) for kind, known in edges.items()}
        self._edges = {kind: known[self._met[kind]][:, self._used[kind]].toarray() for kind, known in edges.items()}
        self._from_rows: dict[EdgeKind, Array] = {
            kind: known[rows][:, self._used[kind]].toarray() for kind, known in edges.items()
        }
        self._reached: dict[tuple[EdgeKind, tuple[Step, ...]], Array] = {}
        self._ends: dict[tuple[EdgeKind, tuple[Step, ...]], Array] = {}

    def count(self, candidate: Candidate) -> Array:
        """x, shape (rows, columns)."""
        if candidate.crossing is None:
            return np.asarray(self._parts[candidate.metapath.steps][np.ix_(self._rows, self._columns)])
        kind = candidate.crossing.kind
        reached = self._before(kind, candidate.left)
        if candidate.right:
            return np.asarray(reached @ self._after(kind, candidate.right))
        x = np.zeros((len(self._rows), len(self._columns)), np.float32)
        place = np.minimum(np.searchsorted(self._used[kind], self._columns), max(len(self._used[kind]) - 1, 0))
        known = self._used[kind][place] == self._columns if len(self._used[kind]) else np.zeros(len(self._columns), bool)
        x[:, known] = reached[:, place[known]]
        return x

    def _before(self, kind: EdgeKind, left: tuple[Step, ...]) -> Array:
        """From the rows over a hop and a treatment to the medicines that have any."""
        if not left:
            return self._from_rows[kind]
        if (kind, left) not in self._reached:
            hop = self._parts[left][np.ix_(self._rows, self._met[kind])]
            self._reached[kind, left] = hop @ self._edges[kind]
        return self._reached[kind, left]

    def _after(self, kind: EdgeKind, right: tuple[Step, ...]) -> Array:
        """From the medicines that have any treatment over a hop to the columns."""
        if (kind, right) not in self._ends:
            self._ends[kind, right] = self._parts[right][np.ix_(self._used[kind], self._columns)]
        return self._ends[kind, right]


def _all_starts(walker: Walker, steps: tuple[Step, ...]) -> dict[str, Array]:
    """Counts ``x`` of some steps from every node of their first kind, shape (first kind, last kind), float32."""
    part = Metapath("", steps, 0.0, "")
    starts = walker.snapshot.numbers(part.start)
    whole = np.zeros((len(starts), len(walker.snapshot.numbers(steps[-1].target))), np.float32)
    for i, start in enumerate(starts):
        whole[i] = walker.count(part, {start: 1.0})
    return {"x": whole}


def _damped(pairs: Array, shape: tuple[int, int], damping: float) -> sparse.csr_array:
    degrees = [np.maximum(np.bincount(pairs[:, i], minlength=shape[i]), 1) for i in (0, 1)]
    weights = np.prod([degrees[i][pairs[:, i]] ** -float(damping) for i in (0, 1)], axis=0)
    return sparse.csr_array((weights.astype(np.float32), (pairs[:, 0], pairs[:, 1])), shape)
