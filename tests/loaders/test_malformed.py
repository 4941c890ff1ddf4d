"""Ten thousand malformed rows from a seed: the report says of each exactly what the generator knows.

The generator writes a table as bytes, spoils rows in every way that a table can be spoiled, and keeps line, column and code of
each. Good rows stand between them, so that a fault that costs a second row shows. One table is read as such, another goes
through the command line, where its rows can also be at odds with the graph.
"""

import csv
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import pytest

from graph.columns import Column, ColumnType
from graph.row_report import RowReport
from graph.rows import Table, read_table
from tests.loaders.conftest import Loaders
from tests.loaders.small import COHORT, FORMULARY

SEED = 20261122
ROWS = 10_000


class Fault(NamedTuple):
    line: int
    column: str
    code: str


@dataclass(frozen=True)
class Shape:
    """A table to be spoiled.

    Attributes:
        names: its columns; the last one is a text.
        good: makes the fields of an acceptable row with a number of its own.
        cells: texts that a column cannot hold, each with its code.
        key: the first column of the key.
    """

    names: Sequence[str]
    good: Callable[[random.Random, int], list[str]]
    cells: Mapping[str, Sequence[tuple[str, str]]]
    key: str


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


def good_event(chance: random.Random, number: int) -> list[str]:
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


EVENTS = Shape(
    [column.name for column in TABLE.columns],
    good_event,
    {
        "id": [("", "missing-value"), ("no curie", "bad-id"), ("X:", "bad-id"), ("=X:1", "bad-id")],
        "name": [
            ("", "missing-value"),
            ("=cmd|' /C calc'!A0", "formula"),
            ("@SUM(1)", "formula"),
            ("a\x1b", "control-character"),
        ],
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
    },
    "id",
)


def good_therapy(chance: random.Random, number: int) -> list[str]:
    day = f"{1970 + number // 300:04}-{1 + number // 25 % 12:02}-{1 + number % 25:02}"
    return [
        chance.choice(["P1", "P2"]),
        chance.choice(["Ramipril", "altace", "DrugBank:DB01050"]),
        day,
        "",
        chance.choice(["", "improved", "side effect"]),
        chance.choice(["", "1", "10"]),
        chance.choice(["", "0", "0.95"]),
        chance.choice(["", "fine", "quite, fine", 'said "no"', "one\ntwo"]),
    ]


THERAPIES = Shape(
    COHORT["therapy.csv"].splitlines()[0].split(","),
    good_therapy,
    {
        "patient_id": [("", "missing-value"), ("P9", "unknown-patient"), ("p1", "unknown-patient"), ("=P1", "formula")],
        "medicine": [
            ("", "missing-value"),
            ("Nonesuch", "unknown-name"),
            ("hypertension", "unknown-name"),
            ("twin", "ambiguous-name"),
        ],
        "start": [("2023-02-29", "bad-date"), ("yesterday", "bad-date"), ("2023-1-1", "bad-date")],
        "stop": [("1890-01-01", "inconsistent"), ("2023-02-30", "bad-date")],
        "outcome": [("cured", "bad-value"), ("Improved", "bad-value")],
        "rating": [("0", "out-of-range"), ("11", "out-of-range"), ("9.5", "bad-integer")],
        "adherence": [("95%", "bad-number"), ("0,95", "bad-number"), ("1.01", "out-of-range"), ("nan", "not-finite")],
        "review": [("=HYPERLINK(A1)", "formula"), ("@me", "formula"), ("\x08", "control-character")],
    },
    "patient_id",
)


def written(fields: Sequence[str]) -> bytes:
    """A record as a careful program writes it."""
    quoted = ['"' + f.replace('"', '""') + '"' if set(f) & set(',"\n') else f for f in fields]
    return ",".join(quoted).encode()


def spoiled_cell(chance: random.Random, fields: list[str], shape: Shape) -> tuple[bytes, str, str]:
    column = chance.choice(shape.names)
    text, code = chance.choice(shape.cells[column])
    fields[shape.names.index(column)] = text
    return written(fields), column, code


def spoiled_record(chance: random.Random, fields: list[str], shape: Shape) -> tuple[bytes, str, str]:
    """A record that cannot be split into the header's texts, all of it on one line."""
    fields[-1] = "fine"
    record = written(fields)
    first = fields[0].encode()
    ways: list[tuple[bytes, str]] = [
        (written(fields[:-1]), "too-few-fields"),
        (written(fields[:1]), "too-few-fields"),
        (record + b",more", "too-many-fields"),
        (record + b",,,", "too-many-fields"),
        (record.replace(b"fine", b'"fine'), "unterminated-quote"),
        (b'"' + record, "unterminated-quote"),
        (record.replace(b"fine", b'"fi"ne'), "bad-quote"),
        (record.replace(first, b'"' + first + b'"x', 1), "bad-quote"),
        (record.replace(b"fine", b"fi\x00ne"), "nul"),
        (record.replace(b"fine", b"fi\xffne"), "undecodable"),
        (record.replace(b"fine", b"fi\xc3"), "undecodable"),
        (record.replace(b"fine", b"x" * 70_000), "too-long"),
    ]
    data, code = chance.choice(ways)
    return data, "", code


def huge_record(chance: random.Random, fields: list[str], shape: Shape) -> tuple[bytes, str, str]:
    return written(fields[:1]) + b"," + b"y" * 10_000_000, "", "too-long"


def repeated_key(chance: random.Random, fields: list[str], shape: Shape) -> tuple[bytes, str, str]:
    """The first row, which is good, again."""
    return written(shape.good(random.Random(SEED), 0)), shape.key, "duplicate-key"


def malformed(shape: Shape, ending: bytes) -> tuple[bytes, list[Fault], int]:
    """A file with that many spoiled rows, what is wrong in it, and the number of its records."""
    chance = random.Random(SEED)
    parts, truth = [",".join(shape.names).encode() + ending], list[Fault]()
    line, records = 2, 0
    while len(truth) < ROWS:
        fields = shape.good(random.Random(SEED) if not records else chance, records)
        data = written(fields)
        way = chance.choices([None, spoiled_cell, spoiled_record, repeated_key], [20, 45, 33, 2])[0] if records else None
        if records == ROWS // 2:
            way = huge_record
        if way is not None:
            data, column, code = way(chance, fields, shape)
            truth.append(Fault(line, column, code))
        blank = chance.random() < 0.02
        parts.append(data.replace(b"\n", ending) + ending * (1 + blank))
        line += data.count(b"\n") + 1 + blank
        records += 1
    return b"".join(parts), truth, records


@pytest.mark.parametrize("ending", [b"\n", b"\r\n", b"\r"], ids=["lf", "crlf", "cr"])
def test_the_report_of_ten_thousand_malformed_rows_is_the_truth(tmp_path: Path, ending: bytes) -> None:
    data, truth, records = malformed(EVENTS, ending)
    (tmp_path / "event.csv").write_bytes(data)
    report = RowReport("event.csv", keep=None)

    accepted = sum(len(batch.kept()) for batch in read_table(tmp_path / "event.csv", TABLE, report))

    assert len(truth) == ROWS
    assert [Fault(p.line, p.column, str(p.code)) for p in report.problems] == truth
    assert (report.read, report.quarantined, accepted) == (records, ROWS, records - ROWS)


def test_the_command_line_reports_and_quarantines_the_same_truth(
    loaders: Loaders, files: Callable[..., Path], tmp_path: Path
) -> None:
    twins = FORMULARY["medicine.csv"].replace("Altace", "Altace;twin").replace("Brufen", "Brufen;twin")
    folder = files({**FORMULARY, "medicine.csv": twins, "patient.csv": COHORT["patient.csv"]})
    data, truth, records = malformed(THERAPIES, b"\n")
    (folder / "therapy.csv").write_bytes(data)

    code, outcome = loaders("build", folder, "--problems", 20_000)

    (found,) = [f for f in outcome["files"] if f["file"] == "therapy.csv"]
    (kept,) = (loaders.home / "quarantine").glob("*/therapy.csv")
    with kept.open(encoding="utf-8", errors="surrogateescape", newline="") as file:
        quarantined = [Fault(int(row[0]), row[2], row[1]) for row in list(csv.reader(file))[1:]]
    assert code == 1
    assert [Fault(p["line"], p["column"], p["code"]) for p in found["problems"]] == truth
    assert sorted(quarantined) == sorted(truth)
    assert (found["read"], found["quarantined"], found["accepted"]) == (records, ROWS, records - ROWS)
    assert loaders.store.counts()["TAKES"] == records - ROWS
