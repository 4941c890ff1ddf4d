"""Whose record an account may see, and whose it may change: asked by every route that touches a patient."""

from api.accounts import Account, Role
from api.errors import ForbiddenError
from graph.elements import Node, NodeId
from graph.pseudonyms import patient_id
from recommender.errors import UnknownPatientError


class PatientAccess:
    """Turns what a request calls a patient into the patient's id, when the account may have it.

    A clinician asks by id or by the identifier that the patient's source uses. A user asks for the one record that the account
    is bound to. An analyst asks by id alone: a record number leads an analyst to nobody.

    Args:
        key: turns a source's identifier into an id.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key

    def to_read(self, identifier: str, asking: Account) -> NodeId:
        """The patient, for whoever may read the record.

        Raises:
            ForbiddenError: when a user asks for a record that is not their own.
            UnknownPatientError: when an analyst asks by something else than an id.
        """
        patient = patient_id(identifier, self._key)
        if asking.role is Role.ANALYST and patient != identifier:
            raise UnknownPatientError
        if asking.role is Role.USER and patient != asking.patient:
            raise ForbiddenError("a user may ask for their own record only")
        return patient

    def to_write(self, identifier: str, asking: Account) -> NodeId:
        """The patient, for whoever may change the record; errors are those of :meth:`to_read`."""
        return self.to_read(identifier, asking)

    def visible(self, asking: Account) -> tuple[NodeId, ...] | None:
        """The patients whom an account finds in lists, in the order of their ids; None when those are all.

        Raises:
            ForbiddenError: when an admin asks.
        """
        if asking.role is Role.ADMIN:
            raise ForbiddenError("an admin sees no records")
        return (asking.patient,) if asking.patient is not None else None

    def listed(self, node: Node, asking: Account) -> bool:
        """Whether an account may see in a list that this patient is there; asked beside :meth:`visible`."""
        return asking.patient is None or node.id == asking.patient
