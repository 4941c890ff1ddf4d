"""Gradient boosting of quantiles, as trees, and conformal intervals around them.

Boosting with the pinball loss says where a given share of the values lies below (Koenker & Bassett 1978, doi:10.2307/1913643).
What it says of the ends is only asymptotically right, so that both ends are moved by one number, which is taken from rows held
out (conformalised quantile regression; Romano, Patterson & Candès 2019, NeurIPS, arXiv:1905.03222):

    E = max(low(x) - y, y - high(x));  the interval is [low(x) - Q, high(x) + Q], Q the ⌈(n + 1) · coverage⌉-th smallest E
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recommender.predictors.forms.encoder import Encoder, fit_encoder
from recommender.predictors.forms.form import Matrix
from recommender.predictors.forms.trees import Trees
from recommender.predictors.learning.conformal import threshold
from recommender.predictors.learning.export import boosted_form
from recommender.predictors.learning.measures import Figure, drawn
from recommender.predictors.tables.table import Numbers, Table


@dataclass(frozen=True, slots=True)
class Boosting:
    """Settings of the trees: how many, how deep, how slow, and fewest rows of a leaf."""

    trees: int
    depth: int
    rate: float
    leaf: int


@dataclass(frozen=True)
class Quantiles:
    """Trees for each quantile.

    Attributes:
        encoder: of the rows.
        forms: one for each level, ascending.
    """

    encoder: Encoder
    forms: tuple[Trees, ...]


def fit_quantiles(table: Table, levels: Sequence[float], settings: Boosting, seed: int) -> Quantiles:
    """The trees of a table's rows, encoded by these rows alone."""
    from sklearn.ensemble import HistGradientBoostingRegressor

    encoder = fit_encoder(table.columns, table.values)
    matrix = encoder.encode(table.values)
    leaf = min(settings.leaf, max(5, len(table) // 20))
    forms = []
    for level in levels:
        model = HistGradientBoostingRegressor(
            loss="quantile",
            quantile=level,
            learning_rate=settings.rate,
            max_iter=settings.trees,
            max_depth=settings.depth,
            min_samples_leaf=leaf,
            early_stopping=False,
            random_state=seed,
        )
        forms.append(boosted_form(model.fit(matrix, table.target)))
    return Quantiles(encoder, tuple(forms))


def said(encoder: Encoder, forms: Sequence[Trees], values: object) -> Matrix:
    """The quantiles of rows, in order even where trees of two levels cross. shape: (levels, rows)."""
    matrix = encoder.encode(values)  # type: ignore[arg-type]  # as the encoder takes them
    return np.sort(np.stack([form.margins(matrix) for form in forms]), axis=0)


def held_out_quantiles(
    table: Table, folds: NDArray[np.int64], levels: Sequence[float], settings: Boosting, seed: int
) -> Numbers:
    """Quantiles of each row by trees that had not seen its fold.

    Args:
        table: with a target.
        folds: of each repeat. shape: (repeats, rows).
        levels: ascending.
        settings: of the trees.
        seed: of the trees.

    Returns:
        shape: (levels, repeats, rows).
    """
    found = np.empty((len(levels), *folds.shape))
    for repeat, parts in enumerate(folds):
        for fold in np.unique(parts):
            inside, outside = (np.flatnonzero(part).astype(np.int64) for part in (parts != fold, parts == fold))
            quantiles = fit_quantiles(table.take(inside), levels, settings, seed)
            found[:, repeat, outside] = said(quantiles.encoder, quantiles.forms, table.take(outside).values)
    return found


def conformity(low: Numbers, high: Numbers, target: Numbers) -> Numbers:
    """How far the truth is beyond the nearer end; negative where it is inside. shape: that of ``low``."""
    return np.maximum(low - target, target - high)


def held_out_offsets(scores: Numbers, folds: NDArray[np.int64], coverage: float) -> Numbers:
    """The offset of each row, from the scores of the other folds of its repeat. shape: (repeats, rows)."""
    found = np.empty_like(scores)
    for repeat, parts in enumerate(folds):
        for fold in np.unique(parts):
            found[repeat, parts == fold] = threshold(scores[repeat, parts != fold], coverage)
    return found


def mean_by_people(values: Numbers, groups: NDArray[np.int64], draws: int, seed: int) -> Figure:
    """Mean over rows, with a 95 % interval from draws of people. ``values`` has the shape (repeats, rows)."""
    weights = drawn(groups, draws, seed)
    means = weights @ values.mean(axis=0) / weights.sum(axis=1)
    low, high = np.quantile(means[1:], [0.025, 0.975])
    return Figure(float(means[0]), float(low), float(high))


def pinball(level: float, answer: Numbers, target: Numbers) -> Numbers:
    """Pinball loss of each row, in the target's unit: what is missed, weighed by ``level`` above and its rest below."""
    missed = target - answer
    return np.maximum(level * missed, (level - 1) * missed)
