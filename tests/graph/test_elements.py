"""Nodes and edges: frozen values with an identity."""

from dataclasses import FrozenInstanceError, replace

import pytest

from graph.elements import EdgeKind, KnowledgeLevel, NodeKind, Provenance
from tests.graph.building import OTHER_SOURCE, edge, node


def test_aliases_are_sorted_and_without_duplicates() -> None:
    assert node("M:a", "a", ("z", "b", "z", "")).aliases == ("", "b", "z")


def test_equal_nodes_are_equal_whatever_order_their_parts_came_in() -> None:
    assert node("M:a", "a", ("x", "y"), note="n", rxcui="1") == node("M:a", "a", ("y", "x"), rxcui="1", note="n")
    assert node("M:a", "a") != node("M:a", "b")


def test_elements_cannot_be_changed() -> None:
    medicine, treats = node("M:a", note="x"), edge(EdgeKind.TREATS, "M:a", "C:a", line="first")

    for item in (medicine, treats):
        with pytest.raises(TypeError):
            item.properties["note"] = "y"  # type: ignore[index]
        with pytest.raises(FrozenInstanceError):
            item.provenance = OTHER_SOURCE  # type: ignore[misc]


def test_what_properties_were_made_from_may_change_without_them() -> None:
    values = {"note": "x"}
    medicine = replace(node("M:a"), properties=values)

    values["note"] = "y"

    assert medicine.properties == {"note": "x"}


def test_an_edge_is_known_by_its_kind_ends_source_and_record() -> None:
    one = edge(EdgeKind.TREATS, "M:a", "C:a", evidence="x", line="first", record="r")

    assert one.key == ("TREATS", "M:a", "C:a", "test", "r")
    assert replace(one, evidence="y", level=KnowledgeLevel.PREDICTION, known_since="2020-01-01").key == one.key
    assert replace(one, provenance=Provenance("test", "9", "other")).key == one.key
    assert replace(one, provenance=OTHER_SOURCE).key != one.key


def test_knowledge_levels_are_ranked_from_assertion_to_unreviewed() -> None:
    assert [level.strength for level in KnowledgeLevel] == [4, 3, 2, 1, 0]
    assert max(KnowledgeLevel, key=lambda level: level.strength) is KnowledgeLevel.ASSERTION


@pytest.mark.parametrize("words", [NodeKind, EdgeKind, KnowledgeLevel])
def test_kinds_are_their_words(words: type[NodeKind | EdgeKind | KnowledgeLevel]) -> None:
    assert all(str(word) == word.value for word in words)
    assert len({word.value.casefold() for word in words}) == len(words)
