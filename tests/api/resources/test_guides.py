from collections.abc import Callable
from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from api.accounts import AccountStore
from api.settings import Settings
from api.wiring import wire
from graph.queries import FOLDER
from tests.api.reading import problem_of

ORIGIN = "http://127.0.0.1:7474"
FILES = {
    "/guides/rxpath.html": ("guide.html", "text/html; charset=utf-8"),
    "/guides/rxpath.grass": ("style.grass", "text/plain; charset=utf-8"),
}


@pytest.fixture
def serving(settings: Settings, accounts: AccountStore) -> Callable[[str], FlaskClient]:
    """A client of a service with this setting."""
    return lambda origin: wire(replace(settings, browser_origin=origin), accounts).test_client()


@pytest.mark.parametrize("address", FILES)
def test_the_browser_reads_the_file_without_a_token(serving: Callable[[str], FlaskClient], address: str) -> None:
    file, media_type = FILES[address]

    answer = serving(ORIGIN).get(address, headers={"Origin": ORIGIN})

    assert answer.status_code == 200
    assert answer.data == (FOLDER / "browser" / file).read_bytes()
    assert answer.headers["Content-Type"] == media_type
    assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert answer.headers["Vary"] == "Origin"
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert "Access-Control-Allow-Credentials" not in answer.headers


@pytest.mark.parametrize("address", FILES)
def test_what_a_browser_asks_first_is_allowed(serving: Callable[[str], FlaskClient], address: str) -> None:
    # As :play sends them; headers beside the simple ones make a browser ask.
    asked = {"Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "cache-control,pragma,sentry-trace"}

    answer = serving(ORIGIN).options(address, headers={"Origin": ORIGIN} | asked)

    assert (answer.status_code, answer.data) == (204, b"")
    assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert answer.headers["Access-Control-Allow-Methods"] == "GET"
    assert set(answer.headers["Access-Control-Allow-Headers"].split(", ")) == {"cache-control", "pragma", "sentry-trace"}


@pytest.mark.parametrize("address", FILES)
@pytest.mark.parametrize("method", ["GET", "OPTIONS"])
def test_without_the_setting_there_is_nothing(client: FlaskClient, address: str, method: str) -> None:
    answer = client.open(address, method=method, headers={"Origin": ORIGIN})

    problem_of(answer, 404)
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_another_origin_is_told_the_settings_not_its_own(serving: Callable[[str], FlaskClient]) -> None:
    answer = serving(ORIGIN).get("/guides/rxpath.html", headers={"Origin": "http://evil.example"})

    assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN


@pytest.mark.parametrize(
    "address", ["/openapi.json", "/health/live", "/v1/medicines?q=a", "/docs", "/guides/other.html", "/nope"]
)
def test_no_other_address_may_be_read_from_elsewhere(serving: Callable[[str], FlaskClient], address: str) -> None:
    answer = serving(ORIGIN).get(address, headers={"Origin": ORIGIN})

    assert "Access-Control-Allow-Origin" not in answer.headers


@pytest.mark.parametrize(
    "address", ["/guides/..%2Fguide.html", "/guides/../schema/entity_id.cypher", "/guides/guide.html", "/guides/", "/guides"]
)
def test_no_other_file_is_served(serving: Callable[[str], FlaskClient], address: str) -> None:
    problem_of(serving(ORIGIN).get(address), 404)


def test_nothing_but_reading_is_allowed(serving: Callable[[str], FlaskClient]) -> None:
    answer = serving(ORIGIN).post("/guides/rxpath.html", json={})

    problem_of(answer, 405)
    assert sorted(answer.headers["Allow"].split(", ")) == ["GET", "HEAD", "OPTIONS"]
