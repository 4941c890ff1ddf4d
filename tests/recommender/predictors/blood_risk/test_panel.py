"""Panels: the newest value of each test, in its own unit, or a note on why it was refused."""

from datetime import date

import pytest

from recommender.case import read_case
from recommender.predictors.blood_risk.panel import panel_of_record, panel_of_row
from recommender.predictors.blood_risk.reference import Reference
from recommender.predictors.tables.table import Column, ColumnKind
from tests.recommender.predictors.blood_risk.clinic import EDGES, FAT, IRON, NODES, SUGAR, Build

DAY = date(2024, 6, 1)
COLUMNS = (
    Column("age", ColumnKind.NUMBER, unit="a", node="age"),
    Column("sex", ColumnKind.CATEGORY, categories=("female", "male"), node="sex"),
    Column("sugar", ColumnKind.NUMBER, unit="mmol/L", node=SUGAR),
    Column("iron", ColumnKind.NUMBER, unit="stone", node=IRON),
    Column("fat", ColumnKind.NUMBER, node=FAT),
    Column("smoker", ColumnKind.FLAG, node="ICD10CM:F17"),
)


def result(test: str, value: float, day: str, record: str, unit: str = "") -> tuple[object, ...]:
    properties = {"value": value, "date": day, "record": record} | ({"unit": unit} if unit else {})
    return "patient:p", "HAS_RESULT", test, properties


def test_the_newest_value_of_a_record_counts_in_the_tests_own_unit(graph_of: Build) -> None:
    graph = graph_of(
        [
            *EDGES,
            result(SUGAR, 90, "2024-01-01", "r1"),
            result(SUGAR, 6.0, "2024-05-01", "r2", "mmol/L"),
            result(IRON, 13, "2024-05-01", "r3", "stone"),
            result(FAT, 300, "2020-05-01", "r4", "mg/dL"),
        ],
        {**NODES, "patient:p": {"sex": "male", "birth_year": 1974}},
    )
    found = panel_of_record(graph.record(as_of=DAY), graph.snapshot, Reference.of_snapshot(graph.snapshot), DAY, 365)

    assert [(value.test.id, value.record) for value in found.values] == [(SUGAR, "r2")]
    assert found.values[0].value == pytest.approx(6 * 18.016)
    assert (found.sex, found.age) == ("male", 50)
    assert found.notes == (
        "Hemoglobin is on file in a unit that is not known for it; it is not judged",
        "last measured more than 365 days ago, to be measured again: LDL cholesterol",
    )


def test_a_case_says_what_is_known_now(graph_of: Build) -> None:
    graph = graph_of(EDGES, NODES)
    case = {"results": [{"test": "Fasting glucose", "value": 130, "unit": "mg/dL"}, {"test": "No range", "value": 3}]}
    found = panel_of_record(
        read_case(case, graph.snapshot, DAY), graph.snapshot, Reference.of_snapshot(graph.snapshot), DAY, 365
    )

    assert [(value.value, value.record) for value in found.values] == [(130, "/results/0")]
    assert any("sex is not known" in note for note in found.notes)
    assert any("age is not known" in note for note in found.notes)


def test_a_row_has_the_columns_that_are_tests(graph_of: Build) -> None:
    reference = Reference.of_snapshot(graph_of(EDGES, NODES).snapshot)
    row = {"age": 61.0, "sex": 1.0, "sugar": 5.0, "iron": 13.0, "fat": 120.0, "smoker": 1.0}
    found = panel_of_row(row, COLUMNS, reference)

    assert [value.test.id for value in found.values] == [SUGAR]
    assert found.values[0].value == pytest.approx(90.08)
    assert (found.sex, found.age) == ("male", 61)
    assert [note for note in found.notes if "unit" in note] == [
        "column iron is in a unit that is not known for Hemoglobin; it is not judged",
        "column fat is in a unit that is not known for LDL cholesterol; it is not judged",
    ]


def test_what_a_row_lacks_is_not_there(graph_of: Build) -> None:
    reference = Reference.of_snapshot(graph_of(EDGES, NODES).snapshot)
    found = panel_of_row({"sex": -1.0, "sugar": float("nan")}, COLUMNS, reference)

    assert found.values == ()
    assert (found.sex, found.age) == (None, None)


def test_no_note_repeats_a_value(graph_of: Build) -> None:
    reference = Reference.of_snapshot(graph_of(EDGES, NODES).snapshot)
    found = panel_of_row({"iron": 98765.0, "fat": 43210.0}, COLUMNS, reference)

    assert not any("98765" in note or "43210" in note for note in found.notes)
