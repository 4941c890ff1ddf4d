"""Curves over thresholds with their bands: ROC, precision and recall, reliability, and the learning curve.

ROC and precision are averaged over the outer folds at the same false positives or the same recall (vertical averaging; Fawcett
2006, doi:10.1016/j.patrec.2005.10.010), since margins of different folds have scales of their own. Bands are of
draws of people.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recommender.outcomes import LEAST_PEOPLE
from recommender.predictors.learning.candidates import CANDIDATES, Settings, thin
from recommender.predictors.learning.comparison import HeldOut
from recommender.predictors.learning.folds import fold_numbers, is_classes
from recommender.predictors.learning.measures import drawn, regression_figures, roc_auc
from recommender.predictors.learning.splitting import held_out_margins, split
from recommender.predictors.tables.table import Numbers, Table

POINTS = np.linspace(0, 1, 101)
Z = 1.959963984540054
BINS = 10
SHARES = (0.1, 0.2, 0.4, 0.7, 1.0)
DRAWS = 3
"""Folds that a learning curve is drawn from."""
_Curve = Callable[[Numbers, Numbers], Numbers]


@dataclass(frozen=True)
class Curve:
    """A curve at :data:`POINTS`, with its 95 % band. Each of shape (points,)."""

    value: Numbers
    low: Numbers
    high: Numbers


def roc_curve(target: Numbers, answer: HeldOut, groups: NDArray[np.int64], *, draws: int = 100, seed: int = 0) -> Curve:
    """Share of positives that are called, at each share of negatives that are."""
    return _averaged(_true_positives, target, answer, groups, draws, seed)


def precision_curve(target: Numbers, answer: HeldOut, groups: NDArray[np.int64], *, draws: int = 100, seed: int = 0) -> Curve:
    """Share of positives among the called, at each recall."""
    return _averaged(_precision, target, answer, groups, draws, seed)


def _averaged(curve: _Curve, target: Numbers, answer: HeldOut, groups: NDArray[np.int64], draws: int, seed: int) -> Curve:
    weights = drawn(groups, draws, seed)
    total = np.zeros((len(weights), len(POINTS)))
    parts = 0
    for rows, margins in _folds(answer):
        order = np.argsort(-margins, kind="stable")
        ends = np.append(np.flatnonzero(np.diff(margins[order])), len(order) - 1)
        for i, one in enumerate(weights[:, rows[order]]):
            positive, negative = np.cumsum(one * target[rows[order]])[ends], np.cumsum(one * (1 - target[rows[order]]))[ends]
            total[i] += curve(positive, negative)
        parts += 1
    mean = total / max(1, parts)
    low, high = np.quantile(mean[1:], [0.025, 0.975], axis=0)
    return Curve(mean[0], low, high)


def _folds(answer: HeldOut) -> Iterator[tuple[NDArray[np.int64], Numbers]]:
    """The rows of each outer fold, and their margins."""
    for margins, folds in zip(answer.margins, answer.folds, strict=True):
        for fold in np.unique(folds):
            rows = np.flatnonzero(folds == fold).astype(np.int64)
            yield rows, margins[rows]


def _true_positives(positive: Numbers, negative: Numbers) -> Numbers:
    right, wrong = positive / max(positive[-1], 1e-12), negative / max(negative[-1], 1e-12)
    found: Numbers = np.interp(POINTS, np.append(0.0, wrong), np.append(0.0, right))
    return found


def _precision(positive: Numbers, negative: Numbers) -> Numbers:
    recall = positive / max(positive[-1], 1e-12)
    place = np.minimum(np.searchsorted(recall, POINTS - 1e-12), len(recall) - 1)
    found: Numbers = (positive / np.maximum(positive + negative, 1e-12))[place]
    return found


@dataclass(frozen=True)
class Reliability:
    """Observed shares by predicted probability, in bins of equal size. Each of shape (bins,)."""

    said: Numbers
    seen: Numbers
    low: Numbers
    high: Numbers
    rows: Numbers


def reliability(target: Numbers, probability: Numbers) -> Reliability:
    """Observed shares with their 95 % interval (Wilson 1927, doi:10.1080/01621459.1927.10502953).

    Bins of fewer than ``LEAST_PEOPLE`` rows, as many equal answers may leave them, are left out.

    Args:
        target: 0 or 1. shape: (rows,).
        probability: held out, the mean over the repeats. shape: (rows,).
    """
    edges = np.unique(np.quantile(probability, np.linspace(0, 1, BINS + 1)[1:-1]))
    place = np.searchsorted(edges, probability, "right")
    rows = np.bincount(place, minlength=len(edges) + 1).astype(float)
    kept = rows >= LEAST_PEOPLE
    count = rows[kept]
    said, seen = (np.bincount(place, x, len(edges) + 1)[kept] / count for x in (probability, target))
    middle = (seen + Z**2 / (2 * count)) / (1 + Z**2 / count)
    half = Z * np.sqrt(seen * (1 - seen) / count + Z**2 / (4 * count**2)) / (1 + Z**2 / count)
    return Reliability(said, seen, np.minimum(middle - half, seen), np.maximum(middle + half, seen), count)


@dataclass(frozen=True)
class Learning:
    """Held-out figures by rows learned from. ``mean`` and ``spread`` are of shape (points,)."""

    name: str
    rows: Numbers
    mean: Numbers
    spread: Numbers


def learning_curve(table: Table, name: str, settings: Settings, *, folds: int = 5, seed: int = 0) -> Learning:
    """The figure of a candidate that learned from a part of the people, on the rows of a fold that it has not seen.

    Args:
        table: with a target.
        name: of the candidate.
        settings: fixed throughout, so that the curve is of the data and not of the search.
        folds: of which the first is held out.
        seed: of the folds; each draw has other ones.
    """
    classes = is_classes(table.target)
    told, sizes = np.empty((DRAWS, len(SHARES))), np.empty((DRAWS, len(SHARES)))
    for draw in range(DRAWS):
        numbers = fold_numbers(table.target, table.groups, folds, seed + draw)
        out, rest = np.flatnonzero(numbers == 0).astype(np.int64), np.flatnonzero(numbers != 0).astype(np.int64)
        order = np.random.default_rng(seed + draw).permutation(np.unique(table.groups[rest]))
        for i, share in enumerate(SHARES):
            seen = rest[np.isin(table.groups[rest], order[: max(1, round(share * len(order)))])]
            part = split(table, seen, out)
            margins = held_out_margins(CANDIDATES[name], part, thin(settings), seed, classes=classes)
            told[draw, i], sizes[draw, i] = _figure(part.truth, margins, classes), len(seen)
    return Learning(CANDIDATES[name].label, sizes.mean(axis=0), told.mean(axis=0), told.std(axis=0, ddof=1))


def _figure(truth: Numbers, margins: Numbers, classes: bool) -> float:
    if classes:
        return float(roc_auc(truth, margins)[0])
    one = regression_figures(truth, margins[None, :], np.arange(len(truth)), draws=1)
    return one["r_squared"].value


def confusion(target: Numbers, probability: Numbers, limit: float) -> Numbers:
    """What was (no, yes) by what was said (no, yes), the mean over the repeats. shape: (2, 2)."""
    said = probability >= limit
    cells: Sequence[Numbers] = [((said == s) & (target == t)).sum(axis=1) for t in (0, 1) for s in (False, True)]
    return np.array([cell.mean() for cell in cells]).reshape(2, 2)
