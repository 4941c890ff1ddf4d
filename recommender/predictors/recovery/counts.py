"""How many of several things happen, when each happens or not by a probability of its own: the Poisson binomial, exactly."""

import numpy as np

from recommender.predictors.tables.table import Numbers


def counted(chances: Numbers) -> Numbers:
    """The probability of each count, from none to all.

    Args:
        chances: of each thing, independent of each other. shape: (things,), 0 to 1.

    Returns:
        shape: (things + 1,); adds up to 1.

    >>> counted(np.array([0.5, 0.5])).tolist()
    [0.25, 0.5, 0.25]
    """
    found = np.zeros(len(chances) + 1)
    found[0] = 1.0
    for known, chance in enumerate(chances.tolist(), start=1):
        found[1 : known + 1] = found[1 : known + 1] * (1 - chance) + found[:known] * chance
        found[0] *= 1 - chance
    return found


def count_at(probabilities: Numbers, share: float) -> int:
    """The least count that is not exceeded with a probability of ``share``.

    Args:
        probabilities: of each count. shape: (things + 1,).
        share: 0 to 1.
    """
    reached = np.flatnonzero(np.cumsum(probabilities) >= share - 1e-12)
    return int(reached[0]) if len(reached) else len(probabilities) - 1
