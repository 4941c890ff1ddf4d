from datetime import UTC, datetime, timedelta

import pytest

from graph.elements import NodeId
from tests.api.reading import problem_of
from tests.api.resources.conftest import STRANGER, Clinic
from tests.api.small import OTHER, OWN

WANTED = f"/v1/patients/{OWN}/recommendations?as_of=2026-03-01"


def test_care_opens_a_record_and_its_end_closes_it_at_once(clinic: Clinic, own_id: NodeId) -> None:
    problem_of(clinic.ask(STRANGER, "GET", WANTED), 404)

    given = clinic.ask("root", "POST", "/v1/care", {"account": STRANGER, "patient": OWN})
    assert given.status_code == 201
    relation = given.get_json()
    assert (relation["account"], relation["patient"], relation["by"]) == (STRANGER, own_id, "root")
    assert clinic.ask(STRANGER, "GET", WANTED).status_code == 200

    ended = clinic.ask("root", "DELETE", f"/v1/care/{relation['id']}")
    assert ended.status_code == 200
    assert ended.get_json()["ended"]
    problem_of(clinic.ask(STRANGER, "GET", WANTED), 404)
    listed = clinic.ask("root", "GET", f"/v1/care?account={STRANGER}").get_json()["items"]
    assert listed == [ended.get_json()]
    assert len(clinic.ask("root", "GET", "/v1/care").get_json()["items"]) == 3


def test_who_is_not_in_care_and_who_is_not_there_are_answered_alike(clinic: Clinic, other_id: NodeId) -> None:
    def told(identifier: str) -> dict[str, object]:
        found = problem_of(clinic.ask(STRANGER, "GET", f"/v1/patients/{identifier}/recommendations"), 404)
        return found | {"request_id": ""}

    answers = [told(identifier) for identifier in (OTHER, other_id, "MRN-0", "patient:" + "0" * 24)]

    assert answers[0]["type"] == "urn:rxpath:problem:not-in-care"
    assert all(answer == answers[0] for answer in answers)


def test_care_in_the_past_or_the_future_opens_nothing(clinic: Clinic) -> None:
    today = datetime.now(UTC).date()
    for begins, ends in ((-9, -2), (2, 9)):
        days = {"begins": str(today + timedelta(begins)), "ends": str(today + timedelta(ends))}
        assert clinic.ask("root", "POST", "/v1/care", {"account": STRANGER, "patient": OWN} | days).status_code == 201

    problem_of(clinic.ask(STRANGER, "GET", WANTED), 404)


@pytest.mark.parametrize(
    ("changed", "pointer"),
    [
        ({"account": "pat"}, "/account"),
        ({"account": "nobody"}, "/account"),
        ({"begins": "2026-03-01", "ends": "2026-02-01"}, ""),
        ({"begins": 20260301}, "/begins"),
        ({"ends": "tomorrow"}, "/ends"),
        ({"patient": ""}, "/patient"),
        ({"more": 1}, "/more"),
    ],
)
def test_wrong_fields_are_pointed_at(clinic: Clinic, changed: dict[str, object], pointer: str) -> None:
    found = problem_of(clinic.ask("root", "POST", "/v1/care", {"account": STRANGER, "patient": OWN} | changed), 422)

    assert [error["pointer"] for error in found["errors"]] == [pointer]


def test_nobody_cares_for_nobody(clinic: Clinic) -> None:
    problem_of(clinic.ask("root", "POST", "/v1/care", {"account": STRANGER, "patient": "MRN-0"}), 404)
    problem_of(clinic.ask("root", "DELETE", "/v1/care/none"), 404)
