"""The shapes let every graph of the schema pass, and each fault of a graph breaks one."""

from collections.abc import Callable
from pathlib import Path

import pytest

from graph.elements import EdgeKind, KnowledgeLevel, NodeKind
from graph.rdf import words
from graph.rdf.read import read_dataset
from graph.rdf.shapes import OWN, SH, shapes, violations
from graph.rdf.words import RdfFormat
from graph.rdf.write import write_rdf
from graph.snapshot import Snapshot
from graph.store import GraphStore
from tests.graph.building import batch, edge, load, node
from tests.graph.hostile import hostile_graph

Compiled = Callable[[GraphStore], Snapshot]


def test_there_is_a_shape_for_each_kind() -> None:
    targets = {str(target).removeprefix(words.OWN) for target in shapes().objects(None, SH.targetClass)}

    assert targets == {*map(str, NodeKind), *map(str, EdgeKind)}
    assert OWN["TREATS"] in set(shapes().objects(None, SH.targetClass))


def test_a_graph_of_the_schema_passes(store: GraphStore, tmp_path: Path, compiled: Compiled) -> None:
    load(store, hostile_graph(long=3))
    path = tmp_path / "graph.nq"
    write_rdf(compiled(store), path, RdfFormat.N_QUADS, [(node("patient:1", sex="female"), [])])

    assert violations(read_dataset(path)) == ([], 0)


@pytest.mark.parametrize(
    ("old", "new", "constraint", "of"),
    [
        ('"first"', '"third"', "In", "line"),
        (f'"{KnowledgeLevel.ASSERTION}"', '"hearsay"', "In", "knowledge_level"),
        (f"C:a> <{words.RDF}type> <{words.OWN}Condition>", f"C:a> <{words.RDF}type> <{words.OWN}Gene>", "Or", ""),
        (f'<{words.SKOS}prefLabel> "C:a"', f'<{words.SKOS}altLabel> "C:a"', "MinCount", "prefLabel"),
        (f'<{words.OWN}verified> "true"^^<{words.XSD}boolean>', f'<{words.OWN}verified> "yes"', "Datatype", "verified"),
    ],
)
def test_each_fault_breaks_a_shape(
    store: GraphStore, tmp_path: Path, compiled: Compiled, old: str, new: str, constraint: str, of: str
) -> None:
    nodes = [node("M:a", verified=True), node("C:a")]
    load(store, batch(nodes, [edge(EdgeKind.TREATS, "M:a", "C:a", line="first")]))
    path = tmp_path / "graph.nq"
    write_rdf(compiled(store), path, RdfFormat.N_QUADS)
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))

    found, count = violations(read_dataset(path))

    assert count >= 1
    assert any(v.constraint == constraint and v.path.endswith(of) for v in found), found
