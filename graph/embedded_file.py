"""The SQLite file behind the embedded store: its connections, its transactions, its texts by key and its words.

WAL lets readers go on while one process writes, and a transaction is whole or absent after a kill. A connection serves one
block at a time and then waits for the next, so that there are as many as were ever in use at once, however many threads come
and go. The kinds and levels are numbered by the file itself, so that a new one renumbers none.
"""

import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from graph.elements import EdgeKind, KnowledgeLevel, NodeKind
from graph.embedded_sql import CREATE, CREATE_TOLD, FORMAT
from graph.errors import SchemaError, StoreUnavailableError

PATIENCE = 60
"""Seconds that a writer waits for another."""
SCRUB_PATIENCE = 10.0
"""Seconds for which emptying the log waits for readers."""
PAGES_A_STEP = 8
"""Pages of the first step of a copy; fewer than an empty file has, so that the first step is never the last."""
_INHERITED: list[sqlite3.Connection] = []
_Table = Literal["state", "note"]


class EmbeddedFile:
    """One SQLite file with the store's tables, made when it does not exist.

    Args:
        path: the file.

    Attributes:
        words: the words of the kinds and levels by their numbers in this file.
        codes: the numbers of the words.

    Raises:
        StoreUnavailableError: when the file cannot be opened or is not such a store.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._idle: list[sqlite3.Connection] = []
        self._lock = threading.Lock()
        self._process = os.getpid()
        self._closed = False
        self._identity: tuple[int, int] | None = None
        try:
            with self._guard():
                path.parent.mkdir(parents=True, exist_ok=True)
            self.words = self._prepare()
            self._identity = _identity(path)
        except BaseException:
            self.close()
            raise
        self.codes = {word: number for number, word in self.words.items()}

    def _prepare(self) -> dict[int, str]:
        """Make what is missing, and answer the words; a file that lacks nothing is only read."""
        wanted = {*NodeKind, *EdgeKind, *KnowledgeLevel}
        with self.reading() as connection:
            new = not connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
            known = {} if new or self._lacks_told(connection) else self._known_words(connection)
        if wanted <= set(known.values()):
            return known
        with self.transaction() as connection:
            if not connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
                for statement in CREATE:
                    connection.execute(statement)
                self.put(connection, "state", "format", FORMAT)
            self._known_words(connection)
            if self._lacks_told(connection):
                connection.execute(CREATE_TOLD)
            connection.executemany("INSERT OR IGNORE INTO word (word) VALUES (?)", [(word,) for word in sorted(wanted)])
            return self._known_words(connection)

    def _lacks_told(self, connection: sqlite3.Connection) -> bool:
        return not connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'told'").fetchone()[0]

    def _known_words(self, connection: sqlite3.Connection) -> dict[int, str]:
        """The words of a file that is a store of this format."""
        names = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
        found = self.get(connection, "state", "format") if "state" in names else "another"
        if found != FORMAT:
            advice = "move it away and make it anew with `python -m loaders build`"
            raise StoreUnavailableError(f"{self.path} is no store of format {FORMAT}; {advice}")
        return dict(connection.execute("SELECT num, word FROM word"))

    # Connections

    def _connect(self) -> sqlite3.Connection:
        if self._is_replaced():
            raise StoreUnavailableError(f"the store {self.path} was replaced by another build; run the command again")
        # Connections wander between threads, but only one has them at a time.
        connection = sqlite3.connect(self.path, isolation_level=None, timeout=PATIENCE, check_same_thread=False)
        try:
            _use_wal(connection)
            connection.execute("PRAGMA cache_size=-24576")
            # A build that is put in place goes through the log, which would keep that size for good.
            connection.execute("PRAGMA journal_size_limit=67108864")
            # What was erased is written over, not only left out.
            connection.execute("PRAGMA secure_delete=ON")
        except BaseException:
            connection.close()
            raise
        return connection

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        """A connection that nobody else uses within the block."""
        with self._lock:
            if self._closed:
                raise StoreUnavailableError(f"the store {self.path} was closed")
            if self._process != os.getpid():
                # SQLite forbids a forked process to use, or even to close, the connections of its parent.
                _INHERITED.extend(self._idle)
                self._idle, self._process = [], os.getpid()
            connection = self._idle.pop() if self._idle else None
        connection = connection or self._connect()
        try:
            yield connection
        finally:
            with self._lock:
                if self._closed or connection.in_transaction:
                    connection.close()
                else:
                    self._idle.append(connection)

    @contextmanager
    def _guard(self) -> Iterator[None]:
        """Turn SQLite's and the file system's errors into ours."""
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            if isinstance(error, sqlite3.Error) and not hasattr(error, "sqlite_errorcode"):
                # Such messages are Python's and may repeat what the file holds, patients' texts included.
                raise self._damaged() from None
            raise StoreUnavailableError(f"the store {self.path} cannot be used: {error}") from error
        except UnicodeEncodeError as error:
            raise SchemaError("text", "bad-text", "a text that UTF-8 can hold is expected") from error

    def _damaged(self) -> StoreUnavailableError:
        return StoreUnavailableError(f"the store {self.path} cannot be used: it is damaged, or of a newer version of Rxpath")

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A connection that sees one state of the file until the block ends."""
        with self._guard(), self._connection() as connection:
            connection.execute("BEGIN")
            try:
                yield connection
            except UnicodeEncodeError:
                raise
            except (ValueError, LookupError):
                raise self._damaged() from None
            finally:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """A transaction that is committed at the end, or rolled back when it is left by an error."""
        with self._guard(), self._connection() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                # A full disk, for one, makes SQLite roll back by itself.
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    def copy_to(self, target: "EmbeddedFile", check: Callable[[], None]) -> None:
        """Put this file's content in the place of the target's, in one transaction of the target.

        Args:
            target: another file.
            check: called when nobody else can write to the target any more and nothing is changed yet; an error that it
                raises leaves the target as it was.
        """
        steps = 0

        def progress(status: int, remaining: int, total: int) -> None:
            nonlocal steps
            if status != sqlite3.SQLITE_OK:
                return
            if not steps:
                check()
            steps += 1

        with self._guard(), self._connection() as source, target._connection() as destination:
            source.backup(destination, pages=PAGES_A_STEP, progress=progress)

    def scrub(self) -> None:
        """Empty the log, which keeps what was erased until it is written over.

        Raises:
            StoreUnavailableError: while somebody still reads what was there before.
        """
        with self._guard(), self._connection() as connection:
            connection.execute(f"PRAGMA busy_timeout={int(SCRUB_PATIENCE * 1000)}")
            try:
                busy = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
            finally:
                connection.execute(f"PRAGMA busy_timeout={PATIENCE * 1000}")
        if busy:
            raise StoreUnavailableError(f"the log of {self.path} cannot be emptied while it is read; erase again")

    # Texts by key

    def put(self, connection: sqlite3.Connection, table: _Table, key: str, value: str) -> None:
        """Keep a text under a key."""
        connection.execute(f"INSERT INTO {table} VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value", (key, value))

    def get(self, connection: sqlite3.Connection, table: _Table, key: str) -> str:
        """The text under a key, or an empty one."""
        row = connection.execute(f"SELECT value FROM {table} WHERE key = ?", (key,)).fetchone()
        return row[0] if row else ""

    def state(self, key: str) -> str:
        """The store's own text under a key as it is now, or an empty one."""
        with self.reading() as connection:
            return self.get(connection, "state", key)

    # The end

    def close(self) -> None:
        """Close all connections; one that is in use is closed when it comes back."""
        with self._lock:
            self._closed = True
            if self._process == os.getpid():
                for connection in self._idle:
                    connection.close()
                self._idle.clear()

    def delete(self) -> None:
        """Close all connections and delete the file, unless another process has put its own in the place."""
        self.close()
        if not self._is_replaced():
            delete_files(self.path)

    def _is_replaced(self) -> bool:
        """Whether the path leads to another file by now, or to none: two builds at once delete each other's."""
        return self._identity is not None and _identity(self.path) != self._identity


def delete_files(path: Path) -> None:
    """Delete a SQLite file and what stands beside it now; what appears there meanwhile is another's and stays."""
    files = [path.with_name(path.name + suffix) for suffix in ("", "-wal", "-shm")]
    for file, identity in [(file, _identity(file)) for file in files]:
        if identity is not None and _identity(file) == identity:
            file.unlink(missing_ok=True)


def _identity(path: Path) -> tuple[int, int] | None:
    """Which file a path leads to; None when there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return (found.st_dev, found.st_ino)


def _use_wal(connection: sqlite3.Connection) -> None:
    """Switch the file to WAL; SQLite itself does not wait here for another process that does the same."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
        time.sleep(0.005)
