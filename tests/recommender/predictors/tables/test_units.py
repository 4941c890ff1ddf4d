"""Units off by a factor: asked about, converted where the mapping says so, and never otherwise."""

import csv
import re
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.config import PROJECT
from recommender.errors import TableError
from recommender.predictors.tables.mapped import TableMapping
from recommender.predictors.tables.mapping import mapping_from
from recommender.predictors.tables.reading import read_table
from recommender.predictors.tables.units import Quantity, likely_unit, quantities
from tests.recommender.predictors.tables.conftest import Written

MMOL = [4.9, 5.1, 5.5, 6.0, 7.2, 5.3, 5.8, 9.1, 4.7, 5.0, 6.6, 5.2]
MG = [round(value * 18.016, 1) for value in MMOL]


def text_of(values: Sequence[float]) -> str:
    return "glucose,y\n" + "".join(f"{value},{i % 2}\n" for i, value in enumerate(values))


def mapping(**keys: object) -> TableMapping:
    column = {"unit": "mg/dL", "range": [10, 2000], "node": "LOINC:2345-7"} | keys
    return mapping_from({"columns": {"glucose": column, "y": {"kind": "flag", "role": "target"}}})


def test_a_unit_that_is_off_by_a_factor_is_asked_about(written: Written) -> None:
    with pytest.raises(TableError) as caught:
        read_table(written(text_of(MMOL)), mapping())

    said = str(caught.value)
    assert "column glucose: the values are not what mg/dL would give, they look like mmol/L" in said
    assert 'unit = "mg/dL" and file_unit = "mmol/L"' in said
    assert not re.search(r"\d\.\d", said)


def test_the_answer_to_the_question_converts(written: Written) -> None:
    table, report = read_table(written(text_of(MMOL)), mapping(file_unit="mmol/L"))

    np.testing.assert_allclose(table.values["glucose"], np.array(MMOL) * 18.016)
    assert report.refused == 0


def test_values_in_the_stated_unit_are_left_as_they_are(written: Written) -> None:
    table, _ = read_table(written(text_of(MG)), mapping())
    other, _ = read_table(written(text_of(MMOL)), mapping(unit="mmol/L", node="", range=[0.5, 110]))

    np.testing.assert_array_equal(table.values["glucose"], MG)
    np.testing.assert_array_equal(other.values["glucose"], MMOL)


def test_who_states_the_unit_of_the_file_is_believed(written: Written) -> None:
    strange = [value / 3 for value in MG]

    table, _ = read_table(written(text_of(strange)), mapping(file_unit="mg/dL"))

    np.testing.assert_allclose(table.values["glucose"], strange)


def test_one_row_in_another_unit_is_asked_about_too(written: Written) -> None:
    with pytest.raises(TableError, match="look like mmol/L"):
        read_table(written("glucose\n5.5\n"), mapping(), labelled=False)


def test_a_unit_that_nobody_knows_the_factor_of_is_said(written: Written) -> None:
    with pytest.raises(TableError, match="no factor from spoons to mg/dL is known"):
        read_table(written(text_of(MMOL)), mapping(file_unit="spoons"))


def test_an_unknown_column_called_like_a_quantity_is_pointed_out_and_not_touched(written: Written) -> None:
    table, report = read_table(written(text_of(MMOL)), target="y")

    np.testing.assert_array_equal(table.values["glucose"], MMOL)
    assert report.notes == (
        "column glucose has no unit; its values look like mmol/L; "
        "a mapping has to say it before values from elsewhere are compared",
    )


def test_the_factors_are_those_of_the_formulary() -> None:
    with (PROJECT / "data" / "lab_test.csv").open(encoding="utf-8", newline="") as file:
        tests = {row["id"]: row for row in csv.DictReader(file)}

    for quantity in quantities():
        row = tests[quantity.node]
        own = {unit: float(factor) for unit, _, factor in (text.rpartition("=") for text in row["other_units"].split(";"))}
        ours = {unit: float(factor) for unit, _, factor in (text.rpartition("=") for text in quantity.factors)}
        assert (quantity.unit, ours) == (row["unit"], own)


@given(st.sampled_from(quantities()), st.floats(0.05, 0.95), st.data())
def test_what_is_typical_in_one_unit_is_never_asked_about(
    tmp_path_factory: pytest.TempPathFactory, quantity: Quantity, share: float, data: st.DataObject
) -> None:
    unit = data.draw(st.sampled_from(quantity.units))
    factor = quantity.factor(unit, quantity.unit)
    assert factor is not None
    middle = (quantity.low + share * (quantity.high - quantity.low)) / factor
    assert likely_unit(quantity, np.full(20, middle)) in (unit, "", *_same_size(quantity, unit))


def _same_size(quantity: Quantity, unit: str) -> list[str]:
    return [other for other in quantity.units if quantity.factor(other, unit) == 1]
