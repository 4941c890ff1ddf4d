"""Reads tables: typed columns, in batches, in bounded memory, with a report of every row that is not accepted.

A table says which columns it has; the file may have more, in any order. What is wrong in a row is reported by line, column and
code (:mod:`graph.row_report`) and costs that row alone. A batch keeps the accepted rows as columns of values; whoever finds a
further fault in one (an unknown code, a name of two meanings) rejects it there, so that all rejected rows end in one report.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from graph.columns import Column, ColumnType, Value
from graph.key_set import KeySet
from graph.records import Chunk, RecordReader
from graph.row_report import Code, Fault, RowReport

BATCH_ROWS = 50_000
"""Records read for one batch."""


@dataclass(frozen=True, slots=True)
class Table:
    """The shape of a table.

    Attributes:
        name: what it is called.
        columns: its columns.
        key: the columns that tell its rows apart; empty when rows may repeat.
    """

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()


@dataclass(slots=True)
class RowBatch:
    """Accepted rows of one file, as columns.

    Attributes:
        table: the table's shape.
        lines: physical line where each row begins.
        fields: the fields of the rows as they stand in the file, column by column.
        values: the values of each column of the table by its name; None throughout for a column that the file lacks.
        report: where rejections go.
        last_line: the line that reading has come to.
    """

    table: Table
    lines: Sequence[int]
    fields: Sequence[Sequence[str]]
    values: Mapping[str, Sequence[Value]]
    report: RowReport
    last_line: int
    rejected: set[int] = field(default_factory=set)

    def __len__(self) -> int:
        return len(self.lines)

    def row(self, position: int) -> list[str]:
        """The fields of a row as they stand in the file."""
        return [column[position] for column in self.fields]

    def reject(self, position: int, column: str, code: Code, expected: str) -> None:
        """Quarantine a row of this batch; a second rejection of the same row changes nothing."""
        if position not in self.rejected:
            self.rejected.add(position)
            self.report.reject(self.lines[position], (Fault(column, code, expected),), self.row(position))

    def texts(self, column: str) -> Sequence[str]:
        """The values of a column as texts, empty ones as empty texts."""
        values = self.values[column]
        if self._is_text(column):
            return cast(Sequence[str], values)
        return ["" if value is None else str(value) for value in values]

    def _is_text(self, column: str) -> bool:
        found = next(c for c in self.table.columns if c.name == column)
        return found.required and not found.many and found.type in (ColumnType.TEXT, ColumnType.CURIE, ColumnType.DATE)

    def kept(self) -> Sequence[int]:
        """Positions of the rows that are not rejected."""
        if not self.rejected:
            return range(len(self.lines))
        return [i for i in range(len(self.lines)) if i not in self.rejected]


def read_header(path: Path) -> Sequence[str]:
    """The names of a file's columns; empty when its first record is none.

    Raises:
        OSError: when the file cannot be opened.
    """
    with closing(RecordReader(path)) as reader:
        return reader.header


def read_table(
    path: Path,
    table: Table,
    report: RowReport,
    *,
    names: Mapping[str, str] | None = None,
    seen: KeySet | None = None,
    withheld: frozenset[str] = frozenset(),
    batch_rows: int = BATCH_ROWS,
) -> Iterator[RowBatch]:
    """The rows of a file, batch by batch, in their order.

    Args:
        path: the file: comma, semicolon, tab or bar between fields, plain or gzip, UTF-8 or UTF-16.
        table: which columns to read.
        report: where everything that is wrong goes; the batches' rejections go there, too.
        names: the file's header of a column, where it is not the column's name.
        seen: keys of the table that earlier files had; a new set when None.
        withheld: headers whose values are counted as withheld, and not read.
        batch_rows: records for one batch; what the batches hold depends on this and the file alone.

    Raises:
        OSError: when the file cannot be opened.
    """
    with closing(RecordReader(path)) as reader:
        places = _places(reader, table, names or {}, report, withheld)
        if report.refused:
            return
        keys = KeySet() if seen is None else seen
        hidden = [i for i, name in enumerate(reader.header) if name in withheld]
        lines: list[int] = []
        fields: list[list[str]] = [[] for _ in reader.header]
        for chunk in reader.chunks():
            _count(chunk, report)
            if chunk.lines:
                report.withheld += sum(bool(text.strip()) for i in hidden for text in chunk.columns[i])
                lines.extend(chunk.lines)
                for column, texts in zip(fields, chunk.columns, strict=True):
                    column.extend(texts)
            # Cut by the number of records alone: a resumed load finds the same batches.
            while len(lines) >= batch_rows:
                yield _batch(table, places, lines[:batch_rows], [column[:batch_rows] for column in fields], report, keys)
                del lines[:batch_rows]
                for column in fields:
                    del column[:batch_rows]
        if lines:
            yield _batch(table, places, lines, fields, report, keys)
        if reader.damage:
            report.note(reader.line, Fault("", Code.UNREADABLE_FILE, "a file that can be read to its end"))


def _count(chunk: Chunk, report: RowReport) -> None:
    report.read += len(chunk.lines) + len(chunk.bad)
    report.blank += chunk.blank
    for line, code, expected, data in chunk.bad:
        report.reject(line, (Fault("", code, expected),), data)


def _places(
    reader: RecordReader, table: Table, names: Mapping[str, str], report: RowReport, withheld: frozenset[str]
) -> dict[str, int | None]:
    """Where each column of the table stands in the file; None for an optional one that is not there."""
    line = reader.header_line
    if not reader.header:
        report.refuse(line, [Fault("", Code.NO_HEADER, "a first line with the names of the columns")])
        return {}
    header = [name.casefold() for name in reader.header]
    faults: list[Fault] = []
    places: dict[str, int | None] = {}
    for column in table.columns:
        wanted = names.get(column.name, column.name)
        count = header.count(wanted.casefold())
        if count > 1:
            faults.append(Fault(wanted, Code.DUPLICATE_COLUMN, "a header that names each column once"))
        elif not count and column.required:
            faults.append(Fault(wanted, Code.MISSING_COLUMN, f"a header with {', '.join(_required(table, names))}"))
        places[column.name] = header.index(wanted.casefold()) if count else None
    if faults:
        report.refuse(line, faults)
    for i, name in enumerate(reader.header):
        if i not in places.values() and name not in withheld and not report.refused:
            report.note(line, Fault(name, Code.UNUSED_COLUMN, f"one of {', '.join(places)}"))
    return places


def _required(table: Table, names: Mapping[str, str]) -> list[str]:
    return [names.get(column.name, column.name) for column in table.columns if column.required]


def _batch(
    table: Table,
    places: Mapping[str, int | None],
    lines: Sequence[int],
    fields: Sequence[Sequence[str]],
    report: RowReport,
    keys: KeySet,
) -> RowBatch:
    values: dict[str, Sequence[Value]] = {}
    faults: dict[int, list[Fault]] = {}
    for column in table.columns:
        place = places[column.name]
        if place is None:
            values[column.name] = [() if column.many else None] * len(lines)
            continue
        values[column.name], found = column.parse_all(fields[place])
        for position, fault in found.items():
            faults.setdefault(position, []).append(fault)
    # Taken before rows go, so that progress names the line that reading came to.
    last_line = lines[-1]
    for position in sorted(faults):
        report.reject(lines[position], faults[position], [column[position] for column in fields])
    if faults:
        good = [i for i in range(len(lines)) if i not in faults]
        lines = [lines[i] for i in good]
        fields = [[column[i] for i in good] for column in fields]
        values = {name: [column[i] for i in good] for name, column in values.items()}
    batch = RowBatch(table, lines, fields, values, report, last_line)
    if table.key:
        new = keys.add(*(values[name] for name in table.key))
        for i in () if new.all() else (~new).nonzero()[0].tolist():
            batch.reject(i, table.key[0], Code.DUPLICATE_KEY, f"one row for each {', '.join(table.key)}")
    return batch
