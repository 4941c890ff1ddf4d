"""Tables as people send them, at the shell: what is wrong is said with its place, nothing is guessed, nothing is half kept."""

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from graph.config import PROJECT
from tests.recommender.predictors.at_shell import answered, refused, settings, told

HEADER = ("age", "glucose", "x", "died")
MAPPING = """
[table]
name = "clinic"
target = "died"
[columns.age]
unit = "a"
range = [0, 120]
[columns.glucose]
unit = "mg/dL"
range = [10, 2000]
node = "LOINC:2345-7"
[columns.x]
[columns.died]
kind = "flag"
"""
WARD = '[columns.ward]\nkind = "category"\ncategories = ["a", "b"]\n'
DATE = '[columns.visit]\nkind = "date"\n'
MARKER = "Zebulon Quisling 0815-4711"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("RXPATH_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("RXPATH_GRAPH", raising=False)
    return tmp_path


def people(count: int = 80) -> list[list[str]]:
    random = np.random.default_rng(0)
    age, glucose, x = random.integers(20, 90, count), random.normal(110, 20, count), random.normal(0, 1, count)
    died = random.random(count) < 1 / (1 + np.exp(-(x + (age - 55) / 20)))
    return [[f"{a}", f"{g:.0f}", f"{b:.2f}", f"{d:d}"] for a, g, b, d in zip(age, glucose, x, died, strict=True)]


def written(home: Path, rows: Sequence[Sequence[str]], header: Sequence[str] = HEADER, name: str = "t.csv") -> str:
    (home / name).write_text("\n".join(",".join(line) for line in (header, *rows)) + "\n", encoding="utf-8")
    return str(home / name)


def train(home: Path, table: str, *more: str) -> list[str]:
    return ["train", "--predictor", "tabular", "--table", table, "--target", "died", "--settings", settings(home), *more]


def mapped(home: Path, more: str = "") -> list[str]:
    (home / "map.toml").write_text(MAPPING + more, encoding="utf-8")
    return ["--mapping", str(home / "map.toml")]


BAD: dict[str, tuple[list[list[str]], Sequence[str], str]] = {
    "no target": ([row[:3] for row in people()], HEADER[:3], "t.csv: no such column; give --target COLUMN, one of age"),
    "one class": ([[*row[:3], "1"] for row in people()], HEADER, "column died: all rows are of one class"),
    "no rows": ([], HEADER, "rows are expected below the header"),
    "few rows": (people(20), HEADER, "has 20 rows; 30 or more are needed"),
    "two columns of one name": (people(), ("age", "age", "x", "died"), "columns 1 and 2 have one name"),
    "three classes": ([[*row[:3], "lmh"[i % 3]] for i, row in enumerate(people())], HEADER, "say which counts as 1"),
    "no features": ([[f"{i}", row[3]] for i, row in enumerate(people())], ("id", "died"), "no column"),
    "no target left": ([[*row[:3], ""] for row in people()], HEADER, "column died"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_table_that_teaches_nothing_is_refused_and_keeps_nothing(
    home: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    rows, header, said = BAD[name]

    assert said in refused(capsys, *train(home, written(home, rows, header)))
    assert "not trained" in refused(capsys, "predict", "tabular", "--table", "t")


@pytest.mark.parametrize(
    ("header", "cell", "reason"),
    [("c", "5", "has one value only"), ("c", "", "every cell is empty"), ("visit", "2024-01-02", "has one value only")],
)
def test_a_column_that_says_nothing_is_left_out_and_said(
    home: Path, capsys: pytest.CaptureFixture[str], header: str, cell: str, reason: str
) -> None:
    rows = [[*row, cell] for row in people()]

    table = told(capsys, *train(home, written(home, rows, (*HEADER, header))))["table"]

    assert {"column": header, "reason": reason} in table["left_out"]


@pytest.mark.parametrize(
    ("column", "cell", "expected"),
    [
        (0, "abc", "a number with a decimal point"),
        (0, "430", "a number from 0 to 120 a"),
        (1, "inf", "a finite number"),
        (1, "-1e400", "a number below 1.8e308"),
        (1, "3", "a number from 10 to 2000 mg/dL"),
    ],
)
def test_a_value_that_cannot_be_costs_itself_and_is_told_without_being_repeated(
    home: Path, capsys: pytest.CaptureFixture[str], column: int, cell: str, expected: str
) -> None:
    rows = people()
    rows[6][column] = cell

    table = told(capsys, *train(home, written(home, rows), *mapped(home)))["table"]

    assert table["refused_values"] == 1
    (problem,) = table["problems"]
    assert (problem["line"], problem["column"]) == (8, HEADER[column])
    assert expected in problem["expected"]
    assert cell not in problem["expected"]


def test_a_day_that_has_not_been_is_refused(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [[*row, f"20{10 + i % 7}-01-02" if i else "2931-01-02"] for i, row in enumerate(people())]

    table = told(capsys, *train(home, written(home, rows, (*HEADER, "visit")), *mapped(home, DATE)))["table"]

    assert [(one["line"], one["column"]) for one in table["problems"]] == [(2, "visit")]


def test_a_unit_that_is_off_by_a_factor_is_asked_about_in_training_and_in_asking(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = [[age, f"{float(glucose) / 18.016:.1f}", x, died] for age, glucose, x, died in people()]
    asked = 'they look like mmol/L; give unit = "mg/dL" and file_unit = "mmol/L"'

    assert asked in refused(capsys, *train(home, written(home, other), *mapped(home)))
    answered(capsys, *train(home, written(home, people()), *mapped(home)))
    assert asked in refused(capsys, "predict", "tabular", "--table", written(home, [r[:3] for r in other[:20]], HEADER[:3]))


def test_rows_of_one_person_are_said_to_share_a_fold(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [[f"P{i // 2}", *row] for i, row in enumerate(people())]

    found = told(capsys, *train(home, written(home, rows, ("patient_id", *HEADER))))

    assert found["people"] == 40
    assert any("40 rows are of someone who has another row" in note for note in found["table"]["notes"])


def test_what_was_never_met_is_missing_and_said(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [[*row, "ab"[i % 2]] for i, row in enumerate(people())]
    answered(capsys, *train(home, written(home, rows, (*HEADER, "ward")), *mapped(home, WARD)))

    found = told(capsys, "predict", "tabular", "--table", written(home, [["50", "100", "0.5", "q"]], (*HEADER[:3], "ward")))

    assert found["table"]["problems"][0]["column"] == "ward"
    assert found["predictions"][0]["abstained"] == ""
    empty = told(capsys, "predict", "tabular", "--table", written(home, [["", "", "", ""]], (*HEADER[:3], "ward")))
    assert "nothing is known" in empty["predictions"][0]["abstained"]


@pytest.mark.parametrize(("separator", "start"), [(";", ""), ("\t", ""), ("|", ""), (",", "\ufeff")])
def test_a_table_is_read_as_programs_write_it(
    home: Path, capsys: pytest.CaptureFixture[str], separator: str, start: str
) -> None:
    plain = told(capsys, *train(home, written(home, people())))
    text = Path(written(home, people())).read_text(encoding="utf-8").replace(",", separator)
    (home / "t.csv").write_text(start + text, encoding="utf-8")

    found = told(capsys, *train(home, str(home / "t.csv")))

    assert [row["roc_auc"] for row in found["candidates"]] == [row["roc_auc"] for row in plain["candidates"]]


def test_a_file_that_is_no_text_is_refused(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for content in (b"", bytes(range(256)) * 20, "alter,gr\u00f6\u00dfe,died\n1,2,0\n".encode("latin-1")):
        (home / "t.csv").write_bytes(content)
        assert "no text in UTF-8 or UTF-16" in refused(capsys, *train(home, str(home / "t.csv")))


STOPPED = """
import sys, time
from recommender.__main__ import main
import {module} as module

def stop(*given, **named):
    done = real(*given, **named) if {after} else None
    print("here", flush=True)
    time.sleep(120)

real = module.{name}
module.{name} = stop
main(sys.argv[1:])
"""
"""A training that stands still where it calls a function, before it or after it."""


@pytest.mark.parametrize(
    ("module", "name", "after"),
    [
        ("recommender.predictors.learning.fitting", "_refitted", False),
        ("graph.array_file", "_write", True),
        ("recommender.predictors.bundles", "PredictorBundles._point", False),
    ],
    ids=["while it fits", "beside the file that it writes", "before the new one serves"],
)
def test_a_killed_training_leaves_the_former_one_serving(
    home: Path, capsys: pytest.CaptureFixture[str], module: str, name: str, after: bool
) -> None:
    table, other = written(home, people()), written(home, people(60), name="other.csv")
    bundle = told(capsys, *train(home, table))["bundle"]
    asked = ["predict", "tabular", "--table", table]
    before = told(capsys, *asked)

    code = STOPPED.format(module=module, name=name, after=after)
    command = [sys.executable, "-c", code, *train(home, other)]
    with subprocess.Popen(command, cwd=PROJECT, env=os.environ, stdout=subprocess.PIPE) as running:
        assert running.stdout is not None
        assert running.stdout.readline() == b"here\n"
        running.send_signal(signal.SIGKILL)
    assert running.returncode == -signal.SIGKILL

    assert told(capsys, *asked) == before
    assert before["bundle"] == bundle
    for path in (home / "home").rglob("*.partial"):
        os.utime(path, (0, 0))
    new = told(capsys, *train(home, other))["bundle"]
    files = {path.name.partition("-")[0] for path in (home / "home/predictors/tabular").iterdir()}
    assert files == {bundle, new, "current", "changes.jsonl", "lock"}
    assert told(capsys, "train", "--predictor", "tabular", "--roll-back")["bundle"] == bundle


def test_nothing_of_a_person_is_told_or_kept(
    home: Path, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    header = ("patient", *HEADER, "ward", "remark")
    rows = [[f"{MARKER} {i}", *row, "ab"[i % 2], f"{MARKER} said so {i}"] for i, row in enumerate(people())]
    rows[3][1], rows[5][5], rows[6] = MARKER, MARKER, [MARKER] * 3
    table = written(home, rows, header)
    said: list[Any] = [told(capsys, *train(home, table)), answered(capsys, *train(home, table))]
    said += [told(capsys, "predict", "tabular", "--table", table, "--explain"), capsys.readouterr().err]
    said += [refused(capsys, *train(home, written(home, [[MARKER] * 4] * 40)))]
    said += [refused(capsys, *train(home, written(home, [[*row[:3], MARKER] for row in people()])))]

    assert "Zebulon" not in str(said) + capsys.readouterr().err + caplog.text
    for path in (home / "home").rglob("*"):
        assert "Zebulon" not in path.name
        assert path.is_dir() or b"Zebulon" not in path.read_bytes()
