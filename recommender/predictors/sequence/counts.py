"""The count-based model: how often a code is part of a next visit, given one's own history and what goes with what.

The margin of a code is a sum, so that what each part adds is told exactly:

    log-odds(p) + own state's shift + mean shift after the codes of the last visit + mean shift after the codes of all visits

Each part has a weight. ``p`` is the share of next visits that have the code. A shift is the log-odds of the share under a
condition, pulled to what is expected without it, less the log-odds of ``p``:

    share = (seen + prior * expected) / (times + prior)

The own state is whether one had the code in the last visit, before that, or never; what is expected of it is ``p`` moved as
codes of its kind are moved on the whole. Of a pair of codes that fewer than ``people`` people had one after the other there is
no shift: it would tell of them. Weights are those of a logistic regression on people that the counts were not made of.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from graph.array_file import Array
from recommender.errors import PredictorError
from recommender.predictors.sequence.visits import Matrix

LAST, EARLIER, NEVER = 0, 1, 2
"""States of a code in a history."""
PARTS = ("popularity", "own history", "after the last visit", "after all visits")
_NAMES = ("popularity", "own", "after_last", "after_any", "weights")


@dataclass(frozen=True)
class Counts:
    """The fitted model.

    Attributes:
        popularity: log-odds of the share of next visits that have a code. shape: (codes,).
        own: shift of a code in each state. shape: (3, codes).
        after_last, after_any: shift of a code (column) after another (row) in the last visit, or in any; 0 on the diagonal.
            shape: (codes, codes).
        weights: intercept, and the weights of the four parts. shape: (5,).
    """

    popularity: Matrix
    own: Matrix
    after_last: Matrix
    after_any: Matrix
    weights: Matrix

    def __post_init__(self) -> None:
        """Refuse arrays that do not fit together.

        Raises:
            PredictorError: when they do not.
        """
        size = len(self.popularity)
        shapes = [(size,), (3, size), (size, size), (size, size), (5,)]
        arrays = [getattr(self, name) for name in _NAMES]
        if [array.shape for array in arrays] != shapes or not all(bool(np.isfinite(array).all()) for array in arrays):
            raise PredictorError("the counts of the sequence predictor are damaged; train again")

    def parts(self, last: Matrix, ever: Matrix) -> Matrix:
        """The four parts of the margins of each code, not yet weighted.

        Args:
            last: what the last visit has, 0 or 1. shape: (histories, codes).
            ever: what it or one before it has. shape: (histories, codes).

        Returns:
            shape: (4, histories, codes), in the order of ``PARTS``.
        """
        popularity = np.broadcast_to(self.popularity, last.shape)
        own = self.own[states(last, ever), np.arange(last.shape[1])]
        return np.stack([popularity, own, _mean(self.after_last, last), _mean(self.after_any, ever)])

    def margins(self, last: Matrix, ever: Matrix) -> Matrix:
        """Margin of each code, in log-odds. shape: (histories, codes)."""
        found: Matrix = self.weights[0] + np.tensordot(self.weights[1:], self.parts(last, ever), 1)
        return found

    def arrays(self) -> dict[str, Array]:
        """Everything it holds, by name."""
        return {name: getattr(self, name) for name in _NAMES}

    @classmethod
    def of(cls, arrays: Mapping[str, Array]) -> Self:
        """The model that :meth:`arrays` told of.

        Raises:
            PredictorError: when a part is missing or does not fit.
        """
        try:
            return cls(*(np.asarray(arrays[name]) for name in _NAMES))
        except LookupError as error:
            raise PredictorError("a part of the sequence predictor is missing; train again") from error


def states(last: Matrix, ever: Matrix) -> NDArray[np.int64]:
    """``LAST``, ``EARLIER`` or ``NEVER`` of each code. shape: that of ``last``."""
    return np.where(last > 0, LAST, np.where(ever > 0, EARLIER, NEVER))


def last_and_ever(visits: Matrix) -> tuple[Matrix, Matrix]:
    """What the last of some visits has, and what any of them has; each of shape (1, codes).

    Args:
        visits: shape (visits, codes), 0 or 1; none at all is nobody's history.
    """
    nothing = np.zeros((1, visits.shape[1]))
    return (visits[-1:], visits.max(axis=0, keepdims=True)) if len(visits) else (nothing, nothing)


def _mean(shifts: Matrix, had: Matrix) -> Matrix:
    """Mean shift over what each history has; 0 where that is nothing."""
    found: Matrix = had @ shifts / np.maximum(had.sum(axis=1, keepdims=True), 1.0)
    return found
