"""The one door to care relations and broken glasses."""

import secrets
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import BindParameter, bindparam, delete, insert, literal, or_, select, union_all, update

from api.care.relation import BrokenGlass, CareRelation, Ground
from api.care.tables import CareRow, GlassRow
from api.database import Database
from api.errors import NotFoundError
from graph.elements import NodeId

# Made once: building a statement takes longer than the database needs for it, and every request for a record asks.
_WHO: BindParameter[str] = bindparam("who")
_WHOM: BindParameter[str] = bindparam("whom")
_CURRENT = (
    CareRow.ended.is_(None),
    CareRow.begins <= bindparam("day"),
    or_(CareRow.ends.is_(None), CareRow.ends >= bindparam("day")),
)
_GROUND = union_all(
    select(literal(Ground.CARE.value)).where(CareRow.account == _WHO, CareRow.patient == _WHOM, *_CURRENT),
    select(literal(Ground.BREAK_GLASS.value)).where(
        GlassRow.account == _WHO, GlassRow.patient == _WHOM, GlassRow.until > bindparam("now")
    ),
)
_PATIENTS = select(CareRow.patient).where(CareRow.account == _WHO, *_CURRENT).distinct().order_by(CareRow.patient)


class CareStore:
    """Keeps who cares for whom; every method may raise DatabaseUnavailableError.

    Args:
        database: where it is kept.
        clock: seconds since 1970.
    """

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    def gives(self, account: str, patient: NodeId) -> Ground | None:
        """On what ground an account sees a patient now; None when it does not."""
        asked = self._now() | {"who": account, "whom": patient}
        with self._database.transaction() as connection:
            found = set(connection.execute(_GROUND, asked).scalars())
        return min((Ground(ground) for ground in found), key=list(Ground).index, default=None)

    def patients_of(self, account: str) -> tuple[NodeId, ...]:
        """For whom an account cares now, in the order of their ids."""
        with self._database.transaction() as connection:
            return tuple(map(NodeId, connection.execute(_PATIENTS, self._now() | {"who": account}).scalars()))

    def begin(
        self, account: str, patient: NodeId, *, by: str, begins: date | None = None, ends: date | None = None
    ) -> CareRelation:
        """Give an account a patient.

        Args:
            account: who cares.
            patient: for whom.
            by: the account that gives it; empty at the shell.
            begins: the first day; today when not given.
            ends: the last day; open when not given.
        """
        made = CareRelation(secrets.token_hex(16), account, patient, begins or self.today(), ends, by)
        row = {"id": made.id, "account": account, "patient": patient, "by": by, "begins": made.begins.isoformat()}
        with self._database.transaction() as connection:
            connection.execute(insert(CareRow), row | {"ends": ends.isoformat() if ends else None, "ended": None})
        return made

    def end(self, relation: str) -> CareRelation:
        """End a relation at once; one that was ended stays as it is.

        Raises:
            NotFoundError: when there is none of this id.
        """
        with self._database.writing() as connection:
            over = update(CareRow).where(CareRow.id == relation, CareRow.ended.is_(None)).values(ended=self._clock())
            connection.execute(over)
            row = connection.execute(select(*CareRow.__table__.columns).where(CareRow.id == relation)).one_or_none()
        if row is None:
            raise NotFoundError("there is no such care relation")
        return _relation(*row)

    def end_all(self, account: str, patient: NodeId) -> int:
        """End every relation of an account with a patient at once, and say how many those were."""
        over = update(CareRow).where(CareRow.account == account, CareRow.patient == patient, CareRow.ended.is_(None))
        with self._database.transaction() as connection:
            return int(connection.execute(over.values(ended=self._clock())).rowcount)

    def relations(self, *, account: str = "", patient: NodeId | None = None, limit: int = 1000) -> tuple[CareRelation, ...]:
        """Relations, those of the past among them, the newest first.

        Args:
            account: of this account only, where one is given.
            patient: with this patient only, where one is given.
            limit: how many at most.
        """
        asked = select(*CareRow.__table__.columns).order_by(CareRow.begins.desc(), CareRow.id).limit(limit)
        asked = asked.where(CareRow.account == account) if account else asked
        asked = asked if patient is None else asked.where(CareRow.patient == patient)
        with self._database.transaction() as connection:
            return tuple(_relation(*row) for row in connection.execute(asked))

    def break_glass(self, account: str, patient: NodeId, reason: str, life: timedelta) -> BrokenGlass:
        """Give an account a patient for a while, in an emergency.

        Args:
            account: who opens the record.
            patient: whose it is.
            reason: why.
            life: how long.
        """
        at = self._clock()
        row = {"id": secrets.token_hex(16), "account": account, "patient": patient, "reason": reason}
        row_times = {"at": at, "until": at + life.total_seconds()}
        with self._database.transaction() as connection:
            connection.execute(insert(GlassRow), row | row_times)
        return _glass(row["id"], account, patient, reason, at, row_times["until"])

    def broken(self, *, patient: NodeId | None = None, limit: int = 1000) -> tuple[BrokenGlass, ...]:
        """Glasses that were broken, the newest first."""
        asked = select(*GlassRow.__table__.columns).order_by(GlassRow.at.desc(), GlassRow.id).limit(limit)
        asked = asked if patient is None else asked.where(GlassRow.patient == patient)
        with self._database.transaction() as connection:
            return tuple(_glass(*row) for row in connection.execute(asked))

    def forget_patient(self, patient: NodeId) -> int:
        """Delete everything about a patient, and say how many rows those were."""
        with self._database.transaction() as connection:
            gone = [connection.execute(delete(table).where(table.patient == patient)).rowcount for table in (CareRow, GlassRow)]
        return sum(gone)

    def today(self) -> date:
        """The day of the clock, in UTC."""
        return datetime.fromtimestamp(self._clock(), UTC).date()

    def _now(self) -> dict[str, object]:
        return {"day": self.today().isoformat(), "now": self._clock()}


def _relation(
    id_: str, account: str, patient: str, begins: str, ends: str | None, by: str, ended: float | None
) -> CareRelation:
    last = date.fromisoformat(ends) if ends else None
    stopped = datetime.fromtimestamp(ended, UTC) if ended is not None else None
    return CareRelation(id_, account, NodeId(patient), date.fromisoformat(begins), last, by, stopped)


def _glass(id_: str, account: str, patient: str, reason: str, at: float, until: float) -> BrokenGlass:
    times = (datetime.fromtimestamp(at, UTC), datetime.fromtimestamp(until, UTC))
    return BrokenGlass(id_, account, NodeId(patient), reason, *times)
