"""What healthy people have."""

from dataclasses import replace

import pytest

from loaders.synthetic.formulary import ReferenceRange
from loaders.synthetic.parameters import Measure
from loaders.synthetic.reference import RANGE_IN_DEVIATIONS, TAIL, Reference
from loaders.synthetic.tables import CohortError
from tests.loaders.synthetic.building import FORMULARY, PARAMETERS

NAN, INFINITE = float("nan"), float("inf")
FEMALE, MALE = 0, 1


def _reference(*ranges: ReferenceRange, roles: dict[str, str] | None = None, **changes: object) -> Reference:
    measure = replace(Measure("Iron", "any", 0, 1.0, 18, NAN, NAN, 1.0, 500.0), **changes)  # type: ignore[arg-type]
    formulary = replace(FORMULARY, ranges={"Iron": ranges})
    return Reference(replace(PARAMETERS, measures={"Iron": measure}, roles=roles or {}), formulary)


def _range(sex: str, low: float, high: float, age_from: float = 18, age_to: float = INFINITE) -> ReferenceRange:
    return ReferenceRange("Iron", sex, age_from, age_to, low, high)


def test_the_middle_of_the_range_of_the_sex() -> None:
    reference = _reference(_range("female", 50, 150), _range("male", 60, 170))

    assert reference.values(FEMALE, 30)["Iron"].mean == 100
    assert reference.values(MALE, 30)["Iron"].mean == 115
    assert reference.values(FEMALE, 30)["Iron"].deviation == pytest.approx(100 / RANGE_IN_DEVIATIONS)


def test_the_range_of_the_nearest_age() -> None:
    reference = _reference(_range("any", 10, 20, 1, 11), _range("any", 30, 40, 18))

    assert reference.values(MALE, 14)["Iron"].mean == 15
    assert reference.values(MALE, 16)["Iron"].mean == 35


def test_a_mean_is_that_of_adults() -> None:
    reference = _reference(_range("any", 10, 20, 1, 17), _range("any", 30, 50, 18), mean=33.0, deviation=2.0)

    assert reference.values(MALE, 30)["Iron"].mean == 33
    assert reference.values(MALE, 8)["Iron"].mean == 15


def test_nobody_healthy_lies_far_out() -> None:
    healthy = _reference(_range("any", 50, 150)).values(MALE, 30)["Iron"]

    assert healthy.low == pytest.approx(healthy.mean - TAIL * healthy.deviation)
    assert healthy.high == pytest.approx(healthy.mean + TAIL * healthy.deviation)


def test_values_stay_those_of_a_living_person() -> None:
    assert _reference(_range("any", 0, 100)).values(MALE, 30)["Iron"].low == 1


def test_a_test_of_one_sex_is_not_for_the_other() -> None:
    reference = _reference(_range("male", 0, 4), sex="male")

    assert "Iron" in reference.values(MALE, 60)
    assert "Iron" not in reference.values(FEMALE, 60)


def test_kidney_function_falls_with_age_down_to_what_is_healthy() -> None:
    reference = _reference(roles={"gfr": "Iron"})

    assert reference.values(MALE, 20)["Iron"].mean == 110
    assert reference.values(MALE, 50)["Iron"].mean == 80
    assert reference.values(MALE, 90)["Iron"].mean == 61
    assert reference.values(MALE, 50)["Iron"].low == 61


def test_an_open_range_needs_a_mean() -> None:
    with pytest.raises(CohortError, match="Iron: mean and deviation are needed"):
        _reference(_range("any", 40, NAN)).values(MALE, 30)
