"""Rows of the tables that the generator stands on, with the place of whatever is unusable in them.

The tables are our own and small: a fault in them ends the run, and the message names file, line and column.
"""

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from loaders.errors import LoadError
from loaders.text_tables import formulary_rows, read_text_table


class CohortError(LoadError):
    """The generator's parameters, or the tables under them, cannot be used.

    Attributes:
        file: name of the file at fault.
    """

    def __init__(self, file: str, reason: str) -> None:
        self.file = file
        super().__init__(f"{file}: {reason}")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table, its cells as text until asked for as something else."""

    file: str
    line: int
    cells: Mapping[str, str]

    def text(self, column: str) -> str:
        """The cell as it stands; a column that the table lacks is an error."""
        try:
            return self.cells[column]
        except KeyError:
            raise CohortError(self.file, f"column {column!r} is missing") from None

    def number(self, column: str, low: float = -math.inf, high: float = math.inf) -> float:
        """The cell as a number from ``low`` to ``high``."""
        try:
            value = float(self.text(column))
        except ValueError:
            value = math.nan
        if not low <= value <= high:
            raise CohortError(self.file, f"line {self.line}, column {column!r}: a number from {low:g} to {high:g} is expected")
        return value

    def optional(self, column: str, absent: float) -> float:
        """The cell as a number, or ``absent`` when it is empty."""
        return self.number(column) if self.text(column) else absent

    def items(self, column: str) -> tuple[str, ...]:
        """The cell as a list parted by semicolons."""
        return tuple(item.strip() for item in self.text(column).split(";") if item.strip())


def read_table(path: Path) -> Iterator[Row]:
    """The rows of one CSV file.

    Raises:
        LoadError: when the file is missing or a row has more or fewer cells than the header.
    """
    return (Row(path.name, line, cells) for line, cells in enumerate(read_text_table(path), start=2))


def read_formulary_table(data: Path, name: str) -> Iterator[Row]:
    """The rows of a table of the formulary: those written by hand, then the derived ones.

    Args:
        data: folder of the formulary.
        name: the table's name without its ending, such as ``indication``.

    Raises:
        LoadError: when no file holds the table.
    """
    return (Row(f"{name}.csv", line, cells) for line, cells in enumerate(formulary_rows(data, name), start=2))


def refuse_unknown(file: str, what: str, ids: Iterable[str], known: Iterable[str]) -> None:
    """Refuse parameters that name what the tables do not hold.

    Raises:
        CohortError: names every unknown id.
    """
    if unknown := sorted(set(ids).difference(known)):
        raise CohortError(file, f"no {what} of the formulary has the id {', '.join(unknown)}")
