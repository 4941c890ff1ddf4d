"""A patient's record as a row of a table: the newest value in the column's unit, with the place where it is on file."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from recommender.predictors.tables.derived import with_derived
from recommender.predictors.tables.from_record import row_of_record
from recommender.predictors.tables.table import Column, ColumnKind, Table
from tests.recommender.conftest import REFERENCE, TODAY, Graph

TESTS: dict[str, dict[str, Any]] = {
    "LOINC:2160-0": {"name": "Creatinine", "unit": "mg/dL", "other_units": ("umol/L=0.01131",)},
    "LOINC:2345-7": {"name": "Glucose", "unit": "mg/dL", "other_units": ("mmol/L=18.016",)},
    "LOINC:2951-2": {"name": "Sodium", "unit": "mmol/L", "other_units": ("meq/L=1",)},
    "LOINC:2947-0": {"name": "Sodium in whole blood", "unit": "mmol/L"},
    "patient:p": {"birth_year": 1974, "sex": "male"},
    "patient:new": {},
}
COLUMNS = (
    Column("age", ColumnKind.NUMBER, unit="a", low=0, high=120, node="age"),
    Column("sex", ColumnKind.CATEGORY, categories=("female", "male"), node="sex"),
    Column("creatinine", ColumnKind.NUMBER, unit="mg/dL", low=0.1, high=30, node="LOINC:2160-0"),
    Column("glucose", ColumnKind.NUMBER, unit="mmol/L", low=0.5, high=110, node="LOINC:2345-7"),
    Column("sodium", ColumnKind.NUMBER, unit="mmol/L", low=90, high=200, node="LOINC:2951-2"),
    Column("diabetes", ColumnKind.FLAG, node="ICD10CM:E08-E13"),
    Column("asthma", ColumnKind.FLAG, node="ICD10CM:J45"),
    Column("steps", ColumnKind.NUMBER),
)


def result(test: str, value: float, unit: str, date: str, record: str) -> tuple[Any, ...]:
    return ("patient:p", "HAS_RESULT", test, {"value": value, "unit": unit, "date": date, "record": record})


EDGES = [
    *REFERENCE,
    ("ICD10CM:E11", "IS_A", "ICD10CM:E08-E13"),
    ("patient:p", "HAS_DIAGNOSIS", "ICD10CM:E11", {"status": "active", "record": "d1"}),
    ("patient:p", "HAS_DIAGNOSIS", "ICD10CM:J45", {"status": "resolved", "stop": "2020-01-01", "record": "d2"}),
    result("LOINC:2160-0", 88.42, "umol/L", "2024-05-01", "r2"),
    result("LOINC:2160-0", 9.0, "mg/dL", "2023-05-01", "r1"),
    result("LOINC:2345-7", 180.16, "mg/dL", "2024-05-01", "r3"),
    result("LOINC:2947-0", 140, "mmol/L", "2024-05-01", "r4"),
]


@pytest.fixture
def graph(graph_of: Callable[..., Graph]) -> Graph:
    return graph_of(EDGES, nodes=TESTS)


def test_a_record_becomes_a_row_in_the_columns_units(graph: Graph) -> None:
    row = row_of_record(graph.record(), graph.snapshot, COLUMNS, TODAY)

    assert row.values["age"] == 50
    assert row.values["sex"] == 1
    assert row.values["creatinine"] == pytest.approx(88.42 * 0.01131)
    assert row.values["glucose"] == pytest.approx(10.0)
    assert row.values["sodium"] == 140
    assert (row.values["diabetes"], row.values["asthma"]) == (1, 0)
    assert np.isnan(row.values["steps"])
    assert row.records == {"creatinine": "r2", "glucose": "r3", "sodium": "r4", "diabetes": "d1"}
    assert row.notes == ()


def test_what_is_not_on_file_is_missing(graph: Graph) -> None:
    row = row_of_record(graph.record("patient:new"), graph.snapshot, COLUMNS, TODAY)

    assert row.values.pop("sex") == -1  # type: ignore[attr-defined]  # a dict, seen as what cannot be changed
    assert all(np.isnan(value) for value in row.values.values())
    assert row.records == {}


def test_a_derived_column_is_computed_from_the_record(graph: Graph) -> None:
    one = np.ones(1)
    values = {c.name: one for c in COLUMNS}
    places = np.zeros(1, np.int64)
    columns = with_derived(Table("t", COLUMNS, values, one, "y", places, places)).columns

    row = row_of_record(graph.record(), graph.snapshot, columns, TODAY)

    assert row.values["egfr"] == pytest.approx(92, abs=0.5)


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        (4000, "mg/dL", ("creatinine is on file with a value that no body can have; it counts as missing",)),
        (1, "spoons", ("creatinine is on file in a unit that is not known for it; it counts as missing",)),
    ],
)
def test_a_value_that_no_body_can_have_or_in_an_unknown_unit_counts_as_missing(
    graph_of: Callable[..., Graph], value: float, unit: str, said: tuple[str, ...]
) -> None:
    graph = graph_of([*EDGES, result("LOINC:2160-0", value, unit, "2024-05-20", "r9")], nodes=TESTS)

    row = row_of_record(graph.record(), graph.snapshot, COLUMNS, TODAY)

    assert np.isnan(row.values["creatinine"])
    assert "creatinine" not in row.records
    assert row.notes == said


@pytest.mark.parametrize(("days", "taken"), [(365, True), (366, False)])
def test_a_result_older_than_a_year_counts_as_missing(graph_of: Callable[..., Graph], days: int, taken: bool) -> None:
    day = (TODAY - timedelta(days)).isoformat()
    edges = [edge for edge in EDGES if edge[2] != "LOINC:2345-7"]
    graph = graph_of([*edges, result("LOINC:2345-7", 180.16, "mg/dL", day, "r3")], nodes=TESTS)

    row = row_of_record(graph.record(), graph.snapshot, COLUMNS, TODAY)

    assert ("glucose" in row.records) is taken
    assert bool(np.isnan(row.values["glucose"])) is not taken
    assert row.notes == (() if taken else ("glucose was last measured more than 365 days ago; it counts as missing",))
