from typing import Any

import pytest

from graph.consents import Purpose, refused
from graph.elements import NodeId
from graph.embedded_store import EmbeddedStore
from tests.api.reading import problem_of
from tests.api.resources.conftest import STRANGER, Clinic
from tests.api.small import OTHER, OWN

CONSENTS = f"/v1/patients/{OWN}/consents"
ALL = {"treatment": True, "learning": True, "research": True, "sharing": True}
DAY = "as_of=2026-03-01"


def change(clinic: Clinic, who: str, **purposes: bool) -> Any:
    read = clinic.ask(who, "GET", CONSENTS)
    answer = clinic.ask(who, "PUT", CONSENTS, read.get_json()["purposes"] | purposes, If_Match=read.headers["ETag"])
    assert answer.status_code == 200, answer.data
    return answer.get_json()


def test_what_is_withdrawn_and_given_again_is_told_with_its_history(clinic: Clinic, own_id: NodeId) -> None:
    assert clinic.ask("pat", "GET", CONSENTS).get_json() == {"version": 0, "purposes": ALL}

    first = change(clinic, "pat", learning=False, sharing=False)
    second = change(clinic, "dr.ada", learning=True)

    assert first == {"version": 1, "purposes": ALL | {"learning": False, "sharing": False}}
    assert second == {"version": 2, "purposes": ALL | {"sharing": False}}
    history = clinic.ask("pat", "GET", f"{CONSENTS}/history").get_json()["items"]
    assert [(c["version"], c["purpose"], c["given"], c["by"], c["role"]) for c in history] == [
        (2, "learning", True, "dr.ada", "clinician"),
        (1, "learning", False, "pat", "user"),
        (1, "sharing", False, "pat", "user"),
    ]
    # Where training reads it.
    assert refused(EmbeddedStore(clinic.settings.graph.home / "graph.sqlite").node(own_id)) == {Purpose.SHARING}


def test_the_record_stays_as_it_is(clinic: Clinic, own_id: NodeId) -> None:
    wanted = f"/v1/patients/{OWN}/recommendations?{DAY}"
    before = clinic.ask("dr.ada", "GET", wanted).data

    change(clinic, "pat", learning=False)

    assert clinic.ask("dr.ada", "GET", wanted).data == before


def test_nothing_that_changes_nothing_is_a_version(clinic: Clinic) -> None:
    assert change(clinic, "pat") == {"version": 0, "purposes": ALL}


def test_without_consent_to_treatment_a_clinician_is_refused_and_the_patient_is_not(clinic: Clinic) -> None:
    wanted = f"/v1/patients/{OWN}/recommendations?{DAY}"
    change(clinic, "pat", treatment=False)

    found = problem_of(clinic.ask("dr.ada", "GET", wanted), 403)
    assert found["type"] == "urn:rxpath:problem:no-consent"
    assert clinic.ask("pat", "GET", wanted).status_code == 200
    # A glass opens the record, and not what the patient refuses.
    assert clinic.ask(STRANGER, "POST", f"/v1/patients/{OWN}/break-glass", {"reason": "an emergency"}).status_code == 201
    problem_of(clinic.ask(STRANGER, "GET", wanted), 403)

    change(clinic, "pat", treatment=True)
    assert clinic.ask("dr.ada", "GET", wanted).status_code == 200


def test_without_consent_to_research_a_patient_is_not_there_for_analysts(clinic: Clinic, own_id: NodeId) -> None:
    wanted = f"/v1/patients/{own_id}/recommendations?{DAY}"
    assert clinic.ask("ana", "GET", wanted).status_code == 200

    change(clinic, "pat", research=False)

    refusal = problem_of(clinic.ask("ana", "GET", wanted), 404)
    unknown = problem_of(clinic.ask("ana", "GET", f"/v1/patients/patient:{'0' * 24}/recommendations"), 404)
    assert refusal | {"request_id": ""} == unknown | {"request_id": ""}
    assert clinic.ask("dr.ada", "GET", wanted).status_code == 200


def test_a_change_says_what_it_changes(clinic: Clinic) -> None:
    tag = clinic.ask("pat", "GET", CONSENTS).headers["ETag"]
    problem_of(clinic.ask("pat", "PUT", CONSENTS, ALL), 428)
    change(clinic, "pat", sharing=False)

    problem_of(clinic.ask("pat", "PUT", CONSENTS, ALL, If_Match=tag), 412)

    assert clinic.ask("pat", "GET", CONSENTS).get_json()["purposes"]["sharing"] is False
    assert clinic.ask("pat", "GET", CONSENTS, If_None_Match=tag).status_code == 200


@pytest.mark.parametrize(
    ("who", "identifier", "status"),
    [("pat", OTHER, 403), (STRANGER, OWN, 404), ("ana", OWN, 403), ("root", OWN, 403), ("", OWN, 401)],
)
def test_nobody_else_reads_or_changes_it(clinic: Clinic, who: str, identifier: str, status: int) -> None:
    problem_of(clinic.ask(who, "GET", f"/v1/patients/{identifier}/consents"), status)
    problem_of(clinic.ask(who, "PUT", f"/v1/patients/{identifier}/consents", ALL), status)
    problem_of(clinic.ask(who, "GET", f"/v1/patients/{identifier}/consents/history"), status)


@pytest.mark.parametrize(
    "body", [{}, {"learning": False}, ALL | {"profit": True}, ALL | {"learning": "no"}, ALL | {"learning": None}]
)
def test_each_purpose_is_said(clinic: Clinic, body: dict[str, object]) -> None:
    tag = clinic.ask("pat", "GET", CONSENTS).headers["ETag"]

    problem_of(clinic.ask("pat", "PUT", CONSENTS, body, If_Match=tag), 422)
