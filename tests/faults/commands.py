"""The project's commands as people run them, each a process of its own, and what their stores hold in the end."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from hashlib import blake2b
from pathlib import Path
from tempfile import TemporaryDirectory

from graph.compiler import compile_snapshot
from graph.config import PROJECT
from graph.connect import open_store
from graph.credentials import Credentials
from graph.elements import NodeKind
from graph.store import GraphStore

PATIENCE = 180
"""Seconds after which a test gives up on a command."""
LONGEST_LINE = 400
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("RXPATH_")}


@dataclass(frozen=True)
class Said:
    """What a command that ended left: its exit code, both streams, and how long it ran."""

    code: int
    out: str
    err: str
    seconds: float


@dataclass
class Running:
    """A command that was started."""

    process: subprocess.Popen[str]
    begun: float

    def end(self) -> Said:
        """Wait until it ends."""
        out, err = self.process.communicate(timeout=PATIENCE)
        return Said(self.process.returncode, out, err, time.monotonic() - self.begun)

    def kill(self) -> Said:
        """End it as a power cut does."""
        self.process.send_signal(signal.SIGKILL)
        return self.end()


@dataclass(frozen=True)
class Site:
    """A home and the store that its commands use.

    Attributes:
        home: RXPATH_HOME.
        url: RXPATH_GRAPH.
        password: of a server's user; empty for the embedded store.
    """

    home: Path
    url: str
    password: str = ""

    @classmethod
    def embedded(cls, home: Path) -> "Site":
        """A home with the store that is in it."""
        return cls(home, f"sqlite://{home / 'graph.sqlite'}")

    def at(self, url: str, password: str = "") -> "Site":
        """The same home with another store: ids of patients are the same in both."""
        return replace(self, url=url, password=password)

    def begin(self, *command: object) -> Running:
        """Start ``python -m`` with these words."""
        settings = {"RXPATH_HOME": str(self.home), "RXPATH_GRAPH": self.url}
        if self.password:
            settings["RXPATH_NEO4J_PASSWORD"] = self.password
        process = subprocess.Popen(
            [sys.executable, "-m", *map(str, command)],
            cwd=PROJECT,
            env=ENVIRONMENT | settings,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        return Running(process, time.monotonic())

    def run(self, *command: object) -> Said:
        """Run ``python -m`` with these words to its end."""
        return self.begin(*command).end()

    def load(self, verb: str, *paths: Path) -> Said:
        """Build or add; every row is accepted."""
        said = self.run("loaders", verb, *paths, "--json")
        assert said.code == 0, (said.err, said.out[-1000:])
        return said

    @contextmanager
    def store(self) -> Iterator[GraphStore]:
        """The store itself."""
        store = open_store(self.url, Credentials("neo4j", self.password) if self.password else None)
        try:
            yield store
        finally:
            store.close()

    def content(self) -> str:
        """The checksum of the knowledge, and one of everything about patients."""
        with self.store() as store, TemporaryDirectory() as folder:
            # Pointers to snapshots are left alone: the next command is to find what the last one left.
            pointer = store.noted("snapshot")
            knowledge = compile_snapshot(store, Path(folder)).checksum
            store.note("snapshot", pointer)
            people = list(store.nodes(NodeKind.PATIENT))
            private = [item for person in people for item in (person, *store.edges_from(person.id))]
        told = [(replace(item, properties={}), sorted(item.properties.items())) for item in private]
        return f"{knowledge} {len(people)} {blake2b(repr(told).encode(), digest_size=8).hexdigest()}"


def refused(said: Said, *secrets: str) -> str:
    """The one clear line in which a command says why it could not do its work.

    Args:
        said: what it said.
        secrets: what must not be in it.
    """
    assert (said.code, said.out) == (2, ""), (said.code, said.err, said.out[-1000:])
    line = said.err.removesuffix("\n")
    assert line
    assert "\n" not in line, said.err
    assert len(line) < LONGEST_LINE
    assert "Traceback" not in line
    assert not [secret for secret in secrets if secret in line]
    return line
