import pytest

from graph.elements import NodeId
from tests.api.reading import problem_of
from tests.api.resources.conftest import STRANGER, Clinic
from tests.api.small import OWN

GLASS = f"/v1/patients/{OWN}/break-glass"
WANTED = f"/v1/patients/{OWN}/recommendations?as_of=2026-03-01"
REASON = "unconscious in the emergency room"


def test_a_broken_glass_opens_the_record_and_everybody_sees_it(clinic: Clinic, own_id: NodeId) -> None:
    problem_of(clinic.ask(STRANGER, "GET", WANTED), 404)

    broken = clinic.ask(STRANGER, "POST", GLASS, {"reason": f"  {REASON} "})

    assert broken.status_code == 201
    assert clinic.ask(STRANGER, "GET", WANTED).status_code == 200
    shown = broken.get_json()
    assert (shown["account"], shown["patient"], shown["reason"]) == (STRANGER, own_id, REASON)
    assert clinic.ask("root", "GET", "/v1/break-glass").get_json()["items"] == [shown]
    seen = clinic.ask("pat", "GET", f"/v1/patients/{OWN}/audit").get_json()
    assert seen["emergencies"] == [shown]
    assert [(row["who"], row["sentence"], row["why"]) for row in seen["items"]] == [
        (STRANGER, f"The clinician {STRANGER} asked which medicines fit you.", "break-glass"),
        (STRANGER, f"The clinician {STRANGER} opened your record in an emergency.", REASON),
    ]
    rows = clinic.ask("root", "GET", "/v1/audit?action=break_glass.open_record").get_json()["items"]
    assert [(row["account"], row["patient"], row["why"], row["status"]) for row in rows] == [(STRANGER, own_id, REASON, 201)]


def test_a_patient_who_is_not_there_has_no_glass(clinic: Clinic) -> None:
    problem_of(clinic.ask(STRANGER, "POST", "/v1/patients/MRN-0/break-glass", {"reason": REASON}), 404)
    assert clinic.ask("root", "GET", "/v1/break-glass").get_json()["items"] == []


@pytest.mark.parametrize("reason", ["", "short", " " * 40, "short     " + " " * 9, "x" * 501, 7, None])
def test_a_reason_is_said_in_words(clinic: Clinic, reason: object) -> None:
    found = problem_of(clinic.ask(STRANGER, "POST", GLASS, {"reason": reason}), 422)

    assert [error["pointer"] for error in found["errors"]] == ["/reason"]
    problem_of(clinic.ask(STRANGER, "GET", WANTED), 404)
