"""The knowledge graph: what stands next to a node, paths between two, what is walked, how large it is. No patient is in it."""

from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from api.knowing import asked_tag, kept, known
from api.schemas.knowledge import (
    MetapathsShown,
    NeighbourhoodQuery,
    Neighbours,
    NeighboursQuery,
    NodePath,
    PathsFound,
    PathsQuery,
    StatisticsShown,
)
from api.schemas.problem import problems
from api.services.graph import metapaths, neighbourhood, neighbours, paths_between

GRAPHML = {
    "description": "The nodes and every edge between them",
    "content": {"application/graphml+xml": {"schema": {"type": "string"}}},
}

routes = APIBlueprint(
    "graph",
    __name__,
    url_prefix="/v1/graph",
    abp_tags=[Tag(name="graph", description=__doc__)],
    abp_security=[{"bearer": []}],
)


@routes.get(
    "/neighbours/<path:node>",
    operation_id="showNeighbours",
    responses={200: Neighbours, **problems(401, 403, 404, 422, 503)},
)
def show_neighbours(path: NodePath, query: NeighboursQuery) -> Response:
    """A page of what stands next to a node, with every edge that says so."""
    return known(lambda serving: neighbours(serving.knowledge, path.node, query), Neighbours)


@routes.get("/paths", operation_id="showPaths", responses={200: PathsFound, **problems(401, 403, 404, 422, 503)})
def show_paths(query: PathsQuery) -> Response:
    """The best paths between two nodes, over edges of any kind."""
    return known(lambda serving: paths_between(serving.knowledge, query), PathsFound)


@routes.get("/metapaths", operation_id="showMetapaths", responses={200: MetapathsShown, **problems(401, 403, 503)})
def show_metapaths() -> Response:
    """The chains of edge kinds that the recommender walks, with their weights."""
    return known(lambda serving: metapaths(serving.recommender), MetapathsShown)


@routes.get("/statistics", operation_id="showStatistics", responses={200: StatisticsShown, **problems(401, 403, 503)})
def show_statistics() -> Response:
    """How many nodes and edges there are, by kind, source and level."""
    return known(lambda serving: serving.knowledge.statistics, StatisticsShown)


@routes.get(
    "/neighbourhood/<path:node>.graphml",
    operation_id="exportNeighbourhood",
    responses={200: GRAPHML, **problems(401, 403, 404, 422, 503)},
)
def export_neighbourhood(path: NodePath, query: NeighbourhoodQuery) -> Response:
    """The nodes around a node, the nearest first, and every edge between them, as GraphML."""
    serving, tag = asked_tag()
    made = neighbourhood(serving.knowledge, path.node, query.hops, query.limit)
    return kept(Response(made, mimetype="application/graphml+xml"), tag)
