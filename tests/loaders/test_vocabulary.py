"""What a load knows: announced and described nodes, names, and two sources that describe one node."""

from hypothesis import given
from hypothesis import strategies as st

from graph.elements import Node, NodeId, NodeKind, Provenance
from loaders.crosswalks import mapped_conditions
from loaders.vocabulary import Vocabulary

BOOK, HETIONET = Provenance("book", "1", "CC0"), Provenance("hetionet", "1.0", "CC0")
CONDITION, MEDICINE = NodeKind.CONDITION, NodeKind.MEDICINE


def condition(node_id: str, name: str, *aliases: str, source: Provenance = BOOK, **properties: str) -> Node:
    return Node(NodeId(node_id), CONDITION, name, source, aliases, properties)


def test_an_announced_node_is_known_until_it_is_forgotten() -> None:
    vocabulary = Vocabulary()
    vocabulary.announce("X:1", CONDITION)

    vocabulary.forget("X:1", MEDICINE)
    assert vocabulary.kind("X:1") is CONDITION
    vocabulary.forget("X:1", CONDITION)
    assert vocabulary.kind("X:1") is None


def test_a_described_node_is_not_forgotten() -> None:
    vocabulary = Vocabulary([condition("X:1", "One")])

    vocabulary.forget("X:1", CONDITION)

    assert vocabulary.kind("X:1") is CONDITION


def test_names_are_matched_in_their_normal_form_and_by_kind() -> None:
    vocabulary = Vocabulary([condition("X:1", "Crohn's disease", "regional enteritis")])
    vocabulary.merge(Node(NodeId("M:1"), MEDICINE, "Regional enteritis", BOOK))

    assert vocabulary.candidates("CROHNS  DISEASE", [CONDITION]) == ["X:1"]
    assert vocabulary.candidates("Regional Enteritis", [CONDITION, MEDICINE]) == ["M:1", "X:1"]
    assert vocabulary.candidates("Regional Enteritis", [MEDICINE]) == ["M:1"]
    assert vocabulary.candidates("M:1", [CONDITION]) == []


def test_a_node_merged_later_is_matched_too() -> None:
    vocabulary = Vocabulary()
    assert vocabulary.candidates("One", [CONDITION]) == []

    vocabulary.merge(condition("X:1", "One"))

    assert vocabulary.candidates("one", [CONDITION]) == ["X:1"]


def test_of_two_nodes_for_one_concept_the_one_that_names_the_other_is_meant() -> None:
    vocabulary = Vocabulary([condition("ICD:1", "hypertension", doid="DOID:1"), condition("DOID:1", "hypertension")])

    assert vocabulary.candidates("hypertension", [CONDITION]) == ["ICD:1"]
    assert vocabulary.candidates("DOID:1", [CONDITION]) == ["DOID:1"]


def test_conditions_that_name_each_other_are_mapped() -> None:
    vocabulary = Vocabulary([condition("ICD:1", "One", doid="DOID:1", mesh="MESH:9"), condition("DOID:1", "one")])

    (columns,) = mapped_conditions(vocabulary).edges
    (edge,) = columns.rows()
    assert (edge.start, edge.end, edge.provenance) == ("ICD:1", "DOID:1", BOOK)
    assert not mapped_conditions(Vocabulary([condition("ICD:1", "One", doid="DOID:1")])).edges
    assert not mapped_conditions(Vocabulary([condition("DOID:1", "One", doid="DOID:1")])).edges


@given(st.permutations([BOOK, HETIONET, Provenance("atlas", "1", "CC0")]))
def test_the_order_in_which_sources_describe_a_node_does_not_matter(order: list[Provenance]) -> None:
    vocabulary = Vocabulary()
    for source in order:
        vocabulary.merge(condition("X:1", f"as {source.source} says", source.source, source=source))

    node = vocabulary.node("X:1")
    assert node is not None
    assert (node.name, node.provenance.source) == ("as atlas says", "atlas")
    assert node.aliases == ("as book says", "as hetionet says", "atlas", "book", "hetionet")


def test_an_imported_graph_and_an_unverified_name_yield_to_a_formulary() -> None:
    vocabulary = Vocabulary([condition("X:1", "zebra", source=Provenance("zoo", "1", "CC0"))])

    vocabulary.merge(condition("X:1", "horse", source=HETIONET))

    assert vocabulary.merge(condition("X:1", "ant", source=HETIONET)).name == "zebra"


def test_describing_the_same_twice_is_describing_once() -> None:
    vocabulary = Vocabulary()
    first = vocabulary.merge(condition("X:1", "One", "a"))

    assert vocabulary.merge(condition("X:1", "One", "a")) == first
