"""Opens the accounts' database and keeps its transactions: SQLite by default, any other by its URL.

Whatever SQLAlchemy raises leaves this package as :class:`api.errors.AccountsUnavailableError`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, insert, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from api.accounts.tables import VERSION, Base, SchemaVersion
from api.errors import AccountsUnavailableError


class Database:
    """Transactions on the accounts' database.

    Args:
        url: a SQLAlchemy URL; a SQLite file is made, readable by its owner alone, when it does not exist.

    Raises:
        AccountsUnavailableError: when it cannot be opened, or holds tables of another version.
    """

    def __init__(self, url: str) -> None:
        with _guard():
            parsed = make_url(url)
            if parsed.drivername.startswith("sqlite") and parsed.database:
                _make_file(Path(parsed.database))
            self._engine = create_engine(parsed)
            if parsed.drivername.startswith("sqlite"):
                event.listen(self._engine, "connect", _set_up_sqlite)
            _make_tables(self._engine)

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A transaction: kept when the block ends, undone when it raises.

        Raises:
            AccountsUnavailableError: when the database fails.
        """
        with _guard(), self._engine.begin() as connection:
            yield connection

    def close(self) -> None:
        """Let go of all connections."""
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
        raise AccountsUnavailableError(f"the accounts cannot be used: {type(error).__name__}") from None


def _make_file(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    # SQLite gives its -wal and -shm files the mode of this one.
    path.touch(mode=0o600)


def _set_up_sqlite(connection: Any, record: object) -> None:  # the driver's own connection: SQLAlchemy gives it no type
    # Workers are processes: readers go on while one of them writes, and a writer waits rather than fails.
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA busy_timeout=5000")


def _make_tables(engine: Engine) -> None:
    with engine.begin() as connection:
        Base.metadata.create_all(connection)
        found = connection.execute(select(SchemaVersion.version)).scalar()
        if found is None:
            connection.execute(insert(SchemaVersion).values(version=VERSION))
        elif found != VERSION:
            raise AccountsUnavailableError(f"the accounts have tables of version {found}, {VERSION} is expected")
