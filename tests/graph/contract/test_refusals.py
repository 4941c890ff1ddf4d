"""A batch that breaks the schema is refused with its code and leaves nothing behind."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from graph.elements import Edge, EdgeKind, KnowledgeLevel, Node, NodeId, NodeKind, Provenance
from graph.errors import SchemaError
from graph.property_rules import MAX_TEXT
from graph.store import Batch, EdgeColumns, GraphStore
from tests.graph.building import SMALL, SOURCE, batch, columns, content, edge, load, node

GOOD = (node("M:new"), node("C:new"))
TREATS = edge(EdgeKind.TREATS, "M:new", "C:new")
NOBODY = Provenance("", "1", "CC0-1.0")

BAD_NODES: Sequence[tuple[str, Node]] = [
    ("bad-id", Node(NodeId("no curie"), NodeKind.MEDICINE, "x", SOURCE)),
    ("bad-id", Node(NodeId("M:\x00"), NodeKind.MEDICINE, "x", SOURCE)),
    ("bad-id", Node(NodeId("M:\ud800"), NodeKind.MEDICINE, "x", SOURCE)),
    ("missing-name", Node(NodeId("M:a"), NodeKind.MEDICINE, "", SOURCE)),
    ("bad-name", node("M:a", "a\x00b")),
    ("bad-name", node("M:a", "\ud800")),
    ("bad-name", node("M:a", "a", ("b\x00",))),
    ("bad-name", node("M:a", "a", ("\udfff",))),
    ("bad-name", node("M:a", "x" * (MAX_TEXT + 1))),
    ("identifier-in-graph", node("patient:1", "Jane")),
    ("identifier-in-graph", node("patient:1", "", ("MRN 1",))),
    ("unknown-property", node("M:a", colour="red")),
    ("bad-property", node("M:a", note="a\x00b")),
    ("bad-property", node("M:a", note="\ud800")),
    ("bad-property", node("M:a", atc=("a", "b\x00"))),
    ("bad-property", node("M:a", prescription="maybe")),
    ("missing-source", node("M:a", source=NOBODY)),
    ("bad-source", node("M:a", source=Provenance("test", "\x00", "CC0"))),
    ("bad-source", node("M:a", source=Provenance("\ud800", "1", "CC0"))),
]
BAD_EDGES: Sequence[tuple[str, Edge]] = [
    ("unknown-property", edge(EdgeKind.TREATS, "M:new", "C:new", colour="red")),
    ("missing-property", Edge(EdgeKind.INTERACTS_WITH, NodeId("M:new"), NodeId("M:new"), SOURCE, KnowledgeLevel.ASSERTION)),
    ("bad-property", edge(EdgeKind.TREATS, "M:new", "C:new", line="third")),
    ("bad-text", edge(EdgeKind.TREATS, "M:new", "C:new", evidence="a\x00b")),
    ("bad-text", edge(EdgeKind.TREATS, "M:new", "C:new", evidence="\ud800")),
    ("bad-text", edge(EdgeKind.TREATS, "M:new", "C:new", evidence="x" * (MAX_TEXT + 1))),
    ("bad-text", edge(EdgeKind.TREATS, "M:new", "C:new", record="a\x00b")),
    ("bad-text", edge(EdgeKind.TREATS, "M:new", "C:new", record="\udc00")),
    ("bad-date", edge(EdgeKind.TREATS, "M:new", "C:new", known_since="yesterday")),
    ("bad-date", edge(EdgeKind.TREATS, "M:new", "C:new", known_since="2023-02-30")),
    ("missing-source", edge(EdgeKind.TREATS, "M:new", "C:new", source=NOBODY)),
    ("bad-source", edge(EdgeKind.TREATS, "M:new", "C:new", source=Provenance("a", "b", "\x00"))),
    ("unknown-end", edge(EdgeKind.TREATS, "M:new", "C:nowhere")),
    ("unknown-end", edge(EdgeKind.TREATS, "M:nowhere", "C:new")),
]


def refuse(store: GraphStore, wrong: Batch, code: str) -> SchemaError:
    """Write the batch, see it refused with the code, and see that nothing of it is left."""
    load(store, SMALL, name="before")
    before, revision = content(store), store.revision()
    run = store.start_load("refused")
    store.write(Batch(), run, "so far")

    with pytest.raises(SchemaError) as caught:
        store.write(wrong, run, "beyond")

    assert caught.value.code == code
    assert content(store) == before
    assert store.revision() == revision
    assert store.start_load("refused").progress == "so far"
    return caught.value


@pytest.mark.parametrize(("code", "wrong"), BAD_NODES)
def test_a_bad_node_refuses_its_batch(store: GraphStore, code: str, wrong: Node) -> None:
    refuse(store, Batch([*GOOD, wrong], batch([], [TREATS]).edges), code)


@pytest.mark.parametrize(("code", "wrong"), BAD_EDGES)
def test_a_bad_edge_refuses_its_batch(store: GraphStore, code: str, wrong: Edge) -> None:
    refuse(store, Batch(GOOD, [*batch([], [TREATS]).edges, *batch([], [wrong]).edges]), code)


def test_an_edge_between_the_wrong_kinds_refuses_its_batch(store: GraphStore) -> None:
    backwards = EdgeColumns.of([edge(EdgeKind.TREATS, "C:new", "M:new")], NodeKind.CONDITION, NodeKind.MEDICINE)

    refuse(store, Batch(GOOD, [backwards]), "bad-ends")


@pytest.mark.parametrize(("start", "end"), [("C:new", "C:new"), ("M:new", "M:new")])
def test_columns_that_misstate_the_kind_of_a_node_refuse_their_batch(store: GraphStore, start: str, end: str) -> None:
    misstated = EdgeColumns.of([edge(EdgeKind.TREATS, start, end)], NodeKind.MEDICINE, NodeKind.CONDITION)

    refuse(store, Batch(GOOD, [misstated]), "bad-ends")


def test_an_end_of_an_earlier_batch_is_known_and_of_another_kind_is_not(store: GraphStore) -> None:
    load(store, batch(GOOD))
    misstated = EdgeColumns.of([edge(EdgeKind.TREATS, "M:new", "M:new")], NodeKind.MEDICINE, NodeKind.CONDITION)

    assert load(store, batch([], [TREATS])).created == 1
    refuse(store, Batch([], [misstated]), "bad-ends")


def test_a_refused_node_is_no_end_of_a_later_edge(store: GraphStore) -> None:
    """Whatever an adapter remembers of a batch, it forgets when the batch is refused."""
    run = store.start_load("refused")
    with pytest.raises(SchemaError):
        store.write(batch(GOOD, [TREATS, edge(EdgeKind.TREATS, "M:new", "C:nowhere")]), run, "1")

    with pytest.raises(SchemaError) as caught:
        store.write(batch([], [TREATS]), run, "1")

    assert caught.value.code == "unknown-end"


SECRET = "Jane-Doe-1950"
JANE = node(f"patient:{SECRET}")


@pytest.mark.parametrize(
    "wrong",
    [
        Batch([replace(JANE, name=SECRET)]),
        Batch([replace(JANE, aliases=(SECRET,))]),
        Batch([replace(JANE, properties={"sex": SECRET})]),
        Batch([JANE, *GOOD], columns([edge(EdgeKind.ALLERGIC_TO, JANE.id, "M:new", reaction=f"{SECRET}\x00")])),
        Batch([JANE, *GOOD], columns([edge(EdgeKind.ALLERGIC_TO, JANE.id, "M:new", record=f"{SECRET}\x00")])),
        Batch(GOOD, columns([edge(EdgeKind.TAKES, JANE.id, "M:new")])),
        Batch(
            [JANE, *GOOD], [EdgeColumns.of([edge(EdgeKind.TREATS, JANE.id, "C:new")], NodeKind.MEDICINE, NodeKind.CONDITION)]
        ),
    ],
)
def test_no_message_repeats_anything_of_a_patient(store: GraphStore, wrong: Batch) -> None:
    with pytest.raises(SchemaError) as caught:
        store.write(wrong, store.start_load("secret"), "1")

    assert SECRET not in str(caught.value)


def test_an_error_within_a_batch_leaves_the_store_usable(opened: Callable[[], GraphStore]) -> None:
    store, other = opened(), opened()
    run = store.start_load("run")
    for _ in range(3):
        with pytest.raises(SchemaError):
            store.write(batch(GOOD, [edge(EdgeKind.TREATS, "M:new", "C:nowhere")]), run, "1")

    load(other, SMALL, name="other")
    store.write(batch(GOOD, [TREATS]), run, "1")

    assert store.finish_load(run, remove_stale=False).created == 3
