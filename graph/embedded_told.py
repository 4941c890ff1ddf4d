"""Keeps what was told in the embedded store's tables, inside transactions of the caller; see :mod:`graph.told`."""

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence

from graph.elements import Edge, Node, NodeId, NodeKind
from graph.embedded_read import ElementReader
from graph.embedded_write import ElementWriter
from graph.errors import ErasedPatientError, UnknownNodeError
from graph.store import RECORD_EDGES
from graph.telling import Decide, mark_of
from graph.told import ERASED, KEPT_TAG, TOLD_TAG, TOUCHED, Marks, ToldRecord, check_telling

_MARKS = "SELECT patient, mark FROM told WHERE mark <> '' AND patient IN (SELECT value FROM json_each(?))"
_MARK = "INSERT INTO told VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET number = excluded.number"
_DELETE = """DELETE FROM edge WHERE kind = ? AND start = (SELECT num FROM node WHERE id = ?)
             AND end = (SELECT num FROM node WHERE id = ?) AND record = ?
             AND origin = (SELECT num FROM origin WHERE source = ?)"""
_FORGET = "DELETE FROM edge WHERE kind IN (SELECT num FROM word) AND start = (SELECT num FROM node WHERE id = ?)"
_KEEP_ENDS = """WITH told AS (SELECT start, end FROM edge WHERE kind IN (SELECT value FROM json_each(?2)) AND seen = 0)
                UPDATE node SET seen = ?1
                WHERE seen NOT IN (0, ?1) AND num IN (SELECT start FROM told UNION SELECT end FROM told)"""


class ToldRows:
    """What was told, as rows.

    Args:
        codes: the file's numbers of kinds and levels by their words.
        reader: reads elements.
        writer: writes them.
    """

    def __init__(self, codes: Mapping[str, int], reader: ElementReader, writer: ElementWriter) -> None:
        self._codes = codes
        self._words = {code: word for word, code in codes.items()}
        self._reader = reader
        self._writer = writer

    def marks(self, connection: sqlite3.Connection, patients: Sequence[NodeId]) -> Marks:
        """The marks of some patients, but for those that only say that something was told."""
        found: dict[str, set[str]] = {}
        if connection.execute("SELECT EXISTS (SELECT 1 FROM told)").fetchone()[0]:
            for patient, mark in connection.execute(_MARKS, (json.dumps(patients),)):
                found.setdefault(patient, set()).add(mark)
        return {patient: frozenset(marks) for patient, marks in found.items()}

    def is_erased(self, connection: sqlite3.Connection, patient: NodeId) -> bool:
        """Whether the patient was erased."""
        return ERASED in self.marks(connection, [patient]).get(patient, ())

    def tell(self, connection: sqlite3.Connection, patient: NodeId, decide: Decide, number: int) -> None:
        """Change a patient's record; see :meth:`graph.telling.LiveRecords.tell`."""
        if self.is_erased(connection, patient):
            raise ErasedPatientError
        node = self._reader.node(connection, patient)
        edges = self._reader.edges_from(connection, patient, sorted(RECORD_EDGES))
        telling = decide(node, edges)
        if node is None and telling.node is None:
            raise UnknownNodeError("of this id")
        self._keep(connection, telling.ends)
        batch = check_telling(patient, telling, self._kinds(connection, {edge.end for edge in telling.edges}))
        for edge in edges:
            if mark_of(edge) in telling.withdrawn:
                key = (self._codes[edge.kind], patient, edge.end, edge.record, edge.provenance.source)
                connection.execute(_DELETE, key)
        connection.executemany(_MARK, [(patient, mark, number) for mark in (TOUCHED, *sorted(telling.withdrawn))])
        self._writer.write_nodes(connection, batch.nodes, TOLD_TAG)
        for columns in batch.edges:
            self._writer.write_edges(connection, columns, TOLD_TAG)

    def _keep(self, connection: sqlite3.Connection, ends: Iterable[Node]) -> None:
        missing = [node for node in ends if self._reader.node(connection, node.id) is None]
        self._writer.write_nodes(connection, missing, KEPT_TAG)

    def _kinds(self, connection: sqlite3.Connection, ids: Iterable[NodeId]) -> Mapping[NodeId, NodeKind]:
        query = "SELECT id, kind FROM node WHERE id IN (SELECT value FROM json_each(?))"
        rows = connection.execute(query, (json.dumps(sorted(ids)),))
        return {NodeId(found): NodeKind(self._words[kind]) for found, kind in rows}

    def forget(self, connection: sqlite3.Connection, patient: NodeId, number: int) -> int:
        """Erase a patient; see :meth:`graph.telling.LiveRecords.forget`."""
        gone = connection.execute(_FORGET, (patient,)).rowcount
        connection.execute("DELETE FROM node WHERE id = ?", (patient,))
        connection.execute("DELETE FROM told WHERE patient = ?", (patient,))
        connection.execute(_MARK, (patient, ERASED, number))
        self._writer.forget()
        return gone

    def keep_ends(self, connection: sqlite3.Connection, tag: int) -> None:
        """Let a load have seen every node that a told edge joins, so that none of them is stale."""
        kinds = json.dumps([self._codes[kind] for kind in sorted(RECORD_EDGES)])
        connection.execute(_KEEP_ENDS, (tag, kinds))

    def since(self, connection: sqlite3.Connection, number: int) -> Sequence[NodeId]:
        """Patients about whom something was told after that number, in the order of their ids."""
        query = "SELECT DISTINCT patient FROM told WHERE number > ? ORDER BY patient"
        return [NodeId(patient) for (patient,) in connection.execute(query, (number,))]

    def record(self, connection: sqlite3.Connection, patient: NodeId) -> ToldRecord:
        """What was told about a patient."""
        marks = self.marks(connection, [patient]).get(patient, frozenset())
        return ToldRecord(
            ERASED in marks,
            self._reader.node(connection, patient),
            self._told_edges(connection, patient),
            marks - {ERASED},
        )

    def _told_edges(self, connection: sqlite3.Connection, patient: NodeId) -> Sequence[Edge]:
        return self._reader.edges_from(connection, patient, sorted(RECORD_EDGES), told=True)
