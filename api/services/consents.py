"""What a patient's record may be used for: read from the graph, changed there, and its changes noted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from api.accounts import Account
from api.consents import ConsentChange, ConsentHistory
from graph.consents import Purpose, refused, refusing
from graph.elements import Edge, Node, NodeId
from graph.errors import UnknownNodeError
from graph.telling import TOLD, LiveRecords, Telling
from recommender.errors import UnknownPatientError
from recommender.record import RecordStore


@dataclass(frozen=True, slots=True)
class Consent:
    """What a record may be used for now.

    Attributes:
        version: how often it was changed here; 0 for what came with the record.
        given: whether each purpose is given.
    """

    version: int
    given: Mapping[Purpose, bool]


class Records(RecordStore, LiveRecords, Protocol):
    """What is needed of the graph's store."""


class Consents:
    """Reads and changes consent; who may do so is settled before.

    Args:
        store: the graph.
        history: where changes are noted.
    """

    def __init__(self, store: Records, history: ConsentHistory) -> None:
        self._store = store
        self._history = history

    def of(self, patient: NodeId) -> Consent:
        """What a patient's record may be used for.

        Raises:
            UnknownPatientError: when there is no such patient.
        """
        return Consent(self._history.version(patient), _given(self._node(patient)))

    def change(self, patient: NodeId, wanted: Mapping[Purpose, bool], was: Consent, asking: Account) -> Consent:
        """Give and withdraw purposes; it holds from the next question on.

        Args:
            patient: whose record.
            wanted: whether each purpose is to be given.
            was: what it was when it was read.
            asking: who says so.

        Raises:
            PreconditionFailedError: when somebody changed it meanwhile.
            UnknownPatientError: when there is no such patient.
        """
        node = self._node(patient)
        changes = {purpose: given for purpose, given in wanted.items() if given != _given(node)[purpose]}
        if not changes:
            return was
        told: list[Node] = []

        def decide(found: Node | None, edges: Sequence[Edge]) -> Telling:
            if found is None:
                raise UnknownPatientError
            told[:] = [refusing(replace(found, provenance=TOLD), [p for p, given in wanted.items() if not given])]
            return Telling(told[0])

        who = (asking.name, str(asking.role))
        self._history.note(patient, was.version + 1, changes, who, lambda: self._store.tell(patient, decide))
        return Consent(was.version + 1, _given(told[0]))

    def history(self, patient: NodeId) -> tuple[ConsentChange, ...]:
        """What was given and withdrawn, the newest first.

        Raises:
            UnknownPatientError: when there is no such patient.
        """
        self._node(patient)
        return self._history.changes(patient)

    def forget_patient(self, patient: NodeId) -> int:
        """Delete the history of a patient, and say how many changes those were."""
        return self._history.forget_patient(patient)

    def _node(self, patient: NodeId) -> Node:
        try:
            return self._store.node(patient)
        except UnknownNodeError:
            raise UnknownPatientError from None


def _given(patient: Node) -> Mapping[Purpose, bool]:
    withheld = refused(patient)
    return {purpose: purpose not in withheld for purpose in Purpose}
