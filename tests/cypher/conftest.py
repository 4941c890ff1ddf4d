"""The small graph on a real server, for the tests that only read it."""

from collections.abc import Iterator

import pytest

from deploy.neo4j.server import Server
from tests.cypher.asking import Asker, asking
from tests.cypher.small import load_small


@pytest.fixture(scope="module")
def ask(neo4j_server: Server) -> Iterator[Asker]:
    """Asks statements of a server that holds the small graph."""
    with asking(neo4j_server) as (asker, store):
        load_small(store)
        yield asker
