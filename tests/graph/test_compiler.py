"""Compiling: the same knowledge gives the same bytes, and the store remembers which snapshot is current."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.compiler import ATTEMPTS, POINTER, compile_snapshot, current_snapshot
from graph.connect import open_store
from graph.elements import EdgeKind, NodeKind, Provenance
from graph.errors import SnapshotError, StoreUnavailableError
from graph.snapshot import Snapshot
from graph.store import EdgeColumns, GraphStore
from tests.graph.building import NEVER_COMPILED, SMALL_EDGES, SMALL_NODES, Graph, batch, content, edge, graphs, load, node
from tests.graph.processes import compile_at_once

SLOW = settings(max_examples=12)
Compile = Callable[[GraphStore], Snapshot]


@given(graph=graphs(), cuts=st.lists(st.integers(0, 20), max_size=3), random=st.randoms())
@SLOW
def test_any_order_and_any_batches_give_the_same_checksum(
    store: GraphStore, compiled: Compile, graph: Graph, cuts: list[int], random: object
) -> None:
    load(store, batch(graph.nodes, graph.edges), name=f"whole {graph!r}", remove_stale=True)
    whole = compiled(store)

    nodes, edges = list(graph.nodes), list(graph.edges)
    random.shuffle(nodes)  # type: ignore[attr-defined]
    random.shuffle(edges)  # type: ignore[attr-defined]
    bounds = sorted({0, len(edges), *(min(cut, len(edges)) for cut in cuts)})
    parts = [batch(nodes[:1]), batch(nodes[1:]), *(batch([], edges[a:b]) for a, b in pairwise(bounds))]
    load(store, batch([node("M:gone", "gone")]), name="in between", remove_stale=True)
    load(store, *parts, name=f"parts {cuts} {graph!r}", remove_stale=True)

    assert compiled(store).checksum == whole.checksum


@given(graph=graphs(max_edges=12), other=graphs(max_edges=12))
@SLOW
def test_other_knowledge_gives_another_checksum_and_other_patients_do_not(
    store: GraphStore, compiled: Compile, graph: Graph, other: Graph
) -> None:
    def knowledge(item: Graph) -> tuple[set[str], set[str]]:
        return (
            {repr(n) for n in item.nodes if n.kind not in NEVER_COMPILED},
            {repr(e) for e in item.edges if not e.start.startswith("patient:")},
        )

    checksums = []
    for item in (graph, other):
        load(store, batch(item.nodes, item.edges), name=repr(item), remove_stale=True)
        checksums.append(compiled(store).checksum)

    assert (checksums[0] == checksums[1]) == (knowledge(graph) == knowledge(other))


def test_the_small_graph_has_a_known_checksum(small_graph: GraphStore, compiled: Compile) -> None:
    """Another checksum here means another layout of the arrays: raise FORMAT, and write the new one down."""
    assert compiled(small_graph).checksum == "80a4687101da2e4f99871f5f2ac221f4"


def test_sources_are_numbered_by_their_words(store: GraphStore, compiled: Compile) -> None:
    sources = [Provenance(name, version, licence) for name in "ba" for version in "21" for licence in ("x", "CC0")]
    load(store, batch([node(f"M:{i}", source=source) for i, source in enumerate(sources)]))

    assert list(compiled(store).provenances) == sorted(sources, key=lambda p: (p.source, p.source_version, p.licence))


def test_a_snapshot_is_named_by_its_content(small_graph: GraphStore, tmp_path: Path) -> None:
    snapshot = compile_snapshot(small_graph, tmp_path / "new" / "snapshots")

    assert snapshot.path == tmp_path / "new" / "snapshots" / f"{snapshot.checksum}.snapshot"
    assert snapshot.verify()
    assert [item.name for item in snapshot.path.parent.iterdir()] == [snapshot.path.name]


def test_patients_are_not_compiled(small_graph: GraphStore, snapshot: Snapshot, compiled: Compile) -> None:
    knowledge = batch(
        [item for item in SMALL_NODES if item.kind is not NodeKind.PATIENT],
        [item for item in SMALL_EDGES if not item.start.startswith("patient:")],
    )
    load(small_graph, knowledge, name="no patients", remove_stale=True)

    assert compiled(small_graph).checksum == snapshot.checksum
    assert b"patient:" not in snapshot.path.read_bytes()


def test_two_processes_compile_the_same(small_graph: GraphStore, snapshot: Snapshot, tmp_path: Path) -> None:
    url = f"sqlite://{tmp_path / 'graph.sqlite'}"

    found = compile_at_once(url, [tmp_path / "a", tmp_path / "b", tmp_path / "snapshots", tmp_path / "snapshots"])

    assert found == [snapshot.checksum] * 4
    assert [item.name for item in (tmp_path / "snapshots").iterdir()] == [snapshot.path.name]
    assert snapshot.verify()


def test_threads_that_compile_different_knowledge_into_one_folder_do_not_mix(tmp_path: Path) -> None:
    def compile_one(number: int) -> bool:
        store = open_store(f"sqlite://{tmp_path / f'{number}.sqlite'}")
        load(store, batch([node(f"M:{number}-{i}") for i in range(200)]))
        barrier.wait()
        snapshot = compile_snapshot(store, tmp_path / "snapshots")
        store.close()
        return snapshot.verify() and snapshot.id(0) == f"M:{number}-0"

    barrier = threading.Barrier(6)
    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(compile_one, range(6))) == [True] * 6


# Which one is current


def test_the_current_snapshot_is_compiled_once(small_graph: GraphStore, tmp_path: Path) -> None:
    first = current_snapshot(small_graph, tmp_path)
    written = first.path.stat().st_mtime_ns

    second = current_snapshot(small_graph, tmp_path)

    assert second.checksum == first.checksum
    assert second.path.stat().st_mtime_ns == written
    assert small_graph.noted(POINTER) == f"{small_graph.revision()} {first.checksum}"


def test_new_knowledge_is_compiled_and_new_patients_are_not(small_graph: GraphStore, tmp_path: Path) -> None:
    first = current_snapshot(small_graph, tmp_path)
    load(small_graph, batch([node("patient:2")]), name="patient")
    after_patient = current_snapshot(small_graph, tmp_path)
    load(small_graph, batch([node("M:new")]), name="medicine")
    after_medicine = current_snapshot(small_graph, tmp_path)

    assert after_patient.checksum == first.checksum
    assert after_medicine.checksum != first.checksum
    assert after_medicine.number("M:new") in after_medicine.numbers(NodeKind.MEDICINE)


def test_what_is_compiled_in_the_middle_of_a_load_is_not_taken_for_its_end(store: GraphStore, tmp_path: Path) -> None:
    run = store.start_load("long")
    checksums = []
    for i in range(3):
        store.write(batch([node(f"M:{i}")]), run, "same words")
        checksums.append(current_snapshot(store, tmp_path).checksum)

    assert len(set(checksums)) == 3


@pytest.mark.parametrize(
    "damage", [lambda path: path.unlink(), lambda path: path.write_bytes(path.read_bytes()[:100])], ids=["gone", "cut"]
)
def test_a_snapshot_that_cannot_be_opened_is_compiled_again(
    small_graph: GraphStore, tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    first = current_snapshot(small_graph, tmp_path)
    damage(first.path)

    again = current_snapshot(small_graph, tmp_path)

    assert again.checksum == first.checksum
    assert again.verify()


def test_an_empty_store_has_none(store: GraphStore, tmp_path: Path) -> None:
    load(store, batch([node("patient:1")]))

    with pytest.raises(SnapshotError, match="load something first"):
        current_snapshot(store, tmp_path)


# A store that changes while it is compiled


class Changing:
    """A store to which another process adds between two reads, a number of times."""

    def __init__(self, store: GraphStore, times: int) -> None:
        self._store = store
        self._times = times

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)

    def knowledge_edges(self, *, derived: bool = False) -> Iterator[EdgeColumns]:
        if self._times:
            self._times -= 1
            added = batch([node(f"C:{self._times}")], [edge(EdgeKind.TREATS, "M:aspirin", f"C:{self._times}")])
            load(self._store, added, name=f"added {self._times}")
        return self._store.knowledge_edges(derived=derived)


def test_what_training_derived_is_not_compiled(small_graph: GraphStore, tmp_path: Path) -> None:
    before = compile_snapshot(small_graph, tmp_path)
    load(small_graph, batch([], [edge(EdgeKind.SIMILAR_TO, "M:aspirin", "M:warfarin")]), name="mirror")

    assert compile_snapshot(small_graph, tmp_path).checksum == before.checksum
    assert current_snapshot(small_graph, tmp_path).checksum == before.checksum


def test_knowledge_that_changes_while_it_is_read_is_read_again(small_graph: GraphStore, tmp_path: Path) -> None:
    snapshot = compile_snapshot(Changing(small_graph, ATTEMPTS - 1), tmp_path)  # type: ignore[arg-type]

    assert snapshot.checksum == compile_snapshot(small_graph, tmp_path).checksum
    assert current_snapshot(small_graph, tmp_path).checksum == snapshot.checksum


def test_knowledge_that_keeps_changing_is_not_compiled(small_graph: GraphStore, tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailableError, match="changes while"):
        compile_snapshot(Changing(small_graph, ATTEMPTS), tmp_path)  # type: ignore[arg-type]

    assert small_graph.noted(POINTER) == ""


def test_what_the_store_holds_is_what_was_compiled(small_graph: GraphStore, snapshot: Snapshot) -> None:
    nodes, edges = content(small_graph)

    assert [snapshot.node(i) for i in range(snapshot.node_count)] == [n for n in nodes if n.kind is not NodeKind.PATIENT]
    compiled = [snapshot.edge(r, i) for r in snapshot.relations.values() for i in range(len(r.levels))]
    expected = [e for e in edges if not e.start.startswith("patient:")]
    assert sorted(compiled, key=lambda e: e.key) == sorted(expected, key=lambda e: e.key)
