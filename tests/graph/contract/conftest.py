"""The adapters that the contract is tried on, each by the URL of an empty store.

Everything, other processes included, opens the store by that URL.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from graph.connect import open_store
from graph.store import GraphStore

ADAPTERS = ("embedded", pytest.param("neo4j", marks=pytest.mark.neo4j))


@pytest.fixture(params=ADAPTERS)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where an empty store is."""
    if request.param == "neo4j":
        return str(request.getfixturevalue("neo4j_url"))
    return f"sqlite://{tmp_path / 'graph.sqlite'}"


@pytest.fixture
def opened(url: str) -> Iterator[Callable[[], GraphStore]]:
    """Opens the same place again and again, as several processes would."""
    stores: list[GraphStore] = []

    def open_again() -> GraphStore:
        stores.append(open_store(url))
        return stores[-1]

    yield open_again
    for store in stores:
        store.close()


@pytest.fixture
def store(opened: Callable[[], GraphStore]) -> GraphStore:
    """The empty store itself."""
    return opened()
