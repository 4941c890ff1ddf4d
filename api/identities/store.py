"""The one door to the identities. No error of it repeats a value."""

from collections.abc import Callable, Collection, Mapping, Sequence

from sqlalchemy import Connection, Row, delete, insert, select

from api.database import Database
from api.errors import IdentityKeyError
from api.identities.columns import COLUMNS, from_columns, to_columns
from api.identities.identity import Identity
from api.identities.sealing import seal, unseal
from api.identities.tables import IdentityRow, IdentityTermRow
from api.identities.terms import terms_of, wanted_terms
from api.keys import KeyRing, KeySource
from graph.elements import NodeId

_TABLE, _TERMS = IdentityRow.__table__.c, IdentityTermRow.__table__.c
SEALED = select(_TABLE.patient, _TABLE.key, *(_TABLE[name] for name in COLUMNS))
Check = Callable[[Identity | None], None]
"""Is shown what is on file and raises when it must not be changed."""


def _any_version(current: Identity | None) -> None:
    """Let whatever is on file be changed."""


class IdentityStore:
    """Keeps who patients are; every method may raise DatabaseUnavailableError, and SettingsError when the ring is unusable.

    Args:
        database: where they are.
        keys: encrypt them.
        index_key: makes the terms by which they are found.
    """

    def __init__(self, database: Database, keys: KeySource, index_key: bytes) -> None:
        self._database = database
        self._keys = keys
        self._index_key = index_key

    def find(self, patient: NodeId) -> Identity | None:
        """Who a patient is, or nothing.

        Raises:
            IdentityKeyError: when the key that it was encrypted with is not there.
        """
        return self.find_all([patient]).get(patient)

    def find_all(self, patients: Sequence[NodeId]) -> Mapping[NodeId, Identity]:
        """Who these patients are, those that are known; errors are those of :meth:`find`."""
        try:
            return self._find_all(patients)
        except IdentityKeyError:
            # Between the row and the ring a rotation may have ended; a second look sees both after it.
            return self._find_all(patients)

    def put(self, patient: NodeId, identity: Identity, check: Check = _any_version) -> None:
        """Keep who a patient is, in the place of what was kept before.

        Raises:
            IdentityKeyError: as :meth:`find`.
        """
        with self._database.writing() as connection:
            check(self._read(connection, patient))
            # Read while nobody else writes: a rotation does not drop the key between this and the commit.
            write_identity(connection, patient, identity, self._keys.ring(), self._index_key)

    def remove(self, patient: NodeId, check: Check = _any_version) -> None:
        """Forget who a patient is, when that may be; none on file is no error."""
        with self._database.writing() as connection:
            check(self._read(connection, patient))
            _delete(connection, patient)

    def search(
        self, query: str, *, after: str = "", limit: int = 20, among: Collection[NodeId] | None = None
    ) -> tuple[NodeId, ...]:
        """Patients whom each word of a query fits, in the order of their ids.

        Args:
            query: words of names, record numbers, birth dates; case and accents do not matter.
            after: those behind this id only.
            limit: how many at most.
            among: of these alone; of all when None.
        """
        wanted = wanted_terms(query, self._index_key)
        if not wanted:
            return ()
        asked = select(_TABLE.patient).where(_TABLE.patient > after).order_by(_TABLE.patient)
        for terms in wanted:
            asked = asked.where(_TABLE.patient.in_(select(_TERMS.patient).where(_TERMS.term.in_(sorted(terms)))))
        found: list[NodeId] = []
        with self._database.transaction() as connection:
            for (patient,) in connection.execute(asked.limit(limit) if among is None else asked):
                if among is None or patient in among:
                    found.append(NodeId(patient))
                if len(found) == limit:
                    break
        return tuple(found)

    def forget_patient(self, patient: NodeId) -> int:
        """Erase who a patient is and by what they were found, and say how many rows that was."""
        with self._database.writing() as connection:
            return _delete(connection, patient)

    def export_patient(self, patient: NodeId) -> Mapping[str, object]:
        """What is kept of a patient, in plain words."""
        found = self.find(patient)
        return {} if found is None else to_columns(found) | {"numbers": [[n.system, n.value] for n in found.numbers]}

    def check(self) -> None:
        """Raise when identities cannot be read now."""
        self._keys.ring()
        with self._database.transaction() as connection:
            connection.execute(select(_TABLE.patient).limit(1)).first()

    def close(self) -> None:
        """Let go of all connections."""
        self._database.close()

    def _find_all(self, patients: Sequence[NodeId]) -> Mapping[NodeId, Identity]:
        with self._database.transaction() as connection:
            rows = connection.execute(SEALED.where(_TABLE.patient.in_(list(patients)))).all()
        ring = self._keys.ring() if rows else None
        return {NodeId(row.patient): open_row(row, ring) for row in rows} if ring else {}

    def _read(self, connection: Connection, patient: NodeId) -> Identity | None:
        row = connection.execute(SEALED.where(_TABLE.patient == patient)).one_or_none()
        return open_row(row, self._keys.ring()) if row else None


def open_row(row: Row[tuple[object, ...]], ring: KeyRing) -> Identity:
    """The identity in a row.

    Raises:
        IdentityKeyError: when it does not open.
    """
    values = row._mapping
    patient, key = NodeId(values["patient"]), values["key"]
    texts = {n: unseal(values[n], key, ring, patient, n) if values[n] is not None else "" for n in COLUMNS}
    return from_columns(texts)


def write_identity(connection: Connection, patient: NodeId, identity: Identity, ring: KeyRing, index_key: bytes) -> None:
    """Put a patient's row and terms in the place of those that are there."""
    _delete(connection, patient)
    sealed = {n: seal(text, ring, patient, n) if text else None for n, text in to_columns(identity).items()}
    connection.execute(insert(IdentityRow).values(patient=patient, key=ring.newest, **sealed))
    terms = [{"term": term, "patient": patient} for term in sorted(terms_of(identity, index_key))]
    if terms:
        connection.execute(insert(IdentityTermRow), terms)


def _delete(connection: Connection, patient: NodeId) -> int:
    terms = connection.execute(delete(IdentityTermRow).where(_TERMS.patient == patient)).rowcount
    return terms + connection.execute(delete(IdentityRow).where(_TABLE.patient == patient)).rowcount


def open_identities(url: str, keys: KeySource, index_key: bytes) -> IdentityStore:
    """The identities in the database of this URL.

    Raises:
        DatabaseUnavailableError: when it cannot be opened.
    """
    return IdentityStore(Database(url), keys, index_key)
