"""Sources for and against the same pair: what says that a medicine treats a condition, beside what forbids it there.

A contraindication speaks against a pair, too, when it is one of a condition above in the tree; it is then inherited down to the
pair's condition. As in safety, every edge may speak against a pair; for it only those that count for the request.
"""

from collections.abc import Sequence
from typing import Any

from graph.elements import EdgeKind, NodeKind
from graph.snapshot import Snapshot
from recommender.edge_filter import ALL_EDGES, EdgeFilter
from recommender.evidence import ancestors
from recommender.payload import edge_payload, node_payload
from recommender.scoring import DIRECT


def contradictions(
    snapshot: Snapshot, medicine: int, conditions: Sequence[int], counted: EdgeFilter = ALL_EDGES
) -> list[dict[str, Any]]:
    """Pairs of a medicine and a condition about which sources disagree.

    Args:
        snapshot: the graph.
        medicine: its number.
        conditions: numbers of the conditions asked about.
        counted: other treatments are not told.

    Returns:
        For each such pair ``condition``, ``for`` and ``against``: edges, each with its source and how it is known; ``against``
        also with the ``strength``.
    """
    found = []
    for condition in dict.fromkeys(conditions):
        against = _against(snapshot, medicine, condition)
        speaking = [
            edge_payload(edge)
            for kind in DIRECT
            for other, edges in snapshot.neighbours(kind, medicine, NodeKind.CONDITION)
            if other == condition
            for edge in counted.allowed(edges)
        ]
        if speaking and against:
            found.append({"condition": node_payload(snapshot, condition), "for": speaking, "against": against})
    return found


def _against(snapshot: Snapshot, medicine: int, condition: int) -> list[dict[str, Any]]:
    forbidden = dict(snapshot.neighbours(EdgeKind.CONTRAINDICATED_IN, medicine, NodeKind.CONDITION))
    return [
        edge_payload(edge) | {"strength": edge.properties["strength"]}
        for nodes, _ in ancestors(snapshot, condition)
        for edge in forbidden.get(nodes[-1], ())
    ]
