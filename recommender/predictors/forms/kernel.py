"""A kernel machine with Gaussian bumps: a support vector machine, or its expansion over centres.

Support vectors are rows of patients. What is kept in a bundle is therefore an expansion over centres of several rows each; see
:mod:`recommender.predictors.learning.kernel_machine`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np

from graph.array_file import Array
from recommender.predictors.forms.form import Matrix


@dataclass(frozen=True)
class Kernel:
    """The margin is Σ weight · exp(-gamma · |row - point|²) + intercept.

    Attributes:
        points: shape (points, features).
        weights: shape (points,).
        gamma: shape (), above 0.
        intercept: shape ().
    """

    points: Matrix
    weights: Matrix
    gamma: Matrix
    intercept: Matrix

    @property
    def kind(self) -> str:
        """As files call it."""
        return "kernel"

    def margins(self, matrix: Matrix) -> Matrix:
        """See :meth:`recommender.predictors.forms.form.Form.margins`; in the machine's own unit, not yet log-odds."""
        found: Matrix = bumps(matrix, self.points, float(self.gamma)) @ self.weights + self.intercept
        return found

    def arrays(self) -> dict[str, Array]:
        """Everything it holds, by name."""
        return {name: getattr(self, name) for name in ("points", "weights", "gamma", "intercept")}

    @classmethod
    def of(cls, arrays: Mapping[str, Array]) -> Self:
        """The form that :meth:`arrays` told of."""
        return cls(*(np.asarray(arrays[name]) for name in ("points", "weights", "gamma", "intercept")))


def bumps(matrix: Matrix, points: Matrix, gamma: float) -> Matrix:
    """exp(-gamma · squared distance) of each row to each point. shape: (rows, points)."""
    squares = (matrix**2).sum(axis=1)[:, None] + (points**2).sum(axis=1) - 2 * (matrix @ points.T)
    found: Matrix = np.exp(-gamma * np.maximum(squares, 0.0))
    return found
