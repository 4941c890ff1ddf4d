"""Asks a real server a statement of the catalogue, and writes paths so that a test can spell them."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from neo4j import Driver, GraphDatabase, Record
from neo4j.graph import Node, Path

from deploy.neo4j.server import Server
from graph.connect import open_store
from graph.credentials import Credentials
from graph.queries import query
from graph.store import GraphStore
from tests.neo4j_server import empty


class Asker:
    """A connection to a server that holds a graph.

    Args:
        driver: of that server.
    """

    def __init__(self, driver: Driver) -> None:
        self.driver = driver

    def __call__(self, name: str, /, **params: object) -> list[Record]:
        """The rows of an analyst's statement, whose columns are those of its header."""
        asked = query(f"analyst/{name}")
        rows, _, keys = self.driver.execute_query(asked.text, params)
        assert tuple(keys) == asked.columns
        return rows


@contextmanager
def asking(server: Server) -> Iterator[tuple[Asker, GraphStore]]:
    """An emptied server's store, to be written through the port, and what asks that server."""
    empty(server)
    store = open_store(server.bolt, Credentials(server.user, server.password))
    with GraphDatabase.driver(server.bolt, auth=(server.user, server.password)) as driver:
        yield Asker(driver), store
    store.close()


def spelled(value: Any) -> Any:
    """A path as ``C:1<-TREATS-M:2``, a node as its id, lists of them as lists, anything else as it is."""
    if isinstance(value, Path):
        return value.nodes[0]["id"] + "".join(_steps(value))
    if isinstance(value, list):
        return [spelled(item) for item in value]
    return value["id"] if isinstance(value, Node) else value


def _steps(path: Path) -> Iterable[str]:
    for node, edge in zip(path.nodes[1:], path.relationships, strict=True):
        yield f"-{edge.type}->{node['id']}" if edge.end_node == node else f"<-{edge.type}-{node['id']}"


def columns(rows: Iterable[Record], *names: str) -> list[tuple[Any, ...]]:
    """Some columns of an answer, paths spelled."""
    return [tuple(spelled(row[name]) for name in names) for row in rows]
