"""How many paths lead from a condition to a medicine, and what they weigh: by matrices, beside the kernels that walk them.

No node stands twice in a path. The same number from two ways of computing it is what the checks of explanations rest on.
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import numpy as np

from graph.array_file import Array
from graph.elements import NodeKind
from recommender.cut_walk import Links
from recommender.judge.best_paths import PathFinder
from recommender.metapaths import Metapath, Step


class PathSums:
    """Sums over all paths of a model's metapaths between two nodes.

    Args:
        finder: of the model.
        weighted: whether paths count with their weight, or one each.
        without: links that are taken out; the weights of all others stay.
    """

    def __init__(self, finder: PathFinder, *, weighted: bool = False, without: Links | None = None) -> None:
        self._finder = finder
        self._snapshot = finder.snapshot
        self._weighted = weighted
        self._without = without or {}
        self._hop = lru_cache(None)(self._matrix)

    def count(self, condition: int, medicine: int, closed: Iterable[int] = ()) -> float:
        """The sum over the paths of all metapaths.

        Args:
            condition: its position.
            medicine: its position.
            closed: numbers of nodes that no path may pass through.
        """
        return sum(self.by_metapath(m, condition, medicine, closed) for m in self._finder.walker.metapaths)

    def by_metapath(self, metapath: Metapath, condition: int, medicine: int, closed: Iterable[int] = ()) -> float:
        """The sum over the paths of one metapath; arguments as in :meth:`count`."""
        start, goal = self._finder.conditions[condition], self._finder.medicines[medicine]
        shut = (start, goal, *closed)
        reached = np.zeros(len(self._snapshot.numbers(metapath.start)))
        reached[start - self._snapshot.first[metapath.start]] = 1
        layers = []
        for step in metapath.steps[:-1]:
            reached = (self._hop(step).T @ reached) * self._open(step.target, shut)
            layers.append(reached)
        last = self._hop(metapath.steps[-1]).T[[goal - self._snapshot.first[NodeKind.MEDICINE]]]
        total = float((last @ reached)[0])
        # Of three nodes in the middle, the third may be the first once more.
        if len(layers) == 3 and metapath.steps[0].target == metapath.steps[2].target:
            second, third = (self._hop(step) for step in metapath.steps[1:3])
            returning = (second.multiply(third.T) @ self._open(metapath.steps[1].target, shut)) * layers[0]
            total -= float((last @ returning)[0])
        return total

    def _matrix(self, step: Step) -> Any:
        """A step as a matrix of scipy.sparse, shape (nodes of the one kind, nodes of the other)."""
        from scipy.sparse import csr_array

        found = self._finder.walker.step(step)
        numbers = self._snapshot.numbers(step.target)
        values = found.weights.copy() if self._weighted else (found.weights > 0).astype(np.float64)
        cut = self._without.get(found.relation.key)
        if cut:
            values[np.isin(found.ahead.links, list(cut))] = 0
        rows = np.repeat(np.arange(len(found.ahead.pointers) - 1), np.diff(found.ahead.pointers))
        columns = found.ahead.targets.astype(np.int64) - numbers.start
        if step.source == step.target:
            values[rows == columns] = 0
        return csr_array((values, (rows, columns)), shape=(len(found.ahead.pointers) - 1, len(numbers)))

    def _open(self, kind: NodeKind, closed: tuple[int, ...]) -> Array:
        numbers = self._snapshot.numbers(kind)
        free = np.ones(len(numbers))
        free[[n - numbers.start for n in closed if n in numbers]] = 0
        return free
