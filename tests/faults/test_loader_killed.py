"""kill -9 of a loader at any moment: the graph is the old or the new, and the same command ends in the same graph.

What the embedded store does is tried in ``tests/loaders/test_killed.py``, at more points.
"""

import signal
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from random import Random

import pytest

from deploy.neo4j.server import Server
from graph.connect import open_store
from tests.faults.commands import Site
from tests.faults.database import leftovers
from tests.faults.inputs import write_tables
from tests.faults.sampling import POINTS
from tests.faults.tap import Tap
from tests.graph.building import SMALL, load
from tests.neo4j_server import empty

pytestmark = [pytest.mark.neo4j, pytest.mark.slow]

STATEMENTS = 170
LATE = 0.03


def test_the_next_run_makes_the_same_graph_and_leaves_nothing_else(
    neo4j_url: str, neo4j_server: Server, tmp_path: Path, figure: Callable[[str], None]
) -> None:
    data = write_tables(tmp_path / "data")
    twin = Site.embedded(tmp_path / "twin")
    twin.load("build", data)
    new, chance = twin.content(), Random(23)
    site = twin.at(neo4j_url, neo4j_server.password)
    points: list[str] = []
    left = resumed = 0
    while len(points) < POINTS:
        verb = ("build", "add")[len(points) % 2]
        empty(neo4j_server)
        if verb == "build":
            with closing(open_store(neo4j_url)) as store:
                load(store, SMALL)
            old = site.content()
        number = chance.randint(1, STATEMENTS)
        with Tap(neo4j_server.home.port("bolt")) as tap:
            running = twin.at(tap.url, site.password).begin("loaders", verb, data, "--json")
            tap.at(number, lambda process=running.process: (time.sleep(chance.uniform(0, LATE)), process.kill()))
            killed = running.end()
        if killed.code != -signal.SIGKILL:
            continue
        points.append(f"{verb} at {number}")
        assert verb == "add" or site.content() in (old, new)
        left += leftovers(neo4j_server) != []

        again = site.load(verb, data)

        assert site.content() == new
        assert leftovers(neo4j_server) == []
        resumed += '"resumed": true' in again.out
    figure(
        f"loader killed: {len(points)} points ({', '.join(points)}), then the same checksum and no leftovers; "
        f"{left} left some behind, {resumed} resumed"
    )
