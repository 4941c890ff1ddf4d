"""What the medicines of a list do to each other: interactions, duplicates and effects that add up, for no patient."""

from datetime import date

from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from api.context import context
from api.schemas.interaction import InteractionsShown, MedicineList
from api.schemas.problem import problems
from api.services.interactions import interactions

routes = APIBlueprint(
    "interactions",
    __name__,
    url_prefix="/v1/interactions",
    abp_tags=[Tag(name="interactions", description=__doc__)],
    abp_security=[{"bearer": []}],
)


@routes.post(
    "", operation_id="checkInteractions", responses={200: InteractionsShown, **problems(400, 401, 403, 413, 415, 422, 503)}
)
def check(body: MedicineList) -> Response:
    """What some medicines do to each other, with the proof of each finding; no patient is needed."""
    found = interactions(body.medicines, context().serving().recommender, date.today())
    return Response(InteractionsShown.model_validate(found).model_dump_json(), mimetype="application/json")
