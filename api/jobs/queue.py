"""The one door to the queue (Huey): says to workers, wherever they are, which job is next.

It lies in SQL: a file beside the database's by default, tables of its own in a PostgreSQL database. A message is the id of a
job and nothing else, written as JSON: who can write to the queue cannot make a worker run anything else. What is lost of it is
put in again from the table of jobs.
"""

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
from huey import Huey
from huey.consumer import Consumer
from huey.contrib.sql_huey import SqlStorage
from huey.registry import Message
from huey.serializer import Serializer
from peewee import PeeweeException, SqliteDatabase
from playhouse.db_url import connect
from sqlalchemy.engine import make_url

from api.errors import DatabaseUnavailableError

NAME = "rxpath"
AGAIN_SECONDS = 1
"""How long a job that has to wait is left alone."""
LONGEST_SLEEP = 1.0
"""Seconds between two looks into an empty queue."""


class _Storage(SqlStorage):  # type: ignore[misc]  # the library has no types
    """Huey's tables under names that say whose they are: they may stand among the service's own."""

    def create_models(self) -> Any:
        models = super().create_models()
        for model in models:
            model._meta.set_table_name(f"queue_{model.__name__.lower()}")
        # The one index that was made for the former name.
        task = models[2]
        task._meta.indexes.clear()
        task.add_index(task.priority.desc(), task.id)
        return models


class _PlainText(Serializer):  # type: ignore[misc]
    """Messages as JSON, in place of the library's pickles."""

    def _serialize(self, message: Any) -> bytes:
        eta = message.eta.isoformat() if message.eta else None
        return orjson.dumps({"id": message.id, "name": message.name, "args": message.args, "eta": eta})

    def _deserialize(self, data: bytes) -> Any:
        read = orjson.loads(data)
        eta = datetime.fromisoformat(read["eta"]) if read["eta"] else None
        return Message(id=read["id"], name=read["name"], args=tuple(read["args"]), kwargs={}, eta=eta, retries=0, retry_delay=0)


class _Consumer(Consumer):  # type: ignore[misc]
    """A consumer that leaves signals to whoever runs it."""

    def _set_signal_handlers(self) -> None:
        pass


class JobQueue:
    """Ids of jobs, in order.

    Args:
        url: of the service's database (SQLAlchemy).

    Raises:
        DatabaseUnavailableError: when it cannot be opened.
    """

    def __init__(self, url: str) -> None:
        self._run: Callable[[str], None] = lambda job_id: None
        database = _database(url)
        self._huey = Huey(
            NAME, results=False, serializer=_PlainText(), storage_class=_Storage, database=database, create_tables=False
        )
        _make_tables(self._huey.storage)
        self._task = self._huey.task(name="run_job")(self._taken)

    def _taken(self, job_id: str) -> None:
        self._run(job_id)

    def put(self, job_id: str, *, wait: bool = False) -> None:
        """Put a job in.

        Nothing is raised when it cannot be: the job is in the table, from which workers fill the queue again.

        Args:
            job_id: which.
            wait: whether it has to wait a moment before anybody takes it.
        """
        with suppress(PeeweeException):
            if wait:
                self._task.schedule((job_id,), delay=AGAIN_SECONDS)
            else:
                self._task(job_id)

    def waiting(self) -> set[str]:
        """Ids of the jobs in the queue."""
        return {str(message.args[0]) for message in (*self._huey.pending(), *self._huey.scheduled())}

    def work(self, run: Callable[[str], None], workers: int, stop: threading.Event, every: Callable[[], None]) -> None:
        """Hand jobs out until told to stop, then wait for those that run.

        Args:
            run: is called with the id of a job, in a thread.
            workers: how many run at once.
            stop: when set, no further job is begun.
            every: is called each second.
        """
        self._run = run
        consumer = _Consumer(self._huey, workers=workers, periodic=False, max_delay=LONGEST_SLEEP)
        consumer.start()
        while not stop.wait(1.0):
            every()
        consumer.stop(graceful=True)

    def close(self) -> None:
        """Let go of this thread's connection."""
        self._huey.storage.close()


def _make_tables(storage: SqlStorage) -> None:
    # Of several processes that make them at once, PostgreSQL lets one and fails the others, who then find them there.
    for last in (False, False, True):
        try:
            storage.create_tables()
        except PeeweeException as error:
            if last:
                raise DatabaseUnavailableError(f"the queue cannot be used: {type(error).__name__}") from None
            time.sleep(0.1)
        else:
            return


def _database(url: str) -> Any:  # the library has no types
    parsed = make_url(url)
    if parsed.drivername.startswith("sqlite"):
        path = Path(parsed.database or "accounts.sqlite").with_name("queue.sqlite")
        path.touch(mode=0o600)
        return SqliteDatabase(str(path), pragmas={"journal_mode": "wal", "busy_timeout": 5000, "secure_delete": 1})
    return connect(parsed.set(drivername="psycopg3").render_as_string(hide_password=False))
