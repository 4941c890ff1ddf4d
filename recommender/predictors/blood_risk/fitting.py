"""Fits the learned part of blood risk on any table of blood values with a label."""

from collections.abc import Callable
from dataclasses import replace

from recommender.errors import PredictorError
from recommender.predictors.blood_risk.predictor import LIMITS, NAME
from recommender.predictors.blood_risk.reference import Reference
from recommender.predictors.learning.config import LearningConfig
from recommender.predictors.learning.fitting import Fitted
from recommender.predictors.tables.table import Table
from recommender.predictors.tabular import TabularConfig, TabularPredictor

Progress = Callable[[int, int], None]


def fit_blood_risk(
    table: Table, learning: LearningConfig, reference: Reference, progress: Progress | None = None
) -> tuple[TabularPredictor, Fitted]:
    """The learned risk of a table, and what fitting it told.

    Args:
        table: with a label of 0 and 1; its columns say by their nodes which tests they are.
        learning: how candidates are fitted and judged.
        reference: tests with ranges.
        progress: told after each outer fold.

    Raises:
        PredictorError: when the table holds no test that has a reference range, its label is a number, or it cannot be learned
            from.
    """
    if not any(column.node in reference.tests for column in table.columns):
        raise PredictorError(f'{table.name}: no column is a blood test; say by node = "LOINC:..." in a mapping which are')
    if not set(table.target.tolist()) <= {0.0, 1.0}:
        raise PredictorError(f"{table.name}: blood risk is learned from a label of two classes")
    predictor, fitted = TabularPredictor.fit(table, TabularConfig(learning, name=NAME), progress=progress)
    purpose = f"the risk of this by blood values: {table.target_name}"
    card = replace(predictor.card, purpose=purpose, limits=(*LIMITS, *predictor.card.limits))
    return replace(predictor, card=card), fitted
