"""Contraindicated conditions: strength, inheritance, history, combinations."""

from collections.abc import Callable
from typing import Any

import pytest

from recommender.safety.contraindication import ContraindicationRule
from tests.recommender.conftest import Graph

ABSOLUTE, RELATIVE = {"strength": "absolute"}, {"strength": "relative"}
TREE: list[tuple[Any, ...]] = [("C:leaf", "IS_A", "C:middle"), ("C:middle", "IS_A", "C:top"), ("C:side", "IS_A", "C:top")]


def found(graph: Graph) -> dict[str, str]:
    findings = ContraindicationRule().findings(graph.screening())
    for finding in findings:
        graph.check_proof(finding)
    return graph.severities(findings)


def diagnosed(condition: str, **values: Any) -> tuple[Any, ...]:
    return ("patient:p", "HAS_DIAGNOSIS", condition, values)


@pytest.mark.parametrize(("strength", "severity"), [("absolute", "exclude"), ("relative", "caution")])
def test_strength_decides(graph_of: Callable[..., Graph], strength: str, severity: str) -> None:
    graph = graph_of([("M:a", "CONTRAINDICATED_IN", "C:x", {"strength": strength}), ("M:b", "TREATS", "C:x"), diagnosed("C:x")])

    assert found(graph) == {"M:a": severity}


@pytest.mark.parametrize(
    ("condition", "hit"), [("C:leaf", True), ("C:middle", True), ("C:top", False), ("C:side", False), ("C:other", False)]
)
def test_it_is_inherited_down_the_tree_and_never_up(graph_of: Callable[..., Graph], condition: str, hit: bool) -> None:
    graph = graph_of([*TREE, ("M:a", "CONTRAINDICATED_IN", "C:middle", ABSOLUTE), diagnosed(condition)])

    assert found(graph) == ({"M:a": "exclude"} if hit else {})


def test_the_proof_goes_up_the_tree(graph_of: Callable[..., Graph]) -> None:
    said = ABSOLUTE | {"reason": "bleeding", "source": "label"}
    graph = graph_of([*TREE, ("M:a", "CONTRAINDICATED_IN", "C:top", said), diagnosed("C:leaf", record="d1")])

    [finding] = ContraindicationRule().findings(graph.screening())

    assert finding.sentence == "a is contraindicated in leaf (bleeding)."
    assert graph.ids(finding.proof.nodes) == ["C:leaf", "C:middle", "C:top", "M:a"]
    assert [edge.provenance.source for edge in finding.proof.edges] == ["test", "test", "label"]
    assert finding.proof.fact["record"] == "d1"


PAST = {"status": "resolved", "stop": "2020-01-01"}


@pytest.mark.parametrize(
    ("values", "applies", "severity"),
    [
        (PAST, {"applies": "history"}, "exclude"),
        (PAST, {"applies": "active"}, None),
        (PAST, {}, None),
        ({"stop": "2020-01-01"}, {"applies": "history"}, "exclude"),
        ({"status": "refuted"}, {"applies": "history"}, None),
        ({"status": "refuted", "stop": "2030-01-01"}, {"applies": "active"}, None),
        ({"status": "active"}, {"applies": "history"}, "exclude"),
        ({"start": "2024-07-01"}, {"applies": "history"}, None),
    ],
)
def test_history_counts_where_the_rule_says_so(
    graph_of: Callable[..., Graph], values: dict[str, str], applies: dict[str, str], severity: str | None
) -> None:
    graph = graph_of([*TREE, ("M:a", "CONTRAINDICATED_IN", "C:top", ABSOLUTE | applies), diagnosed("C:leaf", **values)])

    assert found(graph) == ({"M:a": severity} if severity else {})


def test_history_is_called_so(graph_of: Callable[..., Graph]) -> None:
    said = RELATIVE | {"applies": "history"}
    graph = graph_of([("M:a", "CONTRAINDICATED_IN", "C:x", said), diagnosed("C:x", **PAST)])

    [finding] = ContraindicationRule().findings(graph.screening())

    assert finding.sentence == "a needs care in history of x."
    assert finding.proof.conclusion == "a needs care in history of x"


def test_what_holds_for_a_single_medicine_holds_for_combinations_with_it(graph_of: Callable[..., Graph]) -> None:
    inside = [("M:a", "I:a"), ("M:b", "I:b"), ("M:both", "I:a"), ("M:both", "I:b"), ("M:c", "I:c")]
    edges = [(m, "HAS_INGREDIENT", i) for m, i in inside]
    graph = graph_of([*edges, ("M:a", "CONTRAINDICATED_IN", "C:x", ABSOLUTE), diagnosed("C:x")])

    assert found(graph) == {"M:a": "exclude", "M:both": "exclude"}


def test_what_holds_for_a_combination_does_not_hold_for_its_parts(graph_of: Callable[..., Graph]) -> None:
    edges = [("M:a", "HAS_INGREDIENT", "I:a"), ("M:both", "HAS_INGREDIENT", "I:a"), ("M:both", "HAS_INGREDIENT", "I:b")]
    graph = graph_of([*edges, ("M:both", "CONTRAINDICATED_IN", "C:x", ABSOLUTE), diagnosed("C:x")])

    assert found(graph) == {"M:both": "exclude"}


@pytest.mark.parametrize("levels", [("assertion", "unreviewed"), ("unreviewed", "assertion")])
def test_of_several_sources_the_most_severe_counts_whatever_its_level(
    graph_of: Callable[..., Graph], levels: tuple[str, str]
) -> None:
    edges = [
        ("M:a", "CONTRAINDICATED_IN", "C:x", RELATIVE | {"source": "one", "level": levels[0]}),
        ("M:a", "CONTRAINDICATED_IN", "C:x", ABSOLUTE | {"source": "other", "level": levels[1]}),
    ]

    assert found(graph_of([*edges, diagnosed("C:x")])) == {"M:a": "exclude"}


def test_one_finding_for_each_diagnosis(graph_of: Callable[..., Graph]) -> None:
    said = [("M:a", "CONTRAINDICATED_IN", i, values) for i, values in (("C:top", RELATIVE), ("C:middle", ABSOLUTE))]
    graph = graph_of([*TREE, *said, diagnosed("C:leaf"), diagnosed("C:side")])

    findings = ContraindicationRule().findings(graph.screening())

    assert sorted((f.sentence, str(f.severity)) for f in findings) == [
        ("a is contraindicated in leaf.", "exclude"),
        ("a needs care in side.", "caution"),
    ]


def test_other_facts_do_not_concern_it(graph_of: Callable[..., Graph]) -> None:
    graph = graph_of([("M:a", "CONTRAINDICATED_IN", "C:x", ABSOLUTE), ("patient:p", "TAKES", "M:a")])

    assert found(graph) == {}
    assert not ContraindicationRule().concerns(graph.record())
