import io
import os
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import FileStorage

from api.errors import InputError
from api.jobs import JobFiles
from api.jobs.files import KEEP_DAYS, STRAY_SECONDS, stored_name

ID = "a" * 32


def upload(name: str, data: bytes = b"x") -> FileStorage:
    return FileStorage(io.BytesIO(data), name)


@given(st.text(), st.integers(1, 50))
def test_no_name_that_is_given_becomes_a_path(given: str, number: int) -> None:
    name = stored_name(given, number)

    assert "/" not in name
    assert name in (f"file-{number}.csv", f"file-{number}.csv.gz") or given.endswith(name)


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        ("medicine.csv", "medicine.csv"),
        ("patient.csv.gz", "patient.csv.gz"),
        ("sources.csv", "sources.csv"),
        (r"C:\Users\zebra\diagnosis.csv", "diagnosis.csv"),
        ("../../patient.csv", "patient.csv"),
        ("../../jwt.key", "file-3.csv"),
        ("Zebra, Fever.csv", "file-3.csv"),
        ("Zebra.csv.gz", "file-3.csv.gz"),
        ("patient.toml", "file-3.csv"),
        ("", "file-3.csv"),
    ],
)
def test_a_file_is_called_after_its_table_or_its_number(given: str, stored: str) -> None:
    assert stored_name(given, 3) == stored


def test_uploads_are_the_owners_alone_and_go_whole(tmp_path: Path) -> None:
    files = JobFiles(tmp_path)

    names = files.take(ID, [upload("patient.csv", b"abc"), upload("Zebra.csv")], "[table]")

    assert list(names) == ["patient.csv", "file-2.csv"]
    folder = files.folder(ID)
    assert (folder / "patient.csv").read_bytes() == b"abc"
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    assert folder.stat().st_mode & 0o777 == 0o700
    files.drop(ID)
    assert list((tmp_path / "jobs").iterdir()) == []


def test_two_files_of_one_name_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="different names"):
        JobFiles(tmp_path).take(ID, [upload("patient.csv"), upload("a/patient.csv")])


def test_a_sweep_leaves_what_is_needed(tmp_path: Path) -> None:
    files = JobFiles(tmp_path)
    states = {"live": False, "ended": True, "fresh": None, "stray": None, "old": True}
    for name in states:
        files.take(name, [upload("patient.csv")])
        files.written(name).mkdir()
        (files.written(name) / "report.html").touch()
    for name, age in (("stray", STRAY_SECONDS + 60), ("old", (KEEP_DAYS + 1) * 86400.0)):
        os.utime(tmp_path / "jobs" / name, (time.time() - age,) * 2)

    files.sweep(states.__getitem__)

    assert {name for name in states if files.folder(name).exists()} == {"live", "fresh"}
    assert {name for name in states if files.reports(name)} == {"live", "ended", "fresh", "stray"}
