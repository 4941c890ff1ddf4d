"""Copies the graph of one store into another: a graph of their own for analysts, on a server where they may run any query.

The copy is built beside what the target holds and takes its place at the end, so that its readers see the old copy or the new
one; copying the same knowledge again changes nothing. A target is marked as a copy, and a graph that is none is never written
over: two settings that were mixed up would otherwise cost a site its patients.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import islice
from secrets import token_hex
from typing import TypeVar

from graph.elements import Edge, EdgeKind, NodeId, NodeKind
from graph.errors import SchemaError, StoreUnavailableError
from graph.store import KNOWLEDGE_NODES, UNFINISHED, Batch, EdgeColumns, GraphStore, Load, LoadCounts
from loaders.disclosure import PatientRecords
from loaders.errors import LoadError
from loaders.run import Listener

T = TypeVar("T")
COPY_NOTE = "copy"
"""The note of a store that holds a copy of another's graph, and of the staging of one."""
PROBE_NOTE = "copy probe"
"""The note by which a store that goes by two addresses is known again."""
_NODES_AT_ONCE, _EDGES_AT_ONCE, _PATIENTS_AT_ONCE = 5_000, 20_000, 500
_COLUMNS = ("starts", "ends", "provenances", "levels", "evidences", "records", "known_sinces", "properties")


def copy_graph(source: GraphStore, target: GraphStore, patients: PatientRecords, listener: Listener) -> LoadCounts:
    """Put a store's knowledge, and the patients that are given, in the place of the copy that another store holds.

    Args:
        source: whose knowledge to copy.
        target: where to; empty, or a copy already.
        patients: what to copy of patients.
        listener: is told of the progress.

    Returns:
        What changed in the target.

    Raises:
        LoadError: when the source is empty, or the target is the source or holds a graph that is no copy.
        StoreUnavailableError: when the knowledge changes meanwhile, or one of the stores cannot be used.
    """
    revision = source.revision()
    if not source.counts():
        raise LoadError("the store is empty; load something first: python -m loaders build")
    if revision.startswith(UNFINISHED):
        raise _unsteady()
    _check_target(source, target)
    staging = _staging(target)
    try:
        load = staging.start_load(token_hex(16))
        writer = _Writer(staging, listener)
        writer.write(load, source, patients)
        if source.revision() != revision:
            raise _unsteady()
        counts = staging.finish_load(load, remove_stale=True) + _copy_derived(source, staging, writer)
    except BaseException as error:
        with suppress(StoreUnavailableError):
            staging.discard()
        # An edge whose end has no node yet, since the node was written after the nodes were read.
        if isinstance(error, SchemaError) and source.revision() != revision:
            raise _unsteady() from error
        raise
    target.note(COPY_NOTE, "of the graph of another store")
    target.adopt(staging)
    return counts


def _copy_derived(source: GraphStore, staging: GraphStore, writer: "_Writer") -> LoadCounts:
    """Copy what training derived, so that it is seen beside the knowledge that it was derived from."""
    load = staging.start_load(token_hex(16))
    writer.write_edges(load, source.knowledge_edges(derived=True))
    return staging.finish_load(load, remove_stale=True, derived=True)


def _unsteady() -> StoreUnavailableError:
    return StoreUnavailableError("the knowledge changes while it is copied; run the command again when the load is done")


def _check_target(source: GraphStore, target: GraphStore) -> None:
    """Refuse a target that is the source, or that holds a graph of its own."""
    token = token_hex(16)
    target.note(PROBE_NOTE, token)
    same = source.noted(PROBE_NOTE) == token
    target.note(PROBE_NOTE, "")
    if same:
        raise LoadError("the store to copy into is the one to copy from; name another")
    if target.counts() and not target.noted(COPY_NOTE):
        raise LoadError("the store to copy into holds a graph that is no copy, which would be lost; name an empty one")


def _staging(target: GraphStore) -> GraphStore:
    """A staging without anything in it of a copy that was interrupted."""
    staging = target.staging()
    if staging.noted(COPY_NOTE):
        staging.discard()
        staging = target.staging()
    staging.note(COPY_NOTE, "begun")
    return staging


class _Writer:
    """Writes elements of one store into loads of another.

    Args:
        store: where to.
        listener: is told of the progress.
    """

    def __init__(self, store: GraphStore, listener: Listener) -> None:
        self._store = store
        self._listener = listener
        self._kinds: dict[NodeId, NodeKind] = {}
        self._told: Counter[str] = Counter()

    def write(self, load: Load, source: GraphStore, patients: PatientRecords) -> None:
        """Write a store's knowledge, and patients."""
        for kind in NodeKind:
            # Patients are given by the caller, in the form in which they may leave.
            for some in _slices(source.nodes(kind) if kind in KNOWLEDGE_NODES else (), _NODES_AT_ONCE):
                self._kinds |= {node.id: kind for node in some}
                self._write(load, Batch(some), str(kind), len(some))
        self.write_edges(load, source.knowledge_edges())
        for records in _slices(patients, _PATIENTS_AT_ONCE):
            nodes = [node for node, _ in records]
            edges = [edge for _, found in records for edge in found]
            self._write(load, Batch(nodes, self._columns(edges)), str(NodeKind.PATIENT), len(nodes))

    def write_edges(self, load: Load, groups: Iterable[EdgeColumns]) -> None:
        """Write edges whose nodes are there."""
        for columns in groups:
            for start in range(0, len(columns), _EDGES_AT_ONCE):
                part = {name: getattr(columns, name)[start : start + _EDGES_AT_ONCE] for name in _COLUMNS}
                some_edges = replace(columns, **part)
                self._write(load, Batch((), [some_edges]), str(columns.kind), len(some_edges))

    def _columns(self, edges: Iterable[Edge]) -> list[EdgeColumns]:
        groups: dict[tuple[EdgeKind, NodeKind | None], list[Edge]] = {}
        for edge in edges:
            groups.setdefault((edge.kind, self._kinds.get(edge.end)), []).append(edge)
        # An end that was not among the nodes was written after them: the copy is given up for it at the end.
        return [EdgeColumns.of(group, NodeKind.PATIENT, kind) for (_, kind), group in groups.items() if kind]

    def _write(self, load: Load, batch: Batch, what: str, rows: int) -> None:
        self._store.write(batch, load, what)
        self._told[what] += rows
        self._listener(what, self._told[what])


def _slices(items: Iterable[T], size: int) -> Iterator[Sequence[T]]:
    rest = iter(items)
    while some := list(islice(rest, size)):
        yield some
