"""What a patient comes with."""

from datetime import date
from typing import Any

import pytest

from graph.elements import EdgeKind
from recommender.errors import CaseError
from recommender.predictors.conditions.presentation import presentation_of, read_presentation
from recommender.record import Fact, PatientRecord
from tests.recommender.conftest import Graph

TODAY = date(2024, 6, 1)


def test_a_case_like_any_other_is_read_as_ever(clinic: Graph) -> None:
    given = read_presentation(
        {"age": 40, "sex": "female", "symptoms": ["fever"], "conditions": ["flu"]}, clinic.snapshot, TODAY
    )

    assert (given.record.age, given.record.sex) == (40, "female")
    assert given.present == {clinic.number("Y:fever"): "/symptoms/0"}
    assert given.known() == {clinic.number("C:flu")}


def test_free_text_adds_what_is_there_and_what_is_denied(clinic: Graph) -> None:
    case = {"text": "I keep coughing but no fever. My mother had angina pectoris.", "symptoms": ["headache"]}
    given = read_presentation(case, clinic.snapshot, TODAY)

    assert given.present == {clinic.number("Y:headache"): "/symptoms/0", clinic.number("Y:cough"): "/text"}
    assert given.absent == {clinic.number("Y:fever"): "/text"}
    assert given.family == {clinic.number("C:angina")}


def test_a_symptom_that_is_told_and_denied_is_there(clinic: Graph) -> None:
    given = read_presentation({"symptoms": ["fever"], "absent": ["high temperature", "cough"]}, clinic.snapshot, TODAY)

    assert clinic.ids(given.present) == ["Y:fever"]
    assert clinic.ids(given.absent) == ["Y:cough"]
    assert given.notes == ("1 symptom(s) both told and denied: taken as there",)


def test_doubtful_symptoms_are_left_out_and_said_to_be(clinic: Graph) -> None:
    given = read_presentation({"text": "possible fever"}, clinic.snapshot, TODAY)

    assert (given.present, given.absent) == ({}, {})
    assert given.notes == ("symptoms that the text is not sure of are not counted",)


def test_imaging_reports_affirm_and_deny(clinic: Graph) -> None:
    case = {"imaging": ["No sign of influenza. Prostatitis.", "History of UTI. Possible angina pectoris."]}
    given = read_presentation(case, clinic.snapshot, TODAY)

    assert given.imaging == {clinic.number("C:flu"): False, clinic.number("ICD10CM:N41"): True}


def test_one_report_that_affirms_outweighs_one_that_denies(clinic: Graph) -> None:
    given = read_presentation({"imaging": ["Influenza.", "No influenza."]}, clinic.snapshot, TODAY)

    assert given.imaging == {clinic.number("C:flu"): True}


def test_family_history_resolves_or_is_listed(clinic: Graph) -> None:
    given = read_presentation({"family_history": ["flu", "influensa", "gout"]}, clinic.snapshot, TODAY)

    assert given.family == {clinic.number("C:flu")}
    assert [(item.pointer, item.kind) for item in given.unresolved] == [("/family_history/2", "condition")]


@pytest.mark.parametrize(("hours", "word"), [(5, "short"), (5.9, "short"), (6, "normal"), (9, "normal"), (9.5, "long")])
def test_sleep_is_told_in_hours(clinic: Graph, hours: float, word: str) -> None:
    given = read_presentation({"lifestyle": {"sleep": hours, "smoking": "current", "diet": None}}, clinic.snapshot, TODAY)

    assert given.lifestyle == {"sleep": word, "smoking": "current"}


@pytest.mark.parametrize(
    ("case", "pointer"),
    [
        ([], ""),
        ("flu", ""),
        ({"mood": "good"}, "/mood"),
        ({"a/b~": 1}, "/a~1b~0"),
        ({"age": -1}, "/age"),
        ({"text": 5}, "/text"),
        ({"text": "x" * 20_001}, "/text"),
        ({"lifestyle": []}, "/lifestyle"),
        ({"lifestyle": {"hobby": "chess"}}, "/lifestyle"),
        ({"lifestyle": {"smoking": "yes"}}, "/lifestyle/smoking"),
        ({"lifestyle": {"smoking": ["current"]}}, "/lifestyle/smoking"),
        ({"lifestyle": {"sleep": True}}, "/lifestyle/sleep"),
        ({"lifestyle": {"sleep": 25}}, "/lifestyle/sleep"),
        ({"lifestyle": {"sleep": float("nan")}}, "/lifestyle/sleep"),
        ({"lifestyle": {"sleep": "short"}}, "/lifestyle/sleep"),
        ({"family_history": "flu"}, "/family_history"),
        ({"family_history": [{}]}, "/family_history/0"),
        ({"absent": ["", "fever"]}, "/absent/0"),
        ({"absent": ["fever"] * 51}, "/absent"),
        ({"imaging": [7]}, "/imaging/0"),
    ],
)
def test_what_cannot_be_understood_is_refused_with_a_pointer(clinic: Graph, case: Any, pointer: str) -> None:
    with pytest.raises(CaseError) as caught:
        read_presentation(case, clinic.snapshot, TODAY)

    assert caught.value.pointer == pointer


def test_an_unknown_field_is_told_all_that_are_known(clinic: Graph) -> None:
    with pytest.raises(CaseError, match=r"symptoms.*lifestyle"):
        read_presentation({"mood": "good"}, clinic.snapshot, TODAY)


def test_no_error_repeats_what_a_patient_said(clinic: Graph) -> None:
    with pytest.raises(CaseError) as caught:
        read_presentation({"lifestyle": {"alcohol": "two bottles of gin"}}, clinic.snapshot, TODAY)

    assert "gin" not in str(caught.value)


def test_a_record_presents_with_its_active_symptoms(clinic: Graph) -> None:
    fever, cough, flu, cold = (clinic.number(i) for i in ("Y:fever", "Y:cough", "C:flu", "C:cold"))
    facts = (
        Fact(EdgeKind.HAS_SYMPTOM, fever, True, "a"),
        Fact(EdgeKind.HAS_SYMPTOM, cough, False, "b"),
        Fact(EdgeKind.HAS_DIAGNOSIS, flu, True, "c"),
        Fact(EdgeKind.HAS_DIAGNOSIS, cold, False, "d", {"status": "refuted"}),
    )
    given = presentation_of(PatientRecord(None, 40, "male", None, None, facts))

    assert given.present == {fever: "a"}
    assert (set(given.known()), set(given.refuted())) == ({flu}, {cold})
