"""Conditions: found as someone types, and each with what is known of it."""

from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from api.knowing import found_by, known
from api.schemas.knowledge import DetailQuery, NodeDetail, NodePath, NodeQuery, NodesFound
from api.schemas.problem import problems
from graph.elements import NodeKind

routes = APIBlueprint(
    "conditions",
    __name__,
    url_prefix="/v1/conditions",
    abp_tags=[Tag(name="conditions", description=__doc__)],
    abp_security=[{"bearer": []}],
)


@routes.get("", operation_id="searchConditions", responses={200: NodesFound, **problems(401, 403, 422, 503)})
def search(query: NodeQuery) -> Response:
    """Conditions that a name, synonym or code fits; when none does, names that are spelled alike."""
    page = query.limit, query.offset
    return known(lambda serving: found_by(serving, NodeKind.CONDITION, query.q, page), NodesFound)


@routes.get("/<path:node>", operation_id="showCondition", responses={200: NodeDetail, **problems(401, 403, 404, 422, 503)})
def show(path: NodePath, query: DetailQuery) -> Response:
    """A condition with its codes, its synonyms and what stands next to it."""
    return known(lambda serving: serving.knowledge.detail(path.node, NodeKind.CONDITION, query.limit), NodeDetail)
