"""Every audited request stands in the trail, and what cannot be recorded is not told."""

import random
import sqlite3
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest

from api.audit import Wanted
from api.roles import ROLE_TABLE, Scope
from graph.elements import NodeId
from graph.pseudonyms import patient_id, read_patient_key
from tests.api.reading import problem_of
from tests.api.resources.conftest import STRANGER, Clinic, clinic, open_clinic
from tests.api.small import NAMES, OTHER, OWN

__all__ = ["clinic", "open_clinic"]
ASKING = ("", *NAMES.values(), STRANGER)
REQUESTS: tuple[tuple[str, str, str, Any], ...] = (
    ("patients.recommend", "GET", "/v1/patients/{}/recommendations?as_of=2026-03-01", None),
    ("consents.read", "GET", "/v1/patients/{}/consents", None),
    ("consents.history", "GET", "/v1/patients/{}/consents/history", None),
    ("consents.change", "PUT", "/v1/patients/{}/consents", {"treatment": True}),
    ("break_glass.open_record", "POST", "/v1/patients/{}/break-glass", {"reason": "short"}),
    ("audit.rows_of_patient", "GET", "/v1/patients/{}/audit", None),
    ("care.relations", "GET", "/v1/care?limit=0", None),
    ("recommendations.recommend", "POST", "/v1/recommendations?as_of=2026-03-01", {"conditions": ["asthma"]}),
    ("", "GET", "/v1/medicines?q=lis", None),
    ("", "GET", "/health/live", None),
)


def test_the_trail_is_the_ledger(clinic: Clinic) -> None:
    key = read_patient_key(clinic.settings.graph.patient_key)
    ids = {name: patient_id(name, key) for name in (OWN, OTHER, "MRN-0")}
    ledger: list[tuple[Any, ...]] = []

    def ask(seed: int) -> None:
        draw = random.Random(seed)
        client = clinic.app.test_client()
        for _ in range(80):
            who, name = draw.choice(ASKING), draw.choice(list(ids))
            action, method, address, body = draw.choice(REQUESTS)
            headers = clinic.headers[who] if who else {}
            answer = client.open(address.format(name), method=method, headers=headers, json=body)
            assert answer.status_code < 500
            if action:
                # What is refused, for whatever reason, never came to the record.
                patient = ids[name] if "{}" in address and answer.status_code == 200 else None
                ledger.append((answer.headers["X-Request-ID"], who, action, method, patient, answer.status_code))

    threads = [threading.Thread(target=ask, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    words = {clinic.context.trail.subject(ids[OWN]).hidden("account", "pat"): "pat"}
    rows = clinic.context.trail.rows(Wanted(limit=10_000))
    trail = [(r.request_id, words.get(r.account, r.account), r.action, r.method, r.patient, r.status) for r in rows]
    assert len(ledger) > 200
    assert Counter(trail) == Counter(ledger)
    assert len({row[0] for row in ledger}) == len(ledger)
    assert len({row[-1] for row in ledger}) >= 5
    assert clinic.context.trail.verify().broken is None


@contextmanager
def unwritable(clinic: Clinic) -> Iterator[None]:
    """The trail cannot be written while this lasts; everything else can."""
    path = clinic.settings.graph.home / "accounts.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TRIGGER full BEFORE INSERT ON audit_entry BEGIN SELECT RAISE(ABORT, 'full'); END")
        connection.execute("CREATE TRIGGER full_too BEFORE UPDATE ON audit_head BEGIN SELECT RAISE(ABORT, 'full'); END")
        connection.commit()
        yield
        connection.execute("DROP TRIGGER full")
        connection.execute("DROP TRIGGER full_too")
        connection.commit()


def test_what_cannot_be_recorded_is_neither_told_nor_done(clinic: Clinic, own_id: NodeId) -> None:
    consents = f"/v1/patients/{OWN}/consents"
    read = clinic.ask("pat", "GET", consents)
    wanted = read.get_json()["purposes"] | {"learning": False}

    with unwritable(clinic):
        for who, method, address, body in (
            ("dr.ada", "GET", f"/v1/patients/{OWN}/recommendations", None),
            ("pat", "GET", consents, None),
            ("pat", "PUT", consents, wanted),
            ("root", "GET", "/v1/audit", None),
            ("root", "POST", "/v1/care", {"account": STRANGER, "patient": OWN}),
            (STRANGER, "POST", f"/v1/patients/{OWN}/break-glass", {"reason": "an emergency"}),
            ("", "GET", consents, None),
        ):
            answer = clinic.ask(who, method, address, body, If_Match=read.headers["ETag"])
            found = problem_of(answer, 503)
            assert found["type"] == "urn:rxpath:problem:audit-unavailable"
            assert answer.headers["Retry-After"]
            assert answer.headers["Cache-Control"] == "no-store"
        assert clinic.ask("dr.ada", "GET", "/v1/medicines?q=lis").status_code == 200
        problem_of(clinic.ask("", "GET", "/health/ready"), 503)

    assert clinic.ask("", "GET", "/health/ready").status_code == 200
    again = clinic.ask("pat", "GET", consents)
    assert again.get_json() == read.get_json()
    assert clinic.context.care.broken() == ()
    assert len(clinic.ask("root", "GET", "/v1/care").get_json()["items"]) == 2
    assert clinic.context.trail.verify().broken is None


def test_who_is_refused_names_nobody(clinic: Clinic) -> None:
    for who in ("", STRANGER, "ana", "root"):
        clinic.ask(who, "GET", f"/v1/patients/{OWN}/consents")
    clinic.ask("pat", "GET", f"/v1/patients/{OTHER}/consents")

    rows = clinic.context.trail.rows(Wanted())

    assert [(row.patient, row.status) for row in rows] == [(None, 403), (None, 403), (None, 403), (None, 404), (None, 401)]
    assert clinic.ask("pat", "GET", f"/v1/patients/{OWN}/audit").get_json()["items"] == []


def test_a_row_names_the_session_and_the_place(clinic: Clinic) -> None:
    clinic.ask("dr.ada", "GET", f"/v1/patients/{OWN}/consents")
    clinic.ask("dr.ada", "GET", f"/v1/patients/{OWN}/consents")

    rows = clinic.context.trail.rows(Wanted())

    assert len({row.via for row in rows}) == 1
    assert rows[0].via
    assert {row.address for row in rows} == {"127.0.0.1"}


@pytest.mark.parametrize("route", ROLE_TABLE)
def test_what_is_not_recorded_is_open_or_knowledge(route: str) -> None:
    row = ROLE_TABLE[route]

    assert row.audited == bool(row.roles and row.scope is not Scope.KNOWLEDGE)
