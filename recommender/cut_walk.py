"""The walk and the score without some links, all else as it was: degrees, means and evidence stay those of the whole graph.

A link is taken out whole: every edge that says it, read from either end, and as direct support where it is a treatment. What
is left weighs what it weighed before, so that a fall shows what the links carried and nothing else.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import TypeAlias

import numpy as np

from graph.array_file import Array
from graph.elements import EdgeKind
from graph.relation import Adjacency, Relation, RelationKey
from graph.snapshot import Snapshot
from recommender.metapaths import Step
from recommender.scoring import DIRECT, DirectSupport, Scorer
from recommender.walk import FoundPath, Walker, WeightedStep

Link: TypeAlias = tuple[RelationKey, int]
"""A link by the relation that it stands in."""
Links: TypeAlias = Mapping[RelationKey, frozenset[int]]
"""Links by relation."""


class CutWalker(Walker):
    """Walks as the given walker does, without some links.

    Args:
        walker: the walker.
        without: what is not walked.
    """

    def __init__(self, walker: Walker, without: Links) -> None:
        super().__init__(walker.snapshot, walker.metapaths, walker.damping, walker.edges, compiled=walker.compiled)
        self._whole = walker
        self._without = without
        self._cut: dict[Step, WeightedStep] = {}

    def step(self, step: Step) -> WeightedStep:
        """A step with the weights of the whole graph, 0 for what is taken out."""
        if step not in self._cut:
            found = self._whole.step(step)
            links = self._without.get(found.relation.key, ())
            if links:
                weights = _zeroed(found.weights, _entries(found.relation, found.ahead, links))
                back_weights = _zeroed(found.back_weights, _entries(found.relation, found.back, links))
                found = WeightedStep(found.relation, found.ahead, found.back, weights, back_weights)
            self._cut[step] = found
        return self._cut[step]

    def _closed(self, step: Step) -> Array:
        """As in the whole graph, but for the nodes that lost a link."""
        if step not in self._closed_weights:
            weighted, closed = self.step(step), self._whole._closed(step).copy()
            ahead = weighted.ahead
            lost = _entries(weighted.relation, ahead, self._without.get(weighted.relation.key, ()))
            for row in np.unique(np.searchsorted(ahead.pointers, lost, "right") - 1).tolist():
                entries = slice(int(ahead.pointers[row]), int(ahead.pointers[row + 1]))
                squares = weighted.weights[entries][ahead.targets[entries] != row + ahead.first] ** 2
                # Added one after the other, as for the whole graph: the same bits.
                closed[row] = np.bincount(np.zeros(len(squares), np.int64), squares, 1)[0]
            self._closed_weights[step] = closed
        return self._closed_weights[step]


def _zeroed(weights: Array, entries: Array) -> Array:
    left = weights.copy()
    left[entries] = 0
    left.flags.writeable = weights.flags.writeable
    return left


def _entries(relation: Relation, adjacency: Adjacency, links: Collection[int]) -> Array:
    """Where links stand in rows: once, or once at either end where the rows serve both ways."""
    found = set()
    for link in links:
        start, end = link_ends(relation, link)
        for node, target in ((start, end), (end, start)):
            row = node - adjacency.first
            if 0 <= row < len(adjacency.pointers) - 1:
                low, high = int(adjacency.pointers[row]), int(adjacency.pointers[row + 1])
                entry = low + int(np.searchsorted(adjacency.targets[low:high], target))
                if entry < high and int(adjacency.links[entry]) == link:
                    found.add(entry)
    return np.array(sorted(found), np.int64)


def link_ends(relation: Relation, link: int) -> tuple[int, int]:
    """Numbers of the nodes that a link joins."""
    return relation.ends(int(relation.edge_pointers[link]))


def grouped(links: Iterable[Link]) -> Links:
    """Links by the relation that they stand in."""
    found: dict[RelationKey, set[int]] = {}
    for key, link in links:
        found.setdefault(key, set()).add(link)
    return {key: frozenset(members) for key, members in found.items()}


def cut_scorer(scorer: Scorer, links: Iterable[Link]) -> Scorer:
    """Scores as the given scorer does, without some links, direct support among them."""
    by_relation = grouped(links)
    relations = scorer.walker.snapshot.relations
    untold = {
        (key.kind, *link_ends(relations[key], link))
        for key, members in by_relation.items()
        if key.kind in DIRECT
        for link in members
    }
    return scorer.over(CutWalker(scorer.walker, by_relation), untold)


def links_of(walker: Walker, path: FoundPath) -> list[Link]:
    """The link of every step of a path.

    Raises:
        KeyError: when a step is no link of the graph.
    """
    found = []
    for step, start, end in zip(path.metapath.steps, path.nodes, path.nodes[1:], strict=False):
        taken = walker.step(step)
        found.append((taken.relation.key, taken.ahead.link(start, end)))
    return found


def direct_links(snapshot: Snapshot, support: Iterable[DirectSupport]) -> dict[Link, float]:
    """What each link of direct support adds to a score."""
    return {treatment_link(snapshot, s.edges[0].kind, s.medicine, s.start): s.amount for s in support}


def treatment_link(snapshot: Snapshot, kind: EdgeKind, medicine: int, node: int) -> Link:
    """The link of a known treatment.

    Raises:
        KeyError: when the graph has no such link.
    """
    key = RelationKey(kind, snapshot.kind(medicine), snapshot.kind(node))
    return key, snapshot.relations[key].outward.link(medicine, node)
