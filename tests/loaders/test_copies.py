"""Copies of a graph for analysts: the same knowledge, old or new for every reader, and never over a graph that is no copy."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path

import pytest

from graph.connect import open_store
from graph.elements import Edge, EdgeKind, KnowledgeLevel, Node, NodeId, NodeKind
from graph.errors import StoreUnavailableError
from graph.snapshot import Snapshot
from graph.store import PATIENT_EDGES, Batch, EdgeColumns, GraphStore, LoadCounts
from loaders.copies import COPY_NOTE, PROBE_NOTE, copy_graph
from loaders.disclosure import Patients, disclosed
from loaders.errors import LoadError
from tests.graph.building import OTHER_SOURCE, SOURCE, batch, content, edge, load, node

Compiled = Callable[[GraphStore], Snapshot]
PatientRecords = Iterator[tuple[Node, Sequence[Edge]]]
NONE = LoadCounts(0, 0, 0)


@pytest.fixture(params=["sqlite", pytest.param("neo4j", marks=pytest.mark.neo4j)])
def target(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[GraphStore]:
    """An empty store to copy into."""
    url = f"sqlite://{tmp_path / 'copy.sqlite'}" if request.param == "sqlite" else request.getfixturevalue("neo4j_url")
    opened = open_store(url)
    yield opened
    opened.close()


@pytest.fixture
def embedded(tmp_path: Path) -> Iterator[GraphStore]:
    """An empty embedded store to copy into, where it is the copying that is tested and not the store."""
    opened = open_store(f"sqlite://{tmp_path / 'copy.sqlite'}")
    yield opened
    opened.close()


def copied(source: GraphStore, target: GraphStore, patients: Patients = Patients.NONE) -> LoadCounts:
    return copy_into(target, source, disclosed(source, patients, date(2026, 6, 30)))


def copy_into(target: GraphStore, source: GraphStore, patients: PatientRecords) -> LoadCounts:
    return copy_graph(source, target, patients, lambda what, rows: None)


def test_a_copy_is_the_same_knowledge_without_patients(small_graph: GraphStore, target: GraphStore, compiled: Compiled) -> None:
    counts = copied(small_graph, target)

    assert counts == LoadCounts(15, 0, 0)
    assert compiled(target).checksum == compiled(small_graph).checksum
    assert not set(target.counts()) & {NodeKind.PATIENT, *PATIENT_EDGES}


def test_the_same_again_changes_nothing(small_graph: GraphStore, target: GraphStore) -> None:
    copied(small_graph, target)
    revision = target.revision()

    assert copied(small_graph, target) == NONE
    assert target.revision() == revision


def test_what_changed_is_changed_and_what_went_goes(small_graph: GraphStore, target: GraphStore, compiled: Compiled) -> None:
    copied(small_graph, target)
    new = batch([node("M:aspirin", "ASA"), node("C:migraine")], [edge(EdgeKind.TREATS, "M:aspirin", "C:migraine")])
    load(small_graph, new, name="new", remove_stale=True)

    counts = copied(small_graph, target)

    assert counts == LoadCounts(1, 2, 13)
    assert compiled(target).checksum == compiled(small_graph).checksum


def test_what_training_derived_is_copied_and_goes_with_its_bundle(small_graph: GraphStore, target: GraphStore) -> None:
    first, second = (
        edge(EdgeKind.SIMILAR_TO, "M:aspirin", "M:warfarin", similarity=s, bundle=b) for s, b in ((0.5, "a"), (1, "b"))
    )
    for name, item in (("first", first), ("second", second)):
        load(small_graph, batch([], [item]), name=name, remove_stale=True, derived=True)
        counts = copied(small_graph, target)
        assert list(target.edges_from(NodeId("M:aspirin"), [EdgeKind.SIMILAR_TO])) == [item]

    assert counts == LoadCounts(0, 1, 0)
    load(small_graph, name="none", remove_stale=True, derived=True)
    assert copied(small_graph, target) == LoadCounts(0, 0, 1)
    assert "SIMILAR_TO" not in target.counts()


def test_pseudonyms_are_copied_and_drawn_anew(small_graph: GraphStore, target: GraphStore) -> None:
    copied(small_graph, target, Patients.PSEUDONYMS)
    revision, (first,) = target.revision(), target.nodes(NodeKind.PATIENT)

    counts = copied(small_graph, target, Patients.PSEUDONYMS)

    (second,) = target.nodes(NodeKind.PATIENT)
    assert len({first.id, second.id, NodeId("patient:1")}) == 3
    assert (counts, target.revision()) == (LoadCounts(4, 0, 4), revision)
    assert target.counts() == small_graph.counts()
    assert {e.properties.get("start") for e in target.edges_from(second.id)} == {"2020-02-01", "2021-01-01", None}


def test_patients_go_when_a_copy_is_made_without_them(small_graph: GraphStore, embedded: GraphStore) -> None:
    copied(small_graph, embedded, Patients.PSEUDONYMS)

    assert copied(small_graph, embedded) == LoadCounts(0, 0, 4)


def test_many_and_parallel_edges_are_copied(store: GraphStore, embedded: GraphStore, compiled: Compiled) -> None:
    ids = [NodeId(f"G:{i}") for i in range(150)]
    starts, ends = [a for a in ids for _ in ids], [b for _ in ids for b in ids]
    joined = (NodeKind.GENE, NodeKind.GENE)
    groups = [
        EdgeColumns.uniform(EdgeKind.REGULATES, joined, (starts, ends), source, KnowledgeLevel.PREDICTION)
        for source in (SOURCE, OTHER_SOURCE)
    ]
    load(store, Batch([node(item) for item in ids], groups))

    assert copied(store, embedded) == LoadCounts(45_150, 0, 0)
    assert compiled(embedded).checksum == compiled(store).checksum


def test_readers_see_the_old_copy_until_the_new_one_is_whole(small_graph: GraphStore, embedded: GraphStore) -> None:
    copied(small_graph, embedded)
    before = content(embedded)
    load(small_graph, batch([node("M:new")]), name="new")
    seen = []

    def looking() -> PatientRecords:
        seen.append(content(embedded))
        yield node("patient:2"), []

    copy_into(embedded, small_graph, looking())

    assert seen == [before]
    assert len(content(embedded)[0]) == len(before[0]) + 2


def test_a_store_is_not_copied_into_itself(small_graph: GraphStore, tmp_path: Path) -> None:
    (tmp_path / "other name.sqlite").symlink_to(tmp_path / "graph.sqlite")
    again = open_store(f"sqlite://{tmp_path}/./graph.sqlite")
    before = content(small_graph)

    with pytest.raises(LoadError, match="is the one to copy from"):
        copied(small_graph, again)

    assert content(small_graph) == before
    assert small_graph.noted(COPY_NOTE) == small_graph.noted(PROBE_NOTE) == ""
    again.close()


def test_a_graph_that_is_no_copy_is_never_written_over(small_graph: GraphStore, embedded: GraphStore) -> None:
    load(embedded, batch([node("M:mine"), node("patient:mine")]))
    before = content(embedded)

    with pytest.raises(LoadError, match="holds a graph that is no copy"):
        copied(small_graph, embedded)

    assert content(embedded) == before


def test_an_empty_store_is_not_copied(store: GraphStore, small_graph: GraphStore, embedded: GraphStore, tmp_path: Path) -> None:
    copied(small_graph, embedded)
    empty = open_store(f"sqlite://{tmp_path / 'empty.sqlite'}")

    with pytest.raises(LoadError, match="the store is empty"):
        copied(empty, embedded)

    assert embedded.counts() != {}
    empty.close()


def test_an_unfinished_load_is_not_copied(small_graph: GraphStore, embedded: GraphStore, tmp_path: Path) -> None:
    small_graph.write(batch([node("M:new")]), small_graph.start_load("unfinished"), "1")

    with pytest.raises(StoreUnavailableError, match="when the load is done"):
        copied(small_graph, embedded)

    assert embedded.counts() == {}
    assert not list(tmp_path.glob("*.building"))


@pytest.mark.parametrize("what", ["nodes", "ends"])
def test_knowledge_that_changes_meanwhile_is_not_copied(small_graph: GraphStore, embedded: GraphStore, what: str) -> None:
    copied(small_graph, embedded)
    before = content(embedded)

    def changing() -> PatientRecords:
        load(small_graph, batch([node("M:new")]), name="new")
        yield node("patient:2"), [edge(EdgeKind.TAKES, "patient:2", "M:new" if what == "ends" else "M:aspirin")]

    with pytest.raises(StoreUnavailableError, match="when the load is done"):
        copy_into(embedded, small_graph, changing())

    assert content(embedded) == before


def test_an_edge_that_is_newer_than_the_nodes_is_no_defect(small_graph: GraphStore, embedded: GraphStore) -> None:
    def changing(kind: str, rows: int) -> None:
        # All conditions have been read by now.
        if kind == NodeKind.SYMPTOM:
            load(small_graph, batch([node("C:new")], [edge(EdgeKind.TREATS, "M:aspirin", "C:new")]), name="new")

    with pytest.raises(StoreUnavailableError, match="when the load is done"):
        copy_graph(small_graph, embedded, iter(()), changing)

    assert embedded.counts() == {}


def test_an_interrupted_copy_leaves_nothing(small_graph: GraphStore, embedded: GraphStore, tmp_path: Path) -> None:
    def interrupted() -> PatientRecords:
        yield node("patient:2"), []
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        copy_into(embedded, small_graph, interrupted())

    assert embedded.counts() == {}
    assert not list(tmp_path.glob("*.building"))


def test_what_a_killed_copy_left_is_not_gone_on_with(small_graph: GraphStore, embedded: GraphStore) -> None:
    embedded.note(COPY_NOTE, "a copy")
    left = embedded.staging()
    left.note(COPY_NOTE, "begun")
    run = left.start_load("killed")
    left.write(batch([node("patient:left")]), run, "1")
    left.close()

    assert copied(small_graph, embedded) == LoadCounts(15, 0, 0)
    assert NodeKind.PATIENT not in embedded.counts()


def test_progress_is_told_by_kinds(small_graph: GraphStore, embedded: GraphStore) -> None:
    told: dict[str, int] = {}

    copy_graph(small_graph, embedded, iter([(node("patient:2"), [])]), told.__setitem__)

    assert (told["Medicine"], told["TREATS"], told["Patient"]) == (3, 2, 1)


def test_batches_of_patients_keep_the_kinds_of_their_ends(store: GraphStore, embedded: GraphStore) -> None:
    people = [node(f"patient:{i:04}") for i in range(1_100)]
    facts = [edge(EdgeKind.TAKES, person.id, "M:a") for person in people]
    facts += [edge(EdgeKind.ALLERGIC_TO, person.id, end) for person in people for end in ("I:a", "K:a", "M:a")]
    load(store, batch([*people, node("M:a"), node("I:a"), node("K:a")], facts))

    copied(store, embedded, Patients.PSEUDONYMS)

    assert embedded.counts() == store.counts()
