"""The record of a patient in the store, as of a day."""

from collections.abc import Callable
from datetime import date

import pytest

from graph.elements import EdgeKind, NodeId
from recommender.errors import UnknownPatientError
from recommender.record import Fact, read_record
from tests.recommender.conftest import TODAY, Graph

BIRTH = {"patient:p": {"birth_year": 1984, "sex": "female", "pregnant": False, "breast_feeding": True, "synthetic": True}}


def facts(graph: Graph, as_of: date = TODAY, *, active: bool = True) -> dict[str, bool]:
    """Whether each fact that is known on the day holds, by the id of its node."""
    return {str(graph.snapshot.id(f.node)): f.active for f in graph.record(as_of=as_of).facts if f.active or not active}


def test_the_person(graph_of: Callable[..., Graph]) -> None:
    record = graph_of([("patient:p", "TAKES", "M:a")], BIRTH).record()

    assert (record.patient, record.age, record.sex) == ("patient:p", 40, "female")
    assert (record.pregnant, record.breast_feeding, record.synthetic) == (False, True, True)


def test_what_is_not_on_file_is_none(graph_of: Callable[..., Graph]) -> None:
    record = graph_of([("patient:p", "TAKES", "M:a")]).record()

    assert (record.age, record.sex, record.pregnant, record.breast_feeding) == (None, None, None, None)
    assert record.synthetic is False


def test_nobody_is_younger_than_nothing(graph_of: Callable[..., Graph]) -> None:
    assert graph_of([("patient:p", "TAKES", "M:a")], BIRTH).record(as_of=date(1980, 1, 1)).age is None


@pytest.mark.parametrize("patient", ["patient:q", "M:a"])
def test_an_unknown_patient_is_not_repeated(graph_of: Callable[..., Graph], patient: str) -> None:
    graph = graph_of([("patient:p", "TAKES", "M:a")])

    with pytest.raises(UnknownPatientError) as caught:
        read_record(graph.store, graph.snapshot, NodeId(patient), TODAY)

    assert patient not in str(caught.value)


def test_a_fact_keeps_its_record_and_what_it_says(graph_of: Callable[..., Graph]) -> None:
    said = {"record": "r1", "severity": "severe", "reaction": "rash", "since": "2020-01-01"}
    graph = graph_of([("patient:p", "ALLERGIC_TO", "I:a", said), ("patient:p", "TAKES", "M:a", {"evidence": "sheet 3"})])

    allergy, therapy = sorted(graph.record().facts, key=lambda f: f.kind)

    properties = {"severity": "severe", "reaction": "rash", "since": "2020-01-01"}
    assert allergy == Fact(EdgeKind.ALLERGIC_TO, graph.number("I:a"), True, "r1", properties)
    assert therapy.record == "sheet 3"


@pytest.mark.parametrize(
    ("kind", "end", "begun"),
    [
        ("HAS_DIAGNOSIS", "C:a", {"start": "2024-06-02"}),
        ("HAS_SYMPTOM", "Y:a", {"start": "2024-06-02"}),
        ("TAKES", "M:a", {"start": "2024-06-02"}),
        ("ALLERGIC_TO", "I:a", {"since": "2024-06-02"}),
        ("HAS_PHENOTYPE", "P:a", {"date": "2024-06-02"}),
        ("HAS_RESULT", "L:a", {"date": "2024-06-02", "value": 1.0}),
    ],
)
def test_facts_of_later_days_are_not_seen(graph_of: Callable[..., Graph], kind: str, end: str, begun: dict[str, str]) -> None:
    graph = graph_of([("patient:p", kind, end, begun)])

    assert facts(graph, date(2024, 6, 1)) == {}
    assert facts(graph, date(2024, 6, 2)) == {end: True}


def test_therapy_that_was_stopped_is_no_current_therapy(graph_of: Callable[..., Graph]) -> None:
    graph = graph_of([("patient:p", "TAKES", "M:a", {"start": "2024-01-01", "stop": "2024-05-01"})])

    assert facts(graph, date(2024, 4, 30)) == {"M:a": True}
    assert facts(graph, date(2024, 5, 1)) == {}
    assert list(graph.record().of(EdgeKind.TAKES)) == []
    assert len(list(graph.record().of(EdgeKind.TAKES, active=False))) == 1


def test_a_condition_that_was_resolved_later_was_active_then(graph_of: Callable[..., Graph]) -> None:
    past = {"start": "2020-01-01", "stop": "2022-06-01", "status": "resolved"}
    graph = graph_of([("patient:p", "HAS_DIAGNOSIS", "C:a", past)])

    assert facts(graph, date(2021, 1, 1)) == {"C:a": True}
    assert facts(graph, date(2022, 6, 1), active=False) == {"C:a": False}
    assert facts(graph, date(2019, 1, 1), active=False) == {}


@pytest.mark.parametrize("values", [{"status": "resolved"}, {"status": "refuted"}, {"status": "refuted", "stop": "2030-01-01"}])
def test_a_status_without_its_day_holds_for_every_day(graph_of: Callable[..., Graph], values: dict[str, str]) -> None:
    assert facts(graph_of([("patient:p", "HAS_DIAGNOSIS", "C:a", values)]), active=False) == {"C:a": False}


def test_what_the_knowledge_does_not_have_is_unresolved(graph_of: Callable[..., Graph]) -> None:
    # The snapshot was compiled before the record named the node.
    old = graph_of([("M:a", "TREATS", "C:a")])
    later = {"start": "2024-07-01", "record": "r3"}
    ended = {"start": "2023-01-01", "stop": "2024-01-01", "record": "r4"}
    new = graph_of(
        [
            ("patient:p", "TAKES", "M:new", {"record": "r1"}),
            ("patient:p", "HAS_DIAGNOSIS", "C:new"),
            ("patient:p", "TAKES", "M:later", later),
            ("patient:p", "TAKES", "M:ended", ended),
        ]
    )

    record = read_record(new.store, old.snapshot, NodeId("patient:p"), TODAY)

    assert {(u.kind, u.text, u.pointer, u.blocks_safety) for u in record.unresolved} == {
        ("medicine", "M:new", "r1", True),
        ("medicine", "M:ended", "r4", False),
        ("condition", "C:new", "the record", False),
    }
    assert record.facts == ()
