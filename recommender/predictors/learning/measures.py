"""How well held-out answers fit, each figure with a 95 % interval: groups are drawn with replacement, with all their rows.

Every figure is the mean over the repeats of the outer folds, each row counting once in each. All draws are computed at once, as
weights of the rows. The interval is of other people answered by the same fits; it does not hold what fitting on others adds.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recommender.predictors.tables.table import Numbers

Measure = Callable[[Numbers, Numbers, Numbers], Numbers]
"""Of target, answer and weights, shape (draws, rows), the figure of each draw."""
YES = 0.5
"""From this probability on the answer counts as yes, for accuracy, precision, recall and F1."""
ROWS_A_BIN = 60
"""Rows of a bin of the calibration error at least: the share among 60 is known to within .13."""
MOST_BINS = 10


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure with its 95 % interval; NaN where it is not defined."""

    value: float
    low: float
    high: float

    def payload(self) -> list[float | None]:
        """Value, low and high, as JSON can hold them."""
        return [x if np.isfinite(x) else None for x in (self.value, self.low, self.high)]


def drawn(groups: NDArray[np.int64], draws: int, seed: int) -> Numbers:
    """Weights of rows. shape: (draws + 1, rows); the first is 1 throughout, the others count draws of their groups."""
    people, whose = np.unique(groups, return_inverse=True)
    random = np.random.default_rng(seed)
    counts = random.multinomial(len(people), np.full(len(people), 1 / len(people)), size=draws)
    return np.concatenate((np.ones((1, len(groups))), counts[:, whose.reshape(-1)])).astype(np.float64)


def classification_figures(
    target: Numbers,
    probability: Numbers,
    groups: NDArray[np.int64],
    *,
    margins: Numbers | None = None,
    folds: NDArray[np.int64] | None = None,
    draws: int = 200,
    seed: int = 0,
) -> dict[str, Figure]:
    """Accuracy, precision, recall, F1, ROC-AUC, average precision, Brier score and calibration error.

    ROC-AUC and average precision are of the ranking within each fold, by margins, and averaged: models of different folds have
    scales of their own, and mixing them is no property of any of them (Forman & Scholz 2010, doi:10.1145/1882471.1882479).

    Args:
        target: 0 or 1. shape: (rows,).
        probability: held out. shape: (repeats, rows).
        groups: whose each row is. shape: (rows,).
        margins: that rank; the probabilities when not given. shape: (repeats, rows).
        folds: shape (repeats, rows); one fold when not given.
        draws: behind an interval.
        seed: of the draws.
    """
    weights = drawn(groups, draws, seed)
    ranks = probability if margins is None else margins
    parts = np.zeros(ranks.shape, np.int64) if folds is None else folds
    found = {name: np.mean([measure(target, p, weights) for p in probability], axis=0) for name, measure in _MEASURES.items()}
    for name, measure in _RANKINGS.items():
        found[name] = np.mean(
            [_within(measure, target, one, part, weights) for one, part in zip(ranks, parts, strict=True)], axis=0
        )
    found["calibration_error"] = calibration_error(target, probability, weights)
    found["calibration_error"] = _unbiased(found["calibration_error"])
    return {name: _figure(values) for name, values in found.items()}


def regression_figures(
    target: Numbers, answer: Numbers, groups: NDArray[np.int64], *, draws: int = 200, seed: int = 0
) -> dict[str, Figure]:
    """Mean absolute error, root mean squared error and R², of answers of shape (repeats, rows)."""
    weights = drawn(groups, draws, seed)
    total = weights.sum(axis=1)
    mean = weights @ target / total
    spread = weights @ target**2 / total - mean**2
    absolute = np.mean([weights @ np.abs(target - one) / total for one in answer], axis=0)
    squared = np.mean([weights @ (target - one) ** 2 / total for one in answer], axis=0)
    explained = 1 - squared / np.where(spread > 0, spread, np.nan)
    return {
        "mean_absolute_error": _figure(absolute),
        "root_mean_squared_error": _figure(np.sqrt(squared)),
        "r_squared": _figure(explained),
    }


def _within(measure: Measure, target: Numbers, answer: Numbers, folds: NDArray[np.int64], weights: Numbers) -> Numbers:
    """Mean over the folds where it is defined. shape: (draws,)."""
    members = [np.flatnonzero(folds == fold) for fold in np.unique(folds)]
    found = np.array([measure(target[rows], answer[rows], weights[:, rows]) for rows in members])
    told = np.isfinite(found)
    count = told.sum(axis=0)
    return _ratio(np.where(told, found, 0.0).sum(axis=0), count.astype(float))


def _figure(values: Numbers) -> Figure:
    """Of the value of all rows, and of each draw; a draw where it is not defined tells nothing."""
    told = values[1:][np.isfinite(values[1:])]
    low, high = np.quantile(told, [0.025, 0.975]) if len(told) else (np.nan, np.nan)
    return Figure(float(values[0]), float(low), float(high))


def _unbiased(values: Numbers) -> Numbers:
    """Draws without what drawing itself adds: a drawn sample's error is larger, as the gap of each bin has chance added to it.

    Efron & Tibshirani 1993, An Introduction to the Bootstrap, section 10.3; nothing falls below 0.
    """
    bias = values[1:].mean() - values[0]
    return np.append(values[:1], np.maximum(values[1:] - bias, 0.0))


def roc_auc(target: Numbers, answer: Numbers, weights: Numbers | None = None) -> Numbers:
    """Share of pairs of a positive and a negative that are in the right order, ties counted half. shape: (draws,)."""
    weights = np.ones((1, len(target))) if weights is None else weights
    positive, negative = _by_answer(target, answer, weights)
    pairs = positive.sum(axis=1) * negative.sum(axis=1)
    right = (positive * (np.cumsum(negative, axis=1) - negative / 2)).sum(axis=1)
    return _ratio(right, pairs)


def _average_precision(target: Numbers, answer: Numbers, weights: Numbers) -> Numbers:
    """Precision at each threshold, weighted by the recall that it adds, without interpolation."""
    positive, negative = (part[:, ::-1] for part in _by_answer(target, answer, weights))
    hits, all_above = np.cumsum(positive, axis=1), np.cumsum(positive + negative, axis=1)
    precision = np.divide(hits, all_above, out=np.zeros_like(hits), where=all_above > 0)
    total = hits[:, -1]
    return _ratio((precision * positive).sum(axis=1), total)


def _ratio(above: Numbers, below: Numbers) -> Numbers:
    """NaN where nothing is below."""
    found: Numbers = np.divide(above, below, out=np.full(len(below), np.nan), where=below > 0)
    return found


def _by_answer(target: Numbers, answer: Numbers, weights: Numbers) -> tuple[Numbers, Numbers]:
    """Weight of positives and of negatives at each distinct answer, ascending. shape: (draws, answers)."""
    order = np.argsort(answer, kind="stable")
    ascending = answer[order]
    starts = np.flatnonzero(np.append(True, ascending[1:] > ascending[:-1]))
    at = weights[:, order]
    positive = np.add.reduceat(at * target[order], starts, axis=1)
    return positive, np.add.reduceat(at, starts, axis=1) - positive


def _brier(target: Numbers, probability: Numbers, weights: Numbers) -> Numbers:
    found: Numbers = weights @ (target - probability) ** 2 / weights.sum(axis=1)
    return found


def _counts(target: Numbers, probability: Numbers, weights: Numbers) -> tuple[Numbers, Numbers, Numbers, Numbers]:
    """Weight of the right yes, of all yes, of all positives, and of all rows."""
    yes = (probability >= YES).astype(float)
    return weights @ (yes * target), weights @ yes, weights @ target, weights.sum(axis=1)


def _accuracy(target: Numbers, probability: Numbers, weights: Numbers) -> Numbers:
    hits, said, positive, total = _counts(target, probability, weights)
    found: Numbers = (total - said - positive + 2 * hits) / total
    return found


def _precision(target: Numbers, probability: Numbers, weights: Numbers) -> Numbers:
    """0 where nobody is told yes, as scikit-learn has it."""
    hits, said, _, _ = _counts(target, probability, weights)
    return np.nan_to_num(_ratio(hits, said))


def _recall(target: Numbers, probability: Numbers, weights: Numbers) -> Numbers:
    hits, _, positive, _ = _counts(target, probability, weights)
    return _ratio(hits, positive)


def _f1(target: Numbers, probability: Numbers, weights: Numbers) -> Numbers:
    hits, said, positive, _ = _counts(target, probability, weights)
    return _ratio(2 * hits, said + positive)


_MEASURES: Mapping[str, Measure] = {
    "accuracy": _accuracy,
    "precision": _precision,
    "recall": _recall,
    "f1": _f1,
    "brier": _brier,
}
_RANKINGS: Mapping[str, Measure] = {"roc_auc": roc_auc, "average_precision": _average_precision}


def calibration_error(target: Numbers, probability: Numbers, weights: Numbers) -> Numbers:
    """Expected calibration error (Naeini, Cooper & Hauskrecht 2015, AAAI): mean |said - seen| over bins. shape: (draws,).

    Bins hold equal numbers of answers, ``ROWS_A_BIN`` rows or more and at most ``MOST_BINS`` bins; the repeats are pooled in
    them, which smooths what differs between fits and not what differs between people. Chance alone makes it larger than 0.

    Args:
        target: shape (rows,).
        probability: shape (repeats, rows).
        weights: shape (draws, rows).
    """
    bins = int(np.clip(len(target) // ROWS_A_BIN, 2, MOST_BINS))
    edges = np.unique(np.quantile(probability, np.linspace(0, 1, bins + 1)[1:-1]))
    gap = np.zeros((len(weights), len(edges) + 1))
    for one in probability:
        place = np.searchsorted(edges, one, "right")
        members = (place[:, None] == np.arange(len(edges) + 1)).astype(float)
        gap += weights @ (members * (one - target)[:, None])
    found: Numbers = np.abs(gap).sum(axis=1) / (len(probability) * weights.sum(axis=1))
    return found
