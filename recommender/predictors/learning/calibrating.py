"""Margins to probabilities: held-out ones for judging, and the calibration that serves."""

import numpy as np
from numpy.typing import NDArray

from recommender.calibration import Calibration
from recommender.predictors.tables.table import Numbers

DECIMALS = 3
"""To which margins are rounded before a curve is fitted, so that its knots are not the margin of one person."""


def held_out_probabilities(margins: Numbers, target: Numbers, folds: NDArray[np.int64]) -> Numbers:
    """Probabilities of each row by a curve that was fitted on the other folds of its repeat.

    Args:
        margins: held out. shape: (repeats, rows).
        target: 0 or 1. shape: (rows,).
        folds: shape (repeats, rows).

    Returns:
        shape: (repeats, rows).
    """
    found = np.empty_like(margins)
    rounded = np.round(margins, DECIMALS)
    positive = target > 0
    for repeat, parts in enumerate(folds):
        for fold in np.unique(parts):
            seen, out = parts != fold, parts == fold
            # A curve of two folds has nothing to choose by: one of a single remaining fold is split in two.
            inner = parts[seen] if len(np.unique(parts[seen])) > 1 else np.arange(int(seen.sum())) % 2
            curve = Calibration.fit(rounded[repeat, seen], positive[seen], inner, bootstraps=0)
            found[repeat, out] = curve.probability(rounded[repeat, out])[0]
    return found


def serving_calibration(
    margins: Numbers, target: Numbers, folds: NDArray[np.int64], *, bootstraps: int, seed: int
) -> Calibration:
    """The curve over all held-out margins of the winner.

    A row counts once in all, shared out among the repeats, and keeps the fold that it had in the first of them, so that it
    never judges a curve that it helped to fit.
    """
    repeats = len(margins)
    weights = np.full(margins.size, 1 / repeats)
    rounded, positive = np.round(margins, DECIMALS).ravel(), np.tile(target > 0, repeats)
    return Calibration.fit(rounded, positive, np.tile(folds[0], repeats), weights, bootstraps=bootstraps, seed=seed)
