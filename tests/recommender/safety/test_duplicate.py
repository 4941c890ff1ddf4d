"""Duplicate therapy: the same ingredient, the same chemical class."""

from collections.abc import Callable
from typing import Any

import pytest

from recommender.safety.duplicate import DuplicateRule
from tests.recommender.conftest import Graph

EDGES: list[tuple[Any, ...]] = [
    *((f"M:{m}", "HAS_INGREDIENT", f"I:{m}") for m in ("lisinopril", "ramipril", "thiazide", "gabapentin", "lamotrigine")),
    *((f"M:{m}", "IN_CLASS", "ATC:C09AA") for m in ("lisinopril", "ramipril")),
    *((f"M:{m}", "HAS_INGREDIENT", f"I:{m}") for m in ("lispro", "aspart")),
    *((f"M:{m}", "IN_CLASS", "ATC:A10AB") for m in ("lispro", "aspart")),
    *((f"M:{m}", "IN_CLASS", "ATC:N03AX") for m in ("gabapentin", "lamotrigine")),
    ("M:thiazide", "IN_CLASS", "ATC:C03AA"),
    *(("M:plus", "HAS_INGREDIENT", i) for i in ("I:ramipril", "I:thiazide")),
    ("M:plus", "IN_CLASS", "ATC:C09BA"),
]


def found(graph: Graph) -> dict[str, str]:
    findings = DuplicateRule().findings(graph.screening())
    for finding in findings:
        graph.check_proof(finding)
    return graph.severities(findings)


@pytest.mark.parametrize(
    ("taken", "against"),
    [
        # ACE inhibitors are given one at a time.
        ("M:lisinopril", {"M:lisinopril": "exclude", "M:ramipril": "exclude", "M:plus": "exclude"}),
        ("M:ramipril", {"M:ramipril": "exclude", "M:plus": "exclude", "M:lisinopril": "exclude"}),
        ("M:plus", {"M:plus": "exclude", "M:ramipril": "exclude", "M:thiazide": "exclude", "M:lisinopril": "exclude"}),
        # Two rapid-acting insulins are of one class, but combined on purpose.
        ("M:lispro", {"M:lispro": "exclude", "M:aspart": "caution"}),
        # A group of what fits nowhere else is no class.
        ("M:gabapentin", {"M:gabapentin": "exclude"}),
    ],
)
def test_what_current_therapy_speaks_against(graph_of: Callable[..., Graph], taken: str, against: dict[str, str]) -> None:
    assert found(graph_of([*EDGES, ("patient:p", "TAKES", taken)])) == against


@pytest.mark.parametrize("group", ["ATC:C09", "ATC:C09A", "ATC:C09AA01", "K:renin"])
def test_only_chemical_subgroups_are_classes(graph_of: Callable[..., Graph], group: str) -> None:
    edges = [(f"M:{m}", "IN_CLASS", group) for m in "ab"]

    assert found(graph_of([*edges, ("patient:p", "TAKES", "M:a")])) == {"M:a": "exclude"}


def test_of_several_classes_in_common_the_most_severe_counts(graph_of: Callable[..., Graph]) -> None:
    # C03AA comes before C09AA, and thiazides are combined on purpose.
    edges = [(f"M:{m}", "IN_CLASS", group) for m in "ab" for group in ("ATC:C03AA", "ATC:C09AA")]

    assert found(graph_of([*edges, ("patient:p", "TAKES", "M:a")]))["M:b"] == "exclude"


def test_therapy_that_ended_is_no_duplicate(graph_of: Callable[..., Graph]) -> None:
    graph = graph_of([*EDGES, ("patient:p", "TAKES", "M:lisinopril", {"stop": "2024-01-01"})])

    assert found(graph) == {}
    assert not DuplicateRule().concerns(graph.record())


@pytest.mark.parametrize(
    ("taken", "medicine", "sentence", "way"),
    [
        ("M:lisinopril", "M:lisinopril", "lisinopril is being taken already.", ["M:lisinopril"]),
        (
            "M:ramipril",
            "M:plus",
            "plus contains ramipril like ramipril, which is being taken.",
            ["M:ramipril", "I:ramipril", "M:plus"],
        ),
        (
            "M:lisinopril",
            "M:ramipril",
            "ramipril is of the class C09AA like lisinopril, which is being taken.",
            ["M:lisinopril", "ATC:C09AA", "M:ramipril"],
        ),
        (
            "M:lisinopril",
            "M:plus",
            "plus is of the class C09AA like lisinopril, which is being taken.",
            ["M:lisinopril", "ATC:C09AA", "M:ramipril", "I:ramipril", "M:plus"],
        ),
    ],
)
def test_sentences_and_ways(graph_of: Callable[..., Graph], taken: str, medicine: str, sentence: str, way: list[str]) -> None:
    graph = graph_of([*EDGES, ("patient:p", "TAKES", taken)])

    finding = next(f for f in DuplicateRule().findings(graph.screening()) if f.medicine == graph.number(medicine))

    assert finding.sentence == sentence
    assert graph.ids(finding.proof.nodes) == way
