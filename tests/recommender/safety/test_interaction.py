"""Interactions with current therapy, whichever way round they are written."""

from collections.abc import Callable
from typing import Any

import pytest

from recommender.safety.interaction import InteractionRule
from tests.recommender.conftest import Graph

COMBINED: list[tuple[Any, ...]] = [
    *((f"M:{m}", "HAS_INGREDIENT", f"I:{m}") for m in "abcd"),
    *(("M:ab", "HAS_INGREDIENT", f"I:{m}") for m in "ab"),
    *(("M:cd", "HAS_INGREDIENT", f"I:{m}") for m in "cd"),
]


def found(graph: Graph) -> dict[str, str]:
    findings = InteractionRule().findings(graph.screening())
    for finding in findings:
        graph.check_proof(finding)
    return graph.severities(findings)


@pytest.mark.parametrize(("word", "severity"), [("severe", "exclude"), ("moderate", "caution"), ("mild", "note")])
@pytest.mark.parametrize("ends", [("M:a", "M:b"), ("M:b", "M:a")])
def test_severity_decides_in_both_directions(
    graph_of: Callable[..., Graph], ends: tuple[str, str], word: str, severity: str
) -> None:
    edge = (ends[0], "INTERACTS_WITH", ends[1], {"severity": word})
    graph = graph_of([edge, ("M:c", "TREATS", "C:x"), ("patient:p", "TAKES", "M:a")])

    assert found(graph) == {"M:b": severity}


@pytest.mark.parametrize(
    "times", [{"start": "2024-07-01"}, {"stop": "2024-05-01"}, {"start": "2024-01-01", "stop": "2024-06-01"}]
)
def test_only_current_therapy_counts(graph_of: Callable[..., Graph], times: dict[str, str]) -> None:
    graph = graph_of([("M:a", "INTERACTS_WITH", "M:b", {"severity": "severe"}), ("patient:p", "TAKES", "M:a", times)])

    assert found(graph) == {}
    assert not InteractionRule().concerns(graph.record())


@pytest.mark.parametrize(
    ("taken", "against"),
    [
        ("M:a", {"M:c": "exclude", "M:cd": "exclude"}),
        ("M:ab", {"M:c": "exclude", "M:cd": "exclude"}),
        ("M:c", {"M:a": "exclude", "M:ab": "exclude"}),
        ("M:b", {}),
        ("M:cd", {"M:a": "exclude", "M:ab": "exclude"}),
    ],
)
def test_combinations_interact_through_their_parts(graph_of: Callable[..., Graph], taken: str, against: dict[str, str]) -> None:
    graph = graph_of([*COMBINED, ("M:c", "INTERACTS_WITH", "M:a", {"severity": "severe"}), ("patient:p", "TAKES", taken)])

    assert found(graph) == against


def test_of_several_ways_the_most_severe_counts(graph_of: Callable[..., Graph]) -> None:
    edges = [
        ("M:ab", "INTERACTS_WITH", "M:c", {"severity": "mild"}),
        ("M:a", "INTERACTS_WITH", "M:c", {"severity": "moderate", "source": "one"}),
        ("M:c", "INTERACTS_WITH", "M:a", {"severity": "severe", "source": "other", "level": "unreviewed"}),
    ]
    graph = graph_of([*COMBINED, *edges, ("patient:p", "TAKES", "M:ab")])

    findings = InteractionRule().findings(graph.screening())

    assert found(graph) == {"M:c": "exclude", "M:cd": "exclude"}
    assert len(findings) == 2


def test_one_finding_for_each_medicine_in_use(graph_of: Callable[..., Graph]) -> None:
    edges = [(f"M:{m}", "INTERACTS_WITH", "M:x", {"severity": w}) for m, w in (("a", "mild"), ("b", "severe"))]
    graph = graph_of([*edges, *(("patient:p", "TAKES", f"M:{m}") for m in "ab")])

    assert [str(f.severity) for f in InteractionRule().findings(graph.screening())] == ["note", "exclude"]


def test_sentence_and_proof(graph_of: Callable[..., Graph]) -> None:
    told = {"severity": "severe", "mechanism": "Both bleed.", "management": "Do not combine."}
    graph = graph_of([*COMBINED, ("M:a", "INTERACTS_WITH", "M:c", told), ("patient:p", "TAKES", "M:ab", {"record": "t1"})])

    finding = next(f for f in InteractionRule().findings(graph.screening()) if f.medicine == graph.number("M:cd"))

    assert finding.sentence == "cd with ab: severe interaction (Both bleed; Do not combine)."
    assert graph.ids(finding.proof.nodes) == ["M:ab", "I:a", "M:a", "M:c", "I:c", "M:cd"]
    assert finding.proof.fact["record"] == "t1"
    assert finding.proof.conclusion == "severe interaction of cd with ab"
