"""The curves that a calibration may be: isotonic regression and Platt's sigmoid, as numbers that a bundle can keep.

Both are fitted to cells: pairs of nearly equal score, given as how many pairs of each class there are and how many they stand
for. Both answer a curve of at most ``KNOTS`` points that never falls and stays within [0, 1].
"""

from dataclasses import dataclass

import numpy as np

from graph.array_file import Array

KNOTS = 200
"""Most points of a curve."""
LEAST_PAIRS = 20
"""Pairs that a level of an isotonic curve rests on: the share among 20 is known to within .22, and no better."""
SURE = 1.959963984540054
"""Standard normal quantile of a 95 % interval."""
STEPS = 100
"""Most Newton steps of the sigmoid; it takes about ten."""


@dataclass(frozen=True, slots=True)
class Curve:
    """A probability by score, straight between its points and level beyond them.

    Attributes:
        scores: shape (points,), ascending.
        values: shape (points,), in [0, 1], never falling.
        low, high: shape (points,): how narrow an interval may be at most, whatever a bootstrap says.
    """

    scores: Array
    values: Array
    low: Array
    high: Array

    def __call__(self, scores: Array) -> Array:
        """Probabilities of scores, of their shape."""
        return np.interp(scores, self.scores, self.values)


def fit_isotonic(low: Array, high: Array, mean: Array, pairs: Array, weights: Array) -> Curve:
    """Isotonic regression by pooling adjacent violators (Barlow et al. 1972, Statistical Inference under Order Restrictions).

    Levels of fewer than ``LEAST_PAIRS`` pairs are pooled with the next ones: two positives on top are no certainty. A level's
    interval is at least that of Wilson (1927, JASA 22:209-212), since a bootstrap of a level without a surprise has no width.

    Args:
        low, high, mean: shape (cells,): scores of each cell.
        pairs, weights: shape (2, cells): of the unknown and the positive pairs; at least one weight is above 0.
    """
    # It takes longer to import than a request may: serving does not need it.
    from scipy.optimize import isotonic_regression

    used = np.flatnonzero(weights.sum(axis=0) > 0)
    totals, positives = weights[:, used].sum(axis=0), weights[1, used]
    fitted = isotonic_regression(positives / totals, weights=totals).x
    first = np.append(0, np.flatnonzero(np.diff(fitted) > 0) + 1)
    first = first[_pooled(np.add.reduceat(pairs[:, used].sum(axis=0), first))]
    last = np.append(first[1:], len(used)) - 1
    counts = np.add.reduceat(pairs[:, used].sum(axis=0), first)
    values = np.add.reduceat(positives, first) / np.add.reduceat(totals, first)
    # Sums of pools that are equal in truth may differ in their last bit.
    values = np.maximum.accumulate(np.clip(values, 0.0, 1.0))
    scores, at = np.unique(np.concatenate((low[used[first]], high[used[last]])), return_index=True)
    at = at % len(first)
    chosen = np.unique(np.linspace(0, len(at) - 1, min(KNOTS, len(at))).astype(np.int64))
    bottom, top = _wilson(values, counts)
    at = at[chosen]
    return Curve(scores[chosen], values[at], bottom[at], top[at])


def _pooled(counts: Array) -> list[int]:
    """Positions of the levels that begin a pool of at least ``LEAST_PAIRS`` pairs; what is left on top joins the last pool."""
    starts, held = [0], 0.0
    for i, count in enumerate(counts.tolist()):
        if held >= LEAST_PAIRS:
            starts.append(i)
            held = 0.0
        held += count
    return starts if held >= LEAST_PAIRS or len(starts) == 1 else starts[:-1]


def _wilson(share: Array, count: Array) -> tuple[Array, Array]:
    """Ends of the score interval of a share among a count, each shape (n,)."""
    centre = (share + SURE**2 / (2 * count)) / (1 + SURE**2 / count)
    half = SURE / (1 + SURE**2 / count) * np.sqrt(share * (1 - share) / count + (SURE / (2 * count)) ** 2)
    return np.clip(np.minimum(centre - half, share), 0, 1), np.clip(np.maximum(centre + half, share), 0, 1)


def fit_platt(low: Array, high: Array, mean: Array, pairs: Array, weights: Array) -> Curve:
    """1 / (1 + exp(-(a·score + c))) by Platt (1999, Advances in Large Margin Classifiers), a never below 0.

    His targets, (N₊ + 1) / (N₊ + 2) of a positive and 1 / (N₋ + 2) of another, keep a and c finite on separable pairs.

    Args:
        low, high, mean: shape (cells,): scores of each cell.
        pairs, weights: shape (2, cells): of the unknown and the positive pairs.
    """
    others, positives = weights.sum(axis=1).tolist()
    totals = weights.sum(axis=0)
    wanted = weights[1] * (positives + 1) / (positives + 2) + weights[0] / (others + 2)
    middle, scale = (low[0] + high[-1]) / 2, (high[-1] - low[0]) / 2 or 1.0
    slope, level = _newton((mean - middle) / scale, wanted, totals)
    scores = np.unique(np.linspace(low[0], high[-1], KNOTS))
    values = np.maximum.accumulate(_sigmoid(slope * (scores - middle) / scale + level))
    return Curve(scores, values, values, values)


def _newton(at: Array, wanted: Array, totals: Array) -> tuple[float, float]:
    """Slope and level of greatest likelihood, by Newton's method with halved steps (Lin, Lin & Weng 2007, Mach. Learn. 68).

    Args:
        at: shape (cells,), in [-1, 1].
        wanted: shape (cells,): expected positives, above 0 and below ``totals`` where those are above 0.
        totals: shape (cells,).
    """
    share = wanted.sum() / totals.sum()
    flat = np.array([0.0, np.log(share / (1 - share))])
    design = np.column_stack((at, np.ones_like(at)))

    def loss(line: Array) -> float:
        z = design @ line
        return float((totals * np.logaddexp(0, z) - wanted * z).sum())

    line, now = flat, loss(flat)
    for _ in range(STEPS):
        said = _sigmoid(design @ line)
        slope = design.T @ (wanted - totals * said)
        bend = (design * (totals * said * (1 - said))[:, None]).T @ design
        step = np.linalg.solve(bend + np.eye(2) * (1e-12 * bend.trace() + 1e-300), slope)
        while loss(line + step) > now and np.abs(step).max() > 1e-12:
            step = step / 2
        line, before = line + step, now
        now = loss(line)
        if before - now <= 1e-12 * abs(before):
            break
    return (float(line[0]), float(line[1])) if line[0] > 0 else (0.0, float(flat[1]))


def _sigmoid(z: Array) -> Array:
    return np.asarray(0.5 * (1 + np.tanh(z / 2)))
