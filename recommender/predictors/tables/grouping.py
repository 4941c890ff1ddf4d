"""Which rows are of one person, and so have to share a fold: told by a column, or by being equal."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from recommender.predictors.tables.mapped import Duplicates
from recommender.predictors.tables.table import Numbers

Groups = NDArray[np.int64]
BY_CHANCE = 0.5
"""Below this share of different rows equal ones are taken for chance: a table of a few flags has few kinds of rows."""


def groups_by_column(columns: Sequence[Sequence[str]]) -> Groups:
    """Groups of rows with the same cells in the columns; a row with an empty one is alone. Shape (rows,), from 0."""
    rows = list(zip(*columns, strict=True))
    numbers: dict[object, int] = {}
    found = []
    for place, row in enumerate(rows):
        cells = tuple(cell.strip() for cell in row)
        key: object = cells if all(cells) else place
        found.append(numbers.setdefault(key, len(numbers)))
    return np.array(found, np.int64)


def groups_by_equality(values: Sequence[Numbers], count: int, duplicates: Duplicates) -> tuple[Groups, int]:
    """Groups of rows with equal features, and how many rows have an equal one before them.

    Args:
        values: the features, each of shape (rows,).
        count: of rows.
        duplicates: whether equal rows are one person.
    """
    alone = np.arange(count, dtype=np.int64)
    if not values or not count:
        return alone, 0
    # NaN is equal to NaN here: two rows that lack the same value are as equal as they can be.
    matrix = np.column_stack([np.nan_to_num(array, nan=-np.inf, posinf=np.inf, neginf=-np.inf) for array in values])
    different, groups = np.unique(matrix, axis=0, return_inverse=True)
    repeated = count - len(different)
    by_chance = duplicates is Duplicates.AUTO and len(different) < count * BY_CHANCE
    if duplicates is Duplicates.KEEP or by_chance:
        return alone, repeated
    return groups.reshape(-1).astype(np.int64), repeated
