import io
import json
import logging
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient

from api.accounts import Role
from api.logs import JsonLines, log_settings, short_hash
from tests.api.small import NAMES, OWN

AsRole = Callable[[Role], dict[str, str]]


@pytest.fixture
def lines() -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """What is logged while a test runs, as the service writes it."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines())
    root, level = logging.getLogger(), logging.getLogger().level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.setLevel(level)
    root.removeHandler(handler)


Lines = Callable[[], list[dict[str, Any]]]


def test_a_request_is_one_line_with_its_template(client: FlaskClient, as_role: AsRole, lines: Lines) -> None:
    headers = as_role(Role.CLINICIAN)
    answer = client.get(f"/v1/patients/{OWN}/recommendations?top=3", headers=headers)

    (line,) = [line for line in lines() if line["event"] == "request"]
    assert line["route"] == "/v1/patients/<patient>/recommendations"
    assert (line["method"], line["status"], line["problem"]) == ("GET", 200, None)
    assert line["request_id"] == answer.headers["X-Request-ID"]
    assert line["ms"] > 0
    assert len(line["account"]) == 12
    assert NAMES[Role.CLINICIAN] not in json.dumps(line)
    assert OWN not in json.dumps(line)


def test_an_account_has_one_hash_and_another_has_another(client: FlaskClient, as_role: AsRole, lines: Lines) -> None:
    for role in (Role.CLINICIAN, Role.CLINICIAN, Role.USER):
        client.get("/v1/medicines?q=a", headers=as_role(role))
    client.get("/health/live")

    first, second, other, nobody = (line["account"] for line in lines() if line["event"] == "request")
    assert first == second != other
    assert nobody is None


@pytest.mark.parametrize(
    ("address", "method"), [("/Zebrafever", "GET"), ("/v1/medicines", "ZEBRAFEVER"), ("/v1/medicines?q=Zebrafever", "GET")]
)
def test_nothing_that_a_client_sent_is_in_a_line(
    client: FlaskClient, as_role: AsRole, lines: Lines, address: str, method: str
) -> None:
    headers = {**as_role(Role.USER), "X-Request-ID": "Zebrafever", "User-Agent": "Zebrafever"}
    client.open(address, method=method, headers=headers)

    assert [line for line in lines() if "zebra" in json.dumps(line).lower()] == []
    assert [line["status"] for line in lines() if line["event"] == "request"]


def test_what_a_library_says_is_not_repeated(lines: Lines) -> None:
    logging.getLogger("sqlalchemy.engine").warning("SELECT 'Zebrafever'")

    (line,) = lines()
    assert (line["logger"], line["event"]) == ("sqlalchemy.engine", "said by a library")


def test_of_an_error_its_kind_and_place_are_told(lines: Lines) -> None:
    try:
        raise ValueError("Zebrafever")
    except ValueError:
        logging.getLogger("api.test").error("it failed", exc_info=sys.exc_info())

    (line,) = lines()
    assert (line["level"], line["event"], line["error"]) == ("error", "it failed", "ValueError")
    assert "test_of_an_error" in line["at"][0]
    assert "Zebra" not in json.dumps(line)


def test_a_line_is_one_line(lines: Lines) -> None:
    logging.getLogger("api.test").warning("two\nlines\u2028or three")

    assert lines()[0]["event"] == "two\nlines\u2028or three"


def test_a_hash_needs_its_key() -> None:
    assert short_hash(b"a", "dr.ada") != short_hash(b"b", "dr.ada")
    assert short_hash(b"a", "dr.ada") == short_hash(b"a", "dr.ada")


def test_the_servers_own_words_are_lines_as_well() -> None:
    assert log_settings()["formatters"] == {"lines": {"()": "api.logs.JsonLines"}}
