"""The files of generated tables, as the command writes them."""

import csv
from pathlib import Path

import pytest

from graph.config import PROJECT
from loaders.__main__ import main
from loaders.synthetic import CohortError, write_table
from loaders.text_tables import read_text_table

DATA = PROJECT / "data"


@pytest.mark.parametrize("table", ["recovery", "blood"])
def test_a_longer_table_begins_with_the_shorter_one(tmp_path: Path, table: str) -> None:
    short = write_table(tmp_path / "a", table, 12, 3, DATA).read_text(encoding="utf-8")
    long = write_table(tmp_path / "b", table, 30, 3, DATA).read_text(encoding="utf-8")
    other = write_table(tmp_path / "c", table, 12, 4, DATA).read_text(encoding="utf-8")

    assert long.startswith(short)
    assert long.count("\n") == 31
    assert other != short
    assert sorted(path.name for path in (tmp_path / "a").iterdir()) == [f"{table}.csv"]


def test_values_hang_together_and_stay_within_what_a_body_can_have(tmp_path: Path) -> None:
    rows = read_text_table(write_table(tmp_path, "blood", 400, 3, DATA))
    whole = [{name: float(cell) for name, cell in row.items() if cell and name not in ("sex", "synthetic")} for row in rows]

    assert all(row["diastolic_pressure"] < row["systolic_pressure"] for row in whole)
    fats = [row for row in whole if {"ldl", "hdl", "triglycerides", "total_cholesterol"} <= row.keys()]
    gaps = [abs(row["total_cholesterol"] - row["ldl"] - row["hdl"] - row["triglycerides"] / 5) for row in fats]
    assert len(gaps) > 300
    assert max(gaps) < 30
    assert {row["event"] for row in whole} == {0.0, 1.0}


def test_days_in_intensive_care_are_part_of_the_stay(tmp_path: Path) -> None:
    rows = read_text_table(write_table(tmp_path, "recovery", 400, 3, DATA))

    assert all(0 <= int(row["icu_days"]) <= int(row["stay_days"]) for row in rows)
    assert any(int(row["icu_days"]) for row in rows)
    assert 0.5 < sum(int(row["recovered"]) for row in rows) / 400 < 0.8


def test_the_command_writes_a_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["synth", str(tmp_path), "--table", "recovery", "--rows", "5", "--seed", "9"]) == 0

    assert capsys.readouterr().out == f"{tmp_path / 'recovery.csv'}: 5 synthetic rows\n"
    with (tmp_path / "recovery.csv").open(encoding="utf-8", newline="") as stream:
        assert len(list(csv.reader(stream))) == 6


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--table", "hair", "--rows", "5"), "--table: one of blood, recovery is expected"),
        (("--table", "blood", "--rows", "0"), "--rows: a number from 1 to"),
        (("--table", "blood"), "--rows: it belongs to --table NAME, which needs it"),
        (("--patients", "5", "--rows", "5"), "--rows: it belongs to --table NAME"),
    ],
)
def test_what_cannot_be_written_is_said_and_leaves_no_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], said: str
) -> None:
    assert main(["synth", str(tmp_path / "new"), *arguments]) == 2

    assert said in capsys.readouterr().err
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("arguments", [(), ("--patients", "5", "--table", "blood")])
def test_it_is_either_patients_or_a_table(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["synth", str(tmp_path), *arguments])

    assert stopped.value.code == 2


def test_unusable_settings_leave_the_folder_as_it_was(tmp_path: Path) -> None:
    with pytest.raises(CohortError, match=r"blood\.toml"):
        write_table(tmp_path / "new", "blood", 5, 1, tmp_path)

    assert not (tmp_path / "new").exists()
