"""Rows of one person share a group, whether a column says so or their being equal."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.predictors.tables.grouping import groups_by_column, groups_by_equality
from recommender.predictors.tables.leaks import telling_columns
from recommender.predictors.tables.mapped import Duplicates
from recommender.predictors.tables.mapping import mapping_from
from recommender.predictors.tables.reading import read_table
from recommender.predictors.tables.table import Column, ColumnKind
from tests.recommender.predictors.tables.conftest import Written

COLUMNS = {"mrn": {"role": "group"}, "x": {}, "y": {"kind": "flag", "role": "target"}}


def test_rows_of_one_number_share_a_group_and_those_without_are_alone(written: Written) -> None:
    table, report = read_table(written("mrn,x,y\nA,1,0\nB,2,1\n A,3,1\n,4,0\n,5,0\n"), mapping_from({"columns": COLUMNS}))

    assert table.groups.tolist() == [0, 1, 0, 2, 3]
    assert "1 rows are of someone who has another row; they share its fold" in report.notes
    assert dict(report.left_out) == {"mrn": "tells whose row it is: its rows share a fold"}


def test_a_repeated_patient_of_an_unknown_table_is_grouped(written: Written) -> None:
    rows = "".join(f"{i // 2},{i * i},{i % 2}\n" for i in range(20))

    table, _ = read_table(written(f"patient_id,x,y\n{rows}"), target="y")

    assert len(np.unique(table.groups)) == 10
    assert [c.name for c in table.columns] == ["x"]


@pytest.mark.parametrize(
    ("duplicates", "rows", "groups"),
    [("group", 2, 2), ("keep", 2, 4), ("auto", 2, 2), ("auto", 1, 4), ("group", 1, 2)],
)
def test_equal_rows_share_a_group_unless_chance_makes_them(written: Written, duplicates: str, rows: int, groups: int) -> None:
    """With ``rows`` 1 there are fewer than half as many different rows as rows."""
    columns = {"x": {}, "z": {}, "y": {"kind": "flag", "role": "target"}}
    mapping = mapping_from({"table": {"duplicates": duplicates}, "columns": columns})
    text = {1: "x,z,y\n" + "1,1,0\n1,1,1\n1,,0\n" * 2, 2: "x,z,y\n1,1,0\n2,,1\n1,1,1\n2,,0\n"}[rows]

    table, report = read_table(written(text), mapping)

    expected = {(1, 4): 6, (1, 2): 2}.get((rows, groups), groups)
    assert len(np.unique(table.groups)) == expected
    assert bool(report.notes) is (duplicates != "keep")


@given(st.lists(st.tuples(st.sampled_from([0.0, 1.0, np.nan]), st.sampled_from([0.0, 1.0])), min_size=1, max_size=30))
def test_groups_are_the_classes_of_equality(rows: list[tuple[float, float]]) -> None:
    values = [np.array([row[i] for row in rows]) for i in range(2)]

    groups, repeated = groups_by_equality(values, len(rows), Duplicates.GROUP)

    texts = [str(row) for row in rows]
    assert all((groups[i] == groups[j]) == (texts[i] == texts[j]) for i in range(len(rows)) for j in range(i))
    assert repeated == len(rows) - len(set(texts))
    same = groups_by_column([texts])
    assert all((same[i] == same[j]) == (texts[i] == texts[j]) for i in range(len(rows)) for j in range(i))


def test_no_rows_have_no_groups() -> None:
    groups, repeated = groups_by_equality([], 0, Duplicates.GROUP)

    assert (groups.tolist(), repeated) == ([], 0)


@pytest.mark.parametrize(("sign", "noise", "told"), [(1, 0, True), (-1, 0, True), (1, 60, False), (0, 0, False)])
def test_a_column_that_tells_the_target_in_either_direction_is_named(sign: int, noise: int, told: bool) -> None:
    target = np.arange(60) % 2 * 1.0
    values = {"a": sign * target * 50 + np.arange(60) * noise % 97, "sex": np.arange(60) // 2 % 2}
    columns = (Column("a", ColumnKind.NUMBER), Column("sex", ColumnKind.CATEGORY, categories=("f", "m")))

    assert telling_columns(columns, values, target) == (("a",) if told else ())
    assert telling_columns(columns, values, target[:10]) == ()


def test_a_category_that_tells_the_target_is_named_and_so_is_a_value_that_only_one_class_has() -> None:
    target = np.arange(60) % 2.0
    columns = (Column("left", ColumnKind.CATEGORY, categories=("home", "died", "ward")), Column("days", ColumnKind.NUMBER))
    left = np.where(target == 1, 1.0, np.where(np.arange(60) % 3, 0.0, 2.0))
    days = np.where(target == 1, np.arange(60) % 7.0, np.nan)

    assert telling_columns(columns, {"left": left, "days": days}, target) == ("left", "days")
    unknown = np.where(np.arange(60) % 4 < 2, left, -1.0)
    assert telling_columns(columns, {"left": unknown, "days": np.arange(60) % 7.0}, target) == ("left",)
