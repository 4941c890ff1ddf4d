"""Shapley values of every form, column by column: exact for linear models and trees, asked of the model elsewhere.

A stack's values are the weighted sum of its members', since Shapley values are linear. A forest answers in shares of its
trees: alone it is explained exactly in probability; within a stack its log-odds are asked for.
"""

import numpy as np
from numpy.typing import NDArray

from recommender.predictors.explaining.games import Background, Shares, asked_shares
from recommender.predictors.explaining.tree_shares import tree_shares
from recommender.predictors.forms.form import Form, Matrix
from recommender.predictors.forms.linear import Linear
from recommender.predictors.forms.stack import Stack
from recommender.predictors.forms.trees import Trees

Places = NDArray[np.int64]


def is_forest(form: Form) -> bool:
    """Whether its sum is a probability and not a margin."""
    return isinstance(form, Trees) and bool(form.shares)


def shares_of(form: Form, row: Matrix, background: Background, owners: Places, seed: int = 0) -> Shares:
    """Shapley values of a form beside a background.

    Args:
        form: any; a forest is explained in probability.
        row: encoded. shape: (features,).
        background: whom the row is compared with.
        owners: the column of each feature, numbered from 0 without gaps. shape: (features,).
        seed: of what is sampled.
    """
    if is_forest(form) and isinstance(form, Trees):
        return tree_shares(form, row, background, owners)
    return _of_margin(form, row, background, owners, seed)


def _of_margin(form: Form, row: Matrix, background: Background, owners: Places, seed: int) -> Shares:
    if isinstance(form, Linear):
        return _linear(form, row, background, owners)
    if isinstance(form, Trees) and not form.shares:
        return tree_shares(form, row, background, owners)
    if isinstance(form, Stack):
        parts = [_of_margin(member, row, background, owners, seed + i) for i, member in enumerate(form.members)]
        return _mixed(form, parts)
    return asked_shares(form.margins, row, background, owners, seed)


def _linear(form: Linear, row: Matrix, background: Background, owners: Places) -> Shares:
    """Weight times what the row has more than the background has on average."""
    mean = background.weights @ background.centres
    columns = int(owners.max()) + 1 if len(owners) else 0
    amounts = np.bincount(owners, form.weights * (row - mean), columns).astype(np.float64)
    return Shares(float(mean @ form.weights + form.intercept), amounts, np.zeros(columns))


def _mixed(form: Stack, parts: list[Shares]) -> Shares:
    base = float(form.intercept) + sum(float(w) * part.base for w, part in zip(form.weights, parts, strict=True))
    amounts: Matrix = form.weights @ np.stack([part.amounts for part in parts])
    # Members are sampled with seeds of their own, so that their errors add up in squares.
    errors: Matrix = np.sqrt(form.weights**2 @ np.stack([part.errors for part in parts]) ** 2)
    return Shares(base, amounts, errors)
