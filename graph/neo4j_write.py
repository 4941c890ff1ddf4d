"""Writes batches to Neo4j and finishes loads, inside transactions of the caller that hold the store's lock.

Rows go in slices of a few thousand, since a statement's parameters are held in memory twice on their way. Edges that all say
the same send what they say once.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from graph.elements import Node
from graph.neo4j_rows import TAGS, Values, edge_values, node_values, shared_values
from graph.neo4j_statements import Run, State, revision_of, set_revision
from graph.store import DERIVED_EDGES, KNOWLEDGE_EDGES, KNOWLEDGE_NODES, Batch, EdgeColumns, LoadCounts, end_error

T = TypeVar("T")
SLICE = 5_000
"""Rows that one statement takes."""
REMOVED_AT_ONCE = 20_000
"""Stale elements that one transaction removes."""
_KNOWLEDGE_WORDS = frozenset(map(str, {*KNOWLEDGE_NODES, *KNOWLEDGE_EDGES}))


def write_nodes(run: Run, graph: int, tag: int, nodes: Sequence[Node]) -> int:
    """Write nodes; those that are there are changed to what they are now.

    Returns:
        How many edges went because a node of theirs became another kind.
    """
    # Of a node that is named twice the last stays.
    rows = list({node.id: node_values(node) for node in nodes}.values())
    removed = 0
    for some in _slices(rows):
        removed += run("store/change_kinds", graph=graph, rows=[{"id": row["id"], "kind": row["kind"]} for row in some])[0][0]
        run("store/write_nodes", graph=graph, tag=tag, rows=some)
    return removed


def write_edges(run: Run, graph: int, tag: int, columns: EdgeColumns) -> None:
    """Write edges.

    Raises:
        SchemaError: when an end is not there (``unknown-end``), or of another kind than the columns say (``bad-ends``).
    """
    # A file for each kind: of a type that were a parameter, the server would look at every relationship that it holds.
    # An edge is made with its tags: each property that is set by itself costs the server as much as all together.
    name, said, tags = f"store/edges/{columns.kind}", shared_values(columns), dict.fromkeys(TAGS, tag)
    shared = said and said | tags
    ends = {"start_kind": str(columns.start_kind), "end_kind": str(columns.end_kind)}
    for rows in _slices(_rows(columns, tags, plain=shared is not None)):
        written = run(name, graph=graph, tag=tag, values=shared, rows=rows, **ends)[0][0]
        if written != len(rows):
            _refuse_ends(run, graph, columns)


def _rows(columns: EdgeColumns, tags: Values, *, plain: bool) -> Sequence[Any]:
    if plain:
        return list(map(list, dict.fromkeys(zip(columns.starts, columns.ends, strict=True))))
    # Of an edge that is named twice the last stays.
    unique = {edge.key: edge for edge in columns.rows()}
    return [[edge.start, edge.end, edge_values(edge) | tags] for edge in unique.values()]


def _refuse_ends(run: Run, graph: int, columns: EdgeColumns) -> None:
    """Find an end that is not there, or of another kind, and raise the error for it."""
    for ids, kind in ((columns.starts, columns.start_kind), (columns.ends, columns.end_kind)):
        for some in _slices(list(dict.fromkeys(ids))):
            found = dict(map(tuple, run("store/kinds", graph=graph, ids=some)))
            for end in some:
                if found.get(end) != kind:
                    raise end_error(columns.kind, end, kind, found.get(end))


def _slices(rows: Sequence[T]) -> Iterator[Sequence[T]]:
    return (rows[i : i + SLICE] for i in range(0, len(rows), SLICE))


def write_batch(run: Run, store: str, state: State, batch: Batch, tag: int, progress: str) -> None:
    """Write a batch, and note how far its load came.

    Raises:
        SchemaError: as :func:`write_edges` does.
    """
    graph = state["graph"]
    removed = write_nodes(run, graph, tag, batch.nodes)
    if removed:
        run("store/add_removed", graph=graph, number=tag, removed=removed)
    for columns in batch.edges:
        write_edges(run, graph, tag, columns)
    if _knows(batch):
        set_revision(run, store, revision_of(state).begin(tag))
    run("store/set_progress", graph=graph, number=tag, progress=progress)


def _knows(batch: Batch) -> bool:
    """Whether a batch brings knowledge, and not only what is on file about patients or what training derives."""
    nodes = any(node.kind in KNOWLEDGE_NODES for node in batch.nodes)
    return nodes or any(columns.kind in KNOWLEDGE_EDGES for columns in batch.edges)


def remove_some(run: Run, state: State, store: str, name: str, tag: int) -> int:
    """Remove a part of what a load did not see, by the statement of this name; how many, 0 when nothing is left."""
    kept = {"kept": sorted(map(str, DERIVED_EDGES))} if name == "store/remove_stale_edges" else {}
    gone = run(name, graph=state["graph"], tag=tag, limit=REMOVED_AT_ONCE, **kept)
    removed: int = sum(count for _, count in gone)
    if removed:
        run("store/add_removed", graph=state["graph"], number=tag, removed=removed)
    if any(kind in _KNOWLEDGE_WORDS for kind, _ in gone):
        # What is removed makes the knowledge another: there is no name to return to.
        set_revision(run, store, replace(revision_of(state).begin(tag), before=""))
    return removed


def finish(run: Run, store: str, state: State, tag: int) -> LoadCounts:
    """Close a load and count what it did."""
    graph = state["graph"]
    load = run("store/load", graph=graph, number=tag)[0][0]
    if load["state"] == "finished":
        # This very transaction was committed before, and the answer was lost.
        return LoadCounts(load["created"], load["changed"], load["removed"])
    touched = [*run("store/touched_nodes", graph=graph, tag=tag), *run("store/touched_edges", graph=graph, tag=tag)]
    created, changed = (sum(row[i] for row in touched) for i in (1, 2))
    knows = any(kind in _KNOWLEDGE_WORDS for kind, *_ in touched)
    set_revision(run, store, revision_of(state).end(tag, changed=knows))
    removed = run("store/end_load", graph=graph, number=tag, created=created, changed=changed)[0][0]
    return LoadCounts(created, changed, removed)
