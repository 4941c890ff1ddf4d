"""What of patients leaves the store, and what is left of them under a pseudonym."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest

from graph.elements import Edge, EdgeKind, Node, NodeId, NodeKind
from graph.store import Batch, EdgeColumns, GraphStore
from loaders.disclosure import AGE_TEST, Patients, disclosed
from tests.graph.building import OTHER_SOURCE, SMALL, SOURCE, batch, columns, edge, load, node

TODAY = date(2026, 6, 30)
CREATININE = Node(
    NodeId("LOINC:2160-0"),
    NodeKind.LAB_TEST,
    "Creatinine",
    SOURCE,
    properties={"unit": "mg/dL", "other_units": ("umol/L=0.0113",)},
)
AGE = Node(NodeId(AGE_TEST), NodeKind.LAB_TEST, "Age", SOURCE, properties={"unit": "a"})
BARE = Node(NodeId("rx:lab-bare"), NodeKind.LAB_TEST, "Bare", SOURCE)


def told(store: GraphStore, patients: Patients = Patients.PSEUDONYMS) -> list[tuple[Node, Sequence[Edge]]]:
    return [(patient, list(edges)) for patient, edges in disclosed(store, patients, TODAY)]


def only(store: GraphStore, *edges: Edge, **values: Any) -> tuple[Node, Sequence[Edge]]:
    """What is told of a store with one patient who has these properties and edges."""
    results = [item for item in edges if item.kind is EdgeKind.HAS_RESULT]
    groups = columns(item for item in edges if item.kind is not EdgeKind.HAS_RESULT)
    if results:
        groups.append(EdgeColumns.of(results, NodeKind.PATIENT, NodeKind.LAB_TEST))
    known = (CREATININE, AGE, BARE, node("M:a"), node("M:b"), node("C:a"), node("I:a"), node("patient:1", **values))
    load(store, Batch(known, groups))
    (found,) = told(store)
    return found


def test_nobody_is_told_of_unless_asked_for(small_graph: GraphStore) -> None:
    assert told(small_graph, Patients.NONE) == []


def test_who_refuses_research_is_not_told_of_under_a_pseudonym(store: GraphStore) -> None:
    refusals = {"patient:1": ("research",), "patient:2": ("learning", "sharing"), "patient:3": ()}
    load(
        store,
        Batch([node(patient, birth_year=1940 + 10 * i, refused=told) for i, (patient, told) in enumerate(refusals.items())]),
    )

    found = [patient for patient, _ in told(store)]

    assert {patient.properties["birth_year"] for patient in found} == {1950, 1960}
    assert all("refused" not in patient.properties for patient in found)
    assert len(told(store, Patients.ALL)) == 3


def test_all_are_told_of_as_they_are(store: GraphStore) -> None:
    patients = [node(f"patient:{i:04}") for i in range(2_001)]
    load(store, SMALL, batch([*patients, node("M:a")], [edge(EdgeKind.TAKES, "patient:2000", "M:a", review="text")]))

    found = told(store, Patients.ALL)

    assert [patient for patient, _ in found] == list(store.nodes(NodeKind.PATIENT))
    assert all(edges == list(store.edges_from(patient.id)) for patient, edges in found)


def test_a_pseudonym_is_another_each_time(store: GraphStore) -> None:
    ids = {f"patient:{i}" for i in range(50)}
    load(store, batch(map(node, sorted(ids))))

    first, second = ([patient.id for patient, _ in told(store)] for _ in range(2))

    assert len({*first, *second} | ids) == 150
    assert all(re.fullmatch("patient:[0-9a-f]{24}", pseudonym) for pseudonym in first)


def test_the_order_says_nothing(store: GraphStore) -> None:
    load(store, batch([node(f"patient:{i:02}", birth_year=1900 + 5 * i) for i in range(20)]))

    orders = {tuple(patient.properties["birth_year"] for patient, _ in told(store)) for _ in range(3)}

    assert len(orders) == 3


@pytest.mark.parametrize(
    ("born", "shown"),
    [(1960, 1960), (1964, 1960), (1965, 1965), (1936, 1935), (1935, 1935), (1934, 1935), (1901, 1935), (2026, 2025)],
)
def test_years_of_birth_are_told_by_fives_and_the_oldest_together(store: GraphStore, born: int, shown: int) -> None:
    patient, _ = only(store, birth_year=born)

    assert patient.properties == {"birth_year": shown}


def test_coded_properties_of_a_patient_stay(store: GraphStore) -> None:
    values = {"sex": "female", "pregnant": True, "breast_feeding": False, "synthetic": True}

    patient, _ = only(store, **values)

    assert (patient.properties, patient.kind, patient.provenance) == (values, NodeKind.PATIENT, SOURCE)


def test_dates_are_told_by_their_month_and_texts_not_at_all(store: GraphStore) -> None:
    takes = {"start": "2020-02-29", "stop": "2021-12-31", "outcome": "improved", "rating": 7, "adherence": 0.5}

    _, edges = only(
        store,
        edge(
            EdgeKind.TAKES,
            "patient:1",
            "M:a",
            record="2020-02-29",
            evidence="file 17",
            known_since="2020-03-05",
            review="Ann",
            **takes,
        ),
        edge(EdgeKind.ALLERGIC_TO, "patient:1", "I:a", since="1999-05-17", severity="severe", reaction="hives, said Ann"),
    )

    allergy, therapy = sorted(edges, key=lambda item: item.kind)
    assert therapy.properties == {**takes, "start": "2020-02-01", "stop": "2021-12-01"}
    assert (therapy.evidence, therapy.known_since) == ("", "2020-03-01")
    assert allergy.properties == {"since": "1999-05-01", "severity": "severe"}


def test_records_are_numbered_anew_and_none_is_lost(store: GraphStore) -> None:
    rows = [("2020-01-31", SOURCE), ("2020-01-07", SOURCE), ("2020-01-07", OTHER_SOURCE)]

    _, edges = only(
        store,
        *(edge(EdgeKind.TAKES, "patient:1", "M:a", record=day, start=day, source=source) for day, source in rows),
        edge(EdgeKind.TAKES, "patient:1", "M:b", record="2020-01-31", start="2020-01-31"),
    )

    assert sorted(item.record for item in edges) == ["1", "2", "3", "4"]
    assert [item.properties for item in edges] == [{"start": "2020-01-01"}] * 4
    assert {item.start for item in edges} == {edges[0].start} != {"patient:1"}


def test_numbers_of_records_follow_what_is_told_of_them(store: GraphStore) -> None:
    def numbered(records: Sequence[str]) -> list[tuple[str, Any]]:
        takes = [edge(EdgeKind.TAKES, "patient:1", "M:a", record=r, rating=i + 1) for i, r in enumerate(records)]
        load(store, batch([node("M:a"), node("patient:1")], takes), name=f"{records}", remove_stale=True)
        return [(item.record, item.properties["rating"]) for _, edges in told(store) for item in edges]

    assert numbered(["a", "b", "c"]) == numbered(["z", "y", "x"]) == [("1", 1), ("2", 2), ("3", 3)]


@pytest.mark.parametrize("unit", ["mg/dL", "MG / dL", "umol/L", None])
def test_a_result_keeps_a_unit_of_its_test(store: GraphStore, unit: str | None) -> None:
    values = {"value": 0.9} | ({"unit": unit} if unit else {})

    _, (result,) = only(
        store, edge(EdgeKind.HAS_RESULT, "patient:1", CREATININE.id, date="2021-01-17", record="2021-01-17 0.9", **values)
    )

    assert result.properties == {**values, "date": "2021-01-01"}


@pytest.mark.parametrize(("test", "unit"), [(CREATININE, "mg/dL, Ann"), (BARE, "said Ann"), (AGE, "a")])
def test_a_result_in_another_unit_or_of_an_age_is_left_out(store: GraphStore, test: Node, unit: str) -> None:
    _, edges = only(store, edge(EdgeKind.HAS_RESULT, "patient:1", test.id, value=47.2, unit=unit))

    assert edges == []


def test_what_is_left_is_allowed_by_the_schema(store: GraphStore) -> None:
    patient, edges = only(
        store,
        edge(EdgeKind.TAKES, "patient:1", "M:a", start="2020-02-29", review="text"),
        edge(EdgeKind.HAS_RESULT, "patient:1", CREATININE.id, value=1),
        sex="male",
        birth_year=1950,
    )

    load(store, batch([patient], [item for item in edges if item.kind is EdgeKind.TAKES]), name="again")

    assert len(list(store.nodes(NodeKind.PATIENT))) == 2
