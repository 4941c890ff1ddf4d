"""Opens a database of SQL, the one way for all that keep tables: SQLite by default, any other by its URL."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from graph.errors import RxpathError

_PRAGMAS = (
    # Patience first: those who all open a new file at once wait for its mode, too.
    "busy_timeout=5000",
    # Workers are processes: readers go on while one of them writes, and a writer waits rather than fails.
    "journal_mode=WAL",
    # What was erased is written over, not only left out.
    "secure_delete=ON",
)


def open_engine(url: str, pragmas: Sequence[str] = ()) -> Engine:
    """The engine of a database.

    Args:
        url: a SQLAlchemy URL; a SQLite file is made, readable by its owner alone, when it does not exist.
        pragmas: further settings of each connection to SQLite.
    """
    parsed = make_url(url)
    if parsed.drivername == "postgresql":
        # The one driver that the project brings.
        parsed = parsed.set(drivername="postgresql+psycopg")
    sqlite = parsed.drivername.startswith("sqlite")
    if sqlite and parsed.database:
        path = Path(parsed.database)
        path.parent.mkdir(parents=True, exist_ok=True)
        # SQLite gives its -wal and -shm files the mode of this one.
        path.touch(mode=0o600)
    # What the pool kept may have been closed by a server that restarted.
    engine = create_engine(parsed, pool_pre_ping=not sqlite)

    def set_up(connection: Any, record: object) -> None:  # the driver's own connection: SQLAlchemy gives it no type
        for pragma in (*_PRAGMAS, *pragmas):
            connection.execute(f"PRAGMA {pragma}")

    if sqlite:
        event.listen(engine, "connect", set_up)
    return engine


@contextmanager
def told_as(kind: type[RxpathError], what: str) -> Iterator[None]:
    """Raise what a database raises as an error of ours.

    Args:
        kind: of the error.
        what: cannot be used, in its words.
    """
    try:
        yield
    except IntegrityError:
        # A key that is taken is an answer, and whoever asked for it says which.
        raise
    except (SQLAlchemyError, OSError, ImportError) as error:
        # The driver's words may hold a statement's values: only the kind of the error is told.
        raise kind(f"{what} cannot be used: {type(error).__name__}") from None
