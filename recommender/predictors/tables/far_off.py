"""Values that lie far from all others of their column: as a rule a 999 that stands for nothing, or a slip.

Without a mapping nothing says what a body can have, so that they are pointed out, and neither refused nor repeated.
"""

import numpy as np
from numpy.typing import NDArray

from recommender.predictors.tables.table import Column, ColumnKind, Numbers

FEWEST = 20
"""Values below which chance parts one from the others."""
SPANS = 5.0
"""A value is far off beyond so many times the span from the 5th to the 95th percentile, counted from these: further than a long
tail of blood values reaches."""


def far_off(column: Column, values: Numbers) -> NDArray[np.int64]:
    """The places of a number's values that lie far off; none of a column whose range is stated. Shape (found,), ascending."""
    given = values[~np.isnan(values)]
    if column.kind is not ColumnKind.NUMBER or np.isfinite([column.low, column.high]).any() or len(given) < FEWEST:
        return np.empty(0, np.int64)
    low, high = np.quantile(given, [0.05, 0.95])
    reach = SPANS * (high - low)
    if not reach:
        return np.empty(0, np.int64)
    return np.flatnonzero((values < low - reach) | (values > high + reach)).astype(np.int64)
