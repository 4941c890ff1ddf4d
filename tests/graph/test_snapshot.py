"""Snapshots: numbers and names of nodes, the file, and the form for networkx."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from graph.array_file import write_arrays
from graph.elements import EdgeKind, NodeKind
from graph.errors import SnapshotError, UnknownNodeError
from graph.numbered_nodes import KIND_ORDER
from graph.relation import RelationKey
from graph.snapshot import FORMAT, Snapshot
from graph.store import GraphStore
from tests.graph.building import NEVER_COMPILED, SMALL_EDGES, SMALL_NODES, Graph, batch, graphs, kind_of, load, node
from tests.graph.processes import open_at_once

Compile = Callable[[GraphStore], Snapshot]
SLOW = settings(max_examples=15)
KNOWLEDGE = sorted(
    (item for item in SMALL_NODES if item.kind is not NodeKind.PATIENT), key=lambda item: (KIND_ORDER.index(item.kind), item.id)
)


def filled(store: GraphStore, graph: Graph) -> GraphStore:
    load(store, batch(graph.nodes, graph.edges), name=repr(graph), remove_stale=True)
    return store


# Nodes


def test_nodes_are_numbered_by_kind_and_id(snapshot: Snapshot) -> None:
    assert [snapshot.node(i) for i in range(snapshot.node_count)] == KNOWLEDGE
    assert [snapshot.number(item.id) for item in KNOWLEDGE] == list(range(len(KNOWLEDGE)))
    assert [snapshot.kind(i) for i in range(snapshot.node_count)] == [item.kind for item in KNOWLEDGE]
    assert [snapshot.name(i) for i in range(snapshot.node_count)] == [item.name for item in KNOWLEDGE]


def test_a_kind_is_a_range_of_numbers(snapshot: Snapshot) -> None:
    assert list(snapshot.numbers(NodeKind.MEDICINE)) == [0, 1, 2]
    assert list(snapshot.numbers(NodeKind.CONDITION)) == [3, 4]
    assert list(snapshot.numbers(NodeKind.PHENOTYPE)) == []
    assert NodeKind.PATIENT not in KIND_ORDER
    assert [n for kind in KIND_ORDER for n in snapshot.numbers(kind)] == list(range(snapshot.node_count))


@pytest.mark.parametrize("name", ["patient:1", "M:none", "Aspirin", "m:aspirin", "", "M:\ud800", "Compound::DB00945"])
def test_only_an_id_has_a_number(snapshot: Snapshot, name: str) -> None:
    with pytest.raises(UnknownNodeError) as caught:
        snapshot.number(name)

    assert caught.value.name == name


def test_ids_that_agree_when_normalised_are_still_two(store: GraphStore, compiled: Compile) -> None:
    load(store, batch([node("M:a-b", "one"), node("M:a_b", "two"), node("M:A.B", "three")]))
    snapshot = compiled(store)

    assert [snapshot.name(snapshot.number(i)) for i in ("M:a-b", "M:a_b", "M:A.B")] == ["one", "two", "three"]
    assert len(snapshot.candidates("M:a b")) == 3
    assert [snapshot.name(n) for n in snapshot.candidates("M:a_b")] == ["two"]


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("M:aspirin", ["M:aspirin"]),
        ("aspirin", ["M:aspirin"]),
        ("ACETYLSALICYLIC-ACID", ["M:aspirin"]),
        ("Compound::DB00945", ["M:aspirin"]),
        ("High Blood Pressure", ["C:hypertension"]),
        ("patient:1", []),
        ("nothing", []),
        ("", []),
        ("?", []),
        ("\ud800", []),
    ],
)
def test_an_id_an_alias_or_a_name_means_a_node(snapshot: Snapshot, text: str, ids: list[str]) -> None:
    assert [snapshot.id(n) for n in snapshot.candidates(text)] == ids


def test_a_name_of_several_nodes_means_them_all_unless_the_kind_is_given(store: GraphStore, compiled: Compile) -> None:
    load(
        store,
        batch(
            [
                node("S:cold", "Cold"),
                node("C:cold", "cold"),
                node("C:copd", "COPD", ("CÖLD",)),
                node("C:x", "x", ("cold", "COLD!")),
            ]
        ),
    )
    snapshot = compiled(store)

    def ids(text: str, *kinds: NodeKind) -> list[str]:
        return [snapshot.id(n) for n in snapshot.candidates(text, kinds)]

    assert ids("Cold") == ["C:cold", "C:copd", "C:x", "S:cold"]
    assert ids("Cold", NodeKind.SYMPTOM) == ["S:cold"]
    assert ids("Cold", NodeKind.MEDICINE) == []
    assert ids("COLD!") == ["C:x"]  # exactly an alias


def test_the_nearest_names_are_of_the_given_kinds(snapshot: Snapshot) -> None:
    assert list(snapshot.nearest("asprin", [NodeKind.MEDICINE])) == ["Aspirin"]
    assert list(snapshot.nearest("asprin", [NodeKind.CONDITION])) == []
    assert list(snapshot.nearest("hypertenson", [NodeKind.MEDICINE, NodeKind.CONDITION], limit=1)) == ["Hypertension"]


@given(graph=graphs(max_edges=0))
@SLOW
def test_every_node_is_found_by_everything_that_it_is_called(store: GraphStore, compiled: Compile, graph: Graph) -> None:
    snapshot = compiled(filled(store, graph))

    for item in graph.nodes:
        if item.kind not in NEVER_COMPILED:
            number = snapshot.number(item.id)
            assert snapshot.node(number) == item
            for text in (item.id, item.name, *item.aliases):
                found = snapshot.candidates(text)
                assert number in found or not any(c.isalnum() for c in text) or text in _ids_and_aliases(snapshot, found)


def _ids_and_aliases(snapshot: Snapshot, numbers: Any) -> set[str]:
    return {text for n in numbers for text in (snapshot.id(n), *snapshot.aliases(n))}


# The file


def test_a_snapshot_is_mapped_and_cannot_be_written_to(snapshot: Snapshot) -> None:
    relation = snapshot.relations[RelationKey(EdgeKind.TREATS, NodeKind.MEDICINE, NodeKind.CONDITION)]

    arrays = [relation.levels, relation.provenances, relation.edge_pointers]
    arrays += [getattr(way, part) for way in (relation.outward, relation.inward) for part in ("pointers", "targets", "links")]
    for array in arrays:
        assert not array.flags.writeable
        assert not array.flags.owndata
        with pytest.raises(ValueError, match="read-only"):
            array[:] = 0


def test_a_snapshot_outlives_the_name_of_its_file(snapshot: Snapshot) -> None:
    snapshot.path.unlink()

    assert snapshot.name(snapshot.number("M:aspirin")) == "Aspirin"
    assert snapshot.verify()


def test_damage_shows_when_it_is_looked_for(snapshot: Snapshot) -> None:
    data = bytearray(snapshot.path.read_bytes())
    data[-1] ^= 1
    copy = snapshot.path.with_name(snapshot.path.name)
    copy.unlink()
    copy.write_bytes(data)

    assert snapshot.verify()
    assert not Snapshot(copy).verify()


def test_a_snapshot_of_another_format_is_refused(snapshot: Snapshot, tmp_path: Path) -> None:
    data = snapshot.path.read_bytes()
    older, newer = (data.replace(b'"format": %d' % FORMAT, b'"format": %d' % other) for other in (FORMAT - 1, FORMAT + 1))

    for changed in (older, newer):
        assert changed != data
        (tmp_path / "changed.snapshot").write_bytes(changed)
        with pytest.raises(SnapshotError, match=f"{FORMAT} is expected"):
            Snapshot(tmp_path / "changed.snapshot")


@pytest.mark.parametrize(
    "notes",
    [
        {},
        [],
        {"format": FORMAT - 1},
        {"format": FORMAT + 1, "nodes": {}, "provenances": [], "relations": []},
        {"format": FORMAT},
        {"format": FORMAT, "nodes": {}, "provenances": [["only one"]], "relations": []},
        {"format": FORMAT, "nodes": {}, "provenances": [], "relations": [["TREATS", "Medicine", "Unheard"]]},
        {"format": FORMAT, "nodes": {}, "provenances": [], "relations": [["TREATS"]]},
        {"format": FORMAT, "nodes": {}, "provenances": [], "relations": []},
    ],
)
def test_an_array_file_of_something_else_is_refused(tmp_path: Path, notes: Any) -> None:
    path = write_arrays(tmp_path, ".snapshot", {"a": np.zeros(1)}, notes)

    with pytest.raises(SnapshotError, match="compile it again"):
        Snapshot(path)


def test_several_processes_read_one_file(snapshot: Snapshot) -> None:
    assert open_at_once(snapshot.path, 3) == [(snapshot.checksum, snapshot.node_count, snapshot.link_count)] * 3


# For networkx


def test_networkx_has_every_node_and_edge_with_all_that_they_carry(snapshot: Snapshot) -> None:
    graph = snapshot.to_networkx()

    assert graph.graph == {"snapshot": snapshot.checksum}
    assert list(graph.nodes) == [item.id for item in KNOWLEDGE]
    assert dict(graph.nodes["M:aspirin"]) == {
        "kind": "Medicine",
        "name": "Aspirin",
        "aliases": ("Compound::DB00945", "acetylsalicylic acid"),
        "source": "test",
        "source_version": "1",
        "licence": "CC0-1.0",
        "rxcui": "1191",
        "atc": ("N02BA01", "B01AC06"),
    }
    assert graph.number_of_edges() == sum(kind_of(item.start) is not NodeKind.PATIENT for item in SMALL_EDGES)
    assert graph.edges["M:lisinopril", "C:hypertension", "TREATS|test|"] == {
        "kind": "TREATS",
        "knowledge_level": "assertion",
        "evidence": "pmid:1",
        "record": "",
        "known_since": "",
        "source": "test",
        "source_version": "1",
        "licence": "CC0-1.0",
        "line": "first",
    }


@given(graph=graphs())
@SLOW
def test_a_graph_goes_through_networkx_and_back(store: GraphStore, compiled: Compile, graph: Graph) -> None:
    exchanged = compiled(filled(store, graph)).to_networkx()

    keys = {(d["kind"], start, end, d["source"], d["record"]) for start, end, d in exchanged.edges(data=True)}
    assert keys == {item.key for item in graph.edges if kind_of(item.start) is not NodeKind.PATIENT}
    assert exchanged.number_of_edges() == len(keys)
    assert {(i, d["name"], d["aliases"]) for i, d in exchanged.nodes(data=True)} == {
        (item.id, item.name, item.aliases) for item in graph.nodes if item.kind not in NEVER_COMPILED
    }


def test_networkx_of_chosen_kinds_has_the_edges_among_them(snapshot: Snapshot) -> None:
    graph = snapshot.to_networkx([NodeKind.CONDITION, NodeKind.SYMPTOM])

    assert list(graph.nodes) == ["C:hypertension", "C:migraine", "S:headache"]
    assert {d["kind"] for *_, d in graph.edges(data=True)} == {"PRESENTS"}
    assert graph.number_of_edges() == 2
