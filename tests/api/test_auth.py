from collections.abc import Callable
from datetime import timedelta

import jwt
import pytest
from flask.testing import FlaskClient
from jwt import InvalidTokenError
from werkzeug.test import TestResponse

from api.accounts import Account, AccountStore, Role
from api.app import Service
from api.auth import ALGORITHM, check_form, install
from api.settings import Settings
from tests.api.conftest import sign_in
from tests.api.hostile_tokens import encoded, good_claims, hostile, hostile_tokens, kid
from tests.api.reading import problem_of
from tests.api.small import NAMES, OWN, PASSWORD

AsRole = Callable[[Role], dict[str, str]]

# Every route is tried in test_matrix.py; these stand for all where there is much to try.
PROTECTED = {
    "patients.recommend": ("GET", f"/v1/patients/{OWN}/recommendations"),
    "recommendations.recommend": ("POST", "/v1/recommendations"),
    "medicines.search": ("GET", "/v1/medicines?q=lis"),
    "medicines.show": ("GET", "/v1/medicines/lisinopril"),
    "conditions.search": ("GET", "/v1/conditions?q=hyp"),
    "conditions.show": ("GET", "/v1/conditions/hypertension"),
    "symptoms.search": ("GET", "/v1/symptoms?q=head"),
    "symptoms.show": ("GET", "/v1/symptoms/headache"),
    "care_actions.search": ("GET", "/v1/care-actions?q=salt"),
    "care_actions.show": ("GET", "/v1/care-actions/rx:less-salt"),
    "interactions.check": ("POST", "/v1/interactions"),
    "graph.show_neighbours": ("GET", "/v1/graph/neighbours/hypertension"),
    "graph.show_paths": ("GET", "/v1/graph/paths?from=losartan&to=asthma"),
    "graph.show_metapaths": ("GET", "/v1/graph/metapaths"),
    "graph.show_statistics": ("GET", "/v1/graph/statistics"),
    "graph.export_neighbourhood": ("GET", "/v1/graph/neighbourhood/hypertension.graphml"),
    "trends.show": ("GET", "/v1/trends"),
    "metrics.show": ("GET", "/metrics"),
}
"""Routes of each sort; who may ask which of all is tried in :mod:`tests.api.test_matrix`."""


@pytest.fixture(scope="module")
def session(client: FlaskClient, settings: Settings, as_role: AsRole) -> str:
    """A session of the clinician's that goes on."""
    token = as_role(Role.CLINICIAN)["Authorization"].removeprefix("Bearer ")
    return str(jwt.decode(token, options={"verify_signature": False})["sid"])


def keys_of(settings: Settings) -> dict[str, bytes]:
    return {kid(settings)["kid"]: settings.signing_key()}


def ask(client: FlaskClient, route: str, headers: dict[str, str]) -> TestResponse:
    method, address = PROTECTED[route]
    return client.open(address, method=method, headers=headers, json={} if method in ("POST", "PUT") else None)


@pytest.mark.parametrize("route", PROTECTED)
def test_no_token_is_401_and_says_how(client: FlaskClient, route: str) -> None:
    answer = ask(client, route, {})

    problem_of(answer, 401)
    assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("route", PROTECTED)
def test_no_hostile_token_counts(client: FlaskClient, settings: Settings, session: str, route: str) -> None:
    details = set()

    for what, value in hostile(settings, session):
        answer = ask(client, route, {"Authorization": value})
        assert answer.status_code == 401, what
        details.add(problem_of(answer, 401)["detail"])
        assert answer.headers["WWW-Authenticate"] == 'Bearer error="invalid_token"', what

    assert details == {"the token does not count"}


def test_the_corpus_is_large_and_its_pattern_counts(client: FlaskClient, settings: Settings, session: str) -> None:
    assert len(dict(hostile(settings, session))) >= 90
    token = encoded(settings, good_claims(settings, session))
    assert ask(client, "medicines.search", {"Authorization": f"Bearer {token}"}).status_code == 200


def test_a_token_elsewhere_than_in_its_header_does_not_count(client: FlaskClient, as_role: AsRole) -> None:
    token = as_role(Role.CLINICIAN)["Authorization"].removeprefix("Bearer ")

    problem_of(client.get(f"/v1/medicines?q=lis&jwt={token}&access_token={token}"), 401)
    problem_of(client.get("/v1/medicines?q=lis", headers={"Cookie": f"access_token_cookie={token}"}), 401)
    problem_of(client.post("/v1/recommendations", json={"access_token": token}), 401)


def test_who_may_not_ask_learns_nothing_about_the_fields(client: FlaskClient, as_role: AsRole) -> None:
    problem_of(client.get("/v1/patients/x/recommendations?top=many", headers=as_role(Role.ADMIN)), 403)
    problem_of(client.get("/v1/patients/x/recommendations?top=many"), 401)
    problem_of(client.post("/v1/recommendations", data="{"), 401)


def test_a_token_says_all_that_is_checked_and_nothing_of_the_person(client: FlaskClient, settings: Settings) -> None:
    token = sign_in(client, NAMES[Role.USER])["Authorization"].removeprefix("Bearer ")

    claims = jwt.decode(token, settings.signing_key(), [ALGORITHM], audience="rxpath-api", issuer="rxpath")

    assert set(claims) == {"sub", "role", "type", "fresh", "jti", "sid", "iat", "nbf", "exp", "aud", "iss"}
    assert claims["exp"] - claims["iat"] == 15 * 60
    check_form(jwt.get_unverified_header(token), claims, timedelta(minutes=15), keys_of(settings))


def test_a_disabled_account_is_out_with_its_next_request(own_client: FlaskClient, accounts: AccountStore) -> None:
    headers = sign_in(own_client, "ana")
    assert ask(own_client, "medicines.search", headers).status_code == 200

    accounts.disable("ana")

    problem_of(ask(own_client, "medicines.search", headers), 401)


def test_the_role_is_the_accounts_not_the_tokens(own_client: FlaskClient, accounts: AccountStore) -> None:
    headers = sign_in(own_client, "ana")
    assert ask(own_client, "recommendations.recommend", headers).status_code == 200

    accounts.change("ana", role=Role.ADMIN)

    problem_of(ask(own_client, "recommendations.recommend", headers), 403)


def test_a_token_of_another_site_does_not_count(client: FlaskClient, settings: Settings, session: str) -> None:
    claims = good_claims(settings, session) | {"aud": "another-site", "iss": "another-site"}

    token = encoded(settings, claims)

    problem_of(ask(client, "medicines.search", {"Authorization": f"Bearer {token}"}), 401)


def test_a_route_without_a_row_does_not_start(settings: Settings, accounts: AccountStore) -> None:
    app = Service("api", doc_ui=False, static_folder=None)
    app.add_url_rule("/stray", "stray.route", lambda: "")

    with pytest.raises(ValueError, match=r"differ in .*stray\.route"):
        install(app, settings)


@pytest.mark.parametrize("odd", ["x5c", "jku", "x5u", "jwk", "crit"])
def test_a_header_that_says_more_is_refused_before_a_key_is_given(settings: Settings, odd: str) -> None:
    with pytest.raises(InvalidTokenError, match="header"):
        check_form(
            {"alg": ALGORITHM, odd: "x"} | kid(settings), good_claims(settings, "s"), timedelta(minutes=15), keys_of(settings)
        )


def test_hostile_tokens_are_refused_at_once(client: FlaskClient, settings: Settings, session: str) -> None:
    for what, token in hostile_tokens(settings, session):
        answer = client.get("/v1/medicines?q=x", headers={"Authorization": f"Bearer {token}"})
        assert token not in answer.get_data(as_text=True), what


def test_accounts_of_one_name_in_another_spelling_are_one(accounts: AccountStore) -> None:
    assert accounts.sign_in("DR.ADA", PASSWORD) == Account("dr.ada", Role.CLINICIAN)
