"""The SQL database behind what the recommender keeps of its use: answers, and what people said of them.

Whatever SQLAlchemy raises leaves this module as an AnswerLogError.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

from sqlalchemy import Connection, Table
from sqlalchemy.schema import CreateIndex, CreateTable

from recommender.errors import AnswerLogError
from recommender.sql_engine import open_engine, told_as


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
            # An answer need not wait for the disk: when power fails, the last ones are not found again, and nothing is damaged.
            self._engine = open_engine(url, ("synchronous=NORMAL",))
            self._sqlite = self._engine.dialect.name == "sqlite"
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


def _guard() -> AbstractContextManager[None]:
    return told_as(AnswerLogError, "the log of answers")
