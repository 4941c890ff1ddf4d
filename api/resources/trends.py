"""How many people got a diagnosis, began a medicine or stopped one, by month or year: five or more, in steps of five."""

from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from api.context import context
from api.schemas.problem import problems
from api.schemas.trends import TrendsQuery, TrendsShown
from api.services.trend_pages import page

routes = APIBlueprint(
    "trends",
    __name__,
    url_prefix="/v1/trends",
    abp_tags=[Tag(name="trends", description=__doc__)],
    abp_security=[{"bearer": []}],
)


@routes.get("", operation_id="showTrends", responses={200: TrendsShown, **problems(401, 403, 404, 422, 503)})
def show(query: TrendsQuery) -> Response:
    """How many people, by period; of patients who did not refuse that others learn from them."""
    found = page(context().trends(), context().serving().knowledge, query)
    return Response(TrendsShown.model_validate(found).model_dump_json(), mimetype="application/json")
