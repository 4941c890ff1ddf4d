"""The one door to the requests that carry an idempotency key.

A key is claimed by a row that only one can make, before anything is done: of two requests at once one has the effect. The
answer is kept for a day, or until the patient whom it is about is erased; it may hold what a record says.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import orjson
from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from api.database import Database
from api.replays.tables import ReplayRow
from graph.elements import NodeId

LIFE_SECONDS = 24 * 3600.0


@dataclass(frozen=True, slots=True)
class Kept:
    """What is known of a key.

    Attributes:
        digest: of the request that claimed it.
        status: of its answer; 0 while there is none.
        headers: of its answer.
        body: of its answer.
        patient: whom it is about; None for nobody.
    """

    digest: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    patient: NodeId | None = None


class ReplayStore:
    """Keeps requests under keys; every method may raise DatabaseUnavailableError.

    Args:
        database: where they are.
        clock: seconds since 1970.
    """

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    def claim(self, account: str, key: str, digest: str) -> Kept | None:
        """Take a key for a request; what is known of it when it was taken before."""
        now = self._clock()
        mine = {"account": account, "key": key, "digest": digest, "since": now, "status": 0, "headers": "{}", "body": b""}
        with self._database.transaction() as connection:
            connection.execute(delete(ReplayRow).where(ReplayRow.since <= now - LIFE_SECONDS))
        try:
            with self._database.transaction() as connection:
                connection.execute(insert(ReplayRow).values(mine))
        except IntegrityError:
            wanted = select(ReplayRow.digest, ReplayRow.status, ReplayRow.headers, ReplayRow.body, ReplayRow.patient)
            with self._database.transaction() as connection:
                row = connection.execute(wanted.where(ReplayRow.account == account, ReplayRow.key == key)).one_or_none()
            # Let go of in this very moment: the request may be sent again, as after any other answer that it is too early.
            if row is None:
                return Kept(digest, 0, {}, b"")
            return Kept(row[0], row[1], orjson.loads(row[2]), row[3], NodeId(row[4]) if row[4] else None)
        return None

    def keep(
        self, account: str, key: str, status: int, headers: Mapping[str, str], body: bytes, patient: NodeId | None
    ) -> None:
        """Keep the answer of the request that claimed a key."""
        values = {"status": status, "headers": orjson.dumps(dict(headers)).decode(), "body": body, "patient": patient}
        with self._database.transaction() as connection:
            connection.execute(update(ReplayRow).where(ReplayRow.account == account, ReplayRow.key == key).values(values))

    def release(self, account: str, key: str) -> None:
        """Let go of a key whose request did nothing."""
        with self._database.transaction() as connection:
            connection.execute(delete(ReplayRow).where(ReplayRow.account == account, ReplayRow.key == key))

    def forget_patient(self, patient: NodeId) -> int:
        """Delete the answers that are about a patient, and say how many those were."""
        with self._database.transaction() as connection:
            return int(connection.execute(delete(ReplayRow).where(ReplayRow.patient == patient)).rowcount)
