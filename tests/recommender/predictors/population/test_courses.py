"""Courses: for which condition, how they went, and what was on file on their first day."""

from collections.abc import Callable
from typing import Any

import pytest

from recommender.outcomes import BAD, GOOD
from recommender.predictors.population.courses import NO_CONDITION, RESULTS, Course, Result, read_courses
from recommender.predictors.population.features import AGE, MEDICINES
from tests.recommender.conftest import TODAY, Graph
from tests.recommender.predictors.population.village import KNOWLEDGE, NODES, village


def courses_of(graph_of: Callable[..., Graph], *edges: tuple[Any, ...]) -> tuple[Graph, list[Course]]:
    graph = graph_of([*KNOWLEDGE, *edges], NODES | {"patient:p": {"birth_year": 1960}})
    return graph, read_courses(graph.store, graph.snapshot, TODAY)


def taken(medicine: str, outcome: str = "improved", **values: Any) -> tuple[Any, ...]:
    return ("patient:p", "TAKES", medicine, {"record": f"t{values.get('start')}", "outcome": outcome} | values)


def had(condition: str, start: str = "2020-01-01", **values: Any) -> tuple[Any, ...]:
    return ("patient:p", "HAS_DIAGNOSIS", condition, {"record": condition, "start": start} | values)


def test_every_outcome_has_its_result() -> None:
    assert set(RESULTS) == {*GOOD, *BAD}
    assert {name for name, result in RESULTS.items() if result is Result.GOOD} == set(GOOD)


@pytest.mark.parametrize(("outcome", "result"), RESULTS.items())
def test_a_course_says_how_it_went(graph_of: Callable[..., Graph], outcome: str, result: Result) -> None:
    _, found = courses_of(graph_of, had("C:pressure"), taken("M:pril", outcome, rating=7))

    assert [(course.result, course.rating) for course in found] == [(result, 7)]


def test_an_unknown_outcome_is_no_course(graph_of: Callable[..., Graph]) -> None:
    assert courses_of(graph_of, had("C:pressure"), taken("M:pril", "unknown"))[1] == []


def test_a_course_is_for_the_condition_that_began_last(graph_of: Callable[..., Graph]) -> None:
    graph, found = courses_of(
        graph_of,
        had("C:pressure"),
        had("C:fever", "2021-01-01"),
        had("C:kidney", "2022-01-01"),
        taken("M:olol", start="2021-02-01"),
    )

    assert [graph.snapshot.id(course.condition) for course in found] == ["C:fever"]


def test_a_course_that_nothing_explains_has_no_condition(graph_of: Callable[..., Graph]) -> None:
    _, found = courses_of(graph_of, had("C:kidney"), taken("M:olol"), had("C:fever", status="refuted"))

    assert [course.condition for course in found] == [NO_CONDITION]


def test_features_are_those_of_the_first_day_without_the_course_itself(graph_of: Callable[..., Graph]) -> None:
    _, found = courses_of(
        graph_of,
        had("C:pressure"),
        had("C:kidney", "2023-01-01"),
        taken("M:pril", start="2021-01-01"),
        taken("M:olol", start="2022-01-01"),
    )
    first, second = sorted(found, key=lambda course: course.features[MEDICINES])

    assert (first.features[AGE], first.features[MEDICINES]) == (61.0, 0.0)
    assert (second.features[AGE], second.features[MEDICINES]) == (62.0, 1.0)
    assert "C:kidney" not in first.features
    assert "C:kidney" not in second.features


def test_genes_that_were_found_later_held_then(graph_of: Callable[..., Graph]) -> None:
    gene = ("patient:p", "HAS_PHENOTYPE", "P:slow", {"record": "g", "date": "2023-01-01"})
    graph, found = courses_of(graph_of, had("C:pressure"), gene, taken("M:olol", start="2021-01-01"))

    assert found[0].phenotypes == {graph.number("P:slow")}


def test_a_medicine_that_the_graph_does_not_know_is_passed_over(graph_of: Callable[..., Graph]) -> None:
    small = graph_of(KNOWLEDGE, NODES)
    large = graph_of([*KNOWLEDGE, had("C:pressure"), taken("M:new")], NODES)

    assert read_courses(large.store, small.snapshot, TODAY) == []


def test_people_are_numbered_and_not_named(graph_of: Callable[..., Graph]) -> None:
    edges, nodes = village(10)
    graph = graph_of(edges, nodes)

    found = read_courses(graph.store, graph.snapshot, TODAY)

    assert [course.person for course in found] == [1, 1, 3, 3, 5, 5, 7, 7, 9, 9]
    assert "patient:" not in repr(found)
