"""The real Neo4j for tests: one server a session, on free ports, in a home of its own, ended with the session.

A test asks for ``neo4j_url`` (the address of an empty database, credentials in the environment) or, when it takes the store's
kind as a parameter, marks that parameter with ``pytest.mark.neo4j`` and asks by ``request.getfixturevalue``. Such tests share
one database: one worker of xdist runs them, one after another. Where Java or Maven is missing they are skipped, and fail when
``CI`` is ``true``. The jars stay in the project's ``.rxpath/neo4j`` (or in ``RXPATH_NEO4J_JARS``).

Another version is tried by ``RXPATH_TEST_NEO4J=2026.08.1``, with ``JAVA_HOME`` of a Java that suits it.
"""

import os
import shutil
import sys
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
from neo4j import GraphDatabase

from deploy.neo4j.errors import MissingToolError, ServerError
from deploy.neo4j.jars import Jars
from deploy.neo4j.java import find_java
from deploy.neo4j.process import Process
from deploy.neo4j.server import Server
from tests.neo4j_guard import HOMES
from tests.neo4j_session import FOLDER, JARS, locked, needs_server

# A small server, as several may run beside one another. It is compiled in haste and one thread collects its garbage: it starts
# with half the work and is no slower over the short life of a test. Plans are kept, since making them takes most of the time.
SMALL = {
    "server.memory.heap.initial_size": "512m",
    "server.memory.heap.max_size": "512m",
    "server.memory.pagecache.size": "128m",
    "server.jvm.additional": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
    "dbms.cypher.min_replan_interval": "1h",
}
SERVERS = pytest.StashKey[list[Server]]()
LOG_LINES = 40


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add the end of the server's log to the report of a test that failed."""
    report = yield
    if report.failed:
        for server in item.stash.get(SERVERS, []):
            log = server.log_text().splitlines()[-LOG_LINES:]
            report.sections.append((f"log of {server.home.path}", "\n".join(log)))
    return report


@pytest.fixture(scope="session")
def neo4j_jars() -> Jars:
    """The server's jars, fetched when they are missing."""
    with _skipping():
        find_java("", JARS.number)
        JARS.fetch()
    return JARS


@pytest.fixture(scope="session")
def blank_home(neo4j_jars: Jars, pytestconfig: pytest.Config) -> Path:
    """A home with a password that no server ran in; setting the password takes longer than copying it."""
    home = pytestconfig.stash[FOLDER] / "blank"
    with locked(home.with_suffix(".lock")), _skipping():
        Server.prepared(home, neo4j_jars, settings=SMALL)
    return home


@pytest.fixture(scope="session")
def guard_home(pytestconfig: pytest.Config) -> Callable[[Path], None]:
    """Has the server of a home killed at the session's end, even when the session itself is killed."""
    folder = pytestconfig.stash[FOLDER]
    guard = Process(folder / "guard.lock")
    with locked(folder / "guards.lock"):
        if guard.pid() is None:
            guard.launch([sys.executable, "-m", "tests.neo4j_guard", str(folder)], folder / "guard.log")

    def add(home: Path) -> None:
        with (folder / HOMES).open("a", encoding="utf-8") as homes:
            homes.write(f"{home}\n")

    return add


@pytest.fixture(scope="session")
def neo4j_server(blank_home: Path, neo4j_jars: Jars, guard_home: Callable[[Path], None], pytestconfig: pytest.Config) -> Server:
    """The session's server, started by the first test that needs it: ``.bolt``, ``.http``, ``.user``, ``.password``."""
    server = Server(pytestconfig.stash[FOLDER] / "home", neo4j_jars)
    with locked(server.home.path.with_suffix(".lock")):
        if not server.running():
            guard_home(server.home.path)
            shutil.copytree(blank_home, server.home.path, dirs_exist_ok=True)
            Server.prepared(server.home.path, neo4j_jars, bolt_port=0, http_port=0)
            server.start()
    return server


@pytest.fixture
def neo4j_url(neo4j_server: Server, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of an empty database; constraints and indexes of earlier tests stay."""
    assert needs_server(request.node), "mark the test or its parameter with pytest.mark.neo4j"
    request.node.stash[SERVERS] = [neo4j_server]
    monkeypatch.setenv("RXPATH_NEO4J_USER", neo4j_server.user)
    monkeypatch.setenv("RXPATH_NEO4J_PASSWORD", neo4j_server.password)
    monkeypatch.delenv("RXPATH_NEO4J_PASSWORD_FILE", raising=False)
    empty(neo4j_server)
    yield neo4j_server.bolt
    if not neo4j_server.running():
        log = neo4j_server.log_text()
        # The tests after it are not to blame.
        neo4j_server.start()
        pytest.fail(f"the server ended during this test:\n{log}", pytrace=False)


@pytest.fixture
def new_neo4j(
    blank_home: Path,
    neo4j_jars: Jars,
    guard_home: Callable[[Path], None],
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> Iterator[Callable[..., Server]]:
    """Makes servers of the test's own, which it may kill: ``new_neo4j(settings={...})``; they are not started yet."""
    made: list[Server] = []
    request.node.stash[SERVERS] = made

    def make(name: str = "neo4j", settings: Mapping[str, str] | None = None, home: Path | None = None) -> Server:
        guard_home(folder := home or tmp_path / name)
        shutil.copytree(blank_home, folder, dirs_exist_ok=True)
        server = Server.prepared(folder, neo4j_jars, bolt_port=0, http_port=0, settings=settings)
        made.append(server)
        return server

    yield make
    for server in made:
        server.kill()


def empty(server: Server) -> None:
    """Delete every node and edge, in small transactions."""
    with GraphDatabase.driver(server.bolt, auth=(server.user, server.password)) as driver, driver.session() as session:
        session.run("MATCH (node) CALL (node) { DETACH DELETE node } IN TRANSACTIONS OF 5000 ROWS").consume()


@contextmanager
def _skipping() -> Iterator[None]:
    """Skip the test when a program is missing, which CI does not forgive."""
    try:
        yield
    except MissingToolError as error:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(f"no Neo4j: {error}")
    except ServerError as error:
        pytest.fail(f"{error}\n{error.log}", pytrace=False)
