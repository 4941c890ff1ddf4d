"""Pharmacogenomics: what a guideline says, for single and combined medicines."""

from collections.abc import Callable
from typing import Any

import pytest

from recommender.safety.pharmacogenomics import PharmacogenomicsRule
from tests.recommender.conftest import Graph

COMBINED: list[tuple[Any, ...]] = [
    *((f"M:{m}", "HAS_INGREDIENT", f"I:{m}") for m in ("codeine", "paracetamol")),
    *(("M:z", "HAS_INGREDIENT", f"I:{m}") for m in ("codeine", "paracetamol")),
    *(("M:other", "HAS_INGREDIENT", f"I:{m}") for m in ("codeine", "caffeine")),
]


def found(graph: Graph) -> dict[str, str]:
    findings = PharmacogenomicsRule().findings(graph.screening())
    for finding in findings:
        graph.check_proof(finding)
    return graph.severities(findings)


@pytest.mark.parametrize(
    ("action", "severity"),
    [
        ("avoid", "exclude"),
        ("alternative", "caution"),
        ("reduce", "caution"),
        ("increase", "caution"),
        ("monitor", "caution"),
        ("no change", None),
    ],
)
def test_the_action_decides(graph_of: Callable[..., Graph], action: str, severity: str | None) -> None:
    graph = graph_of([("P:poor", "AFFECTS_RESPONSE", "M:a", {"action": action}), ("patient:p", "HAS_PHENOTYPE", "P:poor")])

    assert found(graph) == ({"M:a": severity} if severity else {})


def test_another_phenotype_says_nothing(graph_of: Callable[..., Graph]) -> None:
    graph = graph_of([("P:poor", "AFFECTS_RESPONSE", "M:a", {"action": "avoid"}), ("patient:p", "HAS_PHENOTYPE", "P:normal")])

    assert found(graph) == {}
    assert PharmacogenomicsRule().concerns(graph.record())


def test_a_medicine_and_every_combination_with_it(graph_of: Callable[..., Graph]) -> None:
    edges = [("P:poor", "AFFECTS_RESPONSE", "M:codeine", {"action": "avoid"}), ("patient:p", "HAS_PHENOTYPE", "P:poor")]

    assert found(graph_of([*COMBINED, *edges])) == dict.fromkeys(("M:codeine", "M:other", "M:z"), "exclude")


@pytest.mark.parametrize("levels", [("assertion", "observation"), ("observation", "assertion")])
def test_of_several_sources_the_most_severe_counts(graph_of: Callable[..., Graph], levels: tuple[str, str]) -> None:
    edges = [
        ("P:poor", "AFFECTS_RESPONSE", "M:a", {"action": "reduce", "source": "one", "level": levels[0]}),
        ("P:poor", "AFFECTS_RESPONSE", "M:a", {"action": "avoid", "source": "other", "level": levels[1]}),
    ]

    assert found(graph_of([*edges, ("patient:p", "HAS_PHENOTYPE", "P:poor")])) == {"M:a": "exclude"}


def test_sentence_and_proof(graph_of: Callable[..., Graph]) -> None:
    said = {"action": "reduce", "recommendation": "Start with half the dose."}
    edges = [("P:poor", "AFFECTS_RESPONSE", "M:codeine", said), ("P:poor", "AFFECTS_RESPONSE", "M:a", {"action": "avoid"})]
    graph = graph_of([*COMBINED, *edges, ("patient:p", "HAS_PHENOTYPE", "P:poor", {"record": "g1"})])

    findings = {str(graph.snapshot.id(f.medicine)): f for f in PharmacogenomicsRule().findings(graph.screening())}

    assert findings["M:z"].sentence == "poor and z: Start with half the dose."
    assert findings["M:a"].sentence == "poor and a: avoid."
    assert graph.ids(findings["M:z"].proof.nodes) == ["P:poor", "M:codeine", "I:codeine", "M:z"]
    assert findings["M:z"].proof.fact["record"] == "g1"
