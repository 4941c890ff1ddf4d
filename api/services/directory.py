"""Patients as lists show them, and who they are: no name leaves for whoever may not have it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from api.accounts import Account, Role
from api.errors import NotFoundError
from api.identities import Identity, IdentityStore
from api.services.access import PatientAccess
from graph.elements import Node, NodeId, NodeKind
from graph.errors import UnknownNodeError
from recommender.errors import UnknownPatientError


class PatientNodes(Protocol):
    """Where patients are read from: see :class:`api.guarded_store.GuardedStore`."""

    def node(self, node_id: NodeId) -> Node:
        """See :meth:`graph.store.GraphStore.node`."""
        ...

    def nodes(self, kind: NodeKind, *, after: str = "", limit: int) -> Sequence[Node]:
        """See :meth:`graph.store.GraphStore.nodes`."""
        ...


@dataclass(frozen=True, slots=True)
class Listed:
    """A patient in a list.

    Attributes:
        id: of the patient.
        age: in whole years, as far as the year of birth tells.
        sex: as on file.
        synthetic: whether nobody real.
        name: for whoever may know who the patient is.
    """

    id: NodeId
    age: int | None
    sex: str | None
    synthetic: bool
    name: str | None


@dataclass(frozen=True, slots=True)
class Page:
    """A part of a list.

    Attributes:
        items: the patients, in the order of their ids.
        following: the id behind which the next part begins; None with the last part.
    """

    items: tuple[Listed, ...]
    following: NodeId | None


class PatientDirectory:
    """Lists and finds patients, and keeps who they are.

    Args:
        patients: the patients' nodes.
        identities: who they are.
        access: who may see whom.
        today: answers the day by which ages are told.
    """

    def __init__(
        self, patients: PatientNodes, identities: IdentityStore, access: PatientAccess, today: Callable[[], date] = date.today
    ) -> None:
        self._patients = patients
        self._identities = identities
        self._access = access
        self._today = today

    def page(self, asking: Account, after: str, limit: int) -> Page:
        """Patients whom an account may see, behind an id.

        Raises:
            ForbiddenError: when the account sees no records.
        """
        visible = self._access.visible(asking)
        if visible is None:
            nodes = self._patients.nodes(NodeKind.PATIENT, after=after, limit=limit + 1)
            return self._shown([node.id for node in nodes], nodes, limit, asking)
        ids = sorted(patient for patient in visible if patient > after)[: limit + 1]
        return self._shown(ids, self._known(ids), limit, asking)

    def search(self, asking: Account, query: str, after: str, limit: int) -> Page:
        """Patients whom an account may see and each word of a query fits: a name's, a record number, a birth date.

        Raises:
            ForbiddenError: when the account sees no records.
        """
        visible = self._access.visible(asking)
        among = None if visible is None else frozenset(visible)
        found = self._identities.search(query, after=after, limit=limit + 1, among=among)
        return self._shown(found, self._known(found), limit, asking)

    def identity(self, patient: NodeId) -> Identity:
        """Who a patient is.

        Raises:
            UnknownPatientError: when there is no such patient.
            NotFoundError: when nothing of it is on file.
        """
        self._require(patient)
        found = self._identities.find(patient)
        if found is None:
            raise NotFoundError("who this patient is is not on file")
        return found

    def put(self, patient: NodeId, identity: Identity, check: Callable[[Identity | None], None]) -> None:
        """Keep who a patient is.

        Args:
            patient: whom.
            identity: who that is.
            check: is shown what is on file, and raises when it must not be changed.

        Raises:
            UnknownPatientError: when there is no such patient.
        """
        self._require(patient)

        def in_turn(current: Identity | None) -> None:
            # Asked again while nobody else writes: an erasure that was faster is not undone.
            self._require(patient)
            check(current)

        self._identities.put(patient, identity, in_turn)

    def remove(self, patient: NodeId, check: Callable[[Identity | None], None]) -> None:
        """Forget who a patient is; errors are those of :meth:`identity`."""
        self.identity(patient)
        self._identities.remove(patient, check)

    def _require(self, patient: NodeId) -> None:
        if not self._known([patient]):
            raise UnknownPatientError

    def _known(self, patients: Sequence[NodeId]) -> Sequence[Node]:
        found = []
        for patient in patients:
            try:
                found.append(self._patients.node(patient))
            except UnknownNodeError:
                continue
        return [node for node in found if node.kind is NodeKind.PATIENT]

    def _shown(self, ids: Sequence[NodeId], nodes: Sequence[Node], limit: int, asking: Account) -> Page:
        """The first of the ids as an account may see them; one more id than the limit says that there are more."""
        kept = frozenset(ids[:limit])
        nodes = [node for node in nodes if node.id in kept and self._access.listed(node, asking)]
        # Pseudonyms are all that an analyst is told.
        names = {} if asking.role is Role.ANALYST else self._identities.find_all([node.id for node in nodes])
        items = tuple(self._listed(node, names.get(node.id)) for node in nodes)
        return Page(items, ids[limit - 1] if len(ids) > limit else None)

    def _listed(self, node: Node, identity: Identity | None) -> Listed:
        born, year = node.properties.get("birth_year"), self._today().year
        age = year - born if isinstance(born, int) and born <= year else None
        sex = node.properties.get("sex")
        synthetic = bool(node.properties.get("synthetic", False))
        return Listed(node.id, age, str(sex) if sex else None, synthetic, identity.name or None if identity else None)
