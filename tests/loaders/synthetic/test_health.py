"""Which conditions people have: the rates hold, the links lift, and what excludes excludes."""

from collections.abc import Mapping, Sequence
from statistics import fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loaders.synthetic.ailments import Ailment
from loaders.synthetic.draws import Draws
from loaders.synthetic.health import Chances, Health
from loaders.synthetic.tables import CohortError
from tests.loaders.synthetic.building import ailment

PEOPLE = 6000
Links = Mapping[tuple[str, str], float]


def _people(ailments: Sequence[Ailment], links: Links) -> list[set[str]]:
    health = Health(ailments, links, bands=2)
    return [{ailments[index].condition for index in health.draw(Draws(f"p{n}"), n % 2, 1)} for n in range(PEOPLE)]


def _share(people: Sequence[set[str]], condition: str) -> float:
    return fmean(condition in person for person in people)


def test_the_fitted_odds_can_be_worked_by_hand() -> None:
    # Half of the crowd has a cause of odds ratio 4. With odds 1/2 without it the shares are 1/3 and 2/3, half on average.
    chances = Chances(0.5, {1: 4.0}, {0: 300, 1: 300})

    assert chances[0] == pytest.approx(1 / 3)
    assert chances[1] == pytest.approx(2 / 3)


@given(
    st.floats(0.001, 0.7),
    st.dictionaries(st.sampled_from([1, 2, 4]), st.floats(0.2, 20), max_size=3),
    st.dictionaries(st.integers(0, 7), st.integers(1, 200), min_size=1),
)
def test_the_crowd_has_the_rate_on_average(rate: float, factors: dict[int, float], crowd: dict[int, int]) -> None:
    chances = Chances(rate, factors, crowd)

    mean = sum(people * chances[causes] for causes, people in crowd.items()) / sum(crowd.values())

    assert mean == pytest.approx(rate, abs=1e-6)


@given(st.floats(0.01, 0.5), st.floats(1.5, 10))
def test_the_ratio_of_the_odds_is_that_of_the_link(rate: float, ratio: float) -> None:
    chances = Chances(rate, {1: ratio}, {0: 70, 1: 30})
    without, with_cause = chances[0], chances[1]

    assert with_cause / (1 - with_cause) == pytest.approx(ratio * without / (1 - without))


def test_causes_that_the_crowd_lacks_are_answered_too() -> None:
    assert Chances(0.1, {1: 2.0, 2: 3.0}, {0: 1})[3] == pytest.approx(6 / 9 / (1 + 6 / 9))


def test_rates_hold_whatever_the_links() -> None:
    ailments = [ailment("Weight", 0.3), ailment("Sugar", 0.2), ailment("Pressure", 0.4), ailment("Heart", 0.1)]
    links = {
        ("Weight", "Sugar"): 5.0,
        ("Weight", "Pressure"): 3.0,
        ("Sugar", "Pressure"): 4.0,
        ("Sugar", "Heart"): 4.0,
        ("Pressure", "Heart"): 6.0,
    }

    people = _people(ailments, links)

    for one in ailments:
        assert _share(people, one.condition) == pytest.approx(one.rates[0][1], abs=0.025)


def test_a_cause_lifts_what_it_causes() -> None:
    people = _people([ailment("Smoke", 0.3), ailment("Lungs", 0.1)], {("Smoke", "Lungs"): 8.0})
    smokers = [person for person in people if "Smoke" in person]

    assert _share(smokers, "Lungs") > 2 * _share(people, "Lungs")


def test_several_requirements_of_one_ailment_do_not_upset_the_others() -> None:
    ailments = [ailment(name, 0.3) for name in "ABC"] + [ailment("Late", 0.5, requires=("A", "B", "C")), ailment("Next", 0.3)]
    links = {("A", "Next"): 9.0, ("B", "Next"): 9.0, ("C", "Next"): 9.0}

    people = _people(ailments, links)

    assert _share(people, "Next") == pytest.approx(0.3, abs=0.025)


def test_a_requirement_is_always_met_and_the_rate_is_of_those_who_meet_it() -> None:
    people = _people([ailment("Sugar", 0.3), ailment("Eyes", 0.4, requires=("Sugar",))], {})
    diabetic = [person for person in people if "Sugar" in person]

    assert all("Sugar" in person for person in people if "Eyes" in person)
    assert _share(diabetic, "Eyes") == pytest.approx(0.4, abs=0.05)


def test_a_ratio_of_zero_excludes() -> None:
    people = _people([ailment("One", 0.3), ailment("Other", 0.3)], {("One", "Other"): 0.0})

    assert not any({"One", "Other"} <= person for person in people)
    assert _share(people, "Other") == pytest.approx(0.3, abs=0.025)


def test_a_rate_that_cannot_be_reached_is_reported() -> None:
    with pytest.raises(CohortError, match=r"Other: other conditions exclude it too often for 50.00% of females in age band 0"):
        Health([ailment("One", 0.6), ailment("Other", 0.5)], {("One", "Other"): 0.0}, bands=2)


def test_a_rate_of_nothing_is_nobody() -> None:
    people = _people([ailment("Never", 0.0)], {})

    assert people.count(set()) == PEOPLE


def test_ailments_without_a_link_are_independent() -> None:
    people = _people([ailment("A", 0.5), ailment("B", 0.5), ailment("Child", 0.2)], {("A", "Child"): 2.0, ("B", "Child"): 2.0})

    assert fmean({"A", "B"} <= person for person in people) == pytest.approx(0.25, abs=0.025)
