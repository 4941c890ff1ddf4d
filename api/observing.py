"""Sees every request from its beginning to its answer: counts it, and writes one line about it."""

import logging
import time

from flask import Flask, Response, g, request

from api import problems
from api.context import Context
from api.logs import FIELDS, short_hash

_log = logging.getLogger(__name__)


def install(app: Flask, context: Context) -> None:
    """Count and log every request of an app; to be installed before whatever may refuse one."""
    key = context.settings.signing_key()

    def begin() -> None:
        g.begun = time.perf_counter()

    def end(response: Response) -> Response:
        seconds = time.perf_counter() - g.get("begun", time.perf_counter())
        route = request.url_rule.rule if request.url_rule else ""
        context.metrics.answered(route, request.method, response.status_code, seconds)
        if "problem" in g:
            context.metrics.failed(g.problem)
        fields = {
            "request_id": problems.request_id(),
            "route": route,
            "method": _method(),
            "status": response.status_code,
            "ms": round(seconds * 1000, 2),
            "problem": g.get("problem"),
            "account": short_hash(key, g.account.name) if "account" in g else None,
        }
        _log.info("request", extra={FIELDS: fields})
        return response

    app.before_request(begin)
    app.after_request(end)


def _method() -> str:
    """A method of HTTP, or a word for what is none: a client may send any text."""
    return request.method if request.url_rule else "other"
