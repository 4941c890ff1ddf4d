"""The test session's part of the real Neo4j: which tests need the server, who runs them, the jars before, the end after.

A test needs it when a fixture of :mod:`tests.neo4j_server` says so, or its mark ``neo4j``.
"""

import fcntl
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any, TextIO

import pytest

from deploy.neo4j.jars import Jars
from deploy.neo4j.server import Server
from graph.config import PROJECT
from tests.neo4j_guard import HELD

GROUP = "neo4j"
# In the session's folder: which tests are ours, as JSON.
OURS = "tests.json"
JARS = Jars(Path(os.environ.get("RXPATH_NEO4J_JARS") or PROJECT / ".rxpath" / "neo4j"), os.environ.get("RXPATH_TEST_NEO4J", ""))
FOLDER = pytest.StashKey[Path]()
FETCHING = pytest.StashKey[subprocess.Popen[bytes]]()
HELD_LOCK = pytest.StashKey[TextIO]()
TIMED = pytest.StashKey[frozenset[str]]()


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """The session's own folder; the workers of xdist get the controller's."""
    given = getattr(session.config, "workerinput", {}).get("neo4j_folder")
    session.config.stash[FOLDER] = Path(given or tempfile.mkdtemp(prefix="rxpath-neo4j-"))
    if given is None:
        session.config.stash[HELD_LOCK] = held = (session.config.stash[FOLDER] / HELD).open("a")
        fcntl.flock(held, fcntl.LOCK_EX)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a worker of xdist where the server is."""
    node.workerinput["neo4j_folder"] = str(node.config.stash[FOLDER])


def needs_server(item: pytest.Item) -> bool:
    """Whether a test uses the real server."""
    return item.get_closest_marker("neo4j") is not None or "neo4j_server" in getattr(item, "fixturenames", ())


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: Sequence[pytest.Item]) -> None:
    """Mark the tests that ask for the server by a fixture, so that ``-m neo4j`` chooses all that use it."""
    for item in items:
        if needs_server(item):
            item.add_marker(GROUP)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_finish(session: pytest.Session) -> None:
    """Tell the controller which tests are ours, and begin to fetch the jars, so that other tests run meanwhile."""
    ours = [item.nodeid for item in session.items if needs_server(item)]
    _write_whole(session.config.stash[FOLDER] / OURS, json.dumps(ours))
    if ours and not JARS.version and not JARS.are_whole() and shutil.which("mvn"):
        command = [sys.executable, "-m", "deploy.neo4j", "fetch"]
        environment = os.environ | {"RXPATH_NEO4J_JARS": str(JARS.cache)}
        session.config.stash[FETCHING] = subprocess.Popen(
            command, cwd=PROJECT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """With ``--dist loadgroup``, one worker runs our tests."""
    if config.getoption("dist") != "loadgroup":
        return None

    from xdist.scheduler import LoadGroupScheduling  # it is here only when this hook is called

    class Scheduling(LoadGroupScheduling):
        """Knows our group by name: the marks of xdist are lost with this pytest (pytest-dev/pytest-xdist#1386)."""

        def _split_scope(self, nodeid: str) -> str:
            return GROUP if nodeid in self.ours else str(super()._split_scope(nodeid))

        @cached_property
        def ours(self) -> frozenset[str]:
            return frozenset(json.loads((config.stash[FOLDER] / OURS).read_text(encoding="utf-8")))

    return Scheduling(config, log)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """One test of the server at a time, however they are shared out."""
    if not needs_server(item):
        return (yield)
    with locked(item.config.stash[FOLDER] / "turn.lock"):
        return (yield)


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Say what the tests of the server took, setting up and tearing down included."""
    ours = config.stash.get(TIMED, frozenset())
    parts = [part for group in terminalreporter.stats.values() for part in group if getattr(part, "nodeid", "") in ours]
    tests, seconds = len({part.nodeid for part in parts}), sum(part.duration for part in parts)
    if tests:
        terminalreporter.write_line(f"of these on a Neo4j server: {tests} tests, {seconds:.0f} s")


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Stop the server; of a failed session its logs stay."""
    fetching = session.config.stash.get(FETCHING, None)
    if fetching is not None:
        fetching.wait()
    if hasattr(session.config, "workerinput"):
        return
    folder = session.config.stash[FOLDER]
    if (folder / OURS).is_file():
        session.config.stash[TIMED] = frozenset(json.loads((folder / OURS).read_text(encoding="utf-8")))
    Server(folder / "home", JARS).stop()
    session.config.stash[HELD_LOCK].close()
    if exitstatus and (folder / "home" / "logs").is_dir():
        kept = shutil.copytree(folder / "home" / "logs", folder / "logs", dirs_exist_ok=True)
        shutil.rmtree(folder / "home")
        print(f"\nlogs of the Neo4j server: {kept}")  # noqa: T201 - a person looks for them
    else:
        shutil.rmtree(folder)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Let one worker of the session in at a time."""
    with path.open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _write_whole(path: Path, text: str) -> None:
    """Write a file that others read and write at the same time."""
    part = path.with_suffix(f".{os.getpid()}")
    part.write_text(text, encoding="utf-8")
    part.replace(path)
