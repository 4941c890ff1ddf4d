"""Which code, knowledge, training and rules answer."""

from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from api.context import context
from api.schemas.problem import problems
from api.schemas.version import Version
from api.version import VERSION
from recommender.safety.finding import VERSION as RULES

routes = APIBlueprint("version", __name__, url_prefix="/version", abp_tags=[Tag(name="version", description=__doc__)])


@routes.get("", operation_id="showVersion", responses={200: Version, **problems(503)})
def show() -> Response:
    """Which code, knowledge, training and rules answer now."""
    serving = context().serving()
    bundle = serving.recommender.bundle
    found = Version(
        code=VERSION,
        snapshot=serving.snapshot.checksum,
        bundle=bundle.tag if bundle else None,
        rules=RULES,
        predictors=dict(serving.predictors),
    )
    return Response(found.model_dump_json(), mimetype="application/json")
