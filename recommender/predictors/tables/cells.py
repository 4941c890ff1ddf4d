"""Cells of a table: how the texts of a column become numbers, flags or categories, and which of them are refused.

A refused cell counts as missing and is reported by line and column; what it held is repeated nowhere.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from graph.columns import Column as TextColumn
from graph.columns import ColumnType
from graph.row_report import Code
from recommender.predictors.tables.mapped import MappedColumn
from recommender.predictors.tables.table import Column, ColumnKind, Numbers

MISSING = frozenset({"", "na", "n/a", "nan", "null", "?", "."})
"""What stands for nothing in any column, in small letters."""
MISSING_WORDS = MISSING | {"none", "unknown", "missing", "not measured", "-"}
"""What stands for nothing where no category is so called."""
FLAGS: Mapping[str, float] = {"1": 1, "0": 0, "true": 1, "false": 0, "yes": 1, "no": 0, "y": 1, "n": 0, "1.0": 1, "0.0": 0}
DAYS_A_YEAR = 365.25
LARGEST = 1e15
"""A larger number is none of a patient, whatever it counts; sums of squares of what is left are exact enough, and finite."""
_NUMBER = TextColumn("", ColumnType.NUMBER)
_DATE = TextColumn("", ColumnType.DATE)


@dataclass(frozen=True, slots=True)
class Cells:
    """A column as numbers.

    Attributes:
        values: shape (rows,), float64; NaN for what is missing or refused.
        refused: place of each refused cell → what is wrong, and what was expected.
    """

    values: Numbers
    refused: Mapping[int, tuple[Code, str]] = field(default_factory=dict)

    @property
    def given(self) -> int:
        """How many cells of a number or a flag were not empty."""
        return int((~np.isnan(self.values)).sum()) + len(self.refused)


def is_missing(cell: str) -> bool:
    """Whether a cell of numbers or flags stands for nothing."""
    return cell.strip().casefold() in MISSING_WORDS


def parsed(mapped: MappedColumn, texts: Sequence[str], as_of: date) -> Cells:
    """The cells of a mapped column, their range not yet looked at.

    Args:
        mapped: what they hold.
        texts: as the file has them.
        as_of: the day of the table, for dates.
    """
    if mapped.values:
        meanings = mapped.values
        texts = [meanings.get(text.strip(), text) for text in texts]
    if mapped.is_date:
        return dates(texts, as_of)
    if mapped.column.kind is ColumnKind.CATEGORY:
        return categories(texts, mapped.column.categories)
    if mapped.column.kind is ColumnKind.FLAG:
        return flags(texts)
    found = numbers(texts)
    if mapped.zero_is_missing:
        found.values[found.values == 0] = np.nan
    return found


def numbers(texts: Sequence[str]) -> Cells:
    """Cells of numbers: a decimal point and nothing else is understood, so that a decimal comma is refused and not guessed."""
    values, faults = _NUMBER.parse_all(["" if is_missing(text) else text for text in texts])
    array = np.array([np.nan if value is None else value for value in values], np.float64)
    refused = {place: (fault.code, fault.expected) for place, fault in faults.items()}
    for place in np.flatnonzero(np.abs(array) > LARGEST).tolist():
        refused[place] = (Code.OUT_OF_RANGE, f"a number from {-LARGEST:g} to {LARGEST:g}")
        array[place] = np.nan
    return Cells(array, refused)


def flags(texts: Sequence[str]) -> Cells:
    """Cells of flags as 0 and 1."""
    known = {text: FLAGS.get(text.strip().casefold(), np.nan) for text in set(texts)}
    values = np.array([known[text] for text in texts], np.float64)
    wrong = [place for place in np.flatnonzero(np.isnan(values)).tolist() if not is_missing(texts[place])]
    return Cells(values, dict.fromkeys(wrong, (Code.BAD_BOOLEAN, "0 or 1, true or false, yes or no")))


def categories(texts: Sequence[str], known: Sequence[str]) -> Cells:
    """Cells of categories as places in the list: -1 for what is missing and for what is not in it, which is refused, too."""
    place_of = {name.casefold(): float(place) for place, name in enumerate(known)}
    values = np.array([place_of.get(text.strip().casefold(), -1.0) for text in texts], np.float64)
    wrong = [i for i in np.flatnonzero(values < 0).tolist() if not is_missing(texts[i])]
    expected = f"one of {', '.join(known)}"
    return Cells(values, dict.fromkeys(wrong, (Code.BAD_VALUE, expected)))


def dates(texts: Sequence[str], as_of: date) -> Cells:
    """Cells of dates as years before a day; a later date is refused."""
    values, faults = _DATE.parse_all(["" if is_missing(text) else text.strip()[:10] for text in texts])
    refused = {place: (fault.code, fault.expected) for place, fault in faults.items()}
    years = np.full(len(texts), np.nan)
    for place, value in enumerate(values):
        if value is None:
            continue
        days = (as_of - date.fromisoformat(str(value))).days
        if days < 0:
            refused[place] = (Code.OUT_OF_RANGE, "a date that is not in the future")
        else:
            years[place] = days / DAYS_A_YEAR
    return Cells(years, refused)


def within(cells: Cells, column: Column) -> Cells:
    """The cells without those that no living body can have."""
    if column.kind is not ColumnKind.NUMBER:
        return cells
    beyond = np.flatnonzero((cells.values < column.low) | (cells.values > column.high))
    unit = f" {column.unit}" if column.unit else ""
    expected = f"a number from {column.low:g} to {column.high:g}{unit}"
    values = cells.values.copy()
    values[beyond] = np.nan
    return Cells(values, {**cells.refused, **dict.fromkeys(beyond.tolist(), (Code.OUT_OF_RANGE, expected))})


def distinct(texts: Iterable[str]) -> list[str]:
    """The different cells that say something, by their first place."""
    return list(dict.fromkeys(text.strip() for text in texts if text.strip().casefold() not in MISSING))
