"""The one table from errors to HTTP, and the one form of every error: problem+json (RFC 9457).

An error that has no row is a defect: 500 with nothing inside, and in the log where it happened without its words, which may
hold a patient's data. To give an error a status, add a row here; no view catches anything.
"""

import logging
import traceback
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import NoReturn

import orjson
from flask import Flask, Response, g
from pydantic import ValidationError
from werkzeug.exceptions import HTTPException

from api.errors import (
    AccountError,
    AddressLengthError,
    AuditError,
    BodyError,
    BodySizeError,
    BodyTypeError,
    BusyError,
    ConflictError,
    DatabaseUnavailableError,
    FieldProblem,
    ForbiddenError,
    GoneError,
    HeaderCountError,
    IdentityKeyError,
    InputError,
    NoConsentError,
    NotFoundError,
    NotInCareError,
    NotReadyError,
    PreconditionFailedError,
    PreconditionRequiredError,
    TooManyTriesError,
    UnauthenticatedError,
)
from graph.errors import (
    AmbiguousNameError,
    ErasedPatientError,
    RxpathError,
    SchemaError,
    SnapshotError,
    StoreUnavailableError,
    UnknownNodeError,
)
from recommender.errors import AnswerLogError, CaseError, NotTrainedError, PredictorError, UnknownPatientError

MEDIA_TYPE = "application/problem+json"
RETRY_SECONDS = "5"

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Row:
    """What a client is told about one class of errors.

    Attributes:
        status: the HTTP status.
        slug: names the kind of problem for programs.
        title: names it for people.
        detail: what is said in place of the error's own words, where those may name files or values.
    """

    status: int
    slug: str
    title: str
    detail: str = ""


TABLE: Mapping[type[RxpathError], Row] = {
    BodyError: Row(400, "unreadable-body", "The body cannot be read"),
    UnauthenticatedError: Row(401, "unauthenticated", "A valid token is needed"),
    ForbiddenError: Row(403, "forbidden", "This account may not ask this"),
    NoConsentError: Row(403, "no-consent", "The patient did not consent to this"),
    NotInCareError: Row(404, "not-in-care", "No such patient in your care"),
    UnknownPatientError: Row(404, "unknown-patient", "No such patient"),
    UnknownNodeError: Row(404, "unknown-node", "No such node", "no node has this id or name"),
    NotFoundError: Row(404, "not-found", "There is no such thing"),
    ConflictError: Row(409, "conflict", "This does not fit what is there"),
    ErasedPatientError: Row(410, "gone", "This was erased"),
    GoneError: Row(410, "gone", "This was erased"),
    PreconditionFailedError: Row(412, "precondition-failed", "It was changed meanwhile"),
    BodySizeError: Row(413, "body-too-large", "The body is too large"),
    AddressLengthError: Row(414, "address-too-long", "The address is too long"),
    BodyTypeError: Row(415, "unsupported-body", "The body is of another type"),
    AccountError: Row(422, "invalid-account", "The account cannot be made or changed so"),
    PredictorError: Row(422, "cannot-predict", "The predictor cannot be asked so"),
    CaseError: Row(422, "invalid-input", "Fields of the request are wrong"),
    InputError: Row(422, "invalid-input", "Fields of the request are wrong"),
    SchemaError: Row(422, "invalid-element", "The graph's schema does not allow this", "an element breaks the schema"),
    AmbiguousNameError: Row(422, "ambiguous-name", "The name fits several nodes", "give an id in place of the name"),
    PreconditionRequiredError: Row(428, "precondition-required", "Say which version is changed"),
    HeaderCountError: Row(431, "too-many-headers", "There are too many headers"),
    TooManyTriesError: Row(429, "too-many-tries", "Too many failed sign-ins"),
    BusyError: Row(503, "busy", "Too many bodies are on their way"),
    NotTrainedError: Row(503, "not-trained", "The predictor has to be trained first", "an admin orders a training"),
    NotReadyError: Row(503, "not-ready", "The service cannot answer now"),
    StoreUnavailableError: Row(503, "store-unavailable", "The graph cannot be read now", "try again in a moment"),
    SnapshotError: Row(503, "no-snapshot", "There is no usable snapshot", "the graph has to be built anew"),
    DatabaseUnavailableError: Row(503, "database-unavailable", "The database cannot be used now", "try again in a moment"),
    AuditError: Row(503, "audit-unavailable", "The audit trail cannot be written now"),
    IdentityKeyError: Row(503, "identities-unreadable", "Names cannot be read now", "the keys of the identities do not fit"),
    AnswerLogError: Row(503, "answers-unavailable", "Answers cannot be kept or found now", "try again in a moment"),
}

_DETAILS = {
    404: "nothing is at this address",
    405: "this address does not take this method; the header Allow says which it takes",
    413: "the body is too large",
}


def install(app: Flask) -> None:
    """Let every error of the app be answered in the one form."""
    app.register_error_handler(RxpathError, respond)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _defect)


def refuse_fields(error: ValidationError) -> NoReturn:
    """What is called for a request that a schema refuses.

    Raises:
        InputError: with a pointer to each field; no value is repeated.
    """
    raise InputError(
        [
            FieldProblem("".join(f"/{str(part)[:50]}" for part in found["loc"]), found["msg"].removeprefix("Value error, "))
            for found in error.errors(include_input=False, include_context=False, include_url=False)
        ]
    )


def request_id() -> str:
    """The id of the request being answered, made when first asked for."""
    if "request_id" not in g:
        g.request_id = uuid.uuid4().hex
    return str(g.request_id)


def row_of(error: RxpathError) -> Row | None:
    """The row of an error's class or of the nearest class above it; None when it has none."""
    return next((TABLE[kind] for kind in type(error).__mro__ if kind in TABLE), None)


def respond(error: RxpathError) -> Response:
    """The response to one of our errors, as the table says."""
    row = row_of(error)
    if row is None:
        return _defect(error)
    response = problem(row, row.detail or str(error), _fields(error))
    if isinstance(error, UnauthenticatedError):
        response.headers["WWW-Authenticate"] = 'Bearer error="invalid_token"' if error.token_given else "Bearer"
    if isinstance(error, TooManyTriesError):
        response.headers["Retry-After"] = str(error.retry_after)
    elif row.status == HTTPStatus.SERVICE_UNAVAILABLE:
        response.headers["Retry-After"] = RETRY_SECONDS
    return response


def _fields(error: RxpathError) -> Sequence[FieldProblem]:
    if isinstance(error, CaseError):
        return (FieldProblem(error.pointer, error.reason),)
    return error.fields if isinstance(error, (BodyError, InputError, NotReadyError)) else ()


def _http(error: HTTPException) -> Response | HTTPException:
    status = error.code or 500
    # A redirect travels as an exception as well.
    if status < HTTPStatus.BAD_REQUEST:
        return error
    phrase = HTTPStatus(status).phrase
    response = problem(Row(status, phrase.lower().replace(" ", "-"), phrase), _DETAILS.get(status, phrase))
    for name, value in error.get_headers():
        if name in ("Allow", "Retry-After", "WWW-Authenticate"):
            response.headers[name] = value
    return response


def _defect(error: Exception) -> Response:
    # No exc_info: a traceback ends in the error's words, and those may be a patient's.
    frames = traceback.extract_tb(error.__traceback__)[-5:]
    where = " < ".join(f"{frame.filename}:{frame.lineno} {frame.name}" for frame in reversed(frames))
    _log.error("request %s failed: %s at %s", request_id(), type(error).__name__, where)
    return problem(Row(500, "defect", "The service failed"), "the failure is on record under this request_id")


def problem(row: Row, detail: str, fields: Sequence[FieldProblem] = ()) -> Response:
    """An error as a response."""
    g.problem = row.slug
    body: dict[str, object] = {
        "type": f"urn:rxpath:problem:{row.slug}",
        "title": row.title,
        "status": row.status,
        "detail": detail,
        "request_id": request_id(),
    }
    if fields:
        body["errors"] = [{"pointer": field.pointer, "detail": field.detail} for field in fields]
    return Response(orjson.dumps(body), row.status, mimetype=MEDIA_TYPE)
