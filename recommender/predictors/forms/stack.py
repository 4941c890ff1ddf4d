"""Several forms whose margins a linear model puts together (Wolpert 1992, doi:10.1016/S0893-6080(05)80023-1)."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from graph.array_file import Array
from recommender.predictors.forms.form import Form, Matrix


@dataclass(frozen=True)
class Stack:
    """The margin is Σ weight · margin of the member + intercept.

    Attributes:
        members: the forms, each given the same rows.
        weights: shape (members,).
        intercept: shape ().
    """

    members: tuple[Form, ...]
    weights: Matrix
    intercept: Matrix

    @property
    def kind(self) -> str:
        """As files call it."""
        return "stack"

    def margins(self, matrix: Matrix) -> Matrix:
        """See :meth:`recommender.predictors.forms.form.Form.margins`."""
        parts = [weight * member.margins(matrix) for weight, member in zip(self.weights, self.members, strict=True)]
        found: Matrix = np.sum(parts, axis=0) + self.intercept
        return found

    def arrays(self) -> dict[str, Array]:
        """Everything it holds, by name; a member's arrays are named ``0.linear.weights``."""
        own: dict[str, Array] = {"weights": self.weights, "intercept": self.intercept}
        for i, member in enumerate(self.members):
            own |= {f"{i}.{member.kind}.{name}": array for name, array in member.arrays().items()}
        return own


def member_arrays(arrays: Mapping[str, Array]) -> list[tuple[str, dict[str, Array]]]:
    """The kind and the arrays of each member, in order, of what :meth:`Stack.arrays` told."""
    found: dict[int, tuple[str, dict[str, Array]]] = {}
    for name, array in arrays.items():
        if "." in name:
            place, kind, rest = name.split(".", 2)
            found.setdefault(int(place), (kind, {}))[1][rest] = array
    return [found[place] for place in sorted(found)]
