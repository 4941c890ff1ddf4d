"""A neural net of dense layers, as weights."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Self

import numpy as np

from graph.array_file import Array
from recommender.errors import PredictorError
from recommender.predictors.forms.form import Matrix

ACTIVATIONS = ("relu", "tanh", "sigmoid")


@dataclass(frozen=True)
class Layers:
    """Rows are standardised, and go through layers with an activation behind all but the last, which answers the margin.

    Attributes:
        weights: for each layer, shape (inputs, outputs); the last has one output.
        biases: for each layer, shape (outputs,).
        activation: one of ``ACTIVATIONS``.
        center, scale: shape (features,): subtracted from a row, and then divided by.
    """

    weights: tuple[Matrix, ...]
    biases: tuple[Matrix, ...]
    activation: str
    center: Matrix
    scale: Matrix

    def __post_init__(self) -> None:
        """Refuse layers that do not follow each other.

        Raises:
            PredictorError: when they do not.
        """
        sizes = [len(self.center), *(len(bias) for bias in self.biases)]
        shapes = list(pairwise(sizes))
        if [w.shape for w in self.weights] != shapes or sizes[-1] != 1 or self.activation not in ACTIVATIONS:
            raise PredictorError("the layers of the net do not fit together; train again")

    @property
    def kind(self) -> str:
        """As files call it."""
        return "layers"

    def margins(self, matrix: Matrix) -> Matrix:
        """See :meth:`recommender.predictors.forms.form.Form.margins`."""
        at = (matrix - self.center) / self.scale
        for weights, bias in zip(self.weights[:-1], self.biases[:-1], strict=True):
            at = _activated(at @ weights + bias, self.activation)
        found: Matrix = (at @ self.weights[-1] + self.biases[-1])[:, 0]
        return found

    def arrays(self) -> dict[str, Array]:
        """Everything it holds, by name."""
        numbered = {f"weights{i}": array for i, array in enumerate(self.weights)}
        numbered |= {f"bias{i}": array for i, array in enumerate(self.biases)}
        place = np.array(ACTIVATIONS.index(self.activation), np.int64)
        return numbered | {"activation": place, "center": self.center, "scale": self.scale}

    @classmethod
    def of(cls, arrays: Mapping[str, Array]) -> Self:
        """The form that :meth:`arrays` told of."""
        count = sum(name.startswith("bias") for name in arrays)
        weights = tuple(np.asarray(arrays[f"weights{i}"]) for i in range(count))
        biases = tuple(np.asarray(arrays[f"bias{i}"]) for i in range(count))
        activation = ACTIVATIONS[int(arrays["activation"])]
        return cls(weights, biases, activation, np.asarray(arrays["center"]), np.asarray(arrays["scale"]))


def _activated(at: Matrix, activation: str) -> Matrix:
    if activation == "relu":
        return np.maximum(at, 0.0)
    if activation == "tanh":
        return np.tanh(at)
    found: Matrix = 1 / (1 + np.exp(-np.clip(at, -60, 60)))
    return found
