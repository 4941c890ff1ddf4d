from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.consents import BEGINNING, REFUSED, Purpose, allows, refused, refusing, willing
from graph.elements import Node as GraphNode
from graph.elements import NodeId, NodeKind, Provenance
from graph.embedded_store import EmbeddedStore
from graph.errors import SchemaError
from graph.schema import check_node
from graph.store import Batch

PERSON = GraphNode(NodeId("patient:1"), NodeKind.PATIENT, "", Provenance("test", "1", "CC0-1.0"), properties={"sex": "female"})


@given(st.sets(st.sampled_from(Purpose)), st.sets(st.sampled_from(Purpose)))
def test_what_is_refused_is_what_was_said_last(first: set[Purpose], last: set[Purpose]) -> None:
    patient = refusing(refusing(PERSON, first), last)

    check_node(patient)
    assert refused(patient) == last
    assert {purpose for purpose in Purpose if allows(patient, purpose)} == set(Purpose) - last
    assert patient.properties["sex"] == "female"
    assert refusing(patient, ()) == PERSON


def test_nothing_is_refused_where_nothing_is_said() -> None:
    assert refused(PERSON) == frozenset()


def test_a_record_that_a_person_makes_begins_with_treatment_alone() -> None:
    assert [purpose for purpose in Purpose if allows(refusing(PERSON, BEGINNING), purpose)] == [Purpose.TREATMENT]


def test_an_unknown_purpose_enters_no_store() -> None:
    with pytest.raises(SchemaError, match="treatment, learning, research, sharing"):
        check_node(GraphNode(PERSON.id, PERSON.kind, "", PERSON.provenance, properties={REFUSED: ("profit",)}))


def test_the_willing_are_those_who_do_not_refuse(tmp_path: Path) -> None:
    store = EmbeddedStore(tmp_path / "graph.sqlite")
    people = [GraphNode(NodeId(f"patient:{i}"), NodeKind.PATIENT, "", PERSON.provenance) for i in range(4)]
    people[1], people[2] = refusing(people[1], [Purpose.LEARNING]), refusing(people[2], [Purpose.RESEARCH])
    load = store.start_load("x")
    store.write(Batch(people), load, "1")
    store.finish_load(load, remove_stale=False)

    assert [node.id for node in willing(store)] == ["patient:0", "patient:2", "patient:3"]
    assert [node.id for node in willing(store, Purpose.RESEARCH)] == ["patient:0", "patient:1", "patient:3"]
