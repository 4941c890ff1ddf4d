"""Tokens in cookies: no script reads them, and no other site's request changes anything."""

from dataclasses import replace

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from api.accounts import AccountStore
from api.cookies import ACCESS, CSRF, CSRF_HEADER, REFRESH
from api.settings import Settings
from api.wiring import wire
from tests.api.conftest import sign_in
from tests.api.reading import problem_of
from tests.api.small import PASSWORD

LOGOUT = "/v1/auth/logout"


def enter(client: FlaskClient, name: str = "ana") -> TestResponse:
    answer = client.post("/v1/auth/token", json={"username": name, "password": PASSWORD, "cookie": True})
    assert answer.status_code == 200
    return answer


def csrf(client: FlaskClient) -> dict[str, str]:
    kept = client.get_cookie(CSRF)
    assert kept
    return {CSRF_HEADER: kept.value}


def test_the_tokens_are_hidden_and_the_third_can_be_read(own_client: FlaskClient) -> None:
    answer = enter(own_client)

    assert set(answer.get_json()) == {"token_type", "expires_in", "role"}
    cookies = {text.partition("=")[0]: text for text in answer.headers.getlist("Set-Cookie")}
    assert set(cookies) == {ACCESS, REFRESH, CSRF}
    assert all("SameSite=Strict" in text and "Secure" not in text for text in cookies.values())
    assert {name for name, text in cookies.items() if "HttpOnly" in text} == {ACCESS, REFRESH}
    assert "Path=/v1/auth" in cookies[REFRESH]


def test_behind_tls_cookies_go_by_no_other_way(settings: Settings, accounts: AccountStore) -> None:
    client = wire(replace(settings, behind_tls=True), accounts).test_client()

    assert all("; Secure" in text for text in enter(client).headers.getlist("Set-Cookie"))


def test_a_cookie_reads_and_changes_with_the_header_alone(own_client: FlaskClient) -> None:
    enter(own_client)
    assert own_client.get("/v1/me").get_json()["name"] == "ana"

    problem_of(own_client.post(LOGOUT), 403)
    problem_of(own_client.post(LOGOUT, headers={CSRF_HEADER: "0" * 64}), 403)
    problem_of(own_client.post(LOGOUT, headers={CSRF_HEADER: "é"}), 403)
    assert own_client.post(LOGOUT, headers=csrf(own_client)).status_code == 204

    assert own_client.get_cookie(ACCESS) is None
    problem_of(own_client.get("/v1/me"), 401)


def test_a_planted_pair_of_another_session_does_not_fit(
    own_client: FlaskClient, settings: Settings, accounts: AccountStore
) -> None:
    enter(own_client)
    attacker = wire(settings, accounts).test_client()
    enter(attacker, "dr.ada")
    planted = csrf(attacker)
    own_client.set_cookie(CSRF, planted[CSRF_HEADER])

    problem_of(own_client.post(LOGOUT, headers=planted), 403)


def test_the_refresh_cookie_goes_on_with_the_header_alone(own_client: FlaskClient) -> None:
    enter(own_client)
    before = own_client.get_cookie(REFRESH, path="/v1/auth")

    problem_of(own_client.post("/v1/auth/refresh", json={}), 403)
    answer = own_client.post("/v1/auth/refresh", json={}, headers=csrf(own_client))

    assert answer.status_code == 200
    assert "access_token" not in answer.get_json()
    after = own_client.get_cookie(REFRESH, path="/v1/auth")
    assert before
    assert after
    assert before.value != after.value
    assert own_client.get("/v1/me").status_code == 200


def test_header_and_cookie_together_are_refused(own_client: FlaskClient) -> None:
    headers = sign_in(own_client, "dr.ada")
    enter(own_client)

    assert "not in both" in problem_of(own_client.get("/v1/me", headers=headers), 401)["detail"]


@pytest.mark.parametrize("value", ["x", "a.b.c", "rxp_" + "A" * 43])
def test_what_is_no_token_does_not_count_in_a_cookie(own_client: FlaskClient, value: str) -> None:
    own_client.set_cookie(ACCESS, value)

    problem_of(own_client.get("/v1/me"), 401)
