"""Writes the edges of a bundle to the store, so that people see what paths lead through.

The edges carry the bundle's tag and the level *prediction*. They are written as one load that takes the place of an earlier
bundle's; knowledge and patients stay as they are, and so does the name of the knowledge, so that a snapshot still fits.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from graph.elements import EdgeKind
from graph.snapshot import Snapshot
from graph.store import DERIVED_EDGES, Batch, EdgeColumns, GraphStore, LoadCounts

AT_ONCE = 20_000
"""Edges that are written in one transaction."""


def mirror(bundle_edges: Iterable[EdgeColumns], store: GraphStore, tag: str) -> LoadCounts:
    """Put a bundle's edges in the place of those of any other bundle; doing so again changes nothing.

    Args:
        bundle_edges: what training derived, of kinds in :data:`graph.store.DERIVED_EDGES`; each pair and method once.
        store: where to; the nodes are there.
        tag: names the bundle.

    Returns:
        What changed.

    Raises:
        ValueError: when an edge is of another kind; nothing of its group has been written then.
        SchemaError: when an end is not in the store (code ``unknown-end``).
    """
    groups = [columns for columns in store.knowledge_edges(derived=True) if columns.kind is EdgeKind.RESPONDED_TO]
    load = store.start_load(f"mirror {tag}")
    written = 0
    for group in bundle_edges:
        if group.kind not in DERIVED_EDGES:
            raise ValueError(f"{group.kind} is no kind that training derives")
        for part in _parts(group):
            written += len(part)
            store.write(Batch((), [_tagged(part, tag)]), load, str(written))
    # What groups of patients did well on is of another bundle: it stays.
    store.write(Batch((), groups), load, f"{written} and groups")
    return store.finish_load(load, remove_stale=True, derived=True)


def derived_columns(snapshot: Snapshot) -> Iterator[EdgeColumns]:
    """The edges that a bundle brought into a snapshot, a group for each method and kind of node."""
    for key, relation in sorted(snapshot.relations.items()):
        if key.kind in DERIVED_EDGES and relation.link_count:
            edges = [snapshot.edge(relation, i) for i in range(len(relation.levels))]
            yield EdgeColumns.of(edges, key.start, key.end)


def _parts(group: EdgeColumns) -> Iterator[EdgeColumns]:
    edges = list(group.rows())
    for start in range(0, len(edges), AT_ONCE):
        yield EdgeColumns.of(edges[start : start + AT_ONCE], group.start_kind, group.end_kind)


def _tagged(group: EdgeColumns, tag: str) -> EdgeColumns:
    return replace(group, properties=[{**properties, "bundle": tag} for properties in group.properties])
