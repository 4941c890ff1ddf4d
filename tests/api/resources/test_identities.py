"""Lists, search and identities over HTTP: who sees whom, and nobody a name that is not theirs to see."""

import logging
from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from api.accounts import AccountStore, Role
from api.settings import Settings
from api.wiring import wire
from graph.elements import NodeId
from tests.api.conftest import give_care, sign_in
from tests.api.reading import problem_of
from tests.api.small import NAMES

ADA = {
    "family": "Zebrafever",
    "given": "Ada José",
    "birth_date": "1961-12-10",
    "numbers": [{"system": "ward", "value": "ZEB-1815"}],
    "phone": "+49 555 0199 zebra",
    "mail": "zebra@example.org",
    "address": "Zebra Street 7",
}
CANARIES = ("Zebrafever", "ZEB-1815", "555 0199", "zebra@example.org", "Zebra Street", "1961-12-10")
As = Callable[[Role], dict[str, str]]


@pytest.fixture
def as_own(own_client: FlaskClient) -> As:
    """Headers of a role's token for the service of one test alone."""
    return {role: sign_in(own_client, name) for role, name in NAMES.items()}.__getitem__


@pytest.fixture
def settings(settings: Settings, tmp_path: Path) -> Settings:
    """With the identities in the database of one test alone."""
    made = Settings.from_environment(
        {"RXPATH_HOME": str(settings.graph.home), "RXPATH_DATABASE": f"sqlite:///{tmp_path / 'accounts.sqlite'}"}
    )
    give_care(made)
    return made


def put(client: FlaskClient, headers: dict[str, str], patient: str, body: object = ADA, **more: str) -> str:
    answer = client.put(f"/v1/patients/{patient}/identity", json=body, headers=headers | more)
    assert answer.status_code == 200, answer.data
    return str(answer.headers["ETag"])


def test_an_identity_is_kept_read_changed_and_removed(own_client: FlaskClient, as_own: As, own_id: NodeId) -> None:
    clinician, address = as_own(Role.CLINICIAN), f"/v1/patients/{own_id}/identity"

    problem_of(own_client.get(address, headers=clinician), 404)
    tag = put(own_client, clinician, own_id)
    assert own_client.get(address, headers=clinician).get_json() == ADA
    assert own_client.get(address, headers=clinician).headers["ETag"] == tag
    assert own_client.get(address, headers=clinician | {"If-None-Match": tag}).status_code == 304

    changed = ADA | {"phone": ""}
    problem_of(own_client.put(address, json=changed, headers=clinician), 428)
    new = put(own_client, as_own(Role.USER), own_id, changed, **{"If-Match": tag})
    problem_of(own_client.put(address, json=ADA, headers=clinician | {"If-Match": tag}), 412)
    assert own_client.get(address, headers=clinician).get_json() == changed

    problem_of(own_client.delete(address, headers=clinician), 428)
    problem_of(own_client.delete(address, headers=clinician | {"If-Match": tag}), 412)
    assert own_client.delete(address, headers=clinician | {"If-Match": new}).status_code == 204
    problem_of(own_client.get(address, headers=clinician), 404)
    problem_of(own_client.put(address, json=ADA, headers=clinician | {"If-Match": new}), 412)


def test_a_patient_is_found_by_name_number_and_birth_date(
    own_client: FlaskClient, as_own: As, own_id: NodeId, other_id: NodeId
) -> None:
    clinician = as_own(Role.CLINICIAN)
    put(own_client, clinician, own_id)
    put(own_client, clinician, other_id, {"family": "Zebra-Fever", "given": "Jose"})

    def found(q: str, role: Role = Role.CLINICIAN) -> set[str]:
        answer = own_client.post("/v1/patient-search", json={"q": q}, headers=as_own(role))
        assert answer.status_code == 200, answer.data
        return {item["id"] for item in answer.get_json()["items"]}

    for q in ("zebrafever", "ZEBRAFEVER ada", "jose zebrafever", "zeb1815", "ZEB-1815", "1961-12-10", "Ada 1961-12-10"):
        assert found(q) == {own_id}, q
    assert found("josé") == {own_id, other_id}
    assert found("zebra-fever") == {other_id}
    # No beginnings, no contacts, no words of different patients together.
    for q in ("Zebra Ada", "Zebraf", "zebra@example.org", "0199", "%", "---", "nobody"):
        assert found(q) == set(), q
    # A user finds nobody else.
    assert found("jose", Role.USER) == {own_id}
    problem_of(own_client.post("/v1/patient-search", json={"q": "ada"}, headers=as_own(Role.ANALYST)), 403)
    problem_of(own_client.post("/v1/patient-search", json={"q": "ada"}, headers=as_own(Role.ADMIN)), 403)


def test_each_role_is_listed_what_is_for_it(own_client: FlaskClient, as_own: As, own_id: NodeId, other_id: NodeId) -> None:
    put(own_client, as_own(Role.CLINICIAN), own_id)

    def listed(role: Role, query: str = "") -> dict[str, object]:
        answer = own_client.get(f"/v1/patients{query}", headers=as_own(role))
        assert answer.status_code == 200, answer.data
        found: dict[str, object] = answer.get_json()
        return found

    items = {item["id"]: item for item in listed(Role.CLINICIAN)["items"]}  # type: ignore[attr-defined]
    assert set(items) == {own_id, other_id}
    assert (items[own_id]["name"], items[other_id]["name"]) == ("Ada José Zebrafever", None)
    assert items[own_id]["sex"] == "female"
    assert items[own_id]["synthetic"] is True
    assert "Zebrafever" not in str(listed(Role.ANALYST))
    assert len(listed(Role.ANALYST)["items"]) == 2  # type: ignore[arg-type]
    assert [item["id"] for item in listed(Role.USER)["items"]] == [own_id]  # type: ignore[attr-defined]
    problem_of(own_client.get("/v1/patients", headers=as_own(Role.ADMIN)), 403)

    first = listed(Role.CLINICIAN, "?limit=1")
    second = listed(Role.CLINICIAN, f"?limit=1&after={first['next']}")
    assert [item["id"] for page in (first, second) for item in page["items"]] == sorted([own_id, other_id])  # type: ignore[attr-defined]
    assert second["next"] is None
    assert listed(Role.USER, f"?after={own_id}")["items"] == []
    problem_of(own_client.get("/v1/patients?after=Zebrafever", headers=as_own(Role.CLINICIAN)), 422)


def test_others_identities_and_unknown_patients_are_refused(own_client: FlaskClient, as_own: As, other_id: NodeId) -> None:
    address, nobody = f"/v1/patients/{other_id}/identity", f"/v1/patients/patient:{'0' * 24}/identity"

    for role in (Role.USER, Role.ADMIN, Role.ANALYST):
        problem_of(own_client.get(address, headers=as_own(role)), 403)
        problem_of(own_client.put(address, json=ADA, headers=as_own(role)), 403)
        problem_of(own_client.delete(address, headers=as_own(role)), 403)
    problem_of(own_client.get(nobody, headers=as_own(Role.CLINICIAN)), 404)
    problem_of(own_client.put(nobody, json=ADA, headers=as_own(Role.CLINICIAN)), 404)
    problem_of(own_client.delete(nobody, headers=as_own(Role.CLINICIAN)), 404)


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"birth_date": "1961-02-30"}, "/birth_date"),
        ({"birth_date": "Zebrafever"}, "/birth_date"),
        ({"family": "Zebra\x00fever"}, "/family"),
        ({"numbers": [{"system": "a", "value": ""}]}, "/numbers/0/value"),
        ({"phone": ["Zebrafever"]}, "/phone"),
        ({"Zebrafever": 1}, "/Zebrafever"),
    ],
)
def test_an_unusable_identity_is_refused_with_its_pointer(
    own_client: FlaskClient, as_own: As, own_id: NodeId, body: object, pointer: str
) -> None:
    answer = own_client.put(f"/v1/patients/{own_id}/identity", json=body, headers=as_own(Role.CLINICIAN))

    assert pointer in [error["pointer"] for error in problem_of(answer, 422)["errors"]]


def test_no_canary_leaves_the_encrypted_columns(
    settings: Settings, accounts: AccountStore, own_id: NodeId, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    client = wire(settings, accounts).test_client()
    clinician = sign_in(client, "dr.ada")

    put(client, clinician, own_id)
    refused = [
        client.put(f"/v1/patients/{own_id}/identity", json=ADA, headers=clinician),
        client.put(f"/v1/patients/{own_id}/identity", json=ADA | {"x": 1}, headers=clinician),
        client.put("/v1/patients/Zebrafever/identity", json=ADA, headers=clinician),
        client.get("/v1/patients?q=Zebrafever", headers=clinician),
        client.post("/v1/patient-search", json={"q": "Zebrafever", "limit": 0}, headers=clinician),
    ]
    client.post("/v1/patient-search", json={"q": "Zebrafever"}, headers=clinician)

    assert [answer.status_code for answer in refused] == [428, 422, 404, 422, 422]
    written = [path for folder in (settings.graph.home, tmp_path) for path in folder.rglob("*") if path.is_file()]
    assert any(path.name == "accounts.sqlite" for path in written)
    seen = (
        [path.read_bytes() for path in written] + [caplog.text.encode()] + [a.data + str(a.headers).encode() for a in refused]
    )
    for canary in CANARIES:
        for spelled in {canary, canary.lower()}:
            assert not any(spelled.encode() in part for part in seen), spelled
