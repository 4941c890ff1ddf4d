"""Ten thousand malformed rows from a seed: the report says of each exactly what the generator knows.

The generator writes a table of events as bytes, spoils rows in every way that a file can be spoiled, and keeps line, column and
code of each. Good rows stand between them, so that a fault that costs a second row shows.
"""

import random
from pathlib import Path
from typing import NamedTuple

import pytest

from graph.columns import Column, ColumnType
from graph.row_report import RowReport
from graph.rows import Table, read_table

SEED = 20261122
ROWS = 10_000
TABLE = Table(
    "event",
    (
        Column("id", ColumnType.CURIE, required=True),
        Column("name", required=True),
        Column("value", ColumnType.NUMBER),
        Column("count", ColumnType.INTEGER, low=0, high=1000),
        Column("day", ColumnType.DATE),
        Column("level", values=("low", "high")),
        Column("flag", ColumnType.BOOLEAN),
        Column("note"),
    ),
    ("id",),
)
NAMES = [column.name for column in TABLE.columns]


class Fault(NamedTuple):
    line: int
    column: str
    code: str


def good(chance: random.Random, number: int) -> list[str]:
    """The fields of an acceptable row."""
    return [
        f"X:{number}",
        chance.choice(["plain", "two words", "Ménière", "5 mg/ml", "a-b"]),
        chance.choice(["", "1.5", "-3e2", "0"]),
        chance.choice(["", "7", "1000"]),
        chance.choice(["", "2024-02-29", "1999-12-31"]),
        chance.choice(["", "low", "high"]),
        chance.choice(["", "true", "no"]),
        chance.choice(["", "fine", "quite, fine", 'said "no"', "one\ntwo"]),
    ]


def written(fields: list[str]) -> bytes:
    """A record as a careful program writes it."""
    quoted = ['"' + f.replace('"', '""') + '"' if set(f) & set(',"\n') else f for f in fields]
    return ",".join(quoted).encode()


CELLS: dict[str, list[tuple[str, str]]] = {
    "id": [("", "missing-value"), ("no curie", "bad-id"), ("X:", "bad-id"), ("=X:1", "bad-id")],
    "name": [("", "missing-value"), ("=cmd|' /C calc'!A0", "formula"), ("@SUM(1)", "formula"), ("a\x1bb", "control-character")],
    "value": [
        ("NaN", "not-finite"),
        ("inf", "not-finite"),
        ("1e400", "not-finite"),
        ("1,5", "bad-number"),
        ("1,234.5", "bad-number"),
        ("twelve", "bad-number"),
    ],
    "count": [("1.5", "bad-integer"), ("1e3", "bad-integer"), ("-1", "out-of-range"), ("1001", "out-of-range")],
    "day": [("2023-02-29", "bad-date"), ("31.12.2023", "bad-date"), ("2023-13-01", "bad-date"), ("12/31/2023", "bad-date")],
    "level": [("medium", "bad-value"), ("LOW", "bad-value")],
    "flag": [("maybe", "bad-boolean"), ("2", "bad-boolean")],
    "note": [("+1 555", "formula"), ("-x", "formula"), ("\x07", "control-character")],
}


def spoiled_cell(chance: random.Random, fields: list[str]) -> tuple[bytes, str, str]:
    column = chance.choice(NAMES)
    text, code = chance.choice(CELLS[column])
    fields[NAMES.index(column)] = text
    return written(fields), column, code


def spoiled_record(chance: random.Random, fields: list[str]) -> tuple[bytes, str, str]:
    """A record that cannot be split into eight texts, all of it on one line."""
    fields[-1] = "fine"
    record = written(fields)
    ways: list[tuple[bytes, str]] = [
        (written(fields[:-1]), "too-few-fields"),
        (written(fields[:1]), "too-few-fields"),
        (record + b",more", "too-many-fields"),
        (record + b",,,", "too-many-fields"),
        (record.replace(b"fine", b'"fine'), "unterminated-quote"),
        (record.replace(fields[0].encode(), b'"' + fields[0].encode()), "unterminated-quote"),
        (record.replace(b"fine", b'"fi"ne'), "bad-quote"),
        (record.replace(b"fine", b"fi\x00ne"), "nul"),
        (record.replace(b"fine", b"fi\xffne"), "undecodable"),
        (record.replace(b"fine", b"fi\xc3"), "undecodable"),
        (record.replace(b"fine", b"x" * 70_000), "too-long"),
    ]
    data, code = chance.choice(ways)
    return data, "", code


def huge_record(chance: random.Random, fields: list[str]) -> tuple[bytes, str, str]:
    return written(fields[:1]) + b"," + b"y" * 10_000_000, "", "too-long"


def repeated_key(chance: random.Random, fields: list[str]) -> tuple[bytes, str, str]:
    """A row with the key of the first one, which is good."""
    return written(["X:0", *fields[1:]]), "id", "duplicate-key"


def malformed(seed: int, ending: bytes) -> tuple[bytes, list[Fault], int]:
    """A file with that many spoiled rows, what is wrong in it, and the number of its records."""
    chance = random.Random(seed)
    parts, truth = [",".join(NAMES).encode() + ending], list[Fault]()
    line, records = 2, 0
    while len(truth) < ROWS:
        fields = good(chance, records)
        data = written(fields)
        way = chance.choices([None, spoiled_cell, spoiled_record, repeated_key], [20, 45, 33, 2])[0] if records else None
        if records == ROWS // 2:
            way = huge_record
        if way is not None:
            data, column, code = way(chance, fields)
            truth.append(Fault(line, column, code))
        blank = chance.random() < 0.02
        parts.append(data.replace(b"\n", ending) + ending * (1 + blank))
        line += data.count(b"\n") + 1 + blank
        records += 1
    return b"".join(parts), truth, records


@pytest.mark.parametrize("ending", [b"\n", b"\r\n", b"\r"], ids=["lf", "crlf", "cr"])
def test_the_report_of_ten_thousand_malformed_rows_is_the_truth(tmp_path: Path, ending: bytes) -> None:
    data, truth, records = malformed(SEED, ending)
    (tmp_path / "event.csv").write_bytes(data)
    report = RowReport("event.csv", keep=None)

    accepted = sum(len(batch.kept()) for batch in read_table(tmp_path / "event.csv", TABLE, report))

    assert len(truth) == ROWS
    assert [Fault(p.line, p.column, str(p.code)) for p in report.problems] == truth
    assert (report.read, report.quarantined, accepted) == (records, ROWS, records - ROWS)
