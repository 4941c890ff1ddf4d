"""How nodes, edges and paths stand in an answer: the same objects in recommendations, proofs and explanations."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from graph.elements import Edge, NodeKind
from graph.queries import query
from graph.schema import EDGE_RULES
from graph.snapshot import Snapshot


def node_payload(snapshot: Snapshot, number: int) -> dict[str, Any]:
    """A node as ``{id, kind, name}``."""
    return {"id": snapshot.id(number), "kind": str(snapshot.kind(number)), "name": snapshot.name(number)}


def medicine_payload(snapshot: Snapshot, number: int) -> dict[str, Any]:
    """A medicine as ``{id, name, codes}``; codes are those that are known: ``atc`` (a list) and ``rxcui``."""
    properties = snapshot.properties(number)
    codes = {key: properties[key] for key in ("atc", "rxcui") if properties.get(key)}
    return {"id": snapshot.id(number), "name": snapshot.name(number), "codes": codes}


def edge_payload(edge: Edge) -> dict[str, Any]:
    """An edge as ``{kind, start, end, source, evidence, knowledge_level}``."""
    return {
        "kind": str(edge.kind),
        "start": edge.start,
        "end": edge.end,
        "source": edge.provenance.source,
        "evidence": edge.evidence,
        "knowledge_level": str(edge.level),
    }


def statement_payload(edge: Edge) -> dict[str, Any]:
    """An edge with everything that it says, so that it can be held against a store."""
    return edge_payload(edge) | {
        "source_version": edge.provenance.source_version,
        "record": edge.record,
        "known_since": edge.known_since or None,
        "properties": dict(sorted(edge.properties.items())),
    }


def drawn(snapshot: Snapshot, nodes: Sequence[int], edges: Sequence[Edge]) -> str:
    """A path as one line: ``Hypertension ←treats– Lisinopril``; an edge that reads the same both ways has no head."""
    ids = [snapshot.id(n) for n in nodes]
    line = _label(snapshot, nodes[0])
    for i, edge in enumerate(edges):
        word = edge.kind.lower().replace("_", " ")
        tail, head = ("–", "→") if edge.start == ids[i] else ("←", "–")
        if EDGE_RULES[edge.kind].symmetric:
            tail = head = "–"
        line += f" {tail}{word}{head} {_label(snapshot, nodes[i + 1])}"
    return line


def path_cypher(nodes: Sequence[Mapping[str, Any]], edges: Sequence[Edge]) -> dict[str, Any] | None:
    """What shows a path in Neo4j Browser, as ``{statement, parameters}``; None for a path without nodes.

    The statement is the same for all paths. The parameters hold texts and lists alone: what ``:params`` takes as it stands.

    Args:
        nodes: as they stand in the answer.
        edges: the best known of every step.
    """
    if not nodes:
        return None
    parameters = {
        # A way up the tree and down again meets a node twice.
        "nodes": list(dict.fromkeys(node["id"] for node in nodes)),
        "edges": [[e.start, str(e.kind), e.end, e.provenance.source, e.record] for e in edges],
    }
    return {"statement": _path_statement(), "parameters": parameters}


@cache
def _path_statement() -> str:
    return query("answer/path").statement


def _label(snapshot: Snapshot, number: int) -> str:
    return snapshot.name(number) if snapshot.kind(number) is not NodeKind.PATIENT else "patient"
