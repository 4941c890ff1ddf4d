"""The adapters that the contract is tried on, each by the URL of an empty store.

A further adapter is one more entry of ``ADAPTERS``: a function that makes an empty store and answers its URL. Everything else,
other processes included, opens the store by that URL.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from graph.connect import open_store
from graph.store import GraphStore


def embedded(folder: Path) -> str:
    """The URL of an embedded store that does not exist yet."""
    return f"sqlite://{folder / 'graph.sqlite'}"


ADAPTERS: dict[str, Callable[[Path], str]] = {"embedded": embedded}


@pytest.fixture(params=sorted(ADAPTERS))
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where an empty store is."""
    return ADAPTERS[request.param](tmp_path)


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
