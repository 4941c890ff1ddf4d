"""History: what was stopped, why, and what shares an ingredient with it."""

from collections.abc import Callable
from typing import Any

import pytest

from recommender.safety.history import HistoryRule
from tests.recommender.conftest import Graph

EDGES: list[tuple[Any, ...]] = [
    *((f"M:{m}", "HAS_INGREDIENT", f"I:{m}") for m in ("ramipril", "thiazide", "other")),
    ("M:brand", "HAS_INGREDIENT", "I:ramipril"),
    *(("M:plus", "HAS_INGREDIENT", i) for i in ("I:ramipril", "I:thiazide")),
    *((f"M:{m}", "IN_CLASS", "ATC:C09AA") for m in ("ramipril", "other")),
]
STOPPED = {"start": "2023-01-01", "stop": "2023-05-01"}


def found(graph: Graph) -> dict[str, str]:
    findings = HistoryRule().findings(graph.screening())
    for finding in findings:
        graph.check_proof(finding)
    assert len({f.medicine for f in findings}) == len(findings)
    return graph.severities(findings)


@pytest.mark.parametrize(
    ("outcome", "severity"),
    [
        ("side effect", "sign-off"),
        ("worse", "caution"),
        ("unchanged", "caution"),
        ("stopped", "note"),
        ("improved", None),
        ("recovered", None),
        ("unknown", None),
    ],
)
@pytest.mark.parametrize(
    ("past", "against"),
    [
        ("M:ramipril", ["M:ramipril", "M:brand", "M:plus"]),
        # A combination counts through what is in it, and is seen through.
        ("M:plus", ["M:plus", "M:ramipril", "M:brand", "M:thiazide"]),
        ("M:thiazide", ["M:thiazide", "M:plus"]),
        ("M:other", ["M:other"]),
    ],
)
def test_how_a_therapy_ended_decides(
    graph_of: Callable[..., Graph], past: str, against: list[str], outcome: str, severity: str | None
) -> None:
    graph = graph_of([*EDGES, ("patient:p", "TAKES", past, STOPPED | {"outcome": outcome})])

    assert found(graph) == (dict.fromkeys(against, severity) if severity else {})
    assert HistoryRule().concerns(graph.record()) is bool(severity)


@pytest.mark.parametrize("said", [{}, {"stop": "2024-06-02"}, {"start": "2024-06-02", "stop": "2024-06-03"}])
def test_what_is_being_taken_or_not_yet_is_no_history(graph_of: Callable[..., Graph], said: dict[str, str]) -> None:
    graph = graph_of([*EDGES, ("patient:p", "TAKES", "M:ramipril", said | {"outcome": "side effect"})])

    assert found(graph) == {}
    assert not HistoryRule().concerns(graph.record())


def test_without_an_outcome_nothing_follows(graph_of: Callable[..., Graph]) -> None:
    assert found(graph_of([*EDGES, ("patient:p", "TAKES", "M:ramipril", STOPPED)])) == {}


@pytest.mark.parametrize("order", [1, -1])
def test_of_several_therapies_the_most_severe_counts_and_then_the_latest(graph_of: Callable[..., Graph], order: int) -> None:
    past = [
        ("patient:p", "TAKES", "M:ramipril", {"record": "a", "stop": "2023-05-01", "outcome": "side effect"}),
        ("patient:p", "TAKES", "M:ramipril", {"record": "b", "stop": "2024-01-01", "outcome": "unchanged"}),
        ("patient:p", "TAKES", "M:brand", {"record": "c", "stop": "2023-08-01", "outcome": "side effect"}),
    ]
    graph = graph_of([*EDGES, *past[::order]])

    records = {f.proof.fact["record"] for f in HistoryRule().findings(graph.screening())}
    assert records == {"c"}
    assert set(found(graph).values()) == {"sign-off"}


@pytest.mark.parametrize(
    ("past", "medicine", "outcome", "sentence", "way", "confirm"),
    [
        (
            "M:ramipril",
            "M:ramipril",
            "side effect",
            "ramipril was stopped for a side effect (2023-05-01).",
            ["M:ramipril"],
            "that the side effect of ramipril was mild, or had another cause",
        ),
        (
            "M:plus",
            "M:brand",
            "side effect",
            "brand contains ramipril like plus, which was stopped for a side effect (2023-05-01).",
            ["M:plus", "I:ramipril", "M:brand"],
            "that the side effect of plus was mild, or had another cause",
        ),
        (
            "M:ramipril",
            "M:plus",
            "unchanged",
            "plus contains ramipril like ramipril, which was stopped because it did not help (2023-05-01).",
            ["M:ramipril", "I:ramipril", "M:plus"],
            "",
        ),
        ("M:other", "M:other", "worse", "other was stopped because it made things worse (2023-05-01).", ["M:other"], ""),
        ("M:other", "M:other", "stopped", "other was stopped (2023-05-01).", ["M:other"], ""),
    ],
)
def test_sentences_and_ways(
    graph_of: Callable[..., Graph], past: str, medicine: str, outcome: str, sentence: str, way: list[str], confirm: str
) -> None:
    graph = graph_of([*EDGES, ("patient:p", "TAKES", past, STOPPED | {"outcome": outcome, "record": "t1"})])

    finding = next(f for f in HistoryRule().findings(graph.screening()) if f.medicine == graph.number(medicine))

    assert (finding.sentence, finding.confirm) == (sentence, confirm)
    assert finding.proof.conclusion == sentence.removesuffix(" (2023-05-01).")
    assert graph.ids(finding.proof.nodes) == way
    assert (finding.proof.fact["record"], finding.proof.fact["active"]) == ("t1", False)
