"""Rows of the generator's tables: typed cells, and faults with their place."""

from pathlib import Path

import pytest

from loaders.errors import LoadError
from loaders.synthetic.tables import CohortError, Row, read_formulary_table, read_table, refuse_unknown

ROW = Row("rates.csv", 3, {"name": "gout", "rate": "2.5", "odd": "x", "none": "", "many": "a; b;;c"})


def test_a_cell_is_text_number_or_list() -> None:
    assert ROW.text("name") == "gout"
    assert ROW.number("rate", 0, 100) == 2.5
    assert ROW.items("many") == ("a", "b", "c")


def test_an_empty_cell_gives_what_stands_for_nothing() -> None:
    assert ROW.optional("none", -1) == -1
    assert ROW.optional("rate", -1) == 2.5
    assert ROW.items("none") == ()


@pytest.mark.parametrize(("column", "high"), [("odd", 100), ("none", 100), ("rate", 2)])
def test_an_unusable_number_is_reported_with_its_place(column: str, high: float) -> None:
    with pytest.raises(CohortError, match=rf"rates.csv: line 3, column '{column}': a number from 0 to {high}") as caught:
        ROW.number(column, 0, high)

    assert caught.value.file == "rates.csv"


def test_not_a_number_is_no_number() -> None:
    with pytest.raises(CohortError, match="a number"):
        Row("rates.csv", 2, {"rate": "nan"}).number("rate")


def test_a_missing_column_is_named() -> None:
    with pytest.raises(CohortError, match=r"rates.csv: column 'age_5' is missing"):
        ROW.text("age_5")


def test_rows_know_their_lines(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a,b\n1,2\n3,4\n")

    assert [(row.line, row.text("b")) for row in read_table(tmp_path / "t.csv")] == [(2, "2"), (3, "4")]


def test_a_formulary_table_is_read_with_its_derived_rows(tmp_path: Path) -> None:
    (tmp_path / "derived").mkdir()
    (tmp_path / "t.csv").write_text("a\n1\n")
    (tmp_path / "derived" / "t.csv").write_text("a\n2\n")

    assert [row.text("a") for row in read_formulary_table(tmp_path, "t")] == ["1", "2"]


def test_a_missing_table_is_named(tmp_path: Path) -> None:
    with pytest.raises(LoadError, match=r"indication\.csv"):
        list(read_formulary_table(tmp_path, "indication"))


def test_every_unknown_id_is_named() -> None:
    with pytest.raises(CohortError, match=r"link.csv: no condition of the formulary has the id A, C$"):
        refuse_unknown("link.csv", "condition", ["C", "B", "A", "C"], ["B"])


def test_known_ids_pass() -> None:
    refuse_unknown("link.csv", "condition", ["B"], ["A", "B"])
