"""Compiles the knowledge of a store into a snapshot file.

The same content gives the same bytes whatever order it was loaded in and whichever store holds it: nodes are sorted by kind and
id, edges by their ends, source and record, provenances by their words, and nothing else (no date, no load tag) goes in.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from graph.array_file import Array, TextColumn, write_arrays
from graph.elements import Node, NodeId, NodeKind, PropertyValue, Provenance
from graph.errors import SnapshotError
from graph.schema import EDGE_RULES
from graph.snapshot import KIND_ORDER, LEVEL_ORDER, Snapshot
from graph.store import EdgeColumns, GraphStore
from graph.terms import normalise, term_hash

FORMAT = 1
"""Version of the arrays' layout; part of the content, so that another version has another checksum."""

POINTER = "snapshot"
"""The store's note that says which snapshot belongs to which revision."""


def current_snapshot(store: GraphStore, folder: Path) -> Snapshot:
    """The snapshot of the store's knowledge as it is now; compiled when there is none yet.

    Raises:
        SnapshotError: when the store holds no knowledge at all.
    """
    revision, _, checksum = store.noted(POINTER).rpartition(" ")
    path = folder / f"{checksum}.snapshot"
    if checksum and revision == store.revision() and path.exists():
        return Snapshot(path)
    return compile_snapshot(store, folder)


def compile_snapshot(store: GraphStore, folder: Path) -> Snapshot:
    """Compile the store's knowledge now, and note it in the store.

    Args:
        store: what to compile; patients in it are left out.
        folder: where the file ``<checksum>.snapshot`` goes.

    Raises:
        SnapshotError: when the store holds no knowledge at all.
    """
    revision = store.revision()
    nodes = [node for kind in KIND_ORDER for node in store.nodes(kind)]
    if not nodes:
        raise SnapshotError("the store is empty; load something first: python -m loaders build")
    groups = list(store.knowledge_edges())
    found = {p for group in groups for p in set(group.provenances)} | {node.provenance for node in nodes}
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
        "nodes": {str(kind): sum(node.kind is kind for node in nodes) for kind in KIND_ORDER},
        "provenances": [[p.source, p.source_version, p.licence] for p in provenances],
        "relations": relations,
    }
    folder.mkdir(parents=True, exist_ok=True)
    unnamed = folder / "compiling.snapshot"
    checksum = write_arrays(unnamed, arrays, notes)
    path = unnamed.replace(folder / f"{checksum}.snapshot")
    store.note(POINTER, f"{revision} {checksum}")
    return Snapshot(path)


def _node_arrays(nodes: Sequence[Node], provenance: dict[Provenance, int]) -> dict[str, Array]:
    arrays: dict[str, Array] = {}
    texts = {
        "id": [str(node.id) for node in nodes],
        "name": [node.name for node in nodes],
        "aliases": [json.dumps(node.aliases, ensure_ascii=False) if node.aliases else "" for node in nodes],
        "properties": [_canonical(node.properties) for node in nodes],
    }
    for name, column in texts.items():
        arrays[f"{name}/ends"], arrays[f"{name}/block"] = TextColumn.arrays(column)
    arrays["node/provenance"] = np.array([provenance[node.provenance] for node in nodes], np.uint16)
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


def _canonical(properties: Mapping[str, PropertyValue]) -> str:
    return json.dumps(dict(properties), sort_keys=True, ensure_ascii=False, separators=(",", ":")) if properties else ""


def _relation_arrays(
    group: EdgeColumns,
    number: Mapping[NodeId, int],
    provenance: Mapping[Provenance, int],
    spans: Mapping[NodeKind, tuple[int, int]],
) -> dict[str, Array]:
    starts = np.fromiter(map(number.__getitem__, group.starts), np.int32, len(group))
    ends = np.fromiter(map(number.__getitem__, group.ends), np.int32, len(group))
    sources = np.fromiter(map(provenance.__getitem__, group.provenances), np.int32, len(group))
    symmetric = EDGE_RULES[group.kind].symmetric and group.start_kind == group.end_kind
    low, high = (np.minimum(starts, ends), np.maximum(starts, ends)) if symmetric else (starts, ends)
    records = _ranks(group.records)
    order = np.lexsort((records, sources, starts, high, low))
    low, high = low[order], high[order]
    fresh = np.ones(len(group), bool)
    fresh[1:] = (low[1:] != low[:-1]) | (high[1:] != high[:-1])
    level_code = {level: i for i, level in enumerate(LEVEL_ORDER)}
    arrays: dict[str, Array] = {
        "start": starts[order],
        "end": ends[order],
        "provenance": sources[order].astype(np.uint16),
        "level": np.fromiter((level_code[level] for level in group.levels), np.uint8, len(group))[order],
        "edges": np.append(np.flatnonzero(fresh), len(group)).astype(np.int64),
    }
    texts = {
        "evidence": group.evidences,
        "record": group.records,
        "known_since": group.known_sinces,
        "properties": [_canonical(p) if p else "" for p in group.properties],
    }
    for name, column in texts.items():
        if any(column):
            arrays[f"{name}/ends"], arrays[f"{name}/block"] = TextColumn.arrays([column[i] for i in order])
    first, last = low[fresh], high[fresh]
    if symmetric:
        both = (np.concatenate((first, last)), np.concatenate((last, first)))
        links = np.tile(np.arange(len(first), dtype=np.int32), 2)
        keep = np.concatenate((np.ones(len(first), bool), first != last))
        arrays |= _adjacency("out", both[0][keep], both[1][keep], links[keep], spans[group.start_kind])
    else:
        links = np.arange(len(first), dtype=np.int32)
        arrays |= _adjacency("out", first, last, links, spans[group.start_kind])
        arrays |= _adjacency("in", last, first, links, spans[group.end_kind])
    return arrays


def _ranks(texts: Sequence[str]) -> Array:
    rank = {text: i for i, text in enumerate(sorted(set(texts)))}
    return np.fromiter(map(rank.__getitem__, texts), np.int32, len(texts))


def _spans(nodes: Sequence[Node]) -> dict[NodeKind, tuple[int, int]]:
    spans: dict[NodeKind, tuple[int, int]] = {}
    for i, node in enumerate(nodes):
        first, count = spans.get(node.kind, (i, 0))
        spans[node.kind] = (first, count + 1)
    return spans


def _adjacency(way: str, rows: Array, targets: Array, links: Array, span: tuple[int, int]) -> dict[str, Array]:
    """Compressed sparse rows of the entries, each row's targets ascending."""
    first, count = span
    order = np.lexsort((targets, rows))
    counts = np.bincount(rows - first, minlength=count)
    return {
        f"{way}/pointers": np.concatenate(([0], np.cumsum(counts))).astype(np.int64),
        f"{way}/targets": targets[order].astype(np.int32),
        f"{way}/links": links[order].astype(np.int32),
    }
