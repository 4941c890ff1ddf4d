"""Training: what the recommender learns from the graph, and predictors from records, as a job."""

from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from api.auth import account
from api.context import context
from api.jobs import JobKind
from api.ordered import ordered
from api.schemas.job import JobShown, TrainingOrder
from api.schemas.problem import problems

routes = APIBlueprint(
    "trainings",
    __name__,
    url_prefix="/v1/trainings",
    abp_tags=[Tag(name="trainings", description=__doc__)],
    abp_security=[{"bearer": []}],
)


@routes.post("", operation_id="startTraining", responses={202: JobShown, **problems(400, 401, 403, 409, 413, 415, 422, 503)})
def start(body: TrainingOrder) -> Response:
    """Train; what was learned serves as soon as the job is done."""
    return ordered(context().jobs.order(JobKind.TRAINING, body.what, account()))
