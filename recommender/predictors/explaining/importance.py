"""What a model rests on, over many rows: permutation importance, and how its answer goes with one column.

Permutation importance (Fisher, Rudin & Dominici 2019, jmlr.org/papers/v20/18-760.html) is what the model loses when a column's
values are dealt out anew among the rows: in ROC-AUC of a classification, in R² of a regression. A column that others can stand
in for loses little, whatever it means. Partial dependence (Friedman 2001, doi:10.1214/aos/1013203451) is the mean answer when
everybody had the same value; the curves of single people that go against it are counted (Goldstein et al. 2015,
doi:10.1080/10618600.2014.907095).
"""

from dataclasses import dataclass, replace

import numpy as np

from recommender.predictors.explaining.values import column_words
from recommender.predictors.forms.fitted import FittedModel
from recommender.predictors.learning.measures import roc_auc
from recommender.predictors.tables.derived import with_derived
from recommender.predictors.tables.table import Column, ColumnKind, Numbers, Table

POINTS = 21
"""Values of a number at which the dependence is computed: quantiles from the 5th to the 95th of 100."""


@dataclass(frozen=True, slots=True)
class Importance:
    """What the model loses without a column.

    Attributes:
        name, label: of the column.
        loss: mean over the shuffles, in ROC-AUC or R².
        low, high: 2.5th and 97.5th of 100 shuffles.
    """

    name: str
    label: str
    loss: float
    low: float
    high: float


@dataclass(frozen=True)
class Dependence:
    """How the answer goes with one column.

    Attributes:
        column: which.
        at: values, or the numbers of the categories. shape: (points,).
        mean: mean calibrated answer when everybody had that value. shape: (points,).
        low, high: 10th and 90th of 100 people's own curves. shape: (points,).
        rising, falling: share of people whose own curve ends higher, and lower, than it begins.
    """

    column: Column
    at: Numbers
    mean: Numbers
    low: Numbers
    high: Numbers
    rising: float
    falling: float


def permutation_importance(model: FittedModel, table: Table, *, shuffles: int = 20, seed: int = 0) -> tuple[Importance, ...]:
    """Importance of each column that is no computed one, the largest first; what is computed from it follows it.

    Args:
        model: fitted; on rows that it was fitted on the losses are too large.
        table: with a target.
        shuffles: of each column.
        seed: of the shuffles.
    """
    random = np.random.default_rng(seed)
    whole = _merit(model, table)
    found = []
    for column in table.columns:
        if column.derived:
            continue
        losses = []
        for _ in range(shuffles):
            dealt = table.values[column.name][random.permutation(len(table))]
            losses.append(whole - _merit(model, _with(table, column.name, dealt)))
        low, high = np.quantile(losses, [0.025, 0.975])
        found.append(Importance(column.name, column_words(column), float(np.mean(losses)), float(low), float(high)))
    return tuple(sorted(found, key=lambda one: -one.loss))


def partial_dependence(model: FittedModel, table: Table, name: str) -> Dependence:
    """How the answer goes with a column of the table.

    Raises:
        KeyError: when there is no such column.
    """
    column = table.column(name)
    at = _points(column, table.values[name])
    curves = np.stack([model.probabilities(_with(table, name, np.full(len(table), x)).values)[0] for x in at])
    low, high = np.quantile(curves, [0.1, 0.9], axis=1)
    moved = curves[-1] - curves[0]
    return Dependence(column, at, curves.mean(axis=1), low, high, float((moved > 1e-9).mean()), float((moved < -1e-9).mean()))


def _points(column: Column, values: Numbers) -> Numbers:
    if column.kind is not ColumnKind.NUMBER:
        return np.arange(float(len(column.categories) or 2))
    known = values[np.isfinite(values)]
    return np.unique(np.quantile(known, np.linspace(0.05, 0.95, POINTS)))


def _with(table: Table, name: str, values: Numbers) -> Table:
    """The table with another column of that name; what is computed from it follows."""
    changed = replace(table, values={**table.values, name: values})
    return with_derived(changed) if any(column.derived for column in table.columns) and not _derived(table, name) else changed


def _derived(table: Table, name: str) -> bool:
    return bool(table.column(name).derived)


def _merit(model: FittedModel, table: Table) -> float:
    """ROC-AUC of a classification, R² of a regression."""
    answers = model.margins(table.values)
    if model.calibration is not None:
        return float(roc_auc(table.target, answers)[0])
    return float(1 - ((table.target - answers) ** 2).mean() / table.target.var())
