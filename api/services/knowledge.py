"""What the knowledge of one snapshot says of a node: its codes, its synonyms, and what stands next to it.

A snapshot holds no patient, so that nothing here can tell of one. Everything is bounded: of each kind of edge a page is shown,
with a count of what is left.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any

import numpy as np

from api.search import NodeSearch
from api.services.statistics import statistics
from graph.array_file import Array
from graph.elements import Edge, EdgeKind, NodeKind
from graph.errors import AmbiguousNameError, UnknownNodeError
from graph.numbered_nodes import KIND_ORDER
from graph.relation import Adjacency, Relation
from graph.snapshot import Snapshot
from recommender.payload import node_payload, statement_payload

SEARCHED = (NodeKind.MEDICINE, NodeKind.CONDITION, NodeKind.SYMPTOM, NodeKind.CARE_ACTION)
"""Kinds that are searched as someone types."""
CODES = ("atc", "rxcui", "icd10cm", "doid", "mesh", "mondo")
"""Properties that are codes of other vocabularies."""
SAFETY = {
    "contraindications": (EdgeKind.CONTRAINDICATED_IN,),
    "interactions": (EdgeKind.INTERACTS_WITH,),
    "limits": (EdgeKind.LIMITED_BY,),
    "side_effects": (EdgeKind.CAUSES, EdgeKind.ADDS_TO),
}
"""Edge kinds that stand apart in the detail of a medicine."""
_GRAVE = ("severe", "absolute", "moderate", "relative", "mild")


class Way(StrEnum):
    """In which direction an edge is followed from a node; edges that read the same both ways lead out."""

    OUT = "out"
    IN = "in"


@dataclass(frozen=True, slots=True)
class Row:
    """The neighbours of one node through one relation, in one direction."""

    relation: Relation
    way: Way
    node: int

    @property
    def count(self) -> int:
        """How many there are."""
        return self._adjacency.degree(self.node)

    @property
    def kind(self) -> NodeKind:
        """Of which kind they are."""
        return self.relation.key.end if self.way is Way.OUT else self.relation.key.start

    def links(self) -> Iterator[tuple[int, int]]:
        """Each neighbour with the link of the relation, in the order of their numbers."""
        rows = self._adjacency
        begin = int(rows.pointers[self.node - rows.first])
        for i in range(begin, begin + self.count):
            yield int(rows.targets[i]), int(rows.links[i])

    @property
    def targets(self) -> Array:
        """Their numbers, ascending."""
        return self._adjacency.row(self.node)

    @property
    def _adjacency(self) -> Adjacency:
        return self.relation.outward if self.way is Way.OUT else self.relation.inward


class Knowledge:
    """Answers about the nodes of one snapshot.

    Args:
        snapshot: whose nodes they are.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self.search = {kind: NodeSearch(snapshot, kind) for kind in SEARCHED}

    def number(self, name: str, kinds: Sequence[NodeKind] = KIND_ORDER) -> int:
        """The node that an id, a name or a synonym means.

        Args:
            name: as it was given.
            kinds: which kinds may be meant, those first that are meant rather: a medicine is called like its ingredient.

        Raises:
            UnknownNodeError: when there is none.
            AmbiguousNameError: when there are several of one kind.
        """
        for kind in kinds:
            found = self.snapshot.candidates(name, (kind,))
            if len(found) > 1:
                raise AmbiguousNameError(name, [self.snapshot.id(n) for n in found])
            if found:
                return found[0]
        raise UnknownNodeError(name)

    def rows(self, node: int) -> list[Row]:
        """The neighbours of a node, by relation and direction; relations in the order of their names, empty ones left out."""
        kind = self.snapshot.kind(node)
        found = []
        for key, relation in sorted(self.snapshot.relations.items()):
            if key.start is kind:
                found.append(Row(relation, Way.OUT, node))
            if key.end is kind and not relation.symmetric:
                found.append(Row(relation, Way.IN, node))
        return [row for row in found if row.count]

    def next_to(self, node: int) -> Array:
        """Numbers of the nodes next to a node, ascending, each once, itself left out; shape (nodes,)."""
        rows = [row.targets for row in self.rows(node)]
        found: Array = np.unique(np.concatenate(rows)) if rows else np.zeros(0, np.int32)
        return np.delete(found, found == node)

    def named(self, node: int) -> dict[str, Any]:
        """A node as ``{id, name, codes}``."""
        properties = self.snapshot.properties(node)
        codes = {name: properties[name] for name in CODES if properties.get(name)}
        return {"id": self.snapshot.id(node), "name": self.snapshot.name(node), "codes": codes}

    def medicine(self, name: str, limit: int) -> dict[str, Any]:
        """A medicine as :meth:`detail` shows it, with what safety rests on apart from its other neighbours."""
        found = self.detail(name, NodeKind.MEDICINE, limit)
        groups = found.pop("neighbourhood")
        apart = {part: [g for g in groups if g["kind"] in kinds] for part, kinds in SAFETY.items()}
        rest = [g for g in groups if not any(g in part for part in apart.values())]
        return {**found, "neighbourhood": rest, **apart}

    def detail(self, name: str, kind: NodeKind, limit: int) -> dict[str, Any]:
        """A node with what stands next to it, at most ``limit`` of each kind; errors are those of :meth:`number`.

        Args:
            name: an id, a name or a synonym.
            kind: of the node.
            limit: how many neighbours of each kind are shown at most.
        """
        node = self.number(name, (kind,))
        found = self.snapshot.node(node)
        return {
            **self.named(node),
            "kind": str(found.kind),
            "synonyms": list(found.aliases),
            "properties": {name: value for name, value in sorted(found.properties.items()) if name not in CODES},
            "source": found.provenance.source,
            "source_version": found.provenance.source_version,
            "licence": found.provenance.licence,
            "neighbourhood": [self.group(row, limit) for row in self.rows(node)],
            "snapshot": self.snapshot.checksum,
        }

    def group(self, row: Row, limit: int) -> dict[str, Any]:
        """A page of the neighbours through one relation; of interactions and contraindications the gravest first."""
        links = list(row.links())
        if row.relation.key.kind in (EdgeKind.INTERACTS_WITH, EdgeKind.CONTRAINDICATED_IN, EdgeKind.LIMITED_BY):
            links.sort(key=lambda link: _gravity(self.snapshot.link_edges(row.relation, link[1])))
        return {
            "kind": str(row.relation.key.kind),
            "way": str(row.way),
            "node_kind": str(row.kind),
            "count": len(links),
            "items": [self._neighbour(row, *link) for link in links[:limit]],
            "more": max(0, len(links) - limit),
        }

    def neighbours(
        self, node: int, kind: EdgeKind | None, node_kind: NodeKind | None, way: Way | None, page: tuple[int, int]
    ) -> dict[str, Any]:
        """A page of what stands next to a node.

        Args:
            node: its number.
            kind: of the edges; any when None.
            node_kind: of the neighbours; any when None.
            way: in which direction; both when None.
            page: how many are left out, and how many are shown at most.
        """
        rows = [
            row
            for row in self.rows(node)
            if kind in (None, row.relation.key.kind) and node_kind in (None, row.kind) and way in (None, row.way)
        ]
        count, (offset, limit) = sum(row.count for row in rows), page
        return {
            "node": node_payload(self.snapshot, node),
            "count": count,
            "items": [self._stated(row, *link) for row, link in _page(rows, offset, limit)],
            "more": max(0, count - offset - limit),
            "snapshot": self.snapshot.checksum,
        }

    def _stated(self, row: Row, neighbour: int, link: int) -> dict[str, Any]:
        return {"kind": str(row.relation.key.kind), "way": str(row.way), **self._neighbour(row, neighbour, link)}

    def _neighbour(self, row: Row, neighbour: int, link: int) -> dict[str, Any]:
        edges = self.snapshot.link_edges(row.relation, link)
        return {"node": node_payload(self.snapshot, neighbour), "edges": [said(edge) for edge in edges]}

    @cached_property
    def statistics(self) -> dict[str, Any]:
        """How many nodes and edges there are, by kind, source and level; counted once for a snapshot."""
        return statistics(self.snapshot)


def said(edge: Edge) -> dict[str, Any]:
    """An edge with everything that it says, its licence too."""
    return statement_payload(edge) | {"licence": edge.provenance.licence}


def _page(rows: Sequence[Row], offset: int, limit: int) -> Iterator[tuple[Row, tuple[int, int]]]:
    for row in rows:
        if offset < row.count and limit > 0:
            for link in list(row.links())[offset : offset + limit]:
                yield row, link
                limit -= 1
        offset = max(0, offset - row.count)


def _gravity(edges: Sequence[Edge]) -> int:
    words = (str(edge.properties.get(name, "")) for edge in edges for name in ("severity", "strength"))
    return min((_GRAVE.index(word) for word in words if word in _GRAVE), default=len(_GRAVE))
