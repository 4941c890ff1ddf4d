"""What is wrong in a table, row by row: file, line, column, a short stable code, and what was expected.

A report never repeats a value of the table, because values may be a patient's. Every record that was read is either accepted or
quarantined; a row with several faults is quarantined once and reported for each. The number of problems kept is bounded, the
counts are exact; who needs every one (the quarantine) listens.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Code(StrEnum):
    """The codes of row reports. They are stable: scripts may rely on them."""

    # of the file
    UNREADABLE_FILE = "unreadable-file"
    """The file ends too early or is damaged (a broken gzip, a disk error); rows before that place count."""
    NO_HEADER = "no-header"
    """The first record is not a line of column names."""
    MISSING_COLUMN = "missing-column"
    """A required column is not in the header; the file is left out."""
    DUPLICATE_COLUMN = "duplicate-column"
    """The header names a column twice; the file is left out when the column would be used."""
    UNUSED_COLUMN = "unused-column"
    """A column of the header is not used; no row is lost by it."""
    # of the record
    TOO_FEW_FIELDS = "too-few-fields"
    TOO_MANY_FIELDS = "too-many-fields"
    UNTERMINATED_QUOTE = "unterminated-quote"
    """A quoted field is never closed; reading goes on at the next line."""
    BAD_QUOTE = "bad-quote"
    """Something other than a delimiter follows a closing quote."""
    UNDECODABLE = "undecodable"
    """The bytes are not text in the file's encoding."""
    NUL = "nul"
    """The record holds a NUL byte."""
    TOO_LONG = "too-long"
    """A field is longer than 64 kB, or a record longer than 1 MB."""
    # of the value
    MISSING_VALUE = "missing-value"
    BAD_ID = "bad-id"
    BAD_INTEGER = "bad-integer"
    BAD_NUMBER = "bad-number"
    NOT_FINITE = "not-finite"
    """NaN, infinity, or a number too large to be kept."""
    OUT_OF_RANGE = "out-of-range"
    BAD_BOOLEAN = "bad-boolean"
    BAD_DATE = "bad-date"
    BAD_VALUE = "bad-value"
    """The value is none of the allowed ones."""
    FORMULA = "formula"
    """A text begins like a spreadsheet formula."""
    CONTROL_CHARACTER = "control-character"
    # of the meaning
    DUPLICATE_KEY = "duplicate-key"
    """An earlier row has the same key; the earlier one stays."""
    UNKNOWN_ID = "unknown-id"
    """No node of the expected kind has this id."""
    UNKNOWN_NAME = "unknown-name"
    AMBIGUOUS_NAME = "ambiguous-name"
    """A name fits several nodes; the report lists their ids."""
    UNKNOWN_SOURCE = "unknown-source"
    """The source is not listed in sources.csv."""
    UNKNOWN_PATIENT = "unknown-patient"
    """No row of patient.csv has this identifier."""
    UNKNOWN_UNIT = "unknown-unit"
    INCONSISTENT = "inconsistent"
    """Values that are allowed alone contradict each other (a stop before its start, a medicine that interacts with itself)."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong in a row, wherever the row is."""

    column: str
    code: Code
    expected: str


@dataclass(frozen=True, slots=True)
class RowProblem:
    """One entry of a report.

    Attributes:
        file: name of the file.
        line: physical line where the record begins, counted from 1.
        column: header of the column, or empty when the record as a whole is meant.
        code: what is wrong, in one word.
        expected: what was expected instead; never what was found.
    """

    file: str
    line: int
    column: str
    code: Code
    expected: str


Row = Sequence[str] | bytes
"""A rejected record: its fields, or its bytes where the fields could not be told apart."""

Listener = Callable[[int, Sequence[Fault], Row], None]
"""Is told of each rejected record: its line, its faults, and the record."""


class RowReport:
    """Counts the records of one file and collects what is wrong in them.

    Args:
        file: the file's name as it is to be reported.
        keep: how many problems are kept; None keeps all.
        listener: is told of each rejected record.

    Attributes:
        read: records read, the header and blank lines not counted.
        quarantined: records rejected.
        blank: blank lines passed over.
        withheld: values of columns that are not to be read, counted only.
        refused: whether the file as a whole was left out.
        codes: how often each code occurred.
    """

    def __init__(self, file: str, keep: int | None = 100, listener: Listener | None = None) -> None:
        self.file = file
        self.read = 0
        self.quarantined = 0
        self.blank = 0
        self.withheld = 0
        self.refused = False
        self._problems: list[RowProblem] = []
        self.codes: Counter[Code] = Counter()
        self._keep = keep
        self._listener = listener

    @property
    def accepted(self) -> int:
        """Records read and not rejected."""
        return self.read - self.quarantined

    @property
    def problems(self) -> list[RowProblem]:
        """The first ``keep`` problems that were found, by line."""
        return sorted(self._problems, key=lambda problem: problem.line)

    def reject(self, line: int, faults: Sequence[Fault], row: Row) -> None:
        """Quarantine a record for one or more faults."""
        self.quarantined += 1
        for fault in faults:
            self.note(line, fault)
        if self._listener:
            self._listener(line, faults, row)

    def note(self, line: int, fault: Fault) -> None:
        """Report something that costs no record."""
        self.codes[fault.code] += 1
        if self._keep is None or len(self._problems) < self._keep:
            self._problems.append(RowProblem(self.file, line, fault.column, fault.code, fault.expected))

    def refuse(self, line: int, faults: Sequence[Fault]) -> None:
        """Leave the file out for faults of its header."""
        self.refused = True
        for fault in faults:
            self.note(line, fault)
