"""Patients' records: what may be put on file, changed and taken away, entry by entry and without HTTP.

An entry is one edge of the graph. What the service is told carries the service's own source, and its id is the edge's record;
an entry that came from a file has a hash of its key as id, and keeps it when it is corrected: the file's edge is withdrawn and
the service's takes its place. Every change is decided on the record as it is, inside the store's transaction.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from secrets import token_hex
from typing import Any, Protocol, TypeAlias

from api.errors import ConflictError, FieldProblem, InputError, NotFoundError
from api.record_kinds import RecordKind
from api.services.record_payload import Payload, checked, entry_id, entry_payload, event_payload, meant_node, person_payload
from graph.consents import BEGINNING, refusing
from graph.elements import PATIENT_PREFIX, Edge, KnowledgeLevel, Node, NodeId, NodeKind
from graph.errors import ErasedPatientError, UnknownNodeError
from graph.pseudonyms import patient_id
from graph.schema import NODE_RULES
from graph.snapshot import Snapshot
from graph.store import RECORD_EDGES
from graph.telling import TOLD, LiveRecords, Telling, mark_of
from recommender.errors import UnknownPatientError
from recommender.record import RecordStore

Check: TypeAlias = Callable[[Payload], None]
"""Is given what a client would read now, and raises when the client has read something else."""


class Records(RecordStore, LiveRecords, Protocol):
    """What the service needs of the graph's store."""


class RecordService:
    """Reads and changes patients' records.

    Args:
        store: where they are.
        snapshot: the knowledge of the moment, in which names are looked up.
        key: turns a source's identifier into an id.
    """

    def __init__(self, store: Records, snapshot: Callable[[], Snapshot], key: bytes) -> None:
        self._store = store
        self._snapshot = snapshot
        self._key = key

    # The patient

    def create(self, values: Mapping[str, Any], identifier: str | None) -> Payload:
        """Put a patient on file.

        Raises:
            InputError: for a value that the schema refuses.
            ConflictError: when the patient is on file.
            ErasedPatientError: when the patient was erased: a new record is made without the identifier.
        """
        if identifier is not None and identifier.strip().startswith(PATIENT_PREFIX):
            raise InputError([FieldProblem("/identifier", "what a source calls the patient is expected, no id")])
        patient = NodeId(PATIENT_PREFIX + token_hex(12)) if identifier is None else patient_id(identifier, self._key)
        known = Node(patient, NodeKind.PATIENT, "", TOLD, (), checked(NODE_RULES[NodeKind.PATIENT], {}, values))
        node = refusing(known, BEGINNING)

        def decide(found: Node | None, edges: Sequence[Edge]) -> Telling:
            if found is not None:
                raise ConflictError("this patient is on file; change the record that is there")
            return Telling(node)

        self._store.tell(patient, decide)
        return person_payload(node)

    def person(self, patient: NodeId) -> Payload:
        """The patient as a person.

        Raises:
            UnknownPatientError: when there is no such patient.
            ErasedPatientError: when the patient was erased.
        """
        return person_payload(self._person(patient))

    def change_person(self, patient: NodeId, values: Mapping[str, Any], check: Check) -> Payload:
        """Change what is known of a patient as a person; a value of None takes it away.

        Raises:
            InputError: for a value that the schema refuses.
        """
        told: list[Node] = []

        def decide(found: Node | None, edges: Sequence[Edge]) -> Telling:
            if found is None:
                raise UnknownPatientError
            check(person_payload(found))
            changed = checked(NODE_RULES[NodeKind.PATIENT], found.properties, values)
            told.append(replace(found, provenance=TOLD, properties=changed))
            return Telling(told[-1])

        self._store.tell(patient, decide)
        return person_payload(told[-1])

    def _person(self, patient: NodeId) -> Node:
        try:
            return self._store.node(patient)
        except UnknownNodeError:
            if self._store.is_erased(patient):
                raise ErasedPatientError from None
            raise UnknownPatientError from None

    # Entries

    def entries(self, patient: NodeId, kind: RecordKind) -> list[Payload]:
        """The entries of a kind, in the order of what they are about.

        Raises:
            UnknownPatientError: when there is no such patient.
            ErasedPatientError: when the patient was erased.
        """
        self._person(patient)
        snapshot = self._snapshot()
        return [entry_payload(edge, snapshot) for edge in self._store.edges_from(patient, [kind.edge])]

    def entry(self, patient: NodeId, kind: RecordKind, entry: str) -> Payload:
        """One entry.

        Raises:
            NotFoundError: when there is no such entry; of the patient as :meth:`entries`.
        """
        self._person(patient)
        return entry_payload(_found(self._store.edges_from(patient, [kind.edge]), kind, entry), self._snapshot())

    def add(self, patient: NodeId, kind: RecordKind, values: Mapping[str, Any]) -> Payload:
        """Put an entry on file.

        Args:
            patient: whose.
            kind: of the entry.
            values: what it says, and under the kind's ``node`` what it is about: an id, a code or a name.

        Raises:
            InputError: for a value that the schema refuses, or a name that no node, or several, are called by.
        """
        snapshot = self._snapshot()
        said = checked(kind.fields, {}, {name: value for name, value in values.items() if name != kind.node})
        end = meant_node(str(values[kind.node]), kind, snapshot)
        made = Edge(
            kind.edge, patient, end, TOLD, KnowledgeLevel.OBSERVATION, "", token_hex(16), date.today().isoformat(), said
        )

        def decide(found: Node | None, edges: Sequence[Edge]) -> Telling:
            if found is None:
                raise UnknownPatientError
            return Telling(None, [made])

        self._store.tell(patient, decide)
        return entry_payload(made, snapshot)

    def change(self, patient: NodeId, kind: RecordKind, entry: str, values: Mapping[str, Any], check: Check) -> Payload:
        """Change what an entry says; a value of None takes it away.

        Raises:
            InputError: for a value that the schema refuses.
            NotFoundError: when there is no such entry.
        """
        snapshot = self._snapshot()
        told: list[Edge] = []

        def decide(found: Node | None, edges: Sequence[Edge]) -> Telling:
            edge = _of_somebody(found, edges, kind, entry)
            check(entry_payload(edge, snapshot))
            said = checked(kind.fields, edge.properties, values)
            told.append(replace(edge, provenance=TOLD, record=entry, properties=said))
            return Telling(None, [told[-1]], frozenset() if told[-1].key == edge.key else frozenset({mark_of(edge)}))

        self._store.tell(patient, decide)
        return entry_payload(told[-1], snapshot)

    def remove(self, patient: NodeId, kind: RecordKind, entry: str, check: Check) -> None:
        """Take an entry out of the record, for good.

        Raises:
            NotFoundError: when there is no such entry.
        """
        snapshot = self._snapshot()

        def decide(found: Node | None, edges: Sequence[Edge]) -> Telling:
            edge = _of_somebody(found, edges, kind, entry)
            check(entry_payload(edge, snapshot))
            return Telling(withdrawn=frozenset({mark_of(edge)}))

        self._store.tell(patient, decide)

    def history(self, patient: NodeId) -> list[Payload]:
        """Everything that is on file in the order of time; what has no date comes last."""
        self._person(patient)
        snapshot = self._snapshot()
        events = [event_payload(edge, snapshot) for edge in self._store.edges_from(patient, sorted(RECORD_EDGES))]
        return sorted(events, key=lambda event: (event["date"] is None, event["date"] or ""))


def _of_somebody(found: Node | None, edges: Sequence[Edge], kind: RecordKind, entry: str) -> Edge:
    if found is None:
        raise UnknownPatientError
    return _found([edge for edge in edges if edge.kind is kind.edge], kind, entry)


def _found(edges: Sequence[Edge], kind: RecordKind, entry: str) -> Edge:
    found = next((edge for edge in edges if entry_id(edge) == entry), None)
    if found is None:
        raise NotFoundError(f"no {kind.entry} of this id is on file")
    return found
