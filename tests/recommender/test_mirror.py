"""A bundle's edges in the store: tagged, in the place of an older bundle's, and beside everything else."""

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from graph.compiler import compile_snapshot
from graph.derived import derived_relation, link_arrays
from graph.elements import Edge, EdgeKind, KnowledgeLevel, NodeId, NodeKind, Provenance
from graph.errors import SchemaError
from graph.relation import RelationKey
from graph.snapshot import Snapshot
from graph.store import EdgeColumns, GraphStore, LoadCounts
from recommender import mirror as mirroring
from recommender.mirror import derived_columns, mirror
from tests.recommender.conftest import Graph

METHOD = Provenance("similar-to/profile", "1", "CC0-1.0")
EDGES = [
    ("M:a", "TREATS", "C:x"),
    ("M:b", "TREATS", "C:x"),
    ("M:c", "TREATS", "C:y"),
    ("patient:p", "HAS_DIAGNOSIS", "C:x", {"record": "d"}),
]


def similar(*pairs: tuple[str, str, float], kind: NodeKind = NodeKind.MEDICINE) -> EdgeColumns:
    edges = [
        Edge(
            EdgeKind.SIMILAR_TO,
            NodeId(start),
            NodeId(end),
            METHOD,
            KnowledgeLevel.PREDICTION,
            properties={"similarity": similarity},
        )
        for start, end, similarity in pairs
    ]
    return EdgeColumns.of(edges, kind, kind)


def mirrored(store: GraphStore) -> dict[tuple[str, str], dict[str, object]]:
    """The properties of the derived edges, by their ends."""
    edges = (edge for group in store.knowledge_edges(derived=True) for edge in group.rows())
    return {(edge.start, edge.end): dict(edge.properties) for edge in edges}


@pytest.fixture
def graph(graph_of: Callable[..., Graph]) -> Graph:
    return graph_of(EDGES)


FIRST = (similar(("M:a", "M:b", 0.9), ("M:b", "M:c", 0.4)), similar(("C:x", "C:y", 0.2), kind=NodeKind.CONDITION))


def test_the_edges_stand_in_the_store_with_the_bundles_tag(graph: Graph) -> None:
    counts = mirror(FIRST, graph.store, "s1")

    assert counts == LoadCounts(3, 0, 0)
    assert mirrored(graph.store) == {
        ("M:a", "M:b"): {"similarity": 0.9, "bundle": "s1"},
        ("M:b", "M:c"): {"similarity": 0.4, "bundle": "s1"},
        ("C:x", "C:y"): {"similarity": 0.2, "bundle": "s1"},
    }
    assert {e.level for e in graph.store.edges_from(NodeId("M:a"), [EdgeKind.SIMILAR_TO])} == {KnowledgeLevel.PREDICTION}


def test_the_same_again_changes_nothing(graph: Graph) -> None:
    mirror(FIRST, graph.store, "s1")

    assert mirror(FIRST, graph.store, "s1") == LoadCounts(0, 0, 0)


def test_another_bundle_takes_the_place_of_the_older_one(graph: Graph) -> None:
    mirror(FIRST, graph.store, "s1")

    counts = mirror([similar(("M:a", "M:b", 0.9), ("M:a", "M:c", 0.5))], graph.store, "s2")

    assert counts == LoadCounts(1, 1, 2)
    assert {ends: row["bundle"] for ends, row in mirrored(graph.store).items()} == {
        ("M:a", "M:b"): "s2",
        ("M:a", "M:c"): "s2",
    }


def test_a_bundle_without_edges_leaves_none(graph: Graph) -> None:
    mirror(FIRST, graph.store, "s1")

    assert mirror([], graph.store, "s2") == LoadCounts(0, 0, 3)
    assert mirrored(graph.store) == {}


def test_nothing_else_changes(graph: Graph) -> None:
    before = (graph.store.revision(), graph.store.counts())

    mirror(FIRST, graph.store, "s1")
    mirror([], graph.store, "s2")

    assert (graph.store.revision(), graph.store.counts()) == before


def test_the_snapshot_keeps_its_name(graph: Graph, tmp_path: Path) -> None:
    mirror(FIRST, graph.store, "s1")

    assert compile_snapshot(graph.store, tmp_path).checksum == graph.snapshot.checksum


def test_many_edges_go_in_parts(graph: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mirroring, "AT_ONCE", 1)

    assert mirror(FIRST, graph.store, "s1") == LoadCounts(3, 0, 0)


def test_what_training_does_not_derive_is_refused(graph: Graph) -> None:
    edge = Edge(EdgeKind.TREATS, NodeId("M:a"), NodeId("C:y"), METHOD, KnowledgeLevel.PREDICTION)

    with pytest.raises(ValueError, match="TREATS"):
        mirror([EdgeColumns.of([edge], NodeKind.MEDICINE, NodeKind.CONDITION)], graph.store, "s1")

    assert graph.store.counts()["TREATS"] == 3


def test_an_edge_to_a_node_that_is_gone_is_refused(graph: Graph) -> None:
    with pytest.raises(SchemaError) as caught:
        mirror([similar(("M:a", "M:gone", 0.5))], graph.store, "s1")

    assert caught.value.code == "unknown-end"


def extended(snapshot: Snapshot, key: RelationKey, similarity: list[float]) -> Snapshot:
    """The snapshot with a chain of derived edges through all nodes of a kind."""
    starts, ends = (np.array(column, np.int32) for column in zip(*pairwise(snapshot.numbers(key.start)), strict=True))
    number = len(snapshot.provenances)
    arrays = link_arrays(key, starts, ends, snapshot, number, KnowledgeLevel.PREDICTION, np.array(similarity))
    return snapshot.extended([derived_relation(key, arrays, snapshot)], [METHOD])


def test_the_edges_of_an_extended_snapshot_are_mirrored_as_they_are_shown(graph: Graph) -> None:
    key = RelationKey(EdgeKind.SIMILAR_TO, NodeKind.MEDICINE, NodeKind.MEDICINE, "profile")
    snapshot = extended(graph.snapshot, key, [0.9, 0.4])

    mirror(derived_columns(snapshot), graph.store, snapshot.checksum)

    tag = snapshot.checksum
    assert mirrored(graph.store) == {
        ("M:a", "M:b"): {"similarity": 0.9, "bundle": tag},
        ("M:b", "M:c"): {"similarity": 0.4, "bundle": tag},
    }
    assert list(derived_columns(graph.snapshot)) == []
