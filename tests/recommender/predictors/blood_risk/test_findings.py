"""The floor: what a value calls for by its range, its sign and its panic values, and nothing less."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.predictors.blood_risk.findings import find
from recommender.predictors.blood_risk.tiers import Tier
from tests.recommender.predictors.blood_risk.clinic import CONFIG, SIGNS, panel


@pytest.mark.parametrize(
    ("name", "value", "tier", "panic"),
    [
        ("sugar", 70, Tier.NONE, False),
        ("sugar", 99, Tier.NONE, False),
        ("sugar", 99.5, Tier.LIFESTYLE, False),
        ("sugar", 100, Tier.LIFESTYLE, False),
        ("sugar", 125.9, Tier.LIFESTYLE, False),
        ("sugar", 126, Tier.CONSULT, False),
        ("sugar", 449, Tier.CONSULT, False),
        ("sugar", 450, Tier.CONSULT, True),
        # No sign below: 14.5 under the range of 29 is half its width.
        ("sugar", 69, Tier.LIFESTYLE, False),
        ("sugar", 55.6, Tier.LIFESTYLE, False),
        ("sugar", 55.4, Tier.CONSULT, False),
        ("sugar", 50, Tier.CONSULT, True),
        ("salt", 5.1, Tier.LIFESTYLE, False),
        ("salt", 5.8, Tier.CONSULT, False),
        ("salt", 6.2, Tier.CONSULT, True),
        # A range with one end has that as its width, and a sign speaks for the whole side.
        ("fat", 100, Tier.NONE, False),
        ("fat", 159, Tier.LIFESTYLE, False),
        ("fat", 160, Tier.CONSULT, False),
    ],
)
def test_what_a_value_calls_for(name: str, value: float, tier: Tier, panic: bool) -> None:
    [finding] = find(panel(**{name: value}), SIGNS, CONFIG)

    assert (finding.tier, finding.panic) == (tier, panic)
    assert finding.outside == (tier > Tier.NONE)


def test_what_is_low_for_a_man_is_not_for_a_woman_or_for_someone_of_unknown_sex() -> None:
    tiers = {sex: find(panel(sex, iron=13), SIGNS, CONFIG)[0].tier for sex in ("female", "male", None)}

    assert tiers == {"female": Tier.NONE, "male": Tier.LIFESTYLE, None: Tier.NONE}


def test_a_child_is_not_judged_by_signs_or_ranges_of_adults() -> None:
    assert find(panel("female", 10, sugar=130, fat=200), SIGNS, CONFIG) == ()
    [finding] = find(panel("female", 10, salt=6.3), SIGNS, CONFIG)
    assert (finding.tier, finding.panic) == (Tier.CONSULT, False)
    assert find(panel("female", 40, salt=6.3), SIGNS, CONFIG)[0].panic


def test_panic_values_come_first_and_then_the_gravest() -> None:
    found = find(panel(fat=170, iron=11, salt=6.4, sugar=80), SIGNS, CONFIG)

    assert [finding.value.record for finding in found] == ["salt", "fat", "iron", "sugar"]


def test_a_finding_says_where_the_value_lies_and_what_it_points_at() -> None:
    high, usual, panic = (find(panel(sugar=value), SIGNS, CONFIG)[0] for value in (130, 80, 30))

    assert high.why == "Fasting glucose 130 mg/dL: above its range, which ends at 99"
    assert usual.why == "Fasting glucose 80 mg/dL: within its range"
    assert "a critical value, seek care now" in panic.why
    assert high.payload()["points_at"] == "ICD10CM:E11"
    assert high.payload()["advice"] == "Consult a healthcare professional"
    assert usual.payload()["points_at"] is None


@given(st.floats(1, 1000), st.floats(1, 1000))
def test_higher_above_the_range_is_never_less(one: float, other: float) -> None:
    low, high = sorted((max(one, 99.0), max(other, 99.0)))
    first, second = (find(panel(sugar=value), SIGNS, CONFIG)[0].tier for value in (low, high))

    assert first <= second


@given(st.floats(0, 1000))
def test_outside_its_range_no_value_goes_without_advice(value: float) -> None:
    [finding] = find(panel(sugar=value), (), CONFIG)

    assert (finding.tier > Tier.NONE) == (value < 70 or value > 99)
