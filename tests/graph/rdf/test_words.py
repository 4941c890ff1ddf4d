"""Every id has an IRI, and the IRI leads back to the id."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.elements import EdgeKind, NodeId, NodeKind
from graph.rdf import words
from graph.schema import CURIE, EDGE_RULES

IDS = st.from_regex(CURIE, fullmatch=True)


@given(IDS)
def test_an_iri_leads_back_to_its_id(node_id: str) -> None:
    assert words.node_id(words.node_iri(NodeId(node_id))) == node_id


@given(st.sampled_from(sorted(words.PREFIXES)), st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=1))
def test_an_iri_of_a_known_prefix_leads_back_whatever_stands_behind_it(prefix: str, local: str) -> None:
    node_id = NodeId(f"{prefix}:{local}")

    assert words.node_id(words.node_iri(node_id)) == node_id


@given(IDS, IDS)
def test_two_ids_have_two_iris(one: str, other: str) -> None:
    assert (words.node_iri(NodeId(one)) == words.node_iri(NodeId(other))) == (one == other)


@pytest.mark.parametrize(
    ("node_id", "iri"),
    [
        ("DOID:10763", "http://purl.obolibrary.org/obo/DOID_10763"),
        ("DrugBank:DB00945", "https://go.drugbank.com/drugs/DB00945"),
        ("ICD10CM:I10", "http://purl.bioontology.org/ontology/ICD10CM/I10"),
        ("rx:less salt", "urn:rxpath:node:less%20salt"),
        ("odd:a/b", "urn:rxpath:id:odd:a%2Fb"),
    ],
)
def test_iris_are_those_of_the_vocabularies(node_id: str, iri: str) -> None:
    assert words.node_iri(NodeId(node_id)) == iri


@pytest.mark.parametrize("iri", ["http://elsewhere.example/x", "urn:rxpath:id:", "urn:rxpath:id:a", "urn:rxpath:edge:1", ""])
def test_an_iri_of_something_else_is_refused(iri: str) -> None:
    with pytest.raises(ValueError, match="an IRI of a node is expected"):
        words.node_id(iri)


def test_every_kind_has_its_word() -> None:
    assert set(words.CATEGORIES) == set(NodeKind)
    assert set(words.PREDICATES) == set(EdgeKind) - {EdgeKind.MAPS_TO}
    assert set(words.MATCHES) == set(EDGE_RULES[EdgeKind.MAPS_TO].properties["relation"].values)
    assert words.predicate_iri(EdgeKind.MAPS_TO, "broader") == f"{words.SKOS}broadMatch"
