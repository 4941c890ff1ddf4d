"""What is counted of requests, for Prometheus."""

from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from api.context import context
from api.metrics import MEDIA_TYPE
from api.schemas.problem import problems

SHOWN = {"description": "The counts", "content": {"text/plain": {"schema": {"type": "string"}}}}

routes = APIBlueprint(
    "metrics",
    __name__,
    url_prefix="/metrics",
    abp_tags=[Tag(name="metrics", description=__doc__)],
    abp_security=[{"bearer": []}],
)


@routes.get("", operation_id="showMetrics", responses={200: SHOWN, **problems(401, 403)})
def show() -> Response:
    """Requests by route template, method and class of status, how long they took, walks, and errors by kind."""
    return Response(context().metrics.text(), content_type=MEDIA_TYPE)
