"""The quarantine: rejected rows beside the accepted ones, with the reason, for their owner's eyes."""

import csv
from collections.abc import Callable
from pathlib import Path

from graph.row_report import Code, Fault
from loaders.identifiers import WITHHELD
from loaders.quarantine import Quarantine, forget_rows
from tests.loaders.conftest import Loaders
from tests.loaders.small import EVIDENCE, FORMULARY, with_row

HEADER = ("a", "phone")
FAULT = Fault("a", Code.BAD_DATE, "a date")


def rows(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", errors="surrogateescape", newline="") as file:
        return list(csv.reader(file))


def test_a_row_is_kept_verbatim_with_its_reasons(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "x.csv"
    other = Fault("phone", Code.FORMULA, "a text")

    with Quarantine(path, HEADER, frozenset()) as quarantine:
        quarantine(7, [FAULT], ["x, y", 'say "no"'])
        quarantine(9, [FAULT, other], ["", "=1"])

    assert rows(path) == [
        ["line", "code", "column", "expected", "a", "phone"],
        ["7", "bad-date", "a", "a date", "x, y", 'say "no"'],
        ["9", "bad-date; formula", "a; phone", "a date; a text", "", "=1"],
    ]


def test_bytes_that_could_not_be_split_are_kept_as_they_are(tmp_path: Path) -> None:
    with Quarantine(tmp_path / "x.csv", HEADER, frozenset()) as quarantine:
        quarantine(2, [FAULT], b"\xffab\x00c")

    assert rows(tmp_path / "x.csv")[1][4].encode(errors="surrogateescape") == b"\xffab\\0c"


def test_identifiers_are_not_copied(tmp_path: Path) -> None:
    with Quarantine(tmp_path / "x.csv", HEADER, frozenset({"phone"})) as quarantine:
        quarantine(2, [FAULT], ["kept", "555"])
        quarantine(3, [FAULT], ["kept", ""])
        quarantine(4, [FAULT], b"555")

    assert [row[4:] for row in rows(tmp_path / "x.csv")[1:]] == [["kept", WITHHELD], ["kept", ""], [WITHHELD]]


def test_nothing_is_written_when_nothing_is_rejected_and_an_earlier_one_is_gone(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("old")

    with Quarantine(tmp_path / "x.csv", HEADER, frozenset()):
        pass

    assert not list(tmp_path.iterdir())


def test_a_load_leaves_its_rejected_rows_to_their_owner_alone(loaders: Loaders, files: Callable[..., Path]) -> None:
    bad = f"DrugBank:DB9,ICD10CM:I10,treats,first,{EVIDENCE}"
    content = {**FORMULARY, "derived/indication.csv": with_row(FORMULARY, "indication.csv", bad)["indication.csv"]}

    loaders("build", files(content))

    (load,) = (loaders.home / "quarantine").iterdir()
    (kept,) = [path for path in load.iterdir() if path.name == "derived-indication.csv"]
    assert ",".join(rows(kept)[-1]).endswith(bad)
    assert rows(kept)[-1][:3] == ["4", "unknown-id", "medicine"]
    assert kept.stat().st_mode & 0o777 == 0o600
    assert load.stat().st_mode & 0o777 == 0o700


def test_looking_leaves_no_trace(loaders: Loaders, files: Callable[..., Path]) -> None:
    loaders("validate", files(with_row(FORMULARY, "indication.csv", "x,y,z,,,,,")))

    assert not loaders.home.exists()


def test_a_persons_rows_are_taken_out_and_those_of_others_stay(tmp_path: Path) -> None:
    for name, kept in (("1/x.csv", ["P-1", "P-10", "P-2"]), ("2/y.csv", ["P-1"]), ("2/z.csv", ["P-2"])):
        with Quarantine(tmp_path / name, HEADER, frozenset()) as quarantine:
            for line, cell in enumerate(kept):
                quarantine(line, [FAULT], [cell, "5,5"])
    with Quarantine(tmp_path / "1/raw.csv", HEADER, frozenset()) as quarantine:
        quarantine(2, [FAULT], b'a;"P-1";\xff;c')
        quarantine(3, [FAULT], b"P-12;c")
    before = (tmp_path / "2/z.csv").read_bytes()

    assert forget_rows(tmp_path, lambda text: text.strip() == "P-1") == 3

    assert [row[4:] for row in rows(tmp_path / "1/x.csv")[1:]] == [["P-10", "5,5"], ["P-2", "5,5"]]
    assert [row[4:] for row in rows(tmp_path / "1/raw.csv")[1:]] == [["P-12;c"]]
    assert not (tmp_path / "2/y.csv").exists()
    assert (tmp_path / "2/z.csv").read_bytes() == before
    assert (tmp_path / "1/x.csv").stat().st_mode & 0o777 == 0o600
    assert forget_rows(tmp_path, lambda text: text == "P-1") == 0
    assert forget_rows(tmp_path / "none", lambda text: True) == 0
