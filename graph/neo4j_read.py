"""Reads nodes and edges of a store in Neo4j.

The server shows a reader what others commit meanwhile. So what takes more than one look at the graph is fetched whole, together
with what the store's node said before and after, and fetched again when that differs.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from graph.elements import Edge, EdgeKind, Node, NodeId, NodeKind
from graph.errors import StoreUnavailableError
from graph.neo4j_rows import RowReader
from graph.neo4j_statements import ATTEMPTS, Rows, Run, Transactions
from graph.store import DERIVED_EDGES, KNOWLEDGE_EDGES, EdgeColumns

NO_LIMIT = 2**62


class ElementReader:
    """Reads elements.

    Args:
        server: the database.
        store: the name of the store in it.
    """

    def __init__(self, server: Transactions, store: str) -> None:
        self._server = server
        self._store = store

    def node(self, node_id: NodeId) -> Node | None:
        """The node of this id, or nothing."""
        rows = self._server.read(lambda run: run("store/node", store=self._store, id=node_id))
        return RowReader().node(rows[0][0]) if rows else None

    def nodes(self, kind: NodeKind, after: str, limit: int | None) -> Iterator[Node]:
        """Nodes of a kind in the order of their ids, those behind ``after`` only."""
        # A loader that writes patients leaves knowledge as it is.
        sign = "stamp" if kind is NodeKind.PATIENT else "revision"
        rows = self._steady(sign, "store/nodes", kind=str(kind), after=after, limit=NO_LIMIT if limit is None else limit)
        reader = RowReader()
        yield from (reader.node(values) for (values,) in rows)

    def edges_from(self, node_id: NodeId, kinds: Sequence[EdgeKind]) -> Sequence[Edge]:
        """Edges that start at a node, in the order of their keys."""
        words = list(map(str, kinds))
        for _ in range(ATTEMPTS):
            rows = self._server.read(lambda run: run("store/edges_from", store=self._store, id=node_id, kinds=words))
            if rows and rows[0][1]:
                reader = RowReader()
                edges = [reader.edge(kind, node_id, end, values) for kind, end, values in rows[0][0]]
                return sorted(edges, key=lambda edge: edge.key)
        raise unsteady()

    def knowledge_edges(self, *, derived: bool) -> Iterator[EdgeColumns]:
        """All edges of knowledge, or those that training derives, one group for each (kind, start kind, end kind)."""
        groups: dict[tuple[str, str, str], list[tuple[str, Sequence[str], dict[str, Any]]]] = {}
        # Of derived edges the revision does not tell.
        sign, wanted = ("stamp", DERIVED_EDGES) if derived else ("revision", KNOWLEDGE_EDGES)
        found = self._steady(sign, "store/knowledge_edges", kinds=sorted(map(str, wanted)))
        for start, start_kind, kind, end_kind, ends, values in found:
            groups.setdefault((kind, start_kind, end_kind), []).append((start, ends, values))
        reader = RowReader()
        while groups:
            # Each group is let go before the next is made: together they are the whole graph.
            (kind, start_kind, end_kind), edges = groups.popitem()
            yield reader.columns(EdgeKind(kind), (NodeKind(start_kind), NodeKind(end_kind)), edges)

    def counts(self) -> dict[str, int]:
        """Number of nodes of each node kind and of edges of each edge kind, by their words."""

        def work(run: Run) -> dict[str, int]:
            found = [run(name, store=self._store) for name in ("store/count_nodes", "store/count_edges")]
            return {kind: count for rows in found for kind, count in sorted(map(tuple, rows))}

        return self._server.read(work)

    def _steady(self, sign: str, name: str, **params: Any) -> Rows:
        """The rows of a statement about the store's graph as it was at one moment: told by a sign on the store's node."""

        def work(run: Run) -> Rows | None:
            before = run("store/state", store=self._store)
            rows = run(name, graph=before[0][0]["graph"], **params) if before else ()
            after = run("store/state", store=self._store)
            same = before and after and all(before[0][0][key] == after[0][0][key] for key in ("graph", sign))
            return rows if same else None

        for _ in range(ATTEMPTS):
            rows = self._server.read(work)
            if rows is not None:
                return rows
        raise unsteady()


def unsteady() -> StoreUnavailableError:
    """What is raised for a graph that keeps changing while it is read or copied."""
    return StoreUnavailableError("the graph changes while it is read; try again when the load is done")
