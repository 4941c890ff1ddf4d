"""The real PostgreSQL for tests: one server a process of the session, on a free port, in a folder of its own.

A test that asks for ``database_url`` runs twice: on a SQLite file and on a fresh PostgreSQL database, copied from a template
whose tables are of today's version. The server is Debian's package (``apt-get install postgresql``), the newest version found;
where it is missing such tests are skipped, and fail when ``CI`` is ``true``. It listens on this machine alone and asks for a
password.
"""

import os
import pwd
import secrets
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest

from api.database import Database
from tests.api.served import free_port

PROGRAMS = Path("/usr/lib/postgresql")
NAME = "rxpath"
# As fast as it goes: what is in it lives as long as a test. Each connection of a pool counts, so there may be many.
FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off", "max_connections=200")
# The server goes with its folder when whoever holds the other end of its input is gone, killed or not.
UNTIL_LEFT = '"$@" < /dev/null & cat > /dev/null; kill -INT $!; wait $!; rm -rf "$FOLDER"'


class MissingServerError(Exception):
    """There is no PostgreSQL here."""


@dataclass
class PostgresServer:
    """A running server.

    Attributes:
        port: where it listens on 127.0.0.1.
        password: of its one account.
    """

    port: int
    password: str = field(repr=False)
    _made: int = 0

    def url(self, database: str) -> str:
        """The address of one of its databases."""
        return f"postgresql://{NAME}:{self.password}@127.0.0.1:{self.port}/{database}"

    def run(self, statement: str) -> None:
        """Run one statement outside of any transaction."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement)  # type: ignore[call-overload]

    def new(self, template: str) -> str:
        """The name of a new database like another."""
        self._made += 1
        self.run(f"CREATE DATABASE t{self._made} TEMPLATE {template} STRATEGY FILE_COPY")
        return f"t{self._made}"

    def drop(self, database: str) -> None:
        """Remove a database with whoever is connected to it."""
        self.run(f"DROP DATABASE {database} WITH (FORCE)")


def find_programs() -> Path:
    """The folder of the newest version's programs.

    Raises:
        MissingServerError: when there is none.
    """
    found = [path.parent for path in PROGRAMS.glob("*/bin/initdb")]
    if not found:
        raise MissingServerError(f"no server under {PROGRAMS}; apt-get install postgresql brings it")
    return max(found, key=lambda path: int(path.parent.name))


def person() -> str | None:
    """Who runs the server: it refuses root, and the package brings an account for it."""
    if os.getuid():
        return None
    try:
        return pwd.getpwnam("postgres").pw_name
    except KeyError:
        raise MissingServerError("the server does not run as root, and there is no account postgres") from None


@contextmanager
def started(programs: Path, who: str | None) -> Iterator[PostgresServer]:
    """A server until the block ends."""
    # Not among pytest's own folders, which only their owner may enter.
    folder = Path(tempfile.mkdtemp(prefix="rxpath-postgres-"))
    password = folder / "password"
    password.write_text(secrets.token_hex(16))
    server = PostgresServer(free_port(), password.read_text())
    if who:
        for path in (folder, password):
            os.chown(path, pwd.getpwnam(who).pw_uid, -1)
    data = str(folder / "data")
    make = ["-D", data, "-U", NAME, "--auth=scram-sha-256", f"--pwfile={password}", "-E", "UTF8", "--locale=C", "--no-sync"]
    subprocess.run([programs / "initdb", *make], user=who, cwd=folder, check=True, capture_output=True)
    place = ["-D", data, "-p", str(server.port), "-h", "127.0.0.1", "-k", ""]
    command = [str(programs / "postgres"), *place, *(part for setting in FAST for part in ("-c", setting))]
    with (folder / "log.txt").open("wb") as log:
        process = subprocess.Popen(
            ["sh", "-c", UNTIL_LEFT, "sh", *command],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            user=who,
            cwd=folder,
            env={"FOLDER": str(folder), "PATH": os.environ["PATH"]},
            start_new_session=True,
        )
    try:
        _await(server, folder / "log.txt")
        yield server
    finally:
        process.communicate(timeout=60)


def _await(server: PostgresServer, log: Path) -> None:
    end = time.monotonic() + 60
    while True:
        try:
            return server.run("SELECT 1")
        except psycopg.OperationalError:
            assert time.monotonic() < end, log.read_text()
            time.sleep(0.05)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """The session's server, started by the first test that needs it; its database ``today`` has all tables."""
    try:
        programs, who = find_programs(), person()
    except MissingServerError as error:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(f"no PostgreSQL: {error}")
    with started(programs, who) as server:
        server.run("CREATE DATABASE today")
        # A database is copied only while nobody is connected to it.
        Database(server.url("today")).close()
        yield server


@pytest.fixture
def new_postgres(postgres_server: PostgresServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., str]]:
    """Makes databases of the test's own, like ``today`` or empty like ``template0``, and gives their addresses."""
    made: list[str] = []
    opened: list[psycopg.Connection] = []
    begin = psycopg.Connection.__init__

    def keep(self: psycopg.Connection, *args: Any, **options: Any) -> None:
        begin(self, *args, **options)
        opened.append(self)

    def make(template: str = "today") -> str:
        made.append(postgres_server.new(template))
        return postgres_server.url(made[-1])

    # Tests leave files and pools to the collector, and so do threads; this driver complains when that closes a connection.
    monkeypatch.setattr(psycopg.Connection, "__init__", keep)
    yield make
    for connection in opened:
        connection.close()
    for database in made:
        postgres_server.drop(database)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database of the test's own: a file that is made when it is opened, or a fresh PostgreSQL database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'accounts.sqlite'}"
    make: Callable[..., str] = request.getfixturevalue("new_postgres")
    return make()
