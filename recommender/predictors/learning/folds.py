"""Folds that keep the people apart and the classes in proportion."""

import warnings
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from recommender.errors import PredictorError
from recommender.predictors.tables.table import Numbers

RARE = 200
"""Rows of a rare class that a draw takes, if there are so many."""
STRATA = 10
"""Parts of equal size that a number is stratified by."""


def is_classes(target: Numbers) -> bool:
    """Whether the target is a class, 0 or 1; anything else is a number of a regression."""
    return bool(np.isin(target, (0.0, 1.0)).all())


def fold_numbers(target: Numbers, groups: NDArray[np.int64], folds: int, seed: int) -> NDArray[np.int64]:
    """The fold of each row, 0 to ``folds`` - 1; rows of one group share a fold.

    Args:
        target: shape (rows,).
        groups: shape (rows,).
        folds: how many.
        seed: of the shuffle.

    Raises:
        PredictorError: when a class has fewer groups than there are folds.
    """
    from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

    strata = target.astype(np.int64) if is_classes(target) else _strata(target)
    fewest = min(len(np.unique(groups[strata == one])) for one in np.unique(strata))
    if fewest < folds or (is_classes(target) and len(np.unique(strata)) < 2):
        raise PredictorError(f"each class needs {folds} people or more, one for each fold, and one of them has fewer")
    alone = len(np.unique(groups)) == len(groups)
    splitter = StratifiedKFold if alone else StratifiedGroupKFold
    numbers = np.empty(len(target), np.int64)
    with warnings.catch_warnings():
        # A class that few groups have cannot be spread evenly; whether a fold lacks it is looked at below.
        warnings.simplefilter("ignore", UserWarning)
        parts = splitter(folds, shuffle=True, random_state=seed).split(strata, strata, groups)
        for number, (_, held_out) in enumerate(parts):
            numbers[held_out] = number
    return numbers


def drawn_rows(
    target: Numbers, groups: NDArray[np.int64], rows: NDArray[np.int64], most: int, seed: int, *, evenly: bool = False
) -> NDArray[np.int64]:
    """So many of some rows at most, all rows of a person or none, in their order.

    The people of each class are drawn in proportion, but not fewer than ``RARE`` of them, if there are so many.

    Args:
        target: of all rows of the table. shape: (all rows,).
        groups: of the same.
        rows: places to draw from.
        most: how many; a person more may come along.
        seed: of the draw.
        evenly: whether up to half of the rows are to be of the rarer class.
    """
    if len(rows) <= most:
        return rows
    people, whose = np.unique(groups[rows], return_inverse=True)
    sizes = np.bincount(whose)
    random = np.random.default_rng(seed)
    order = random.permutation(len(people))
    if not is_classes(target):
        return _of_people(rows, whose, sizes, [order], [most])
    positive = np.bincount(whose, target[rows]) > 0
    parts = sorted((order[positive[order]], order[~positive[order]]), key=len)
    rare = most // 2 if evenly else max(round(most * sizes[parts[0]].sum() / len(rows)), RARE)
    rare = min(rare, int(sizes[parts[0]].sum()))
    return _of_people(rows, whose, sizes, parts, [rare, most - rare])


def _of_people(
    rows: NDArray[np.int64],
    whose: NDArray[np.int64],
    sizes: NDArray[np.int64],
    parts: Sequence[NDArray[np.int64]],
    most: Sequence[int],
) -> NDArray[np.int64]:
    """The rows of the first people of each part, as many as are wanted of it."""
    chosen = np.zeros(len(sizes), bool)
    for part, count in zip(parts, most, strict=True):
        chosen[part[np.cumsum(sizes[part]) - sizes[part] < count]] = True
    return rows[chosen[whose]]


def _strata(target: Numbers) -> NDArray[np.int64]:
    edges = np.unique(np.quantile(target, np.linspace(0, 1, STRATA + 1)[1:-1]))
    return (
        np.searchsorted(edges, target, "right").astype(np.int64)
        if len(target) >= 20 * STRATA
        else np.zeros(len(target), np.int64)
    )
