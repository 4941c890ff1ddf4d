"""The predictor of any table for the shell: how it is fitted, read again and asked, row by row."""

from collections.abc import Mapping
from typing import Any, cast

from recommender.errors import PredictorError
from recommender.predictors.bundles import StoredBundle
from recommender.predictors.entries import Entry, Learned, Progress
from recommender.predictors.learning.config import learning_with, read_learning
from recommender.predictors.shape import Predictor
from recommender.predictors.table_fits import expected, learned
from recommender.predictors.tables.table import Table
from recommender.predictors.tabular import TabularConfig, TabularPredictor


def tabular_entry() -> Entry:
    """The plain one, for a table of no known kind."""
    return Entry(
        "tabular",
        "whatever the table's target is",
        lambda stored, snapshot: cast(Predictor, _read(stored)),
        lambda predictor, question: [("", question.row)],
        fit_table=_fit,
        columns=lambda predictor: _tabular(predictor).model.columns,
        answers=lambda predictor, table: expected(_tabular(predictor), table),
        drifted=lambda predictor, table: [found.payload() for found in _tabular(predictor).drifted(table)],
    )


def _tabular(predictor: Predictor) -> TabularPredictor:
    return cast(TabularPredictor, predictor)


def _read(stored: StoredBundle | None) -> TabularPredictor:
    if stored is None:
        raise PredictorError("tabular answers with a bundle only")
    return TabularPredictor.of(stored.arrays, stored.notes, stored.tag)


def _fit(table: Table, settings: Mapping[str, Any], progress: Progress) -> Learned:
    config = TabularConfig(learning_with(read_learning(), settings, "settings"))
    predictor, fitted = TabularPredictor.fit(table, config, progress=lambda done, of: progress("fitting folds", done / of))
    return learned(predictor, fitted, len(table))
