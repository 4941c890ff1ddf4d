"""Results of one person: shifted by conditions, consistent with each other."""

from dataclasses import replace
from statistics import fmean

import pytest

from loaders.synthetic.ailments import Course
from loaders.synthetic.draws import Draws
from loaders.synthetic.formulary import ReferenceRange
from loaders.synthetic.formulas import gfr_from_creatinine
from loaders.synthetic.parameters import Measure, Parameters, Shift
from loaders.synthetic.people import Diagnosis, Person
from loaders.synthetic.results import Laboratory, Result
from tests.loaders.synthetic.building import CHILD, END, FORMULARY, MAN, PARAMETERS, WOMAN, ailment

GOUT = Diagnosis(0, END - 2000, 0, "active")
FLU = Diagnosis(1, END - 300, END - 290, "resolved")
MEASURES = {
    one.test: one
    for one in (
        Measure("Uric acid", "any", 1, 1.0, 18, 5.0, 0.5, 1.0, 16.0),
        Measure("Creatinine", "any", 2, 0.0, 1, 0.9, 0.1, 0.3, 16.0),
        Measure("GFR", "any", 0, 0.0, 18, 90.0, 10.0, 3.0, 140.0),
        Measure("Temperature", "any", 1, 0.0, 0, 36.8, 0.2, 34.0, 42.0),
        Measure("LDL", "any", 0, 1.0, 18, 110.0, 15.0, 20.0, 400.0),
        Measure("HDL", "any", 0, 0.0, 18, 55.0, 6.0, 15.0, 120.0),
        Measure("TG", "any", 0, 0.0, 18, 100.0, 20.0, 30.0, 900.0),
        Measure("Total", "any", 0, 0.0, 18, 185.0, 20.0, 60.0, 500.0),
        Measure("PSA", "male", 1, 1.0, 50, 1.0, 0.2, 0.1, 100.0),
    )
}
ROLES = {
    "gfr": "GFR",
    "creatinine": "Creatinine",
    "ldl": "LDL",
    "hdl": "HDL",
    "triglycerides": "TG",
    "total cholesterol": "Total",
}


def _parameters(*shifts: Shift, **changes: object) -> Parameters:
    ailments = (ailment("Gout"), ailment("Flu", course=Course.ACUTE))
    usual = replace(PARAMETERS, measures=MEASURES, roles=ROLES, shifts=shifts, ailments=ailments)
    return replace(usual, **changes)  # type: ignore[arg-type]


def _laboratory(*shifts: Shift) -> Laboratory:
    child = ReferenceRange("Creatinine", "any", 1, 11, 0.2, 0.7)
    return Laboratory(_parameters(*shifts), replace(FORMULARY, ranges={"Creatinine": (child,)}))


def _values(laboratory: Laboratory, person: Person, *diagnoses: Diagnosis, test: str, people: int = 200) -> list[float]:
    drawn = (laboratory.results(person, diagnoses, Draws(f"p{number}")) for number in range(people))
    return [one.value for results in drawn for one in results if one.test == test]


def _shift(condition: str, test: str, mean: float, deviation: float = 0.1) -> Shift:
    return Shift(condition, test, mean, deviation, mean - 3, mean + 3, 1.0)


def test_without_a_condition_values_are_those_of_the_healthy() -> None:
    values = _values(_laboratory(), MAN, test="Uric acid")

    assert fmean(values) == pytest.approx(5, abs=0.15)
    assert all(3.5 < value < 6.5 for value in values)


def test_a_condition_moves_its_test_and_calls_for_it() -> None:
    laboratory = _laboratory(_shift("Gout", "Uric acid", 9), _shift("Gout", "HDL", 30))

    assert fmean(_values(laboratory, MAN, GOUT, test="Uric acid")) == pytest.approx(9, abs=0.05)
    assert _values(laboratory, MAN, GOUT, test="HDL")
    assert not _values(laboratory, MAN, test="HDL")


def test_of_several_conditions_the_one_that_moves_furthest_counts() -> None:
    laboratory = _laboratory(_shift("Gout", "Temperature", 37.2), _shift("Flu", "Temperature", 39))
    on_day = [
        one.value
        for one in laboratory.results(MAN, [GOUT, FLU], Draws("both"))
        if one.test == "Temperature" and one.day < END - 296
    ]

    assert max(on_day, default=39) > 38.5


def test_an_acute_condition_is_measured_in_its_first_days_alone() -> None:
    laboratory = _laboratory(_shift("Flu", "Temperature", 39))
    results = laboratory.results(MAN, [FLU], Draws("acute"))

    assert [one.day - FLU.start in range(4) for one in results if one.test == "Temperature"] == [True]


@pytest.mark.parametrize("status", ["refuted", "resolved"])
def test_what_is_over_or_refuted_moves_nothing(status: str) -> None:
    over = Diagnosis(0, END - 2000, END - 1500, status)

    assert max(_values(_laboratory(_shift("Gout", "Uric acid", 9)), MAN, over, test="Uric acid")) < 7


def test_a_refuted_suspicion_of_an_acute_condition_moves_nothing() -> None:
    suspicion = Diagnosis(1, END - 300, END - 290, "refuted")

    assert not _values(_laboratory(_shift("Flu", "Temperature", 39)), MAN, suspicion, test="Temperature")


def test_only_what_was_asked_for_is_reported() -> None:
    results = _laboratory(_shift("Gout", "Total", 0)).results(MAN, [GOUT], Draws("asked"))

    assert {one.test for one in results} == {"Uric acid", "LDL", "Total"}


def test_nothing_is_moved_before_the_condition_began() -> None:
    new = Diagnosis(0, END - 1, 0, "active")

    assert max(_values(_laboratory(_shift("Gout", "Uric acid", 9)), MAN, new, test="Uric acid", people=50)) < 7


def test_creatinine_and_kidney_function_agree() -> None:
    laboratory = _laboratory(_shift("Gout", "GFR", 45, 5))

    for number in range(50):
        results = laboratory.results(WOMAN, [GOUT], Draws(f"k{number}"))
        values = {(one.test, one.day): one.value for one in results}
        days = [day for test, day in values if test == "GFR"]

        assert days
        for day in days:
            assert values["GFR", day] == round(gfr_from_creatinine(values["Creatinine", day], 0, WOMAN.age))
            assert 40 <= values["GFR", day] <= 50


def test_children_have_creatinine_but_no_adults_formula() -> None:
    laboratory = _laboratory(_shift("Gout", "GFR", 45), _shift("Gout", "Creatinine", 1.2, 0.05))
    results = laboratory.results(CHILD, [Diagnosis(0, CHILD.born, 0, "active")], Draws("child"))

    assert {one.test for one in results} == {"Creatinine"}


def test_total_cholesterol_is_the_sum_of_what_was_measured() -> None:
    laboratory = _laboratory(
        *(_shift("Gout", test, mean, 9) for test, mean in (("LDL", 150), ("HDL", 45), ("TG", 200), ("Total", 0)))
    )
    results = laboratory.results(MAN, [GOUT], Draws("lipids"))

    for day in {one.day for one in results if one.test == "Total"}:
        value = {one.test: one.value for one in results if one.day == day}
        assert value["Total"] == pytest.approx(value["LDL"] + value["HDL"] + value["TG"] / 5, abs=0.5)


def test_values_have_the_digits_of_their_test() -> None:
    for one in _laboratory().results(MAN, [], Draws("digits")):
        assert one.value == round(one.value, MEASURES[one.test].decimals)
        assert isinstance(one.value, int) == (MEASURES[one.test].decimals == 0)


def test_a_test_is_routine_from_its_age_and_for_its_sex() -> None:
    laboratory = _laboratory()
    older = replace(MAN, age=60)

    assert not _values(laboratory, MAN, test="PSA", people=20)
    assert _values(laboratory, older, test="PSA", people=20)
    assert not _values(laboratory, replace(WOMAN, age=60), test="PSA", people=20)


def test_results_are_in_order_and_one_a_day() -> None:
    laboratory = _laboratory(_shift("Gout", "Uric acid", 9), _shift("Flu", "Uric acid", 4))
    results = laboratory.results(MAN, [GOUT, FLU], Draws("order"))

    assert [one.day for one in results] == sorted(one.day for one in results)
    assert len({(one.test, one.day) for one in results}) == len(results)
    assert all(END - 700 <= one.day < END for one in results)


def test_the_latest_kidney_function_counts() -> None:
    results = [Result("GFR", 50, 1), Result("Uric acid", 5, 2), Result("GFR", 40, 3)]

    assert _laboratory().kidney_function(results) == 40
    assert _laboratory().kidney_function([]) is None
