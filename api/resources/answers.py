"""Answers that were given: read again, computed again to the same bytes, and their proofs checked."""

import orjson
from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from api.auth import account
from api.context import context
from api.schemas.problem import problems
from api.schemas.question import AnswerPath, AnswerProofPath, ProofsShown, ReplayShown
from api.schemas.recommendation import RecommendationShown

routes = APIBlueprint(
    "answers",
    __name__,
    url_prefix="/v1/recommendations",
    abp_tags=[Tag(name="recommendations", description=__doc__)],
    abp_security=[{"bearer": []}],
)
REFUSED = problems(401, 403, 404, 409, 410, 422, 503)


@routes.get("/<answer>", operation_id="readAnswer", responses={200: RecommendationShown, **REFUSED})
def read(path: AnswerPath) -> Response:
    """An answer by its id, the very bytes that were given; 409 says what is gone when it cannot be computed any more."""
    return Response(context().stored.again(path.answer, account()), mimetype="application/json")


@routes.get("/<answer>/replay", operation_id="replayAnswer", responses={200: ReplayShown, **REFUSED})
def replay(path: AnswerPath) -> Response:
    """Whether an answer can be computed again to the same bytes, and what is in the way when not."""
    found = context().stored.replay(path.answer, account())
    return Response(orjson.dumps(found.payload(path.answer)), mimetype="application/json")


@routes.get("/<answer>/proof/<medicine>", operation_id="proveAnswer", responses={200: ProofsShown, **REFUSED})
def prove(path: AnswerProofPath) -> Response:
    """Why an answer rules a medicine out or warns of it, each proof checked against the graph as it is now."""
    medicine, findings, case = context().stored.findings(path.answer, account(), path.medicine)
    report = context().verify(findings, case)
    shown = {"medicine": medicine, "findings": findings, "valid": report["valid"], "verdicts": report["verdicts"]}
    return Response(orjson.dumps(shown), mimetype="application/json")
