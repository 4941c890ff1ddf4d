"""Every route, every role, and no token, an expired one, a revoked one, another's record, a key of another scope."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from api.accounts import Account, AccountStore, Role, open_accounts
from api.app import Service
from api.roles import CARING, OVERSEEING, ROLE_TABLE, Scope
from api.wiring import wire
from graph.elements import NodeId
from graph.pseudonyms import patient_id, read_patient_key
from tests.api.conftest import add_accounts, cheap_passwords, give_care, settings_of, sign_in
from tests.api.reading import problem_of
from tests.api.role_matrix import Route, ask, examples, expired, routes, wrong
from tests.api.small import NAMES, OTHER, OWN, PASSWORD, build

# Open routes whose own business is whether what they are given counts.
GIVES_TOKENS = "auth."
# A key is made here, when accounts have keys.
KEYS = "/v1/auth/keys"
WITH_KEYS = "keys.make" in ROLE_TABLE


@dataclass
class Place:
    """A service of this module's own, whose clinician cares for one of two patients."""

    app: Service
    client: FlaskClient
    accounts: AccountStore
    home: Path
    own: NodeId
    other: NodeId
    found: Mapping[str, list[Route]] = field(default_factory=dict)

    def as_role(self, role: Role) -> dict[str, str]:
        """Headers of a token that no other request has used: some routes end a session."""
        return sign_in(self.client, NAMES[role])


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    home = build(tmp_path_factory.mktemp("matrix"))
    settings = settings_of(home)
    give_care(settings, patients=[OWN])
    accounts = open_accounts(settings.graph.database, cheap_passwords())
    own, other = (patient_id(number, read_patient_key(home / "patient.key")) for number in (OWN, OTHER))
    add_accounts(accounts, own)
    app = wire(settings, accounts)
    found: dict[str, list[Route]] = {}
    for route in routes(app):
        found.setdefault(route.endpoint, []).append(route)
    yield Place(app, app.test_client(use_cookies=False), accounts, home, own, other, found)
    accounts.close()


def each_role(place: Place, route: Route) -> Iterator[str]:
    """What is wrong with how each role is answered about one's own."""
    for role in Role:
        yield wrong(route, role, ask(place.client, route, place.as_role(role), place.own))


PROTECTED = sorted(endpoint for endpoint, row in ROLE_TABLE.items() if row.roles)
OPEN = sorted(set(ROLE_TABLE) - set(PROTECTED))


def test_the_table_and_the_url_map_are_the_same(place: Place) -> None:
    assert set(place.found) == set(ROLE_TABLE)


@pytest.mark.parametrize("endpoint", PROTECTED)
def test_each_role_may_ask_what_the_table_says(place: Place, endpoint: str) -> None:
    assert [said for route in place.found[endpoint] for said in each_role(place, route) if said] == []


@pytest.mark.parametrize("endpoint", PROTECTED)
def test_no_token_and_an_expired_one_are_401_and_say_how(place: Place, endpoint: str) -> None:
    for route in place.found[endpoint]:
        answer = ask(place.client, route, {}, place.own)
        problem_of(answer, 401)
        assert answer.headers["WWW-Authenticate"] == "Bearer"
        for role in Role:
            answer = ask(place.client, route, expired(place.as_role(role), settings_of(place.home)), place.own)
            problem_of(answer, 401)
            assert answer.headers["WWW-Authenticate"] == 'Bearer error="invalid_token"'


@pytest.fixture(scope="module")
def revoked(place: Place) -> Mapping[Role, dict[str, str]]:
    """Tokens of accounts that were disabled since."""
    found = {}
    for role in Role:
        place.accounts.add(Account(f"gone.{role}", role, place.own if role is Role.USER else None), PASSWORD)
        found[role] = sign_in(place.client, f"gone.{role}")
        place.accounts.disable(f"gone.{role}")
    return found


@pytest.mark.parametrize("endpoint", PROTECTED)
def test_the_token_of_a_disabled_account_is_401(place: Place, revoked: Mapping[Role, dict[str, str]], endpoint: str) -> None:
    for route in place.found[endpoint]:
        for headers in revoked.values():
            problem_of(ask(place.client, route, headers, place.own), 401)


@pytest.mark.parametrize("endpoint", OPEN)
def test_what_is_open_asks_for_no_token(place: Place, endpoint: str) -> None:
    for route in place.found[endpoint]:
        status = ask(place.client, route, {}, place.own).status_code
        assert status < 500
        assert status != 403
        assert status != 401 or endpoint.startswith(GIVES_TOKENS)


@pytest.fixture(scope="module")
def bodies(place: Place) -> Mapping[tuple[str, str], Any]:
    return examples(place.client.get("/openapi.json").get_json())


@pytest.mark.parametrize("endpoint", PROTECTED)
def test_anothers_record_is_nobodys_to_read_or_change(
    place: Place, bodies: Mapping[tuple[str, str], Any], endpoint: str
) -> None:
    """Role by role: who is in the table for a patient's route has it for the patients of the account alone."""
    for route in place.found[endpoint]:
        if not route.of_a_patient or endpoint in NO_CARE_NEEDED:
            continue
        body = bodies.get((route.method, route.rule))
        for role in CARING & route.row.roles:
            expected = 403 if role is Role.USER else 404
            for patient in (place.other, OTHER):
                answer = ask(place.client, route, place.as_role(role) | {"If-Match": "*"}, patient, body)
                # Without a body that is in order nothing is learnt about the patient either.
                allowed = {expected} if body is not None or route.method in {"GET", "DELETE"} else {expected, 422}
                assert answer.status_code in allowed, (route, role, answer.status_code, answer.get_json(silent=True))


# An emergency opens a record that is in nobody's care, and says so in the trail.
NO_CARE_NEEDED = {"break_glass.open_record"}


@pytest.mark.skipif(not WITH_KEYS, reason="accounts have no keys")
@pytest.mark.parametrize("role", Role)
def test_a_key_asks_what_its_one_scope_and_the_role_allow(place: Place, role: Role) -> None:
    said = []
    for scope in filter(None, Scope):
        wanted = {"label": "matrix", "scopes": [str(scope)], "days": 1}
        made = place.client.post(KEYS, json=wanted, headers=place.as_role(role))
        if made.status_code == 422:  # no route of this role asks for the scope
            assert not any(row.scope is scope and role in row.roles for row in ROLE_TABLE.values())
            continue
        headers = {"Authorization": f"Bearer {made.get_json()['key']}"}
        said += [
            wrong(route, role, ask(place.client, route, headers, place.own), scope)
            for endpoint in PROTECTED
            for route in place.found[endpoint]
        ]
    assert [what for what in said if what] == []
    assert said


def test_no_admin_sees_a_record_and_no_analyst_asks_for_one() -> None:
    """What the table may never say, whatever rows are added: it is else held against itself."""
    records = {e: row for e, row in ROLE_TABLE.items() if row.scope in {Scope.RECORDS, Scope.RECORDS_WRITE}}

    assert records
    assert all(row.roles <= CARING and row.audited for row in records.values())
    assert all(Role.USER not in row.roles for e, row in ROLE_TABLE.items() if e.startswith(("users.", "care.", "imports.")))


def test_routes_of_a_patient_are_audited_and_not_for_admins(place: Place) -> None:
    for endpoint, found in place.found.items():
        if any(route.of_a_patient for route in found):
            assert ROLE_TABLE[endpoint].audited, endpoint
            assert Role.ADMIN not in ROLE_TABLE[endpoint].roles or ROLE_TABLE[endpoint].roles <= OVERSEEING, endpoint


def test_no_route_tells_a_patient_that_exists_from_one_that_does_not(place: Place) -> None:
    nobody = "patient:0123456789abcdef0123456789abcdef"
    for endpoint in PROTECTED:
        for route in place.found[endpoint]:
            if not route.of_a_patient or route.method != "GET":
                continue
            for role in CARING & route.row.roles:
                answers = [ask(place.client, route, place.as_role(role), patient) for patient in (place.other, nobody)]
                said = [(a.status_code, a.get_json()["title"], a.get_json()["detail"]) for a in answers]
                assert said[0] == said[1], (route, role)
