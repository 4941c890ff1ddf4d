"""What is known of the patient that an answer is for, whether it was read from the store or given as a case.

Facts point at nodes of the snapshot by number; what could not be placed there is kept as unresolved, never dropped.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol

from graph.elements import Edge, EdgeKind, Node, NodeId, NodeKind, PropertyValue
from graph.errors import UnknownNodeError
from graph.snapshot import Snapshot
from graph.store import RECORD_EDGES
from recommender.errors import UnknownPatientError


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that is on file about the patient.

    Attributes:
        kind: what it says, for instance HAS_DIAGNOSIS.
        node: number of the node that it points at.
        active: whether it holds on the day of the answer.
        record: where it is on file: the record's id, or the JSON pointer within a case.
        properties: start, stop, status, severity, value, unit, date and so on, as the edge kind allows.
    """

    kind: EdgeKind
    node: int
    active: bool
    record: str
    properties: Mapping[str, PropertyValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Unresolved:
    """Something given that no node stands for.

    Attributes:
        pointer: where it was given.
        text: what was given.
        kind: what it should have been: condition, symptom, medicine, allergy, test or phenotype.
        nearest: names spelled most like it, or the candidates when several fit.
        reason: what is wrong with it, in words.
        active: whether it holds on the day of the answer.
    """

    pointer: str
    text: str
    kind: str
    nearest: tuple[str, ...]
    reason: str
    active: bool = True

    @property
    def blocks_safety(self) -> bool:
        """Whether safety cannot be checked without it."""
        return self.active and self.kind in ("allergy", "medicine")

    def payload(self) -> dict[str, Any]:
        """As it stands in an answer."""
        return {
            "pointer": self.pointer,
            "text": self.text,
            "kind": self.kind,
            "nearest": list(self.nearest),
            "reason": self.reason,
            "blocks_safety": self.blocks_safety,
        }


@dataclass(frozen=True, slots=True)
class PatientRecord:
    """Everything that an answer may use of a patient; None means that it is not on file.

    Attributes:
        patient: its id in the store; None for a case.
        age: in whole years.
        sex: at birth.
        pregnant: whether she is.
        breast_feeding: whether she is.
        facts: what is on file, placed in the graph.
        unresolved: what could not be placed.
        synthetic: whether the patient never lived.
        avoid_routes: routes by which nothing can be given.
    """

    patient: NodeId | None
    age: int | None
    sex: str | None
    pregnant: bool | None
    breast_feeding: bool | None
    facts: tuple[Fact, ...]
    unresolved: tuple[Unresolved, ...] = ()
    synthetic: bool = False
    avoid_routes: tuple[str, ...] = ()

    def of(self, kind: EdgeKind, *, active: bool = True) -> Iterator[Fact]:
        """Facts of a kind, by default those that hold today."""
        return (fact for fact in self.facts if fact.kind is kind and (fact.active or not active))


class RecordStore(Protocol):
    """Where records are read from: a part of :class:`graph.store.GraphStore`."""

    def node(self, node_id: NodeId) -> Node:
        """See :meth:`graph.store.GraphStore.node`."""
        ...

    def edges_from(self, node_id: NodeId, kinds: Sequence[EdgeKind] = ()) -> Sequence[Edge]:
        """See :meth:`graph.store.GraphStore.edges_from`."""
        ...


def read_record(store: RecordStore, snapshot: Snapshot, patient: NodeId, as_of: date) -> PatientRecord:
    """The record of a patient in the store, as of a day.

    Raises:
        UnknownPatientError: when there is no such patient.
    """
    try:
        node = store.node(patient)
    except UnknownNodeError:
        raise UnknownPatientError from None
    if node.kind is not NodeKind.PATIENT:
        raise UnknownPatientError
    facts, unresolved = [], []
    for edge in store.edges_from(patient, sorted(RECORD_EDGES)):
        if not _known_by(edge, as_of):
            continue
        try:
            number = snapshot.number(edge.end)
        except UnknownNodeError:
            unresolved.append(_missing(edge, as_of))
        else:
            facts.append(Fact(edge.kind, number, _holds(edge, as_of), edge.record or edge.evidence, edge.properties))
    values = node.properties
    routes = values.get("avoid_routes", ())
    born = values.get("birth_year")
    return PatientRecord(
        patient,
        as_of.year - born if isinstance(born, int) and born <= as_of.year else None,
        str(values["sex"]) if "sex" in values else None,
        bool(values["pregnant"]) if "pregnant" in values else None,
        bool(values["breast_feeding"]) if "breast_feeding" in values else None,
        tuple(facts),
        tuple(unresolved),
        synthetic=bool(values.get("synthetic", False)),
        avoid_routes=tuple(str(route) for route in routes) if isinstance(routes, tuple) else (),
    )


_WORDS = {
    EdgeKind.HAS_DIAGNOSIS: "condition",
    EdgeKind.HAS_SYMPTOM: "symptom",
    EdgeKind.TAKES: "medicine",
    EdgeKind.ALLERGIC_TO: "allergy",
    EdgeKind.HAS_RESULT: "test",
    EdgeKind.HAS_PHENOTYPE: "phenotype",
}


def _missing(edge: Edge, as_of: date) -> Unresolved:
    reason = "the record names a node that the knowledge graph does not have"
    pointer = edge.record or edge.evidence or "the record"
    return Unresolved(pointer, edge.end, _WORDS[edge.kind], (), reason, _holds(edge, as_of))


def _known_by(edge: Edge, as_of: date) -> bool:
    begun = edge.properties.get("start") or edge.properties.get("date") or edge.properties.get("since")
    return not isinstance(begun, str) or begun <= as_of.isoformat()


def _holds(edge: Edge, as_of: date) -> bool:
    status, stop = edge.properties.get("status", "active"), edge.properties.get("stop")
    if edge.properties.get("certainty") == "refuted":
        return False
    if status != "refuted" and isinstance(stop, str) and stop:
        # The day decides, not the status of today: what was resolved later was active then.
        return stop > as_of.isoformat()
    return status == "active"


def record_payload(record: PatientRecord, snapshot: Snapshot) -> dict[str, Any]:
    """A record as JSON can hold it, nodes by their ids: what :func:`record_from` reads again."""
    return {
        "patient": record.patient,
        "age": record.age,
        "sex": record.sex,
        "pregnant": record.pregnant,
        "breast_feeding": record.breast_feeding,
        "synthetic": record.synthetic,
        "avoid_routes": list(record.avoid_routes),
        "facts": [
            [str(fact.kind), snapshot.id(fact.node), fact.active, fact.record, dict(fact.properties)] for fact in record.facts
        ],
        "unresolved": [
            [item.pointer, item.text, item.kind, list(item.nearest), item.reason, item.active] for item in record.unresolved
        ],
    }


def record_from(payload: Mapping[str, Any], snapshot: Snapshot) -> PatientRecord:
    """The record that :func:`record_payload` wrote.

    Raises:
        UnknownNodeError: when the snapshot lacks a node that is on file.
    """
    facts = [
        Fact(EdgeKind(kind), snapshot.number(node), active, record, {k: _value(v) for k, v in properties.items()})
        for kind, node, active, record, properties in payload["facts"]
    ]
    unresolved = [
        Unresolved(pointer, text, kind, tuple(nearest), reason, active)
        for pointer, text, kind, nearest, reason, active in payload["unresolved"]
    ]
    return PatientRecord(
        payload["patient"],
        payload["age"],
        payload["sex"],
        payload["pregnant"],
        payload["breast_feeding"],
        tuple(facts),
        tuple(unresolved),
        synthetic=payload["synthetic"],
        avoid_routes=tuple(payload["avoid_routes"]),
    )


def _value(value: Any) -> PropertyValue:  # whatever JSON makes of a property
    return tuple(value) if isinstance(value, list) else value
