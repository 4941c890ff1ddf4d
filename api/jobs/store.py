"""The one door to the table of jobs: it is the truth, whatever the queue says.

Who runs a job owns its row by a name that is made for that run alone. A run that was taken for dead, and comes back, finds that
its name does not count any more, and stops.
"""

import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from enum import Enum, auto
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Connection, Row, and_, insert, or_, select, update

from api.database import Database
from api.errors import ConflictError, NotFoundError
from api.jobs.job import WRITING, Job, JobKind, JobState
from api.jobs.tables import JobRow

MAX_WAITING = 20
"""Jobs that may wait at once: each may hold files."""
_SHOWN = [getattr(JobRow, name) for name in Job.__dataclass_fields__]
_JOBS = select(*_SHOWN)
_WRITING = JobRow.kind.in_([str(kind) for kind in WRITING])


class Told(Enum):
    """What a run is told when it says that it lives."""

    GO_ON = auto()
    CANCEL = auto()
    NOT_YOURS = auto()
    """The job ended, or another run has it."""


class JobStore:
    """Keeps jobs; every method may raise DatabaseUnavailableError.

    Args:
        database: where they are.
        clock: seconds since 1970.
    """

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    def add(self, kind: JobKind, order: Mapping[str, Any], asked_by: str, job_id: str = "") -> Job:
        """Ask for a job.

        Args:
            kind: what it does.
            order: what is to be done; holds no text that a client sent.
            asked_by: name of the account.
            job_id: 32 hexadecimal digits; made when empty.

        Raises:
            ConflictError: when too many wait already.
        """
        job = Job(job_id or uuid.uuid4().hex, kind, JobState.QUEUED, asked_by, order, self._clock())
        values = {name: getattr(job, name) for name in Job.__dataclass_fields__}
        values |= {"kind": str(kind), "state": str(job.state), "order": orjson.dumps(dict(order)).decode()}
        waiting = select(JobRow.id).where(JobRow.state == JobState.QUEUED).limit(MAX_WAITING)
        with self._database.writing() as connection:
            if len(connection.execute(waiting).all()) >= MAX_WAITING:
                raise ConflictError(f"{MAX_WAITING} jobs wait already; ask again when one has ended")
            connection.execute(insert(JobRow).values(values))
        return job

    def find(self, job_id: str) -> Job:
        """The job of this id.

        Raises:
            NotFoundError: when there is none.
        """
        with self._database.transaction() as connection:
            return _one(connection, job_id)

    def all(self, asked_by: str = "", *, limit: int = 20, after: str = "") -> Sequence[Job]:
        """Jobs, the newest first.

        Args:
            asked_by: whose; everybody's when empty.
            limit: how many at most.
            after: the id of the job behind which to go on.

        Raises:
            NotFoundError: when there is no job ``after``.
        """
        wanted = _JOBS.order_by(JobRow.queued_at.desc(), JobRow.id.desc()).limit(limit)
        if asked_by:
            wanted = wanted.where(JobRow.asked_by == asked_by)
        with self._database.transaction() as connection:
            if after:
                wanted = wanted.where(_before(_one(connection, after)))
            return [_job(row) for row in connection.execute(wanted)]

    def queued(self) -> Sequence[str]:
        """Ids of the jobs that wait, the oldest first."""
        wanted = select(JobRow.id).where(JobRow.state == JobState.QUEUED).order_by(JobRow.queued_at, JobRow.id)
        with self._database.transaction() as connection:
            return list(connection.execute(wanted).scalars())

    def claim(self, job_id: str) -> Job | None:
        """Take a job that waits; nothing when it does not wait, or has to wait on because another writes to the graph."""
        with self._database.writing() as connection:
            found = connection.execute(_JOBS.where(JobRow.id == job_id)).one_or_none()
            job = _job(found) if found else None
            if job is None or job.state is not JobState.QUEUED or _has_to_wait(connection, job):
                return None
            values: dict[str, Any] = {"state": str(JobState.RUNNING), "started_at": self._clock(), "heartbeat": self._clock()}
            values |= {"attempt": job.attempt + 1, "owner": uuid.uuid4().hex, "step": "", "progress": 0.0}
            connection.execute(update(JobRow).where(JobRow.id == job_id).values(values))
            return _one(connection, job_id)

    def beat(self, job: Job, step: str, progress: float) -> Told:
        """Say that a run lives, and how far it is."""
        values = {"heartbeat": self._clock(), "step": step[:200], "progress": min(max(progress, 0.0), 1.0)}
        with self._database.transaction() as connection:
            if not connection.execute(update(JobRow).where(_owned(job)).values(values)).rowcount:
                return Told.NOT_YOURS
            asked = connection.execute(select(JobRow.cancelling).where(JobRow.id == job.id)).scalar()
        return Told.CANCEL if asked else Told.GO_ON

    def finish(self, job: Job, state: JobState, *, result: Mapping[str, Any] | None = None, error: str = "") -> bool:
        """End a job that the caller runs; whether it was still the caller's."""
        values: dict[str, Any] = {"state": str(state), "finished_at": self._clock(), "error": error[:500], "owner": ""}
        values["result"] = None if result is None else orjson.dumps(result, option=orjson.OPT_SERIALIZE_NUMPY).decode()
        if state is JobState.DONE:
            values |= {"step": "", "progress": 1.0}
        return self._change(job, values)

    def hand_back(self, job: Job) -> bool:
        """Let a job wait again for somebody who goes on with it; whether it was still the caller's."""
        return self._change(job, {"state": str(JobState.QUEUED), "owner": "", "step": "", "progress": 0.0})

    def _change(self, job: Job, values: Mapping[str, Any]) -> bool:
        with self._database.transaction() as connection:
            return bool(connection.execute(update(JobRow).where(_owned(job)).values(values)).rowcount)

    def cancel(self, job_id: str) -> Job:
        """Ask a job to end: one that waits has ended at once, one that runs is told.

        Raises:
            NotFoundError: when there is none.
            ConflictError: when it has ended otherwise.
        """
        with self._database.writing() as connection:
            job = _one(connection, job_id)
            if job.ended and job.state is not JobState.CANCELLED:
                raise ConflictError(f"the job is {job.state} already")
            values: dict[str, Any] = {"cancelling": True}
            if job.state is JobState.QUEUED:
                values |= {"state": str(JobState.CANCELLED), "finished_at": self._clock()}
            if not job.ended:
                connection.execute(update(JobRow).where(JobRow.id == job_id).values(values))
            return _one(connection, job_id)

    def take_over(self, stale: float) -> Sequence[Job]:
        """Jobs whose run has not been heard of for ``stale`` seconds: from now on they are the caller's."""
        silent = and_(JobRow.state == JobState.RUNNING, JobRow.heartbeat < self._clock() - stale)
        with self._database.writing() as connection:
            found = list(connection.execute(select(JobRow.id).where(silent)).scalars())
            for job_id in found:
                values = {"owner": uuid.uuid4().hex, "heartbeat": self._clock()}
                connection.execute(update(JobRow).where(JobRow.id == job_id).values(values))
            return [_one(connection, job_id) for job_id in found]


def _has_to_wait(connection: Connection, job: Job) -> bool:
    """Whether another job writes to the graph, or was asked to before."""
    if job.kind not in WRITING:
        return False
    first = and_(JobRow.state == JobState.QUEUED, _before(job))
    others = select(JobRow.id).where(_WRITING, JobRow.id != job.id, or_(JobRow.state == JobState.RUNNING, first))
    return connection.execute(others.limit(1)).first() is not None


def _before(job: Job) -> ColumnElement[bool]:
    same_time = and_(JobRow.queued_at == job.queued_at, JobRow.id < job.id)
    return or_(JobRow.queued_at < job.queued_at, same_time)


def _owned(job: Job) -> ColumnElement[bool]:
    return and_(JobRow.id == job.id, JobRow.owner == job.owner, JobRow.state == JobState.RUNNING)


def _one(connection: Connection, job_id: str) -> Job:
    row = connection.execute(_JOBS.where(JobRow.id == job_id)).one_or_none()
    if row is None:
        raise NotFoundError("there is no such job")
    return _job(row)


def _job(row: Row[Any]) -> Job:
    values = dict(zip(Job.__dataclass_fields__, row, strict=True))
    values |= {"kind": JobKind(values["kind"]), "state": JobState(values["state"]), "order": orjson.loads(values["order"])}
    return Job(**values | {"result": orjson.loads(values["result"]) if values["result"] else None})
