"""Patients in three parts, and what is hidden of those that nothing is learned of."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from graph.elements import EdgeKind, Node, NodeId, NodeKind, Provenance
from recommender.judge.parted import LearnedOf, Part, Task, fit_part, hidden_of, part_of
from recommender.predictors.bundles import PredictorBundles
from tests.recommender.conftest import TODAY, Build, Graph
from tests.recommender.practice import practice

SOURCE = Provenance("test", "1", "CC0-1.0")


def node(name: str) -> Node:
    return Node(NodeId(name), NodeKind.PATIENT, "", SOURCE)


@pytest.fixture(scope="module")
def surgery(build: Build) -> Iterator[Graph]:
    with build(*practice(60)) as graph:
        yield graph


def test_a_half_is_learned_of_and_a_quarter_each_chosen_and_shown_on() -> None:
    parts = [part_of(node(f"patient:{i}")) for i in range(4000)]

    assert abs(parts.count(Part.LEARNED) / 4000 - 0.5) < 0.03
    assert abs(parts.count(Part.CHOSEN) / 4000 - 0.25) < 0.03
    assert parts == [part_of(node(f"patient:{i}")) for i in range(4000)]


def test_nobody_else_is_learned_of(surgery: Graph) -> None:
    seen = LearnedOf(surgery.store)

    shown = [patient.id for patient in seen.nodes(NodeKind.PATIENT)]

    everyone = list(surgery.store.nodes(NodeKind.PATIENT))
    assert shown == [patient.id for patient in everyone if part_of(patient) is Part.LEARNED]
    assert 0 < len(shown) < len(everyone)
    # Of everything that is no patient all is seen.
    assert list(seen.nodes(NodeKind.MEDICINE)) == list(surgery.store.nodes(NodeKind.MEDICINE))
    assert seen.node(NodeId("M:pril")) == surgery.store.node(NodeId("M:pril"))
    assert seen.edges_from(shown[0]) == surgery.store.edges_from(shown[0])


def test_a_therapy_that_went_well_is_hidden_with_all_that_came_later(surgery: Graph) -> None:
    pril, olol = surgery.number("M:pril"), surgery.number("M:olol")

    found = {part: hidden_of(surgery.store, surgery.snapshot, part, 1000)[Task.THERAPIES] for part in Part}

    wanted = sum(
        edge.properties["outcome"] == "improved"
        for patient in surgery.store.nodes(NodeKind.PATIENT)
        for edge in surgery.store.edges_from(patient.id, (EdgeKind.TAKES,))
    )
    assert sum(len(records) for records in found.values()) == wanted
    for hidden in [record for records in found.values() for record in records]:
        taken = {fact.node for fact in hidden.record.of(EdgeKind.TAKES, active=False)}
        assert hidden.record.patient is None
        assert hidden.person is not None
        assert hidden.medicines in ({pril}, {olol})
        # Pril is taken before olol: on its first day nothing of olol is known.
        assert taken == (set() if hidden.medicines == {pril} else {pril})
        assert all(str(fact.properties.get("start", "")) <= "2021-06-01" for fact in hidden.record.facts)


def test_a_diagnosis_is_hidden_and_what_treats_it_is_looked_for(surgery: Graph) -> None:
    found = hidden_of(surgery.store, surgery.snapshot, Part.SHOWN, 1000)[Task.DIAGNOSES]

    known = {("M:trimethoprim", "M:nitro"): "C:uti", ("M:linctus",): "C:cold"}
    treats = {frozenset(map(surgery.number, medicines)): condition for medicines, condition in known.items()}
    assert found
    for hidden in found:
        assert list(hidden.record.of(EdgeKind.HAS_SYMPTOM))
        if condition := treats.get(hidden.medicines):
            on_file = {fact.node for fact in hidden.record.of(EdgeKind.HAS_DIAGNOSIS, active=False)}
            assert surgery.number(condition) not in on_file


def test_so_many_are_drawn_and_the_same_again(surgery: Graph) -> None:
    drawn = hidden_of(surgery.store, surgery.snapshot, Part.SHOWN, 5)
    other = hidden_of(surgery.store, surgery.snapshot, Part.SHOWN, 5, seed=1)

    assert [len(records) for records in drawn.values()] == [5, 5]
    assert drawn == hidden_of(surgery.store, surgery.snapshot, Part.SHOWN, 5)
    assert drawn != other


def test_what_cannot_be_fitted_is_said_and_the_rest_goes_on(surgery: Graph, tmp_path: Path) -> None:
    bundles = PredictorBundles(tmp_path)
    done: list[str] = []

    refused = fit_part(surgery.store, surgery.snapshot, TODAY, bundles, lambda words, share: done.append(words))

    # Sixty people are too few for anything.
    assert done == ["fitting conditions", "fitting groups", "fitting outcome"]
    assert set(refused) == {"conditions", "groups", "outcome"}
    assert "too few episodes" in refused["conditions"]
    assert "50 patients or more" in refused["groups"]
    assert "200 courses or more" in refused["outcome"]
    assert bundles.names() == ()
    assert "patient:" not in str(refused)


def test_a_course_without_a_known_day_is_left_out(build: Build) -> None:
    patient = next(f"patient:{i}" for i in range(99) if part_of(node(f"patient:{i}")) is Part.SHOWN)
    edges = [
        ("M:a", "TREATS", "C:x"),
        (patient, "TAKES", "M:a", {"outcome": "improved", "record": "t"}),
        (patient, "TAKES", "M:b", {"outcome": "improved", "start": date(2020, 1, 1).isoformat(), "record": "u"}),
    ]
    with build(edges) as graph:
        found = hidden_of(graph.store, graph.snapshot, Part.SHOWN, 9)[Task.THERAPIES]
        assert [hidden.medicines for hidden in found] == [{graph.number("M:b")}]
