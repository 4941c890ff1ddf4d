"""Every route, by every role and every sort of token, made from the URL map: the answer is what the role table says.

Only whether somebody is let through is judged. A request that is let through may still be answered that its body lacks
something, or that there is no such thing; it is never answered 401, 403 or 5xx.
"""

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import jwt
import pytest
from flask.testing import FlaskClient

from api.accounts import AccountStore, Role, open_accounts
from api.app import Service
from api.auth import ALGORITHM
from api.roles import ROLE_TABLE, Scope, scopes_of
from api.wiring import wire
from graph.elements import NodeId
from graph.pseudonyms import patient_id, read_patient_key
from tests.api.conftest import add_accounts, cheap_passwords, give_care, settings_of, sign_in
from tests.api.hostile_tokens import encoded, good_claims, kid
from tests.api.small import NAMES, OTHER, OWN, build

VALUES = {"kind": "diagnoses", "medicine": "Lisinopril", "predictor": "conditions", "node": "ICD10CM:I10", "name": "x"}
"""What stands in an address beside patients; where nothing is named, what nobody has."""
NOTHING = "0" * 32
LET_THROUGH = {200, 201, 202, 204, 304, 400, 404, 405, 409, 410, 412, 413, 415, 422, 428, 429}


class Case(NamedTuple):
    """One method of one route."""

    endpoint: str
    method: str
    rule: str

    def address(self, patient: str) -> str:
        def filled(found: re.Match[str]) -> str:
            return patient if found[1] == "patient" else VALUES.get(found[1], NOTHING)

        return re.sub(r"<(?:[^:>]*:)?([^>]*)>", filled, self.rule)

    @property
    def about_patients(self) -> bool:
        return "<patient>" in self.rule


class World:
    """A service of its own, since requests of the matrix may change what they meet."""

    def __init__(self, home: Path) -> None:
        build(home)
        self.settings = settings_of(home)
        key = read_patient_key(home / "patient.key")
        self.own, self.other = (patient_id(name, key) for name in (OWN, OTHER))
        self.accounts: AccountStore = open_accounts(self.settings.graph.database, cheap_passwords())
        add_accounts(self.accounts, NodeId(self.own))
        give_care(self.settings, patients=(OWN,))
        self.app: Service = wire(self.settings, self.accounts)
        self.client: FlaskClient = self.app.test_client()

    def cases(self) -> Iterator[Case]:
        for rule in self.app.url_map.iter_rules():
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                yield Case(rule.endpoint, method, rule.rule)

    def protected(self) -> Iterator[Case]:
        return (case for case in self.cases() if ROLE_TABLE[case.endpoint].roles)

    def ask(self, case: Case, headers: dict[str, str], patient: str = "") -> int:
        body = {} if case.method in ("POST", "PUT", "PATCH") else None
        answer = self.client.open(case.address(patient or self.own), method=case.method, headers=headers, json=body)
        if answer.status_code in (401, 403):
            assert answer.mimetype == "application/problem+json"
        if answer.status_code == 401:
            assert answer.headers["WWW-Authenticate"].startswith("Bearer")
        return answer.status_code

    def signed_in(self, role: Role) -> dict[str, str]:
        # Anew for each request: some of them end the session.
        return sign_in(self.client, NAMES[role])


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    made = World(tmp_path_factory.mktemp("matrix"))
    yield made
    made.accounts.close()


def test_every_route_has_a_row_and_every_row_a_route(world: World) -> None:
    assert {case.endpoint for case in world.cases()} | {"guides.ask"} == set(ROLE_TABLE)
    assert len(list(world.protected())) > 40


@pytest.mark.parametrize("role", Role)
def test_each_role_is_let_through_where_the_table_says(world: World, role: Role) -> None:
    odd = []
    for case in world.protected():
        status = world.ask(case, world.signed_in(role))
        expected = LET_THROUGH if role in ROLE_TABLE[case.endpoint].roles else {403}
        if status not in expected:
            odd.append((case, status))

    assert odd == []


def test_without_a_token_nothing_protected_is_told_and_open_routes_are(world: World) -> None:
    odd = [(case, status) for case in world.protected() if (status := world.ask(case, {})) != 401]
    opened = [case for case in world.cases() if not ROLE_TABLE[case.endpoint].roles]
    odd += [(case, status) for case in opened if (status := world.ask(case, {})) in (403, 500)]

    assert odd == []


def test_an_expired_token_and_a_foreign_one_count_nowhere(world: World) -> None:
    live = jwt.decode(world.signed_in(Role.CLINICIAN)["Authorization"][7:], options={"verify_signature": False})
    past, good = int(time.time()) - 3600, good_claims(world.settings, live["sid"])
    expired = encoded(world.settings, good | {"iat": past - 600, "nbf": past - 600, "exp": past})
    foreign = jwt.encode(good, bytes(32), ALGORITHM, headers=kid(world.settings))

    for token in (expired, foreign):
        headers = {"Authorization": f"Bearer {token}"}
        assert [(case, s) for case in world.protected() if (s := world.ask(case, headers)) != 401] == []


def test_a_session_that_ended_counts_nowhere(world: World) -> None:
    headers = world.signed_in(Role.CLINICIAN)
    assert world.client.post("/v1/auth/logout", headers=headers).status_code == 204

    assert [(case, s) for case in world.protected() if (s := world.ask(case, headers)) != 401] == []


def test_a_key_opens_what_its_scope_and_its_role_open_and_nothing_else(world: World) -> None:
    odd = []
    for scope in Scope:
        for role in (Role.CLINICIAN, Role.ADMIN):
            if scope is Scope.NONE or scope not in scopes_of(role):
                continue
            made = world.accounts.keys.make(NAMES[role], "matrix", {scope}, 1)
            headers = {"Authorization": f"Bearer {made[1]}"}
            for case in world.protected():
                row = ROLE_TABLE[case.endpoint]
                expected = LET_THROUGH if row.scope == scope and role in row.roles else {403}
                if (status := world.ask(case, headers)) not in expected:
                    odd.append((scope, role, case, status))
            world.accounts.keys.remove(NAMES[role], made[0].id)

    assert odd == []


def test_somebody_elses_record_is_told_to_nobody(world: World) -> None:
    odd = []
    for case in world.protected():
        if not case.about_patients:
            continue
        for role in (Role.USER, Role.CLINICIAN):
            if role in ROLE_TABLE[case.endpoint].roles:
                status = world.ask(case, world.signed_in(role), world.other)
                # A clinician breaks the glass for those who are not in care; what is asked there is a reason.
                allowed = {422} if case.endpoint.startswith("break_glass.") else {403, 404, 422, 428}
                if status not in allowed:
                    odd.append((case, role, status))

    assert odd == []


def test_a_token_of_an_account_that_was_disabled_counts_nowhere(world: World) -> None:
    headers = world.signed_in(Role.ANALYST)
    world.accounts.disable(NAMES[Role.ANALYST])

    assert [(case, s) for case in world.protected() if (s := world.ask(case, headers)) != 401] == []
