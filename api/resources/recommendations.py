"""Recommendations for a case that is described in the request and kept nowhere."""

from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from api.asking import answered
from api.schemas.case import Case
from api.schemas.problem import problems
from api.schemas.recommendation import RecommendationQuery, RecommendationShown

routes = APIBlueprint(
    "recommendations",
    __name__,
    url_prefix="/v1/recommendations",
    abp_tags=[Tag(name="recommendations", description=__doc__)],
    abp_security=[{"bearer": []}],
)


@routes.post(
    "",
    operation_id="recommendForCase",
    responses={200: RecommendationShown, **problems(400, 401, 403, 413, 415, 422, 503)},
)
def recommend(body: Case, query: RecommendationQuery) -> Response:
    """Which medicines fit a case, and why."""
    return answered(query, case=body.root)
