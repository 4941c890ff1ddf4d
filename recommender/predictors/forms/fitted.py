"""A fitted model as it serves: what it reads, how rows are encoded, its form, its calibration and its conformal threshold."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from graph.array_file import Array
from recommender.calibration import Calibration
from recommender.errors import BundleError, PredictorError
from recommender.predictors.forms.encoder import Encoder, Values
from recommender.predictors.forms.form import Form, Matrix
from recommender.predictors.forms.reading import read_form
from recommender.predictors.tables.table import Column, ColumnKind


@dataclass(frozen=True)
class FittedModel:
    """One model of one target.

    Attributes:
        encoder: how rows become a matrix.
        form: the model.
        calibration: margins to probabilities; None for a regression, whose margin is the answer.
        threshold: of the conformal set at 90 %. Classification: a class is in the set when 1 - its probability is at most
            this. Regression: half the width of the interval around the answer. Infinite where there is none.
        background: shape (centres, features): encoded centres of several people each, whom explanations compare with; rows of
            patients are never kept.
        shares: shape (centres,): the share of people nearest to each.
    """

    encoder: Encoder
    form: Form
    calibration: Calibration | None
    threshold: float
    background: Matrix
    shares: Matrix

    @property
    def columns(self) -> tuple[Column, ...]:
        """What it reads."""
        return self.encoder.columns

    def encode(self, values: Values) -> Matrix:
        """The matrix of one row or many; see :meth:`Encoder.encode`."""
        return self.encoder.encode(values)

    def margins(self, values: Values) -> Matrix:
        """The model's margins, before calibration. shape: (rows,)."""
        return self.form.margins(self.encoder.encode(values))

    def probabilities(self, values: Values) -> tuple[Matrix, Matrix, Matrix]:
        """Calibrated probability with its 95 % interval; for a regression the answer with its 90 % conformal interval.

        Args:
            values: see :data:`recommender.predictors.forms.encoder.Values`.

        Returns:
            Value, low and high, each of shape (rows,).
        """
        return self.calibrated(self.margins(values))

    def calibrated(self, margins: Matrix) -> tuple[Matrix, Matrix, Matrix]:
        """The same of margins that are known already."""
        if self.calibration is None:
            return margins, margins - self.threshold, margins + self.threshold
        value, low, high, _ = self.calibration.probability(margins)
        return value, low, high

    def conformal(self, probability: Matrix) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Whether the set that holds the truth in 90 of 100 cases has "no", and whether it has "yes". Each (rows,)."""
        return probability <= self.threshold, 1 - probability <= self.threshold

    def arrays(self) -> dict[str, Array]:
        """Its arrays by name, for a bundle."""
        found: dict[str, Array] = {f"encoder.{name}": array for name, array in self.encoder.arrays().items()}
        found |= {f"form.{name}": array for name, array in self.form.arrays().items()}
        if self.calibration is not None:
            found |= {f"calibration.{name}": array for name, array in self.calibration.arrays().items()}
        return found | {"threshold": np.array(self.threshold), "background": self.background, "shares": self.shares}

    def notes(self) -> dict[str, Any]:
        """What else a bundle needs, as JSON can hold it."""
        columns = [asdict(column) for column in self.columns]
        for column in columns:
            # JSON has no infinities.
            column.update({end: column[end] if np.isfinite(column[end]) else None for end in ("low", "high")})
        return {"form": self.form.kind, "columns": columns}

    @classmethod
    def of(cls, arrays: Mapping[str, Array], notes: Mapping[str, Any]) -> Self:
        """The model that :meth:`arrays` and :meth:`notes` told of.

        Raises:
            PredictorError: when a part is missing or does not fit.
        """
        try:
            encoder = Encoder.of(tuple(map(_column, notes["columns"])), _below("encoder", arrays))
            form = read_form(str(notes["form"]), _below("form", arrays))
            known = _below("calibration", arrays)
            calibration = Calibration.of(known) if known else None
            rest = float(arrays["threshold"]), np.asarray(arrays["background"]), np.asarray(arrays["shares"])
        except (BundleError, LookupError, TypeError, ValueError) as error:
            raise PredictorError("a part of the model is missing or damaged; train again") from error
        return cls(encoder, form, calibration, *rest)


def _below(name: str, arrays: Mapping[str, Array]) -> dict[str, Array]:
    """The arrays whose names begin so, by the rest of their names."""
    return {key[len(name) + 1 :]: arrays[key] for key in arrays if key.startswith(f"{name}.")}


def _column(stored: Mapping[str, Any]) -> Column:
    ends = {
        "low": -np.inf if stored["low"] is None else stored["low"],
        "high": np.inf if stored["high"] is None else stored["high"],
    }
    return Column(**{**stored, **ends, "kind": ColumnKind(stored["kind"]), "categories": tuple(stored["categories"])})
