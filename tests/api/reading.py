"""How tests read a problem: every error has the one form, whatever went wrong."""

from typing import Any

from werkzeug.test import TestResponse

from api.schemas.problem import Problem


def problem_of(answer: TestResponse, status: int) -> dict[str, Any]:
    """The body of an error, after checking its form."""
    assert answer.status_code == status, (answer.status, answer.data)
    assert answer.mimetype == "application/problem+json"
    body: dict[str, Any] = answer.get_json()
    Problem.model_validate(body)
    assert body["status"] == status
    assert body["request_id"] == answer.headers["X-Request-ID"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    return body
