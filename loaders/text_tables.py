"""Small tables read whole, every cell a text: the formulary's own files and the reference data that they are compared with.

Patients' files and whatever else a user brings are read by :mod:`graph.rows`, row by row and with a report. These tables are
ours or published: a fault in one is an error, and the tests are what keeps them right. The same rows always become the same
bytes.
"""

import csv
import gzip
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TextIO

from loaders.errors import LoadError

Row = Mapping[str, str]
FOLDERS = ("", "derived")
"""Where a table's files lie below the formulary's folder: rows written by hand, then rows made from references."""


def read_text_table(path: Path, delimiter: str = ",") -> list[dict[str, str]]:
    """The rows of a table with a header line, in the order of the file.

    Args:
        path: UTF-8 text with or without a byte order mark, plain or gzip (by its ending).
        delimiter: one character.

    Raises:
        LoadError: when the file is missing, or a row has more or fewer cells than the header.
    """
    with open_text(path) as stream:
        reader = csv.reader(stream, delimiter=delimiter)
        header = next(reader, [])
        rows = []
        for cells in reader:
            if len(cells) != len(header):
                raise LoadError(f"{path.name}: line {reader.line_num}: {len(header)} cells are expected")
            rows.append(dict(zip(header, cells, strict=True)))
    return rows


def open_text(path: Path) -> TextIO:
    """A text file opened for reading, unpacked when its name ends in ``.gz``.

    Raises:
        LoadError: when there is no such file.
    """
    if not path.is_file():
        raise LoadError(f"{path.name}: the file is missing from {path.parent.name}/")
    if path.suffix == ".gz":
        return io.TextIOWrapper(gzip.open(path), encoding="utf-8-sig", newline="")
    return path.open(encoding="utf-8-sig", newline="")


def formulary_rows(data: Path, table: str) -> Iterator[dict[str, str]]:
    """The rows of one table of the formulary, those written by hand first.

    Raises:
        LoadError: when no file holds the table.
    """
    paths = [path for folder in FOLDERS if (path := data / folder / f"{table}.csv").is_file()]
    if not paths:
        raise LoadError(f"{table}.csv: the file is missing from {data.name}/")
    for path in paths:
        yield from read_text_table(path)


def as_bytes(columns: Sequence[str], rows: Iterable[Row]) -> bytes:
    """The rows as a file of comma-separated values: a header line, UTF-8, lines that end in a line feed."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()
