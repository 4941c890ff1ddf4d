"""A linear model: the margin is an intercept and a weight for each feature."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np

from graph.array_file import Array
from recommender.predictors.forms.form import Matrix


@dataclass(frozen=True)
class Linear:
    """Logistic, ridge and other linear models.

    Attributes:
        weights: shape (features,).
        intercept: shape ().
    """

    weights: Matrix
    intercept: Matrix

    @property
    def kind(self) -> str:
        """As files call it."""
        return "linear"

    def margins(self, matrix: Matrix) -> Matrix:
        """See :meth:`recommender.predictors.forms.form.Form.margins`."""
        found: Matrix = matrix @ self.weights + self.intercept
        return found

    def arrays(self) -> dict[str, Array]:
        """Everything it holds, by name."""
        return {"weights": self.weights, "intercept": self.intercept}

    @classmethod
    def of(cls, arrays: Mapping[str, Array]) -> Self:
        """The form that :meth:`arrays` told of."""
        return cls(np.asarray(arrays["weights"]), np.asarray(arrays["intercept"]))


def constant(value: float, features: int) -> Linear:
    """The floor: the same margin for everyone.

    Args:
        value: the margin.
        features: how many it is given and does not look at.
    """
    return Linear(np.zeros(features), np.array(value))
