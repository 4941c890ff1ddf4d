"""Units of laboratory results."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.units import convert, same_unit

CREATININE = ["umol/L=0.01131", "mmol/L=11.31"]


@pytest.mark.parametrize(
    ("one", "other"), [("mg/dL", "MG/dl"), ("µmol/L", "umol/L"), ("μmol/L", "µmol / L"), ("m[IU]/L", "mIU/L")]
)
def test_spellings_of_one_unit(one: str, other: str) -> None:
    assert same_unit(one, other)
    assert same_unit(other, one)


@pytest.mark.parametrize(("one", "other"), [("mg/dL", "mg/L"), ("umol/L", "mmol/L"), ("%", ""), ("g", "mg")])
def test_units_that_differ(one: str, other: str) -> None:
    assert not same_unit(one, other)


def test_a_value_is_converted_by_the_factor_of_its_unit() -> None:
    # 88.42 µmol/L of creatinine are 1 mg/dL (molar mass 113.1 g/mol)
    assert convert(88.42, "µmol/l", "mg/dL", CREATININE) == pytest.approx(1, abs=1e-4)
    assert convert(0.08842, "mmol/L", "mg/dL", CREATININE) == pytest.approx(1, abs=1e-4)


@given(value=st.floats(allow_nan=False))
def test_a_value_in_its_own_unit_stays(value: float) -> None:
    assert convert(value, "mg/dl", "mg/dL", CREATININE) == value


def test_an_unknown_unit_is_not_guessed() -> None:
    assert convert(1, "g/L", "mg/dL", CREATININE) is None
    assert convert(1, "", "mg/dL", CREATININE) is None
    assert convert(1, "umol/L", "mg/dL", []) is None
