"""The SQL database behind what the recommender keeps of its use: answers, and what people said of them.

Whatever SQLAlchemy raises leaves this module as an AnswerLogError.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.schema import CreateIndex, CreateTable

from recommender.errors import AnswerLogError


class LogDatabase:
    """Transactions on one table, which is made where it is not there.

    Args:
        url: a SQLAlchemy URL; a SQLite file is made, readable by its owner alone, when it does not exist.
        table: what is kept.

    Raises:
        AnswerLogError: when it cannot be opened.
    """

    def __init__(self, url: str, table: Table) -> None:
        with _guard():
            parsed = make_url(url)
            if parsed.drivername == "postgresql":
                # The one driver that the project brings.
                parsed = parsed.set(drivername="postgresql+psycopg")
            self._sqlite = parsed.drivername.startswith("sqlite")
            if self._sqlite and parsed.database:
                path = Path(parsed.database)
                path.parent.mkdir(parents=True, exist_ok=True)
                # SQLite gives its -wal and -shm files the mode of this one.
                path.touch(mode=0o600)
            # What the pool kept may have been closed by a server that restarted.
            self._engine = create_engine(parsed, pool_pre_ping=not self._sqlite)
            if self._sqlite:
                event.listen(self._engine, "connect", _set_up_sqlite)
            # Workers that start at once may all find no table yet.
            with self._engine.begin() as connection:
                if not self._sqlite:
                    # PostgreSQL's IF NOT EXISTS holds against what is there, not against who makes it meanwhile.
                    connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7239)")
                connection.execute(CreateTable(table, if_not_exists=True))
                for index in table.indexes:
                    connection.execute(CreateIndex(index, if_not_exists=True))

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A transaction: kept when the block ends, undone when it raises.

        Raises:
            AnswerLogError: when the database fails.
        """
        with _guard(), self._engine.begin() as connection:
            yield connection

    def empty_log(self) -> None:
        """Let nothing of what was erased stay in SQLite's own log, which keeps it until it is written over.

        Raises:
            AnswerLogError: when somebody reads what was there; it can be asked again.
        """
        if self._sqlite:
            with _guard(), self._engine.connect() as connection:
                if connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").scalar():
                    raise AnswerLogError("the log of answers is read and cannot be emptied now; erase again")

    def close(self) -> None:
        """Let go of files and connections."""
        self._engine.dispose()


@contextmanager
def _guard() -> Iterator[None]:
    try:
        yield
    except IntegrityError:
        # A key that is taken is an answer, and whoever asked for it says which.
        raise
    except (SQLAlchemyError, OSError, ImportError) as error:
        # The driver's words may hold a statement's values: only the kind of the error is told.
        raise AnswerLogError(f"the log of answers cannot be used: {type(error).__name__}") from None


def _set_up_sqlite(connection: Any, record: object) -> None:  # the driver's own connection: SQLAlchemy gives it no type
    # Workers are processes: readers go on while one of them writes, and a writer waits rather than fails.
    # The patience first: those who all open a new file at once wait for its mode, too.
    connection.execute("PRAGMA busy_timeout=5000")
    connection.execute("PRAGMA journal_mode=WAL")
    # An answer need not wait for the disk: when power fails, the last answers are not found again, and nothing is damaged.
    connection.execute("PRAGMA synchronous=NORMAL")
    # What was erased is written over, not only left out.
    connection.execute("PRAGMA secure_delete=ON")
