"""How elements stand in Neo4j: what they say comes back, and a digest tells whether it changed."""

import pytest
from hypothesis import given

from graph.elements import EdgeKind, KnowledgeLevel, NodeKind
from graph.neo4j_rows import EDGE_WORDS, NODE_WORDS, RowReader, edge_values, node_values, shared_values
from graph.schema import EDGE_RULES, NODE_RULES
from graph.store import EdgeColumns
from tests.graph.building import OTHER_SOURCE, SOURCE, Graph, edge, graphs, node


@given(graph=graphs())
def test_any_element_comes_back(graph: Graph) -> None:
    reader = RowReader()

    assert [reader.node(node_values(n)) for n in graph.nodes] == list(graph.nodes)
    assert [reader.edge(e.kind, e.start, e.end, edge_values(e)) for e in graph.edges] == list(graph.edges)


def test_a_node_stands_under_the_schemas_own_names() -> None:
    values = node_values(node("M:aspirin", "Aspirin", ("b", "a"), atc=("N02BA01",)))

    assert values.pop("digest")
    assert values == {
        "id": "M:aspirin",
        "kind": "Medicine",
        "name": "Aspirin",
        "aliases": ["a", "b"],
        "source": "test",
        "source_version": "1",
        "licence": "CC0-1.0",
        "atc": ["N02BA01"],
    }


def test_what_is_empty_is_not_stored_but_for_the_record() -> None:
    assert {"evidence", "known_since"}.isdisjoint(edge_values(edge(EdgeKind.TREATS, "M:a", "C:a")))
    assert edge_values(edge(EdgeKind.TREATS, "M:a", "C:a"))["record"] == ""
    assert {"name", "aliases"}.isdisjoint(node_values(node("patient:1")))


@pytest.mark.parametrize(
    "other",
    [
        edge(EdgeKind.TREATS, "M:a", "C:a", source=OTHER_SOURCE),
        edge(EdgeKind.TREATS, "M:a", "C:a", level=KnowledgeLevel.UNREVIEWED),
        edge(EdgeKind.TREATS, "M:a", "C:a", evidence="pmid:1"),
        edge(EdgeKind.TREATS, "M:a", "C:a", record="r"),
        edge(EdgeKind.TREATS, "M:a", "C:a", known_since="2020-01-01"),
        edge(EdgeKind.TREATS, "M:a", "C:a", line="first"),
    ],
)
def test_whatever_an_edge_says_changes_its_digest(other: object) -> None:
    assert edge_values(other)["digest"] != edge_values(edge(EdgeKind.TREATS, "M:a", "C:a"))["digest"]  # type: ignore[arg-type]


def test_numbers_of_another_type_have_another_digest() -> None:
    whole, broken = (edge(EdgeKind.TAKES, "patient:1", "M:a", adherence=value) for value in (1, 1.0))

    assert edge_values(whole)["digest"] != edge_values(broken)["digest"]


def test_plain_columns_say_what_each_of_their_edges_says() -> None:
    kinds = (NodeKind.MEDICINE, NodeKind.CONDITION)
    plain = EdgeColumns.uniform(EdgeKind.TREATS, kinds, (["M:a"], ["C:a"]), SOURCE, KnowledgeLevel.ASSERTION)  # type: ignore[list-item]

    assert shared_values(plain) == edge_values(edge(EdgeKind.TREATS, "M:a", "C:a"))
    assert shared_values(EdgeColumns.of([edge(EdgeKind.TREATS, "M:a", "C:a", evidence="e")], *kinds)) is None


def test_no_property_of_the_schema_is_called_like_one_of_the_store() -> None:
    assert all(NODE_WORDS.isdisjoint(rules) for rules in NODE_RULES.values())
    assert all(EDGE_WORDS.isdisjoint(rule.properties) for rule in EDGE_RULES.values())
