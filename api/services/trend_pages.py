"""A page of what was counted, with the names of its nodes."""

from typing import Any

from api.schemas.trends import TrendsQuery
from api.services.knowledge import Knowledge
from api.services.trends import Cell, Counted
from graph.elements import NodeKind
from graph.errors import UnknownNodeError
from recommender.payload import node_payload

KINDS = {
    "diagnoses": (NodeKind.CONDITION,),
    "medicines": (NodeKind.MEDICINE,),
    "outcomes": (NodeKind.MEDICINE,),
}
_YEAR = len("2024")


def page(counted: Counted, knowledge: Knowledge, query: TrendsQuery) -> dict[str, Any]:
    """The cells that a query asks for, the latest first, within a period the most people first.

    Raises:
        UnknownNodeError: when no node is called so.
        AmbiguousNameError: when several are.
    """
    node = knowledge.snapshot.id(knowledge.number(query.node, KINDS[query.measure])) if query.node else None
    length = _YEAR if query.by == "year" else len("2024-05")
    found = [
        (cell, people)
        for cell, people in counted.cells.items()
        if cell.measure == query.measure
        and len(cell.period) == length
        and node in (None, cell.node)
        and (not query.since or cell.period >= query.since[:length])
        and (not query.until or cell.period[: len(query.until)] <= query.until)
    ]
    found.sort(key=lambda row: (-row[1], row[0]))
    found.sort(key=lambda row: row[0].period, reverse=True)
    last = query.offset + query.limit
    return {
        "items": [
            {"node": _named(knowledge, c), "outcome": c.outcome or None, "period": c.period, "people": n}
            for c, n in found[query.offset : last]
        ],
        "more": max(0, len(found) - last),
        "counted": counted.on,
        "snapshot": knowledge.snapshot.checksum,
    }


def _named(knowledge: Knowledge, cell: Cell) -> dict[str, Any]:
    try:
        return node_payload(knowledge.snapshot, knowledge.snapshot.number(cell.node))
    except UnknownNodeError:
        # Counted before the knowledge was built anew without it.
        return {"id": cell.node, "kind": KINDS[cell.measure][0], "name": cell.node}
