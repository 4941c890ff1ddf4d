"""Paths of the knowledge between two nodes, over edges of any kind and in any direction, at most three steps long.

The search meets in the middle and has a budget of work, so that two hubs of a large graph cost no more than two leaves: what
it did not get to is said. Paths through nodes with few neighbours come first, because they say more.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np

from api.services.knowledge import Knowledge, said
from graph.array_file import Array
from graph.elements import Edge
from recommender.payload import drawn, node_payload

MAX_HOPS = 3
WORK = 500_000
"""How many neighbours are looked at for one question; on the machine that this was tried on, a tenth of a second."""
STEP_WORK = 100
"""What looking at one more node costs at least, in the same measure."""
KEPT = 5_000
"""How many paths are collected before the best are chosen."""


@dataclass(slots=True)
class Search:
    """The paths between two nodes of one snapshot.

    Attributes:
        knowledge: what is searched.
        start: number of the first node.
        goal: number of the last.
        hops: how many steps a path has at most.
        complete: whether all paths were found.
    """

    knowledge: Knowledge
    start: int
    goal: int
    hops: int
    complete: bool = True
    _work: int = 0
    _near: dict[int, Array] = field(default_factory=dict)

    def best(self, limit: int) -> tuple[list[tuple[int, ...]], int]:
        """The best paths, as numbers of nodes, and how many were found: shorter first, then those over less connected nodes."""
        found: list[tuple[int, ...]] = []
        for path in self._paths():
            if len(found) == KEPT:
                self.complete = False
                break
            found.append(path)
        return sorted(found, key=self._rank)[:limit], len(found)

    def _rank(self, path: tuple[int, ...]) -> tuple[int, float, tuple[int, ...]]:
        return len(path), sum(math.log(len(self._neighbours(node))) for node in path[1:-1]), path

    def _paths(self) -> Iterator[tuple[int, ...]]:
        ahead, behind = self._neighbours(self.start), self._neighbours(self.goal)
        if self.goal in ahead:
            yield self.start, self.goal
        if self.hops > 1:
            for node in np.intersect1d(ahead, behind, assume_unique=True).tolist():
                yield self.start, node, self.goal
        if self.hops > MAX_HOPS - 1:
            yield from self._longest(ahead, behind)

    def _longest(self, ahead: Array, behind: Array) -> Iterator[tuple[int, ...]]:
        """Paths of three steps: from each neighbour of the end that has fewer of them, to those of the other."""
        forth = len(ahead) <= len(behind)
        near, far = (ahead, behind) if forth else (behind, ahead)
        ends = (self.start, self.goal)
        for node in near.tolist():
            if self._work > WORK:
                self.complete = False
                return
            if node not in ends:
                for other in np.intersect1d(self._neighbours(node), far, assume_unique=True).tolist():
                    if other not in ends and other != node:
                        yield (self.start, node, other, self.goal) if forth else (self.start, other, node, self.goal)

    def _neighbours(self, node: int) -> Array:
        """Numbers of the nodes next to a node, ascending, itself left out."""
        if node not in self._near:
            self._near[node] = self.knowledge.next_to(node)
            self._work += STEP_WORK + len(self._near[node])
        return self._near[node]


def paths(knowledge: Knowledge, start: int, goal: int, hops: int, limit: int) -> dict[str, Any]:
    """The best paths between two nodes, each with its edges.

    Args:
        knowledge: what is searched.
        start: number of the first node.
        goal: number of another node.
        hops: how many steps at most, 1 to 3.
        limit: how many paths at most.
    """
    search, snapshot = Search(knowledge, start, goal, hops), knowledge.snapshot
    best, found = search.best(limit)
    return {
        "from": node_payload(snapshot, start),
        "to": node_payload(snapshot, goal),
        "items": [_shown(knowledge, path) for path in best],
        "found": found,
        "complete": search.complete,
        "snapshot": snapshot.checksum,
    }


def _shown(knowledge: Knowledge, path: Sequence[int]) -> dict[str, Any]:
    steps = [_between(knowledge, *pair) for pair in pairwise(path)]
    return {
        "nodes": [node_payload(knowledge.snapshot, node) for node in path],
        "steps": [[said(edge) for edge in edges] for edges in steps],
        "drawn": drawn(knowledge.snapshot, path, [edges[0] for edges in steps]),
    }


def _between(knowledge: Knowledge, node: int, other: int) -> list[Edge]:
    """Every edge between two neighbours, either way."""
    found: list[Edge] = []
    for row in knowledge.rows(node):
        if row.kind is knowledge.snapshot.kind(other):
            found += [e for n, link in row.links() if n == other for e in knowledge.snapshot.link_edges(row.relation, link)]
    return found
