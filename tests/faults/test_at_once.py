"""Two loaders at once: additions come out as one after the other would, and of two builds one wins, never a mixture."""

import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from random import Random

import pytest

from deploy.neo4j.server import Server
from graph.elements import EdgeKind, NodeKind
from graph.errors import StoreUnavailableError
from graph.store import UNFINISHED, GraphStore
from tests.faults.commands import Running, Said, Site, refused
from tests.faults.database import leftovers
from tests.faults.inputs import SECRET_REVIEW, write_tables
from tests.faults.sampling import POINTS
from tests.faults.tap import Tap
from tests.graph.building import SMALL, batch, edge, load, node
from tests.neo4j_server import empty

LENGTH = 1.2
"""Seconds, about as many as a load into the embedded store takes."""
STATEMENTS = 170
"""Statements, about as many as a load into a server takes."""
FIRST = 0.15
"""The first part of a load, in which a build makes its copy: half of the points lie there."""


@pytest.fixture
def emptied(site: Site, request: pytest.FixtureRequest) -> Callable[[], None]:
    """Empties the store."""

    def do() -> None:
        if site.password:
            empty(request.getfixturevalue("neo4j_server"))
        for file in site.home.glob("graph.sqlite*"):
            file.unlink()

    return do


@pytest.fixture
def both(site: Site, request: pytest.FixtureRequest) -> Callable[..., tuple[Said, Said]]:
    """Runs two commands, the second begun at a random moment of the first."""

    def run(chance: Random, first: Sequence[object], second: Sequence[object]) -> tuple[Said, Said]:
        part = chance.uniform(0, FIRST if chance.random() < 0.5 else 1)
        with moment(site, request, part) as (tapped, wait):
            one = tapped.begin(*first)
            wait(one)
            two = site.begin(*second)
            return one.end(), two.end()

    return run


@contextmanager
def moment(site: Site, request: pytest.FixtureRequest, part: float) -> Iterator[tuple[Site, Callable[[Running], None]]]:
    """Where to begin a load, and what then waits until this part of it is done."""
    if not site.password:
        yield site, lambda _: time.sleep(part * LENGTH)
        return
    server: Server = request.getfixturevalue("neo4j_server")
    with Tap(server.home.port("bolt")) as tap:
        reached = tap.reached(1 + int(part * STATEMENTS))

        def wait(running: Running) -> None:
            while not reached.wait(0.02) and running.process.poll() is None:
                pass

        yield site.at(tap.url, site.password), wait


@pytest.mark.slow
def test_additions_come_out_as_one_after_the_other(
    site: Site,
    emptied: Callable[[], None],
    both: Callable[..., tuple[Said, Said]],
    tmp_path: Path,
    figure: Callable[[str], None],
) -> None:
    tables = [write_tables(tmp_path / f"data-{series}", series) for series in (8, 9)]
    twin = Site.embedded(site.home)
    contents = {}
    for together in (tables[:1], tables):
        for folder in together:
            twin.load("add", folder)
        contents[tuple(together)] = twin.content()
    chance, hurried = Random(29), 0
    for point in range(POINTS):
        emptied()
        first, second = tables if point % 2 else (tables[0], tables[0])

        said = both(chance, ("loaders", "add", first, "--json"), ("loaders", "add", second, "--json"))

        # What is loaded is compiled when nobody writes any more: at the latest by the loader that is done last.
        for each, folder in zip(said, (first, second), strict=True):
            if each.code:
                assert "changes while it is" in refused(each, SECRET_REVIEW)
                site.load("add", folder)
        hurried += sum(each.code != 0 for each in said)
        assert site.content() == contents[tuple(dict.fromkeys((first, second)))]
    figure(
        f"two additions at once, {kind(site)}: {POINTS} points, all with the checksum of one after the other; "
        f"{hurried} were not compiled by a loader that was done first"
    )


@pytest.mark.slow
def test_of_two_builds_one_wins(
    site: Site,
    emptied: Callable[[], None],
    both: Callable[..., tuple[Said, Said]],
    tmp_path: Path,
    figure: Callable[[str], None],
    request: pytest.FixtureRequest,
) -> None:
    tables = [write_tables(tmp_path / f"data-{series}", series) for series in (8, 9)]
    twin, contents = Site.embedded(site.home), {}
    for folder in tables:
        twin.load("build", folder)
        contents[folder] = twin.content()
    chance, winners, lines = Random(31), 0, set()
    for point in range(POINTS):
        emptied()
        with site.store() as store:
            load(store, SMALL)
        folders = tables if point % 2 == 0 else (tables[0], tables[0])

        said = both(chance, *(("loaders", "build", folder, "--json") for folder in folders))

        won = [folder for folder, each in zip(folders, said, strict=True) if each.code == 0]
        lines |= {reason(refused(each, SECRET_REVIEW, site.password or SECRET_REVIEW)) for each in said if each.code}
        assert won, lines
        assert site.content() in [contents[folder] for folder in won]
        winners += len(won)
        site.load("build", tables[1])
        assert site.content() == contents[tables[1]]
        assert not list(site.home.glob("*.building*"))
        if site.password:
            assert leftovers(request.getfixturevalue("neo4j_server")) == []
    figure(
        f"two builds at once, {kind(site)}: {POINTS} points, {winners} of {2 * POINTS} builds succeeded, never a mixture; "
        f"the others said: {sorted(lines)}"
    )


def reason(line: str) -> str:
    """A line without what is another each time."""
    return re.sub(r"^error: |\S+://\S+ ", "", line)


def kind(site: Site) -> str:
    return "server" if site.password else "embedded"


on_a_server = pytest.mark.parametrize("site", [pytest.param("neo4j", marks=pytest.mark.neo4j)], indirect=True)
GRAPHS = [batch([node("M:a"), node(f"C:{name}")], [edge(EdgeKind.TREATS, "M:a", f"C:{name}")]) for name in ("one", "two")]


@pytest.fixture
def store(site: Site) -> Iterator[GraphStore]:
    """The store itself."""
    with site.store() as opened:
        load(opened, SMALL)
        yield opened


@on_a_server
def test_a_build_never_writes_into_another_that_took_its_place(store: GraphStore) -> None:
    first = store.staging()
    run = first.start_load("one")
    store.staging().discard()
    second = store.staging()
    other = second.start_load("two")
    second.write(GRAPHS[1], other, "all")

    for late in (
        lambda: first.write(GRAPHS[0], run, "all"),
        lambda: first.note("input", "one"),
        lambda: first.finish_load(run, remove_stale=True),
        lambda: store.adopt(first),
    ):
        with pytest.raises(StoreUnavailableError, match="run the command again"):
            late()
    first.discard()

    second.finish_load(other, remove_stale=True)
    store.adopt(second)
    assert store.counts() == {"Medicine": 1, "Condition": 1, "TREATS": 1}
    assert [found.id for found in store.nodes(NodeKind.CONDITION)] == ["C:two"]


@on_a_server
def test_two_inputs_never_share_a_build(store: GraphStore) -> None:
    first, second = store.staging(), store.staging()
    first.start_load("one")

    with pytest.raises(StoreUnavailableError, match="another build runs"):
        second.start_load("two")

    # The next run finds nothing in its way.
    again = store.staging()
    load(again, GRAPHS[1], name="two", remove_stale=True)
    store.adopt(again)
    assert [found.id for found in store.nodes(NodeKind.CONDITION)] == ["C:two"]
    first.close()
    second.close()


def test_a_load_that_two_runs_write_has_a_finished_revision(store: GraphStore, site: Site) -> None:
    with site.store() as other:
        runs = [each.start_load("same") for each in (store, other)]
        assert runs[1].resumed
        store.write(GRAPHS[0], runs[0], "1")
        store.finish_load(runs[0], remove_stale=False)
        other.write(GRAPHS[0], runs[1], "1")
        other.finish_load(runs[1], remove_stale=False)

        assert not store.revision().startswith(UNFINISHED)
