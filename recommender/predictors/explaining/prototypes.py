"""Groups of people alike, made where a model is fitted."""

import numpy as np

from recommender.outcomes import LEAST_PEOPLE
from recommender.predictors.explaining.alike import Prototypes
from recommender.predictors.forms.fitted import FittedModel
from recommender.predictors.learning.folds import is_classes
from recommender.predictors.learning.kernel_machine import centres_of
from recommender.predictors.tables.table import Table

MOST_GROUPS = 40


def fit_prototypes(model: FittedModel, table: Table, *, seed: int = 0) -> Prototypes:
    """The groups of a table's people, in the encoded space of a model.

    Args:
        model: fitted on the table.
        table: with a target.
        seed: of k-means.
    """
    matrix = model.encode(table.values)
    centres, _ = centres_of(matrix, MOST_GROUPS, seed)
    squares = (matrix**2).sum(axis=1)[:, None] - 2 * matrix @ centres.T + (centres**2).sum(axis=1)
    nearest = squares.argmin(axis=1)
    found = []
    for group in range(len(centres)):
        members = nearest == group
        count = len(np.unique(table.groups[members]))
        if count >= LEAST_PEOPLE:
            found.append((matrix[members].mean(axis=0), float(count), float(table.target[members].mean())))
    means = np.array([one[0] for one in found]).reshape(len(found), matrix.shape[1])
    people, outcome = np.array([one[1:] for one in found], np.float64).reshape(-1, 2).T.copy()
    said = table.target_name or "the target"
    return Prototypes(
        means, people, outcome, said if is_classes(table.target) else "", "" if is_classes(table.target) else said
    )
