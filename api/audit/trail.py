"""The one door to the trail.

A row is appended in a transaction with which no other writes, so that each has one row before it, whatever process it is of. A
commit does not wait for the disk: what was answered is in the trail after a process was killed, and when power fails the last
rows may be missing on SQLite, together with whatever else was written in those moments; the chain up to there holds.
"""

import time
from collections.abc import Callable

from sqlalchemy import Connection, and_, bindparam, delete, insert, select, update

from api.audit.chain import head_seal, row_hash
from api.audit.entry import Entry, Recorded, Subject, Wanted
from api.audit.keys import AuditKeys
from api.audit.reading import read_rows
from api.audit.tables import EntryRow, HeadRow, SubjectRow
from api.audit.verifying import Verdict, verify_rows
from api.database import Database
from api.errors import DatabaseUnavailableError
from graph.elements import NodeId

ERASED = "audit.erased"
"""The action of the row that stays as a tombstone of a patient."""

# Made once: building a statement takes longer than the database needs for it, and every request appends a row.
_HEAD = (
    select(HeadRow.number, HeadRow.hash, SubjectRow.salt)
    .select_from(HeadRow)
    .outerjoin(SubjectRow, and_(SubjectRow.patient == bindparam("person")))
    .where(HeadRow.id == 1)
)
_APPEND = insert(EntryRow)
_MOVE = update(HeadRow).where(HeadRow.id == 1)
_SALT = select(SubjectRow.salt).where(SubjectRow.patient == bindparam("person"))
_NAME = insert(SubjectRow)


class Trail:
    """Appends rows, reads and verifies them; every method may raise DatabaseUnavailableError.

    Args:
        database: where they are.
        keys: of the chain.
        clock: seconds since 1970.
    """

    def __init__(self, database: Database, keys: AuditKeys, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._keys = keys
        self._clock = clock

    def append(self, entry: Entry) -> int:
        """Append a row, and answer its number."""
        with self._database.writing() as connection:
            return self._append(connection, entry)

    def _append(self, connection: Connection, entry: Entry) -> int:
        found = connection.execute(_HEAD, {"person": entry.person or ""}).one_or_none()
        if found is None:
            raise DatabaseUnavailableError("the audit trail has no head")
        subject = entry.subject
        if subject is None and entry.person is not None and (found.salt or entry.known):
            subject = Subject.of(entry.person, found.salt or "")
            if not found.salt:
                connection.execute(_NAME, _named(entry.person, subject))
        number = found.number + 1
        row = self._row(entry, subject) | {"number": number, "key": self._keys.current, "previous": found.hash}
        last = row_hash(row, self._keys)
        connection.execute(_APPEND, row | {"hash": last})
        seal = head_seal(number, last, self._keys.current, self._keys)
        connection.execute(_MOVE, {"number": number, "hash": last, "key": self._keys.current, "seal": seal})
        return int(number)

    def _row(self, entry: Entry, subject: Subject | None) -> dict[str, object]:
        account, address = entry.account, entry.address
        if entry.own:
            account = subject.hidden("account", account) if subject else ""
            address = subject.hidden("address", address) if subject else ""
        return {
            "at": int(self._clock() * 1e6),
            "account": account,
            "role": entry.role,
            "via": entry.via,
            "address": address,
            "action": entry.action,
            "method": entry.method,
            "subject": subject.name if subject and entry.about else None,
            "why": subject.sealed(entry.why) if subject else entry.why,
            "status": entry.status,
            "request_id": entry.request_id,
        }

    def subject(self, patient: NodeId) -> Subject:
        """The name that the trail has for a patient, made when it has none: asked for before a patient may be erased."""
        with self._database.transaction() as connection:
            salt = connection.execute(_SALT, {"person": patient}).scalar()
        if salt:
            return Subject.of(patient, salt)
        with self._database.writing() as connection:
            salt = connection.execute(_SALT, {"person": patient}).scalar()
            subject = Subject.of(patient, salt or "")
            if not salt:
                connection.execute(_NAME, _named(patient, subject))
        return subject

    def forget_patient(self, patient: NodeId) -> int:
        """Erase what leads from a patient to the rows about them, which stay; 1 when there were any, and otherwise 0.

        A row of the action ``audit.erased`` stays as the tombstone.
        """
        with self._database.writing() as connection:
            if salt := connection.execute(_SALT, {"person": patient}).scalar():
                self._append(connection, Entry(ERASED, 200, subject=Subject.of(patient, salt)))
            return int(connection.execute(delete(SubjectRow).where(SubjectRow.patient == patient)).rowcount)

    def rows(self, wanted: Wanted) -> tuple[Recorded, ...]:
        """The rows that are asked for, the newest first."""
        with self._database.transaction() as connection:
            return read_rows(connection, wanted)

    def verify(self, former: tuple[int, str] | None = None) -> Verdict:
        """Whether every row is as it was appended, and none is missing or too many.

        Args:
            former: a head that was told earlier: how many rows there were, and the hash of the last.
        """
        with self._database.transaction() as connection:
            return verify_rows(connection, self._keys, former)

    def check(self) -> None:
        """Raise DatabaseUnavailableError when nothing can be appended now."""
        with self._database.writing() as connection:
            if connection.execute(_HEAD, {"person": ""}).one_or_none() is None:
                raise DatabaseUnavailableError("the audit trail has no head")
            # Written as it is, so that a database that can only be read is found out.
            connection.execute(_MOVE, {"id": 1})


def _named(patient: NodeId, subject: Subject) -> dict[str, str]:
    return {"patient": patient, "salt": subject.salt, "subject": subject.name}
