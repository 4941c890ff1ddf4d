"""Sessions over HTTP: going on, ending, and tokens that come twice."""

from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from api.accounts import Account, AccountStore, Role, open_accounts
from api.accounts.sessions import IDLE, LONGEST, Sessions
from api.database import Database
from api.errors import UnauthenticatedError
from api.settings import Settings
from api.wiring import wire
from tests.api.conftest import cheap_passwords, sign_in
from tests.api.reading import problem_of
from tests.api.small import PASSWORD

ME = "/v1/me"


def tokens_of(client: FlaskClient, name: str = "ana") -> dict[str, str]:
    answer = client.post("/v1/auth/token", json={"username": name, "password": PASSWORD})
    found: dict[str, str] = answer.get_json()
    return found


def bearer(tokens: dict[str, str]) -> dict[str, str]:
    return {"Authorization": f"Bearer {tokens['access_token']}"}


def refreshed(client: FlaskClient, token: str) -> dict[str, str]:
    answer = client.post("/v1/auth/refresh", json={"refresh_token": token})
    assert answer.status_code == 200, answer.data
    found: dict[str, str] = answer.get_json()
    return found


def test_a_refresh_token_gives_the_next_tokens(own_client: FlaskClient) -> None:
    first = tokens_of(own_client)
    second = refreshed(own_client, first["refresh_token"])
    third = refreshed(own_client, second["refresh_token"])

    assert len({t["refresh_token"] for t in (first, second, third)}) == 3
    assert own_client.get(ME, headers=bearer(third)).get_json()["name"] == "ana"
    assert len(own_client.get("/v1/auth/sessions", headers=bearer(third)).get_json()["items"]) == 1


def test_a_refresh_token_that_comes_again_ends_its_session(own_client: FlaskClient) -> None:
    first, other = tokens_of(own_client), tokens_of(own_client)
    second = refreshed(own_client, first["refresh_token"])

    problem_of(own_client.post("/v1/auth/refresh", json={"refresh_token": first["refresh_token"]}), 401)

    problem_of(own_client.post("/v1/auth/refresh", json={"refresh_token": second["refresh_token"]}), 401)
    problem_of(own_client.get(ME, headers=bearer(second)), 401)
    assert own_client.get(ME, headers=bearer(other)).status_code == 200


def test_one_kind_of_token_is_no_other(own_client: FlaskClient) -> None:
    tokens = tokens_of(own_client)

    problem_of(own_client.get(ME, headers={"Authorization": f"Bearer {tokens['refresh_token']}"}), 401)
    answer = own_client.post("/v1/auth/refresh", json={"refresh_token": tokens["access_token"][:200]})
    assert problem_of(answer, 401)["detail"] == "the refresh token does not count"
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    problem_of(own_client.post("/v1/auth/refresh", json={}), 401)


def test_logging_out_ends_one_session_and_everywhere_all(own_client: FlaskClient) -> None:
    first, second, third = (tokens_of(own_client) for _ in range(3))

    assert own_client.post("/v1/auth/logout", headers=bearer(first)).status_code == 204
    problem_of(own_client.get(ME, headers=bearer(first)), 401)
    problem_of(own_client.post("/v1/auth/refresh", json={"refresh_token": first["refresh_token"]}), 401)
    assert own_client.get(ME, headers=bearer(second)).status_code == 200

    assert own_client.post("/v1/auth/logout-everywhere", headers=bearer(second)).status_code == 204
    problem_of(own_client.get(ME, headers=bearer(second)), 401)
    problem_of(own_client.get(ME, headers=bearer(third)), 401)


def test_a_session_is_ended_by_its_id_and_only_by_its_owner(own_client: FlaskClient) -> None:
    here, there, others = tokens_of(own_client), tokens_of(own_client), tokens_of(own_client, "dr.ada")
    items = own_client.get("/v1/auth/sessions", headers=bearer(here)).get_json()["items"]
    assert [item["this"] for item in items].count(True) == 1
    other = next(item["id"] for item in items if not item["this"])

    problem_of(own_client.delete(f"/v1/auth/sessions/{other}", headers=bearer(others)), 404)
    assert own_client.delete(f"/v1/auth/sessions/{other}", headers=bearer(here)).status_code == 204

    problem_of(own_client.get(ME, headers=bearer(there)), 401)
    problem_of(own_client.delete(f"/v1/auth/sessions/{other}", headers=bearer(here)), 404)


def test_a_session_that_ends_in_one_process_is_over_in_the_others(
    own_client: FlaskClient, settings: Settings, tmp_path: Path
) -> None:
    elsewhere = wire(settings, open_accounts(f"sqlite:///{tmp_path / 'accounts.sqlite'}", cheap_passwords())).test_client()
    tokens = tokens_of(own_client)
    assert elsewhere.get(ME, headers=bearer(tokens)).status_code == 200

    own_client.post("/v1/auth/logout", headers=bearer(tokens))

    problem_of(elsewhere.get(ME, headers=bearer(tokens)), 401)


def test_a_disabled_account_goes_on_nowhere_even_when_it_is_let_in_again(
    own_client: FlaskClient, accounts: AccountStore
) -> None:
    tokens = tokens_of(own_client)

    accounts.disable("ana")
    problem_of(own_client.post("/v1/auth/refresh", json={"refresh_token": tokens["refresh_token"]}), 401)

    accounts.change("ana", disabled=False)
    problem_of(own_client.get(ME, headers=bearer(tokens)), 401)
    assert sign_in(own_client, "ana")


def test_another_password_ends_the_other_sessions(own_client: FlaskClient) -> None:
    here, there = tokens_of(own_client), tokens_of(own_client)
    body = {"password": PASSWORD, "new_password": "green paper umbrella stand"}

    problem_of(own_client.post("/v1/auth/password", json=body | {"password": "wrong"}, headers=bearer(here)), 403)
    problem_of(
        own_client.post("/v1/auth/password", json=body | {"new_password": "passwordpassword"}, headers=bearer(here)), 422
    )
    assert own_client.post("/v1/auth/password", json=body, headers=bearer(here)).status_code == 204

    assert own_client.get(ME, headers=bearer(here)).status_code == 200
    problem_of(own_client.get(ME, headers=bearer(there)), 401)
    problem_of(own_client.post("/v1/auth/token", json={"username": "ana", "password": PASSWORD}), 401)
    assert sign_in(own_client, "ana", body["new_password"])


def clocked(tmp_path: Path) -> tuple[Sessions, Callable[[float], None]]:
    now = [1_000_000.0]
    store = AccountStore(Database(f"sqlite:///{tmp_path / 'clocked.sqlite'}"), cheap_passwords(), lambda: now[0])
    store.add(Account("ana", Role.ANALYST), PASSWORD)

    def wait(seconds: float) -> None:
        now[0] += seconds

    return store.sessions, wait


def test_a_session_that_is_not_refreshed_ends(tmp_path: Path) -> None:
    sessions, wait = clocked(tmp_path)
    opened = sessions.begin("ana", "")

    wait(IDLE)

    with pytest.raises(UnauthenticatedError):
        sessions.carry_on(opened.refresh)
    assert sessions.of("ana") == ()


def test_no_session_outlasts_the_longest_however_often_it_is_refreshed(tmp_path: Path) -> None:
    sessions, wait = clocked(tmp_path)
    opened = sessions.begin("ana", "")
    for _ in range(int(LONGEST / (IDLE / 2)) - 1):
        wait(IDLE / 2)
        opened = sessions.carry_on(opened.refresh)

    wait(IDLE / 2)

    with pytest.raises(UnauthenticatedError):
        sessions.carry_on(opened.refresh)


def test_no_token_lies_in_the_database(own_client: FlaskClient, accounts: AccountStore, tmp_path: Path) -> None:
    tokens = tokens_of(own_client)
    accounts.close()

    data = b"".join(file.read_bytes() for file in tmp_path.glob("accounts.sqlite*"))
    assert tokens["refresh_token"].encode() not in data
    assert tokens["refresh_token"].removeprefix("rxr_").encode() not in data
