"""API keys: no more than their scopes, never what a person signs in for."""

from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from api.accounts import AccountStore, Role
from api.accounts.keys import MOST_KEYS, ApiKeys
from api.roles import Scope, scopes_of
from api.schemas.key import KeyWanted
from tests.api.conftest import sign_in
from tests.api.reading import problem_of
from tests.api.small import NAMES, OWN, PASSWORD

KEYS = "/v1/auth/keys"


def make(client: FlaskClient, headers: dict[str, str], *scopes: str, address: str = KEYS) -> dict[str, str]:
    answer = client.post(address, json={"label": "report", "scopes": list(scopes), "days": 30}, headers=headers)
    assert answer.status_code == 201, answer.data
    found: dict[str, str] = answer.get_json()
    return found


def sent(made: dict[str, str]) -> dict[str, str]:
    return {"Authorization": f"Bearer {made['key']}"}


def test_the_scopes_of_the_schema_are_those_of_the_table() -> None:
    named = KeyWanted.model_json_schema()["properties"]["scopes"]["items"]["enum"]

    assert set(named) == {str(scope) for scope in Scope if scope}


def test_a_key_asks_what_its_scopes_say_and_nothing_else(own_client: FlaskClient) -> None:
    made = make(own_client, sign_in(own_client, "dr.ada"), "knowledge")

    assert made["key"].startswith("rxp_")
    assert own_client.get("/v1/medicines?q=lis", headers=sent(made)).status_code == 200
    problem_of(own_client.post("/v1/recommendations", json={}, headers=sent(made)), 403)
    problem_of(own_client.get(f"/v1/patients/{OWN}/recommendations", headers=sent(made)), 403)


@pytest.mark.parametrize(
    ("method", "address"),
    [("GET", "/v1/me"), ("GET", KEYS), ("POST", KEYS), ("POST", "/v1/auth/logout-everywhere"), ("POST", "/v1/auth/password")],
)
def test_no_key_does_what_a_person_signs_in_for(own_client: FlaskClient, method: str, address: str) -> None:
    made = make(own_client, sign_in(own_client, "dr.ada"), *scopes_of(Role.CLINICIAN))

    problem_of(own_client.open(address, method=method, json={}, headers=sent(made)), 403)


@pytest.mark.parametrize("role", Role)
def test_no_key_has_more_than_its_accounts_role(own_client: FlaskClient, role: Role) -> None:
    headers = sign_in(own_client, NAMES[role])

    for scope in filter(None, Scope):
        answer = own_client.post(KEYS, json={"label": "x", "scopes": [str(scope)]}, headers=headers)
        assert answer.status_code == (201 if scope in scopes_of(role) else 422), scope


def test_a_key_follows_its_accounts_role_and_ends_with_it(own_client: FlaskClient, accounts: AccountStore) -> None:
    made = make(own_client, sign_in(own_client, "dr.ada"), "recommendations", "knowledge")

    accounts.change("dr.ada", role=Role.ADMIN)
    problem_of(own_client.post("/v1/recommendations", json={}, headers=sent(made)), 403)
    assert own_client.get("/v1/medicines?q=lis", headers=sent(made)).status_code == 200

    accounts.disable("dr.ada")
    problem_of(own_client.get("/v1/medicines?q=lis", headers=sent(made)), 401)


def test_a_key_is_shown_once_and_removed_by_its_owner_alone(own_client: FlaskClient, accounts: AccountStore) -> None:
    headers, others = sign_in(own_client, "ana"), sign_in(own_client, "dr.ada")
    made = make(own_client, headers, "knowledge")

    shown = own_client.get(KEYS, headers=headers)
    assert shown.get_json()["items"] == [{k: v for k, v in made.items() if k != "key"}]
    problem_of(own_client.delete(f"{KEYS}/{made['id']}", headers=others), 404)
    assert own_client.delete(f"{KEYS}/{made['id']}", headers=headers).status_code == 204

    problem_of(own_client.get("/v1/medicines?q=lis", headers=sent(made)), 401)


def test_a_key_expires_and_lies_nowhere_in_clear(accounts: AccountStore, tmp_path: Path) -> None:
    now = [1_000_000.0]
    keys = ApiKeys(accounts._database, lambda: now[0])  # its own clock over the same tables
    _, token = keys.make("ana", "x", ["knowledge"], days=2)
    now[0] += 2 * 24 * 3600 - 1
    assert keys.find(token) is not None
    now[0] += 1
    assert keys.find(token) is None
    accounts.close()
    assert all(token.removeprefix("rxp_").encode() not in file.read_bytes() for file in tmp_path.iterdir())


def test_an_account_has_so_many_keys_at_most(own_client: FlaskClient) -> None:
    headers = sign_in(own_client, "ana")
    for _ in range(MOST_KEYS):
        make(own_client, headers, "knowledge")

    problem_of(own_client.post(KEYS, json={"label": "x", "scopes": ["knowledge"]}, headers=headers), 409)


@pytest.mark.parametrize(
    "body", [{"days": 366}, {"days": 0}, {"scopes": []}, {"scopes": [""]}, {"scopes": ["all"]}, {"label": ""}]
)
def test_odd_keys_are_refused(own_client: FlaskClient, body: dict[str, object]) -> None:
    wanted = {"label": "x", "scopes": ["knowledge"]} | body

    problem_of(own_client.post(KEYS, json=wanted, headers=sign_in(own_client, "ana")), 422)


def test_a_machines_account_has_keys_that_admins_make_and_no_password(
    own_client: FlaskClient, as_role: Callable[[Role], dict[str, str]]
) -> None:
    admin = sign_in(own_client, "root")
    wanted = {"name": "feeder", "role": "clinician", "service": True}
    assert "invite" not in own_client.post("/v1/users", json=wanted, headers=admin).get_json()

    made = make(own_client, admin, "knowledge", address="/v1/users/feeder/keys")
    assert own_client.get("/v1/medicines?q=lis", headers=sent(made)).status_code == 200
    assert len(own_client.get("/v1/users/feeder/keys", headers=admin).get_json()["items"]) == 1
    for password in ("", PASSWORD):
        assert own_client.post("/v1/auth/token", json={"username": "feeder", "password": password}).status_code in (401, 422)
    problem_of(own_client.post("/v1/users/feeder/invite", headers=admin), 409)

    assert own_client.delete(f"/v1/users/feeder/keys/{made['id']}", headers=admin).status_code == 204
    problem_of(own_client.get("/v1/medicines?q=lis", headers=sent(made)), 401)


def test_no_admin_makes_a_key_of_a_persons_account(own_client: FlaskClient) -> None:
    admin = sign_in(own_client, "root")

    problem_of(own_client.post("/v1/users/dr.ada/keys", json={"label": "x", "scopes": ["knowledge"]}, headers=admin), 404)
