from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest

from graph.elements import NodeId
from tests.api.reading import problem_of
from tests.api.resources.conftest import STRANGER, Clinic
from tests.api.small import OTHER, OWN

CONSENTS = f"/v1/patients/{OWN}/consents"


def asked(clinic: Clinic, query: str = "") -> list[dict[str, object]]:
    answer = clinic.ask("root", "GET", f"/v1/audit?{query}")
    assert answer.status_code == 200, answer.data
    found: list[dict[str, object]] = answer.get_json()["items"]
    return found


def moment(hours: int) -> str:
    """So many hours from now, as it stands in an address."""
    return quote((datetime.now(UTC) + timedelta(hours=hours)).isoformat())


def test_each_filter_narrows(clinic: Clinic, own_id: NodeId, other_id: NodeId) -> None:
    clinic.ask("dr.ada", "GET", CONSENTS)
    clinic.ask("pat", "GET", CONSENTS)
    clinic.ask("dr.ada", "GET", f"/v1/patients/{OTHER}/consents/history")
    clinic.ask(STRANGER, "GET", CONSENTS)
    clinic.ask("", "GET", CONSENTS)

    everything = asked(clinic)
    assert [row["number"] for row in everything] == [5, 4, 3, 2, 1]
    assert [row["status"] for row in everything] == [401, 404, 200, 200, 200]
    assert [row["patient"] for row in everything] == [None, None, other_id, own_id, own_id]
    assert [row["account"] for row in everything if row["number"] != 2] == ["", STRANGER, "dr.ada", "dr.ada"]
    assert {row["address"] for row in everything if row["number"] != 2} == {"127.0.0.1"}
    # The patient's own name and place are words that stand for them.
    own = everything[3]
    assert (own["role"], str(own["account"])[:8], str(own["address"])[:8]) == ("user", "account-", "address-")
    for query, numbers in (
        (f"patient={OWN}", [2, 1]),
        (f"patient={own_id}&account=dr.ada", [1]),
        ("account=pat", [2]),
        ("account=dr.ada", [3, 1]),
        ("action=consents.history", [3]),
        (f"to={moment(-1)}", []),
        (f"from={moment(-1)}&to={moment(1)}&before=6", [5, 4, 3, 2, 1]),
        (f"from={datetime.now(UTC).date()}&before=3", [2, 1]),
        ("limit=2&before=4", [3, 2]),
    ):
        assert [row["number"] for row in asked(clinic, query)] == numbers, query


def test_pages_lead_to_the_first_row(clinic: Clinic) -> None:
    for _ in range(7):
        clinic.ask("dr.ada", "GET", CONSENTS)
    seen: list[int] = []
    before = ""
    while True:
        page = clinic.ask("root", "GET", f"/v1/audit?limit=3&action=consents.read{before}").get_json()
        seen += [row["number"] for row in page["items"]]
        if page["before"] is None:
            break
        before = f"&before={page['before']}"

    assert seen == [7, 6, 5, 4, 3, 2, 1]


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("from=yesterday", "/from"),
        ("to=1700000000", "/to"),
        ("before=0", "/before"),
        ("limit=1001", "/limit"),
        ("since=1", "/since"),
    ],
)
def test_wrong_parameters_are_pointed_at(clinic: Clinic, query: str, pointer: str) -> None:
    found = problem_of(clinic.ask("root", "GET", f"/v1/audit?{query}"), 422)

    assert [error["pointer"] for error in found["errors"]] == [pointer]


def test_patients_read_in_plain_words_who_saw_their_record(clinic: Clinic) -> None:
    body = clinic.ask("dr.ada", "GET", CONSENTS)
    clinic.ask("dr.ada", "PUT", CONSENTS, body.get_json()["purposes"], If_Match=body.headers["ETag"])
    clinic.ask("dr.ada", "PUT", CONSENTS, body.get_json()["purposes"])
    clinic.ask("pat", "GET", CONSENTS)
    clinic.ask("root", "POST", "/v1/care", {"account": STRANGER, "patient": OWN})

    seen = clinic.ask("pat", "GET", f"/v1/patients/{OWN}/audit").get_json()

    assert seen["emergencies"] == []
    assert [(row["who"], row["sentence"], row["allowed"]) for row in seen["items"]] == [
        ("root", "The administrator root let a clinician see your record.", True),
        ("you", "You read what you consent to.", True),
        ("dr.ada", "The clinician dr.ada tried to change what you consent to, without success.", False),
        ("dr.ada", "The clinician dr.ada changed what you consent to.", True),
        ("dr.ada", "The clinician dr.ada read what you consent to.", True),
    ]
    by_admin = clinic.ask("root", "GET", f"/v1/patients/{OWN}/audit?limit=1&before={seen['items'][0]['number']}").get_json()
    assert [row["who"] for row in by_admin["items"]] == ["you"]


def test_nobody_reads_anothers(clinic: Clinic) -> None:
    problem_of(clinic.ask("pat", "GET", f"/v1/patients/{OTHER}/audit"), 403)
    problem_of(clinic.ask("root", "GET", "/v1/patients/MRN-0/audit"), 404)
    problem_of(clinic.ask("root", "GET", "/v1/audit?patient=MRN-0"), 404)
