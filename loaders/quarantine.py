"""Keeps rejected rows beside the accepted ones, verbatim, with the reason in front, readable by their owner alone.

A file ``<home>/quarantine/<load>/<file>.csv`` has the columns line, code, column, expected and then those of the table, so
that its rows can be mended and loaded again. Direct identifiers are not copied: their cells say ``[withheld]``, and a record
whose cells could not be told apart is withheld whole when its file has such columns; the line number leads back to it.
"""

import csv
import os
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from secrets import token_hex
from types import TracebackType
from typing import IO, Self

from graph.row_report import Fault, Row
from loaders.identifiers import WITHHELD

REASON = ("line", "code", "column", "expected")


class Quarantine:
    """The quarantine of one file; nothing is written until a row is rejected.

    Args:
        path: where the rows go; an earlier quarantine there is replaced.
        header: names of the table's columns.
        withheld: those that hold direct identifiers.
    """

    def __init__(self, path: Path, header: Sequence[str], withheld: frozenset[str]) -> None:
        self._path = path
        self._header = tuple(header)
        self._withheld = frozenset(i for i, name in enumerate(header) if name in withheld)
        self._file: IO[str] | None = None
        path.unlink(missing_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._file:
            self._file.close()

    def __call__(self, line: int, faults: Sequence[Fault], row: Row) -> None:
        """Keep a rejected record (a :data:`graph.row_report.Listener`)."""
        if self._file is None:
            self._file = self._open()
        reasons = [
            "; ".join(dict.fromkeys(part)) for part in zip(*((f.code, f.column, f.expected) for f in faults), strict=True)
        ]
        csv.writer(self._file, lineterminator="\n").writerow([line, *reasons, *self._cells(row)])

    def _open(self) -> IO[str]:
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Opened with its mode, so that there is no moment in which others could read it.
        descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        file = os.fdopen(descriptor, "w", encoding="utf-8", errors="surrogateescape", newline="")
        csv.writer(file, lineterminator="\n").writerow([*REASON, *self._header])
        return file

    def _cells(self, row: Row) -> list[str]:
        if isinstance(row, bytes):
            return [WITHHELD if self._withheld else row.decode("utf-8", "surrogateescape").replace("\0", "\\0")]
        return [WITHHELD if i in self._withheld and cell else cell for i, cell in enumerate(row)]


_PARTS = re.compile(r"[,;\t|\"'\n]+")


def forget_rows(folder: Path, names_person: Callable[[str], bool]) -> int:
    """Take a person's rows out of all quarantines below a folder.

    Args:
        folder: of the quarantines of all loads; it need not exist.
        names_person: whether a cell's text is what the source calls the person.

    Returns:
        How many rows went; a file without any left goes, too.
    """
    return sum(_forget_in(path, names_person) for path in sorted(folder.glob("**/*.csv")))


def _forget_in(path: Path, names_person: Callable[[str], bool]) -> int:
    with path.open(encoding="utf-8", errors="surrogateescape", newline="") as file:
        header, *rows = csv.reader(file)
    # A record whose cells could not be told apart is one cell.
    kept = [row for row in rows if not any(map(names_person, _texts(row[len(REASON) :])))]
    if len(kept) == len(rows):
        return 0
    if not kept:
        path.unlink()
        return len(rows)
    partial = path.with_name(f".{token_hex(8)}.partial")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8", errors="surrogateescape", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([header, *kept])
    partial.replace(path)
    return len(rows) - len(kept)


def _texts(cells: Sequence[str]) -> set[str]:
    return {text for cell in cells for text in (cell, *_PARTS.split(cell)) if text.strip()}
