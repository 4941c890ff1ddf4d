"""What fitting on a table made, as the shell takes it."""

from recommender.predictors.entries import Learned
from recommender.predictors.learning.fitting import Fitted
from recommender.predictors.recovery.predictor import RecoveryPredictor
from recommender.predictors.tables.table import Numbers, Table
from recommender.predictors.tabular import TabularPredictor


def learned(predictor: TabularPredictor | RecoveryPredictor, fitted: Fitted, rows: int) -> Learned:
    """The bundle's arrays and notes, the comparison of the candidates, and what the folds expect of each row.

    Args:
        predictor: that was fitted.
        fitted: how it was chosen.
        rows: of the table.
    """
    told = fitted.comparison.payload()
    figures = {name: figure.payload()[0] for name, figure in fitted.comparison.winner.figures.items()}
    answers: Numbers = fitted.held_out.probabilities.mean(axis=0)
    notes = predictor.notes() | {"comparison": told}
    return Learned(predictor.arrays(), notes, rows, figures, told, answers, fitted.comparison.classes)


def expected(model: TabularPredictor, table: Table) -> Numbers:
    """What a model says of each row of a table: a probability, or the value of a number. shape: (rows,)."""
    return model.model.probabilities(table.values)[0]
