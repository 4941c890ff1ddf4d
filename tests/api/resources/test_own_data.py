"""What a patient is told of what is kept of them, and how they ask to be erased."""

from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from api.accounts import Role
from api.database import Database
from api.erasures import ErasureRequests
from api.settings import Settings
from graph.elements import NodeId
from tests.api.conftest import give_care, sign_in
from tests.api.reading import problem_of
from tests.api.small import NAMES

As = Callable[[Role], dict[str, str]]


@pytest.fixture
def settings(settings: Settings, tmp_path: Path) -> Settings:
    """With everything of SQL in the database of one test alone."""
    made = Settings.from_environment(
        {"RXPATH_HOME": str(settings.graph.home), "RXPATH_DATABASE": f"sqlite:///{tmp_path / 'accounts.sqlite'}"}
    )
    give_care(made)
    return made


@pytest.fixture
def as_own(own_client: FlaskClient) -> As:
    return {role: sign_in(own_client, name) for role, name in NAMES.items()}.__getitem__


def test_the_export_holds_what_every_store_keeps_of_the_patient_alone(
    own_client: FlaskClient, as_own: As, own_id: NodeId, other_id: NodeId
) -> None:
    user, clinician = as_own(Role.USER), as_own(Role.CLINICIAN)
    for patient, family in ((own_id, "Zebrafever"), (other_id, "Gnufever")):
        own_client.put(f"/v1/patients/{patient}/identity", json={"family": family}, headers=clinician)
        assert own_client.get(f"/v1/patients/{patient}/recommendations", headers=clinician).status_code == 200
    own_client.post("/v1/me/erasure-request", headers=user)

    answer = own_client.get("/v1/me/export", headers=user)

    assert answer.status_code == 200
    export = answer.get_json()
    assert export["patient"] == own_id
    kept = export["kept"]
    assert kept["record"]["node"]["properties"]["birth_year"] == 1961
    assert [edge["end"] for edge in kept["record"]["edges"]] == ["ICD10CM:I10", "ICD10CM:J45", "RxNorm:6809"]
    assert kept["identity"]["family"] == "Zebrafever"
    assert [a["patient"] for a in kept["answers"]["answers"]] == [own_id]
    assert kept["erasure"]["state"] == "open"
    assert "Gnufever" not in answer.text
    assert other_id not in answer.text


@pytest.mark.parametrize("role", [Role.ADMIN, Role.CLINICIAN, Role.ANALYST])
def test_own_data_is_the_patients_alone(own_client: FlaskClient, as_own: As, role: Role) -> None:
    problem_of(own_client.get("/v1/me/export", headers=as_own(role)), 403)
    problem_of(own_client.post("/v1/me/erasure-request", headers=as_own(role)), 403)
    problem_of(own_client.get("/v1/me/erasure-request", headers=as_own(role)), 403)


def test_an_erasure_is_asked_once_listed_and_done(
    own_client: FlaskClient, as_own: As, own_id: NodeId, settings: Settings
) -> None:
    user = as_own(Role.USER)
    problem_of(own_client.get("/v1/me/erasure-request", headers=user), 404)

    asked = own_client.post("/v1/me/erasure-request", headers=user).get_json()
    assert asked["state"] == "open"
    assert own_client.post("/v1/me/erasure-request", headers=user).get_json() == asked
    assert own_client.get("/v1/me/erasure-request", headers=user).get_json() == asked
    for role in (Role.ADMIN, Role.CLINICIAN):
        items = own_client.get("/v1/erasure-requests", headers=as_own(role)).get_json()["items"]
        assert items == [asked | {"patient": own_id, "done": None}]
    for role in (Role.USER, Role.ANALYST):
        problem_of(own_client.get("/v1/erasure-requests", headers=as_own(role)), 403)

    requests = ErasureRequests(Database(settings.graph.database))
    assert requests.forget_patient(own_id) == 1
    assert requests.forget_patient(own_id) == 0
    items = own_client.get("/v1/erasure-requests", headers=as_own(Role.ADMIN)).get_json()["items"]
    assert [(item["state"], item["patient"]) for item in items] == [("done", None)]
    problem_of(own_client.get("/v1/me/erasure-request", headers=user), 404)
