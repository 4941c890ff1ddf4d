"""What the columns of a table mean: the role, the cells and the names of each, as a mapping says or as was proposed."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from recommender.predictors.tables.table import Column

AGE, SEX = "age", "sex"
"""What a column's ``node`` says when it holds the patient's age or sex, which are no nodes of the graph."""
DATE = "date"
"""The kind of a column whose cells are dates; in memory they are numbers."""


class Role(StrEnum):
    """What a column is there for."""

    FEATURE = "feature"
    TARGET = "target"
    GROUP = "group"
    """Tells whose row it is: rows of one value share a fold."""
    FORBIDDEN = "forbidden"
    """Knows the future: never a feature."""
    IGNORED = "ignored"


class Duplicates(StrEnum):
    """What rows with the same features are, where no column says whose they are."""

    GROUP = "group"
    """The same person: they share a fold."""
    KEEP = "keep"
    """Different people who happen to be equal."""
    AUTO = "auto"
    """The same person, unless most rows have an equal one, as in a table of a few flags."""


@dataclass(frozen=True, slots=True)
class MappedColumn:
    """One column of a mapping.

    Attributes:
        column: what it becomes.
        role: what it is there for.
        headers: the names that a file may give it, its own first.
        file_unit: unit of the file's cells where it is another; empty when not stated.
        values: what a cell means, where it is not what it says.
        zero_is_missing: whether a 0 stands for not measured.
        is_date: whether the cells are dates, read as years before the day of the table.
        reason: why it is forbidden or ignored.
    """

    column: Column
    role: Role = Role.FEATURE
    headers: tuple[str, ...] = ()
    file_unit: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    zero_is_missing: bool = False
    is_date: bool = False
    reason: str = ""

    @property
    def plain_names(self) -> frozenset[str]:
        """What a file may call it, without what people spell differently."""
        return frozenset(plain(name) for name in (self.column.name, *self.headers))

    def named(self, header: str) -> bool:
        """Whether a header of a file means this column: case, blanks and underscores do not matter."""
        return plain(header) in self.plain_names


@dataclass(frozen=True, slots=True)
class TableMapping:
    """What the columns of a table hold; see the module.

    Attributes:
        name: of the table, in a word.
        columns: in the order of the file.
        target: name of the column to be predicted; empty when it is said when the table is read.
        positive: the cell that counts as 1; empty for a regression, or for a flag.
        meaning: what the target says when it is 1, or what it measures.
        duplicates: what equal rows are.
        header_row: whether the file begins with the columns' names.
        synthetic: whether nobody in it ever lived.
        as_of: the day of the table; None for today.
        source: citation.
        licence: of the data.
    """

    name: str
    columns: tuple[MappedColumn, ...]
    target: str = ""
    positive: str = ""
    meaning: str = ""
    duplicates: Duplicates = Duplicates.AUTO
    header_row: bool = True
    synthetic: bool = False
    as_of: date | None = None
    source: str = ""
    licence: str = ""

    def of(self, role: Role) -> tuple[MappedColumn, ...]:
        """The columns of a role."""
        return tuple(column for column in self.columns if column.role is role)

    def fits(self, header: Sequence[str]) -> bool:
        """Whether a file with this header names all features of the mapping."""
        wanted = [c for c in self.columns if c.role is Role.FEATURE]
        given = {plain(name) for name in header}
        return bool(wanted) and all(not c.plain_names.isdisjoint(given) for c in wanted)

    def fits_values(self, columns: Sequence[Sequence[str]]) -> bool:
        """Whether a file without a header has the mapping's columns: their number, and every value in its range."""
        if self.header_row or len(columns) != len(self.columns):
            return False
        return all(_in_range(mapped.column, cells) for mapped, cells in zip(self.columns, columns, strict=True))


def _in_range(column: Column, cells: Sequence[str]) -> bool:
    """Whether all cells are numbers of the column's range, 0 standing for what is missing."""
    try:
        numbers = [float(cell) for cell in cells]
    except ValueError:
        return False
    return bool(numbers) and all(number == 0 or column.low <= number <= column.high for number in numbers)


def plain(name: str) -> str:
    """A header without what people spell differently.

    >>> plain("Blood Pressure") == plain("blood_pressure")
    True
    """
    return re.sub(r"[\s_.\-]+", "", name).casefold()


def mapping_content(mapping: TableMapping) -> dict[str, Any]:
    """What :func:`recommender.predictors.tables.mapping.mapping_from` makes the same mapping of, as JSON can hold it."""
    table = {
        "name": mapping.name,
        "target": mapping.target,
        "positive": mapping.positive,
        "meaning": mapping.meaning,
        "duplicates": str(mapping.duplicates),
        "header_row": mapping.header_row,
        "synthetic": mapping.synthetic,
        "source": mapping.source,
        "licence": mapping.licence,
    }
    if mapping.as_of:
        table["as_of"] = mapping.as_of.isoformat()
    return {"table": table, "columns": {mapped.column.name: _column_content(mapped) for mapped in mapping.columns}}


def _column_content(mapped: MappedColumn) -> dict[str, Any]:
    column = mapped.column
    content: dict[str, Any] = {
        "header": list(mapped.headers),
        "kind": DATE if mapped.is_date else str(column.kind),
        "unit": column.unit,
        "seen_unit": column.seen_unit,
        "range": [column.low, column.high],
        "file_unit": mapped.file_unit,
        "categories": list(column.categories),
        "values": dict(mapped.values),
        "zero_is_missing": mapped.zero_is_missing,
        "changeable": column.changeable,
        "node": column.node,
        "label": column.label,
        "role": str(mapped.role),
        "reason": mapped.reason,
    }
    return {key: value for key, value in content.items() if value or key in ("kind", "role", "label", "unit")}
