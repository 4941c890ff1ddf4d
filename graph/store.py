"""The port that every graph store answers: the embedded one, and Neo4j.

The rules of the port: elements are checked against the schema by whoever writes them through it; a batch is written whole or
not at all; writing the same batch twice changes nothing; a *load* is named and remembers how far it came, in the same
transaction as the data, so that an interrupted load goes on where it stopped; reading is in a fixed order (nodes by kind and
id, edges by their key). Patients, and the edges that training derives, live in the same store as knowledge but count apart:
they never change the *revision*, which names the state of the knowledge that a snapshot was compiled from. What is told of a
patient live, outside of loads, outlives every load and build (:mod:`graph.telling`).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import Protocol, Self, TypeVar, overload

from graph.elements import (
    PATIENT_PREFIX,
    Edge,
    EdgeKind,
    KnowledgeLevel,
    Node,
    NodeId,
    NodeKind,
    PropertyValue,
    Provenance,
)
from graph.errors import SchemaError
from graph.property_rules import is_date
from graph.schema import EDGE_RULES, check_joins, check_node, check_property_rows, check_provenance, check_texts
from graph.telling import LiveRecords

PATIENT_EDGES = frozenset(
    {
        EdgeKind.HAS_DIAGNOSIS,
        EdgeKind.HAS_SYMPTOM,
        EdgeKind.TAKES,
        EdgeKind.ALLERGIC_TO,
        EdgeKind.HAS_PHENOTYPE,
        EdgeKind.HAS_RESULT,
        EdgeKind.PREDICTED,
    }
)
"""Edge kinds that start at a patient: read live, never compiled."""

RECORD_EDGES = PATIENT_EDGES - {EdgeKind.PREDICTED}
"""What is on file about a patient: what a program expects of one is no fact."""

DERIVED_EDGES = frozenset({EdgeKind.SIMILAR_TO, EdgeKind.RESPONDED_TO})
"""Edge kinds that training derives from the knowledge: in the store for people to see, never compiled and never trained on."""

DERIVED_NODES = frozenset({NodeKind.GROUP})
"""Node kinds that training derives, alike."""

KNOWLEDGE_NODES = frozenset(NodeKind) - {NodeKind.PATIENT} - DERIVED_NODES
"""Node kinds that are compiled, and of which the revision tells."""

KNOWLEDGE_EDGES = frozenset(EdgeKind) - PATIENT_EDGES - DERIVED_EDGES
"""Edge kinds that are compiled, and of which the revision tells."""

UNFINISHED = "unfinished"
"""What a revision begins with while a load is writing knowledge: nothing should be compiled from it yet."""


T = TypeVar("T")


class Repeated(Sequence[T]):
    """One value many times: a column whose rows all agree, without a place for each.

    Args:
        value: the value.
        count: how often.
    """

    def __init__(self, value: T, count: int) -> None:
        self.value = value
        self._count = count

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, position: int) -> T: ...
    @overload
    def __getitem__(self, position: slice) -> "Repeated[T]": ...
    def __getitem__(self, position: int | slice) -> "T | Repeated[T]":
        if isinstance(position, slice):
            return Repeated(self.value, len(range(self._count)[position]))
        range(self._count)[position]
        return self.value

    def __iter__(self) -> Iterator[T]:
        return repeat(self.value, self._count)


def distinct(column: Sequence[T]) -> Sequence[T]:
    """The values of a column, each at least once and, as a rule, few: equal objects that are not the same may come twice."""
    if isinstance(column, Repeated):
        return (column.value,) if len(column) else ()
    return tuple({id(value): value for value in column}.values())


@dataclass(frozen=True, slots=True)
class EdgeColumns:
    """Many edges of one kind between two node kinds, as columns of equal length: the form in which edges travel in bulk.

    Attributes:
        kind: what they say.
        start_kind: kind of every start node.
        end_kind: kind of every end node.
        starts: ids of the start nodes.
        ends: ids of the end nodes.
        provenances: who says so.
        levels: how it is known.
        evidences: citations or locators, empty where there are none.
        records: what tells parallel edges of one source apart.
        known_sinces: ISO dates or empty.
        properties: the properties of each edge.
    """

    kind: EdgeKind
    start_kind: NodeKind
    end_kind: NodeKind
    starts: Sequence[NodeId]
    ends: Sequence[NodeId]
    provenances: Sequence[Provenance]
    levels: Sequence[KnowledgeLevel]
    evidences: Sequence[str]
    records: Sequence[str]
    known_sinces: Sequence[str]
    properties: Sequence[Mapping[str, PropertyValue]]

    def __post_init__(self) -> None:
        texts = (self.evidences, self.records, self.known_sinces)
        if len({len(c) for c in (self.starts, self.ends, self.provenances, self.levels, *texts, self.properties)}) > 1:
            raise ValueError("columns of edges are of equal length")

    def __len__(self) -> int:
        return len(self.starts)

    @classmethod
    def uniform(
        cls,
        kind: EdgeKind,
        ends: tuple[NodeKind, NodeKind],
        pairs: tuple[Sequence[NodeId], Sequence[NodeId]],
        provenance: Provenance,
        level: KnowledgeLevel,
    ) -> Self:
        """Columns of plain edges that share provenance and level and carry nothing else."""
        n = len(pairs[0])
        none = Repeated("", n)
        nothing: Repeated[Mapping[str, PropertyValue]] = Repeated({}, n)
        return cls(kind, *ends, *pairs, Repeated(provenance, n), Repeated(level, n), none, none, none, nothing)

    @classmethod
    def of(cls, edges: Sequence[Edge], start_kind: NodeKind, end_kind: NodeKind) -> Self:
        """Columns of edges that share their kind and the kinds of their ends."""
        return cls(
            edges[0].kind,
            start_kind,
            end_kind,
            [e.start for e in edges],
            [e.end for e in edges],
            [e.provenance for e in edges],
            [e.level for e in edges],
            [e.evidence for e in edges],
            [e.record for e in edges],
            [e.known_since for e in edges],
            [e.properties for e in edges],
        )

    @property
    def is_plain(self) -> bool:
        """Whether all edges share provenance and level and none carries anything else, as :meth:`uniform` makes them."""
        shared = isinstance(self.provenances, Repeated) and isinstance(self.levels, Repeated)
        own = (self.evidences, self.records, self.known_sinces, self.properties)
        return shared and len(self) > 0 and all(isinstance(column, Repeated) and not column.value for column in own)

    def rows(self) -> Iterator[Edge]:
        """The edges one by one, in the order of the columns."""
        columns = zip(
            self.starts,
            self.ends,
            self.provenances,
            self.levels,
            self.evidences,
            self.records,
            self.known_sinces,
            self.properties,
            strict=True,
        )
        for row in columns:
            yield Edge(self.kind, *row)


@dataclass(frozen=True, slots=True)
class Batch:
    """What is written in one transaction: nodes first, then edges, whose ends are among the nodes or in the store already."""

    nodes: Sequence[Node] = ()
    edges: Sequence[EdgeColumns] = ()


@dataclass(frozen=True, slots=True)
class Load:
    """One run of a loader into a store.

    Attributes:
        number: the load tag that elements written by it carry.
        fingerprint: names the input; an interrupted load is found again by it.
        progress: how far the last committed batch came, in words of the loader; empty at the start.
        resumed: whether an earlier, interrupted run is being continued.
    """

    number: int
    fingerprint: str
    progress: str
    resumed: bool


@dataclass(frozen=True, slots=True)
class LoadCounts:
    """What a load did to the graph, nodes and edges together."""

    created: int
    changed: int
    removed: int

    def __add__(self, other: "LoadCounts") -> "LoadCounts":
        """What two loads did together."""
        return LoadCounts(self.created + other.created, self.changed + other.changed, self.removed + other.removed)


def _distinct_rows(column: Sequence[Mapping[str, PropertyValue]]) -> Sequence[Mapping[str, PropertyValue]]:
    # Rows are mostly objects of their own: to look for repeated ones costs more than it saves.
    return distinct(column) if isinstance(column, Repeated) else column


def check_batch(batch: Batch) -> None:
    """Refuse a batch that breaks the schema: what every adapter calls before it writes.

    Raises:
        SchemaError: for the first node or edge that breaks it.
    """
    for node in batch.nodes:
        check_node(node)
    for columns in batch.edges:
        check_joins(columns.kind, columns.start_kind, columns.end_kind)
        subject, rules = str(columns.kind), EDGE_RULES[columns.kind].properties
        check_property_rows(subject, rules, _distinct_rows(columns.properties))
        for provenance in distinct(columns.provenances):
            check_provenance(subject, provenance)
        for texts in (columns.evidences, columns.records):
            check_texts(subject, distinct(texts))
        if not all(is_date(date) for date in distinct(columns.known_sinces) if date):
            raise SchemaError(subject, "bad-date", "known_since: an ISO date is expected")


def end_error(edge: EdgeKind, end: NodeId, wanted: NodeKind, found: str | None) -> SchemaError:
    """What an adapter raises for an edge whose end is not there, or is of another kind than the columns say.

    Args:
        edge: what the edge says.
        end: the id of its end.
        wanted: the kind of node that the columns say.
        found: the kind that the node is; None when there is no such node.
    """
    shown = "of this id" if end.startswith(PATIENT_PREFIX) else repr(end)
    if found is None:
        return SchemaError(str(edge), "unknown-end", f"no {wanted} node {shown} in the store")
    return SchemaError(str(edge), "bad-ends", f"the node {shown} is a {found}, a {wanted} is expected")


class GraphStore(LiveRecords, Protocol):
    """Keeps nodes and edges; see the module's rules. Every method may raise StoreUnavailableError."""

    def start_load(self, fingerprint: str) -> Load:
        """Begin a load, or go on with an unfinished one of the same fingerprint."""
        ...

    def write(self, batch: Batch, load: Load, progress: str) -> None:
        """Write a batch and note the load's progress, both or neither.

        Raises:
            SchemaError: when a node breaks the schema, or an edge's end is in neither the batch nor the store (code
                ``unknown-end``), or has another kind than the columns say (code ``bad-ends``).
        """
        ...

    def finish_load(self, load: Load, *, remove_stale: bool, derived: bool = False) -> LoadCounts:
        """Close a load and count what it did.

        Args:
            load: the load.
            remove_stale: whether elements that earlier loads wrote and this did not go.
            derived: whether those are the edges that training derives, and nothing else; otherwise these stay, unless a node
                of theirs goes.
        """
        ...

    def node(self, node_id: NodeId) -> Node:
        """The node of this id.

        Raises:
            UnknownNodeError: when there is none.
        """
        ...

    def nodes(self, kind: NodeKind, *, after: str = "", limit: int | None = None) -> Iterator[Node]:
        """Nodes of a kind in the order of their ids, those behind ``after`` only."""
        ...

    def edges_from(self, node_id: NodeId, kinds: Sequence[EdgeKind] = ()) -> Sequence[Edge]:
        """Edges that start at a node, of the given kinds (all when empty), in the order of their keys."""
        ...

    def knowledge_edges(self, *, derived: bool = False) -> Iterator[EdgeColumns]:
        """All edges of knowledge, one group for each (kind, start kind, end kind), in no fixed order.

        Args:
            derived: whether to read the edges that training derives instead.
        """
        ...

    def counts(self) -> "dict[str, int]":
        """Number of nodes of each node kind and of edges of each edge kind, by their words; kinds without any are left out."""
        ...

    def revision(self) -> str:
        """Names the state of the knowledge: another text whenever knowledge changed."""
        ...

    def note(self, key: str, value: str) -> None:
        """Keep a short text under a key beside the graph (a pointer to a snapshot, for instance)."""
        ...

    def noted(self, key: str) -> str:
        """The text under a key, or an empty one."""
        ...

    def staging(self) -> "GraphStore":
        """A store beside this one that holds a copy of it, to build into; an interrupted build finds its staging again."""
        ...

    def adopt(self, staging: "GraphStore") -> None:
        """Put the staging's content in the place of this store's, at once for every reader, and discard the staging.

        Raises:
            StoreUnavailableError: when this store was written to since the staging was made.
        """
        ...

    def discard(self) -> None:
        """Close a staging that is not to be adopted, and delete it."""
        ...

    def close(self) -> None:
        """Let go of files and connections; a closed store is not used again."""
        ...
