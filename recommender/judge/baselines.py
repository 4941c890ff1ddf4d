"""What a model has to beat: popularity, the degrees alone, eight metapaths weighed by hand, and the floor."""

from collections.abc import Mapping

import numpy as np

from graph.array_file import Array
from recommender.judge.floor import PlainCounts, by_hand, floor_scores

HALF = 0.5
"""Added to every degree of the prior, so that what has no known treatment yet is not impossible."""

POPULARITY, DEGREE, BY_HAND, FLOOR = "popularity", "degree prior", "eight metapaths by hand", "floor"
UNREACHED: Mapping[str, float] = {POPULARITY: -np.inf, DEGREE: -np.inf, BY_HAND: 0.0, FLOOR: -np.inf}
"""The score at or below which nothing speaks for a pair, by baseline."""


def baseline_scores(counts: PlainCounts, treatments: Array, seed: int) -> dict[str, Array]:
    """Scores of every pair by each baseline.

    Args:
        counts: of the snapshot, without treatments.
        treatments: shape (n, 2), int64: what may be learned from.
        seed: of what is drawn.

    Returns:
        By name, each shape (conditions, medicines), float64.
    """
    return {
        POPULARITY: popularity(treatments, counts.shape),
        DEGREE: degree_prior(treatments, counts.shape),
        BY_HAND: by_hand(counts.counts(treatments)),
        FLOOR: floor_scores(counts, treatments, seed),
    }


def degrees(treatments: Array, shape: tuple[int, int]) -> tuple[Array, Array]:
    """How many of the treatments each condition and each medicine has, shapes (conditions,) and (medicines,), int64."""
    return np.bincount(treatments[:, 0], minlength=shape[0]), np.bincount(treatments[:, 1], minlength=shape[1])


def popularity(treatments: Array, shape: tuple[int, int]) -> Array:
    """Treatments that the answer has, in either direction: within a row or a column only the other end differs."""
    conditions, medicines = degrees(treatments, shape)
    return (conditions[:, None] + medicines[None, :]).astype(np.float64)


def degree_prior(treatments: Array, shape: tuple[int, int]) -> Array:
    """Links to be expected from the degrees alone (the configuration model), with half an edge added to every degree.

    Args:
        treatments: shape (n, 2), int64: what is known.
        shape: how many conditions and medicines there are.

    Returns:
        shape (conditions, medicines), float64.
    """
    conditions, medicines = degrees(treatments, shape)
    return np.outer(conditions + HALF, medicines + HALF) / max(1, len(treatments))
