"""Relations of a snapshot: all edges of one kind between two node kinds, as arrays in compressed sparse rows.

An edge is what one source says; a link is what one or more edges say about the same two nodes. Rows hold links, and a link
leads to its edges. Everything here is a number or a view into the file; ids and names are the snapshot's.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from graph.array_file import Array, TextColumn
from graph.elements import EdgeKind, NodeKind
from graph.schema import EDGE_RULES


class RelationKey(NamedTuple):
    """Names a relation: an edge kind, the kinds that it joins and, for edges that training derives, the method that made it."""

    kind: EdgeKind
    start: NodeKind
    end: NodeKind
    method: str = ""

    def __str__(self) -> str:
        return f"{self.start}-{self.kind}-{self.end}" + (f"/{self.method}" if self.method else "")


@dataclass(frozen=True, slots=True)
class Adjacency:
    """Neighbours of every node of one kind through one relation, in compressed sparse rows.

    Attributes:
        first: number of the first node of the kind that the rows belong to.
        pointers: shape (rows + 1,), int64: row ``r`` lies at ``pointers[r]:pointers[r + 1]``.
        targets: shape (entries,), int32: numbers of the neighbours, ascending within a row.
        links: shape (entries,), int32: the link of the relation that each entry stands for.
    """

    first: int
    pointers: Array
    targets: Array
    links: Array

    def row(self, node: int) -> Array:
        """Numbers of the neighbours of a node."""
        r = node - self.first
        return self.targets[int(self.pointers[r]) : int(self.pointers[r + 1])]

    def link(self, node: int, target: int) -> int:
        """The link between a node and one of its neighbours.

        Raises:
            KeyError: when they are no neighbours.
        """
        return int(self.links[self.entry(node, target)])

    def entry(self, node: int, target: int) -> int:
        """Where a neighbour of a node stands in the rows.

        Raises:
            KeyError: when they are no neighbours.
        """
        r = node - self.first
        start = int(self.pointers[r])
        entry = start + int(np.searchsorted(self.row(node), target))
        if entry == int(self.pointers[r + 1]) or int(self.targets[entry]) != target:
            raise KeyError((node, target))
        return entry

    def degree(self, node: int) -> int:
        """How many neighbours a node has."""
        r = node - self.first
        return int(self.pointers[r + 1] - self.pointers[r])


class Relation:
    """All links of one edge kind between two node kinds.

    ``outward`` is read from start to end, ``inward`` from end to start; a symmetric kind between equal node kinds has one
    adjacency that serves both ways.
    """

    def __init__(self, key: RelationKey, arrays: Mapping[str, Array], first: Mapping[NodeKind, int]) -> None:
        self.key = key
        self.symmetric = EDGE_RULES[key.kind].symmetric and key.start == key.end
        self._arrays = arrays
        self._prefix = f"{key}/"
        self._first = first

    def _array(self, name: str) -> Array:
        return self._arrays[self._prefix + name]

    @cached_property
    def outward(self) -> Adjacency:
        """Neighbours read from start to end."""
        return self._adjacency("out", self.key.start)

    @cached_property
    def inward(self) -> Adjacency:
        """Neighbours read from end to start."""
        return self.outward if self.symmetric else self._adjacency("in", self.key.end)

    def _adjacency(self, way: str, kind: NodeKind) -> Adjacency:
        parts = (self._array(f"{way}/{part}") for part in ("pointers", "targets", "links"))
        return Adjacency(self._first[kind], *parts)

    @cached_property
    def edge_pointers(self) -> Array:
        """shape (links + 1,), int64: the edges of link ``k`` stand at ``edge_pointers[k]:edge_pointers[k + 1]``."""
        return self._array("edges")

    @property
    def link_count(self) -> int:
        """How many links there are."""
        return len(self.edge_pointers) - 1

    def edge_range(self, link: int) -> range:
        """Positions of the edges that a link stands for."""
        return range(int(self.edge_pointers[link]), int(self.edge_pointers[link + 1]))

    @cached_property
    def levels(self) -> Array:
        """shape (edges,), uint8: position of each edge's knowledge level in LEVEL_ORDER."""
        return self._array("level")

    @cached_property
    def provenances(self) -> Array:
        """shape (edges,), uint32: number of each edge's provenance."""
        return self._array("provenance")

    @cached_property
    def similarities(self) -> Array | None:
        """shape (links,), float64: in (0, 1], of links that training derived; nothing for what the graph itself says."""
        return self._array("similarity") if f"{self._prefix}similarity" in self._arrays else None

    def text(self, name: str, edge: int) -> str:
        """A text of an edge: ``evidence``, ``record``, ``known_since`` or ``properties``; empty where no edge has any."""
        column = self._columns.get(name)
        return column[edge] if column is not None else ""

    def positions_with(self, name: str) -> list[int]:
        """Positions of the edges whose text of this name is not empty."""
        if f"{self._prefix}{name}/ends" not in self._arrays:
            return []
        found: list[int] = np.flatnonzero(np.diff(self._array(f"{name}/ends"), prepend=0)).tolist()
        return found

    @cached_property
    def _columns(self) -> dict[str, TextColumn]:
        names = ("evidence", "record", "known_since", "properties")
        return {
            name: TextColumn(self._array(f"{name}/ends"), self._array(f"{name}/block"))
            for name in names
            if f"{self._prefix}{name}/ends" in self._arrays
        }

    def ends(self, edge: int) -> tuple[int, int]:
        """Numbers of the start and the end of an edge, as its source wrote them."""
        starts, ends = self._ends
        return int(starts[edge]), int(ends[edge])

    @cached_property
    def _ends(self) -> tuple[Array, Array]:
        return self._array("start"), self._array("end")


def ordered_pairs(high: Array, low: Array) -> Array:
    """Two numbers in one, shape (n,), int64, in the order of the first and then of the second."""
    return high.astype(np.int64) << 32 | low


def adjacency_arrays(way: str, rows: Array, targets: Array, links: Array, span: tuple[int, int]) -> dict[str, Array]:
    """Compressed sparse rows of the entries, each row's targets ascending.

    Args:
        way: ``out`` or ``in``: what the arrays' names begin with.
        rows: shape (entries,): the node that each entry belongs to.
        targets: shape (entries,): the neighbour.
        links: shape (entries,): the link of the relation.
        span: number of the first node of the rows' kind, and how many there are.
    """
    first, count = span
    order = np.argsort(ordered_pairs(rows, targets), kind="stable")
    counts = np.bincount(rows - first, minlength=count)
    return {
        f"{way}/pointers": np.concatenate(([0], np.cumsum(counts))).astype(np.int64),
        f"{way}/targets": targets[order].astype(np.int32),
        f"{way}/links": links[order].astype(np.int32),
    }
