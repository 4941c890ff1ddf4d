"""Reads the forms back from their arrays."""

from collections.abc import Callable, Mapping

import numpy as np

from graph.array_file import Array
from recommender.errors import PredictorError
from recommender.predictors.forms.form import Form
from recommender.predictors.forms.kernel import Kernel
from recommender.predictors.forms.layers import Layers
from recommender.predictors.forms.linear import Linear
from recommender.predictors.forms.stack import Stack, member_arrays
from recommender.predictors.forms.trees import Trees

_PLAIN: Mapping[str, Callable[[Mapping[str, Array]], Form]] = {
    "linear": Linear.of,
    "trees": Trees.of,
    "kernel": Kernel.of,
    "layers": Layers.of,
}


def read_form(kind: str, arrays: Mapping[str, Array]) -> Form:
    """The form of a kind.

    Args:
        kind: as :attr:`Form.kind` says.
        arrays: as :meth:`Form.arrays` gave them.

    Raises:
        PredictorError: when the kind is unknown, an array is missing, or a number is not finite.
    """
    if kind not in (*_PLAIN, "stack"):
        raise PredictorError(f"the model is of an unknown form; known are {', '.join(_PLAIN)} and stack: train again")
    if not all(bool(np.isfinite(array).all()) for array in arrays.values()):
        raise PredictorError("the model holds a number that is none; train again")
    try:
        if kind == "stack":
            members = tuple(read_form(member, own) for member, own in member_arrays(arrays))
            return Stack(members, np.asarray(arrays["weights"]), np.asarray(arrays["intercept"]))
        return _PLAIN[kind](arrays)
    except (LookupError, ValueError) as error:
        raise PredictorError(f"the model's {kind} form lacks a part; train again") from error
