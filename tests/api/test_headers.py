import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from api.accounts import AccountStore, Role
from api.settings import Settings
from api.wiring import wire
from tests.api.small import OWN

AsRole = Callable[[Role], dict[str, str]]
ADDRESSES = (
    "/health/live",
    "/v1/nope",
    "/v1/medicines?q=lis",
    f"/v1/patients/{OWN}/recommendations",
    "/docs",
    "/openapi.json",
    "/version",
)


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_answer_carries_the_headers(client: FlaskClient, as_role: AsRole, address: str) -> None:
    headers = client.get(address, headers=as_role(Role.CLINICIAN)).headers

    assert headers["Content-Security-Policy"].startswith("default-src 'none'; frame-ancestors 'none'")
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "geolocation=()" in headers["Permissions-Policy"]
    assert "Strict-Transport-Security" not in headers
    assert "Access-Control-Allow-Origin" not in headers
    assert re.fullmatch("[0-9a-f]{32}", headers["X-Request-ID"])


def test_records_are_kept_nowhere_and_knowledge_by_the_one_who_asked(client: FlaskClient, as_role: AsRole) -> None:
    headers = as_role(Role.CLINICIAN)

    assert client.get(f"/v1/patients/{OWN}/recommendations", headers=headers).headers["Cache-Control"] == "no-store"
    assert client.get("/v1/medicines?q=lis", headers=headers).headers["Cache-Control"] == "private, no-cache"
    assert client.get("/v1/medicines?q=lis", headers=headers).headers["Vary"] == "Authorization"
    assert client.get("/v1/medicines/nothing", headers=headers).headers["Cache-Control"] == "no-store"


def test_no_origin_is_let_in(client: FlaskClient, as_role: AsRole) -> None:
    for method in ("GET", "OPTIONS", "POST"):
        for address in ADDRESSES:
            headers = {**as_role(Role.CLINICIAN), "Origin": "https://evil.example", "Access-Control-Request-Method": "GET"}
            answer = client.open(address, method=method, headers=headers)
            assert not [name for name, _ in answer.headers if name.startswith("Access-Control")]


def test_behind_tls_browsers_are_told_to_keep_to_it(settings: Settings, accounts: AccountStore) -> None:
    client = wire(replace(settings, behind_tls=True), accounts).test_client()

    assert client.get("/health/live").headers["Strict-Transport-Security"].startswith("max-age=31536000")


def test_the_setting_is_read(tmp_path: Path) -> None:
    assert Settings.from_environment({"RXPATH_HOME": str(tmp_path), "RXPATH_BEHIND_TLS": "1"}).behind_tls
    assert not Settings.from_environment({"RXPATH_HOME": str(tmp_path)}).behind_tls
