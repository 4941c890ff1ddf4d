"""Questions about the graph of one snapshot: what stands next to a node, paths, what is walked."""

from typing import Any

import numpy as np

from api.errors import FieldProblem, InputError
from api.schemas.knowledge import NeighboursQuery, PathsQuery
from api.services.knowledge import Knowledge, Way
from api.services.paths import paths
from recommender.metapaths import written
from recommender.service import Recommender


def neighbours(knowledge: Knowledge, name: str, query: NeighboursQuery) -> dict[str, Any]:
    """A page of what stands next to a node.

    Raises:
        UnknownNodeError: when no node is called so.
        AmbiguousNameError: when several are.
    """
    way = Way(query.way) if query.way else None
    page = query.offset, query.limit
    return knowledge.neighbours(knowledge.number(name), query.kind, query.node_kind, way, page)


def paths_between(knowledge: Knowledge, query: PathsQuery) -> dict[str, Any]:
    """The best paths between two nodes.

    Raises:
        InputError: when both are the same.
        UnknownNodeError: when no node is called so.
        AmbiguousNameError: when several are.
    """
    start, goal = knowledge.number(query.start), knowledge.number(query.goal)
    if start == goal:
        raise InputError([FieldProblem("/to", "another node than that of from is expected")])
    return paths(knowledge, start, goal, query.hops, query.limit)


def metapaths(recommender: Recommender) -> dict[str, Any]:
    """What is walked, the heaviest first."""
    rows = sorted(recommender.metapaths, key=lambda m: (-m.weight, m.code))
    return {
        "items": [{"code": m.code, "written": written(m.steps), "sentence": m.sentence, "weight": m.weight} for m in rows],
        "bundle": recommender.bundle.tag if recommender.bundle else None,
        "snapshot": recommender.snapshot.checksum,
    }


def neighbourhood(knowledge: Knowledge, name: str, hops: int, limit: int) -> bytes:
    """The nodes around a node and every edge between them, as GraphML.

    Args:
        knowledge: of one snapshot.
        name: an id, a name or a synonym.
        hops: how many steps from the node.
        limit: how many nodes at most, the node itself among them; the nearest first, among equals by number.

    Raises:
        UnknownNodeError: when no node is called so.
        AmbiguousNameError: when several are.
    """
    chosen = [knowledge.number(name)]
    edge = list(chosen)
    for _ in range(hops):
        near = [knowledge.next_to(node) for node in edge[:limit]]
        edge = [n for n in np.unique(np.concatenate(near)).tolist() if n not in chosen]
        chosen = [*chosen, *edge][:limit]
        if not edge:
            break
    # Imported here: networkx takes longer than a worker should wait before it answers anything.
    from graph.exchange import graphml

    return graphml(knowledge.snapshot, chosen)
