"""Edges that training derives: in the store for people to see, and apart from knowledge when it is named, read or removed."""

from collections.abc import Callable
from dataclasses import replace

from graph.elements import Edge, EdgeKind, KnowledgeLevel, Node, NodeId, NodeKind, Provenance
from graph.store import GraphStore, LoadCounts
from tests.graph.building import SMALL, SMALL_EDGES, SMALL_NODES, batch, content, edge, knowledge, load

METHOD = Provenance("similar-to/profile", "1", "CC0-1.0")


def similar(start: str, end: str, similarity: float = 0.5, bundle: str = "b1") -> Edge:
    return edge(
        EdgeKind.SIMILAR_TO, start, end, source=METHOD, level=KnowledgeLevel.PREDICTION, similarity=similarity, bundle=bundle
    )


MEDICINES, CONDITIONS = similar("M:aspirin", "M:warfarin"), similar("C:hypertension", "C:migraine", 1)
DERIVED = batch([], [MEDICINES, CONDITIONS])


def derived(store: GraphStore) -> list[Edge]:
    return sorted((e for group in store.knowledge_edges(derived=True) for e in group.rows()), key=lambda e: e.key)


def test_derived_edges_are_read_apart_from_knowledge(store: GraphStore) -> None:
    load(store, SMALL, DERIVED)

    assert derived(store) == [CONDITIONS, MEDICINES]
    assert EdgeKind.SIMILAR_TO not in {e.kind for e in knowledge(store).values()}
    assert list(store.edges_from(NodeId("M:aspirin"), [EdgeKind.SIMILAR_TO])) == [MEDICINES]
    assert store.counts()["SIMILAR_TO"] == 2


def test_no_derived_edge_changes_the_revision_at_any_moment(store: GraphStore) -> None:
    load(store, SMALL)
    seen = {store.revision()}

    run = store.start_load("mirror")
    store.write(DERIVED, run, "1")
    seen.add(store.revision())
    store.finish_load(run, remove_stale=True, derived=True)
    seen.add(store.revision())
    load(store, name="none", remove_stale=True, derived=True)
    seen.add(store.revision())

    assert len(seen) == 1
    assert derived(store) == []


def test_a_load_of_derived_edges_removes_other_derived_ones_alone(store: GraphStore) -> None:
    load(store, SMALL)
    before = content(store)
    load(store, DERIVED, name="first", remove_stale=True, derived=True)

    counts = load(store, batch([], [MEDICINES]), name="second", remove_stale=True, derived=True)

    assert counts == LoadCounts(0, 0, 1)
    assert derived(store) == [MEDICINES]
    load(store, name="third", remove_stale=True, derived=True)
    assert content(store) == before


def test_the_same_derived_edges_again_change_nothing(store: GraphStore) -> None:
    load(store, SMALL)

    assert load(store, DERIVED, remove_stale=True, derived=True, name="first") == LoadCounts(2, 0, 0)
    assert load(store, DERIVED, remove_stale=True, derived=True, name="second") == LoadCounts(0, 0, 0)


def test_a_derived_edge_of_another_bundle_is_the_same_edge_changed(store: GraphStore) -> None:
    load(store, SMALL, DERIVED)
    other = replace(MEDICINES, properties={"similarity": 0.75, "bundle": "b2"})

    assert load(store, batch([], [other]), name="other", remove_stale=True, derived=True) == LoadCounts(0, 1, 1)
    assert derived(store) == [other]


def test_a_load_of_knowledge_leaves_derived_edges(store: GraphStore) -> None:
    load(store, SMALL, DERIVED)
    before = store.revision()

    assert load(store, SMALL, name="rebuilt", remove_stale=True) == LoadCounts(0, 0, 0)
    assert derived(store) == [CONDITIONS, MEDICINES]
    assert store.revision() == before


def test_derived_edges_go_with_their_nodes(store: GraphStore) -> None:
    load(store, SMALL, DERIVED)
    rest = [n for n in SMALL_NODES if n.id != "M:aspirin"]
    edges = [e for e in SMALL_EDGES if "M:aspirin" not in (e.start, e.end)]

    load(store, batch(rest, edges), name="rebuilt", remove_stale=True)

    assert derived(store) == [CONDITIONS]


def test_a_build_takes_derived_edges_along(store: GraphStore, opened: Callable[[], GraphStore]) -> None:
    load(store, SMALL, DERIVED)
    staging = store.staging()

    load(staging, SMALL, name="build", remove_stale=True)
    store.adopt(staging)

    assert derived(opened()) == [CONDITIONS, MEDICINES]


GROUP = Node(NodeId("U:group-1"), NodeKind.GROUP, "older", METHOD, (), {"people": 5, "bundle": "b1"})
RESPONDED = Edge(
    EdgeKind.RESPONDED_TO,
    GROUP.id,
    NodeId("M:aspirin"),
    METHOD,
    KnowledgeLevel.STATISTICAL,
    properties={"people": 5, "share": 0.5, "shift": 0.1, "bundle": "b1"},
)


def test_groups_are_derived_and_no_knowledge(store: GraphStore) -> None:
    load(store, SMALL)
    before = store.revision()

    load(store, batch([GROUP], [RESPONDED]), name="groups", remove_stale=True, derived=True)

    assert store.revision() == before
    assert derived(store) == [RESPONDED]
    assert list(store.nodes(NodeKind.GROUP)) == [GROUP]
    assert RESPONDED.key not in knowledge(store)


def test_a_build_leaves_no_group_behind(store: GraphStore) -> None:
    load(store, SMALL)
    load(store, batch([GROUP], [RESPONDED]), name="groups", remove_stale=True, derived=True)

    load(store, SMALL, name="build", remove_stale=True)

    assert list(store.nodes(NodeKind.GROUP)) == []
    assert derived(store) == []
