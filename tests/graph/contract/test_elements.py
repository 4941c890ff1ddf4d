"""What is written is read again, unchanged, in the port's order."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings

from graph.elements import Edge, EdgeKind, KnowledgeLevel, Node, NodeId, NodeKind, Provenance
from graph.errors import UnknownNodeError
from graph.property_rules import MAX_TEXT
from graph.store import Batch, EdgeColumns, GraphStore
from tests.graph.building import (
    OTHER_SOURCE,
    SMALL,
    SMALL_EDGES,
    SMALL_NODES,
    SOURCE,
    Graph,
    batch,
    content,
    edge,
    graphs,
    kind_of,
    knowledge,
    load,
    node,
)

HOSTILE = (
    "it's",
    'a "quoted" name',
    "back`tick`",
    "\\backslash\\n",
    "x'); DROP TABLE node; --",
    "`}) DETACH DELETE n //",
    "$rows {curly} %s %(name)s",
    "tab\tand\nline\rbreak",
    "\x01\x02\x7f",
    "naïve Ménière 糖尿病 \U0001f48a",
    "e\u0301 is not \u00e9",
    "\u202eright to left",
    "   ",
    "null",
    "},{",
    '"},{"a":1',
    "[1, 2]",
)


def test_an_empty_store_answers_emptily(store: GraphStore) -> None:
    assert store.counts() == {}
    assert list(store.nodes(NodeKind.MEDICINE)) == []
    assert list(store.knowledge_edges()) == []
    assert list(store.edges_from(NodeId("M:none"))) == []
    assert store.noted("anything") == ""


def test_a_node_is_read_as_it_was_written(store: GraphStore) -> None:
    load(store, SMALL)

    assert [store.node(item.id) for item in SMALL_NODES] == list(SMALL_NODES)


def test_edges_of_a_node_are_read_as_they_were_written(store: GraphStore) -> None:
    load(store, SMALL)

    for start in {item.start for item in SMALL_EDGES}:
        expected = [item for item in SMALL_EDGES if item.start == start]
        assert list(store.edges_from(start)) == sorted(expected, key=lambda item: item.key)


def test_knowledge_edges_are_all_those_that_start_at_no_patient(store: GraphStore) -> None:
    load(store, SMALL)

    assert knowledge(store) == {item.key: item for item in SMALL_EDGES if kind_of(item.start) is not NodeKind.PATIENT}


def test_knowledge_edges_come_in_one_group_for_each_kind_and_kinds_of_ends(store: GraphStore) -> None:
    load(store, SMALL, batch([node("K:a"), node("I:a")], [edge(EdgeKind.IN_CLASS, i, "K:a") for i in ("M:aspirin", "I:a")]))

    groups = [(group.kind, group.start_kind, group.end_kind) for group in store.knowledge_edges()]

    assert len(groups) == len(set(groups)) == 8
    for group in store.knowledge_edges():
        assert {kind_of(i) for i in group.starts} == {group.start_kind}
        assert {kind_of(i) for i in group.ends} == {group.end_kind}


@given(graph=graphs())
@settings(max_examples=25)
def test_any_graph_comes_back(opened: Callable[[], GraphStore], graph: Graph) -> None:
    store = opened()
    load(store, batch(graph.nodes, graph.edges), name=repr(graph), remove_stale=True)

    nodes, edges = content(store)

    assert nodes == sorted(graph.nodes, key=lambda item: (list(NodeKind).index(item.kind), item.id))
    assert sorted(edges, key=lambda item: item.key) == sorted(graph.edges, key=lambda item: item.key)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_is_text(store: GraphStore, text: str) -> None:
    source = Provenance(text, text, text)
    medicine = node("M:a", text, (text, "other"), source=source, note=text, atc=(text, text))
    treats = edge(EdgeKind.TREATS, "M:a", "C:a", source=source, evidence=text, record=text, note=text)

    load(store, batch([medicine, node("C:a")], [treats]), name=text)
    store.note(text, text)

    assert store.node(NodeId("M:a")) == medicine
    assert list(store.edges_from(NodeId("M:a"))) == [treats]
    assert knowledge(store) == {treats.key: treats}
    assert store.noted(text) == text


@pytest.mark.parametrize("local", ["it's", '"', "`", "$x", "%2F", "\\", "糖尿病", "\U0001f48a", "a:b::c", "x" * 200])
def test_hostile_ids_are_ids(store: GraphStore, local: str) -> None:
    medicine, resembles = node(f"M:{local}"), edge(EdgeKind.RESEMBLES, f"M:{local}", f"M:{local}")

    load(store, batch([medicine], [resembles]))

    assert list(store.nodes(NodeKind.MEDICINE)) == [medicine]
    assert list(store.edges_from(medicine.id)) == [resembles]
    assert knowledge(store) == {resembles.key: resembles}


def test_the_largest_texts_are_kept_whole(store: GraphStore) -> None:
    text = "\U0001f48a" * (MAX_TEXT - 1) + "."
    medicine = node("M:a", text, (text,), note=text)
    treats = edge(EdgeKind.TREATS, "M:a", "C:a", evidence=text, note=text)

    load(store, batch([medicine, node("C:a")], [treats]))

    assert store.node(medicine.id) == medicine
    assert list(store.edges_from(medicine.id)) == [treats]
    assert knowledge(store) == {treats.key: treats}


@pytest.mark.parametrize("value", [0.1, -0.0, 1e-308, 1.7e308, 2**53 + 1, -5, 3])
def test_numbers_keep_their_value_and_type(store: GraphStore, value: float) -> None:
    result = Edge(
        EdgeKind.HAS_RESULT,
        NodeId("patient:1"),
        NodeId("L:test"),
        SOURCE,
        KnowledgeLevel.OBSERVATION,
        record="r",
        properties={"value": value, "unit": "mg/dL"},
    )
    nodes = [node("patient:1"), Node(NodeId("L:test"), NodeKind.LAB_TEST, "test", SOURCE)]

    load(store, Batch(nodes, [EdgeColumns.of([result], NodeKind.PATIENT, NodeKind.LAB_TEST)]))

    found = store.edges_from(NodeId("patient:1"))[0].properties["value"]
    assert (found, type(found)) == (value, type(value))
    assert str(found) == str(value)


def test_two_sources_that_say_the_same_are_two_edges(store: GraphStore) -> None:
    same = [edge(EdgeKind.TREATS, "M:a", "C:a", source=source) for source in (SOURCE, OTHER_SOURCE)]

    load(store, batch([node("M:a"), node("C:a")], same))

    assert store.counts()["TREATS"] == 2
    assert knowledge(store) == {item.key: item for item in same}
    assert [item.provenance for item in store.edges_from(NodeId("M:a"))] == [OTHER_SOURCE, SOURCE]


def test_records_tell_parallel_edges_of_one_source_apart(store: GraphStore) -> None:
    edges = [edge(EdgeKind.TAKES, "patient:1", "M:a", record=record) for record in ("t2", "", "t10", "t1")]

    load(store, batch([node("patient:1"), node("M:a")], edges))

    assert [item.record for item in store.edges_from(NodeId("patient:1"))] == ["", "t1", "t10", "t2"]


def test_a_source_of_another_version_replaces_its_edge(store: GraphStore) -> None:
    versions = [edge(EdgeKind.TREATS, "M:a", "C:a", source=Provenance("test", version, "CC0-1.0")) for version in "12"]

    load(store, batch([node("M:a"), node("C:a")], versions[:1]), name="first")
    load(store, batch([], versions[1:]), name="second")

    assert [item.provenance.source_version for item in store.edges_from(NodeId("M:a"))] == ["2"]


def test_an_edge_and_its_reverse_are_two(store: GraphStore) -> None:
    both = [edge(EdgeKind.RESEMBLES, "M:a", "M:b"), edge(EdgeKind.RESEMBLES, "M:b", "M:a")]

    load(store, batch([node("M:a"), node("M:b")], both))

    assert knowledge(store) == {item.key: item for item in both}


def test_nodes_come_in_the_order_of_code_points(store: GraphStore) -> None:
    ids = ["M:B", "M:a", "M:é", "M:\uffee", "M:\U0001f48a", "M:10", "M:9", "M:a-1", "M:Z"]

    load(store, batch(map(node, ids)))

    assert [item.id for item in store.nodes(NodeKind.MEDICINE)] == sorted(ids)


def test_nodes_can_be_read_in_pages(store: GraphStore) -> None:
    ids = sorted(f"M:{i:03d}" for i in range(25))
    load(store, batch(map(node, [*ids, "C:other", "S:other"])))

    pages, after = [], ""
    while page := [item.id for item in store.nodes(NodeKind.MEDICINE, after=after, limit=10)]:
        pages.append(page)
        after = page[-1]

    assert pages == [ids[:10], ids[10:20], ids[20:]]
    assert [item.id for item in store.nodes(NodeKind.MEDICINE, after="M:019x")] == ids[20:]
    assert list(store.nodes(NodeKind.MEDICINE, limit=0)) == []


def test_edges_come_in_the_order_of_their_keys(store: GraphStore) -> None:
    edges = [
        edge(kind, "M:a", end, source=source)
        for kind, ends in ((EdgeKind.TREATS, ("C:z", "C:B", "C:a")), (EdgeKind.RESEMBLES, ("M:b", "M:a")))
        for end in ends
        for source in (SOURCE, OTHER_SOURCE)
    ]

    load(store, batch(map(node, ["M:a", "M:b", "C:z", "C:B", "C:a"]), edges))

    assert list(store.edges_from(NodeId("M:a"))) == sorted(edges, key=lambda item: item.key)


def test_edges_of_chosen_kinds_only(store: GraphStore) -> None:
    load(store, SMALL)

    found = store.edges_from(NodeId("M:lisinopril"), [EdgeKind.BINDS, EdgeKind.CAUSES])

    assert [item.kind for item in found] == [EdgeKind.BINDS]


@pytest.mark.parametrize("name", ["M:none", "", "no curie", "M:\x00", "M:\ud800", "Aspirin", "m:aspirin"])
def test_an_id_that_is_not_there_is_unknown(store: GraphStore, name: str) -> None:
    load(store, SMALL)

    with pytest.raises(UnknownNodeError) as caught:
        store.node(NodeId(name))

    assert caught.value.name == name
    assert list(store.edges_from(NodeId(name))) == []


def test_counts_are_by_kind(store: GraphStore) -> None:
    load(store, SMALL)

    assert store.counts() == {
        "Medicine": 3,
        "Condition": 2,
        "Symptom": 1,
        "Gene": 1,
        "Patient": 1,
        "TREATS": 2,
        "PALLIATES": 1,
        "PRESENTS": 2,
        "INTERACTS_WITH": 1,
        "RESEMBLES": 1,
        "BINDS": 1,
        "HAS_DIAGNOSIS": 1,
        "TAKES": 2,
    }


def test_columns_that_repeat_one_value_are_edges_like_others(store: GraphStore) -> None:
    starts, ends = [NodeId("M:b"), NodeId("M:a"), NodeId("M:a")], [NodeId("C:a"), NodeId("C:b"), NodeId("C:a")]
    kinds = (NodeKind.MEDICINE, NodeKind.CONDITION)
    uniform = EdgeColumns.uniform(EdgeKind.TREATS, kinds, (starts, ends), SOURCE, KnowledgeLevel.STATISTICAL)

    load(store, Batch([node(i) for i in ("M:a", "M:b", "C:a", "C:b")], [uniform]))

    expected = [edge(EdgeKind.TREATS, *pair, level=KnowledgeLevel.STATISTICAL) for pair in zip(starts, ends, strict=True)]
    assert knowledge(store) == {item.key: item for item in expected}


def test_notes_are_kept_and_replaced(opened: Callable[[], GraphStore]) -> None:
    store = opened()
    store.note("key", "one")
    store.note("key", "two")
    store.note("empty", "")

    assert [opened().noted(key) for key in ("key", "empty", "none")] == ["two", "", ""]


def test_what_one_opening_writes_another_reads(opened: Callable[[], GraphStore]) -> None:
    writer, reader = opened(), opened()

    load(writer, SMALL)

    assert content(reader) == content(writer)
    assert reader.revision() == writer.revision()


def test_reading_sees_the_state_it_began_with(opened: Callable[[], GraphStore]) -> None:
    store = opened()
    load(store, batch(node(f"M:{i:04d}") for i in range(3000)))

    reading = store.nodes(NodeKind.MEDICINE)
    first = next(reading)
    load(store, batch([node("M:0000x"), node("M:9999")]), name="meanwhile")

    assert [item.id for item in (first, *reading)] == [f"M:{i:04d}" for i in range(3000)]
    assert store.counts() == {"Medicine": 3002}


def test_reading_all_edges_sees_the_state_it_began_with(opened: Callable[[], GraphStore]) -> None:
    store, other = opened(), opened()
    load(store, SMALL)
    before = knowledge(store)

    reading = store.knowledge_edges()
    first = next(reading)
    late = [edge(kind, "M:aspirin", "C:hypertension") for kind in (EdgeKind.TREATS, EdgeKind.PALLIATES)]
    load(other, batch([], late), name="meanwhile")

    assert {item.key: item for group in (first, *reading) for item in group.rows()} == before
    assert len(knowledge(store)) == len(before) + 2
