"""Elements as Neo4j keeps them: the property maps of nodes and relationships, and elements made of them again.

What an element says lies in its properties by the schema's own names, so that an analyst reads it in the Browser; beside them
stand its identity, its provenance and a *digest* of all that, which tells in one comparison whether the element changed. What
is empty is not stored. The load tags (created, changed, seen) and the number of the graph are the store's, not the element's.
"""

from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import Any

from graph.elements import Edge, EdgeKind, KnowledgeLevel, Node, NodeId, NodeKind, PropertyValue, Provenance
from graph.property_text import CANONICAL
from graph.store import EdgeColumns, Repeated

FORMAT = "1"
"""Version of how elements lie in a database; a store of another version is refused."""
TAGS = frozenset({"created", "changed", "seen"})
"""Properties that say which loads brought, changed and saw an element."""
NODE_WORDS = frozenset({"graph", "id", "kind", "name", "aliases", "source", "source_version", "licence", "digest"}) | TAGS
"""Properties of nodes that no schema property may be called."""
EDGE_WORDS = (
    frozenset({"source", "source_version", "licence", "knowledge_level", "evidence", "record", "known_since", "digest"}) | TAGS
)
"""Properties of relationships that no schema property may be called."""

Values = dict[str, Any]


def node_values(node: Node) -> Values:
    """What a node says, as properties: identity, name, aliases, provenance, those of the schema, and the digest."""
    values: Values = {"id": node.id, "kind": str(node.kind), **_provenance_values(node.provenance), **_plain(node.properties)}
    if node.name:
        values["name"] = node.name
    if node.aliases:
        values["aliases"] = list(node.aliases)
    return values | {"digest": _digest(values)}


def edge_values(edge: Edge) -> Values:
    """What an edge says beside its kind and its ends, as properties, the digest among them."""
    return _edge_values(edge.provenance, edge.level, edge.evidence, edge.record, edge.known_since, edge.properties)


def shared_values(columns: EdgeColumns) -> Values | None:
    """What all edges of plain columns say; None when they differ."""
    if not columns.is_plain:
        return None
    return _edge_values(columns.provenances[0], columns.levels[0], "", "", "", {})


def _edge_values(
    provenance: Provenance,
    level: KnowledgeLevel,
    evidence: str,
    record: str,
    known_since: str,
    properties: Mapping[str, PropertyValue],
) -> Values:
    values: Values = {**_provenance_values(provenance), "knowledge_level": str(level), "record": record, **_plain(properties)}
    if evidence:
        values["evidence"] = evidence
    if known_since:
        values["known_since"] = known_since
    return values | {"digest": _digest(values)}


def _provenance_values(provenance: Provenance) -> Values:
    return {"source": provenance.source, "source_version": provenance.source_version, "licence": provenance.licence}


def _plain(properties: Mapping[str, PropertyValue]) -> Values:
    return {name: list(value) if isinstance(value, tuple) else value for name, value in properties.items()}


def _digest(values: Values) -> str:
    return blake2b(CANONICAL(values).encode(), digest_size=8).hexdigest()


class RowReader:
    """Makes elements of what Neo4j answers; equal provenances are one object, since most elements share theirs."""

    def __init__(self) -> None:
        self._provenances: dict[tuple[str, str, str], Provenance] = {}

    def node(self, values: Mapping[str, Any]) -> Node:
        """The node of a property map."""
        return Node(
            NodeId(values["id"]),
            NodeKind(values["kind"]),
            values.get("name", ""),
            self._provenance(values),
            tuple(values.get("aliases", ())),
            _schema_values(values, NODE_WORDS),
        )

    def edge(self, kind: str, start: str, end: str, values: Mapping[str, Any]) -> Edge:
        """The edge of a relationship's type, ends and property map."""
        return Edge(
            EdgeKind(kind),
            NodeId(start),
            NodeId(end),
            self._provenance(values),
            KnowledgeLevel(values["knowledge_level"]),
            values.get("evidence", ""),
            values["record"],
            values.get("known_since", ""),
            _schema_values(values, EDGE_WORDS),
        )

    def columns(
        self, kind: EdgeKind, ends: tuple[NodeKind, NodeKind], rows: Sequence[tuple[str, Sequence[str], Values]]
    ) -> EdgeColumns:
        """Columns of all edges of one kind between two node kinds.

        Args:
            kind: what they say.
            ends: kinds of their start and end nodes.
            rows: of each group of edges that leave one node and say the same, that node's id, the ids at their other ends, and
                what they say.
        """
        starts: list[NodeId] = []
        targets: list[NodeId] = []
        shared: list[Edge] = []
        # Most edges of a kind say one of a few things: each is made once, and equal columns are shared objects.
        known: dict[str, Edge] = {}
        for start, group, values in rows:
            said = known.get(values["digest"]) or known.setdefault(values["digest"], self.edge(kind, start, group[0], values))
            starts += Repeated(NodeId(start), len(group))
            targets += map(NodeId, group)
            shared += Repeated(said, len(group))
        return EdgeColumns(
            kind,
            *ends,
            starts,
            targets,
            [said.provenance for said in shared],
            [said.level for said in shared],
            [said.evidence for said in shared],
            [said.record for said in shared],
            [said.known_since for said in shared],
            [said.properties for said in shared],
        )

    def _provenance(self, values: Mapping[str, Any]) -> Provenance:
        words = (values["source"], values["source_version"], values["licence"])
        found = self._provenances.get(words)
        if found is None:
            found = self._provenances[words] = Provenance(*words)
        return found


def _schema_values(values: Mapping[str, Any], words: frozenset[str]) -> dict[str, PropertyValue]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in values.items() if name not in words}
