"""Answers by their id: the very bytes, for whoever may see them; erased ones say so; proofs hold or are refuted."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from api.accounts import Account, AccountStore, Role, open_accounts
from api.schemas.question import ProofsShown, ReplayShown
from api.wiring import wire
from graph.embedded_store import EmbeddedStore
from graph.pseudonyms import patient_id, read_patient_key
from recommender.answer_log import SqlAnswerLog
from tests.api.conftest import add_accounts, cheap_passwords, give_care, settings_of, sign_in
from tests.api.reading import problem_of
from tests.api.small import NAMES, OTHER, OWN, PASSWORD, add_medicine, build

AsRole = Callable[[Role], dict[str, str]]
Headers = dict[str, str]
CASE = {"conditions": ["hypertension", "asthma"]}


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A home of one test alone."""
    return build(tmp_path)


@pytest.fixture
def own_accounts(place: Path) -> Iterator[AccountStore]:
    store = open_accounts(settings_of(place).graph.database, cheap_passwords())
    add_accounts(store, patient_id(OWN, read_patient_key(place / "patient.key")))
    give_care(settings_of(place))
    yield store
    store.close()


def asked(client: FlaskClient, headers: Headers, patient: str = OWN) -> tuple[str, bytes]:
    answer = client.get(f"/v1/patients/{patient}/recommendations", headers=headers)
    assert answer.status_code == 200, answer.data
    return answer.get_json()["id"], answer.data


def test_an_answer_is_read_again_to_the_same_bytes(client: FlaskClient, as_role: AsRole) -> None:
    ada = as_role(Role.CLINICIAN)
    case = client.post("/v1/recommendations", json=CASE, headers=ada)

    for found, body in (asked(client, ada), (case.get_json()["id"], case.data)):
        assert client.get(f"/v1/recommendations/{found}", headers=ada).data == body
        told = client.get(f"/v1/recommendations/{found}/replay", headers=ada).get_json()
        ReplayShown.model_validate(told)
        assert told["outcome"] == "same"


def test_an_answer_is_for_whoever_may_see_its_patient(client: FlaskClient, as_role: AsRole) -> None:
    own, _ = asked(client, as_role(Role.CLINICIAN))
    other, _ = asked(client, as_role(Role.CLINICIAN), OTHER)

    assert client.get(f"/v1/recommendations/{own}", headers=as_role(Role.USER)).status_code == 200
    foreign = problem_of(client.get(f"/v1/recommendations/{other}", headers=as_role(Role.USER)), 404)
    unknown = problem_of(client.get(f"/v1/recommendations/{'0' * 32}", headers=as_role(Role.USER)), 404)
    assert foreign["detail"] == unknown["detail"]
    problem_of(client.get(f"/v1/recommendations/{own}", headers=as_role(Role.ADMIN)), 403)


def test_an_answer_to_a_case_is_for_whoever_asked_it(client: FlaskClient, as_role: AsRole) -> None:
    found = client.post("/v1/recommendations", json=CASE, headers=as_role(Role.CLINICIAN)).get_json()["id"]

    assert client.get(f"/v1/recommendations/{found}", headers=as_role(Role.CLINICIAN)).status_code == 200
    problem_of(client.get(f"/v1/recommendations/{found}", headers=as_role(Role.ANALYST)), 404)
    # Somebody else who asks the same is given the same answer.
    client.post("/v1/recommendations?reader=clinician", json=CASE, headers=as_role(Role.ANALYST))
    assert client.get(f"/v1/recommendations/{found}", headers=as_role(Role.ANALYST)).status_code == 200


def test_what_is_gone_is_said(place: Path, own_accounts: AccountStore) -> None:
    client = wire(settings_of(place), own_accounts).test_client()
    ada = sign_in(client, NAMES[Role.CLINICIAN])
    found, _ = asked(client, ada)
    for file in (place / "snapshots").glob("*.snapshot"):
        file.unlink()

    again = wire(settings_of(place), own_accounts).test_client()
    store = EmbeddedStore(place / "graph.sqlite")
    add_medicine(store, "new")
    store.close()
    for file in (place / "snapshots").glob("*.snapshot"):
        file.unlink()

    told = problem_of(again.get(f"/v1/recommendations/{found}", headers=ada), 409)
    assert "is gone" in told["detail"]
    assert again.get(f"/v1/recommendations/{found}/replay", headers=ada).get_json()["outcome"] == "snapshot gone"


def test_an_erased_answer_says_that_it_was_erased(place: Path, own_accounts: AccountStore) -> None:
    client = wire(settings_of(place), own_accounts).test_client()
    ada = sign_in(client, NAMES[Role.CLINICIAN])
    found, _ = asked(client, ada)
    log = SqlAnswerLog(settings_of(place).graph.database)
    log.forget_patient(patient_id(OWN, read_patient_key(place / "patient.key")))
    log.close()

    for address in ("", "/replay", "/proof/Propranolol"):
        told = problem_of(client.get(f"/v1/recommendations/{found}{address}", headers=ada), 410)
        assert "was erased" in told["detail"]


def test_care_that_ended_ends_the_answers_as_well(place: Path, own_accounts: AccountStore) -> None:
    client = wire(settings_of(place), own_accounts).test_client()
    found, _ = asked(client, sign_in(client, NAMES[Role.CLINICIAN]))
    own_accounts.add(Account("dr.bob", Role.CLINICIAN), PASSWORD)

    problem_of(client.get(f"/v1/recommendations/{found}", headers=sign_in(client, "dr.bob")), 404)


def test_a_proof_is_checked_against_the_graph_as_it_is(place: Path, own_accounts: AccountStore) -> None:
    client = wire(settings_of(place), own_accounts).test_client()
    ada = sign_in(client, NAMES[Role.CLINICIAN])
    found, _ = asked(client, ada)

    told = client.get(f"/v1/recommendations/{found}/proof/propranolol", headers=ada).get_json()

    ProofsShown.model_validate(told)
    assert (told["valid"], told["findings"][0]["rule"]) == (True, "contraindication")
    read = client.get(f"/v1/patients/{OWN}/diagnoses", headers=ada).get_json()["items"]
    asthma = next(item for item in read if "J45" in str(item))
    entry = client.get(f"/v1/patients/{OWN}/diagnoses/{asthma['id']}", headers=ada)
    client.delete(f"/v1/patients/{OWN}/diagnoses/{asthma['id']}", headers=ada | {"If-Match": entry.headers["ETag"]})

    told = client.get(f"/v1/recommendations/{found}/proof/RxNorm:8787", headers=ada).get_json()
    assert told["valid"] is False
    problem_of(client.get(f"/v1/recommendations/{found}/proof/zebramycin", headers=ada), 404)


def test_a_proof_of_a_case_is_checked_by_the_case(client: FlaskClient, as_role: AsRole) -> None:
    found = client.post("/v1/recommendations", json=CASE, headers=as_role(Role.CLINICIAN)).get_json()["id"]

    told = client.get(f"/v1/recommendations/{found}/proof/Propranolol", headers=as_role(Role.CLINICIAN)).get_json()

    assert (told["valid"], len(told["verdicts"])) == (True, 1)
