import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from openapi_spec_validator import OpenAPIV31SpecValidator

from api.accounts import Role
from api.app import Service
from tests.api.reading import problem_of


def test_the_document_is_valid_and_lists_every_route(app: Service, client: FlaskClient) -> None:
    document = client.get("/openapi.json").get_json()

    OpenAPIV31SpecValidator(document).validate()
    documented = {(path, method.upper()) for path, item in document["paths"].items() for method in item}
    # The page of the document itself, and what a browser asks before it reads the guide from another origin.
    asked = [rule for rule in app.url_map.iter_rules() if not rule.endpoint.startswith("docs.")]
    methods = {
        (re.sub(r"<(?:[a-z]+:)?(.*?)>", r"{\1}", r.rule), m) for r in asked for m in (r.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert methods == documented


def test_every_operation_says_who_may_ask_and_how_it_fails(client: FlaskClient) -> None:
    document = client.get("/openapi.json").get_json()

    for path, item in document["paths"].items():
        for operation in item.values():
            assert operation["summary"]
            assert operation.get("security", []) == ([{"bearer": []}] if "401" in operation["responses"] else []) or (
                path == "/v1/auth/token"
            )
            errors = {k: v for k, v in operation["responses"].items() if not k.startswith("2")}
            assert "default" in errors
            assert all(set(error["content"]) == {"application/problem+json"} for error in errors.values())
    ids = [operation["operationId"] for item in document["paths"].values() for operation in item.values()]
    assert len(ids) == len(set(ids))


def test_the_case_is_documented_with_an_example_that_works(
    client: FlaskClient, as_role: Callable[[Role], dict[str, str]]
) -> None:
    document = client.get("/openapi.json").get_json()
    body = document["paths"]["/v1/recommendations"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    case = document["components"]["schemas"][body["$ref"].rpartition("/")[2]]

    assert client.post("/v1/recommendations", json=case["example"], headers=as_role(Role.CLINICIAN)).status_code == 200
    assert case["additionalProperties"] is False


@pytest.mark.parametrize("address", ["/", "/nope", "/v1", "/v1/", "/v1/auth/token/x", "/static/x", "/docs/"])
def test_an_unknown_address_is_a_404_problem(client: FlaskClient, address: str) -> None:
    problem_of(client.get(address), 404)


@pytest.mark.parametrize(
    ("method", "address", "allowed"),
    [
        ("GET", "/v1/auth/token", "POST"),
        ("DELETE", "/v1/medicines", "GET, HEAD"),
        ("PUT", "/v1/recommendations", "POST"),
        ("OPTIONS", "/v1/recommendations", "POST"),
        ("POST", "/health/live", "GET, HEAD"),
        ("TRACE", "/health/live", "GET, HEAD"),
    ],
)
def test_another_method_is_a_405_problem_that_says_which(client: FlaskClient, method: str, address: str, allowed: str) -> None:
    answer = client.open(address, method=method)

    problem_of(answer, 405)
    assert ", ".join(sorted(answer.headers["Allow"].split(", "))) == allowed


@pytest.mark.parametrize("address", ["/v1/medicines?q=lis", "/v1/nope", "/health/live"])
def test_answers_are_not_stored_and_not_guessed_at(client: FlaskClient, address: str) -> None:
    headers = client.get(address).headers

    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"].startswith("default-src 'none'; frame-ancestors 'none'")
    assert re.fullmatch("[0-9a-f]{32}", headers["X-Request-ID"])
    assert "Access-Control-Allow-Origin" not in headers
    assert "Set-Cookie" not in headers
