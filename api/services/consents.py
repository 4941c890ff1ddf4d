"""What a patient's record may be used for: read from the graph, changed there, and its changes noted."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from api.accounts import Account
from api.consents import ConsentChange, ConsentHistory
from graph.consents import Purpose, refused, refusing
from graph.elements import Node, NodeId
from graph.errors import UnknownNodeError
from graph.store import Batch, GraphStore
from recommender.errors import UnknownPatientError


@dataclass(frozen=True, slots=True)
class Consent:
    """What a record may be used for now.

    Attributes:
        version: how often it was changed here; 0 for what came with the record.
        given: whether each purpose is given.
    """

    version: int
    given: Mapping[Purpose, bool]


class Consents:
    """Reads and changes consent; who may do so is settled before.

    Args:
        store: the graph.
        history: where changes are noted.
    """

    def __init__(self, store: GraphStore, history: ConsentHistory) -> None:
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
        result = refusing(node, [purpose for purpose, given in wanted.items() if not given])
        who = (asking.name, str(asking.role))
        self._history.note(patient, was.version + 1, changes, who, lambda: write_patient(self._store, result))
        return Consent(was.version + 1, _given(result))

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


def write_patient(store: GraphStore, patient: Node) -> None:
    """Put a patient's node in the place of the one that is there; edges stay as they are."""
    load = store.start_load(f"consent {secrets.token_hex(8)}")
    store.write(Batch([patient]), load, "1")
    store.finish_load(load, remove_stale=False)
