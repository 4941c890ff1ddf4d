"""Results that follow from one another, against figures that can be looked up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loaders.synthetic.draws import Draws
from loaders.synthetic.formulas import FORMULAS, creatinine_from_gfr, gfr_from_creatinine

FEMALE, MALE = 0, 1


@pytest.mark.parametrize(
    ("creatinine", "sex", "age", "gfr"),
    # Worked with the equation of Inker et al. 2021, N Engl J Med 385:1737.
    [(1.0, MALE, 50, 92), (1.0, FEMALE, 50, 69), (0.6, FEMALE, 30, 124), (2.4, MALE, 70, 28), (5.0, FEMALE, 60, 9)],
)
def test_kidney_function_is_that_of_the_published_equation(creatinine: float, sex: int, age: int, gfr: int) -> None:
    assert round(gfr_from_creatinine(creatinine, sex, age)) == gfr


@given(st.floats(3, 140), st.sampled_from([FEMALE, MALE]), st.integers(18, 98))
def test_creatinine_is_the_inverse_of_kidney_function(gfr: float, sex: int, age: int) -> None:
    assert gfr_from_creatinine(creatinine_from_gfr(gfr, sex, age), sex, age) == pytest.approx(gfr)


@given(st.floats(0.2, 10), st.sampled_from([FEMALE, MALE]), st.integers(18, 97))
def test_kidney_function_falls_with_creatinine_and_age(creatinine: float, sex: int, age: int) -> None:
    gfr = gfr_from_creatinine(creatinine, sex, age)

    assert gfr_from_creatinine(creatinine * 1.1, sex, age) < gfr
    assert gfr_from_creatinine(creatinine, sex, age + 1) < gfr


def _value(role: str, *values: float) -> float:
    return FORMULAS[role].value(values, Draws(role))


def test_total_cholesterol_is_the_sum_of_friedewald() -> None:
    assert _value("total cholesterol", 110, 50, 150) == 190


def test_glucose_rises_with_hba1c() -> None:
    assert _value("glucose", 5.2) == pytest.approx(92, abs=15)
    assert _value("glucose", 8.0) == pytest.approx(165, abs=15)


def test_hematocrit_is_three_times_hemoglobin() -> None:
    assert _value("hematocrit", 14.0) == pytest.approx(42, abs=3)


def test_diastolic_lies_under_systolic() -> None:
    assert 60 < _value("diastolic", 120) < 95


def test_free_thyroxine_falls_as_thyrotropin_rises() -> None:
    assert _value("free thyroxine", 0.05) > _value("free thyroxine", 2) > _value("free thyroxine", 30)
