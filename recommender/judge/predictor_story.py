"""What a report tells of a table: what is in it, how the candidates do, and what the promoted one rests on.

Importance, Shapley values and dependence are of a model that was fitted without the rows on which they are computed.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recommender.judge.predictor_curves import Learning, learning_curve
from recommender.judge.shown_patient import ShownPatient, shown_patient
from recommender.predictors.explaining.games import Background
from recommender.predictors.explaining.importance import Dependence, Importance, partial_dependence, permutation_importance
from recommender.predictors.explaining.row import unit_of
from recommender.predictors.explaining.shares import shares_of
from recommender.predictors.explaining.values import column_words
from recommender.predictors.forms.fitted import FittedModel
from recommender.predictors.learning.candidates import CANDIDATES
from recommender.predictors.learning.config import LearningConfig
from recommender.predictors.learning.fitting import Fitted
from recommender.predictors.learning.folds import fold_numbers
from recommender.predictors.learning.kernel_machine import centres_of
from recommender.predictors.learning.optimism import Optimism, optimism
from recommender.predictors.learning.splitting import fit_candidate, split
from recommender.predictors.shape import Explanation, ModelCard
from recommender.predictors.tables.derived import with_derived
from recommender.predictors.tables.table import Column, ColumnKind, Numbers, Table
from recommender.predictors.tabular import TabularConfig, TabularPredictor

MOST_EXPLAINED = 150
"""People whose Shapley values are drawn."""
MOST_DEPENDENCES = 4
Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class Rests:
    """What the promoted candidate rests on, on rows that it has not learned from.

    Attributes:
        importance: the most important first.
        names: labels of the explained columns, in the order of their mean size.
        amounts: Shapley values. shape: (people, columns).
        ranks: place of the value among all, 0 to 1, NaN where it is missing. shape: (people, columns).
        unit: of the amounts.
        dependences: of the most important columns.
    """

    importance: tuple[Importance, ...]
    names: tuple[str, ...]
    amounts: Numbers
    ranks: Numbers
    unit: str
    dependences: tuple[Dependence, ...]


@dataclass(frozen=True)
class Story:
    """All that is told of a table.

    Attributes:
        table: with its derived columns.
        read: how reading it went, as JSON can hold it.
        fitted: what fitting made.
        card: of the predictor.
        rests: what it rests on.
        learning: of the promoted candidate first, then of the plain one where it is another.
        example: whom the report shows beside all others.
        explanation: of their values.
        optimism: of a pipeline that selects outside the folds; None for a regression.
    """

    table: Table
    read: Mapping[str, Any]
    fitted: Fitted
    card: ModelCard
    rests: Rests
    learning: tuple[Learning, ...]
    example: ShownPatient
    explanation: Explanation
    optimism: Optimism | None

    @property
    def happened(self) -> Numbers:
        """The outcome of each row; empty for a regression."""
        return self.table.target if self.fitted.comparison.classes else np.empty(0)

    @property
    def measure(self) -> str:
        """What the candidates are compared by: its name among the figures."""
        return "roc_auc" if self.fitted.comparison.classes else "r_squared"


def story_of(table: Table, read: Mapping[str, Any], config: LearningConfig, progress: Progress, line: int = 0) -> Story:
    """Fit, judge and explain a table.

    Args:
        table: with a target.
        read: how reading it went.
        config: of the fit.
        progress: is told what is done.
        line: of the table that is shown as the one patient; 0 for none.

    Raises:
        PredictorError: when the table cannot be learned from, or no row is of that line.
    """
    whole = with_derived(table)
    predictor, fitted = TabularPredictor.fit(
        whole, TabularConfig(config, name=table.name), progress=lambda done, of: progress(f"fitting {table.name}", done / of)
    )
    winner = fitted.comparison.winner
    progress(f"explaining {table.name}", 0.0)
    plain = "logistic" if fitted.comparison.classes else "linear"
    tried = {row.name: row for row in fitted.comparison.rows}
    names = [winner.name] if winner.name == plain or plain not in tried else [winner.name, plain]
    example = shown_patient(whole, fitted.held_out.probabilities.mean(axis=0), line)
    return Story(
        whole,
        read,
        fitted,
        predictor.card,
        _rests(whole, fitted, config),
        tuple(learning_curve(whole, name, tried[name].settings, folds=config.folds, seed=config.seed) for name in names),
        example,
        predictor.explain(example.values),
        optimism(whole, repeats=2, seed=config.seed) if fitted.comparison.classes else None,
    )


def _rests(table: Table, fitted: Fitted, config: LearningConfig) -> Rests:
    numbers = fold_numbers(table.target, table.groups, config.folds, config.seed)
    folds = [np.flatnonzero(numbers == fold).astype(np.int64) for fold in range(config.folds)]
    models = [_without(table, np.flatnonzero(numbers != fold).astype(np.int64), fitted, config) for fold in range(config.folds)]
    model, rest = models[0], table.take(folds[0])
    importance = permutation_importance(model, rest, seed=config.seed)
    names = [one.name for one in importance[:MOST_DEPENDENCES] if one.loss > 0]
    each = -(-MOST_EXPLAINED // config.folds)
    explained = [_persons(table, rows)[:each] for rows in folds]
    labels, amounts, ranks = _swarm(models, table, explained)
    dependences = tuple(partial_dependence(model, rest, name) for name in names)
    return Rests(importance, labels, amounts, ranks, unit_of(model), dependences)


def _persons(table: Table, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """The first row of each person, in the order of the rows."""
    _, first = np.unique(table.groups[rows], return_index=True)
    return rows[np.sort(first)]


def _without(table: Table, seen: NDArray[np.int64], fitted: Fitted, config: LearningConfig) -> FittedModel:
    """The promoted candidate with its usual settings, fitted on some of the rows."""
    winner = fitted.comparison.winner
    part = split(table, seen, seen[:0])
    classes = fitted.comparison.classes
    form, kept = fit_candidate(CANDIDATES[winner.name], part, winner.settings, config.seed, classes=classes)
    centres, shares = centres_of(part.fitted[:, kept], config.centres, config.seed)
    whole = fitted.model
    return FittedModel(part.encoder.chosen(kept), form, whole.calibration, whole.threshold, centres, shares)


def _swarm(
    models: Sequence[FittedModel], table: Table, rows: Sequence[NDArray[np.int64]]
) -> tuple[tuple[str, ...], Numbers, Numbers]:
    """Labels, Shapley values and places of the columns that the models read, the largest first.

    Args:
        models: each fitted without its own rows.
        table: of all rows.
        rows: those that each model explains.
    """
    amounts = np.concatenate([_amounts(model, table, some) for model, some in zip(models, rows, strict=True)])
    used = np.flatnonzero(np.abs(amounts).any(axis=0))
    columns, everyone = [models[0].columns[place] for place in used.tolist()], np.concatenate(list(rows))
    known = [known_values(table, column) for column in columns]
    ranks = np.array([places(values, values[everyone]) for values in known]).reshape(len(used), len(everyone)).T
    order = np.argsort(-np.abs(amounts[:, used]).mean(axis=0), kind="stable")
    return tuple(column_words(columns[place]) for place in order.tolist()), amounts[:, used][:, order], ranks[:, order]


def _amounts(model: FittedModel, table: Table, rows: NDArray[np.int64]) -> Numbers:
    """Shapley values of some rows; 0 for a column that the model does not read. shape: (rows, columns of the model)."""
    matrix = model.encode(table.take(rows).values)
    used, owners = np.unique(model.encoder.source, return_inverse=True)
    background = Background(model.background, model.shares)
    found = np.zeros((len(rows), len(model.columns)))
    for place, row in enumerate(matrix):
        found[place, used] = shares_of(model.form, row, background, owners.astype(np.int64)).amounts
    return found


def known_values(table: Table, column: Column) -> Numbers:
    """A column with NaN for what is missing, of whatever kind it is. shape: (rows,)."""
    values = table.values[column.name]
    return np.where(values < 0, np.nan, values) if column.kind is ColumnKind.CATEGORY else values


def places(values: Numbers, some: Numbers) -> Numbers:
    """Share of all values that are lower, ties counted half; NaN where it is missing. Of the shape of ``some``."""
    known = np.sort(values[np.isfinite(values)])
    if not len(known):
        return np.full(len(some), np.nan)
    middle = (np.searchsorted(known, some, "left") + np.searchsorted(known, some, "right")) / 2
    return np.where(np.isfinite(some), middle / len(known), np.nan)
