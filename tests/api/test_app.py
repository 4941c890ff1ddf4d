import importlib
import pkgutil
import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from openapi_spec_validator import OpenAPIV31SpecValidator
from pydantic import BaseModel

from api import schemas
from api.accounts import Role
from api.app import Service
from tests.api.reading import problem_of


def test_the_document_is_valid_and_lists_every_route(app: Service, client: FlaskClient) -> None:
    document = client.get("/openapi.json").get_json()

    OpenAPIV31SpecValidator(document).validate()
    rules = [rule for rule in app.url_map.iter_rules() if not rule.endpoint.startswith("docs.")]
    asked = {(rule.rule, method.lower()) for rule in rules for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}}
    documented = {(path, method) for path, item in document["paths"].items() for method in item}
    assert documented == {(re.sub(r"<(?:[^:>]*:)?(.*?)>", r"{\1}", path), method) for path, method in asked}
    assert len(documented) > 40


def test_every_operation_says_who_may_ask_and_how_it_fails(client: FlaskClient) -> None:
    document = client.get("/openapi.json").get_json()

    for path, item in document["paths"].items():
        for operation in item.values():
            assert operation["summary"]
            assert operation.get("security", []) == ([{"bearer": []}] if "401" in operation["responses"] else []) or (
                path in ("/v1/auth/token", "/v1/auth/refresh", "/v1/auth/invite")
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


def test_each_schema_has_a_name_of_its_own(client: FlaskClient) -> None:
    """Two of one name would stand for each other in the document."""
    classes = [
        value
        for module in pkgutil.iter_modules(schemas.__path__)
        for value in vars(importlib.import_module(f"api.schemas.{module.name}")).values()
        if isinstance(value, type) and issubclass(value, BaseModel) and value.__module__ == f"api.schemas.{module.name}"
    ]
    names = [value.__name__ for value in classes]

    assert sorted(names) == sorted(set(names))
