"""SIMILAR_TO edges: each medicine and condition joined with the nodes of its kind that are most like it.

Likeness is the cosine between tf-idf profiles (what side effects, genes, classes … a node leads to; Salton & Buckley 1988,
Inf Process Manag 24:513), between their truncated SVDs, or between node vectors. An edge is in the union of both ends' nearest
neighbours. Nothing here looks at treatments, so that a walk over these edges never saw the edge that it is to predict.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from graph.array_file import Array
from graph.derived import derived_relation, link_arrays
from graph.elements import EdgeKind, KnowledgeLevel, NodeKind, Provenance
from graph.relation import Adjacency, RelationKey
from graph.snapshot import Snapshot
from recommender.stages import Stages
from recommender.training_config import SimilarityConfig

BLOCK = 512
"""Rows whose cosines with all others are held at once."""

Vectors = Callable[[str], Array]


@dataclass(frozen=True, slots=True)
class SimilarEdges:
    """The SIMILAR_TO edges of one method between nodes of one kind.

    Attributes:
        key: names the relation.
        starts: shape (edges,), int64: numbers of the nodes, the smaller one of each pair.
        ends: shape (edges,), int64: the larger one.
        similarity: shape (edges,), float64: in (0, 1].
    """

    key: RelationKey
    starts: Array
    ends: Array
    similarity: Array

    @property
    def provenance(self) -> Provenance:
        """Who says so: the method."""
        return Provenance(f"similar-to/{self.key.method}", "1", "CC0-1.0")


def similar_edges(snapshot: Snapshot, config: SimilarityConfig, vectors: Vectors, stages: Stages) -> SimilarEdges | None:
    """The edges of one method, or nothing where the graph lacks what the method compares.

    Args:
        snapshot: the graph.
        config: the method.
        vectors: node vectors of an embedding by its name, shape (nodes, dimensions).
        stages: where the edges are kept while training goes on.
    """
    first = snapshot.numbers(config.kind).start
    found = stages.arrays(f"similar-{config.kind}-{config.method}", lambda: _pairs(snapshot, config, vectors))
    if not len(found["similarity"]):
        return None
    key = RelationKey(EdgeKind.SIMILAR_TO, config.kind, config.kind, config.method)
    return SimilarEdges(key, found["low"] + first, found["high"] + first, found["similarity"])


def _pairs(snapshot: Snapshot, config: SimilarityConfig, vectors: Vectors) -> dict[str, Array]:
    """Positions and similarities of the pairs of a method; none where the graph lacks what it compares."""
    nodes = snapshot.numbers(config.kind)
    if config.embedding:
        rows: sparse.csr_array | None = sparse.csr_array(vectors(config.embedding)[nodes.start : nodes.stop].astype(np.float64))
    else:
        rows = _profiles(snapshot, config)
    if rows is None or rows.nnz == 0:
        return {"low": np.zeros(0, np.int64), "high": np.zeros(0, np.int64), "similarity": np.zeros(0)}
    if config.components and min(rows.shape) > 2:
        rows = sparse.csr_array(_truncated(rows, min(config.components, min(rows.shape) - 1)))
    pairs = _nearest(_unit_rows(rows), config.neighbours)
    similarity = np.minimum(pairs.data, 1.0) ** config.power
    return {"low": pairs.row.astype(np.int64), "high": pairs.col.astype(np.int64), "similarity": similarity}


def extend(snapshot: Snapshot, edges: Sequence[SimilarEdges]) -> tuple[Snapshot, dict[str, Array]]:
    """A snapshot with these edges, and their arrays as a bundle keeps them."""
    arrays: dict[str, Array] = {}
    for i, found in enumerate(edges):
        number = len(snapshot.provenances) + i
        ends = found.starts, found.ends
        arrays |= link_arrays(found.key, *ends, snapshot, number, KnowledgeLevel.PREDICTION, found.similarity)
    return extended(snapshot, [e.key for e in edges], arrays), arrays


def extended(snapshot: Snapshot, keys: Sequence[RelationKey], arrays: Mapping[str, Array]) -> Snapshot:
    """A snapshot with the edges that :func:`extend` made arrays of, in the same order."""
    provenances = [Provenance(f"similar-to/{key.method}", "1", "CC0-1.0") for key in keys]
    return snapshot.extended([derived_relation(key, arrays, snapshot) for key in keys], provenances)


def _profiles(snapshot: Snapshot, config: SimilarityConfig) -> sparse.csr_array | None:
    """tf-idf rows of every node of the kind, each part of unit length times its weight; nothing when no part is there."""
    parts = []
    for chain, weight in config.profile.items():
        for counts in _chained(snapshot, config.kind, [EdgeKind(kind) for kind in chain.split(".")]):
            parts.append(_unit_rows(_tf_idf(counts)) * weight)
    return sparse.csr_array(sparse.hstack(parts)) if parts else None


def _chained(snapshot: Snapshot, kind: NodeKind, chain: Sequence[EdgeKind]) -> list[sparse.csr_array]:
    """Walks of one or two edge kinds from the nodes of a kind, one matrix for each kind of node that they end in."""
    found = []
    for end, first in _matrices(snapshot, kind, chain[0]):
        if len(chain) == 1:
            # A node is like itself and what it resembles: two that resemble each other share both.
            found.append(sparse.csr_array(first + sparse.eye_array(first.shape[0])) if end is kind else first)
        else:
            found += [sparse.csr_array(first @ second) for _, second in _matrices(snapshot, end, chain[1])]
    return found


def _matrices(snapshot: Snapshot, kind: NodeKind, edge: EdgeKind) -> list[tuple[NodeKind, sparse.csr_array]]:
    """The links of an edge kind from nodes of a kind, read either way, as 0/1 matrices."""
    found = []
    for key, relation in snapshot.relations.items():
        if key.kind is edge and not key.method and kind in (key.start, key.end):
            other = key.end if key.start is kind else key.start
            matrix = adjacency_matrix(snapshot, relation.outward if key.start is kind else relation.inward, other)
            if key.start == key.end and not relation.symmetric:
                matrix = sparse.csr_array(matrix.maximum(matrix.T))
            found.append((other, matrix))
    return found


def adjacency_matrix(snapshot: Snapshot, ahead: Adjacency, end: NodeKind) -> sparse.csr_array:
    """Rows of neighbours as a 0/1 matrix, shape (nodes of the first kind, nodes of the end kind)."""
    ends = snapshot.numbers(end)
    shape = len(ahead.pointers) - 1, len(ends)
    return sparse.csr_array((np.ones(len(ahead.targets)), ahead.targets - ends.start, ahead.pointers), shape)


def _tf_idf(counts: sparse.csr_array) -> sparse.csr_array:
    document = np.asarray((counts > 0).sum(0)).ravel()
    return sparse.csr_array(counts @ sparse.diags_array(np.log((counts.shape[0] + 1) / (document + 1))))


def _unit_rows(rows: sparse.csr_array) -> sparse.csr_array:
    length = np.sqrt(np.asarray(rows.multiply(rows).sum(1)).ravel())
    return sparse.csr_array(sparse.diags_array(np.where(length > 0, 1 / np.maximum(length, 1e-12), 0.0)) @ rows)


def _truncated(rows: sparse.csr_array, components: int) -> Array:
    """U · S^½ of a truncated SVD; the start vector is fixed, so that the answer is."""
    from scipy.sparse.linalg import svds

    u, s, _ = svds(rows, max(components, 1), v0=np.ones(min(rows.shape)), solver="arpack")
    scaled: Array = u * np.sqrt(s)
    return scaled


def _nearest(rows: sparse.csr_array, neighbours: int) -> sparse.coo_array:
    """The union of every row's nearest others by cosine above 0, each pair once; ties go to the smaller number."""
    count = rows.shape[0]
    starts, ends, values = [], [], []
    for first in range(0, count, BLOCK):
        # Rounded, so that what the order of a sum leaves in the last bits decides no tie.
        cosine = np.round((rows[first : first + BLOCK] @ rows.T).toarray(), 9)
        cosine[np.arange(len(cosine)), np.arange(len(cosine)) + first] = 0.0
        best = np.argsort(-cosine, axis=1, kind="stable")[:, :neighbours]
        near = np.take_along_axis(cosine, best, 1)
        row, place = np.nonzero(near > 0)
        starts.append(row + first)
        ends.append(best[row, place])
        values.append(near[row, place])
    start, end, value = map(np.concatenate, (starts, ends, values))
    low, high = np.minimum(start, end), np.maximum(start, end)
    _, once = np.unique(low * count + high, return_index=True)
    return sparse.coo_array((value[once], (low[once], high[once])), (count, count))
