"""Opens the service's database and keeps its transactions: SQLite by default, any other by its URL.

Whatever SQLAlchemy raises leaves this package as :class:`api.errors.DatabaseUnavailableError`.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

from sqlalchemy import Connection

from api.database.migrations import upgrade
from api.errors import DatabaseUnavailableError
from recommender.sql_engine import open_engine, told_as


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
            self.engine = open_engine(url, ("foreign_keys=ON", *(() if waits else ("synchronous=NORMAL",))))
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


def _guard() -> AbstractContextManager[None]:
    return told_as(DatabaseUnavailableError, "the database")
