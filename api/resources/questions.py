"""Questions about an answer: what carries a medicine, why another is not there, how two differ, what a change would move."""

from typing import Any

import orjson
from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from api.asking import request_of
from api.auth import account
from api.context import context
from api.schemas.problem import problems
from api.schemas.question import (
    Compared,
    CompareQuestion,
    Explained,
    ExplainQuestion,
    WhatIfQuestion,
    WhatIfShown,
    Whom,
    WhyNotQuestion,
    WhyNotShown,
)
from api.schemas.recommendation import RecommendationQuery
from recommender.questions.compare import compare as compared
from recommender.questions.explained import explained
from recommender.questions.standing import named_medicine
from recommender.questions.what_if import what_if as difference
from recommender.questions.why_not import why_not as reasons
from recommender.request import Request

routes = APIBlueprint(
    "questions",
    __name__,
    url_prefix="/v1/questions",
    abp_tags=[Tag(name="questions", description=__doc__)],
    abp_security=[{"bearer": []}],
)
REFUSED = problems(400, 401, 403, 404, 413, 415, 422, 503)


@routes.post("/explain", operation_id="explain", responses={200: Explained, **REFUSED})
def explain(body: ExplainQuestion, query: RecommendationQuery) -> Response:
    """One medicine in full: what carries it, how weak that is, who disagrees, and what would change its place."""
    recommender, request = context().serving().recommender, _request(body, query)
    medicine = named_medicine(recommender.snapshot, body.medicine)
    rival = named_medicine(recommender.snapshot, body.rival) if body.rival else None
    return _shown(explained(recommender, request, medicine, rival))


@routes.post("/why-not", operation_id="whyNot", responses={200: WhyNotShown, **REFUSED})
def why_not(body: WhyNotQuestion, query: RecommendationQuery) -> Response:
    """Why a medicine is not suggested: ruled out (by which proof), outranked (by how much), or not connected."""
    recommender, request = context().serving().recommender, _request(body, query)
    medicine = named_medicine(recommender.snapshot, body.medicine)
    return _shown(reasons(recommender.consult(request, also=[medicine]), medicine))


@routes.post("/compare", operation_id="compare", responses={200: Compared, **REFUSED})
def compare(body: CompareQuestion, query: RecommendationQuery) -> Response:
    """Two medicines side by side."""
    recommender, request = context().serving().recommender, _request(body, query)
    first, second = (named_medicine(recommender.snapshot, name) for name in body.medicines)
    return _shown(compared(recommender.consult(request, also=[first, second]), first, second))


@routes.post("/what-if", operation_id="whatIf", responses={200: WhatIfShown, **REFUSED})
def what_if(body: WhatIfQuestion, query: RecommendationQuery) -> Response:
    """What a change would move; no record is written."""
    request = _request(body, query)
    change = body.change.model_dump(exclude_unset=True)
    return _shown(difference(context().serving().recommender, request, change))


def _request(body: Whom, query: RecommendationQuery) -> Request:
    if body.patient is not None:
        return request_of(query, patient=context().access.to_read(body.patient, account()))
    return request_of(query, case=body.case.model_dump(exclude_unset=True) if body.case else {})


def _shown(found: dict[str, Any]) -> Response:
    return Response(orjson.dumps(found), mimetype="application/json")
