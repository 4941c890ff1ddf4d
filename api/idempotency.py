"""The header Idempotency-Key: a POST that comes twice under one key has one effect, and the same answer twice.

Of requests that change nothing (recommendations, questions, searches) the header is passed over. An answer that is no success
lets go of the key, so that the request may be mended and sent again under it.
"""

import hashlib
import re
from typing import cast

from flask import Flask, Response, g, request

from api.auth import account
from api.body import StrictRequest
from api.context import context
from api.errors import ConflictError, FieldProblem, InputError
from api.roles import ROLE_TABLE

HEADER = "Idempotency-Key"
_KEY = re.compile("[!-~]{1,128}")
_CHANGING = ("records.", "entries.", "feedback.", "trainings.", "reports.", "care.")
"""Whose POSTs are minded. What answers a secret is none of them, for its answer is kept; an upload is known by its import."""
_KEPT_HEADERS = ("Content-Type", "Location", "ETag")


def install(app: Flask) -> None:
    """Let an app mind the header; after the roles are checked, and before requests are recorded."""
    app.before_request(_claim)
    app.after_request(_keep)


def _claim() -> Response | None:
    key = request.headers.get(HEADER)
    endpoint = request.endpoint or ""
    if key is None or request.method != "POST" or not endpoint.startswith(_CHANGING) or not ROLE_TABLE[endpoint].roles:
        return None
    if not _KEY.fullmatch(key):
        raise InputError([FieldProblem("", f"{HEADER}: 1 to 128 visible characters of ASCII are expected")])
    digest = _digest()
    found = context().replays.claim(account().name, key, digest)
    if found is None:
        g.idempotency_key = key
        return None
    if found.digest != digest:
        raise InputError([FieldProblem("", f"{HEADER}: another request was sent under this key")])
    if not found.status:
        raise ConflictError(
            "the request under this key is not answered, or the service was stopped meanwhile: send it again in a moment, or "
            "look at what is there before you send it under another key"
        )
    if found.patient is not None:
        # Whoever may not have the record any more is not told by a key either.
        access = context().access
        door = access.to_oversee if endpoint.startswith("care.") else access.to_read
        door(found.patient, account())
    response = Response(found.body, found.status, dict(found.headers))
    response.headers["Idempotency-Replayed"] = "true"
    return response


def _digest() -> str:
    head = f"{request.method} {request.full_path} {request.mimetype} {request.content_length}"
    return hashlib.sha256(head.encode() + b"\0" + cast(StrictRequest, request).read_data()).hexdigest()


def _keep(response: Response) -> Response:
    key = g.pop("idempotency_key", None)
    if key is not None:
        name = account().name
        if 300 <= response.status_code < 500:
            context().replays.release(name, key)
        # After a failure nobody knows what was done: the key stays taken, and the next request is told so.
        elif response.status_code < 300:
            headers = {header: response.headers[header] for header in _KEPT_HEADERS if header in response.headers}
            patient = g.get("patient")
            context().replays.keep(name, key, response.status_code, headers, response.get_data(), patient)
            if patient is not None and context().erasure.is_erased(patient):
                context().replays.forget_patient(patient)
    return response
