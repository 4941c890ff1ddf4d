"""Finding a medicine as someone types."""

from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from api.context import Serving, context
from api.schemas.medicine import MedicineFound, MedicineQuery, MedicinesFound
from api.schemas.problem import problems
from api.search import Found
from recommender.payload import medicine_payload

routes = APIBlueprint(
    "medicines",
    __name__,
    url_prefix="/v1/medicines",
    abp_tags=[Tag(name="medicines", description=__doc__)],
    abp_security=[{"bearer": []}],
)


@routes.get("", operation_id="searchMedicines", responses={200: MedicinesFound, **problems(401, 422, 503)})
def search(query: MedicineQuery) -> Response:
    """Medicines that a name, synonym or code fits; when none does, names that are spelled alike."""
    # Asked once: a swap between two questions would mix two snapshots in one answer.
    serving = context().serving()
    items = [_shown(found, serving) for found in serving.medicines.find(query.q, query.limit)]
    nearest = [] if items else list(serving.medicines.nearest(query.q))
    found = MedicinesFound(items=items, nearest=nearest)
    return Response(found.model_dump_json(exclude_unset=True), mimetype="application/json")


def _shown(found: Found, serving: Serving) -> MedicineFound:
    return MedicineFound.model_validate(medicine_payload(serving.snapshot, found.number) | {"matched": found.matched})
