"""ETags of what is read, and the header If-Match of what is changed (RFC 9110, 13.1.1)."""

import hashlib
from collections.abc import Callable
from http import HTTPStatus

import orjson
from flask import Response, request

from api.errors import PreconditionFailedError, PreconditionRequiredError


def etag_of(body: bytes) -> str:
    """The strong tag of a body, without its quotes."""
    return hashlib.sha256(body).hexdigest()[:32]


def tagged(body: bytes, status: int = 200) -> Response:
    """A JSON response with its tag; 304 when the client has it already."""
    response = Response(body, status, mimetype="application/json")
    response.set_etag(etag_of(body))
    if status == HTTPStatus.OK:
        response.make_conditional(request)
    return response


def check_if_match(body: bytes) -> None:
    """Refuse a change of something else than what the client has read.

    Args:
        body: what a client would read now.

    Raises:
        PreconditionRequiredError: when the request does not say what it changes.
        PreconditionFailedError: when that is another version.
    """
    _expected()(body)


def expectation() -> Callable[[object], None]:
    """What is called with what a client would read now, in whatever thread, and refuses when the client has read another.

    Raises:
        PreconditionRequiredError: when the request does not say what it changes.
    """
    check = _expected()
    return lambda payload: check(orjson.dumps(payload))


def _expected() -> Callable[[bytes], None]:
    if not request.headers.get("If-Match"):
        raise PreconditionRequiredError
    wanted = request.if_match

    def check(body: bytes) -> None:
        if not wanted.contains(etag_of(body)):
            raise PreconditionFailedError

    return check


def check_if_match_of(body: bytes | None) -> None:
    """Refuse a change of something else than the client has read; what is not there yet needs no header.

    Args:
        body: what a client would read now; None when there is nothing.

    Raises:
        PreconditionRequiredError: when there is something, and the request does not say what it changes.
        PreconditionFailedError: when that is another version, or gone.
    """
    if body is not None:
        check_if_match(body)
    elif request.headers.get("If-Match"):
        raise PreconditionFailedError
