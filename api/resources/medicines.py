"""Medicines: found as someone types, and each with what is known of it."""

from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from api.knowing import found_by, known
from api.schemas.knowledge import DetailQuery, MedicineDetail, MedicinePath, NodeQuery, NodesFound
from api.schemas.problem import problems
from graph.elements import NodeKind

routes = APIBlueprint(
    "medicines",
    __name__,
    url_prefix="/v1/medicines",
    abp_tags=[Tag(name="medicines", description=__doc__)],
    abp_security=[{"bearer": []}],
)


@routes.get("", operation_id="searchMedicines", responses={200: NodesFound, **problems(401, 403, 422, 503)})
def search(query: NodeQuery) -> Response:
    """Medicines that a name, synonym or code fits; when none does, names that are spelled alike."""
    page = query.limit, query.offset
    return known(lambda serving: found_by(serving, NodeKind.MEDICINE, query.q, page), NodesFound)


@routes.get("/<path:node>", operation_id="showMedicine", responses={200: MedicineDetail, **problems(401, 403, 404, 422, 503)})
def show(path: MedicinePath, query: DetailQuery) -> Response:
    """A medicine with its codes, its synonyms and what stands next to it."""
    return known(lambda serving: serving.knowledge.medicine(path.node, query.limit), MedicineDetail)
