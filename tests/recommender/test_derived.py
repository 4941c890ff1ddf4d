"""Relations that are computed from a snapshot: read like compiled ones, and in the place of others."""

from collections.abc import Callable

import numpy as np
import pytest

from graph.derived import derived_relation, link_arrays, without_links
from graph.elements import EdgeKind, KnowledgeLevel, NodeKind, Provenance
from graph.relation import RelationKey
from recommender.model import TREATS
from tests.recommender.conftest import Graph

EDGES = [("M:a", "TREATS", "C:x"), ("M:b", "TREATS", "C:x"), ("M:b", "TREATS", "C:y"), ("M:c", "BINDS", "G:g")]
KEY = RelationKey(EdgeKind.SIMILAR_TO, NodeKind.MEDICINE, NodeKind.MEDICINE, "test")


def test_a_symmetric_relation_is_read_from_both_ends(graph_of: Callable[..., Graph]) -> None:
    graph = graph_of(EDGES)
    a, b, c = (graph.number(f"M:{i}") for i in "abc")
    number = len(graph.snapshot.provenances)
    ends = np.array([c, b]), np.array([a, a])
    arrays = link_arrays(KEY, *ends, graph.snapshot, number, KnowledgeLevel.PREDICTION, np.array([0.25, 0.5]))

    whole = graph.snapshot.extended([derived_relation(KEY, arrays, graph.snapshot)], [Provenance("made", "1", "CC0-1.0")])

    relation = whole.relations[KEY]
    assert relation.outward.row(a).tolist() == [b, c]
    assert relation.outward.row(c).tolist() == [a]
    assert relation.similarities is not None
    assert relation.similarities.tolist() == [0.5, 0.25]
    [edge] = whole.link_edges(relation, relation.outward.link(a, c))
    assert (edge.start, edge.end, edge.properties["similarity"]) == ("M:c", "M:a", 0.25)
    assert (edge.level, edge.provenance.source) == (KnowledgeLevel.PREDICTION, "made")


def test_a_pair_that_stands_twice_is_refused(graph_of: Callable[..., Graph]) -> None:
    graph = graph_of(EDGES)
    a, b = graph.number("M:a"), graph.number("M:b")

    with pytest.raises(ValueError, match="a pair stands twice"):
        link_arrays(KEY, np.array([a, b]), np.array([b, a]), graph.snapshot, 0, KnowledgeLevel.PREDICTION)


def test_a_relation_with_some_links_left_out(graph_of: Callable[..., Graph]) -> None:
    graph = graph_of(EDGES)
    whole = graph.snapshot.relations[TREATS]

    some = without_links(whole, np.array([False, True, True]), graph.snapshot)

    left = graph.snapshot.extended([some], ())
    pairs = [
        (graph.snapshot.id(e), [graph.snapshot.id(n) for n in some.inward.row(e)]) for e in left.numbers(NodeKind.CONDITION)
    ]
    assert pairs == [("C:x", ["M:b"]), ("C:y", ["M:b"])]
    assert [n for n, _ in left.neighbours(EdgeKind.TREATS, graph.number("M:a"), NodeKind.CONDITION)] == []
    assert len(graph.snapshot.neighbours(EdgeKind.TREATS, graph.number("M:a"), NodeKind.CONDITION)) == 1
