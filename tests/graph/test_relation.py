"""Relations: adjacency, links and edges agree with a brute-force reading of the graph that was compiled."""

from collections import defaultdict
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings

from graph.elements import Edge, EdgeKind, KnowledgeLevel, NodeKind
from graph.relation import Adjacency, Relation, RelationKey
from graph.schema import EDGE_RULES
from graph.snapshot import Snapshot
from graph.store import GraphStore
from tests.graph.building import OTHER_SOURCE, SOURCE, Graph, batch, edge, graphs, kind_of, load, node

Compile = Callable[[GraphStore], Snapshot]
SLOW = settings(max_examples=15)


def filled(store: GraphStore, graph: Graph) -> GraphStore:
    load(store, batch(graph.nodes, graph.edges), name=repr(graph), remove_stale=True)
    return store


def said(graph: Graph) -> dict[RelationKey, dict[tuple[str, str], list[Edge]]]:
    """Every edge of knowledge by its relation and the two ids that it links; for symmetric kinds the smaller id first."""
    found: dict[RelationKey, dict[tuple[str, str], list[Edge]]] = defaultdict(lambda: defaultdict(list))
    for item in graph.edges:
        key = RelationKey(item.kind, kind_of(item.start), kind_of(item.end))
        if key.start is not NodeKind.PATIENT:
            ends = (str(item.start), str(item.end))
            both_ways = EDGE_RULES[item.kind].symmetric and key.start == key.end
            found[key][(min(ends), max(ends)) if both_ways else ends].append(item)
    return found


def entries(snapshot: Snapshot, adjacency: Adjacency, kind: NodeKind) -> list[tuple[str, str, int]]:
    """(row's id, neighbour's id, link) of every entry."""
    return [
        (snapshot.id(number), snapshot.id(int(target)), adjacency.link(number, int(target)))
        for number in snapshot.numbers(kind)
        for target in adjacency.row(number)
    ]


@given(graph=graphs())
@SLOW
def test_adjacency_is_that_of_the_edges(store: GraphStore, compiled: Compile, graph: Graph) -> None:
    snapshot = compiled(filled(store, graph))
    expected = said(graph)

    assert set(snapshot.relations) == set(expected)
    assert snapshot.link_count == sum(map(len, expected.values()))
    for key, links in expected.items():
        relation = snapshot.relations[key]
        outward = entries(snapshot, relation.outward, key.start)
        inward = entries(snapshot, relation.inward, key.end)
        pairs = set(links) | ({(b, a) for a, b in links} if relation.symmetric else set())
        assert [(a, b) for a, b, _ in outward] == sorted(pairs)
        assert [(b, a) for b, a, _ in inward] == sorted((b, a) for a, b in pairs)
        for a, b, link in outward:
            assert {e.key for e in snapshot.link_edges(relation, link)} == {
                e.key for e in links[(min(a, b), max(a, b)) if relation.symmetric else (a, b)]
            }
        assert {(a, b): link for a, b, link in outward} == {(a, b): link for b, a, link in inward}


@given(graph=graphs())
@SLOW
def test_rows_are_well_formed(store: GraphStore, compiled: Compile, graph: Graph) -> None:
    snapshot = compiled(filled(store, graph))

    for key, relation in snapshot.relations.items():
        for adjacency, kind in ((relation.outward, key.start), (relation.inward, key.end)):
            assert len(adjacency.pointers) == len(snapshot.numbers(kind)) + 1
            assert (adjacency.pointers[0], adjacency.pointers[-1]) == (0, len(adjacency.targets))
            assert len(adjacency.links) == len(adjacency.targets)
            assert (np.diff(adjacency.pointers) >= 0).all()
            for number in snapshot.numbers(kind):
                row = adjacency.row(number).tolist()
                assert all(a < b for a, b in pairwise(row))
                assert adjacency.degree(number) == len(row)
        assert set(relation.outward.links.tolist()) == set(range(relation.link_count))
        spans = [relation.edge_range(link) for link in range(relation.link_count)]
        assert [position for span in spans for position in span] == list(range(len(relation.levels)))
        assert all(len(span) > 0 for span in spans)


@given(graph=graphs())
@SLOW
def test_edges_come_back_whole(store: GraphStore, compiled: Compile, graph: Graph) -> None:
    snapshot = compiled(filled(store, graph))

    found = [snapshot.edge(r, i) for r in snapshot.relations.values() for i in range(len(r.levels))]
    expected = [item for item in graph.edges if kind_of(item.start) is not NodeKind.PATIENT]
    assert sorted(found, key=lambda item: item.key) == sorted(expected, key=lambda item: item.key)


def relation_of(snapshot: Snapshot, kind: EdgeKind, start: NodeKind, end: NodeKind) -> Relation:
    relation = snapshot.relation(kind, start, end)
    assert relation is not None
    return relation


def test_a_symmetric_relation_is_read_both_ways(snapshot: Snapshot) -> None:
    relation = relation_of(snapshot, EdgeKind.INTERACTS_WITH, NodeKind.MEDICINE, NodeKind.MEDICINE)
    aspirin, warfarin = snapshot.number("M:aspirin"), snapshot.number("M:warfarin")

    assert relation.outward is relation.inward
    assert relation.outward.row(aspirin).tolist() == [warfarin]
    assert relation.outward.row(warfarin).tolist() == [aspirin]
    for one, other in ((aspirin, warfarin), (warfarin, aspirin)):
        found = list(snapshot.neighbours(EdgeKind.INTERACTS_WITH, one, NodeKind.MEDICINE))
        assert [(n, [(e.start, e.end) for e in edges]) for n, edges in found] == [(other, [("M:warfarin", "M:aspirin")])]
        assert list(snapshot.sources(EdgeKind.INTERACTS_WITH, NodeKind.MEDICINE, one)) == found


def test_a_directed_relation_is_read_from_start_to_end(snapshot: Snapshot) -> None:
    lisinopril, hypertension = snapshot.number("M:lisinopril"), snapshot.number("C:hypertension")

    forward = list(snapshot.neighbours(EdgeKind.TREATS, lisinopril, NodeKind.CONDITION))
    backward = list(snapshot.sources(EdgeKind.TREATS, NodeKind.MEDICINE, hypertension))

    assert [n for n, _ in forward] == [hypertension]
    assert [n for n, _ in backward] == [lisinopril]
    assert [e.provenance for e in forward[0][1]] == [e.provenance for e in backward[0][1]] == [SOURCE, OTHER_SOURCE]
    assert list(snapshot.neighbours(EdgeKind.TREATS, lisinopril, NodeKind.GENE)) == []
    assert list(snapshot.sources(EdgeKind.TREATS, NodeKind.GENE, hypertension)) == []
    assert list(snapshot.neighbours(EdgeKind.TREATS, snapshot.number("M:warfarin"), NodeKind.CONDITION)) == []


def test_several_sources_are_one_link_of_several_edges(snapshot: Snapshot) -> None:
    relation = relation_of(snapshot, EdgeKind.TREATS, NodeKind.MEDICINE, NodeKind.CONDITION)

    assert relation.link_count == 1
    assert relation.outward.degree(snapshot.number("M:lisinopril")) == 1
    assert len(relation.levels) == 2
    assert np.iinfo(relation.provenances.dtype).max >= 2**32 - 1


def test_edges_of_a_link_come_with_the_best_known_first(store: GraphStore, compiled: Compile) -> None:
    edges = [
        edge(EdgeKind.RESEMBLES, *ends, source=source, level=level, record=record)
        for ends in (("M:a", "M:b"), ("M:b", "M:a"))
        for source, level, record in (
            (SOURCE, KnowledgeLevel.UNREVIEWED, ""),
            (SOURCE, KnowledgeLevel.ASSERTION, "2"),
            (SOURCE, KnowledgeLevel.ASSERTION, "1"),
            (OTHER_SOURCE, KnowledgeLevel.ASSERTION, ""),
            (OTHER_SOURCE, KnowledgeLevel.OBSERVATION, "9"),
        )
    ]
    load(store, batch([node("M:a"), node("M:b")], edges))
    snapshot = compiled(store)
    relation = relation_of(snapshot, EdgeKind.RESEMBLES, NodeKind.MEDICINE, NodeKind.MEDICINE)

    found = [(e.level.value, e.provenance.source, e.record) for e in snapshot.link_edges(relation, 0)]

    assert relation.link_count == 1
    assert [row[0] for row in found] == ["assertion"] * 6 + ["observation"] * 2 + ["unreviewed"] * 2
    assert found[:6] == sorted(found[:6])


def test_a_link_between_strangers_is_refused(snapshot: Snapshot) -> None:
    relation = relation_of(snapshot, EdgeKind.TREATS, NodeKind.MEDICINE, NodeKind.CONDITION)

    for medicine, condition in (("M:lisinopril", "C:migraine"), ("M:warfarin", "C:hypertension"), ("M:aspirin", "C:migraine")):
        with pytest.raises(KeyError):
            relation.outward.link(snapshot.number(medicine), snapshot.number(condition))
    palliates = relation_of(snapshot, EdgeKind.PALLIATES, NodeKind.MEDICINE, NodeKind.CONDITION)
    with pytest.raises(KeyError):
        palliates.outward.link(snapshot.number("M:aspirin"), snapshot.number("C:hypertension"))


def test_a_loop_is_one_entry(store: GraphStore, compiled: Compile) -> None:
    load(
        store,
        batch([node("M:a"), node("M:b")], [edge(EdgeKind.RESEMBLES, "M:a", "M:a"), edge(EdgeKind.RESEMBLES, "M:a", "M:b")]),
    )
    snapshot = compiled(store)
    relation = relation_of(snapshot, EdgeKind.RESEMBLES, NodeKind.MEDICINE, NodeKind.MEDICINE)

    assert relation.outward.row(0).tolist() == [0, 1]
    assert relation.outward.row(1).tolist() == [0]


def test_texts_of_edges_are_kept_where_there_are_any(snapshot: Snapshot) -> None:
    treats = relation_of(snapshot, EdgeKind.TREATS, NodeKind.MEDICINE, NodeKind.CONDITION)
    binds = relation_of(snapshot, EdgeKind.BINDS, NodeKind.MEDICINE, NodeKind.GENE)

    assert sorted(treats.text("evidence", i) for i in range(2)) == ["", "pmid:1"]
    assert [binds.text(name, 0) for name in ("evidence", "record", "known_since", "properties")] == [""] * 4


def test_a_relation_is_named_by_its_parts() -> None:
    assert str(RelationKey(EdgeKind.TREATS, NodeKind.MEDICINE, NodeKind.CONDITION)) == "Medicine-TREATS-Condition"
