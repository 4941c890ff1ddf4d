"""The one door to consent's history."""

import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from sqlalchemy import delete, func, insert, select

from api.consents.change import ConsentChange
from api.consents.tables import ConsentRow
from api.database import Database
from api.errors import PreconditionFailedError
from graph.consents import Purpose
from graph.elements import NodeId


class ConsentHistory:
    """Keeps what was given and withdrawn; every method may raise DatabaseUnavailableError.

    Args:
        database: where it is kept.
        clock: seconds since 1970.
    """

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    def version(self, patient: NodeId) -> int:
        """How often a patient's consent was changed."""
        with self._database.transaction() as connection:
            newest = select(func.max(ConsentRow.version)).where(ConsentRow.patient == patient)
            return int(connection.execute(newest).scalar() or 0)

    def note(
        self,
        patient: NodeId,
        version: int,
        changes: Mapping[Purpose, bool],
        who: tuple[str, str],
        then: Callable[[], None],
    ) -> None:
        """Note what changes and change it: both, or neither.

        Args:
            patient: whose consent.
            version: what it becomes: one more than it was.
            changes: whether each purpose is given from now on.
            who: name and role of the account that says so.
            then: makes the change.

        Raises:
            PreconditionFailedError: when somebody changed it meanwhile.
        """
        now = self._clock()
        row = {"patient": patient, "version": version, "at": now, "by": who[0], "role": who[1]}
        with self._database.writing() as connection:
            newest = select(func.max(ConsentRow.version)).where(ConsentRow.patient == patient)
            if (connection.execute(newest).scalar() or 0) != version - 1:
                raise PreconditionFailedError
            connection.execute(insert(ConsentRow), [row | {"purpose": str(p), "given": given} for p, given in changes.items()])
            # Within the transaction: what cannot be changed is not noted.
            then()

    def changes(self, patient: NodeId) -> tuple[ConsentChange, ...]:
        """What was given and withdrawn, the newest first."""
        columns = (ConsentRow.version, ConsentRow.purpose, ConsentRow.given, ConsentRow.at, ConsentRow.by, ConsentRow.role)
        asked = select(*columns).where(ConsentRow.patient == patient).order_by(ConsentRow.version.desc(), ConsentRow.purpose)
        with self._database.transaction() as connection:
            return tuple(
                ConsentChange(version, Purpose(purpose), given, datetime.fromtimestamp(at, UTC), by, role)
                for version, purpose, given, at, by, role in connection.execute(asked)
            )

    def forget_patient(self, patient: NodeId) -> int:
        """Delete a patient's history, and say how many rows those were."""
        with self._database.transaction() as connection:
            return int(connection.execute(delete(ConsentRow).where(ConsentRow.patient == patient)).rowcount)
