"""Turns scores into probabilities, each with an interval and a word on whether the calibration set has anything alike.

A calibration is fitted on pairs that were hidden when their score was made. Two curves are tried, and the one with the smaller
held-out Brier score is taken: isotonic regression, which assumes nothing but that a higher score is no worse, and Platt's
sigmoid, which needs fewer pairs. The interval is a bootstrap over folds, and over the pairs within them.

A fitted calibration is a few short arrays and served by interpolation alone. Pairs are first put together in cells of nearly
equal score, so that millions of unknown pairs cost no more than thousands, and the order of rows never matters.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Self

import numpy as np

from graph.array_file import Array
from recommender.calibration_curves import LEAST_PAIRS, Curve, fit_isotonic, fit_platt
from recommender.errors import BundleError, TrainingError

FEWEST = 50
"""Known positives below which the sigmoid is taken untried: a fifth of them, which one fold holds, could not judge a choice
between two curves (Niculescu-Mizil & Caruana 2005, ICML, figure 8: isotonic regression overfits small calibration sets)."""
CELLS = 1_000
"""Distinct scores of positives, and again of all pairs, that cells begin at; with fewer distinct scores each is a cell."""
NEAR = 0.05
"""Share of the range of scores within which pairs count as alike."""
PARTS = 5
"""How many times folds are hidden to judge a curve: more would take longer and judge no better."""
BINS = 10
"""Points of the reliability curve."""
INTERVAL = (0.025, 0.975)
METHODS = ("isotonic", "platt")
FIGURES = ("pairs", "positives", "base_rate", "brier", "brier_base", "brier_skill", "ece", "log_loss")
"""What :meth:`Calibration.reliability` answers beside method and curve."""
_FITS = {"isotonic": fit_isotonic, "platt": fit_platt}


@dataclass(frozen=True, slots=True)
class _Cells:
    """The calibration set by fold, class (0 unknown, 1 positive) and cell.

    Attributes:
        low, high, mean: shape (cells,): scores; cells do not overlap and ascend.
        pairs: shape (folds, 2, cells): how many pairs there are; what stands for several counts as one.
        weights: shape (folds, 2, cells): how many pairs they stand for.
    """

    low: Array
    high: Array
    mean: Array
    pairs: Array
    weights: Array

    def fit(self, method: str, pairs: Array, weights: Array) -> Curve:
        """The curve through some pairs and weights, shape (2, cells)."""
        return _FITS[method](self.low, self.high, self.mean, pairs, weights)

    def fit_folds(self, method: str, chosen: Array) -> Curve:
        """The curve through some folds, shape (chosen,)."""
        return self.fit(method, self.pairs[chosen].sum(axis=0), self.weights[chosen].sum(axis=0))


@dataclass(frozen=True, slots=True)
class Calibration:
    """A fitted calibration.

    Attributes:
        scores: shape (knots,), ascending: where the curve is known; it is straight between, and level beyond.
        value: shape (knots,), in [0, 1], never falling: the probability there.
        low, high: shape (knots,): ends of its 95 % interval, never falling.
        supported: shape (ranges, 2), ascending: scores that have pairs alike, from and to.
        curve: shape (bins, 3): mean held-out probability, share observed and number of pairs; bins hold equal sums of
            probability, since with few positives bins of equal counts would all say zero.
        figures: shape (8,): the held-out figures that ``FIGURES`` names.
        method: shape (), index in ``METHODS``.
    """

    scores: Array
    value: Array
    low: Array
    high: Array
    supported: Array
    curve: Array
    figures: Array
    method: Array

    def __post_init__(self) -> None:
        """Refuse arrays that are no calibration.

        Raises:
            BundleError: when shapes do not fit, a number is missing or a curve leaves its bounds.
        """
        if not _fits(self):
            raise BundleError("a calibration of the bundle is damaged; train again: python -m recommender train")

    @classmethod
    def fit(
        cls,
        scores: Array,
        positive: Array,
        folds: Array,
        weights: Array | None = None,
        *,
        bootstraps: int = 200,
        seed: int = 0,
    ) -> Self:
        """Fit probabilities to held-out scores.

        Args:
            scores: shape (n,), float: of pairs, each made while its fold was hidden.
            positive: shape (n,), bool: whether each is a known positive.
            folds: shape (n,), int: the fold of each; at least two in all.
            weights: shape (n,), >= 0: how many pairs each stands for; 1 by default. A pair shared out among folds stands in
                each for less than one.
            bootstraps: from how many samples the interval is taken.
            seed: of the samples.

        Raises:
            TrainingError: when a number is missing or infinite, or there is one class or one fold only.
        """
        found = _checked(scores, positive, folds, np.ones(len(scores)) if weights is None else weights)
        cells = _cells(*found)
        everything = np.arange(len(cells.pairs))
        method = _choose(cells, everything)
        curve = cells.fit_folds(method, everything)
        low, high = _interval(cells, method, curve, bootstraps, np.random.default_rng(seed))
        reliability, figures = _judge(cells, _held_out(cells))
        ranges = _supported(found[0], np.minimum(found[3], 1.0))
        return cls(
            curve.scores, curve.values, low, high, ranges, reliability, figures, np.array(METHODS.index(method), np.int64)
        )

    def probability(self, scores: Array) -> tuple[Array, Array, Array, Array]:
        """Probabilities of scores.

        Args:
            scores: shape (n,).

        Returns:
            Probability, low and high end of its 95 % interval, and whether the calibration set has at least ``LEAST_PAIRS``
            pairs alike; each shape (n,).

        Raises:
            BundleError: when a score is no finite number.
        """
        if not np.isfinite(scores).all():
            raise BundleError("a score is no finite number, so that it has no probability; train again")
        value, low, high = (np.interp(scores, self.scores, known) for known in (self.value, self.low, self.high))
        # The three lines are rounded each for itself.
        value = np.clip(value, low, high)
        at = np.searchsorted(self.supported[:, 0], scores, "right") - 1
        ends = np.concatenate((self.supported[:, 1], [-np.inf]))
        return value, low, high, scores <= ends[at]

    def reliability(self) -> dict[str, Any]:
        """How well probabilities hold on pairs that were hidden when their curve was chosen and fitted, as JSON can hold it.

        Returns:
            ``method``; ``pairs`` and ``positives`` by weight; ``base_rate``; ``brier``, ``brier_base`` (of the base rate said
            of every pair) and ``brier_skill`` = 1 - brier / brier_base; ``ece``, the expected calibration error over the
            bins; ``log_loss`` in nats; ``curve``, rows of mean probability, share observed and pairs.
        """
        figures = dict(zip(FIGURES, self.figures.tolist(), strict=True))
        return {"method": METHODS[int(self.method)], **figures, "curve": self.curve.tolist()}

    def arrays(self) -> dict[str, Array]:
        """Everything as arrays, for a bundle."""
        return {f.name: getattr(self, f.name) for f in fields(self)}

    @classmethod
    def of(cls, arrays: Mapping[str, Array]) -> Self:
        """The calibration that :meth:`arrays` told of.

        Raises:
            BundleError: when they are none.
        """
        if set(arrays) != {f.name for f in fields(cls)}:
            raise BundleError("a calibration of the bundle lacks a part; train again: python -m recommender train")
        return cls(**arrays)


def _fits(calibration: Calibration) -> bool:
    """Whether arrays have their shapes, and curves stay within their bounds."""
    scores, curve, supported = calibration.scores, calibration.curve, calibration.supported
    lines = [calibration.low, calibration.value, calibration.high]
    shapes = [*(line.shape for line in lines), supported.shape[1:], curve.shape[1:], calibration.figures.shape]
    if scores.ndim != 1 or not scores.size or calibration.method.shape != ():
        return False
    if shapes != [scores.shape] * 3 + [(2,), (3,), (len(FIGURES),)]:
        return False
    curves = np.stack(lines)
    rising = (np.diff(scores), np.diff(curves), np.diff(curves, axis=0), np.diff(supported.ravel()))
    return (
        all(bool(np.isfinite(getattr(calibration, f.name)).all()) for f in fields(calibration))
        and all(bool((steps >= 0).all()) for steps in rising)
        and bool((rising[0] > 0).all() and curves.min() >= 0 and curves.max() <= 1)
        and int(calibration.method) in range(len(METHODS))
    )


def _checked(scores: Array, positive: Array, folds: Array, weights: Array) -> tuple[Array, Array, Array, Array]:
    """The rows that count, in an order of their own: scores, classes, fold positions and weights."""
    if not len(scores) == len(positive) == len(folds) == len(weights):
        raise TrainingError("a calibration needs a class, a fold and a weight for each score")
    if not (np.isfinite(scores).all() and np.isfinite(weights).all() and (weights >= 0).all()):
        raise TrainingError("a calibration needs finite scores, and finite weights of 0 or more")
    kept = np.flatnonzero(weights > 0)
    scores, classes, weights = scores[kept].astype(float), positive[kept].astype(np.int64), weights[kept].astype(float)
    if len(np.unique(classes)) < 2:
        raise TrainingError("a calibration needs pairs of both classes, and one of them is empty")
    names, places = np.unique(folds[kept], return_inverse=True)
    if len(names) < 2:
        raise TrainingError("a calibration needs two folds or more: of one alone nothing is held out")
    order = np.lexsort((weights, places, classes, scores))
    return scores[order], classes[order], places[order], weights[order]


def _cells(scores: Array, classes: Array, folds: Array, weights: Array) -> _Cells:
    """Cells of sorted rows.

    A block of an isotonic regression always begins with a positive, so that cells which begin at every positive score lose
    nothing; the quantiles of all scores are for the sigmoid, and for the scores of other folds.
    """
    starts = np.unique(scores)
    if len(starts) > CELLS:
        starts = np.union1d(_spread(np.unique(scores[classes == 1])), _spread(scores))
    cell = np.searchsorted(starts, scores, "right") - 1
    shape = (int(folds.max()) + 1, 2, len(starts))
    index = (folds * 2 + classes) * len(starts) + cell
    ends = np.searchsorted(scores, starts[1:], "left")
    high = scores[np.append(ends, len(scores)) - 1]
    mean = np.bincount(cell, weights * scores) / np.bincount(cell, weights)
    tables = [np.bincount(index, w, int(np.prod(shape))).reshape(shape) for w in (np.minimum(weights, 1.0), weights)]
    return _Cells(starts, high, np.clip(mean, starts, high), tables[0], tables[1])


def _spread(ascending: Array) -> Array:
    """At most ``CELLS`` of ascending values, the first among them."""
    return ascending[np.unique(np.linspace(0, len(ascending) - 1, CELLS).astype(np.int64))]


def _choose(cells: _Cells, folds: Array) -> str:
    """The method with the smaller Brier score over folds that are hidden in turn; the sigmoid when they are equal."""
    if len(folds) < 2 or cells.pairs[folds, 1].sum() < FEWEST:
        return "platt"
    loss = dict.fromkeys(METHODS, 0.0)
    for method in METHODS:
        for hidden, others in _parts(folds):
            loss[method] += _squares(cells.fit_folds(method, others)(cells.mean), cells.weights[hidden])
    return min(reversed(METHODS), key=lambda method: loss[method])


def _squares(predicted: Array, weights: Array) -> float:
    """Sum of squared errors of pairs, weights of shape (…, 2, cells)."""
    return float((weights[..., 0, :] * predicted**2 + weights[..., 1, :] * (1 - predicted) ** 2).sum())


def _held_out(cells: _Cells) -> Array:
    """Probabilities, shape (folds, cells), of each fold by a curve that was chosen and fitted without it."""
    predicted = np.empty((len(cells.pairs), len(cells.mean)))
    for hidden, others in _parts(np.arange(len(cells.pairs))):
        predicted[hidden] = cells.fit_folds(_choose(cells, others), others)(cells.mean)
    return predicted


def _parts(folds: Array) -> list[tuple[Array, Array]]:
    """Folds to be hidden together, at most ``PARTS`` times, each time with all others."""
    hidden = [folds[i::PARTS] for i in range(min(PARTS, len(folds)))]
    return [(part, folds[~np.isin(folds, part)]) for part in hidden]


def _interval(cells: _Cells, method: str, curve: Curve, bootstraps: int, random: np.random.Generator) -> tuple[Array, Array]:
    """Low and high ends at the knots of a curve, neither falling nor leaving the curve out.

    Folds are drawn with replacement, and pairs within them by the Poisson bootstrap (Chamandy et al. 2012, "Estimating
    uncertainty for massive data streams"): each cell's count anew from a Poisson distribution of its mean.
    """
    folds, used = len(cells.pairs), np.nonzero(cells.pairs)
    amount = cells.weights[used] / cells.pairs[used]
    samples = np.empty((bootstraps, len(curve.scores)))
    for i in range(bootstraps):
        times = random.multinomial(folds, np.full(folds, 1 / folds))
        drawn, weighed = np.zeros_like(cells.pairs), np.zeros_like(cells.pairs)
        drawn[used] = random.poisson(cells.pairs[used] * times[used[0]])
        weighed[used] = drawn[used] * amount
        samples[i] = cells.fit(method, drawn.sum(axis=0), weighed.sum(axis=0))(curve.scores)
    low, high = np.quantile(samples, INTERVAL, axis=0) if bootstraps else (curve.values, curve.values)
    low, high = np.minimum(low, curve.low), np.maximum(high, curve.high)
    return np.maximum.accumulate(low), np.minimum.accumulate(high[::-1])[::-1]


def _judge(cells: _Cells, predicted: Array) -> tuple[Array, Array]:
    """The reliability curve and the figures of held-out probabilities, shape (folds, cells)."""
    totals, positives = cells.weights.sum(axis=1), cells.weights[:, 1]
    total, hits = float(totals.sum()), float(positives.sum())
    base = hits / total
    curve, error = _reliability(predicted.ravel(), positives.ravel(), totals.ravel(), cells.pairs.sum(axis=1).ravel())
    brier = _squares(predicted, cells.weights) / total
    # A probability of exactly 0 would make the loss infinite for one surprise: it is taken as half a pair in all.
    safe = np.clip(predicted, 0.5 / total, 1 - 0.5 / total) if total > 1 else np.full_like(predicted, 0.5)
    loss = -float((positives * np.log(safe) + (totals - positives) * np.log1p(-safe)).sum()) / total
    plain = base * (1 - base)
    return curve, np.array([total, hits, base, brier, plain, 1 - brier / plain, error, loss])


def _reliability(predicted: Array, positives: Array, totals: Array, pairs: Array) -> tuple[Array, float]:
    """Rows of mean probability, share observed and number of pairs; and the expected calibration error."""
    order = np.argsort(predicted, kind="stable")
    order = order[totals[order] > 0]
    mass = np.cumsum(predicted[order] * totals[order])
    middles = mass - predicted[order] * totals[order] / 2
    place = np.minimum((middles / max(float(mass[-1]), np.finfo(float).tiny) * BINS).astype(np.int64), BINS - 1)
    sums = [np.bincount(place, w[order], BINS) for w in (predicted * totals, positives, totals, pairs)]
    said, seen, weight, count = (column[sums[2] > 0] for column in sums)
    return np.column_stack((said / weight, seen / weight, count)), float(np.abs(said - seen).sum() / weight.sum())


def _supported(scores: Array, pairs: Array) -> Array:
    """Ranges of scores, within those seen, that have ``LEAST_PAIRS`` pairs within ``NEAR`` of the range.

    Args:
        scores: shape (n,), ascending.
        pairs: shape (n,): how much of a pair each is.

    Returns:
        shape (ranges, 2), ascending.
    """
    near = NEAR * (scores[-1] - scores[0])
    before = np.cumsum(pairs) - pairs
    last = np.searchsorted(np.cumsum(pairs), before + LEAST_PAIRS - 1e-9, "left")
    first = np.flatnonzero(last < len(scores))
    start, end = scores[last[first]] - near, scores[first] + near
    start, end = (np.clip(edge[start <= end], scores[0], scores[-1]) for edge in (start, end))
    if not len(start):
        return np.zeros((0, 2))
    gaps = np.flatnonzero(start[1:] > end[:-1])
    return np.column_stack((start[np.append(0, gaps + 1)], end[np.append(gaps, len(end) - 1)]))
