"""Decision trees, forests and boosted trees as flat arrays; all trees are walked level by level at once.

A row goes left where its value is at most the threshold. A library that goes left where the value is *below* the threshold is
exported with the next smaller number as threshold, which is the same for every number of that precision. Encoded rows are
finite, so no direction for missing values is needed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from graph.array_file import Array
from recommender.predictors.forms.form import Matrix

NEVER = 1e-6
"""A mean of leaves that is a probability counts as no nearer to 0 and 1 than this, so that its log-odds is finite."""
_AT_ONCE = 1 << 20


@dataclass(frozen=True)
class Trees:
    """Trees whose leaves are added up.

    Attributes:
        feature: shape (nodes,), int64: what a node looks at; 0 in a leaf.
        threshold: shape (nodes,), float64.
        left, right: shape (nodes,), int64: where to go; a leaf leads to itself.
        value: shape (nodes,), float64: what a leaf adds; already divided by the number of trees where their mean counts.
        roots: shape (trees,), int64.
        offset: shape (): added to the sum.
        depth: shape (), int64: steps after which every row is in a leaf.
        single: shape (), 0 or 1: whether rows are rounded to 32 bits first, as the library that fitted them does.
        shares: shape (), 0 or 1: whether the sum is a probability, whose log-odds is the margin; else it is the margin.
    """

    feature: NDArray[np.int64]
    threshold: Matrix
    left: NDArray[np.int64]
    right: NDArray[np.int64]
    value: Matrix
    roots: NDArray[np.int64]
    offset: Matrix
    depth: NDArray[np.int64]
    single: NDArray[np.int64]
    shares: NDArray[np.int64]

    @property
    def kind(self) -> str:
        """As files call it."""
        return "trees"

    def leaves(self, matrix: Matrix) -> NDArray[np.int64]:
        """The leaf that each row reaches in each tree. shape: (rows, trees)."""
        rounded = matrix.astype(np.float32) if self.single else matrix
        row = np.arange(len(matrix))[:, None]
        node = np.broadcast_to(self.roots, (len(matrix), len(self.roots)))
        for _ in range(int(self.depth)):
            stays = rounded[row, self.feature[node]] <= self.threshold[node]
            node = np.where(stays, self.left[node], self.right[node])
        return node

    def sums(self, matrix: Matrix) -> Matrix:
        """What the leaves add up to, with the offset: a probability where ``shares`` is 1. shape: (rows,)."""
        step = max(1, _AT_ONCE // max(1, len(self.roots)))
        parts = [self.value[self.leaves(matrix[i : i + step])].sum(axis=1) for i in range(0, len(matrix), step)]
        found: Matrix = (np.concatenate(parts) if parts else np.empty(0)) + self.offset
        return found

    def margins(self, matrix: Matrix) -> Matrix:
        """See :meth:`recommender.predictors.forms.form.Form.margins`."""
        total = self.sums(matrix)
        if not self.shares:
            return total
        share = np.clip(total, NEVER, 1 - NEVER)
        found: Matrix = np.log(share / (1 - share))
        return found

    def arrays(self) -> dict[str, Array]:
        """Everything it holds, by name."""
        return {name: getattr(self, name) for name in _NAMES}

    @classmethod
    def of(cls, arrays: Mapping[str, Array]) -> Self:
        """The form that :meth:`arrays` told of."""
        return cls(*(np.asarray(arrays[name]) for name in _NAMES))


_NAMES = ("feature", "threshold", "left", "right", "value", "roots", "offset", "depth", "single", "shares")


@dataclass(frozen=True)
class Tree:
    """One tree on its way into :func:`joined`: nodes as in :class:`Trees`, the root first, -1 for a leaf's children."""

    feature: Array
    threshold: Array
    left: Array
    right: Array
    value: Array


def joined(trees: list[Tree], *, offset: float = 0.0, single: bool = False, shares: bool = False) -> Trees:
    """Trees in one set of arrays."""
    starts = np.cumsum([0, *(len(tree.left) for tree in trees)])
    left, right = (
        np.concatenate([_absolute(child, start) for child, start in zip(children, starts[:-1], strict=True)])
        for children in ([tree.left for tree in trees], [tree.right for tree in trees])
    )
    leaf = left == np.arange(len(left))
    feature = np.where(leaf, 0, np.concatenate([tree.feature for tree in trees])).astype(np.int64)
    threshold = np.where(leaf, 0.0, np.concatenate([tree.threshold for tree in trees]).astype(np.float64))
    value = np.where(leaf, np.concatenate([tree.value for tree in trees]).astype(np.float64), 0.0)
    depth = _depth(starts[:-1], left, right)
    whole = (np.array(number, np.int64) for number in (depth, single, shares))
    return Trees(feature, threshold, left, right, value, starts[:-1].astype(np.int64), np.array(float(offset)), *whole)


def _absolute(child: Array, start: int) -> NDArray[np.int64]:
    """Where children are among all nodes; a leaf is its own child."""
    places = np.arange(len(child))
    return np.where(np.asarray(child) < 0, places, child).astype(np.int64) + int(start)


def _depth(roots: Array, left: Array, right: Array) -> int:
    depth, level = 0, np.asarray(roots)
    while True:
        level = np.unique(np.concatenate((left[level], right[level]))[np.tile(left[level] != level, 2)])
        if not len(level):
            return depth
        depth += 1
