"""Symptoms: found as someone types, and each with what is known of it."""

from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from api.knowing import found_by, known
from api.schemas.knowledge import DetailQuery, NodeDetail, NodeQuery, NodesFound, SymptomPath
from api.schemas.problem import problems
from graph.elements import NodeKind

routes = APIBlueprint(
    "symptoms",
    __name__,
    url_prefix="/v1/symptoms",
    abp_tags=[Tag(name="symptoms", description=__doc__)],
    abp_security=[{"bearer": []}],
)


@routes.get("", operation_id="searchSymptoms", responses={200: NodesFound, **problems(401, 403, 422, 503)})
def search(query: NodeQuery) -> Response:
    """Symptoms that a name, synonym or code fits; when none does, names that are spelled alike."""
    page = query.limit, query.offset
    return known(lambda serving: found_by(serving, NodeKind.SYMPTOM, query.q, page), NodesFound)


@routes.get("/<path:node>", operation_id="showSymptom", responses={200: NodeDetail, **problems(401, 403, 404, 422, 503)})
def show(path: SymptomPath, query: DetailQuery) -> Response:
    """A symptom with its codes, its synonyms and what stands next to it."""
    return known(lambda serving: serving.knowledge.detail(path.node, NodeKind.SYMPTOM, query.limit), NodeDetail)
