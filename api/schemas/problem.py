"""The form of every error (RFC 9457), and what a route says about the errors that it answers."""

from flask_openapi3.types import ResponseDict
from pydantic import Field

from api.schemas.base import Answer

REFERENCE = "#/components/schemas/Problem"


class ProblemField(Answer):
    """What is wrong with one field."""

    pointer: str = Field(description="JSON pointer to it; empty for the whole body")
    detail: str = Field(description="what is expected there")


class Problem(Answer):
    """An error, in the one form that all routes share."""

    type: str = Field(
        description="names the kind of problem for programs",
        json_schema_extra={"example": "urn:rxpath:problem:invalid-input"},
    )
    title: str
    status: int
    detail: str
    request_id: str = Field(description="also in the header X-Request-ID; under it the failure is on record")
    errors: list[ProblemField] = Field(default_factory=list)


_WORDS = {
    400: "The body cannot be read",
    401: "No token, or none that counts",
    403: "The account may not ask this",
    404: "There is no such thing",
    409: "It does not fit what is there",
    410: "It was erased",
    412: "It was changed since it was read",
    413: "The body is too large",
    415: "The body is of another type",
    422: "Fields of the request are wrong",
    428: "The header If-Match is missing",
    429: "Too many failed sign-ins under this name",
    503: "The service cannot answer now",
}


def problems(*statuses: int) -> ResponseDict:
    """The errors that a route answers, for the OpenAPI document; any other error has the same form."""
    content = {"application/problem+json": {"schema": {"$ref": REFERENCE}}}
    named: ResponseDict = {status: {"description": _WORDS[status], "content": content} for status in statuses}
    return named | {"default": {"description": "Any other error", "content": content}}
