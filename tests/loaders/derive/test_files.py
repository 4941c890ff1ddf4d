from pathlib import Path

import pytest

from loaders.derive import derive
from loaders.errors import LoadError

BOTH = ["derived/indication.csv", "derived/interaction.csv"]


def test_derived_tables_are_written_once_and_then_stay(shared: Path, data: Path) -> None:
    first = derive(shared, data, check=False)
    written = {path.name: path.read_bytes() for path in (data / "derived").iterdir()}
    second = derive(shared, data, check=False)

    assert first == BOTH
    assert second == []
    assert written.keys() == {"indication.csv", "interaction.csv"}
    assert {path.name: path.read_bytes() for path in (data / "derived").iterdir()} == written


def test_a_check_names_what_differs_and_leaves_it(shared: Path, data: Path) -> None:
    derive(shared, data, check=False)
    changed = data / "derived" / "indication.csv"
    changed.write_bytes(changed.read_bytes() + b"x\n")

    assert derive(shared, data, check=True) == BOTH[:1]
    assert changed.read_bytes().endswith(b"x\n")


def test_a_check_of_nothing_writes_nothing(shared: Path, data: Path) -> None:
    assert derive(shared, data, check=True) == BOTH
    assert not (data / "derived").exists()


def test_rows_written_by_hand_are_left_alone(shared: Path, data: Path) -> None:
    before = (data / "indication.csv").read_bytes()
    derive(shared, data, check=False)

    assert (data / "indication.csv").read_bytes() == before


def test_lines_end_in_a_line_feed(shared: Path, data: Path) -> None:
    derive(shared, data, check=False)
    content = (data / "derived" / "interaction.csv").read_bytes()

    assert b"\r" not in content
    assert content.startswith(b"medicine_a,medicine_b,severity,")


def test_a_missing_input_is_an_error_that_names_it(shared: Path, data: Path) -> None:
    (data / "crosswalk_disease.csv").unlink()

    with pytest.raises(LoadError, match=r"crosswalk_disease\.csv"):
        derive(shared, data, check=True)
