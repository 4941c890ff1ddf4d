"""Encrypts all identities anew under a new key, row by row, while the service goes on.

The new key is in the ring before the first row is sealed with it, and the old one leaves the ring after the last row was, in a
transaction in which nobody writes. Interrupted anywhere, the next call goes on with the rows that are left. Terms are made
anew as well, so that a lost index key is mended by a rotation.
"""

from dataclasses import dataclass

from sqlalchemy import func, select

from api.database import Database
from api.identities.store import SEALED, open_row, write_identity
from api.identities.tables import IdentityRow
from api.keys import KeySource
from graph.elements import NodeId

AT_ONCE = 100
"""Rows in one transaction: a request that writes waits for no more than these."""
_TABLE = IdentityRow.__table__.c


@dataclass(frozen=True, slots=True)
class Rotated:
    """What a rotation did.

    Attributes:
        rows: how many identities were encrypted anew.
        dropped: whether the old keys are gone; those of a setting are for whoever set them.
    """

    rows: int
    dropped: bool


def rotate(database: Database, keys: KeySource, index_key: bytes) -> Rotated:
    """Encrypt all identities under a new key, or go on with a rotation that was interrupted.

    Raises:
        SettingsError: when the ring cannot be changed.
        IdentityKeyError: when a row does not open; the rows before it are done, and no key is dropped.
        DatabaseUnavailableError: when the database fails.
    """
    keys.begin_rotation()
    rows = 0
    while done := _some(database, keys, index_key):
        rows += done
    with database.writing() as connection:
        old = _TABLE.key != keys.ring().newest
        left = connection.execute(select(func.count()).select_from(IdentityRow).where(old)).scalar_one()
        dropped = not left and keys.end_rotation()
    return Rotated(rows, dropped)


def _some(database: Database, keys: KeySource, index_key: bytes) -> int:
    with database.writing() as connection:
        ring = keys.ring()
        rows = connection.execute(SEALED.where(_TABLE.key != ring.newest).limit(AT_ONCE)).all()
        for row in rows:
            write_identity(connection, NodeId(row.patient), open_row(row, ring), ring, index_key)
    return len(rows)
