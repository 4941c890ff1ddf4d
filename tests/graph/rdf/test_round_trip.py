"""What is written as linked data reads back to the same graph, byte for byte, in each form."""

from collections.abc import Callable
from pathlib import Path

import pytest
import rdflib
from hypothesis import given, settings

from graph.connect import open_store
from graph.elements import EdgeKind, KnowledgeLevel, NodeKind
from graph.errors import SchemaError, SnapshotError
from graph.rdf import words
from graph.rdf.read import elements_of, load_dataset, read_dataset
from graph.rdf.words import RdfFormat
from graph.rdf.write import write_rdf
from graph.snapshot import Snapshot
from graph.store import GraphStore
from tests.graph.building import OTHER_SOURCE, Graph, batch, edge, graphs, load, node
from tests.graph.hostile import hostile_graph

Compiled = Callable[[GraphStore], Snapshot]
SUFFIXES = {RdfFormat.TRIG: "trig", RdfFormat.JSON_LD: "jsonld", RdfFormat.N_QUADS: "nq"}


def again(snapshot: Snapshot, folder: Path, compiled: Compiled, form: RdfFormat = RdfFormat.N_QUADS) -> Snapshot:
    """The graph that comes of writing and reading it."""
    path = folder / f"graph.{SUFFIXES[form]}"
    write_rdf(snapshot, path, form)
    store = open_store(f"sqlite://{folder / 'again.sqlite'}")
    load_dataset(read_dataset(path), store, "again")
    try:
        return compiled(store)
    finally:
        store.close()


@pytest.mark.parametrize("form", RdfFormat)
def test_hostile_texts_and_numbers_come_back(store: GraphStore, tmp_path: Path, compiled: Compiled, form: RdfFormat) -> None:
    load(store, hostile_graph())
    before = compiled(store)

    assert again(before, tmp_path, compiled, form).checksum == before.checksum


@settings(max_examples=30)
@given(graphs())
def test_any_graph_comes_back(tmp_path_factory: pytest.TempPathFactory, compiled: Compiled, drawn: Graph) -> None:
    folder = tmp_path_factory.mktemp("rdf")
    store = open_store(f"sqlite://{folder / 'graph.sqlite'}")
    load(store, batch(drawn.nodes, drawn.edges))
    before = compiled(store)
    store.close()

    assert again(before, folder, compiled).checksum == before.checksum


def test_lists_keep_their_order_and_their_repetitions(store: GraphStore, tmp_path: Path, compiled: Compiled) -> None:
    lists = {"M:a": ("b", "a"), "M:b": ("a", "b"), "M:c": (), "M:d": ("x", "x", "a"), "M:e": ("",)}
    load(store, batch([node(name, atc=value) for name, value in lists.items()]))

    found = again(compiled(store), tmp_path, compiled)

    assert {found.id(n): found.properties(n)["atc"] for n in found.numbers(NodeKind.MEDICINE)} == lists


def test_two_sources_that_say_the_same_stay_two_graphs(snapshot: Snapshot, tmp_path: Path) -> None:
    write_rdf(snapshot, tmp_path / "graph.trig", RdfFormat.TRIG)

    graph = read_dataset(tmp_path / "graph.trig")

    said = list(graph.quads((rdflib.URIRef("urn:rxpath:id:M:lisinopril"), rdflib.URIRef(f"{words.BIOLINK}treats"), None, None)))
    assert len({context for *_, context in said}) == 2
    licences = {str(value) for _, _, value, _ in graph.quads((None, rdflib.URIRef(f"{words.TERMS}license"), None, None))}
    assert licences == {"CC0-1.0", OTHER_SOURCE.licence}
    assert "patient" not in (tmp_path / "graph.trig").read_text().replace("@prefix patient: <urn:rxpath:patient:> .", "")


def test_patients_are_written_when_they_are_given(snapshot: Snapshot, tmp_path: Path) -> None:
    patient = node("patient:1", birth_year=1960)
    diagnosis = edge(EdgeKind.HAS_DIAGNOSIS, "patient:1", "C:hypertension", record="d1", status="active")

    counts = write_rdf(snapshot, tmp_path / "graph.nq", RdfFormat.N_QUADS, [(patient, [diagnosis])])

    assert counts == (8, 9)
    nodes, edges = elements_of(read_dataset(tmp_path / "graph.nq"))
    assert patient in nodes
    assert diagnosis in edges


def test_mappings_are_skos_matches(store: GraphStore, tmp_path: Path, compiled: Compiled) -> None:
    load(store, batch([node("C:a"), node("C:b")], [edge(EdgeKind.MAPS_TO, "C:a", "C:b", relation="narrower")]))
    write_rdf(compiled(store), tmp_path / "graph.nq", RdfFormat.N_QUADS)

    assert f"<urn:rxpath:id:C:a> <{words.SKOS}narrowMatch> <urn:rxpath:id:C:b>" in (tmp_path / "graph.nq").read_text()


def test_the_same_snapshot_gives_the_same_file(snapshot: Snapshot, tmp_path: Path) -> None:
    for name in ("one.nq", "two.nq"):
        write_rdf(snapshot, tmp_path / name, RdfFormat.N_QUADS)

    assert (tmp_path / "one.nq").read_bytes() == (tmp_path / "two.nq").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir() if "nq" in path.name) == ["one.nq", "two.nq"]


def test_a_folder_that_cannot_be_written_is_named(snapshot: Snapshot, tmp_path: Path) -> None:
    with pytest.raises(SnapshotError, match="cannot be written"):
        write_rdf(snapshot, tmp_path / "none" / "graph.nq", RdfFormat.N_QUADS)


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("graph.ttl", "", "ends with .trig, .nq, .jsonld is expected"),
        ("graph.nq", "<a> no quads", "cannot be read"),
        ("graph.trig", "@prefix", "cannot be read"),
        ("graph.jsonld", "[{", "cannot be read"),
    ],
)
def test_a_file_that_is_none_is_refused(tmp_path: Path, name: str, text: str, said: str) -> None:
    (tmp_path / name).write_text(text)

    with pytest.raises(SnapshotError, match=said):
        read_dataset(tmp_path / name)


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (f"<{words.TERMS}title>", f"<{words.TERMS}creator>", "missing-source"),
        (f"<{words.RDF}subject>", f"<{words.RDF}value>", "bad-ends"),
        (f'"{KnowledgeLevel.ASSERTION}"', '"hearsay"', "bad-ends"),
        (f"a> <{words.RDF}type> <{words.OWN}Condition>", f"a> <{words.RDF}type> <{words.OWN}Other>", "unknown-end"),
        ('"first"', '"third"', "bad-property"),
    ],
)
def test_what_breaks_the_schema_is_refused_whole(
    store: GraphStore, tmp_path: Path, compiled: Compiled, old: str, new: str, code: str
) -> None:
    load(store, batch([node("M:a"), node("C:a")], [edge(EdgeKind.TREATS, "M:a", "C:a", line="first")]))
    path = tmp_path / "graph.nq"
    write_rdf(compiled(store), path, RdfFormat.N_QUADS)
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))
    target = open_store(f"sqlite://{tmp_path / 'target.sqlite'}")

    with pytest.raises(SchemaError) as caught:
        load_dataset(read_dataset(path), target, "broken")

    assert caught.value.code == code
    assert target.counts() == {}
    target.close()
