"""Derived indices: golden numbers, when each is added, and that nothing passes between rows."""

from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.predictors.tables.derived import DERIVATIONS, derive, derived_row, with_derived
from recommender.predictors.tables.reading import read_table
from recommender.predictors.tables.table import Column, ColumnKind, Table
from tests.shared_data import shared_data

SEX = Column("sex", ColumnKind.CATEGORY, categories=("female", "male"), node="sex")
AGE = Column("age", ColumnKind.NUMBER, unit="a", node="age")


def number(name: str, unit: str, node: str = "") -> Column:
    return Column(name, ColumnKind.NUMBER, unit=unit, node=node)


WEIGHT, HEIGHT = number("weight", "kg", "LOINC:29463-7"), number("height", "cm", "LOINC:8302-2")
SYSTOLIC, DIASTOLIC = number("upper", "mm[Hg]", "LOINC:8480-6"), number("lower", "mm[Hg]", "LOINC:8462-4")
CREATININE = number("creatinine", "mg/dL", "LOINC:2160-0")


def table_of(columns: Mapping[Column, list[float]]) -> Table:
    values = {column.name: np.array(cells, float) for column, cells in columns.items()}
    count = len(next(iter(values.values())))
    rows = np.arange(count, dtype=np.int64)
    return Table("t", tuple(columns), values, np.zeros(count), "y", rows, rows + 2)


@pytest.mark.parametrize(
    ("columns", "name", "expected"),
    [
        # 81 / 1.8²
        ({WEIGHT: [81]}, "bmi", None),
        ({WEIGHT: [81], HEIGHT: [180]}, "bmi", 25.0),
        ({number("w", "[lb_av]", "LOINC:29463-7"): [178.574], number("h", "m", "LOINC:8302-2"): [1.8]}, "bmi", 25.0),
        ({WEIGHT: [81], HEIGHT: [0]}, "bmi", np.nan),
        ({SYSTOLIC: [120], DIASTOLIC: [75]}, "pulse_pressure", 45.0),
        ({SYSTOLIC: [120], DIASTOLIC: [75]}, "mean_arterial_pressure", 90.0),
        # National Kidney Foundation's calculator, CKD-EPI 2021: man of 50 with 1.0 mg/dL has 92, woman of 50 has 69.
        ({CREATININE: [1.0], AGE: [50], SEX: [1]}, "egfr", 92.0),
        ({CREATININE: [1.0], AGE: [50], SEX: [0]}, "egfr", 69.0),
        ({number("crea", "umol/L", "LOINC:2160-0"): [88.42], AGE: [50], SEX: [1]}, "egfr", 92.0),
        ({CREATININE: [1.0], AGE: [17], SEX: [0]}, "egfr", np.nan),
        ({CREATININE: [1.0], AGE: [50], SEX: [-1]}, "egfr", np.nan),
        ({CREATININE: [np.nan], AGE: [50], SEX: [1]}, "egfr", np.nan),
        (
            {number("tc", "mg/dL", "LOINC:2093-3"): [200], number("hdl", "mg/dL", "LOINC:2085-9"): [50]},
            "cholesterol_hdl_ratio",
            4.0,
        ),
        ({number("bun", "mg/dL", "LOINC:3094-0"): [20], CREATININE: [1]}, "urea_creatinine_ratio", 20.0),
        (
            {number("n", "10*3/uL", "LOINC:751-8"): [4.5], number("l", "10*3/uL", "LOINC:731-0"): [1.5]},
            "neutrophil_lymphocyte_ratio",
            3.0,
        ),
        ({number("hr", "/min", "LOINC:8867-4"): [90], SYSTOLIC: [120]}, "shock_index", 0.75),
        ({number("Frequency", ""): [6], number("Time", "mo"): [24]}, "donations_a_month", 0.25),
        ({number("Recency", "mo"): [6], number("Time", "mo"): [24]}, "recency_share", 0.25),
        # Names without a unit, or of another one, are not guessed.
        ({number("Recency", "d"): [6], number("Time", "mo"): [24]}, "recency_share", None),
        ({number("weight", ""): [81], number("height", ""): [180]}, "bmi", None),
    ],
)
def test_an_index_is_its_formula(columns: dict[Column, list[float]], name: str, expected: float | None) -> None:
    found = with_derived(table_of(columns)).values.get(name)

    if expected is None:
        assert found is None
    else:
        assert found is not None
        assert found[0] == pytest.approx(expected, abs=0.5 if name == "egfr" else 1e-4, nan_ok=True)


def test_every_index_has_its_formula_and_source_and_is_marked() -> None:
    names = [d.column.name for d in DERIVATIONS]

    assert len(names) == len(set(names))
    for derivation in DERIVATIONS:
        assert derivation.formula
        assert derivation.source
        assert derivation.column.label
        assert derivation.column.derived == derivation.column.name


def test_an_index_on_file_is_not_computed_again() -> None:
    own = number("BMI", "kg/m2")
    by_node = number("mass", "kg/m2", "LOINC:39156-5")

    for column in (own, by_node):
        found = with_derived(table_of({WEIGHT: [81], HEIGHT: [180], column: [31]}))
        assert [c.name for c in found.columns if c.derived] == []


def test_deriving_twice_changes_nothing() -> None:
    once = with_derived(table_of({SYSTOLIC: [120, np.nan], DIASTOLIC: [75, 80]}))

    twice = with_derived(once)

    assert twice.columns == once.columns
    assert all(np.array_equal(twice.values[n], once.values[n], equal_nan=True) for n in once.values)


@given(st.lists(st.tuples(*[st.floats(0.1, 300) | st.just(np.nan)] * 3), min_size=1, max_size=8))
def test_nothing_passes_between_rows(rows: list[tuple[float, float, float]]) -> None:
    columns = (SYSTOLIC, DIASTOLIC, CREATININE)
    table = table_of({column: [row[i] for row in rows] for i, column in enumerate(columns)})

    whole = with_derived(table)

    for place in range(len(table)):
        alone = with_derived(table.take(np.array([place])))
        np.testing.assert_array_equal([alone.values[n][0] for n in whole.values], [a[place] for a in whole.values.values()])
        assert derived_row(whole.columns, table.row(place)) == pytest.approx(whole.row(place), nan_ok=True)


def test_a_row_without_a_value_has_no_index() -> None:
    table = with_derived(table_of({SYSTOLIC: [120], DIASTOLIC: [75]}))

    row = derived_row(table.columns, {"upper": 120})

    assert np.isnan(row["pulse_pressure"])
    assert derive((), {}) == []


def test_the_heart_failure_table_has_a_filtration_rate() -> None:
    path = shared_data("uci-heart-failure/heart_failure_clinical_records_dataset.csv")

    table = with_derived(read_table(path)[0])

    assert [c.name for c in table.columns if c.derived] == ["egfr"]
    # The first patient: a man of 75 with 1.9 mg/dL: 142 · (1.9 / 0.9)^-1.2 · 0.9938^75 = 36.3
    assert table.values["egfr"][0] == pytest.approx(36.3, abs=0.1)
    assert int(np.isnan(table.values["egfr"]).sum()) == int((table.values["sex"] < 0).sum()) == 1
