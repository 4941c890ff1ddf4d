"""The header Idempotency-Key: a POST that comes twice under one key has one effect, and the same answer twice.

Of requests that change nothing (recommendations, questions, searches) the header is passed over. An answer that is no success
lets go of the key, so that the request may be mended and sent again under it.
"""

import hashlib
import re

from flask import Flask, Response, g, request

from api.auth import account
from api.context import context
from api.errors import ConflictError, FieldProblem, InputError
from api.roles import ROLE_TABLE

HEADER = "Idempotency-Key"
_KEY = re.compile("[!-~]{1,128}")
_CHANGING = (
    "records.",
    "entries.",
    "feedback.",
    "imports.",
    "trainings.",
    "reports.",
    "users.",
    "keys.",
    "service_keys.",
    "care.",
)
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
        raise ConflictError("the request under this key is not answered yet; send it again in a moment")
    response = Response(found.body, found.status, dict(found.headers))
    response.headers["Idempotency-Replayed"] = "true"
    return response


def _digest() -> str:
    head = f"{request.method} {request.full_path} {request.mimetype} {request.content_length}"
    # The body of an upload is read by its route alone, as it comes in.
    body = b"" if request.mimetype == "multipart/form-data" else request.get_data()
    return hashlib.sha256(head.encode() + b"\0" + body).hexdigest()


def _keep(response: Response) -> Response:
    key = g.pop("idempotency_key", None)
    if key is not None:
        name = account().name
        if response.is_streamed or not 200 <= response.status_code < 300:
            context().replays.release(name, key)
        else:
            headers = {header: response.headers[header] for header in _KEPT_HEADERS if header in response.headers}
            context().replays.keep(name, key, response.status_code, headers, response.get_data(), g.get("patient"))
    return response
