import gzip
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loaders.errors import LoadError
from loaders.text_tables import as_bytes, formulary_rows, open_text, read_text_table

TEXT = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\x00\r"), max_size=20)


def test_cells_are_texts_by_their_column(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text('a,b\n1,"x, y"\n,2\n', encoding="utf-8")

    assert read_text_table(path) == [{"a": "1", "b": "x, y"}, {"a": "", "b": "2"}]


def test_a_byte_order_mark_is_no_part_of_the_first_header(tmp_path: Path) -> None:
    path = tmp_path / "t.tsv"
    path.write_bytes("\ufeffa\tb\n1\t2\n".encode())

    assert read_text_table(path, "\t") == [{"a": "1", "b": "2"}]


def test_packed_tables_read_like_plain_ones(tmp_path: Path) -> None:
    path = tmp_path / "t.csv.gz"
    path.write_bytes(gzip.compress("\ufeffa\n1\n".encode()))

    assert read_text_table(path) == [{"a": "1"}]
    with open_text(path) as stream:
        assert stream.readline() == "a\n"


@pytest.mark.parametrize("line", ["1", "1,2,3"])
def test_a_ragged_row_is_an_error_that_names_file_and_line(tmp_path: Path, line: str) -> None:
    path = tmp_path / "t.csv"
    path.write_text(f"a,b\n1,2\n{line}\n", encoding="utf-8")

    with pytest.raises(LoadError, match=r"t\.csv: line 3: 2 cells"):
        read_text_table(path)


def test_a_missing_file_is_an_error_that_names_its_folder(tmp_path: Path) -> None:
    with pytest.raises(LoadError, match=rf"t\.csv: the file is missing from {tmp_path.name}/"):
        read_text_table(tmp_path / "t.csv")


def test_an_empty_file_has_no_rows(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(b"")

    assert read_text_table(path) == []


def test_a_table_of_two_files_is_read_by_hand_first(tmp_path: Path) -> None:
    (tmp_path / "derived").mkdir()
    (tmp_path / "derived" / "t.csv").write_text("a\n2\n", encoding="utf-8")
    (tmp_path / "t.csv").write_text("a\n1\n", encoding="utf-8")

    assert [row["a"] for row in formulary_rows(tmp_path, "t")] == ["1", "2"]


def test_a_table_of_derived_rows_alone_is_enough(tmp_path: Path) -> None:
    (tmp_path / "derived").mkdir()
    (tmp_path / "derived" / "t.csv").write_text("a\n2\n", encoding="utf-8")

    assert [row["a"] for row in formulary_rows(tmp_path, "t")] == ["2"]


def test_a_table_without_a_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(LoadError, match=r"t\.csv"):
        list(formulary_rows(tmp_path, "t"))


@given(st.lists(st.tuples(TEXT, TEXT), max_size=5))
def test_what_is_written_is_read_back(tmp_path_factory: pytest.TempPathFactory, cells: list[tuple[str, str]]) -> None:
    rows = [{"a": first, "b": second} for first, second in cells]
    path = tmp_path_factory.mktemp("table") / "t.csv"
    path.write_bytes(as_bytes(("a", "b"), rows))

    assert read_text_table(path) == rows


def test_rows_with_another_column_are_refused() -> None:
    with pytest.raises(ValueError, match="c"):
        as_bytes(("a",), [{"a": "1", "c": "2"}])
