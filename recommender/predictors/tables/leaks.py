"""Columns that tell the target by themselves: as a rule they were written after it."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from recommender.predictors.tables.table import Column, ColumnKind, Numbers

NEARLY_ALWAYS = 0.98
"""ROC-AUC of a column alone from which it is pointed out."""
FEWEST = 30
"""Rows below which chance makes such columns."""


def telling_columns(columns: Sequence[Column], values: Mapping[str, Numbers], target: Numbers) -> tuple[str, ...]:
    """The names of the columns that tell a target of 0 and 1 nearly always: by their value, or by whether they have one."""
    if len(target) < FEWEST:
        return ()
    return tuple(column.name for column in columns if _tells(column, values[column.name], target))


def _tells(column: Column, values: Numbers, target: Numbers) -> bool:
    given = values >= 0 if column.kind is ColumnKind.CATEGORY else ~np.isnan(values)
    scores = _shares(values, given, target) if column.kind is ColumnKind.CATEGORY else values
    there = _roc_auc(given.astype(np.float64), np.ones(len(given), bool), target)
    return any(abs(found - 0.5) >= NEARLY_ALWAYS - 0.5 for found in (_roc_auc(scores, given, target), there))


def _shares(values: Numbers, given: NDArray[np.bool_], target: Numbers) -> Numbers:
    """The share of class 1 in each row's category. shape: (rows,)."""
    place = np.where(given, values, 0).astype(np.int64)
    ones, counts = np.bincount(place[given], target[given], 1), np.bincount(place[given], minlength=1)
    found: Numbers = (ones / np.maximum(counts, 1))[place]
    return found


def _roc_auc(values: Numbers, given: NDArray[np.bool_], target: Numbers) -> float:
    """The chance that a random row of class 1 has the larger value, ties counted half; 0.5 when a class has no value."""
    positive, negative = np.sort(values[given & (target == 1)]), np.sort(values[given & (target == 0)])
    if not len(positive) or not len(negative):
        return 0.5
    below = np.searchsorted(negative, positive, side="left") + np.searchsorted(negative, positive, side="right")
    return float(below.mean() / 2 / len(negative))
