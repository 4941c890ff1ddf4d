"""A table of patients as typed columns: what every predictor is fitted on.

Numbers are float64 with NaN for what is missing; flags are 0, 1 or NaN; categories are positions in the column's list, -1 for
what is missing and for what the list does not know (noted in the report, never guessed).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from math import isfinite, nan

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]


class ColumnKind(StrEnum):
    """What a column holds."""

    NUMBER = "number"
    FLAG = "flag"
    CATEGORY = "category"


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    Attributes:
        name: as models and messages call it.
        kind: what it holds.
        unit: UCUM unit of a number; empty for one without.
        low, high: what a living body can have; a value beyond is refused with its row.
        categories: the values of a category, in order.
        changeable: whether a person can change it: an age and a sex cannot be counterfactual.
        node: the id of the node in the graph that the column measures (a LOINC code, a condition); empty when none.
        derived: the formula's name when it was computed from other columns; empty when read.
        label: in words.
        seen_unit: where nobody stated a unit, the one that the values looked like which were learned from; empty when none.
    """

    name: str
    kind: ColumnKind
    unit: str = ""
    low: float = -np.inf
    high: float = np.inf
    categories: tuple[str, ...] = ()
    changeable: bool = False
    node: str = ""
    derived: str = ""
    label: str = ""
    seen_unit: str = ""


@dataclass(frozen=True)
class Table:
    """Rows of patients.

    Attributes:
        name: where it comes from, in a word.
        columns: the features, in order.
        values: by column name, each of shape (rows,), float64.
        target: of shape (rows,): 0 or 1 of a classification, a number of a regression; empty where it is not known.
        target_name: what the target means when it is 1, or what it measures.
        groups: of shape (rows,), int64: rows of one group are of one patient, or the same row twice, and share a fold.
        rows: of shape (rows,), int64: the line of the file, the header being line 1.
        synthetic: whether nobody in it ever lived.
        source: citation and licence.
    """

    name: str
    columns: tuple[Column, ...]
    values: Mapping[str, Numbers]
    target: Numbers
    target_name: str
    groups: NDArray[np.int64]
    rows: NDArray[np.int64]
    synthetic: bool = False
    source: str = ""

    def __len__(self) -> int:
        return len(self.rows)

    def column(self, name: str) -> Column:
        """The column of a name.

        Raises:
            KeyError: when there is none.
        """
        return next(c for c in self.columns if c.name == name)

    def take(self, index: NDArray[np.int64]) -> "Table":
        """Some rows, in the order of ``index``."""
        values = {name: array[index] for name, array in self.values.items()}
        target = self.target[index] if len(self.target) else self.target
        return replace(self, values=values, target=target, groups=self.groups[index], rows=self.rows[index])

    def row(self, place: int) -> dict[str, float]:
        """The values of one row by column name, NaN for what is missing."""
        return {name: float(array[place]) for name, array in self.values.items()}


def is_known(column: Column, row: Mapping[str, float]) -> bool:
    """Whether a row has the value of a column: a number, and not the -1 of a category that is missing."""
    value = row.get(column.name, nan)
    return isfinite(value) and not (column.kind is ColumnKind.CATEGORY and value < 0)
