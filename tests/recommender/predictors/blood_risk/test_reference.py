"""Reference ranges: for whom each is meant, in which unit, and the same from the graph and from the tables it is made of."""

from math import inf
from pathlib import Path

import pytest

from graph.snapshot import Snapshot
from recommender.errors import PredictorError
from recommender.predictors.blood_risk.reference import Reference, ReferenceRange
from tests.recommender.predictors.blood_risk.clinic import EDGES, IRON, NODES, SALT, SUGAR, Build, blood_test


def test_the_tests_of_a_graph_are_those_with_ranges(graph_of: Build) -> None:
    reference = Reference.of_snapshot(graph_of(EDGES, NODES).snapshot)

    assert "LOINC:9" not in reference.tests
    assert reference.tests[SUGAR] == blood_test(SUGAR)
    assert reference.tests[IRON] == blood_test(IRON)


def test_an_empty_bound_is_none() -> None:
    assert ReferenceRange.of(["any", "18", "", "", "100", "", ""]) == ReferenceRange("any", 18, inf, -inf, 100, -inf, inf)


@pytest.mark.parametrize(
    ("sex", "age", "low", "high"),
    [("female", 50, 12, 16), ("male", 50, 14, 17), (None, 50, 12, 17), ("other", 50, 12, 17), ("male", None, 14, 17)],
)
def test_the_range_is_that_of_the_person(sex: str | None, age: float | None, low: float, high: float) -> None:
    found = blood_test(IRON).range_for(sex, age)

    assert found is not None
    assert (found.low, found.high, found.panic_low, found.panic_high) == (low, high, 7, inf)


@pytest.mark.parametrize(("age", "panic"), [(1, 3), (17, 3), (17.9, 3), (18, 2.8), (90, 2.8)])
def test_ages_are_whole_years_both_ends_included(age: float, panic: float) -> None:
    found = blood_test(SALT).range_for("female", age)

    assert found is not None
    assert found.panic_low == panic


def test_where_no_range_is_meant_for_someone_there_is_none() -> None:
    assert blood_test(IRON).range_for("female", 10) is None


@pytest.mark.parametrize(
    ("value", "unit", "own"), [(100, "mg/dL", 100), (5.5, "mmol/L", 99.088), (100, "", None), (100, "furlong", None)]
)
def test_a_value_is_brought_to_the_tests_own_unit_or_refused(value: float, unit: str, own: float | None) -> None:
    assert blood_test(SUGAR).value_of(value, unit) == (None if own is None else pytest.approx(own))


def test_a_damaged_range_is_said(graph_of: Build) -> None:
    broken = {"LOINC:1": {"name": "Odd", "unit": "1", "ranges": ("any|18|||high||",)}}

    with pytest.raises(PredictorError, match="LOINC:1: a reference range is damaged"):
        Reference.of_snapshot(graph_of((), broken).snapshot)


def test_tables_that_are_not_there_are_said(tmp_path: Path) -> None:
    with pytest.raises(PredictorError, match=r"lab_test\.csv|reference_range\.csv"):
        Reference.of_tables(tmp_path)


def test_the_graph_and_the_tables_say_the_same(formulary: Path) -> None:
    [path] = (formulary / "snapshots").glob("*.snapshot")

    assert Reference.of_snapshot(Snapshot(path)) == Reference.of_tables()
