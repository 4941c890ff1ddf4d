"""Whose record an account may see, and whose it may change: asked by every route that touches a patient."""

from collections.abc import Callable
from typing import Protocol

from api.accounts import Account, Role
from api.care import CareRelation, Ground
from api.errors import ForbiddenError, NoConsentError, NotInCareError
from graph.consents import Purpose, allows
from graph.elements import Node, NodeId
from graph.errors import UnknownNodeError
from graph.pseudonyms import patient_id
from recommender.errors import UnknownPatientError


class Care(Protocol):
    """Who cares for whom: a part of :class:`api.care.CareStore`."""

    def gives(self, account: str, patient: NodeId) -> Ground | None:
        """See :meth:`api.care.CareStore.gives`."""
        ...

    def patients_of(self, account: str) -> tuple[NodeId, ...]:
        """See :meth:`api.care.CareStore.patients_of`."""
        ...

    def begin(self, account: str, patient: NodeId, *, by: str) -> CareRelation:
        """See :meth:`api.care.CareStore.begin`."""
        ...


class PatientNodes(Protocol):
    """Where patients are read from: a part of :class:`graph.store.GraphStore`."""

    def node(self, node_id: NodeId) -> Node:
        """See :meth:`graph.store.GraphStore.node`."""
        ...


Noted = Callable[[NodeId, str], None]
"""Is told of each patient whose record an account may have, and on what ground."""


def _note_nobody(patient: NodeId, ground: str) -> None:
    """What is told where nothing is recorded."""


class PatientAccess:
    """Turns what a request calls a patient into the patient's id, when the account may have it.

    A clinician asks by id or by the identifier that the patient's source uses, for the patients in their care and for those
    whose glass they broke. A user asks for the one record that the account is bound to. An analyst asks by id alone, and for
    those who do not refuse research: a record number leads an analyst to nobody. An admin sees no record. Who may not have a
    patient is not told whether there is one.

    Args:
        key: turns a source's identifier into an id.
        care: who cares for whom.
        patients: the patients' nodes, with what they refuse.
        noted: is told of each patient whose record an account may have.
    """

    def __init__(self, key: bytes, care: Care, patients: PatientNodes, noted: Noted = _note_nobody) -> None:
        self._key = key
        self._care = care
        self._patients = patients
        self._noted = noted

    def to_read(self, identifier: str, asking: Account) -> NodeId:
        """The patient, for whoever may read the record.

        Raises:
            ForbiddenError: when a user asks for a record that is not their own, or an admin for any.
            NotInCareError: when a clinician asks for somebody who is not in their care, or whom nobody knows.
            UnknownPatientError: when an analyst asks by something else than an id, or for somebody who refuses research.
        """
        patient = patient_id(identifier, self._key)
        self._noted(patient, self._ground(identifier, patient, asking))
        return patient

    def _ground(self, identifier: str, patient: NodeId, asking: Account) -> str:
        if asking.role is Role.CLINICIAN:
            ground = self._care.gives(asking.name, patient)
            if ground is None:
                raise NotInCareError
            return ground
        if asking.role is Role.ANALYST:
            if patient != identifier or not allows(self._known(patient), Purpose.RESEARCH):
                raise UnknownPatientError
            return Purpose.RESEARCH
        if asking.role is not Role.USER:
            raise ForbiddenError("an admin sees no records")
        if patient != asking.patient:
            raise ForbiddenError("a user may ask for their own record only")
        return ""

    def to_write(self, identifier: str, asking: Account) -> NodeId:
        """The patient, for whoever may change the record; errors are those of :meth:`to_read`.

        Raises:
            ForbiddenError: also when an analyst asks.
        """
        if asking.role is Role.ANALYST:
            raise ForbiddenError("an analyst changes no records")
        return self.to_read(identifier, asking)

    def check_treatment(self, patient: NodeId, asking: Account) -> None:
        """Refuse to compute for a clinician what the patient refuses; a patient's own account may ask all the same.

        Raises:
            NoConsentError: when the patient refuses treatment with it.
            UnknownPatientError: when there is no such patient.
        """
        if asking.role is Role.CLINICIAN and not allows(self._known(patient), Purpose.TREATMENT):
            raise NoConsentError("the patient refuses that the record is used for recommendations and predictions")

    def to_oversee(self, identifier: str, asking: Account) -> NodeId:
        """The patient, for an admin who gives care or looks at the audit trail, and for the patient.

        Raises:
            ForbiddenError: when anybody else asks.
            UnknownPatientError: when an admin asks for somebody who is not there.
        """
        if asking.role is not Role.ADMIN:
            return self.to_read(identifier, asking)
        return self._existing(identifier, "")

    def to_break_glass(self, identifier: str, asking: Account) -> NodeId:
        """The patient, for a clinician who opens a record in an emergency.

        Raises:
            ForbiddenError: when anybody else asks.
            UnknownPatientError: when there is no such patient.
        """
        if asking.role is not Role.CLINICIAN:
            raise ForbiddenError("a clinician alone breaks a glass")
        return self._existing(identifier, Ground.BREAK_GLASS)

    def took_over(self, asking: Account, patient: NodeId) -> None:
        """Let a clinician who made a record care for the patient from now on; of other accounts nothing is noted."""
        self._noted(patient, "")
        if asking.role is Role.CLINICIAN:
            self._care.begin(asking.name, patient, by=asking.name)

    def _existing(self, identifier: str, ground: str) -> NodeId:
        patient = patient_id(identifier, self._key)
        self._known(patient)
        self._noted(patient, ground)
        return patient

    def _known(self, patient: NodeId) -> Node:
        try:
            return self._patients.node(patient)
        except UnknownNodeError:
            raise UnknownPatientError from None

    def visible(self, asking: Account) -> tuple[NodeId, ...] | None:
        """The patients whom an account finds in lists, in the order of their ids; None when those are all.

        Raises:
            ForbiddenError: when an admin asks.
        """
        if asking.role is Role.ADMIN:
            raise ForbiddenError("an admin sees no records")
        if asking.role is Role.CLINICIAN:
            return self._care.patients_of(asking.name)
        return (asking.patient,) if asking.patient is not None else None

    def listed(self, node: Node, asking: Account) -> bool:
        """Whether an account may see in a list that this patient is there; asked beside :meth:`visible`."""
        if asking.role is Role.ANALYST:
            return allows(node, Purpose.RESEARCH)
        return asking.patient is None or node.id == asking.patient
