"""Compiles the knowledge of a store into a snapshot file.

The same content gives the same bytes whatever order it was loaded in and whichever store holds it: nodes are sorted by kind and
id, edges by their ends, source and record, provenances by their words, and nothing else (no date, no load tag) goes in.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np

from graph.array_file import Array, TextColumn, write_arrays
from graph.elements import Node, NodeId, NodeKind, PropertyValue, Provenance
from graph.errors import SnapshotError, StoreUnavailableError
from graph.numbered_nodes import KIND_ORDER
from graph.property_text import properties_text
from graph.relation import adjacency_arrays, ordered_pairs
from graph.schema import EDGE_RULES
from graph.snapshot import FORMAT, LEVEL_ORDER, Snapshot
from graph.store import DERIVED_NODES, EdgeColumns, GraphStore, Repeated, distinct
from graph.terms import normalise, term_hash

T = TypeVar("T")
COMPILED = tuple(kind for kind in KIND_ORDER if kind not in DERIVED_NODES)
POINTER = "snapshot"
"""The store's note that says which snapshot belongs to which revision."""
ATTEMPTS = 5
"""How often a store that changes while it is read is read again."""
_LIST = json.JSONEncoder(ensure_ascii=False).encode


def current_snapshot(store: GraphStore, folder: Path) -> Snapshot:
    """The snapshot of the store's knowledge as it is now; compiled when there is none yet, or none that can be opened.

    Raises:
        SnapshotError: when the store holds no knowledge at all.
        StoreUnavailableError: when the knowledge keeps changing.
    """
    revision, _, checksum = store.noted(POINTER).rpartition(" ")
    path = folder / f"{checksum}.snapshot"
    if checksum and revision == store.revision() and path.exists():
        try:
            return Snapshot(path)
        except SnapshotError:
            pass
    return compile_snapshot(store, folder)


def compile_snapshot(store: GraphStore, folder: Path) -> Snapshot:
    """Compile the store's knowledge now, and note it in the store.

    Args:
        store: what to compile; patients in it are left out.
        folder: where the file ``<checksum>.snapshot`` goes.

    Raises:
        SnapshotError: when the store holds no knowledge at all, or the file cannot be written.
        StoreUnavailableError: when the knowledge keeps changing.
    """
    revision, nodes, groups = _read(store)
    if not nodes:
        raise SnapshotError("the store is empty; load something first: python -m loaders build")
    found = {p for group in groups for p in distinct(group.provenances)} | {node.provenance for node in nodes}
    provenances = sorted(found, key=lambda p: (p.source, p.source_version, p.licence))
    number_of = {provenance: i for i, provenance in enumerate(provenances)}
    number = {node.id: i for i, node in enumerate(nodes)}
    arrays = _node_arrays(nodes, number_of)
    spans = _spans(nodes)
    relations = []
    for group in sorted(groups, key=lambda g: (g.kind, g.start_kind, g.end_kind)):
        relations.append([str(group.kind), str(group.start_kind), str(group.end_kind)])
        prefix = f"{group.start_kind}-{group.kind}-{group.end_kind}/"
        for name, array in _relation_arrays(group, number, number_of, spans).items():
            arrays[prefix + name] = array
    notes = {
        "format": FORMAT,
        "nodes": {str(kind): spans.get(kind, (0, 0))[1] for kind in COMPILED},
        "provenances": [[p.source, p.source_version, p.licence] for p in provenances],
        "relations": relations,
    }
    path = write_arrays(folder, ".snapshot", arrays, notes)
    store.note(POINTER, f"{revision} {path.stem}")
    return Snapshot(path)


def _read(store: GraphStore) -> tuple[str, list[Node], list[EdgeColumns]]:
    """The revision, nodes and edges of one state of the knowledge: read again when it changed meanwhile."""
    for _ in range(ATTEMPTS):
        revision = store.revision()
        nodes = [node for kind in COMPILED for node in store.nodes(kind)]
        groups = list(store.knowledge_edges())
        if store.revision() == revision:
            return revision, nodes, groups
    raise StoreUnavailableError("the knowledge changes while it is compiled; try again when the load is done")


def _node_arrays(nodes: Sequence[Node], provenance: dict[Provenance, int]) -> dict[str, Array]:
    arrays: dict[str, Array] = {}
    texts = {
        "id": [str(node.id) for node in nodes],
        "name": [node.name for node in nodes],
        "aliases": [_LIST(node.aliases) if node.aliases else "" for node in nodes],
        "properties": [properties_text(node.properties) for node in nodes],
    }
    for name, column in texts.items():
        arrays[f"{name}/ends"], arrays[f"{name}/block"] = TextColumn.arrays(column)
    arrays["node/provenance"] = np.array([provenance[node.provenance] for node in nodes], np.uint32)
    terms = {
        (term_hash(normal), i)
        for i, node in enumerate(nodes)
        for normal in {normalise(text) for text in (node.id, node.name, *node.aliases)}
        if normal
    }
    ordered = sorted(terms)
    arrays["term/hash"] = np.array([h for h, _ in ordered], np.uint64)
    arrays["term/node"] = np.array([i for _, i in ordered], np.int32)
    return arrays


def _relation_arrays(
    group: EdgeColumns,
    number: Mapping[NodeId, int],
    provenance: Mapping[Provenance, int],
    spans: Mapping[NodeKind, tuple[int, int]],
) -> dict[str, Array]:
    starts = np.fromiter(map(number.__getitem__, group.starts), np.int32, len(group))
    ends = np.fromiter(map(number.__getitem__, group.ends), np.int32, len(group))
    sources = _codes(group.provenances, provenance)
    symmetric = EDGE_RULES[group.kind].symmetric and group.start_kind == group.end_kind
    low, high = (np.minimum(starts, ends), np.maximum(starts, ends)) if symmetric else (starts, ends)
    # Sources differ between edges of one pair and direction, records where even the source is the same: the order is total.
    order = np.lexsort((_ranks(group.records), sources, starts, ordered_pairs(low, high)))
    low, high = low[order], high[order]
    fresh = np.ones(len(group), bool)
    fresh[1:] = (low[1:] != low[:-1]) | (high[1:] != high[:-1])
    level_code = {level: i for i, level in enumerate(LEVEL_ORDER)}
    arrays: dict[str, Array] = {
        "start": starts[order],
        "end": ends[order],
        "provenance": sources[order].astype(np.uint32),
        "level": _codes(group.levels, level_code)[order].astype(np.uint8),
        "edges": np.append(np.flatnonzero(fresh), len(group)).astype(np.int64),
    }
    texts = {
        "evidence": group.evidences,
        "record": group.records,
        "known_since": group.known_sinces,
        "properties": _canonical_texts(group.properties),
    }
    places = order.tolist()
    for name, column in texts.items():
        if any(distinct(column)):
            arrays[f"{name}/ends"], arrays[f"{name}/block"] = TextColumn.arrays([column[i] for i in places])
    first, last = low[fresh], high[fresh]
    if symmetric:
        both = (np.concatenate((first, last)), np.concatenate((last, first)))
        links = np.tile(np.arange(len(first), dtype=np.int32), 2)
        keep = np.concatenate((np.ones(len(first), bool), first != last))
        arrays |= adjacency_arrays("out", both[0][keep], both[1][keep], links[keep], spans[group.start_kind])
    else:
        links = np.arange(len(first), dtype=np.int32)
        arrays |= adjacency_arrays("out", first, last, links, spans[group.start_kind])
        arrays |= adjacency_arrays("in", last, first, links, spans[group.end_kind])
    return arrays


def _canonical_texts(column: Sequence[Mapping[str, PropertyValue]]) -> Sequence[str]:
    if isinstance(column, Repeated):
        return Repeated(properties_text(column.value), len(column))
    by_object = {id(value): properties_text(value) for value in distinct(column)}
    return [by_object[id(value)] for value in column]


def _codes(column: Sequence[T], codes: Mapping[T, int]) -> Array:
    """The number of each value, shape (n,), int32; looked up by the object, since equal values are mostly the same one."""
    if isinstance(column, Repeated):
        return np.full(len(column), codes[column.value], np.int32)
    by_object = {id(value): codes[value] for value in distinct(column)}
    return np.fromiter((by_object[id(value)] for value in column), np.int32, len(column))


def _ranks(texts: Sequence[str]) -> Array:
    if isinstance(texts, Repeated):
        return np.zeros(len(texts), np.int32)
    rank = {text: i for i, text in enumerate(sorted(set(texts)))}
    return np.fromiter(map(rank.__getitem__, texts), np.int32, len(texts))


def _spans(nodes: Sequence[Node]) -> dict[NodeKind, tuple[int, int]]:
    spans: dict[NodeKind, tuple[int, int]] = {}
    for i, node in enumerate(nodes):
        first, count = spans.get(node.kind, (i, 0))
        spans[node.kind] = (first, count + 1)
    return spans
