"""Tables brought to the columns of a predictor: order, units, categories, and what is missing."""

import numpy as np
import pytest

from recommender.errors import TableError
from recommender.predictors.tables.aligning import aligned
from recommender.predictors.tables.derived import with_derived
from recommender.predictors.tables.table import Column, ColumnKind, Table

SYSTOLIC = Column("upper", ColumnKind.NUMBER, unit="mm[Hg]", node="LOINC:8480-6")
DIASTOLIC = Column("lower", ColumnKind.NUMBER, unit="mm[Hg]", node="LOINC:8462-4")
WARD = Column("ward", ColumnKind.CATEGORY, categories=("A", "B", "C"))


def table_of(*columns: tuple[Column, list[float]]) -> Table:
    rows = np.arange(len(columns[0][1]), dtype=np.int64)
    values = {column.name: np.array(cells, float) for column, cells in columns}
    return Table("t", tuple(column for column, _ in columns), values, np.empty(0), "", rows, rows + 2)


FITTED = with_derived(table_of((SYSTOLIC, [120]), (DIASTOLIC, [75]), (WARD, [0]))).columns


def test_columns_stand_in_the_predictors_order_with_their_indices() -> None:
    given = table_of((WARD, [2, -1]), (DIASTOLIC, [75, 80]), (SYSTOLIC, [120, 130]), (Column("x", ColumnKind.NUMBER), [1, 1]))

    table, notes = aligned(given, FITTED)

    assert table.columns == FITTED
    assert list(table.values) == [c.name for c in FITTED]
    assert table.row(0) == {
        "upper": 120,
        "lower": 75,
        "ward": 2,
        "pulse_pressure": 45,
        "mean_arterial_pressure": 90,
    }
    assert notes == ()


def test_what_the_table_lacks_is_missing_and_said() -> None:
    table, notes = aligned(table_of((SYSTOLIC, [120])), FITTED)

    assert table.values["ward"].tolist() == [-1]
    assert all(np.isnan(table.values[name][0]) for name in ("lower", "pulse_pressure"))
    assert notes == (
        "column lower is not in the table: missing throughout",
        "column ward is not in the table: missing throughout",
    )


def test_categories_are_matched_by_their_names() -> None:
    other = Column("ward", ColumnKind.CATEGORY, categories=("C", "D", "A"))

    table, _ = aligned(table_of((other, [0, 1, 2, -1])), FITTED)

    assert table.values["ward"].tolist() == [2, -1, 0, -1]


def test_units_are_converted_where_the_factor_is_known() -> None:
    kilopascal = Column("upper", ColumnKind.NUMBER, unit="kPa")

    table, _ = aligned(table_of((kilopascal, [16.0])), FITTED)

    assert table.values["upper"][0] == pytest.approx(120, abs=0.02)


@pytest.mark.parametrize(
    ("column", "said"),
    [
        (Column("upper", ColumnKind.NUMBER, unit="spoons"), "mm\\[Hg\\] is expected, and no factor from spoons is known"),
        (Column("upper", ColumnKind.FLAG), "a number is expected, and the table has a flag"),
        (
            Column("other", ColumnKind.NUMBER),
            "none of the columns that the predictor was fitted on is there: upper, lower, ward",
        ),
    ],
)
def test_what_cannot_be_brought_to_it_is_refused(column: Column, said: str) -> None:
    with pytest.raises(TableError, match=said):
        aligned(table_of((column, [1.0])), FITTED)
