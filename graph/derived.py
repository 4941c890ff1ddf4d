"""Relations that are computed from a snapshot: the edges that training derives, and a relation with some links left out.

They have the arrays of a compiled relation, so that everything that reads a snapshot reads them, too; a snapshot takes them by
:meth:`graph.snapshot.Snapshot.extended`. Each link is one edge.
"""

from collections.abc import Mapping

import numpy as np

from graph.array_file import Array
from graph.elements import KnowledgeLevel
from graph.relation import Relation, RelationKey, adjacency_arrays, ordered_pairs
from graph.schema import EDGE_RULES
from graph.snapshot import LEVEL_ORDER, Snapshot


def link_arrays(
    key: RelationKey,
    starts: Array,
    ends: Array,
    snapshot: Snapshot,
    provenance: Array | int,
    level: KnowledgeLevel,
    similarity: Array | None = None,
) -> dict[str, Array]:
    """The arrays of a relation, by the names that a bundle keeps them under.

    Args:
        key: names the relation.
        starts: shape (n,): numbers of the start nodes; of a symmetric relation each pair stands once, either way round.
        ends: shape (n,): numbers of the end nodes.
        snapshot: what the numbers are of.
        provenance: number of the edges' provenance, one for all or one each.
        level: how the edges are known.
        similarity: shape (n,): in (0, 1], where the edges have any.

    Raises:
        ValueError: when a pair stands twice.
    """
    symmetric = EDGE_RULES[key.kind].symmetric and key.start == key.end
    low, high = (np.minimum(starts, ends), np.maximum(starts, ends)) if symmetric else (starts, ends)
    order = np.argsort(ordered_pairs(low, high), kind="stable")
    low, high = low[order].astype(np.int32), high[order].astype(np.int32)
    if np.any((low[1:] == low[:-1]) & (high[1:] == high[:-1])):
        raise ValueError(f"{key}: a pair stands twice")
    links = np.arange(len(low), dtype=np.int32)
    spans = [(numbers.start, len(numbers)) for numbers in map(snapshot.numbers, (key.start, key.end))]
    arrays: dict[str, Array] = {
        "start": starts[order].astype(np.int32),
        "end": ends[order].astype(np.int32),
        "provenance": np.broadcast_to(np.asarray(provenance, np.uint32), len(low)).copy(),
        "level": np.full(len(low), LEVEL_ORDER.index(level), np.uint8),
        "edges": np.arange(len(low) + 1, dtype=np.int64),
    }
    if similarity is not None:
        arrays["similarity"] = similarity[order].astype(np.float64)
    if symmetric:
        twice = low != high
        both = np.concatenate((low, high[twice])), np.concatenate((high, low[twice])), np.concatenate((links, links[twice]))
        arrays |= adjacency_arrays("out", *both, spans[0])
    else:
        arrays |= adjacency_arrays("out", low, high, links, spans[0])
        arrays |= adjacency_arrays("in", high, low, links, spans[1])
    return {f"{key}/{name}": array for name, array in arrays.items()}


def derived_relation(key: RelationKey, arrays: Mapping[str, Array], snapshot: Snapshot) -> Relation:
    """The relation of arrays that :func:`link_arrays` made."""
    return Relation(key, arrays, snapshot.first)


def without_links(relation: Relation, kept: Array, snapshot: Snapshot) -> Relation:
    """A relation with only some of its links, each as its first edge says it.

    Args:
        relation: what to take from.
        kept: shape (links,), bool.
        snapshot: what it is of.
    """
    edges = relation.edge_pointers[:-1][kept]
    starts, ends = (np.array([relation.ends(int(e))[i] for e in edges], np.int32) for i in (0, 1))
    arrays = link_arrays(relation.key, starts, ends, snapshot, relation.provenances[edges], KnowledgeLevel.ASSERTION)
    arrays[f"{relation.key}/level"] = relation.levels[edges]
    return derived_relation(relation.key, arrays, snapshot)
