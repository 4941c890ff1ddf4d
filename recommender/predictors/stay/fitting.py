"""Fits the expected value and its interval, and judges both on rows held out by the same folds."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from recommender.errors import PredictorError
from recommender.predictors.learning.comparison import HeldOut
from recommender.predictors.learning.conformal import threshold
from recommender.predictors.learning.fitting import Fitted, fit_model
from recommender.predictors.learning.folds import is_classes
from recommender.predictors.learning.outer import Progress
from recommender.predictors.learning.quantile_boosting import (
    Quantiles,
    conformity,
    fit_quantiles,
    held_out_offsets,
    held_out_quantiles,
    mean_by_people,
    pinball,
)
from recommender.predictors.stay.config import StayConfig
from recommender.predictors.tables.derived import with_derived
from recommender.predictors.tables.table import Numbers, Table


@dataclass(frozen=True)
class FittedStay:
    """What fitting made.

    Attributes:
        fitted: the expected value, with the table of candidates.
        quantiles: the trees of the interval, and of the median.
        offset: by which both ends are moved outwards; negative where they were too wide. Infinite with too few rows.
        figures: of the interval, on rows held out: measure → [value, low, high].
        held_out: low end, median and high end of each row, conformalised. shape: (3, repeats, rows).
        table: on which it was fitted, derived columns among the others.
    """

    fitted: Fitted
    quantiles: Quantiles
    offset: float
    figures: dict[str, Any]
    held_out: Numbers
    table: Table


def fit_stay(table: Table, config: StayConfig | None = None, *, progress: Progress | None = None) -> FittedStay:
    """Fit and judge.

    Args:
        table: with a number as target.
        config: how.
        progress: told after each outer fold.

    Raises:
        PredictorError: when the table cannot be learned from, its target is a class, or a value of it is below ``least``.
    """
    chosen = config or StayConfig()
    if len(table.target) and is_classes(table.target):
        raise PredictorError(f"the target of the table {table.name} is yes or no; a number is expected, as of days or costs")
    if below := int((table.target < chosen.least).sum()):
        raise PredictorError(
            f"{below:,} of {len(table):,} rows of the table {table.name} have a target below {chosen.least:g}; correct them, "
            "or say by the setting least how low it can be"
        )
    whole = with_derived(table)
    fitted = fit_model(whole, chosen.learning, progress=progress)
    seed, folds, coverage = chosen.learning.seed, fitted.held_out.folds, chosen.learning.coverage
    told = held_out_quantiles(whole, folds, chosen.levels, chosen.boosting, seed)
    expected = np.maximum(fitted.held_out.probabilities, chosen.least)
    scores = conformity(*around(expected, told, 0.0), whole.target)
    offsets = held_out_offsets(scores, folds, coverage)
    low, high = around(expected, told, offsets)
    held_out = np.stack([np.maximum(low, chosen.least), told[1], high])
    quantiles = fit_quantiles(whole, chosen.levels, chosen.boosting, seed)
    # Repeats tell of the same people: one of them is a sample of scores, all would only look larger.
    offset = threshold(scores[0], coverage)
    return FittedStay(fitted, quantiles, offset, _figures(whole, fitted.held_out, told, held_out, chosen), held_out, whole)


def around(expected: Numbers, told: Numbers, offset: Numbers | float) -> tuple[Numbers, Numbers]:
    """Both ends of the interval, each of the shape of ``expected``.

    Mean and quantiles are fitted apart, and a mean beyond the ends would be read as an error: the interval is widened to hold
    it before it is conformalised, and again after, as a negative offset may have moved an end past it.

    Args:
        expected: the expected values, any shape.
        told: low end, median and high end of each. shape: (3, \\*that of ``expected``).
        offset: by which the ends are moved outwards.
    """
    low, high = np.minimum(told[0], expected) - offset, np.maximum(told[2], expected) + offset
    return np.minimum(np.minimum(low, high), expected), np.maximum(np.maximum(low, high), expected)


def _figures(table: Table, mean: HeldOut, told: Numbers, held_out: Numbers, config: StayConfig) -> dict[str, Any]:
    target, groups = table.target, table.groups
    draws, seed = config.learning.bootstraps, config.learning.seed
    residual = np.abs(mean.probabilities - target)
    plain = held_out_offsets(residual, mean.folds, config.learning.coverage)
    found = {
        "interval_coverage": ((held_out[0] <= target) & (target <= held_out[2])).astype(float),
        "interval_width": held_out[2] - held_out[0],
        "interval_coverage_before_conformal": ((told[0] <= target) & (target <= told[2])).astype(float),
        "plain_interval_coverage": (residual <= plain).astype(float),
        "plain_interval_width": mean.probabilities + plain - np.maximum(mean.probabilities - plain, config.least),
    }
    found |= {
        f"pinball_{round(100 * level)}": pinball(level, one, target) for level, one in zip(config.levels, told, strict=True)
    }
    fixed = np.quantile(target, config.levels)
    found |= {
        f"pinball_{round(100 * level)}_without_columns": np.broadcast_to(pinball(level, one, target), mean.folds.shape)
        for level, one in zip(config.levels, fixed, strict=True)
    }
    return {name: mean_by_people(values, groups, draws, seed).payload() for name, values in found.items()}
