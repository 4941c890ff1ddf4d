"""Recommendations for a patient on file."""

from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from api.asking import answered
from api.auth import account
from api.context import context
from api.schemas.problem import problems
from api.schemas.recommendation import PatientPath, RecommendationQuery, RecommendationShown

routes = APIBlueprint(
    "patients",
    __name__,
    url_prefix="/v1/patients",
    abp_tags=[Tag(name="patients", description="Patients on file")],
    abp_security=[{"bearer": []}],
)


@routes.get(
    "/<patient>/recommendations",
    operation_id="recommendForPatient",
    responses={200: RecommendationShown, **problems(401, 403, 404, 422, 503)},
)
def recommend(path: PatientPath, query: RecommendationQuery) -> Response:
    """Which medicines fit a patient on file, and why."""
    return answered(query, patient=context().access.to_read(path.patient, account()))
