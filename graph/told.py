"""The rules by which every adapter keeps what was told (:mod:`graph.telling`) through loads and builds.

Marks filter what a load brings; a build that takes a store's place is first given what was told while it ran.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, TypeAlias

from graph.elements import Edge, Node, NodeId, NodeKind
from graph.errors import SchemaError
from graph.schema import check_node
from graph.store import RECORD_EDGES, Batch, EdgeColumns, GraphStore, check_batch
from graph.telling import TOLD, Decide, Telling, mark_of

TOLD_TAG, KEPT_TAG = 0, -1
"""Load tags of what no load wrote: of what was told, and of a node that only told edges keep."""
ERASED, TOUCHED = "erased", ""
"""Marks that are no hash of an edge: of a patient who was erased, and of one to whom something was told."""

Marks: TypeAlias = Mapping[str, frozenset[str]]
"""The marks of some patients by their ids; a patient without any may be left out."""


@dataclass(frozen=True, slots=True)
class ToldRecord:
    """What a store keeps of the tellings about one patient.

    Attributes:
        erased: whether the patient was erased.
        node: the patient; None when there is none.
        edges: those that were told.
        withdrawn: marks of those that were withdrawn.
    """

    erased: bool
    node: Node | None
    edges: Sequence[Edge]
    withdrawn: frozenset[str]


class ToldStore(GraphStore, Protocol):
    """A store as a build that takes its place sees it: what was told, by the numbers of the tellings."""

    def last_telling(self) -> int:
        """Number of the last telling; 0 when there was none."""
        ...

    def told_before(self) -> int:
        """Of a staging: number of the last telling that its copy has for certain."""
        ...

    def told_since(self, number: int) -> Sequence[NodeId]:
        """Patients about whom something was told after that number."""
        ...

    def told_record(self, patient: NodeId) -> ToldRecord:
        """What was told about a patient."""
        ...


def check_telling(patient: NodeId, telling: Telling, kinds: Mapping[NodeId, NodeKind]) -> Batch:
    """Refuse a telling that breaks the schema, and give what it writes.

    Args:
        patient: whom it is about.
        telling: what is told.
        kinds: of the nodes that its edges end at, as far as they are in the store.

    Raises:
        SchemaError: as :func:`graph.store.check_batch`, for an end that is not there (``unknown-end``), and for an element
            that is not the patient's (``bad-ends``).
    """
    nodes = () if telling.node is None else (telling.node,)
    for node in nodes:
        check_node(node)
    if any(node.id != patient for node in nodes):
        raise SchemaError("Patient", "bad-ends", "a telling is about one patient")
    groups: dict[tuple[str, NodeKind], list[Edge]] = {}
    for edge in telling.edges:
        if edge.start != patient or edge.kind not in RECORD_EDGES:
            raise SchemaError(str(edge.kind), "bad-ends", "a telling is about one patient, and about what is on file")
        if edge.end not in kinds:
            raise SchemaError(str(edge.kind), "unknown-end", "no such node in the store")
        groups.setdefault((edge.kind, kinds[edge.end]), []).append(edge)
    batch = Batch(nodes, [EdgeColumns.of(group, NodeKind.PATIENT, end) for (_, end), group in groups.items()])
    check_batch(batch)
    return batch


def patients_of(batch: Batch) -> Sequence[NodeId]:
    """The patients whom a batch tells of."""
    found = {node.id: None for node in batch.nodes if node.kind is NodeKind.PATIENT}
    for columns in batch.edges:
        if columns.start_kind is NodeKind.PATIENT:
            found |= dict.fromkeys(columns.starts)
    return tuple(found)


def without_marked(batch: Batch, marks: Marks) -> Batch:
    """A load's batch without erased patients, their edges, and edges that were withdrawn."""
    if not marks:
        return batch
    nodes = [node for node in batch.nodes if ERASED not in marks.get(node.id, ())]
    return replace(batch, nodes=nodes, edges=[*_unmarked(batch.edges, marks)])


def _unmarked(groups: Iterable[EdgeColumns], marks: Marks) -> Iterable[EdgeColumns]:
    for columns in groups:
        if columns.start_kind is not NodeKind.PATIENT or marks.keys().isdisjoint(columns.starts):
            yield columns
        elif kept := [edge for edge in columns.rows() if not _is_marked(edge, marks.get(edge.start, frozenset()))]:
            yield EdgeColumns.of(kept, columns.start_kind, columns.end_kind)


def _is_marked(edge: Edge, marks: frozenset[str]) -> bool:
    return ERASED in marks or mark_of(edge) in marks


def carry_told(live: ToldStore, staging: ToldStore) -> int:
    """Bring into a staging what was told to the live store since it was copied.

    Returns:
        Number of the last telling that the staging has now: adopting it is right while that is the live store's last one.
    """
    last = live.last_telling()
    for patient in live.told_since(staging.told_before()):
        record = live.told_record(patient)
        if record.erased:
            staging.forget(patient)
        else:
            staging.tell(patient, _as_told(live, record))
    return last


def _as_told(live: GraphStore, record: ToldRecord) -> Decide:
    # A build leaves out nodes that its files do not name; what was told about a patient keeps those that it is about.
    ends = tuple(live.node(end) for end in {edge.end for edge in record.edges})

    def decide(node: Node | None, edges: Sequence[Edge]) -> Telling:
        told = record.node is not None and record.node.provenance == TOLD
        return Telling(record.node if told or node is None else None, record.edges, record.withdrawn, ends)

    return decide
