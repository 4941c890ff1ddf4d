"""Loads: tags, counts, progress, resuming, stale elements, and several loads at once."""

from collections.abc import Callable, Sequence
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.elements import Edge, EdgeKind, KnowledgeLevel, Node, NodeId, NodeKind
from graph.errors import SchemaError
from graph.store import Batch, EdgeColumns, GraphStore, LoadCounts
from tests.graph.building import (
    OTHER_SOURCE,
    SMALL,
    SMALL_EDGES,
    SMALL_NODES,
    Graph,
    batch,
    content,
    edge,
    graphs,
    knowledge,
    load,
    node,
)

ALL = len(SMALL_NODES) + len(SMALL_EDGES)
M, C = node("M:a", "a"), node("C:a", "a")
TREATS = edge(EdgeKind.TREATS, "M:a", "C:a", line="first")


def test_a_first_load_creates_everything(store: GraphStore) -> None:
    assert load(store, SMALL) == LoadCounts(ALL, 0, 0)


def test_the_same_load_again_does_nothing(store: GraphStore) -> None:
    load(store, SMALL)
    before = content(store)

    assert load(store, SMALL, name="again", remove_stale=True) == LoadCounts(0, 0, 0)
    assert load(store, SMALL, name="load") == LoadCounts(0, 0, 0)
    assert content(store) == before


CHANGES: Sequence[tuple[str, Sequence[Node], Sequence[Edge], int]] = [
    ("nothing", [M, C], [TREATS], 0),
    ("name", [node("M:a", "b")], [], 1),
    ("aliases", [node("M:a", "a", ("x",))], [], 1),
    ("node property", [node("M:a", "a", note="x")], [], 1),
    ("node source", [node("M:a", "a", source=OTHER_SOURCE)], [], 1),
    ("evidence", [], [edge(EdgeKind.TREATS, "M:a", "C:a", line="first", evidence="x")], 1),
    ("level", [], [edge(EdgeKind.TREATS, "M:a", "C:a", line="first", level=KnowledgeLevel.PREDICTION)], 1),
    ("known_since", [], [edge(EdgeKind.TREATS, "M:a", "C:a", line="first", known_since="2020-01-01")], 1),
    ("edge property", [], [edge(EdgeKind.TREATS, "M:a", "C:a", line="later")], 1),
    ("edge without its property", [], [edge(EdgeKind.TREATS, "M:a", "C:a")], 1),
    ("all", [node("M:a", "b"), node("C:a", "b")], [edge(EdgeKind.TREATS, "M:a", "C:a")], 3),
]


@pytest.mark.parametrize(("nodes", "edges", "changed"), [row[1:] for row in CHANGES], ids=[row[0] for row in CHANGES])
def test_what_differs_is_changed_and_counted(
    store: GraphStore, nodes: Sequence[Node], edges: Sequence[Edge], changed: int
) -> None:
    load(store, batch([M, C], [TREATS]), name="first")

    assert load(store, batch(nodes, edges), name="second") == LoadCounts(0, changed, 0)

    for item in nodes:
        assert store.node(item.id) == item
    if edges:
        assert list(store.edges_from(NodeId("M:a"))) == list(edges)


def test_an_element_that_one_load_writes_twice_counts_once(store: GraphStore) -> None:
    first, second = batch([M, C], [TREATS]), batch([node("M:a", "b")], [edge(EdgeKind.TREATS, "M:a", "C:a")])

    assert load(store, first, second, first) == LoadCounts(3, 0, 0)
    assert load(store, second, second, name="second") == LoadCounts(0, 2, 0)


def test_the_last_of_a_batch_that_names_an_element_twice_stays(store: GraphStore) -> None:
    later = edge(EdgeKind.TREATS, "M:a", "C:a", line="later")

    assert load(store, batch([node("M:a", "b"), M, C], [TREATS, later])) == LoadCounts(3, 0, 0)

    assert store.node(NodeId("M:a")) == M
    assert list(store.edges_from(NodeId("M:a"))) == [later]


def test_adding_removes_nothing(store: GraphStore) -> None:
    load(store, SMALL)

    assert load(store, batch([M]), name="more") == LoadCounts(1, 0, 0)
    assert store.counts()["Medicine"] == 4


def test_what_a_load_does_not_bring_again_is_stale(store: GraphStore) -> None:
    load(store, SMALL)
    kept = [item for item in SMALL_EDGES if item.kind is not EdgeKind.TREATS]

    assert load(store, batch(SMALL_NODES, kept), name="less", remove_stale=True) == LoadCounts(0, 0, 2)
    assert {item.key for item in content(store)[1]} == {item.key for item in kept}


def test_a_stale_node_goes_with_all_its_edges(store: GraphStore) -> None:
    load(store, SMALL)
    gone = "M:aspirin"
    rest = [item for item in SMALL_NODES if item.id != gone]
    edges = [item for item in SMALL_EDGES if gone not in (item.start, item.end)]

    counts = load(store, batch(rest, edges), name="less", remove_stale=True)

    assert counts == LoadCounts(0, 0, ALL - len(rest) - len(edges))
    assert content(store) == content_of(rest, edges)


def test_an_edge_that_a_load_brought_between_stale_nodes_goes_with_them(store: GraphStore) -> None:
    load(store, batch([M, C]))

    assert load(store, batch([], [TREATS]), name="edges alone", remove_stale=True).removed == 3
    assert store.counts() == {}


def test_a_removed_element_can_come_back(store: GraphStore) -> None:
    load(store, batch([M, C], [TREATS]))
    load(store, batch([C]), name="less", remove_stale=True)

    assert load(store, batch([M, C], [TREATS]), name="again", remove_stale=True) == LoadCounts(2, 0, 0)
    assert list(store.edges_from(NodeId("M:a"))) == [TREATS]


@given(old=graphs(max_size=3), new=graphs(max_size=3))
@settings(max_examples=25)
def test_counts_are_the_difference_of_the_graphs(opened: Callable[[], GraphStore], old: Graph, new: Graph) -> None:
    store = opened()
    load(store, batch(old.nodes, old.edges), name=f"old {old!r}", remove_stale=True)

    counts = load(store, batch(new.nodes, new.edges), name=f"new {new!r}", remove_stale=True)

    before = {n.id: n for n in old.nodes} | {e.key: e for e in old.edges}
    after = {n.id: n for n in new.nodes} | {e.key: e for e in new.edges}
    changed = sum(before[key] != after[key] for key in before.keys() & after.keys())
    assert counts == LoadCounts(len(after.keys() - before.keys()), changed, len(before.keys() - after.keys()))
    assert content(store) == content_of(new.nodes, new.edges)


def test_a_node_whose_kind_changes_loses_the_edges_that_it_had(store: GraphStore) -> None:
    """They were statements about something of another kind, and the schema would not let them join it."""
    load(store, SMALL)
    symptom = Node(NodeId("C:migraine"), NodeKind.SYMPTOM, "Migraine", SMALL_NODES[0].provenance)
    presents = edge(EdgeKind.PRESENTS, "C:hypertension", "C:migraine", evidence="new")
    columns = EdgeColumns.of([presents], NodeKind.CONDITION, NodeKind.SYMPTOM)

    counts = load(store, Batch([symptom], [columns]), name="changed")

    assert counts == LoadCounts(1, 1, 2)
    assert presents.key in knowledge(store)
    assert {key for key in knowledge(store) if "C:migraine" in key} == {presents.key}
    assert store.counts()["Symptom"] == 2
    with pytest.raises(SchemaError, match="C:migraine"):
        load(store, batch([], [edge(EdgeKind.PALLIATES, "M:aspirin", "C:migraine")]), name="wrong now")


def test_a_kind_that_another_process_changed_is_noticed(opened: Callable[[], GraphStore]) -> None:
    store, other = opened(), opened()
    load(store, batch([M, C], [TREATS]))
    load(other, Batch([Node(C.id, NodeKind.SYMPTOM, "a", C.provenance)]), name="changed")

    with pytest.raises(SchemaError) as caught:
        load(store, batch([], [TREATS]), name="wrong now")

    assert caught.value.code == "bad-ends"


def test_progress_is_that_of_the_last_batch(opened: Callable[[], GraphStore]) -> None:
    store = opened()
    run = store.start_load("input")
    assert (run.progress, run.resumed) == ("", False)
    for step in ("1", "2 here"):
        store.write(batch([node(f"M:{step[0]}")]), run, step)

    again = opened().start_load("input")

    assert again.number == run.number
    assert (again.fingerprint, again.progress, again.resumed) == ("input", "2 here", True)


def test_a_resumed_load_counts_both_runs(opened: Callable[[], GraphStore]) -> None:
    first = opened()
    run = first.start_load("input")
    first.write(batch([M, C]), run, "1")
    first.close()

    second = opened()
    run = second.start_load("input")
    second.write(batch([M, C], [TREATS]), run, "2")

    assert second.finish_load(run, remove_stale=True) == LoadCounts(3, 0, 0)


def test_a_finished_load_is_not_resumed(store: GraphStore) -> None:
    run = store.start_load("input")
    store.finish_load(run, remove_stale=False)

    again = store.start_load("input")

    assert again.number != run.number
    assert (again.progress, again.resumed) == ("", False)


def test_loads_of_different_input_have_their_own_tag_and_progress(store: GraphStore) -> None:
    runs = [store.start_load(name) for name in ("one", "two")]
    for run in runs:
        store.write(batch([node(f"M:{run.fingerprint}")]), run, run.fingerprint)

    assert runs[0].number != runs[1].number
    assert [store.start_load(name).progress for name in ("one", "two")] == ["one", "two"]
    assert [store.finish_load(run, remove_stale=False).created for run in runs] == [1, 1]


@given(graph=graphs(), cuts=st.lists(st.integers(0, 25), max_size=4))
@settings(max_examples=15)
def test_a_graph_may_come_in_any_batches(opened: Callable[[], GraphStore], graph: Graph, cuts: list[int]) -> None:
    store = opened()
    bounds = sorted({0, len(graph.edges), *(min(cut, len(graph.edges)) for cut in cuts)})
    parts = [batch([], graph.edges[a:b]) for a, b in pairwise(bounds)]

    load(store, batch(graph.nodes), *parts, name=repr((graph, cuts)), remove_stale=True)

    assert content(store) == content_of(graph.nodes, graph.edges)


def content_of(nodes: Sequence[Node], edges: Sequence[Edge]) -> tuple[list[Node], list[Edge]]:
    """What a store answers that holds these, in the port's order."""
    ordered = sorted(nodes, key=lambda item: (list(NodeKind).index(item.kind), item.id))
    return ordered, [
        found for item in ordered for found in sorted((e for e in edges if e.start == item.id), key=lambda e: e.key)
    ]
