"""Reads a delimited file of a table whole: its header, and its cells column by column; what is no record is quarantined."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from graph.records import RecordReader
from graph.row_report import Code, Fault, RowReport
from recommender.errors import TableError
from recommender.predictors.tables.report import KEPT

MAX_CELLS = 100_000_000
"""A larger table is refused: it would not fit into memory as texts."""


@dataclass(frozen=True)
class CellFile:
    """The cells of a file.

    Attributes:
        file: its name.
        header: names of the columns; the first record where the file has none.
        lines: the line of each row.
        columns: the cells, column by column.
        rows: the report of what could not be read.
    """

    file: str
    header: tuple[str, ...]
    lines: Sequence[int]
    columns: tuple[Sequence[str], ...]
    rows: RowReport

    @property
    def nameless(self) -> bool:
        """Whether the first record looks like a row: each of its cells is a number."""
        return all(_is_number(name) for name in self.header)

    def with_first(self) -> "CellFile":
        """The same, the first record taken for a row."""
        first = self.lines[0] - 1 if self.lines else 1
        self.rows.read += 1
        columns = tuple([name, *cells] for name, cells in zip(self.header, self.columns, strict=True))
        return CellFile(self.file, self.header, [first, *self.lines], columns, self.rows)


def joined(one: CellFile, more: CellFile) -> CellFile:
    """Two files of the same columns as one; the second's lines are counted on from the first's last.

    Raises:
        TableError: when the second lacks a column of the first.
    """
    if one.nameless and more.nameless and len(one.header) == len(more.header):
        more, places = more.with_first(), list(range(len(one.header)))
    else:
        names = [name.casefold() for name in more.header]
        lacking = [name for name in one.header if name.casefold() not in names]
        if lacking:
            raise TableError(f"{more.file}: line 1: column {', '.join(lacking)} of {one.file} is missing")
        places = [names.index(name.casefold()) for name in one.header]
    last = one.lines[-1] if one.lines else 1
    rows = RowReport(f"{one.file} and {more.file}", KEPT)
    rows.read, rows.quarantined = one.rows.read + more.rows.read, one.rows.quarantined + more.rows.quarantined
    rows.codes = one.rows.codes + more.rows.codes
    columns = tuple([*cells, *more.columns[place]] for cells, place in zip(one.columns, places, strict=True))
    return CellFile(rows.file, one.header, [*one.lines, *(last + line for line in more.lines)], columns, rows)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def read_cells(path: Path) -> CellFile:
    """The cells of a file: comma, semicolon, tab or bar between them, plain or gzip, UTF-8 or UTF-16.

    Raises:
        TableError: when the file cannot be read, is empty, too large, or names a column twice.
    """
    rows = RowReport(path.name, KEPT)
    lines: list[int] = []
    try:
        with closing(RecordReader(path)) as reader:
            header = _checked(path.name, reader.header)
            cells: list[list[str]] = [[] for _ in header]
            for chunk in reader.chunks():
                rows.read += len(chunk.lines) + len(chunk.bad)
                rows.blank += chunk.blank
                for line, code, expected, data in chunk.bad:
                    rows.reject(line, (Fault("", code, expected),), data)
                lines.extend(chunk.lines)
                if len(lines) * len(header) > MAX_CELLS:
                    raise TableError(f"{path.name}: the table is too large: {MAX_CELLS:,} cells at most are expected")
                for column, texts in zip(cells, chunk.columns, strict=False):
                    column.extend(texts)
            if reader.damage:
                rows.note(reader.line, Fault("", Code.UNREADABLE_FILE, "a file that can be read to its end"))
    except OSError as error:
        raise TableError(f"{path}: the table cannot be read: {error.strerror or 'the file is damaged'}") from error
    return CellFile(path.name, tuple(header), lines, tuple(cells), rows)


def _checked(file: str, header: Sequence[str]) -> Sequence[str]:
    if not header:
        raise TableError(
            f"{file}: line 1: a line with the names of the columns is expected; "
            "the file is empty, damaged, or no text in UTF-8 or UTF-16"
        )
    if all(_is_number(name) for name in header):
        return header
    names = [name or f"column {place}" for place, name in enumerate(header, start=1)]
    places: dict[str, int] = {}
    for place, name in enumerate(names, start=1):
        first = places.setdefault(name.casefold(), place)
        if first != place:
            # By their places: in a file without a header the names are a patient's.
            raise TableError(f"{file}: line 1: columns {first} and {place} have one name; each column needs a name of its own")
    return names
