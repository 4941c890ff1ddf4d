"""Who people are and what they had when."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loaders.synthetic.ailments import Ailment, Course
from loaders.synthetic.draws import Draws
from loaders.synthetic.health import Health
from loaders.synthetic.parameters import Parameters
from loaders.synthetic.people import Person, Population
from loaders.synthetic.settings import HistorySettings
from tests.loaders.synthetic.building import END, PARAMETERS, WOMAN, ailment

EVERYBODY = 0.999


def _population(*ailments: Ailment, refuted: float = 0.0) -> Population:
    history = HistorySettings(acute_days=1000, refuted=refuted)
    settings = replace(PARAMETERS.settings, history=history)
    parameters: Parameters = replace(PARAMETERS, settings=settings, ailments=ailments)
    return Population(parameters, Health(ailments, {}, bands=2))


def _people(count: int) -> list[Person]:
    population = _population(ailment("Gout"))
    return [population.person(number, Draws(f"1/{number}")) for number in range(1, count + 1)]


def test_ids_are_numbered() -> None:
    population = _population(ailment("Gout"))

    assert [population.person(n, Draws("x")).patient for n in (7, 1_000_000)] == ["SYN-000007", "SYN-1000000"]


def test_ages_and_sexes_follow_the_shares() -> None:
    people = _people(3000)

    assert sum(person.age < 18 for person in people) / 3000 == pytest.approx(0.25, abs=0.03)
    assert sum(person.sex == 0 for person in people) / 3000 == pytest.approx(0.5, abs=0.03)
    assert max(person.age for person in people) <= 60


def test_the_band_is_that_of_the_age() -> None:
    assert all(person.band == (person.age >= 18) for person in _people(300))


def test_a_year_of_birth_tells_the_age() -> None:
    for person in _people(300):
        completed = (END - person.born) // 365.2425

        assert person.born < END
        assert completed == person.age


@given(st.integers(0, 200))
def test_chronic_conditions_begin_after_birth_and_last(number: int) -> None:
    for found in _population(ailment("Gout", EVERYBODY)).diagnoses(WOMAN, Draws(f"c{number}")):
        assert WOMAN.born <= found.start < END
        assert (found.stop, found.status) == (0, "active")


@given(st.integers(0, 200))
def test_resolved_conditions_end_after_they_began(number: int) -> None:
    for found in _population(ailment("Gout", EVERYBODY, resolved=1.0)).diagnoses(WOMAN, Draws(f"r{number}")):
        assert found.status == "active" or found.start < found.stop < END


@given(st.integers(0, 200))
def test_acute_conditions_are_recent_and_short(number: int) -> None:
    for found in _population(ailment("Flu", EVERYBODY, Course.ACUTE, days=10)).diagnoses(WOMAN, Draws(f"a{number}")):
        assert END - 1000 <= found.start < END
        assert (found.status == "resolved") == bool(found.stop)
        assert not found.stop or 2 <= found.stop - found.start <= 17


def test_an_ailment_of_late_life_begins_late() -> None:
    late = ailment("Late", rates=((0.0, 0.5), (0.0, 0.5)))
    population = _population(late)
    starts = [found.start for n in range(400) for found in population.diagnoses(WOMAN, Draws(f"l{n}"))]

    assert min(starts) > WOMAN.born + 17 * 365


def test_what_is_required_begins_first() -> None:
    population = _population(ailment("Sugar", EVERYBODY), ailment("Eyes", EVERYBODY, requires=("Sugar",)))

    for number in range(100):
        found = population.diagnoses(WOMAN, Draws(f"q{number}"))
        if len(found) == 2:
            assert found[0].start <= found[1].start


def test_suspicions_are_refuted_and_not_repeated() -> None:
    population = _population(ailment("Gout", 0.5), ailment("Flu", 0.5, Course.ACUTE), refuted=1.0)
    people = [population.diagnoses(WOMAN, Draws(f"s{number}")) for number in range(200)]
    refuted = [one for found in people for one in found if one.status == "refuted"]

    assert refuted
    assert all(WOMAN.born <= one.start <= one.stop < END for one in refuted)
    assert all(len({one.index for one in found}) == len(found) for found in people)


def test_what_somebody_has_is_not_refuted() -> None:
    population = _population(ailment("Gout", EVERYBODY), refuted=1.0)
    people = [population.diagnoses(WOMAN, Draws(f"h{number}")) for number in range(200)]

    assert sum(one.status == "active" for found in people for one in found) >= 195


def test_onset_is_spread_over_the_years_in_which_an_ailment_spreads() -> None:
    population = _population(ailment("Late", rates=((0.0, 0.5), (0.0, 0.5))))
    starts = [found.start for number in range(1000) for found in population.diagnoses(WOMAN, Draws(f"o{number}"))]

    # From 18 to 40 the rate rises in a straight line: every tenth of that time sees a tenth of the onsets.
    assert sum(start > END - 800 for start in starts) / len(starts) == pytest.approx(0.1, abs=0.05)


def test_a_state_lasts_until_now() -> None:
    population = _population(ailment("Pregnancy", EVERYBODY, Course.STATE, days=280))
    (found,) = population.diagnoses(WOMAN, Draws("state"))

    assert END - 280 <= found.start < END
    assert (found.stop, found.status) == (0, "active")
