"""Exact Shapley values of trees, beside each centre of the background (interventional TreeSHAP; Lundberg et al. 2020,
doi:10.1038/s42256-019-0138-9).

A leaf is reached when every column on its way lets the row through. Beside one centre a column is of four kinds: it lets both
through, the patient only, the centre only, or neither. With ``a`` columns of the second kind and ``b`` of the third the leaf's
value is shared out in closed form: each of the ``a`` gets +value · (a-1)! b! / (a+b)!, each of the ``b`` gets
-value · a! (b-1)! / (a+b)!; a leaf with a column of the last kind is never reached.
"""

from dataclasses import dataclass
from math import comb

import numpy as np
from numpy.typing import NDArray

from recommender.predictors.explaining.games import Background, Shares
from recommender.predictors.forms.form import Matrix
from recommender.predictors.forms.trees import Trees

Places = NDArray[np.int64]


@dataclass(frozen=True)
class _Ways:
    """The ways to all leaves.

    A way is a list of steps; a cell is what one way asks of one column.

    Attributes:
        value: of each leaf. shape: (leaves,).
        feature, threshold, left: of each step: which feature, at most which number, and whether the way goes there.
        cell: the cell of each step.
        leaf, column: of each cell.
    """

    value: Matrix
    feature: Places
    threshold: Matrix
    left: NDArray[np.bool_]
    cell: Places
    leaf: Places
    column: Places

    def open_to(self, row: Matrix) -> NDArray[np.bool_]:
        """Whether each cell lets a row through. shape: (cells,)."""
        fails = (row[self.feature] <= self.threshold) != self.left
        is_open: NDArray[np.bool_] = np.bincount(self.cell, fails, len(self.leaf)) == 0
        return is_open


def tree_shares(trees: Trees, row: Matrix, background: Background, owners: Places) -> Shares:
    """Shapley values of the sum of the trees: a probability where ``trees.shares`` is 1, else the margin.

    Args:
        trees: the form.
        row: encoded. shape: (features,).
        background: whom the row is compared with.
        owners: the column of each feature, numbered from 0 without gaps. shape: (features,).
    """
    columns = int(owners.max()) + 1 if len(owners) else 0
    ways, table = _ways(trees, owners), _table(columns)
    mine = ways.open_to(_rounded(trees, row))
    amounts = np.zeros(columns)
    for centre, weight in zip(_rounded(trees, background.centres), background.weights, strict=True):
        amounts += weight * _beside(ways, mine, ways.open_to(centre), table, columns)
    base = float(trees.sums(background.centres) @ background.weights)
    return Shares(base, amounts, np.zeros(columns))


def _rounded(trees: Trees, matrix: Matrix) -> Matrix:
    """As the trees see it, in 64 bits."""
    return matrix.astype(np.float32).astype(np.float64) if trees.single else matrix


def _beside(ways: _Ways, mine: NDArray[np.bool_], theirs: NDArray[np.bool_], table: Matrix, columns: int) -> Matrix:
    """Shapley values beside one centre. shape: (columns,)."""
    leaves = len(ways.value)
    dead = np.bincount(ways.leaf, ~(mine | theirs), leaves) > 0
    only_mine, only_theirs = mine & ~theirs, theirs & ~mine
    a, b = (np.bincount(ways.leaf, only, leaves).astype(np.int64) for only in (only_mine, only_theirs))
    value = np.where(dead, 0.0, ways.value)
    gains, losses = value * table[a, b], value * table[b, a]
    given = np.where(only_mine, gains[ways.leaf], 0.0) - np.where(only_theirs, losses[ways.leaf], 0.0)
    return np.bincount(ways.column, given, columns).astype(np.float64)


def _table(columns: int) -> Matrix:
    """(a-1)! b! / (a+b)! at place [a, b]; 0 where a is 0."""
    found = np.zeros((columns + 1, columns + 1))
    for a in range(1, columns + 1):
        for b in range(columns + 1 - a):
            found[a, b] = 1 / (a * comb(a + b, a))
    return found


def _ways(trees: Trees, owners: Places) -> _Ways:
    places = np.arange(len(trees.left))
    inner = trees.left != places
    parent = np.full(len(places), -1)
    parent[trees.left[inner]] = parent[trees.right[inner]] = places[inner]
    leaves = places[~inner]
    at, number = leaves, np.arange(len(leaves))
    above: list[Places] = []
    below: list[Places] = []
    numbers: list[Places] = []
    while (lower := parent[at] >= 0).any():
        at, number = at[lower], number[lower]
        above, below, numbers = [*above, parent[at]], [*below, at], [*numbers, number]
        at = parent[at]
    nodes, children, whose = (np.concatenate(parts or [places[:0]]) for parts in (above, below, numbers))
    feature = trees.feature[nodes]
    columns = int(owners.max()) + 1 if len(owners) else 1
    cells, cell = np.unique(whose * columns + owners[feature], return_inverse=True)
    goes_left = trees.left[nodes] == children
    own = trees.value[leaves], feature, trees.threshold[nodes], goes_left
    return _Ways(*own, cell.reshape(-1), cells // columns, cells % columns)
