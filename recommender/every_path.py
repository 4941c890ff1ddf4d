"""Every path of a metapath from the evidence to one medicine, as the links that it goes over.

Paths are put together in the middle: walks from the evidence meet walks backwards from the medicine, so that the work is that
of the paths and not of everything that the evidence reaches. No node stands twice in a path. Where there are too many paths to
list, what goes over each link can still be bounded, by sums over both halves.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from graph.array_file import Array
from graph.relation import Adjacency, RelationKey
from recommender.cut_walk import Link
from recommender.metapaths import Metapath, Step
from recommender.plain_kernels import expand
from recommender.walk import Walker


@dataclass(frozen=True, slots=True)
class Walks:
    """Walks over the same steps, in the order of their nodes.

    Attributes:
        nodes: for each place in the walk the node numbers, shape (walks,), int64.
        links: for each step the codes of the links, shape (walks,), int64.
        weights: shape (walks,), float64.
    """

    nodes: tuple[Array, ...]
    links: tuple[Array, ...]
    weights: Array


@dataclass(frozen=True, slots=True)
class Halves:
    """Walks from the evidence to a middle, and from the medicine back to it.

    Attributes:
        ahead: from the evidence; each ends in the middle.
        back: from the medicine, sorted by the node in the middle that each ends in.
        first: for each walk of ``ahead`` the first of ``back`` that it meets.
        counts: for each how many it meets, one after the other.
    """

    ahead: Walks
    back: Walks
    first: Array
    counts: Array

    @property
    def size(self) -> int:
        """How many pairs meet: the paths, and pairs that share another node."""
        return int(self.counts.sum())

    def paths(self) -> Walks:
        """Both halves joined: every path, from the evidence to the medicine."""
        origin = np.repeat(np.arange(len(self.counts)), self.counts)
        entry = np.arange(len(origin)) + (self.first - np.cumsum(self.counts) + self.counts)[origin]
        kept = np.ones(len(origin), bool)
        for before in self.ahead.nodes[:-1]:
            for behind in self.back.nodes[:-1]:
                kept &= before[origin] != behind[entry]
        origin, entry = origin[kept], entry[kept]
        return Walks(
            (*(n[origin] for n in self.ahead.nodes), *(n[entry] for n in self.back.nodes[-2::-1])),
            (*(k[origin] for k in self.ahead.links), *(k[entry] for k in self.back.links[::-1])),
            self.ahead.weights[origin] * self.back.weights[entry],
        )

    def most_over(self) -> tuple[Array, Array]:
        """Links, and what their paths weigh together at most: pairs that share another node are counted, too.

        Returns:
            Codes, ascending, and sums, each of shape (links,).
        """
        sums = np.concatenate(([0.0], np.cumsum(self.back.weights)))
        met = self.ahead.weights * (sums[self.first + self.counts] - sums[self.first])
        meets = np.zeros(len(self.back.weights) + 1)
        np.add.at(meets, self.first, self.ahead.weights)
        np.add.at(meets, self.first + self.counts, -self.ahead.weights)
        behind = self.back.weights * np.cumsum(meets[:-1])
        codes = np.concatenate((*self.ahead.links, *self.back.links))
        amounts = np.concatenate((*(met for _ in self.ahead.links), *(behind for _ in self.back.links)))
        found, places = np.unique(codes, return_inverse=True)
        return found, np.bincount(places, amounts, len(found))


class EveryPath:
    """Lists paths from given evidence.

    Args:
        walker: whose links are walked, with its weights.
        starts: weight of each evidence node.
    """

    def __init__(self, walker: Walker, starts: Mapping[int, float]) -> None:
        self._walker = walker
        self._starts = starts
        self._keys: list[RelationKey] = list(walker.snapshot.relations)
        self._places = {key: i for i, key in enumerate(self._keys)}
        self._ahead: dict[tuple[Step, ...], Walks] = {}
        self._back: dict[tuple[int, tuple[Step, ...]], Walks] = {}

    def code(self, link: Link) -> int:
        """A link as one number."""
        return self._places[link[0]] << 32 | link[1]

    def link(self, code: int) -> Link:
        """The link of a number."""
        return self._keys[code >> 32], code & 0xFFFFFFFF

    def halves(self, metapath: Metapath, goal: int) -> Halves:
        """Both halves of all paths of a metapath to a medicine; of a single step the evidence itself is the middle."""
        steps, middle = metapath.steps, len(metapath.steps) // 2
        if len(steps) == 3 and self._growth(steps) < self._back_growth(steps, goal):
            middle = 2
        ahead = self._walks(steps[:middle]) if middle else self._beginning(steps[0])
        back = self._walks_back(steps[middle:], goal)
        order = np.argsort(back.nodes[-1], kind="stable")
        back = Walks(tuple(n[order] for n in back.nodes), tuple(k[order] for k in back.links), back.weights[order])
        first = np.searchsorted(back.nodes[-1], ahead.nodes[-1], "left")
        return Halves(ahead, back, first, np.searchsorted(back.nodes[-1], ahead.nodes[-1], "right") - first)

    def _growth(self, steps: tuple[Step, ...]) -> int:
        return _reach(self._walker.step(steps[1]).ahead, self._walks(steps[:1]).nodes[-1])

    def _back_growth(self, steps: tuple[Step, ...], goal: int) -> int:
        return _reach(self._walker.step(steps[1]).back, self._walks_back(steps[2:], goal).nodes[-1])

    def _walks(self, steps: tuple[Step, ...]) -> Walks:
        """Walks of these steps from the evidence."""
        if steps not in self._ahead:
            found = self._walker.step(steps[-1])
            before = self._walks(steps[:-1]) if len(steps) > 1 else self._beginning(steps[0])
            self._ahead[steps] = self._further(before, found.ahead, found.weights, found.relation.key)
        return self._ahead[steps]

    def _beginning(self, step: Step) -> Walks:
        numbers = self._walker.snapshot.numbers(step.source)
        chosen = sorted((node, weight) for node, weight in self._starts.items() if node in numbers)
        return Walks((np.array([n for n, _ in chosen], np.int64),), (), np.array([w for _, w in chosen], np.float64))

    def _walks_back(self, steps: tuple[Step, ...], goal: int) -> Walks:
        """Walks from a medicine over these steps, the last first and each backwards."""
        key = goal, steps
        if key not in self._back:
            found = self._walker.step(steps[0])
            end = Walks((np.array([goal], np.int64),), (), np.ones(1))
            before = self._walks_back(steps[1:], goal) if len(steps) > 1 else end
            self._back[key] = self._further(before, found.back, found.back_weights, found.relation.key)
        return self._back[key]

    def _further(self, walks: Walks, rows: Adjacency, weights: Array, key: RelationKey) -> Walks:
        """Walks with one step more, in all ways in which no node stands twice."""
        origin, entry = expand(walks.nodes[-1], rows.pointers, rows.first)
        node, weight = rows.targets[entry].astype(np.int64), walks.weights[origin] * weights[entry]
        kept = weight != 0.0
        for before in walks.nodes:
            kept &= before[origin] != node
        origin, entry = origin[kept], entry[kept]
        return Walks(
            (*(n[origin] for n in walks.nodes), node[kept]),
            (*(k[origin] for k in walks.links), rows.links[entry].astype(np.int64) | (self._places[key] << 32)),
            weight[kept],
        )


def _reach(rows: Adjacency, nodes: Array) -> int:
    """How many steps lead on from nodes."""
    return int((rows.pointers[nodes - rows.first + 1] - rows.pointers[nodes - rows.first]).sum())
