"""Why a medicine is not suggested: excluded (by which proof), outranked (by how much), or not connected (the nearest miss)."""

from typing import Any

from graph.elements import EdgeKind, NodeKind
from recommender.consultation import Consultation
from recommender.payload import drawn, edge_payload, medicine_payload, node_payload
from recommender.questions.nearest_way import nearest_way
from recommender.questions.standing import Standing, rank, standing

TREATED_SHOWN = 5
"""How many of the conditions that a medicine is known to treat are named."""


def why_not(of: Consultation, medicine: int) -> dict[str, Any]:
    """Why a medicine is not among the suggestions, or where among them it is.

    Args:
        of: the consultation, whose screening looked at the medicine, too.
        medicine: its number.

    Returns:
        ``medicine``, ``standing`` and ``sentence`` always; ``score``, ``rank``, ``paths``; ``findings`` (with their proofs);
        ``gap`` when it is outranked; ``nearest`` and ``treats`` when nothing known leads to it.
    """
    place, snapshot = standing(of, medicine), of.snapshot
    explained = of.engine.explainer.explain([medicine], of.evidence, of.scores)[medicine]
    answer: dict[str, Any] = {
        "medicine": medicine_payload(snapshot, medicine),
        "standing": str(place),
        "score": of.score(medicine),
        "rank": rank(of, medicine),
        "paths": [path.payload(snapshot) for path in explained],
        "findings": [finding.payload(of.grounds) for finding in of.findings(medicine)],
        "gap": _gap(of, medicine) if place is Standing.OUTRANKED else None,
        "nearest": None,
        "treats": [],
    }
    if place in (Standing.EXPLORATORY, Standing.NOT_CONNECTED):
        answer |= {"nearest": _nearest(of, medicine), "treats": _treats(of, medicine)}
    return answer | {"sentence": _sentence(of, medicine, place, answer)}


def _gap(of: Consultation, medicine: int) -> dict[str, Any]:
    """What parts a medicine from the last that is shown."""
    last = min(of.suggested, key=of.score)
    ahead = [m for m in of.free if of.score(m) > of.score(medicine)]
    return {
        "last_shown": medicine_payload(of.snapshot, last),
        "its_score": of.score(last),
        "needed": max(of.score(last) - of.score(medicine), 0.0),
        "ahead": len(ahead),
        # A list is shared out among the facts on file, so that a higher score alone does not always lead into it.
        "shared_out": of.score(last) < of.score(medicine),
    }


def _nearest(of: Consultation, medicine: int) -> dict[str, Any] | None:
    found = nearest_way(of.snapshot, [e.node for e in of.evidence], medicine)
    if found is None:
        return None
    nodes, edges = found
    return {
        "nodes": [node_payload(of.snapshot, n) for n in nodes],
        "edges": [edge_payload(e) for e in edges],
        "drawn": drawn(of.snapshot, nodes, edges),
    }


def _treats(of: Consultation, medicine: int) -> list[dict[str, Any]]:
    """What the medicine is known to treat."""
    kinds = (EdgeKind.TREATS, EdgeKind.PALLIATES)
    found = [node for kind in kinds for node, _ in of.snapshot.neighbours(kind, medicine, NodeKind.CONDITION)]
    return [node_payload(of.snapshot, node) for node in dict.fromkeys(found)][:TREATED_SHOWN]


def _sentence(of: Consultation, medicine: int, place: Standing, answer: dict[str, Any]) -> str:
    name = of.snapshot.name(medicine)
    if place in (Standing.EXCLUDED, Standing.SIGN_OFF):
        head = f"{name} is excluded" if place is Standing.EXCLUDED else f"{name} needs a sign-off"
        return f"{head}: {of.findings(medicine)[0].sentence}"
    if place is Standing.SUGGESTED:
        listed = of.suggested.index(medicine) + 1
        return (
            f"{name} is suggested, in place {listed}; by score alone it is {answer['rank']['rank']} of {answer['rank']['of']}."
        )
    if place is Standing.OUTRANKED:
        gap = answer["gap"]
        if gap["shared_out"]:
            return f"{name} gave its place to another condition on file: {gap['ahead']} medicines stand before it."
        return (
            f"{name} is outranked by {gap['ahead']} medicines; it lacks {gap['needed']:.2f} of the score of "
            f"{gap['last_shown']['name']}, the last one shown."
        )
    if place is Standing.EXPLORATORY:
        return f"No source says that {name} treats what is on file; the walk alone leads to it."
    known = ", ".join(node["name"] for node in answer["treats"])
    return f"Nothing connects {name} with what is on file" + (f"; it is known to treat {known}." if known else ".")
