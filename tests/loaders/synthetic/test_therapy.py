"""What people are given, and how it goes."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from statistics import fmean

import pytest

from loaders.synthetic.ailments import Ailment, Course
from loaders.synthetic.draws import Draws
from loaders.synthetic.formulary import Formulary
from loaders.synthetic.parameters import Parameters
from loaders.synthetic.people import Diagnosis
from loaders.synthetic.screening import Screening
from loaders.synthetic.settings import OutcomeSettings
from loaders.synthetic.therapy import Chart, Prescriber, Therapy
from tests.loaders.synthetic.building import END, FORMULARY, MAN, PARAMETERS, SCREENING, SETTINGS, ailment

GOUT = Diagnosis(0, END - 900, 0, "active")
FLU = Diagnosis(1, END - 300, END - 290, "resolved")
PEOPLE = 300


def _settings(**therapy: object) -> Parameters:
    changed = replace(SETTINGS, therapy=replace(SETTINGS.therapy, **therapy))  # type: ignore[arg-type]
    return replace(PARAMETERS, settings=changed)


def _outcomes(parameters: Parameters = PARAMETERS, **weights: Sequence[float]) -> Parameters:
    outcomes: OutcomeSettings = replace(SETTINGS.outcomes, **weights)  # type: ignore[arg-type]
    return replace(parameters, settings=replace(parameters.settings, outcomes=outcomes))


def _given(
    *diagnoses: Diagnosis,
    parameters: Parameters = PARAMETERS,
    formulary: Formulary = FORMULARY,
    screening: Screening = SCREENING,
    ruled_out: Sequence[str] = (),
    actions: dict[str, str] | None = None,
    people: int = PEOPLE,
) -> list[list[Therapy]]:
    prescriber = Prescriber(parameters, formulary, screening)
    return [
        prescriber.therapies(Chart(MAN, set(ruled_out), actions or {}), diagnoses, Draws(f"t{number}"))
        for number in range(people)
    ]


def _flat(given: list[list[Therapy]]) -> list[Therapy]:
    return [one for therapies in given for one in therapies]


def _ailments(*ailments: Ailment) -> Parameters:
    return replace(PARAMETERS, ailments=ailments)


def test_medicines_are_first_line_ones_of_the_condition() -> None:
    assert {one.medicine for one in _flat(_given(GOUT))} == {"A", "B", "C"}
    assert {one.medicine for one in _flat(_given(FLU))} == {"C"}


def test_what_is_ruled_out_is_not_given() -> None:
    assert {one.medicine for one in _flat(_given(GOUT, ruled_out=["A", "C"]))} == {"B"}
    assert not _flat(_given(FLU, ruled_out=["C"]))


def test_what_a_child_must_not_have_was_not_given_in_childhood() -> None:
    by_age = tuple(frozenset({"A", "B"}) if age < 39 else frozenset[str]() for age in range(61))
    childhood = _given(
        replace(GOUT, start=END - 1100), parameters=_settings(days=1100), screening=replace(SCREENING, by_age=by_age)
    )

    assert all(one.medicine == "C" or one.start >= END - 365 * 2 for one in _flat(childhood))


def test_two_medicines_of_a_severe_interaction_are_never_given() -> None:
    severe = {"A": frozenset("B"), "B": frozenset("A")}
    three = _ailments(ailment("Gout", medicines=3), ailment("Flu"))
    given = _given(GOUT, parameters=three, screening=replace(SCREENING, by_medicine=severe))

    assert all(not {"A", "B"} <= {one.medicine for one in therapies} for therapies in given)
    assert any(len(therapies) == 2 for therapies in given)


def test_nobody_takes_two_medicines_of_one_group() -> None:
    classes = {"A": frozenset({"C09"}), "B": frozenset({"C09"}), "C": frozenset({"M01A"})}
    three = _ailments(ailment("Gout", medicines=3), ailment("Flu"))

    for therapies in _given(GOUT, parameters=three, formulary=replace(FORMULARY, classes=classes)):
        assert len({"A", "B"} & {one.medicine for one in therapies if not one.stop}) <= 1


def test_a_medicine_is_given_once() -> None:
    three = _ailments(ailment("Gout", medicines=3), ailment("Flu", medicines=2))

    assert all(len({one.medicine for one in therapies}) == len(therapies) for therapies in _given(GOUT, FLU, parameters=three))


def test_popular_medicines_are_given_more_often_and_unwanted_ones_never() -> None:
    counts = Counter(
        one.medicine for one in _flat(_given(GOUT, parameters=replace(PARAMETERS, popularity={"A": 8.0, "B": 0.0})))
    )

    assert counts["A"] > 4 * counts["C"] > 0 == counts["B"]


def test_the_share_of_the_treated() -> None:
    half = _ailments(ailment("Gout", treated=0.5), ailment("Flu"))

    assert fmean(bool(therapies) for therapies in _given(GOUT, parameters=half)) == pytest.approx(0.5, abs=0.1)


def test_refuted_and_long_past_conditions_are_not_treated() -> None:
    past = Diagnosis(0, END - 9000, END - 8000, "resolved")

    assert not _flat(_given(replace(GOUT, status="refuted"), past))


def test_therapy_follows_its_diagnosis_and_stays_within_the_records() -> None:
    weights = (1, 1, 1, 1, 1, 1, 1)
    for one in _flat(_given(GOUT, parameters=_outcomes(chronic=weights))):
        assert GOUT.start <= one.start < END
        assert not one.stop or one.start <= one.stop < END


def test_therapies_older_than_the_records_are_left_out() -> None:
    old = replace(GOUT, start=END - 9000)

    assert min(one.start for one in _flat(_given(old))) >= END - 3650


@pytest.mark.parametrize(("outcome", "weights"), [("worse", (0, 0, 0, 1, 0, 0, 0)), ("stopped", (0, 0, 0, 0, 0, 1, 0))])
def test_what_failed_was_stopped_and_something_else_tried(outcome: str, weights: Sequence[float]) -> None:
    given = _given(GOUT, parameters=_outcomes(chronic=weights))

    assert all(one.stop and one.outcome == outcome for one in _flat(given))
    for therapies in given:
        assert all(after.start > before.stop for before, after in pairwise(therapies))
    assert max(len(therapies) for therapies in given) == 3


def test_who_does_not_switch_has_one_try() -> None:
    parameters = _outcomes(_settings(switch=0.0), chronic=(0, 0, 0, 1, 0, 0, 0))

    assert all(len(therapies) == 1 for therapies in _given(GOUT, parameters=parameters))


def test_a_course_for_an_acute_condition_is_short() -> None:
    failed = _outcomes(acute=(0, 0, 0, 1, 0, 0, 0))

    assert all(3 <= one.stop - one.start <= 9 for one in _flat(_given(FLU)))
    assert all(3 <= one.stop - one.start <= 9 for one in _flat(_given(FLU, parameters=failed)))


def test_nobody_recovers_from_what_lasts() -> None:
    recovered = _outcomes(chronic=(1, 0, 0, 0, 0, 0, 0), acute=(1, 0, 0, 0, 0, 0, 0))

    assert {one.outcome for one in _flat(_given(GOUT, parameters=recovered))} == {"improved"}
    assert {one.outcome for one in _flat(_given(FLU, parameters=recovered))} == {"recovered"}


def test_ratings_follow_outcomes_and_the_unknown_is_not_rated() -> None:
    for one in _flat(_given(GOUT, parameters=_outcomes(chronic=(1, 1, 1, 1, 1, 1, 1)))):
        if one.outcome == "unknown":
            assert (one.rating, one.review) == (0, "")
        else:
            low, high = SETTINGS.outcomes.ratings[one.outcome]
            assert low <= one.rating <= high


def test_a_review_names_medicine_and_condition() -> None:
    (one,) = _given(FLU, people=1)[0]

    assert one.review.startswith("Colchicine for my flu, ")


def test_a_medicine_without_known_side_effects_has_none() -> None:
    mixed = _outcomes(chronic=(0, 1, 0, 0, 1, 0, 0))
    harmless = replace(FORMULARY, side_effects={})

    assert "side effect" in {one.outcome for one in _flat(_given(GOUT, parameters=mixed))}
    assert "side effect" not in {one.outcome for one in _flat(_given(GOUT, parameters=mixed, formulary=harmless))}


def _share(outcome: str, actions: dict[str, str]) -> float:
    mixed = _outcomes(_settings(switch=0.0), chronic=(0, 4, 1, 0, 1, 0, 0))
    found = _flat(_given(GOUT, parameters=mixed, actions=actions, people=600))
    return fmean(one.outcome == outcome for one in found)


@pytest.mark.parametrize(
    ("action", "outcome"), [("avoid", "side effect"), ("reduce", "side effect"), ("increase", "unchanged")]
)
def test_genes_that_speak_against_a_medicine_are_felt(action: str, outcome: str) -> None:
    assert _share(outcome, dict.fromkeys("ABC", action)) > 1.5 * _share(outcome, {})


def test_who_takes_it_faithfully_fares_better() -> None:
    found = _flat(_given(GOUT, parameters=_outcomes(_settings(switch=0.0), chronic=(0, 1, 1, 0, 0, 0, 0)), people=1500))
    faithful = [one.outcome == "improved" for one in found if one.adherence > 0.8]
    others = [one.outcome == "improved" for one in found if one.adherence < 0.6]

    assert fmean(faithful) > fmean(others) + 0.1
    assert all(0 <= one.adherence <= 1 for one in found)


def test_therapies_are_in_the_order_of_their_start() -> None:
    for therapies in _given(FLU, GOUT):
        assert [one.start for one in therapies] == sorted(one.start for one in therapies)


def test_acute_courses_are_kept_more_faithfully() -> None:
    acute = _ailments(ailment("Gout", course=Course.ACUTE), ailment("Flu", course=Course.ACUTE))

    assert fmean(one.adherence for one in _flat(_given(FLU, parameters=acute))) > fmean(
        one.adherence for one in _flat(_given(GOUT))
    )
