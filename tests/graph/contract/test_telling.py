"""What is told of a patient live: one transaction, never knowledge, and no load or build undoes it."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from graph.elements import Edge, EdgeKind, Node, NodeId
from graph.errors import ErasedPatientError, SchemaError, UnknownNodeError
from graph.store import GraphStore
from graph.telling import TOLD, Decide, Telling, mark_of
from tests.graph.building import SMALL, SMALL_EDGES, SMALL_NODES, batch, content, edge, load, node

OLD, NEW = NodeId("patient:1"), NodeId("patient:2")
PERSON = node(NEW, source=TOLD, birth_year=1980)


def told_edge(record: str, end: str = "C:migraine", patient: str = NEW, status: str = "active") -> Edge:
    return edge(EdgeKind.HAS_DIAGNOSIS, patient, end, source=TOLD, record=record, status=status)


def always(telling: Telling) -> Decide:
    return lambda node, edges: telling


def build(store: GraphStore, *batches: object, name: str = "build") -> None:
    staging = store.staging()
    load(staging, *batches, name=name, remove_stale=True)  # type: ignore[arg-type]
    store.adopt(staging)


def record(store: GraphStore, patient: NodeId) -> Sequence[Edge]:
    return store.edges_from(patient)


def test_a_patient_is_told_with_edges_and_knowledge_stays(store: GraphStore) -> None:
    load(store, SMALL)
    revision, before = store.revision(), content(store)

    store.tell(NEW, always(Telling(PERSON, [told_edge("r1")])))

    assert store.node(NEW) == PERSON
    assert list(record(store, NEW)) == [told_edge("r1")]
    assert store.revision() == revision
    assert [n for n in content(store)[0] if n.id != NEW] == before[0]


def test_whoever_tells_is_shown_the_record_and_may_refuse(store: GraphStore) -> None:
    load(store, SMALL)
    shown: list[tuple[Node | None, Sequence[Edge]]] = []

    class NoError(Exception):
        pass

    def refuse(node: Node | None, edges: Sequence[Edge]) -> Telling:
        shown.append((node, edges))
        raise NoError

    before = content(store)
    for patient in (OLD, NEW):
        with pytest.raises(NoError):
            store.tell(patient, refuse)

    assert [(node, list(edges)) for node, edges in shown] == [(store.node(OLD), list(record(store, OLD))), (None, [])]
    assert content(store) == before


def test_an_edge_is_replaced_and_withdrawn(store: GraphStore) -> None:
    load(store, SMALL)
    store.tell(NEW, always(Telling(PERSON, [told_edge("r1"), told_edge("r2")])))

    store.tell(NEW, always(Telling(None, [told_edge("r1", status="resolved")], frozenset({mark_of(told_edge("r2"))}))))

    assert list(record(store, NEW)) == [told_edge("r1", status="resolved")]
    assert store.node(NEW) == PERSON


@pytest.mark.parametrize(
    ("telling", "code"),
    [
        (Telling(PERSON, [told_edge("r", "C:nowhere")]), "unknown-end"),
        (Telling(PERSON, [told_edge("r", "S:headache")]), "bad-ends"),
        (Telling(PERSON, [told_edge("r", patient=OLD)]), "bad-ends"),
        (Telling(PERSON, [edge(EdgeKind.TREATS, "M:aspirin", "C:migraine")]), "bad-ends"),
        (Telling(PERSON, [told_edge("r", status="gone")]), "bad-property"),
        (Telling(replace(PERSON, id=OLD), []), "bad-ends"),
        (Telling(node(NEW, source=TOLD, birth_year=3000), []), "bad-property"),
    ],
)
def test_what_the_schema_refuses_is_not_told(store: GraphStore, telling: Telling, code: str) -> None:
    load(store, SMALL)
    before = content(store)

    with pytest.raises(SchemaError) as refused:
        store.tell(NEW, always(telling))

    assert refused.value.code == code
    assert content(store) == before


def test_nobody_is_made_by_an_edge_alone(store: GraphStore) -> None:
    load(store, SMALL)

    with pytest.raises(UnknownNodeError):
        store.tell(NEW, always(Telling(None, [told_edge("r1")])))


def test_a_build_keeps_what_was_told(store: GraphStore, opened: Callable[[], GraphStore]) -> None:
    load(store, SMALL)
    own = told_edge("r9", patient=OLD)
    # A diagnosis of the file is deleted, another put in its place; the patient's own values are corrected.
    corrected = replace(SMALL_NODES[-1], provenance=TOLD, properties={"birth_year": 1961})
    withdrawn = frozenset({mark_of(e) for e in SMALL_EDGES if e.record == "d1"})
    store.tell(OLD, always(Telling(corrected, [own], withdrawn)))
    store.tell(NEW, always(Telling(PERSON, [told_edge("r1")])))
    expected = content(store)

    build(store, SMALL)
    build(store, SMALL, name="again")
    load(store, SMALL, name="added")

    assert content(opened()) == expected
    assert [e.record for e in record(store, OLD)] == ["r9", "t1", "t2"]


def test_a_build_without_the_patient_keeps_what_was_told_and_what_it_joins(store: GraphStore) -> None:
    load(store, SMALL)
    told = told_edge("r9", patient=OLD)
    store.tell(OLD, always(Telling(None, [told])))

    build(store, batch([node("M:aspirin", "Aspirin")]))

    assert list(record(store, OLD)) == [told]
    assert {n.id for n in content(store)[0]} == {"M:aspirin", "C:migraine", OLD}
    store.tell(OLD, always(Telling(None, [], frozenset({mark_of(told)}))))
    build(store, batch([node("M:aspirin", "Aspirin")]), name="later")
    assert {n.id for n in content(store)[0]} == {"M:aspirin"}


def test_what_is_told_while_a_build_runs_is_in_the_build(store: GraphStore) -> None:
    load(store, SMALL)
    store.tell(NEW, always(Telling(PERSON, [told_edge("r1"), told_edge("r2")])))
    staging = store.staging()
    load(staging, batch(SMALL_NODES[:3], []), name="build", remove_stale=True)

    store.tell(NEW, always(Telling(None, [told_edge("r3", "C:hypertension")], frozenset({mark_of(told_edge("r1"))}))))
    store.tell(OLD, always(Telling(None, [told_edge("r4", patient=OLD)])))
    store.adopt(staging)

    assert [e.record for e in record(store, NEW)] == ["r3", "r2"]
    assert [e.record for e in record(store, OLD)] == ["r4"]
    assert store.node(NEW) == PERSON


def test_who_is_erased_while_a_build_runs_is_not_in_the_build(store: GraphStore) -> None:
    load(store, SMALL)
    staging = store.staging()
    load(staging, SMALL, name="build", remove_stale=True)

    assert store.forget(OLD) == 3
    assert content(staging)[0] == list(content(store)[0])
    store.adopt(staging)

    with pytest.raises(UnknownNodeError):
        store.node(OLD)
    assert store.is_erased(OLD)


def test_an_erased_patient_never_comes_back(store: GraphStore, opened: Callable[[], GraphStore]) -> None:
    load(store, SMALL)
    revision = store.revision()
    store.tell(OLD, always(Telling(None, [told_edge("r1", patient=OLD)], frozenset({mark_of(SMALL_EDGES[-1])}))))

    assert store.forget(OLD) == 3
    assert store.forget(OLD) == 0

    for again in (lambda: build(store, SMALL), lambda: load(store, SMALL, name="added"), lambda: build(store, SMALL, name="b")):
        again()
        assert OLD not in {n.id for n in content(opened())[0]}
        assert list(record(store, OLD)) == []
    assert store.revision() == revision
    assert opened().is_erased(OLD)
    assert not store.is_erased(NEW)
    with pytest.raises(ErasedPatientError):
        store.tell(OLD, always(Telling(SMALL_NODES[-1])))


def test_whoever_is_derived_of_goes_as_well(store: GraphStore) -> None:
    load(store, SMALL)
    foreseen = edge(EdgeKind.PREDICTED, OLD, "C:migraine", probability=0.5, predictor="conditions", bundle="b1")
    load(store, batch([], [foreseen]), name="foreseen")

    assert store.forget(OLD) == 4
    assert EdgeKind.PREDICTED not in store.counts()


def test_a_copy_of_told_elements_is_of_its_load(store: GraphStore) -> None:
    """Another store that is given them by a load forgets them when a later load does not bring them."""
    load(store, SMALL, batch([PERSON], [told_edge("r1")]))

    load(store, SMALL, name="later", remove_stale=True)

    assert NEW not in {n.id for n in content(store)[0]}


def test_of_many_who_tell_at_once_each_is_shown_what_the_others_did(opened: Callable[[], GraphStore]) -> None:
    stores = [opened() for _ in range(3)]
    load(stores[0], SMALL)
    stores[0].tell(NEW, always(Telling(PERSON)))

    def count_up(node: Node | None, edges: Sequence[Edge]) -> Telling:
        return Telling(None, [told_edge(f"r{len(edges):02}")])

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda i: stores[i % 3].tell(NEW, count_up), range(18)))

    assert [e.record for e in record(stores[0], NEW)] == [f"r{i:02}" for i in range(18)]
