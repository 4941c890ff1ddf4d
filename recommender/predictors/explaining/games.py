"""Shapley values of any model, by asking it: exactly over all coalitions, or sampled over orders of the columns.

The value of a coalition is the model's mean margin when its columns are the patient's and the others come from the background:
interventional Shapley values (Štrumbelj & Kononenko 2014, doi:10.1007/s10115-013-0679-x; Janzing, Minorics & Blöbaum 2020,
AISTATS). All features of a column join a coalition together, so that a value and the flag that it is missing are never torn
apart.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import comb

import numpy as np
from numpy.typing import NDArray

from recommender.predictors.forms.form import Matrix

Margins = Callable[[Matrix], Matrix]
"""Margins of encoded rows: shape (rows, features) to shape (rows,)."""
MOST_ROWS = 24_000
"""Rows that the model is asked about for one explanation, about; it decides between all coalitions and samples."""
FEWEST_PAIRS = 8
"""Pairs of orders that are sampled at least: fewer give no standard error worth the name."""


@dataclass(frozen=True)
class Background:
    """Whom a patient is compared with.

    Attributes:
        centres: encoded centres of several people each. shape: (centres, features).
        weights: share of people of each; they add up to 1. shape: (centres,).
    """

    centres: Matrix
    weights: Matrix


@dataclass(frozen=True)
class Shares:
    """What each column adds to the margin.

    Attributes:
        base: mean margin of the background.
        amounts: shape (columns,); with ``base`` they add up to the patient's margin.
        errors: standard error of each; 0 where it is exact. shape: (columns,).
    """

    base: float
    amounts: Matrix
    errors: Matrix

    @property
    def exact(self) -> bool:
        """Whether nothing was sampled."""
        return not self.errors.any()


def asked_shares(margins: Margins, row: Matrix, background: Background, owners: NDArray[np.int64], seed: int = 0) -> Shares:
    """Shapley values of a model of which nothing is known but its answers.

    Exact when all coalitions take no more than ``MOST_ROWS`` answers, else from antithetic pairs of orders.

    Args:
        margins: the model.
        row: shape (features,).
        background: of the same features.
        owners: the column of each feature, numbered from 0 without gaps. shape: (features,).
        seed: of the orders.
    """
    columns = int(owners.max()) + 1 if len(owners) else 0
    few = columns <= 12 and (1 << columns) * len(background.weights) <= MOST_ROWS
    return _all_coalitions(margins, row, background, owners) if few else _orders(margins, row, background, owners, seed)


def _values(margins: Margins, row: Matrix, background: Background, members: NDArray[np.bool_]) -> Matrix:
    """Value of each coalition, whose features are given. shape: (coalitions, features) to (coalitions,)."""
    rows = np.where(members[:, None, :], row, background.centres)
    answers = margins(rows.reshape(len(members) * len(background.weights), len(row)))
    found: Matrix = answers.reshape(len(members), len(background.weights)) @ background.weights
    return found


def _all_coalitions(margins: Margins, row: Matrix, background: Background, owners: NDArray[np.int64]) -> Shares:
    columns = int(owners.max()) + 1 if len(owners) else 0
    coalitions = np.arange(1 << columns)
    holds = (coalitions[:, None] >> np.arange(columns)) & 1 == 1
    values = _values(margins, row, background, holds[:, owners])
    sizes = holds.sum(axis=1)
    amounts = np.empty(columns)
    for column in range(columns):
        without = coalitions[~holds[:, column]]
        weight = np.array([1 / (columns * comb(columns - 1, int(size))) for size in sizes[without]])
        amounts[column] = weight @ (values[without | (1 << column)] - values[without])
    return Shares(float(values[0]), amounts, np.zeros(columns))


def _orders(margins: Margins, row: Matrix, background: Background, owners: NDArray[np.int64], seed: int) -> Shares:
    """Each order of the columns adds up exactly; an order and its reverse make a pair, whose errors cancel in part."""
    columns, random = int(owners.max()) + 1, np.random.default_rng(seed)
    pairs = max(FEWEST_PAIRS, MOST_ROWS // (2 * (columns + 1) * len(background.weights)))
    told = np.empty((pairs, columns))
    base = 0.0
    for pair in range(pairs):
        place = random.permutation(columns)
        both = []
        for rank in (place, columns - 1 - place):
            # Before step s the columns of the first s places have joined.
            joined = rank < np.arange(columns + 1)[:, None]
            values = _values(margins, row, background, joined[:, owners])
            base = float(values[0])
            both.append((values[1:] - values[:-1])[rank])
        told[pair] = np.mean(both, axis=0)
    amounts: Matrix = told.mean(axis=0)
    errors: Matrix = told.std(axis=0, ddof=1) / np.sqrt(pairs)
    return Shares(base, amounts, errors)
