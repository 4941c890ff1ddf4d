"""kill -9 of the server at any moment of a load: the loader says so, and after a restart goes on to the same graph."""

import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from random import Random

import pytest

from deploy.neo4j.server import Server
from graph.connect import open_store
from graph.credentials import Credentials
from graph.elements import NodeKind
from graph.errors import StoreUnavailableError
from graph.snapshot import Snapshot
from graph.store import GraphStore
from tests.faults.commands import Site, refused
from tests.faults.database import leftovers
from tests.faults.inputs import SECRET_REVIEW, write_tables
from tests.faults.sampling import ALL, POINTS, spread
from tests.faults.tap import Tap
from tests.graph.building import knowledge
from tests.graph.processes import BATCH_SIZE, PATIENCE, write_steps
from tests.neo4j_server import empty

pytestmark = [pytest.mark.neo4j, pytest.mark.slow]

STATEMENTS = 150
"""About as many as a load of the tables sends; a point behind the last is drawn again."""
LATE = 0.03
"""Seconds between a statement and the kill, at most."""
SHARE = POINTS if ALL else 1
"""Points of each of the two lists; a sample takes one of each, since a server takes long to start."""


def fatal(server: Server, chance: Random) -> Callable[[], None]:
    """What ends a server, a moment after it is called."""

    def kill() -> None:
        time.sleep(chance.uniform(0, LATE))
        server.kill()

    return kill


def test_the_same_command_goes_on_to_the_same_graph(server: Server, tmp_path: Path, figure: Callable[[str], None]) -> None:
    data = write_tables(tmp_path / "data")
    twin = Site.embedded(tmp_path / "twin")
    twin.load("build", data)
    expected = twin.content()
    chance, waited, resumed, points = Random(17), [], 0, []
    while len(points) < SHARE:
        verb = chance.choice(["build", "add"])
        empty(server)
        number = chance.randint(1, STATEMENTS)
        with Tap(server.home.port("bolt")) as tap:
            tap.at(number, fatal(server, chance))
            begun = twin.at(tap.url, server.password).run("loaders", verb, data, "--json")
        if not server.running():
            line = refused(begun, server.password, SECRET_REVIEW)
            assert line.startswith(f"error: {tap.url} "), line
            points.append(f"{verb} at {number}")
            waited.append(begun.seconds)
            server.start()

        site = twin.at(server.bolt, server.password)
        again = site.load(verb, data)

        assert site.content() == expected
        assert f'"snapshot": "{expected.split()[0]}"' in again.out
        assert leftovers(server) == [] or verb == "add"
        resumed += '"resumed": true' in again.out
    figure(
        f"server killed during a load: {len(points)} points ({', '.join(points)}), each one line and exit code 2, then the "
        f"same checksum; {resumed} resumed; the whole interrupted command took {spread(waited)}"
    )


def test_what_was_acknowledged_is_there(
    server: Server, tmp_path: Path, figure: Callable[[str], None], compiled: Callable[[GraphStore], Snapshot]
) -> None:
    chance, signed = Random(19), Credentials(server.user, server.password)
    waits: list[float] = []
    unsaid = 0
    for _ in range(SHARE):
        with Tap(server.home.port("bolt")) as tap, closing(open_store(tap.url, signed)) as store:
            tap.at(len(tap.sent) + chance.randint(1, 60), fatal(server, chance))
            told = last_told(store)
            waits += [seconds_refused(store.revision), seconds_refused(lambda: open_store(tap.url, signed))]
        server.start()
        with closing(open_store(server.bolt, signed)) as store:
            progress = int(store.start_load("long").progress or 0)
            numbers = [int(node.id[2:6]) for node in store.nodes(NodeKind.MEDICINE)]
            assert progress in (told, told + 1)
            assert numbers == [number for number in range(1, progress + 1) for _ in range(BATCH_SIZE)]
            assert len(knowledge(store)) == len(numbers)
            unsaid += progress - told

    with closing(open_store(server.bolt, signed)) as store, closing(open_store(f"sqlite://{tmp_path}/whole.sqlite")) as whole:
        write_steps(store, until=progress + 3)
        write_steps(whole, until=progress + 3)
        assert compiled(store).checksum == compiled(whole).checksum
    figure(
        f"server killed during writes: {SHARE} points, {progress} steps acknowledged or found, none lost, {unsaid} written "
        f"and not acknowledged; while it is down a request at the port is refused after {spread(waits)}"
    )


def last_told(store: GraphStore) -> int:
    """Let a thread write the long load until the server ends; the last step that `write` came back from."""
    before = int(store.start_load("long").progress or 0)
    ours, theirs = os.pipe()
    with os.fdopen(ours) as told:
        with ThreadPoolExecutor(1) as pool:
            error = pool.submit(write_steps, store, theirs).exception(PATIENCE)
        os.close(theirs)
        steps: Sequence[str] = told.readlines()
    assert isinstance(error, StoreUnavailableError), error
    return int(steps[-1]) if steps else before


def seconds_refused(request: Callable[[], object]) -> float:
    begun = time.monotonic()
    with pytest.raises(StoreUnavailableError):
        request()
    return time.monotonic() - begun
