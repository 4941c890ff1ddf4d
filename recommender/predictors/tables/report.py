"""What a table held that could not be used: by line, column and code, never by value."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graph.row_report import Fault, RowProblem, RowReport
from recommender.predictors.tables.mapped import TableMapping

KEPT = 50
"""Problems that a report lists; the counts are exact."""


@dataclass(frozen=True, slots=True)
class TableReport:
    """How the reading of a table went.

    Attributes:
        file: its name.
        mapping: what its columns were taken for: the name of a mapping, or ``proposed``.
        read: rows of the file.
        quarantined: rows that were left out.
        refused: values that were taken for missing because they cannot be.
        codes: how often each kind of problem occurred (:class:`graph.row_report.Code`).
        problems: the first of them.
        left_out: columns that are no features, each with the reason.
        notes: what else a reader has to know.
        used: the mapping itself, so that further rows are read in the same way.
    """

    file: str
    mapping: str
    read: int
    quarantined: int
    refused: int
    codes: Mapping[str, int]
    problems: tuple[RowProblem, ...]
    left_out: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()
    used: TableMapping | None = None

    @property
    def accepted(self) -> int:
        """Rows that the table has."""
        return self.read - self.quarantined

    def payload(self) -> dict[str, Any]:
        """As JSON can hold it."""
        return {
            "file": self.file,
            "mapping": self.mapping,
            "read": self.read,
            "accepted": self.accepted,
            "quarantined": self.quarantined,
            "refused_values": self.refused,
            "codes": dict(self.codes),
            "problems": [
                {"line": p.line, "column": p.column, "code": str(p.code), "expected": p.expected} for p in self.problems
            ],
            "left_out": [{"column": column, "reason": reason} for column, reason in self.left_out],
            "notes": list(self.notes),
        }


class Findings:
    """Collects a report while a table is read.

    Args:
        file: the table's name.
        lines: the line of each row.
        rows: what was wrong in records already.

    Attributes:
        left_out: the columns that are no features, each with the reason.
    """

    def __init__(self, file: str, lines: Sequence[int], rows: RowReport) -> None:
        self._file = file
        self._lines = lines
        self._rows = rows
        self._refused = 0
        self.left_out: dict[str, str] = {}
        self._notes: list[str] = []

    def refuse(self, place: int, fault: Fault) -> None:
        """A value that is taken for missing."""
        self._refused += 1
        self._rows.note(self._lines[place], fault)

    def quarantine(self, place: int, fault: Fault) -> None:
        """A row that is left out."""
        self._rows.reject(self._lines[place], (fault,), b"")

    def leave_out(self, column: str, reason: str) -> None:
        """A column that is no feature."""
        self.left_out.setdefault(column, reason)

    def note(self, text: str) -> None:
        """Something else that a reader has to know."""
        self._notes.append(text)

    def report(self, mapping: str, used: TableMapping) -> TableReport:
        """What was found, by the mapping of this name."""
        rows = self._rows
        return TableReport(
            self._file,
            mapping,
            rows.read,
            rows.quarantined,
            self._refused,
            {str(code): count for code, count in sorted(rows.codes.items())},
            tuple(rows.problems),
            tuple(self.left_out.items()),
            tuple(self._notes),
            used,
        )
