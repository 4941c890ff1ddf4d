"""Typed columns: how the text of a cell becomes a value, and what is expected when it cannot.

One spelling is accepted for each type, and nothing is guessed: a decimal comma, a thousands separator, a day before the month
or a not-a-number is reported, because the value that a guess would make of it may be wrong by a thousand. Texts that begin
like a spreadsheet formula are refused, so that an export never runs one.
"""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TypeAlias

from graph.row_report import Code, Fault
from graph.schema import CURIE

Scalar: TypeAlias = str | int | float | bool
Value: TypeAlias = Scalar | tuple[Scalar, ...] | None
"""What a cell holds: nothing (an empty cell), a scalar, or a list of scalars."""

LIST_SEPARATOR = ";"
_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?")
# Fifteen digits: what a double holds exactly, and JSON readers with it.
_INTEGER = re.compile(r"[+-]?[0-9]{1,15}")
_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_NOT_FINITE = re.compile(r"[+-]?(nan|inf|infinity)", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_BOOLEANS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


class ColumnType(StrEnum):
    """What the cells of a column hold."""

    TEXT = "text"
    CURIE = "curie"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"


class _UnusableError(Exception):
    """A cell that is no value of its column."""

    def __init__(self, code: Code, expected: str) -> None:
        self.code = code
        self.expected = expected


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table.

    Attributes:
        name: its header.
        type: what its cells hold.
        required: whether the column must be there and no cell may be empty.
        values: the allowed texts; empty when any is allowed.
        many: whether a cell holds a list, parted by semicolons.
        low: smallest number allowed.
        high: largest number allowed.
    """

    name: str
    type: ColumnType = ColumnType.TEXT
    required: bool = False
    values: tuple[str, ...] = ()
    many: bool = False
    low: float = -math.inf
    high: float = math.inf

    def parse_all(self, texts: Sequence[str]) -> tuple[list[Value], dict[int, Fault]]:
        """Values of many cells.

        Returns:
            the values in order (None where a cell is empty or unusable), and the faults by position.
        """
        known: dict[str, Value] = {}
        unusable: dict[str, Fault] = {}
        # Columns repeat themselves: each distinct text is looked at once.
        distinct = set(texts)
        if self.type is ColumnType.TEXT and not self.many and not self.values:
            known = {text: text for text in distinct if _is_plain(text)}
            distinct -= known.keys()
        for text in distinct:
            try:
                known[text] = self._parse(text.strip())
            except _UnusableError as problem:
                known[text] = None
                unusable[text] = Fault(self.name, problem.code, problem.expected)
        faults = {i: unusable[text] for i, text in enumerate(texts) if text in unusable} if unusable else {}
        return [known[text] for text in texts], faults

    def _parse(self, text: str) -> Value:
        if not text:
            if self.required:
                raise _UnusableError(Code.MISSING_VALUE, f"{self._wanted()} is required")
            return () if self.many else None
        if not self.many:
            return self._scalar(text)
        if self.type is ColumnType.TEXT:
            _check_text(text)
        return tuple(self._scalar(part.strip()) for part in text.split(LIST_SEPARATOR) if part.strip())

    def _scalar(self, text: str) -> Scalar:
        if self.values:
            if text not in self.values:
                raise _UnusableError(Code.BAD_VALUE, self._wanted())
            return text
        value = _PARSERS[self.type](text)
        if isinstance(value, (int, float)) and not isinstance(value, bool) and not self.low <= value <= self.high:
            raise _UnusableError(Code.OUT_OF_RANGE, self._wanted())
        return value

    def _wanted(self) -> str:
        if self.values:
            return f"one of {', '.join(self.values)}"
        if self.type in (ColumnType.INTEGER, ColumnType.NUMBER) and (math.isfinite(self.low) or math.isfinite(self.high)):
            return f"{_WORDS[self.type]} {_range_words(self.low, self.high)}"
        return _WORDS[self.type]


def _range_words(low: float, high: float) -> str:
    parts = [f"of at least {low:g}"] * math.isfinite(low) + [f"of at most {high:g}"] * math.isfinite(high)
    return " and ".join(parts)


def _is_plain(text: str) -> bool:
    """Whether a cell is a text as it stands, as most are: printable, of a letter or a digit at both ends."""
    return text.isprintable() and text[:1].isalnum() and text[-1:].isalnum()


def _text(text: str) -> str:
    _check_text(text)
    return text


def _check_text(text: str) -> None:
    # The characters that make a spreadsheet run a cell (OWASP, CSV injection); a signed number is harmless.
    if text[0] in "=+-@" and not _NUMBER.fullmatch(text):
        raise _UnusableError(Code.FORMULA, "a text that does not begin with =, +, - or @")
    if _CONTROL.search(text):
        raise _UnusableError(Code.CONTROL_CHARACTER, "a text without control characters")


def _curie(text: str) -> str:
    if not CURIE.fullmatch(text):
        raise _UnusableError(Code.BAD_ID, _WORDS[ColumnType.CURIE])
    return text


def _integer(text: str) -> int:
    if not _INTEGER.fullmatch(text):
        raise _UnusableError(Code.BAD_INTEGER, _WORDS[ColumnType.INTEGER])
    return int(text)


def _number(text: str) -> float:
    if _NOT_FINITE.fullmatch(text):
        raise _UnusableError(Code.NOT_FINITE, "a finite number")
    if not _NUMBER.fullmatch(text):
        raise _UnusableError(Code.BAD_NUMBER, _WORDS[ColumnType.NUMBER])
    value = float(text)
    if not math.isfinite(value):
        raise _UnusableError(Code.NOT_FINITE, "a number below 1.8e308")
    return value


def _boolean(text: str) -> bool:
    try:
        return _BOOLEANS[text.casefold()]
    except KeyError:
        raise _UnusableError(Code.BAD_BOOLEAN, _WORDS[ColumnType.BOOLEAN]) from None


def _date(text: str) -> str:
    try:
        if not _ISO_DATE.fullmatch(text):
            raise ValueError
        date.fromisoformat(text)
    except ValueError:
        raise _UnusableError(Code.BAD_DATE, _WORDS[ColumnType.DATE]) from None
    return text


_PARSERS: Mapping[ColumnType, Callable[[str], Scalar]] = {
    ColumnType.TEXT: _text,
    ColumnType.CURIE: _curie,
    ColumnType.INTEGER: _integer,
    ColumnType.NUMBER: _number,
    ColumnType.BOOLEAN: _boolean,
    ColumnType.DATE: _date,
}
_WORDS = {
    ColumnType.TEXT: "a text",
    ColumnType.CURIE: "an id of the form prefix:local",
    ColumnType.INTEGER: "a whole number",
    ColumnType.NUMBER: "a number with a decimal point and no separators, such as 1234.5",
    ColumnType.BOOLEAN: "true or false",
    ColumnType.DATE: "a date of the form YYYY-MM-DD that is in the calendar",
}
