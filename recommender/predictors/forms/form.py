"""What every fitted model is when it serves: arrays, and a margin for each row of a matrix.

Nothing of scikit-learn, XGBoost or Keras is needed to serve, and a file of arrays runs no code.
"""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from graph.array_file import Array

Matrix = NDArray[np.float64]


class Form(Protocol):
    """A fitted model as arrays. ``kind`` names the form: linear, trees, kernel, layers or stack."""

    @property
    def kind(self) -> str:
        """The name under which :func:`recommender.predictors.forms.reading.read_form` finds it again."""
        ...

    def margins(self, matrix: Matrix) -> Matrix:
        """The model's margin, in log-odds for a classification and in the target's unit for a regression.

        Args:
            matrix: encoded rows. shape: (rows, features), float64, finite.

        Returns:
            shape: (rows,), float64.
        """
        ...

    def arrays(self) -> dict[str, Array]:
        """Everything it holds, by name."""
        ...
