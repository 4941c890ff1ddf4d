from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from api.accounts import Role
from api.limits import MAX_HEADERS, MAX_PATH, MAX_QUERY
from tests.api.reading import problem_of

AsRole = Callable[[Role], dict[str, str]]


@pytest.mark.parametrize(
    "address", [f"/v1/{'x' * MAX_PATH}", f"/v1/medicines?q={'x' * MAX_QUERY}", f"/health/live?{'é' * MAX_QUERY}"]
)
def test_an_address_that_is_too_long_is_414_before_anything_else(client: FlaskClient, address: str) -> None:
    problem_of(client.get(address), 414)


def test_too_many_headers_are_431(client: FlaskClient) -> None:
    headers = [(f"X-{i}", "x") for i in range(MAX_HEADERS + 1)]

    problem_of(client.get("/health/live", headers=headers), 431)
    assert client.get("/health/live", headers=headers[: MAX_HEADERS // 2]).status_code == 200


def test_a_long_address_within_the_limit_is_looked_at(client: FlaskClient, as_role: AsRole) -> None:
    problem_of(client.get(f"/v1/medicines?q={'x' * 5000}", headers=as_role(Role.USER)), 422)
