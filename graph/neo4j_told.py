"""Keeps what was told in Neo4j, inside transactions of the caller that hold the store's lock; see :mod:`graph.told`."""

from collections.abc import Iterable, Mapping, Sequence

from graph.elements import Edge, Node, NodeId, NodeKind
from graph.errors import ErasedPatientError, UnknownNodeError
from graph.neo4j_rows import RowReader
from graph.neo4j_statements import BUILDING, Run, State
from graph.neo4j_write import write_edges, write_nodes
from graph.store import RECORD_EDGES, Batch
from graph.telling import Decide, mark_of
from graph.told import ERASED, KEPT_TAG, TOLD_TAG, TOUCHED, Marks, ToldRecord, check_telling, patients_of, without_marked

_KINDS = sorted(map(str, RECORD_EDGES))


def marks(run: Run, graph: int, patients: Sequence[NodeId]) -> Marks:
    """The marks of some patients, but for those that only say that something was told."""
    found: dict[str, set[str]] = {}
    for patient, mark in run("store/told_marks", graph=graph, patients=list(patients)) if patients else ():
        found.setdefault(patient, set()).add(mark)
    return {patient: frozenset(some) for patient, some in found.items()}


def unmarked(run: Run, graph: int, batch: Batch) -> Batch:
    """A load's batch without what must not be written again."""
    return without_marked(batch, marks(run, graph, patients_of(batch)))


def record_of(run: Run, graph: int, patient: NodeId) -> ToldRecord:
    """What was told about a patient."""
    node, edges = _read(run, graph, patient)
    found = marks(run, graph, [patient]).get(patient, frozenset())
    return ToldRecord(ERASED in found, node, [edge for edge, seen in edges if seen == TOLD_TAG], found - {ERASED})


def tell(run: Run, store: str, state: State, patient: NodeId, decide: Decide) -> None:
    """Change a patient's record; see :meth:`graph.telling.LiveRecords.tell`."""
    graph = state["graph"]
    if ERASED in marks(run, graph, [patient]).get(patient, ()):
        raise ErasedPatientError
    node, found = _read(run, graph, patient)
    edges = [edge for edge, _ in found]
    telling = decide(node, edges)
    if node is None and telling.node is None:
        raise UnknownNodeError("of this id")
    _keep(run, graph, telling.ends)
    batch = check_telling(patient, telling, _kinds(run, graph, {edge.end for edge in telling.edges}))
    gone = [edge for edge in edges if mark_of(edge) in telling.withdrawn]
    rows = [{"kind": str(e.kind), "end": e.end, "source": e.provenance.source, "record": e.record} for e in gone]
    run("store/withdraw_edges", graph=graph, patient=patient, rows=rows)
    _mark(run, store, state, patient, (TOUCHED, *sorted(telling.withdrawn)))
    write_nodes(run, graph, TOLD_TAG, batch.nodes)
    for columns in batch.edges:
        write_edges(run, graph, TOLD_TAG, columns)


def forget(run: Run, store: str, state: State, patient: NodeId) -> int:
    """Erase a patient from a store, and from the one that a build goes into; see :meth:`graph.telling.LiveRecords.forget`."""
    run("store/forget_told", graph=state["graph"], patient=patient)
    _mark(run, store, state, patient, (ERASED,))
    gone: int = run("store/forget_patient", graph=state["graph"], patient=patient)[0][0]
    building = run("store/lock", store=BUILDING, stamp=None, load=False) if store != BUILDING else ()
    if building:
        forget(run, BUILDING, building[0][0], patient)
    return gone


def _mark(run: Run, store: str, state: State, patient: NodeId, found: Sequence[str]) -> None:
    number = state.get("told", 0) + 1
    run("store/mark_told", graph=state["graph"], patient=patient, marks=list(found), number=number)
    run("store/set_told", store=store, number=number)


def _read(run: Run, graph: int, patient: NodeId) -> tuple[Node | None, Sequence[tuple[Edge, int]]]:
    """A patient and what is on file in the order of the edges' keys, each with the load that saw it last."""
    values, rows = run("store/record", graph=graph, patient=patient, kinds=_KINDS)[0]
    reader = RowReader()
    edges = [(reader.edge(kind, patient, end, said), int(said["seen"])) for kind, end, said in rows]
    return None if values is None else reader.node(values), sorted(edges, key=lambda pair: pair[0].key)


def _keep(run: Run, graph: int, ends: Iterable[Node]) -> None:
    known = _kinds(run, graph, {node.id for node in ends})
    write_nodes(run, graph, KEPT_TAG, [node for node in ends if node.id not in known])


def _kinds(run: Run, graph: int, ids: Iterable[NodeId]) -> Mapping[NodeId, NodeKind]:
    return {NodeId(found): NodeKind(kind) for found, kind in run("store/kinds", graph=graph, ids=sorted(ids))}
