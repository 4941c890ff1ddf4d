"""Nothing of a patient, no password and no token comes out by a side door: logs, errors, addresses, settings."""

import logging
from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from api.accounts import AccountStore
from api.app import create_app
from api.context import Serving
from api.settings import Settings
from api.wiring import wire
from graph.pseudonyms import read_patient_key
from tests.api.conftest import context_of, sign_in
from tests.api.small import OWN, PASSWORD

CANARY = "Zebrafever"
CASES: tuple[object, ...] = (
    {"conditions": [CANARY], "allergies": [{"substance": CANARY, "reaction": CANARY}]},
    {"sex": CANARY},
    {"results": [{"test": "creatinine", "value": CANARY}]},
    {"results": [{"test": "creatinine", "value": 1, "date": CANARY}]},
    {"conditions": {CANARY: CANARY}},
    [CANARY],
)


def requests(client: FlaskClient, headers: dict[str, str]) -> Iterator[tuple[int, str]]:
    """Every way in which a canary can be sent, with the answers."""
    secrets = {"username": f"{CANARY}-name", "password": f"{CANARY}-password"}
    for answer in (
        client.post("/v1/auth/token", json=secrets),
        client.post("/v1/auth/token", json=secrets | {"username": "dr.ada"}),
        client.post("/v1/auth/token", json={"username": "dr.ada", "password": [CANARY]}),
        client.post("/v1/auth/token", data=f'{{"password": "{CANARY}", "password": 1}}', content_type="application/json"),
        client.get(f"/v1/patients/{CANARY}/recommendations", headers=headers),
        client.get(f"/v1/patients/{OWN}/recommendations?top={CANARY}&as_of={CANARY}&min_level={CANARY}", headers=headers),
        client.get(f"/v1/{CANARY}?x={CANARY}", headers=headers),
        client.get("/v1/medicines?q=lis", headers={"Authorization": f"Bearer {CANARY}.{CANARY}.{CANARY}"}),
        client.get(f"/v1/medicines?q=lis&limit={CANARY}", headers=headers),
        client.delete(f"/v1/patients/{CANARY}/recommendations", headers=headers),
        *(client.post("/v1/recommendations", json=case, headers=headers) for case in CASES),
    ):
        yield answer.status_code, answer.get_data(as_text=True) + str(answer.headers)


def test_no_error_and_no_log_repeats_what_was_sent(
    settings: Settings, accounts: AccountStore, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    client = wire(settings, accounts).test_client()
    headers = sign_in(client, "dr.ada")

    answers = list(requests(client, headers))

    assert {status for status, _ in answers} == {200, 400, 401, 404, 405, 422}
    assert [text for status, text in answers if status != 200 and CANARY in text] == []
    for secret in (CANARY, OWN, PASSWORD, headers["Authorization"].removeprefix("Bearer ")):
        assert secret not in caplog.text


def test_a_defect_in_the_middle_of_an_answer_repeats_nothing(
    settings: Settings, accounts: AccountStore, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)

    def serving() -> Serving:
        raise LookupError(f"{CANARY} of patient {OWN}")

    client = create_app(replace(context_of(settings, accounts), serving=serving)).test_client()
    headers = sign_in(client, "dr.ada")

    for answer in (
        client.get(f"/v1/patients/{OWN}/recommendations", headers=headers),
        client.post("/v1/recommendations", json={"conditions": [CANARY]}, headers=headers),
    ):
        assert answer.status_code == 500
        assert CANARY not in answer.get_data(as_text=True)
        assert OWN not in answer.get_data(as_text=True)
    assert "LookupError" in caplog.text
    assert CANARY not in caplog.text
    assert OWN not in caplog.text


def test_keys_are_not_shown(settings: Settings, accounts: AccountStore) -> None:
    shown = repr(context_of(settings, accounts))

    assert str(read_patient_key(settings.graph.patient_key)) not in shown
    assert str(settings.signing_key()) not in shown
