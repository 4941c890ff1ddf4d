"""Accounts over HTTP: what admins do, and what they cannot."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from flask.testing import FlaskClient

from api.accounts import Account, AccountStore, Role
from api.errors import ConflictError
from api.schemas.user import UserWanted
from graph.elements import NodeId
from tests.api.conftest import sign_in
from tests.api.reading import problem_of
from tests.api.small import OTHER, PASSWORD

USERS = "/v1/users"
NEW = "green paper umbrella stand"


@pytest.fixture
def admin(own_client: FlaskClient) -> dict[str, str]:
    return sign_in(own_client, "root")


def test_the_roles_of_the_schema_are_those_of_accounts() -> None:
    assert set(UserWanted.model_json_schema()["properties"]["role"]["enum"]) == {str(role) for role in Role}


def test_an_invite_lets_its_bearer_choose_the_password_once(own_client: FlaskClient, admin: dict[str, str]) -> None:
    made = own_client.post(USERS, json={"name": "Dr.Bob", "role": "clinician"}, headers=admin)
    assert made.status_code == 201
    invite = made.get_json()["invite"]
    problem_of(own_client.post("/v1/auth/token", json={"username": "dr.bob", "password": NEW}), 401)

    problem_of(own_client.post("/v1/auth/invite", json={"invite": invite, "password": "aaaaaaaaaaaa"}), 422)
    assert own_client.post("/v1/auth/invite", json={"invite": invite, "password": NEW}).status_code == 204
    problem_of(own_client.post("/v1/auth/invite", json={"invite": invite, "password": NEW}), 401)

    assert sign_in(own_client, "dr.bob", NEW)
    shown = own_client.get(f"{USERS}/dr.bob", headers=admin)
    assert shown.get_json() == {"name": "dr.bob", "role": "clinician", "disabled": False, "service": False}


def test_a_new_invite_ends_the_one_before_and_after_it_all_sessions(own_client: FlaskClient, admin: dict[str, str]) -> None:
    ana = sign_in(own_client, "ana")
    first, second = (own_client.post(f"{USERS}/ana/invite", headers=admin).get_json()["invite"] for _ in range(2))

    problem_of(own_client.post("/v1/auth/invite", json={"invite": first, "password": NEW}), 401)
    assert own_client.get("/v1/me", headers=ana).status_code == 200
    assert own_client.post("/v1/auth/invite", json={"invite": second, "password": NEW}).status_code == 204

    problem_of(own_client.get("/v1/me", headers=ana), 401)


def test_a_change_holds_from_the_next_request_on(own_client: FlaskClient, admin: dict[str, str]) -> None:
    ana = sign_in(own_client, "ana")

    assert own_client.patch(f"{USERS}/ana", json={"role": "admin"}, headers=admin).get_json()["role"] == "admin"
    assert own_client.get(USERS, headers=ana).status_code == 200
    own_client.patch(f"{USERS}/ana", json={"role": "analyst"}, headers=admin)
    problem_of(own_client.get(USERS, headers=ana), 403)
    own_client.patch(f"{USERS}/ana", json={"disabled": True}, headers=admin)
    problem_of(own_client.get(USERS, headers=ana), 401)
    own_client.patch(f"{USERS}/ana", json={"disabled": False}, headers=admin)
    assert sign_in(own_client, "ana")


def test_a_user_needs_a_patient_who_is_on_file_and_nobody_else_has_one(
    own_client: FlaskClient, admin: dict[str, str], other_id: NodeId
) -> None:
    problem_of(own_client.post(USERS, json={"name": "eve", "role": "user"}, headers=admin), 422)
    problem_of(own_client.post(USERS, json={"name": "eve", "role": "analyst", "patient": OTHER}, headers=admin), 422)
    problem_of(own_client.post(USERS, json={"name": "eve", "role": "user", "patient": "MRN-0"}, headers=admin), 404)
    made = own_client.post(USERS, json={"name": "eve", "role": "user", "patient": OTHER}, headers=admin)
    assert made.get_json()["patient"] == other_id

    problem_of(own_client.patch(f"{USERS}/ana", json={"role": "user"}, headers=admin), 422)
    changed = own_client.patch(f"{USERS}/ana", json={"role": "user", "patient": other_id}, headers=admin).get_json()
    assert (changed["role"], changed["patient"]) == ("user", other_id)
    assert "patient" not in own_client.patch(f"{USERS}/ana", json={"role": "analyst"}, headers=admin).get_json()


@pytest.mark.parametrize("change", [{"disabled": True}, {"role": "analyst"}])
def test_the_last_admin_stays(own_client: FlaskClient, admin: dict[str, str], change: dict[str, object]) -> None:
    # One who never accepted the invite, and a machine, could not let the others in again.
    own_client.post(USERS, json={"name": "late", "role": "admin"}, headers=admin)
    own_client.post(USERS, json={"name": "robot", "role": "admin", "service": True}, headers=admin)

    problem_of(own_client.patch(f"{USERS}/root", json=change, headers=admin), 409)

    assert own_client.get(USERS, headers=admin).status_code == 200


def test_admins_who_disable_each_other_at_once_leave_one(accounts: AccountStore) -> None:
    names = ["root", *(f"admin{i}" for i in range(5))]
    for name in names[1:]:
        accounts.add(Account(name, Role.ADMIN), PASSWORD)

    def disabled(name: str) -> bool:
        try:
            accounts.disable(name)
        except ConflictError:
            return False
        return True

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(disabled, names)) == 5
    assert sum(a.role is Role.ADMIN and not a.disabled for a in accounts.all()) == 1


def test_accounts_are_listed_in_pages(own_client: FlaskClient, admin: dict[str, str]) -> None:
    names, after = [], ""
    while True:
        page = own_client.get(f"{USERS}?limit=3&after={after}", headers=admin).get_json()
        names += [item["name"] for item in page["items"]]
        if "next" not in page:
            break
        after = page["next"]

    assert names == ["ana", "dr.ada", "pat", "root"]


def test_what_is_not_there_is_404_and_what_is_taken_422(own_client: FlaskClient, admin: dict[str, str]) -> None:
    problem_of(own_client.get(f"{USERS}/nobody", headers=admin), 404)
    problem_of(own_client.patch(f"{USERS}/nobody", json={}, headers=admin), 404)
    problem_of(own_client.post(f"{USERS}/nobody/invite", headers=admin), 404)
    problem_of(own_client.post(USERS, json={"name": "ANA", "role": "analyst"}, headers=admin), 422)
    problem_of(own_client.post(USERS, json={"name": "a b", "role": "analyst"}, headers=admin), 422)
    problem_of(own_client.post(USERS, json={"name": "bob", "role": "owner"}, headers=admin), 422)
    problem_of(own_client.post(USERS, json={"name": "bob", "role": "analyst", "password": PASSWORD}, headers=admin), 422)
