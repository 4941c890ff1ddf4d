"""Opens the service's database and keeps its transactions: SQLite by default, any other by its URL.

Whatever SQLAlchemy raises leaves this package as :class:`api.errors.DatabaseUnavailableError`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from api.database.migrations import upgrade
from api.errors import DatabaseUnavailableError


class Database:
    """Transactions on the service's database, its tables brought to today's version when it is opened.

    Args:
        url: a SQLAlchemy URL; a SQLite file is made, readable by its owner alone, when it does not exist.
        waits: whether a commit waits until SQLite's file is on the disk; otherwise what was committed last may be missing
            after a power failure (never after a process was killed), and nothing is damaged.

    Raises:
        DatabaseUnavailableError: when it cannot be opened, or its tables are of a version that is not known here.
    """

    def __init__(self, url: str, *, waits: bool = True) -> None:
        with _guard():
            parsed = make_url(url)
            if parsed.drivername == "postgresql":
                # The one driver that the project brings.
                parsed = parsed.set(drivername="postgresql+psycopg")
            sqlite = parsed.drivername.startswith("sqlite")
            if sqlite and parsed.database:
                _make_file(Path(parsed.database))
            # What the pool kept may have been closed by a server that restarted.
            self.engine = create_engine(parsed, pool_pre_ping=not sqlite)
            if sqlite:
                event.listen(self.engine, "connect", _set_up_sqlite)
            if sqlite and not waits:
                event.listen(self.engine, "connect", _wait_for_no_disk)
            upgrade(self.engine)

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A transaction: kept when the block ends, undone when it raises.

        Raises:
            DatabaseUnavailableError: when the database fails.
        """
        with _guard(), self.engine.begin() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that writes and no other with it: what it reads is still so when it writes.

        Raises:
            DatabaseUnavailableError: when the database fails.
        """
        with self.transaction() as connection:
            if connection.dialect.name == "sqlite":
                # SQLAlchemy's driver begins with the first statement that writes; a reader that writes later may find it taken.
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            else:
                connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7241)")
            yield connection

    def check(self) -> None:
        """Raise DatabaseUnavailableError when it cannot be read now."""
        with self.transaction() as connection:
            connection.exec_driver_sql("SELECT 1")

    def close(self) -> None:
        """Let go of all connections."""
        self.engine.dispose()


@contextmanager
def _guard() -> Iterator[None]:
    try:
        yield
    except IntegrityError:
        # A key that is taken is an answer, and whoever asked for it says which.
        raise
    except (SQLAlchemyError, OSError, ImportError) as error:
        # The driver's words may hold a statement's values: only the kind of the error is told.
        raise DatabaseUnavailableError(f"the database cannot be used: {type(error).__name__}") from None


def _make_file(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    # SQLite gives its -wal and -shm files the mode of this one.
    path.touch(mode=0o600)


def _set_up_sqlite(connection: Any, record: object) -> None:  # the driver's own connection: SQLAlchemy gives it no type
    # Workers are processes: readers go on while one of them writes, and a writer waits rather than fails.
    # The patience first: those who all open a new file at once wait for its mode, too.
    connection.execute("PRAGMA busy_timeout=5000")
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA foreign_keys=ON")
    # What was erased is written over, not only left out.
    connection.execute("PRAGMA secure_delete=ON")


def _wait_for_no_disk(connection: Any, record: object) -> None:  # as above
    connection.execute("PRAGMA synchronous=NORMAL")
