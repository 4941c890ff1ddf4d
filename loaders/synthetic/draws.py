"""The random numbers of one patient.

Every patient has a stream of their own, derived from the seed and the patient's number, so that patient 17 is the same person
in a cohort of twenty and in one of a million. Only ``Random.random`` is used below: it is the one method whose sequence Python
promises to keep for a seed; everything else here is computed from it.
"""

import random
from bisect import bisect_right
from collections.abc import Sequence
from statistics import NormalDist
from typing import TypeVar

_T = TypeVar("_T")
_STANDARD_NORMAL = NormalDist()


class Draws:
    """A stream of random numbers.

    Args:
        name: what the stream is derived from; equal names give equal streams.

    Attributes:
        uniform: gives the next number in [0, 1).
    """

    __slots__ = ("uniform",)

    def __init__(self, name: str) -> None:
        self.uniform = random.Random(name).random  # noqa: S311 - a simulation that can be repeated, no secret

    def chance(self, probability: float) -> bool:
        """Whether something of this probability (0 to 1) happens."""
        return self.uniform() < probability

    def between(self, low: int, high: int) -> int:
        """A whole number from ``low`` to ``high``, both included; ``low`` when the range is empty."""
        return low + int(self.uniform() * (high - low + 1)) if high > low else low

    def pick(self, items: Sequence[_T]) -> _T:
        """One of the items, all equally likely."""
        return items[int(self.uniform() * len(items))]

    def weighted(self, cumulative: Sequence[float]) -> int:
        """An index, by weights given as their running sum (ascending, last one above 0)."""
        return bisect_right(cumulative, self.uniform() * cumulative[-1], 0, len(cumulative) - 1)

    def normal(self, mean: float, deviation: float) -> float:
        """A number of the normal distribution."""
        # The quantile of 0 is infinite; that draw, one in 2 ** 53, becomes the middle.
        return mean + deviation * _STANDARD_NORMAL.inv_cdf(self.uniform() or 0.5)
