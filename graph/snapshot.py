"""The knowledge of a store compiled to arrays: immutable, memory-mapped, named by the checksum of its content.

Nodes are numbered by kind and id, so a kind is a range of numbers. Edges of one kind between two node kinds form a *relation*.
Edges of several sources that say the same stay apart as edges, but are one *link*: walks and degrees count links, so that a
fact does not weigh more for being said twice, and a step of a path shows every edge that says it. Patients are never compiled.
Strings appear only at the border: inside, everything is a number.
"""

from collections.abc import Collection, Iterable, Sequence
from copy import copy
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from graph.array_file import ArrayFile
from graph.elements import Edge, EdgeKind, KnowledgeLevel, Node, NodeKind, Provenance
from graph.errors import SnapshotError
from graph.numbered_nodes import KIND_ORDER, NumberedNodes
from graph.property_text import properties_of
from graph.relation import Relation, RelationKey

if TYPE_CHECKING:
    import networkx

KEPT_LINKS, KEPT_ROWS = 65_536, 32_768
"""How many links and neighbourhoods a snapshot keeps as edges in memory."""

LEVEL_ORDER = tuple(KnowledgeLevel)
FORMAT = 2
"""Version of the arrays' layout; part of the content, so that another version has another checksum."""


class Snapshot(NumberedNodes):
    """A compiled graph; see the module.

    Args:
        path: a file that :func:`graph.compiler.compile_snapshot` wrote.

    Raises:
        SnapshotError: when the file is missing, damaged or of another format.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._arrays = ArrayFile(path)
        self.checksum = path.stem
        try:
            found = self._arrays.notes["format"]
            if found != FORMAT:
                raise SnapshotError(f"{path} has format {found}, {FORMAT} is expected; compile it again")
            self._read_notes()
        except (LookupError, ValueError, TypeError, AttributeError) as error:
            raise SnapshotError(f"{path} is no snapshot: {error}; compile it again") from error

    def _read_notes(self) -> None:
        self._read_nodes()
        self.relations: dict[RelationKey, Relation] = {}
        for kind, start, end in self._arrays.notes["relations"]:
            key = RelationKey(EdgeKind(kind), NodeKind(start), NodeKind(end))
            self.relations[key] = Relation(key, self._arrays, self.first)
        self._keep_edges()

    def _keep_edges(self) -> None:
        # What a snapshot says never changes, so edges that were read once are kept, within bounds.
        self._link_edges = lru_cache(KEPT_LINKS)(self._read_link)
        self._rows = lru_cache(KEPT_ROWS)(self._read_row)

    def extended(self, relations: Iterable[Relation], provenances: Sequence[Provenance]) -> "Snapshot":
        """This snapshot with further relations, or with others in the place of its own; the file and its checksum stay.

        Args:
            relations: made by :func:`graph.derived.derived_relation`; one of the same key takes the place of what was there.
            provenances: what their edges' provenance numbers count on from ``len(provenances)`` of this snapshot.
        """
        other = copy(self)
        other.relations = self.relations | {relation.key: relation for relation in relations}
        other.provenances = (*self.provenances, *provenances)
        other._keep_edges()
        return other

    def verify(self) -> bool:
        """Whether the file's bytes still have the checksum that names it."""
        return self._arrays.digest() == self.checksum

    # Edges

    def relation(self, kind: EdgeKind, start: NodeKind, end: NodeKind) -> Relation | None:
        """The relation of this key, or nothing when the graph has no such edge."""
        return self.relations.get(RelationKey(kind, start, end))

    def edge(self, relation: Relation, position: int) -> Edge:
        """One edge of a relation."""
        start, end = relation.ends(position)
        similarities = relation.similarities
        properties = properties_of(relation.text("properties", position))
        if similarities is not None:
            properties = {**properties, "similarity": float(similarities[position])}
        return Edge(
            relation.key.kind,
            self.id(start),
            self.id(end),
            self.provenances[int(relation.provenances[position])],
            LEVEL_ORDER[int(relation.levels[position])],
            relation.text("evidence", position),
            relation.text("record", position),
            relation.text("known_since", position),
            properties,
        )

    def link_edges(self, relation: Relation, link: int) -> Sequence[Edge]:
        """Every edge that says a link, the best known first, then by source."""
        return self._link_edges(relation, link)

    def _read_link(self, relation: Relation, link: int) -> tuple[Edge, ...]:
        edges = [self.edge(relation, position) for position in relation.edge_range(link)]
        return tuple(sorted(edges, key=lambda e: (-e.level.strength, e.provenance.source, e.record)))

    @property
    def link_count(self) -> int:
        """How many links all relations have together."""
        return sum(relation.link_count for relation in self.relations.values())

    def neighbours(self, kind: EdgeKind, start: int, end_kind: NodeKind) -> Sequence[tuple[int, Sequence[Edge]]]:
        """Nodes of a kind that edges of a kind lead to from a node (both ways when symmetric), each with those edges."""
        relation = self.relation(kind, self.kind(start), end_kind)
        return () if relation is None else self._rows(relation, start, True)

    def sources(self, kind: EdgeKind, start_kind: NodeKind, end: int) -> Sequence[tuple[int, Sequence[Edge]]]:
        """Nodes of a kind from which edges of a kind lead to a node, each with those edges."""
        relation = self.relation(kind, start_kind, self.kind(end))
        return () if relation is None else self._rows(relation, end, False)

    def _read_row(self, relation: Relation, node: int, outward: bool) -> tuple[tuple[int, Sequence[Edge]], ...]:
        adjacency = relation.outward if outward else relation.inward
        row = node - adjacency.first
        entries = range(int(adjacency.pointers[row]), int(adjacency.pointers[row + 1]))
        return tuple((int(adjacency.targets[i]), self._link_edges(relation, int(adjacency.links[i]))) for i in entries)

    def to_networkx(self, kinds: Sequence[NodeKind] = ()) -> "networkx.MultiDiGraph":
        """The graph for networkx, of the given node kinds (all when empty), with everything that nodes and edges carry.

        Two edges between the same nodes differ in their key, which is made of their kind, source and record.
        """
        import networkx

        graph = networkx.MultiDiGraph(snapshot=self.checksum)
        chosen = set(kinds or KIND_ORDER)
        for kind in (k for k in KIND_ORDER if k in chosen):
            for number in self.numbers(kind):
                _add_node(graph, self.node(number))
        for key, relation in self.relations.items():
            if {key.start, key.end} <= chosen:
                for position in range(len(relation.levels)):
                    _add_edge(graph, self.edge(relation, position))
        return graph

    def part(self, nodes: Collection[int]) -> "networkx.MultiDiGraph":
        """Some nodes and every edge between them, in the form of :meth:`to_networkx`."""
        import networkx

        graph = networkx.MultiDiGraph(snapshot=self.checksum)
        chosen = set(nodes)
        for number in sorted(chosen):
            _add_node(graph, self.node(number))
        for key, relation in self.relations.items():
            for number in sorted(n for n in chosen if self.kind(n) is key.start):
                for other, edges in self._rows(relation, number, True):
                    # A relation that reads both ways lists each of its links at both ends.
                    if other in chosen and (not relation.symmetric or number <= other):
                        for edge in edges:
                            _add_edge(graph, edge)
        return graph


def _add_node(graph: "networkx.MultiDiGraph", node: Node) -> None:
    values = {"kind": str(node.kind), "name": node.name, "aliases": node.aliases}
    graph.add_node(node.id, **values, **_origin(node.provenance), **node.properties)


def _add_edge(graph: "networkx.MultiDiGraph", edge: Edge) -> None:
    name = "|".join((edge.kind, edge.provenance.source, edge.record))
    values = {
        "kind": str(edge.kind),
        "knowledge_level": str(edge.level),
        "evidence": edge.evidence,
        "record": edge.record,
        "known_since": edge.known_since,
    }
    graph.add_edge(edge.start, edge.end, name, **values, **_origin(edge.provenance), **edge.properties)


def _origin(provenance: Provenance) -> dict[str, str]:
    return {"source": provenance.source, "source_version": provenance.source_version, "licence": provenance.licence}
