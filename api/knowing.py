"""From a question about the knowledge to an answer that a client may keep: one way for every route that asks of no patient.

What a snapshot says never changes, so the tag of such an answer is made of the snapshot and the question: who has the answer
already is told so without its being worked out again.
"""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from flask import Response, request
from pydantic import BaseModel

from api.context import Serving, context
from api.etags import etag_of
from api.version import VERSION
from graph.elements import NodeKind

KEPT = "private, no-cache"
"""A client may keep it, and asks each time whether it still holds."""


def known(answer: Callable[[Serving], Any], shape: type[BaseModel]) -> Response:
    """The answer to a question about the knowledge, or 304 when the client has it.

    Args:
        answer: works it out, of what serves.
        shape: of the answer.
    """
    serving, tag = asked_tag()
    if not request.if_none_match.star_tag and request.if_none_match.contains(tag):
        response = Response(status=304)
    else:
        found = shape.model_validate(answer(serving))
        response = Response(found.model_dump_json(by_alias=True), mimetype="application/json")
    return kept(response, tag)


def asked_tag() -> tuple[Serving, str]:
    """What serves, and the tag of what it answers to this request."""
    # Asked once: a swap between two questions would mix two snapshots in one answer.
    serving = context().serving()
    bundle = serving.recommender.bundle
    asked = (VERSION, serving.snapshot.checksum, bundle.tag if bundle else "", request.full_path)
    return serving, etag_of("\n".join(asked).encode())


def kept(response: Response, tag: str) -> Response:
    """A response that the one client that asked may keep."""
    response.set_etag(tag)
    if response.status_code == HTTPStatus.OK:
        response.make_conditional(request)
    response.headers["Cache-Control"] = KEPT
    response.headers["Vary"] = "Authorization"
    return response


def found_by(serving: Serving, kind: NodeKind, text: str, page: tuple[int, int]) -> dict[str, Any]:
    """Nodes of a kind that a name, synonym or code fits; when none does, names that are spelled alike.

    Args:
        serving: what answers.
        kind: of the nodes.
        text: what was typed.
        page: how many at most, and how many of the best are left out.
    """
    search, knowledge = serving.knowledge.search[kind], serving.knowledge
    found = search.find(text, *page)
    return {
        "items": [{**knowledge.named(f.number), "matched": f.matched} for f in found],
        "nearest": [] if found or page[1] else list(search.nearest(text)),
    }
