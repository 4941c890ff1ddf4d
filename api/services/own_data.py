"""What a patient asks of what is kept of them: a copy of everything, and that it be erased."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Protocol

from api.accounts import Account, Role
from api.erasures import ErasureRequest, ErasureRequests
from api.errors import NotFoundError
from graph.elements import Edge, EdgeKind, Node, NodeId
from graph.errors import UnknownNodeError
from recommender.errors import UnknownPatientError

REQUESTS = 1000
"""How many requests are told at once."""


class Exporting(Protocol):
    """A store that keeps something of patients."""

    def export_patient(self, patient: NodeId) -> Mapping[str, object]:
        """Everything that is kept of a patient, as JSON takes it: no hash of a password, no key, no token."""
        ...


class Records(Protocol):
    """Where records are read from: see :class:`api.guarded_store.GuardedStore`."""

    def node(self, node_id: NodeId) -> Node:
        """See :meth:`graph.store.GraphStore.node`."""
        ...

    def edges_from(self, node_id: NodeId, kinds: Sequence[EdgeKind] = ()) -> Sequence[Edge]:
        """See :meth:`graph.store.GraphStore.edges_from`."""
        ...


class GraphExport:
    """The record of a patient in the graph.

    Args:
        records: the graph.
    """

    def __init__(self, records: Records) -> None:
        self._records = records

    def export_patient(self, patient: NodeId) -> Mapping[str, object]:
        """The patient's node, and all edges that start at it.

        Raises:
            UnknownPatientError: when there is no such patient.
        """
        try:
            node = self._records.node(patient)
        except UnknownNodeError:
            raise UnknownPatientError from None
        return {
            "node": {"id": node.id, "properties": dict(node.properties), "provenance": asdict(node.provenance)},
            "edges": [_edge(edge) for edge in self._records.edges_from(patient)],
        }


def _edge(edge: Edge) -> Mapping[str, object]:
    return {
        "kind": str(edge.kind),
        "end": edge.end,
        "level": str(edge.level),
        "evidence": edge.evidence,
        "record": edge.record,
        "known_since": edge.known_since,
        "properties": dict(edge.properties),
        "provenance": asdict(edge.provenance),
    }


class OwnData:
    """Answers what patients ask of what is kept of them.

    Args:
        requests: their requests to be erased.
        exporting: everything that keeps something of patients, each under the name that it has in the export.
    """

    def __init__(self, requests: ErasureRequests, exporting: Sequence[tuple[str, Exporting]]) -> None:
        self._requests = requests
        self._exporting = tuple(exporting)

    def export(self, asking: Account) -> Mapping[str, object]:
        """Everything that is kept of the patient whom an account belongs to."""
        patient = _own(asking)
        found = {name: dict(store.export_patient(patient)) for name, store in self._exporting}
        return {"patient": patient, "made": datetime.now(UTC).isoformat(timespec="seconds"), "kept": found}

    def ask_erasure(self, asking: Account) -> ErasureRequest:
        """Ask that everything be erased."""
        return self._requests.ask(_own(asking))

    def erasure_asked(self, asking: Account) -> ErasureRequest:
        """What the patient asked.

        Raises:
            NotFoundError: when that was nothing.
        """
        found = self._requests.find(_own(asking))
        if found is None:
            raise NotFoundError("no erasure was asked for")
        return found

    def erasure_requests(self, asking: Account, visible: Sequence[NodeId] | None) -> tuple[ErasureRequest, ...]:
        """Requests that are open or done, for whoever carries them out.

        Args:
            asking: an admin is told of all, a clinician of the patients that are visible to them.
            visible: those; None when they are all.
        """
        found = self._requests.all(REQUESTS)
        if asking.role is Role.ADMIN or visible is None:
            return found
        among = frozenset(visible)
        return tuple(request for request in found if request.patient in among)


def _own(asking: Account) -> NodeId:
    if asking.patient is None:
        raise NotFoundError("this account belongs to no patient")
    return asking.patient
