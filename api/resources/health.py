"""Whether the service lives, and whether it can answer."""

from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from api.context import context
from api.schemas.health import Alive, Ready
from api.schemas.problem import problems

routes = APIBlueprint("health", __name__, url_prefix="/health", abp_tags=[Tag(name="health", description=__doc__)])


@routes.get("/live", operation_id="live", responses={200: Alive, **problems()})
def live() -> Response:
    """Whether the process answers."""
    return Response(Alive(status="alive").model_dump_json(), mimetype="application/json")


@routes.get("/ready", operation_id="ready", responses={200: Ready, **problems(503)})
def ready() -> Response:
    """Whether accounts, store and snapshot can be used: makes a real walk."""
    context().check()
    answer = Ready(status="ready", snapshot=context().serving().snapshot.checksum)
    return Response(answer.model_dump_json(), mimetype="application/json")
