"""A gated recurrent unit (Cho et al. 2014, arXiv:1406.1078) as arrays: numpy alone serves what Keras trained.

With the visit ``x`` and the state ``h``, as ``reset_after`` has it (the reset gate multiplies behind the recurrent product):

    z = σ(x·Wz + bz + h·Uz + cz)
    r = σ(x·Wr + br + h·Ur + cr)
    n = tanh(x·Wn + bn + r ∘ (h·Un + cn))
    h' = z ∘ h + (1 - z) ∘ n

The margin of each code is a dense layer of the last state. A visit is its codes, and the logarithm of the days before it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np

from graph.array_file import Array
from recommender.errors import PredictorError
from recommender.predictors.sequence.visits import Matrix

_NAMES = ("kernel", "recurrent", "bias", "output", "output_bias")


@dataclass(frozen=True)
class Recurrent:
    """The net.

    Attributes:
        kernel: of the visit; columns are those of z, r and n. shape: (codes + 1, 3 · units).
        recurrent: of the state. shape: (units, 3 · units).
        bias: of both. shape: (2, 3 · units).
        output: shape (units, codes).
        output_bias: shape (codes,).
    """

    kernel: Matrix
    recurrent: Matrix
    bias: Matrix
    output: Matrix
    output_bias: Matrix

    def __post_init__(self) -> None:
        """Refuse arrays that do not fit together.

        Raises:
            PredictorError: when they do not.
        """
        units, codes = len(self.recurrent), len(self.output_bias)
        shapes = [(codes + 1, 3 * units), (units, 3 * units), (2, 3 * units), (units, codes), (codes,)]
        arrays = [getattr(self, name) for name in _NAMES]
        if [array.shape for array in arrays] != shapes or not all(bool(np.isfinite(array).all()) for array in arrays):
            raise PredictorError("the net of the sequence predictor is damaged; train again")

    def margins(self, inputs: Matrix) -> Matrix:
        """Margin of each code after each visit, in log-odds.

        Args:
            inputs: shape (people, visits, codes + 1); what is behind a visit does not change its answer.

        Returns:
            shape: (people, visits, codes).
        """
        units = len(self.recurrent)
        state = np.zeros((len(inputs), units))
        states = np.empty((*inputs.shape[:2], units))
        given = inputs @ self.kernel + self.bias[0]
        for visit in range(inputs.shape[1]):
            kept = state @ self.recurrent + self.bias[1]
            gates = _sigmoid(given[:, visit, : 2 * units] + kept[:, : 2 * units])
            update, reset = gates[:, :units], gates[:, units:]
            new = np.tanh(given[:, visit, 2 * units :] + reset * kept[:, 2 * units :])
            state = update * state + (1 - update) * new
            states[:, visit] = state
        found: Matrix = states @ self.output + self.output_bias
        return found

    def arrays(self) -> dict[str, Array]:
        """Everything it holds, by name."""
        return {name: getattr(self, name) for name in _NAMES}

    @classmethod
    def of(cls, arrays: Mapping[str, Array]) -> Self:
        """The net that :meth:`arrays` told of.

        Raises:
            PredictorError: when a part is missing or does not fit.
        """
        try:
            return cls(*(np.asarray(arrays[name], np.float64) for name in _NAMES))
        except LookupError as error:
            raise PredictorError("a part of the sequence predictor is missing; train again") from error


def _sigmoid(at: Matrix) -> Matrix:
    found: Matrix = 1 / (1 + np.exp(-np.clip(at, -60, 60)))
    return found
