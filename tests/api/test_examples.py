"""Every example of the document works as it stands."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from api.accounts import Role

TAGS = {
    "medicines",
    "conditions",
    "symptoms",
    "care actions",
    "interactions",
    "graph",
    "trends",
    "version",
    "metrics",
    "health",
}
AsRole = Callable[[Role], dict[str, str]]


def operations(client: FlaskClient) -> list[tuple[str, str, dict[str, Any]]]:
    document = client.get("/openapi.json").get_json()
    return [
        (path, method, operation)
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if TAGS & set(operation["tags"])
    ]


def test_every_example_of_the_knowledge_routes_works(client: FlaskClient, as_role: AsRole) -> None:
    document = client.get("/openapi.json").get_json()
    asked = operations(client)

    assert len(asked) == 19
    for template, method, operation in asked:
        path = template
        given = operation.get("parameters", [])
        assert [p["name"] for p in given if p["required"] and "example" not in p] == []
        query = {p["name"]: p["example"] for p in given if p["in"] == "query" and "example" in p}
        for parameter in (p for p in given if p["in"] == "path"):
            path = path.replace(f"{{{parameter['name']}}}", parameter["example"])
        body = None
        if "requestBody" in operation:
            reference = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
            body = document["components"]["schemas"][reference]["example"]
        role = Role.ADMIN if path == "/metrics" else Role.CLINICIAN
        answer = client.open(path, method=method.upper(), query_string=query, json=body, headers=as_role(role))
        assert answer.status_code == 200, (path, answer.data)


@pytest.mark.parametrize("part", ["parameters", "responses"])
def test_everything_that_is_asked_and_answered_is_described(client: FlaskClient, part: str) -> None:
    for path, method, operation in operations(client):
        for found in operation.get(part, []) if part == "parameters" else operation[part].values():
            assert found.get("description"), (path, method, found)
