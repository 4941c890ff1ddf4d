"""Turns a row of values into the numbers that a form works on: imputed, flagged where missing, one-hot, chosen and scaled.

Everything it needs was computed from the rows that the model was fitted on, and from no others. What it answers is always
finite: a missing number becomes the imputation value and, where the column has a flag, a 1 in it; a category that the column's
list does not know is no category, all zero.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from graph.array_file import Array
from recommender.errors import PredictorError
from recommender.predictors.forms.form import Matrix
from recommender.predictors.tables.table import Column, ColumnKind

Values = Mapping[str, Any]
"""By column name one number (a row), or an array of shape (rows,); NaN, or -1 for a category, where it is missing."""
SKEWED = 1.0
"""Skewness above which a number that is never negative counts on a logarithmic scale, as most blood values do."""
_NAMES = ("source", "code", "fill", "unit", "center", "scale")
VALUE, MISSING = -2.0, -1.0
"""Codes of features that are a column's value, or tell that it is missing; 0 and above is the place of a category."""


@dataclass(frozen=True)
class Encoder:
    """How rows become a matrix.

    Attributes:
        columns: what is read, in order; a column that no feature needs may be absent from a row.
        source: shape (features,), int64: the column that each feature is of.
        code: shape (features,), float64: ``VALUE``, ``MISSING`` or the place of the category that it stands for.
        fill: shape (features,): what stands for a missing value, before scaling.
        unit: shape (features,): where it is above 0, the value x becomes log(1 + x / unit); 0 leaves it as it is.
        center, scale: shape (features,): subtracted, and then divided by; the scale is above 0.
    """

    columns: tuple[Column, ...]
    source: NDArray[np.int64]
    code: Matrix
    fill: Matrix
    unit: Matrix
    center: Matrix
    scale: Matrix
    _categories: NDArray[np.int64] = field(init=False, repr=False)
    _flags: NDArray[np.int64] = field(init=False, repr=False)
    _one_hot: NDArray[np.int64] = field(init=False, repr=False)
    _skewed: NDArray[np.int64] = field(init=False, repr=False)
    _plan: tuple[tuple[str, float], ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Refuse arrays that do not fit together.

        Raises:
            PredictorError: when they do not.
        """
        arrays = self.arrays().values()
        shapes = {array.shape for array in arrays}
        finite = all(bool(np.isfinite(array).all()) for array in arrays)
        if len(shapes) != 1 or self.source.ndim != 1 or not finite or not bool((self.scale > 0).all()):
            raise PredictorError("the model's encoding is damaged; train again")
        if len(self.source) and not 0 <= int(self.source.min()) <= int(self.source.max()) < len(self.columns):
            raise PredictorError("the model's encoding names a column that it has not; train again")
        is_category = np.array([column.kind is ColumnKind.CATEGORY for column in self.columns], bool)
        object.__setattr__(self, "_categories", np.flatnonzero(is_category))
        object.__setattr__(self, "_flags", np.flatnonzero(self.code == MISSING))
        object.__setattr__(self, "_one_hot", np.flatnonzero(self.code >= 0))
        object.__setattr__(self, "_skewed", np.flatnonzero(self.unit > 0))
        object.__setattr__(self, "_plan", tuple((column.name, np.nan) for column in self.columns))

    @property
    def names(self) -> tuple[str, ...]:
        """Each feature in words: ``age``, ``age missing``, ``sex = female``."""
        return tuple(self._name(int(place), int(code)) for place, code in zip(self.source, self.code, strict=True))

    def _name(self, place: int, code: int) -> str:
        column = self.columns[place]
        if code == VALUE:
            return column.name
        return f"{column.name} missing" if code == MISSING else f"{column.name} = {column.categories[code]}"

    def encode(self, values: Values) -> Matrix:
        """The matrix of one row or of many.

        Args:
            values: by column name; what is not named is missing. Infinities count as missing, too.

        Returns:
            shape: (rows, features), float64, finite.

        Raises:
            PredictorError: when what is given is no number, or columns have different lengths.
        """
        raw = self._raw(values)[:, self.source]
        missing = ~np.isfinite(raw)
        encoded = np.where(missing, self.fill, raw)
        if self._flags.size:
            encoded[:, self._flags] = missing[:, self._flags]
        if self._one_hot.size:
            encoded[:, self._one_hot] = encoded[:, self._one_hot] == self.code[self._one_hot]
        if self._skewed.size:
            positive = np.maximum(encoded[:, self._skewed], 0.0)
            encoded[:, self._skewed] = np.log1p(positive / self.unit[self._skewed])
        encoded -= self.center
        encoded /= self.scale
        return encoded

    def _raw(self, values: Values) -> Matrix:
        """shape: (rows, columns): as given, NaN for what is missing."""
        given = [values.get(name, nothing) for name, nothing in self._plan]
        try:
            if any(isinstance(value, np.ndarray) for value in given):
                raw = np.array(np.broadcast_arrays(*given), np.float64).T
            else:
                raw = np.array([given], np.float64)
        except (TypeError, ValueError) as error:
            raise PredictorError("a number, or nothing, is expected for each column, and as many rows in each") from error
        if self._categories.size:
            part = raw[:, self._categories]
            raw[:, self._categories] = np.where(part < 0, np.nan, part)
        return raw

    def unseen(self, values: Mapping[str, float]) -> tuple[str, ...]:
        """Columns of a row whose category was in no row that the model was fitted on, or is unknown to the column."""
        seen = {(int(place), int(code)) for place, code in zip(self.source, self.code, strict=True) if code >= 0}
        said = [(i, values.get(self.columns[i].name, -1.0)) for i in self._categories.tolist() if (self.source == i).any()]
        return tuple(self.columns[i].name for i, value in said if value >= 0 and (i, int(value)) not in seen)

    def chosen(self, kept: NDArray[np.int64]) -> "Encoder":
        """The same with some of the features, in ascending order of ``kept``."""
        own = self.code[kept], self.fill[kept], self.unit[kept], self.center[kept], self.scale[kept]
        return Encoder(self.columns, self.source[kept], *own)

    def arrays(self) -> dict[str, Array]:
        """Its numbers by name; the columns go into the notes."""
        return {name: getattr(self, name) for name in _NAMES}

    @classmethod
    def of(cls, columns: tuple[Column, ...], arrays: Mapping[str, Array]) -> Self:
        """The encoder that :meth:`arrays` told of.

        Raises:
            PredictorError: when a part is missing or does not fit.
        """
        try:
            return cls(columns, *(np.asarray(arrays[name]) for name in _NAMES))
        except (LookupError, ValueError) as error:
            raise PredictorError("the model's encoding lacks a part; train again") from error


def fit_encoder(columns: tuple[Column, ...], values: Values) -> Encoder:
    """The encoder of the rows that a model is fitted on.

    Numbers that are never negative and have a long upper tail are taken in logarithms, with their median as unit, whatever unit
    they are in. Numbers are imputed by their median and flags by their more frequent value; every column of which a value is
    missing has a flag for that. Numbers are divided by their standard deviation; flags and categories stay 0 and 1, centred. A
    column without any value, a category that nobody has and a feature without spread make no feature.

    Args:
        columns: of the table.
        values: each of shape (rows,).
    """
    source: list[int] = []
    rows: list[tuple[float, float, float, float, float]] = []
    for place, column in enumerate(columns):
        array = np.asarray(values[column.name], np.float64)
        missing = ~np.isfinite(array) | ((array < 0) & (column.kind is ColumnKind.CATEGORY))
        for kind, usual, plain in _features(column, array, missing):
            unit = _unit(array[~missing]) if column.kind is ColumnKind.NUMBER and kind == VALUE else 0.0
            numbers = np.log1p(plain / unit) if unit else plain
            spread = float(numbers.std())
            if spread <= 1e-12 * max(1.0, float(np.abs(numbers).max())):
                continue
            source.append(place)
            scale = spread if column.kind is ColumnKind.NUMBER and kind == VALUE else 1.0
            rows.append((kind, usual, unit, float(numbers.mean()), scale))
    code, fill, units, center, scales = np.array(rows, np.float64).reshape(-1, 5).T.copy()
    return Encoder(columns, np.array(source, np.int64), code, fill, units, center, scales)


def _unit(known: Matrix) -> float:
    """The median where a column is skewed and never negative, else 0."""
    middle, spread = float(np.median(known)), float(known.std())
    if known.min() < 0 or middle <= 0 or spread <= 1e-12 * middle:
        return 0.0
    skewness = float((((known - known.mean()) / spread) ** 3).mean())
    return middle if skewness > SKEWED else 0.0


def _features(column: Column, array: Matrix, missing: NDArray[np.bool_]) -> list[tuple[float, float, Matrix]]:
    """The features of a column: code, what stands for a missing value, and the numbers before scaling."""
    if bool(missing.all()):
        return []
    found: list[tuple[float, float, Matrix]] = []
    if column.kind is ColumnKind.CATEGORY:
        found = [(float(i), -1.0, (array == i).astype(float)) for i in range(len(column.categories))]
    else:
        usual = float(np.median(array[~missing]))
        usual = usual if column.kind is ColumnKind.NUMBER else float(usual >= 0.5)
        found = [(VALUE, usual, np.where(missing, usual, array))]
    if bool(missing.any()):
        found.append((MISSING, 0.0, missing.astype(float)))
    return found
