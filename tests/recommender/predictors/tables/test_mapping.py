"""Mappings: what a TOML file may say, and what is known without one."""

import json
import tomllib
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from recommender.errors import TableError
from recommender.predictors.tables.mapped import Duplicates, Role, TableMapping, mapping_content
from recommender.predictors.tables.mapping import KNOWN, known_mapping, known_mappings, mapping_from, read_mapping
from recommender.predictors.tables.reading import read_table
from recommender.predictors.tables.table import ColumnKind
from tests.recommender.predictors.tables.conftest import Written

WHOLE = """
[table]
name = "clinic"
target = "died"
positive = "yes"
duplicates = "keep"
as_of = 2026-01-31

[columns.sugar]
header = ["glucose", "Blood sugar"]
unit = "mg/dL"
file_unit = "mmol/L"
range = [10, 2000]
zero_is_missing = true
changeable = true
node = "LOINC:2345-7"

[columns.sex]
kind = "category"
categories = ["female", "male"]
values = { 0 = "female", 1 = "male" }

[columns.admitted]
kind = "date"

[columns.mrn]
role = "group"

[columns.died]
kind = "flag"
"""


def mapped(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "mapping.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_mapping_says_what_each_column_holds(tmp_path: Path) -> None:
    mapping = read_mapping(mapped(tmp_path, WHOLE))

    sugar, sex, admitted, mrn, died = mapping.columns
    assert (mapping.name, mapping.target, mapping.positive, mapping.duplicates) == ("clinic", "died", "yes", Duplicates.KEEP)
    assert mapping.as_of == date(2026, 1, 31)
    assert (sugar.column.low, sugar.column.high, sugar.column.unit, sugar.file_unit) == (10, 2000, "mg/dL", "mmol/L")
    assert (sugar.column.changeable, sugar.column.node, sugar.zero_is_missing) == (True, "LOINC:2345-7", True)
    assert (sex.column.kind, sex.column.categories, sex.values["1"]) == (ColumnKind.CATEGORY, ("female", "male"), "male")
    assert (admitted.is_date, admitted.column.unit) == (True, "a")
    assert (mrn.role, died.role) == (Role.GROUP, Role.TARGET)
    assert [c.column.name for c in mapping.of(Role.FEATURE)] == ["sugar", "sex", "admitted"]


@pytest.mark.parametrize("header", ["sugar", "Glucose", "blood_sugar", "BLOOD SUGAR"])
def test_a_column_is_known_by_each_of_its_names_however_spelled(tmp_path: Path, header: str) -> None:
    sugar = read_mapping(mapped(tmp_path, WHOLE)).columns[0]

    assert sugar.named(header)
    assert not sugar.named("glucose2")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[tables]\nname='x'", "[tables] is no section"),
        ("[table]\nnames='x'\n[columns.a]", "[table] names: no such key"),
        ("[table]\nname=1\n[columns.a]", "[table] name: a value of another type"),
        ("[table]\nname='x'", "[columns.NAME] is required"),
        ("columns = 3", "[columns.NAME] is expected"),
        ("[columns.a]\ncolour='x'", "[columns.a] colour: no such key"),
        ("[columns.a]\nkind='text'", "[columns.a] kind: one of number, flag, category"),
        ("[columns.a]\nrole='label'", "[columns.a] role: one of feature"),
        ("[columns.a]\nrange=[3]", "[columns.a] range: two numbers"),
        ("[columns.a]\nrange=[3, 1]", "[columns.a] range: two numbers"),
        ("[columns.a]\nrange=[true, 3]", "[columns.a] range: two numbers"),
        ("[columns.a]\nkind='category'", "[columns.a] categories: a list"),
        ("[columns.a]\ncategories=['x']", "[columns.a] categories: a list"),
        ("[table]\nduplicates='drop'\n[columns.a]", "[table] duplicates: one of group, keep, auto"),
        ("[table]\nlike='nothing'", "[table] like: one of blood-transfusion"),
        ("[table", "no TOML"),
    ],
)
def test_what_a_mapping_cannot_say_is_named(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(TableError) as caught:
        read_mapping(mapped(tmp_path, text))

    assert said in str(caught.value)
    assert "mapping.toml" in str(caught.value)


def test_a_mapping_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="cannot be read"):
        read_mapping(tmp_path / "none.toml")


def test_a_mapping_like_a_known_one_says_the_difference_only(tmp_path: Path) -> None:
    text = """
[table]
like = "pima-diabetes"
header_row = true
[columns.glucose]
file_unit = "mmol/L"
[columns.extra]
range = [0, 1]
"""

    mapping = read_mapping(mapped(tmp_path, text))
    base = next(m for m in known_mappings() if m.name == "pima-diabetes")

    glucose = next(c for c in mapping.columns if c.column.name == "glucose")
    assert (glucose.file_unit, glucose.column.unit, glucose.zero_is_missing) == ("mmol/L", "mg/dL", True)
    assert [c.column.name for c in mapping.columns] == [*(c.column.name for c in base.columns), "extra"]
    assert (mapping.header_row, mapping.target, mapping.source) == (True, "diabetes", base.source)


@pytest.mark.parametrize("path", sorted(KNOWN.glob("*.toml")), ids=lambda path: path.stem)
def test_every_shipped_mapping_is_whole(path: Path) -> None:
    mapping = read_mapping(path)

    assert mapping.name == path.stem
    assert mapping.source
    assert mapping.licence
    assert mapping.meaning
    assert any(c.role is Role.TARGET and c.column.name == mapping.target for c in mapping.columns)
    for forbidden in mapping.of(Role.FORBIDDEN):
        assert forbidden.reason, forbidden.column.name
    for column in (c.column for c in mapping.of(Role.FEATURE)):
        assert column.label
        assert column.kind is not ColumnKind.NUMBER or (column.low, column.high) != (-float("inf"), float("inf")), column.name


def test_a_known_table_is_found_by_its_header_in_any_order() -> None:
    header = tomllib.loads((KNOWN / "heart-failure.toml").read_text(encoding="utf-8"))["columns"].keys()

    found = known_mapping([name.upper() for name in reversed(list(header))])

    assert found is not None
    assert found.name == "heart-failure"
    assert known_mapping(["age", "sex"]) is None
    assert known_mapping(()) is None


def test_a_table_without_header_is_known_by_the_number_and_ranges_of_its_columns() -> None:
    columns = [["6"], ["148"], ["72"], ["35"], ["0"], ["33.6"], ["0.627"], ["50"], ["1"]]

    found = known_mapping((), columns)

    assert found is not None
    assert found.name == "pima-diabetes"
    assert known_mapping((), columns[:-1]) is None
    assert known_mapping((), [*columns[:-1], ["2"]]) is None
    assert known_mapping((), [*columns[:-1], ["yes"]]) is None


def test_the_first_target_is_taken_where_the_table_section_names_none() -> None:
    mapping = mapping_from({"columns": {"a": {}, "b": {"role": "target", "kind": "flag"}}})

    assert mapping.target == "b"
    assert mapping.name == "table"


@pytest.mark.parametrize("mapping", known_mappings(), ids=lambda mapping: mapping.name)
def test_a_mapping_written_down_is_the_same_when_it_is_read_again(mapping: TableMapping) -> None:
    dated = replace(mapping, as_of=date(2026, 1, 31))

    for one in (mapping, dated):
        assert mapping_from(json.loads(json.dumps(mapping_content(one)))) == one


def test_a_proposed_mapping_is_the_same_when_it_is_read_again(written: Written) -> None:
    _, report = read_table(written("x,ward,y\n" + "".join(f"{i}.5,{'AB'[i % 2]},{i % 3 % 2}\n" for i in range(12))), target="y")

    assert report.used is not None
    assert mapping_from(json.loads(json.dumps(mapping_content(report.used)))) == report.used
