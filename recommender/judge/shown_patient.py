"""The one patient whom a report shows beside all others.

Of a table in which nobody ever lived it is the row with the highest answer. Of a real one it is nobody: the middle of the
people with the highest answers, unless a line of the table was asked for.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from recommender.errors import PredictorError
from recommender.outcomes import LEAST_PEOPLE
from recommender.predictors.tables.derived import derived_row
from recommender.predictors.tables.table import Column, ColumnKind, Numbers, Table

HIGHEST = 20
"""People of a real table whose middle is shown."""


@dataclass(frozen=True)
class ShownPatient:
    """Who is shown.

    Attributes:
        values: by column name, NaN, or -1 of a category, where there is none; derived ones are among them.
        people: how many stand behind it: 1 when it is a row of the table.
        line: of the file, where a row was asked for; else 0.
    """

    values: Mapping[str, float]
    people: int
    line: int = 0

    @property
    def words(self) -> str:
        """Who it is."""
        if self.line:
            return f"line {self.line} of the table"
        if self.people == 1:
            return "the row with the highest answer"
        return f"the middle of the {self.people} people with the highest answers"

    @property
    def short(self) -> str:
        """The same, beside a mark."""
        return "this one" if self.people == 1 else f"middle of {self.people}"


def shown_patient(table: Table, answers: Numbers, line: int = 0) -> ShownPatient:
    """Whom the report of a table shows.

    Args:
        table: with its derived columns.
        answers: held-out answer of each row. shape: (rows,).
        line: of the file, where a row is asked for; 0 for none.

    Raises:
        PredictorError: when no row of the table is of that line.
    """
    if line:
        places = np.flatnonzero(table.rows == line)
        if not len(places):
            raise PredictorError(f"--example {line}: no row that was read is of that line of {table.name}")
        return ShownPatient(table.row(int(places[0])), 1, line)
    order = np.argsort(-answers, kind="stable")
    if table.synthetic:
        return ShownPatient(table.row(int(order[0])), 1)
    _, first = np.unique(table.groups[order], return_index=True)
    highest = table.take(order[np.sort(first)[:HIGHEST]].astype(np.int64))
    middle = {column.name: _middle(column, highest.values[column.name]) for column in table.columns if not column.derived}
    return ShownPatient(derived_row(table.columns, middle), len(highest))


def _middle(column: Column, values: Numbers) -> float:
    """The median of a number, and the commonest of the others; nothing where fewer than ``LEAST_PEOPLE`` have it."""
    number = column.kind is ColumnKind.NUMBER
    known = values[np.isfinite(values) & (number | (values >= 0))]
    if number:
        return float(np.median(known)) if len(known) >= LEAST_PEOPLE else np.nan
    counts = np.bincount(known.astype(np.int64), minlength=1)
    if counts.max() < LEAST_PEOPLE:
        return -1.0 if column.kind is ColumnKind.CATEGORY else np.nan
    return float(np.argmax(counts))
