"""Fixtures that several packages' tests share: an empty store, a small graph in it, and its snapshot."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from graph.compiler import compile_snapshot
from graph.connect import open_store
from graph.snapshot import Snapshot
from graph.store import GraphStore
from tests.graph.building import SMALL, load

pytest_plugins = ["tests.neo4j_session", "tests.neo4j_server", "tests.postgres_server"]

# A run in CI searches further; a failure prints how it comes again. A busy machine is no failure, and examples share a test's
# fixtures: each writes what it needs over what the one before left.
BUSY = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
# Seeds are fixed, so that a change is judged by itself; RXPATH_TEST_RANDOM=1 draws new ones.
FIXED = not os.environ.get("RXPATH_TEST_RANDOM")
settings.register_profile("default", deadline=None, print_blob=True, suppress_health_check=BUSY, derandomize=FIXED)
settings.register_profile("ci", settings.get_profile("default"), max_examples=300)
settings.load_profile("ci" if os.environ.get("CI") else "default")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[GraphStore]:
    """An empty embedded store in a folder of its own."""
    opened = open_store(f"sqlite://{tmp_path / 'graph.sqlite'}")
    yield opened
    opened.close()


@pytest.fixture
def small_graph(store: GraphStore) -> GraphStore:
    """A store that holds the small graph of :mod:`tests.graph.building`, a patient among it."""
    load(store, SMALL)
    return store


@pytest.fixture
def snapshot(small_graph: GraphStore, tmp_path: Path) -> Snapshot:
    """The small graph compiled."""
    return compile_snapshot(small_graph, tmp_path / "snapshots")


@pytest.fixture
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Callable[[GraphStore], Snapshot]:
    """Compiles a store, each time into a new folder."""
    return lambda store: compile_snapshot(store, tmp_path_factory.mktemp("snapshots"))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what runs on request only, so that a skip always means that something is missing."""
    asked = [all(os.environ.get(name) == value for name, value in _wishes(item)) for item in items]
    config.hook.pytest_deselected(items=[item for item, wanted in zip(items, asked, strict=True) if not wanted])
    items[:] = [item for item, wanted in zip(items, asked, strict=True) if wanted]


def _wishes(item: pytest.Item) -> Iterator[tuple[str, str]]:
    return (mark.args for mark in item.iter_markers("only_when"))


def pytest_make_parametrize_id(val: object) -> str | None:
    """Names for sets that are the same in every process: workers must agree on what there is to run."""
    return "-".join(sorted(map(str, val))) if isinstance(val, (set, frozenset)) else None
