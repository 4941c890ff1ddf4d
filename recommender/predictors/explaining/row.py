"""Why a model answers so for one row: signed amounts for each column, the nearest change, and what became of people alike.

Nothing here needs more than numpy, since it is asked for while someone waits.
"""

from collections.abc import Mapping
from enum import StrEnum

import numpy as np

from recommender.predictors.explaining.alike import Prototypes
from recommender.predictors.explaining.changing import nearest_change
from recommender.predictors.explaining.games import Background, Shares
from recommender.predictors.explaining.shares import is_forest, shares_of
from recommender.predictors.explaining.values import column_words, value_words
from recommender.predictors.forms.fitted import FittedModel
from recommender.predictors.forms.form import Matrix
from recommender.predictors.forms.kernel import Kernel
from recommender.predictors.shape import Contribution, Explanation
from recommender.predictors.tables.table import Column, ColumnKind


class Wanted(StrEnum):
    """The side of a limit that is the better one: under it of a disease, above it of a recovery."""

    UNDER = "under"
    ABOVE = "above"


LIMIT = 0.5
"""Probability that the nearest change has to cross where no other is named."""


def explain_row(
    model: FittedModel,
    values: Mapping[str, float],
    background: Matrix | None = None,
    *,
    target: str = "",
    prototypes: Prototypes | None = None,
    limit: float = LIMIT,
    wanted: Wanted | None = None,
    seed: int = 0,
) -> Explanation:
    """What each column adds to the answer, beside the background.

    Args:
        model: the fitted model.
        values: by column name; NaN, -1 for a category, or nothing where it is missing. Derived values are among them.
        background: encoded centres that the row is compared with, shape (centres, features); the model's own, each with the
            share of people that it stands for, when not given.
        target: what the answer is of.
        prototypes: centres whose outcomes are known; without them nothing is said of people alike.
        limit: the calibrated probability that the nearest change has to cross; of a classification only.
        wanted: the side that one wants to be on; no change is told to who is there. Where it is None, either is.
        seed: of what is sampled.

    Returns:
        Base and contributions add up to the total, the contributions being the largest first. The unit is ``log-odds``; a
        forest is explained in ``probability``, a kernel machine in its own ``margin``, a regression in its target's unit.

    Raises:
        PredictorError: when a value is no number.
    """
    row = model.encode(values)[0]
    used, owners = np.unique(model.encoder.source, return_inverse=True)
    shares = shares_of(model.form, row, _background(model, background), owners.astype(np.int64), seed)
    columns = [model.columns[place] for place in used.tolist()]
    change = nearest_change(model, values, limit=limit) if model.calibration is not None else None
    is_wanted = change is not None and wanted in (None, Wanted.UNDER if change.before >= limit else Wanted.ABOVE)
    return Explanation(
        target,
        shares.base,
        _contributions(columns, values, shares),
        float(shares.base + shares.amounts.sum()),
        unit_of(model),
        "exact" if shares.exact else "sampled",
        float(shares.errors[np.argmax(np.abs(shares.amounts))]) if len(columns) else 0.0,
        change.words() if change is not None and is_wanted else "",
        prototypes.words(row) if prototypes else "",
    )


def unit_of(model: FittedModel) -> str:
    """The unit in which a model's answers are explained."""
    if model.calibration is None:
        return "the target's unit"
    if is_forest(model.form):
        return "probability"
    return "margin" if isinstance(model.form, Kernel) else "log-odds"


def _background(model: FittedModel, given: Matrix | None) -> Background:
    """The centres with their weights; centres from elsewhere count alike."""
    if given is None or given is model.background:
        return Background(model.background, model.shares)
    return Background(given, np.full(len(given), 1 / len(given)))


def _contributions(columns: list[Column], values: Mapping[str, float], shares: Shares) -> tuple[Contribution, ...]:
    made = []
    for column, amount in zip(columns, shares.amounts.tolist(), strict=True):
        value = float(values.get(column.name, -1.0 if column.kind is ColumnKind.CATEGORY else np.nan))
        made.append(Contribution(column.name, column_words(column), value_words(column, value), amount))
    return tuple(sorted(made, key=lambda one: -abs(one.amount)))
