"""The shortest way through the graph between what is on file and a medicine, by whatever edges there are: the nearest miss."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np

from graph.array_file import Array
from graph.elements import Edge, EdgeKind, NodeKind
from graph.relation import Adjacency, Relation
from graph.snapshot import Snapshot

MOST_STEPS = 4
"""A longer way says nothing to anybody."""
NOT_WALKED = frozenset(
    {EdgeKind.CONTRAINDICATED_IN, EdgeKind.LIMITED_BY, EdgeKind.INTERACTS_WITH, EdgeKind.CAUSES, EdgeKind.ADDS_TO}
)
"""Edges that speak against a medicine: a way over them would be no reason for it."""


def nearest_way(
    snapshot: Snapshot, starts: Sequence[int], goal: int, most: int = MOST_STEPS
) -> tuple[tuple[int, ...], tuple[Edge, ...]] | None:
    """The shortest way from any of some nodes to a node; of several the one through the least numbers.

    Args:
        snapshot: the graph.
        starts: where it may begin.
        goal: where it ends.
        most: how many steps at most.

    Returns:
        (numbers of its nodes, the best known edge of every step), or nothing when there is no way so short.
    """
    ways = _ways(snapshot)
    before = np.full(snapshot.node_count, -1, np.int64)
    frontier = np.array(sorted(set(starts)), np.int64)
    before[frontier] = frontier
    for _ in range(most):
        if before[goal] >= 0 or not len(frontier):
            break
        frontier = _further(snapshot, ways, frontier, before)
    if before[goal] < 0:
        return None
    nodes = [goal]
    while int(before[nodes[-1]]) != nodes[-1]:
        nodes.append(int(before[nodes[-1]]))
    nodes.reverse()
    return tuple(nodes), tuple(_edge(snapshot, a, b) for a, b in pairwise(nodes))


def _ways(snapshot: Snapshot) -> Mapping[NodeKind, list[Adjacency]]:
    """Adjacencies by the kind of node that they lead away from."""
    found: dict[NodeKind, list[Adjacency]] = {}
    for key, relation in snapshot.relations.items():
        if key.kind in NOT_WALKED:
            continue
        found.setdefault(key.start, []).append(relation.outward)
        found.setdefault(key.end, []).append(relation.inward)
    return found


def _further(snapshot: Snapshot, ways: Mapping[NodeKind, list[Adjacency]], frontier: Array, before: Array) -> Array:
    """Take one step from every node of the frontier; ``before`` is told from where each new node was reached."""
    reached: list[Array] = []
    for kind, adjacencies in ways.items():
        numbers = snapshot.numbers(kind)
        of_kind = frontier[(frontier >= numbers.start) & (frontier < numbers.stop)]
        for adjacency in adjacencies if len(of_kind) else ():
            rows = of_kind - adjacency.first
            lengths = adjacency.pointers[rows + 1] - adjacency.pointers[rows]
            entries = np.concatenate([np.arange(a, a + n) for a, n in zip(adjacency.pointers[rows], lengths, strict=True)])
            targets, sources = adjacency.targets[entries.astype(np.int64)], np.repeat(of_kind, lengths)
            new = before[targets] < 0
            # Written from the last to the first, so that of several ways to one node the first stays.
            before[targets[new][::-1]] = sources[new][::-1]
            reached.append(np.unique(targets[new]))
    return np.unique(np.concatenate(reached)).astype(np.int64) if reached else np.zeros(0, np.int64)


def _edge(snapshot: Snapshot, start: int, end: int) -> Edge:
    for key, relation in snapshot.relations.items():
        if key.kind not in NOT_WALKED:
            found = _link_edge(snapshot, relation, start, end) or _link_edge(snapshot, relation, end, start)
            if found:
                return found
    raise KeyError((start, end))


def _link_edge(snapshot: Snapshot, relation: Relation, start: int, end: int) -> Edge | None:
    kinds = (relation.key.start, relation.key.end)
    if (snapshot.kind(start), snapshot.kind(end)) != kinds:
        return None
    try:
        return snapshot.link_edges(relation, relation.outward.link(start, end))[0]
    except KeyError:
        return None
