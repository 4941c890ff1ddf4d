"""Evidence: what weighs how much, and why."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from graph.elements import KnowledgeLevel
from recommender.config import read_scoring
from recommender.edge_filter import EdgeFilter
from recommender.evidence import Evidence, ancestors, is_group, weigh_nodes, weigh_record
from tests.recommender.conftest import TODAY, Graph

CONFIG = replace(read_scoring(), ancestor=0.5, symptom=0.4, resolved=0.3, resolved_half_life=2.0, kind_below=0.25)

# Two ways lead up from the leaf: through b to the category directly, and through a as well; above it stand block and chapter.
TREE: list[tuple[Any, ...]] = [
    ("ICD10CM:J45.5", "IS_A", "ICD10CM:J45"),
    ("ICD10CM:J45.51", "IS_A", "ICD10CM:J45.5"),
    ("ICD10CM:J45.51", "IS_A", "ICD10CM:J45"),
    ("ICD10CM:J45", "IS_A", "ICD10CM:J40-J47"),
    ("ICD10CM:J40-J47", "IS_A", "ICD10CM:J00-J99"),
]


def weighed(graph: Graph, as_of: date = TODAY, level: KnowledgeLevel = KnowledgeLevel.UNREVIEWED) -> tuple[Evidence, ...]:
    return weigh_record(graph.record(as_of=as_of), graph.snapshot, CONFIG, as_of, EdgeFilter(level))


def weights(graph: Graph, as_of: date = TODAY, level: KnowledgeLevel = KnowledgeLevel.UNREVIEWED) -> dict[str, float]:
    return {str(graph.snapshot.id(e.node)): e.weight for e in weighed(graph, as_of, level)}


def test_a_diagnosis_speaks_for_the_conditions_above_it_but_not_for_groups(graph_of: Callable[..., Graph]) -> None:
    graph = graph_of([*TREE, ("patient:p", "HAS_DIAGNOSIS", "ICD10CM:J45.51")])

    assert weights(graph) == {"ICD10CM:J45.51": 1.0, "ICD10CM:J45": 0.5, "ICD10CM:J45.5": 0.5}


def test_a_group_that_somebody_was_diagnosed_with_counts_itself(graph_of: Callable[..., Graph]) -> None:
    graph = graph_of([*TREE, ("patient:p", "HAS_DIAGNOSIS", "ICD10CM:J40-J47")])

    assert weights(graph) == {"ICD10CM:J40-J47": 1.0}


def test_a_diagnosis_that_nothing_treats_speaks_for_the_treated_kinds_below_it(graph_of: Callable[..., Graph]) -> None:
    tree = [("C:mild", "IS_A", "C:any"), ("C:severe", "IS_A", "C:any"), ("C:worst", "IS_A", "C:severe")]
    treated = [("M:a", "TREATS", "C:mild"), ("M:b", "PALLIATES", "C:worst")]
    graph = graph_of([*tree, *treated, ("patient:p", "HAS_DIAGNOSIS", "C:any")])

    # Not the severe kind, which nothing treats, and not what lies two steps below.
    assert weights(graph) == {"C:any": 1.0, "C:mild": 0.25}
    below = next(e for e in weighed(graph) if graph.snapshot.id(e.node) == "C:mild")
    assert below.why == "any: active diagnosis, may be mild"
    assert [(e.start, e.end) for e in below.chain] == [("C:mild", "C:any")]


def test_a_diagnosis_that_is_treated_itself_does_not_speak_for_kinds_of_it(graph_of: Callable[..., Graph]) -> None:
    edges = [("C:mild", "IS_A", "C:any"), ("M:a", "TREATS", "C:mild"), ("M:b", "TREATS", "C:any")]
    graph = graph_of([*edges, ("patient:p", "HAS_DIAGNOSIS", "C:any")])

    assert weights(graph) == {"C:any": 1.0}


def test_treatments_that_do_not_count_hide_no_kinds_below(graph_of: Callable[..., Graph]) -> None:
    edges = [("C:mild", "IS_A", "C:any"), ("C:other", "IS_A", "C:any"), ("M:a", "TREATS", "C:mild")]
    weak = [(medicine, "TREATS", node, {"level": "unreviewed"}) for medicine, node in (("M:b", "C:any"), ("M:c", "C:other"))]
    graph = graph_of([*edges, *weak, ("patient:p", "HAS_DIAGNOSIS", "C:any")])

    assert weights(graph) == {"C:any": 1.0}
    assert weights(graph, level=KnowledgeLevel.ASSERTION) == {"C:any": 1.0, "C:mild": 0.25}


def test_the_chain_shows_the_way_up(graph_of: Callable[..., Graph]) -> None:
    graph = graph_of([*TREE, ("patient:p", "HAS_DIAGNOSIS", "ICD10CM:J45.51")])

    found = {str(graph.snapshot.id(e.node)): e for e in weighed(graph)}

    assert found["ICD10CM:J45.51"].why == "J45.51: active diagnosis"
    assert found["ICD10CM:J45"].why == "J45.51: active diagnosis, a kind of J45"
    assert graph.ids(found["ICD10CM:J45"].via) == ["ICD10CM:J45.51", "ICD10CM:J45"]
    assert [(e.start, e.end) for e in found["ICD10CM:J45"].chain] == [("ICD10CM:J45.51", "ICD10CM:J45")]


def test_a_way_up_that_is_known_too_weakly_is_not_gone(graph_of: Callable[..., Graph]) -> None:
    tree = [("C:leaf", "IS_A", "C:sure"), ("C:leaf", "IS_A", "C:guess", {"level": "unreviewed"})]
    graph = graph_of([*tree, ("C:guess", "IS_A", "C:top"), ("patient:p", "HAS_DIAGNOSIS", "C:leaf")])

    assert set(weights(graph)) == {"C:leaf", "C:sure", "C:guess", "C:top"}
    assert set(weights(graph, level=KnowledgeLevel.ASSERTION)) == {"C:leaf", "C:sure"}
    assert len(list(ancestors(graph.snapshot, graph.number("C:leaf")))) == 4


def test_of_several_reasons_the_heaviest_counts(graph_of: Callable[..., Graph]) -> None:
    both = [("patient:p", "HAS_DIAGNOSIS", i) for i in ("ICD10CM:J45.5", "ICD10CM:J45")]
    graph = graph_of([*TREE, *both])

    first, second = weighed(graph)

    assert (first.why, first.weight) == ("J45: active diagnosis", 1.0)
    assert (second.why, second.weight) == ("J45.5: active diagnosis", 1.0)


def test_a_symptom_weighs_less_while_it_lasts(graph_of: Callable[..., Graph]) -> None:
    ended = {"start": "2024-01-01", "stop": "2024-02-01"}
    graph = graph_of([("patient:p", "HAS_SYMPTOM", "Y:cough"), ("patient:p", "HAS_SYMPTOM", "Y:fever", ended)])

    assert weights(graph) == {"Y:cough": 0.4}
    assert weights(graph, date(2024, 1, 15)) == {"Y:cough": 0.4, "Y:fever": 0.4}


def test_a_resolved_condition_halves_with_its_half_life(graph_of: Callable[..., Graph]) -> None:
    past = {"start": "2020-01-01", "stop": "2022-06-01", "status": "resolved"}
    graph = graph_of([("patient:p", "HAS_DIAGNOSIS", "C:past", past)])

    # From 2022-06-01 to 2024-06-01 are 731 days, 2.001 years: one half-life.
    assert weights(graph)["C:past"] == pytest.approx(0.3 * 0.5 ** (731 / 365.25 / 2), rel=1e-12)
    assert weights(graph, date(2022, 6, 1)) == {"C:past": 0.3}
    assert weighed(graph)[0].why == "past: resolved diagnosis"


def test_a_condition_that_was_over_long_ago_is_no_evidence(graph_of: Callable[..., Graph]) -> None:
    past = {"stop": "2020-01-01", "status": "resolved"}
    graph = graph_of([("patient:p", "HAS_DIAGNOSIS", "C:past", past)])

    # 0.3 halves every two years: below 0.1 after 2 · log2(3) = 3.17 years.
    assert list(weights(graph, date(2023, 3, 1))) == ["C:past"]
    assert weights(graph, date(2023, 3, 10)) == {}


@pytest.mark.parametrize("values", [{"status": "refuted"}, {"status": "resolved"}, {"status": "refuted", "stop": "2023-01-01"}])
def test_a_refuted_condition_or_one_resolved_nobody_knows_when_is_no_evidence(
    graph_of: Callable[..., Graph], values: dict[str, str]
) -> None:
    assert weights(graph_of([("patient:p", "HAS_DIAGNOSIS", "C:past", values)])) == {}


def test_only_conditions_and_symptoms_are_evidence(graph_of: Callable[..., Graph]) -> None:
    facts = [
        ("patient:p", "TAKES", "M:a"),
        ("patient:p", "ALLERGIC_TO", "I:b"),
        ("patient:p", "HAS_PHENOTYPE", "P:c"),
        ("patient:p", "HAS_RESULT", "L:d", {"value": 1.0}),
    ]

    assert weights(graph_of(facts)) == {}


def test_nodes_of_a_request_weigh_one_each(graph_of: Callable[..., Graph]) -> None:
    graph = graph_of([("C:a", "PRESENTS", "Y:b")])
    a, b = graph.number("C:a"), graph.number("Y:b")

    found = weigh_nodes([b, a, b], graph.snapshot)

    assert [(e.node, e.weight, e.via, e.why) for e in found] == [
        (a, 1.0, (a,), "a: named in the request"),
        (b, 1.0, (b,), "b: named in the request"),
    ]


def test_blocks_and_chapters_are_groups(graph_of: Callable[..., Graph]) -> None:
    graph = graph_of(TREE, {"C:a-b": {}})

    groups = [
        i for i in ("ICD10CM:J45", "ICD10CM:J45.5", "ICD10CM:J40-J47", "C:a-b") if is_group(graph.snapshot, graph.number(i))
    ]

    assert groups == ["ICD10CM:J40-J47"]
