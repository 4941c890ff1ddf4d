"""Additive effects: points summed once for each medicine, thresholds to the point, and who is not counted."""

from collections.abc import Callable
from typing import Any

import pytest

from recommender.safety.additive import EFFECTS, AdditiveRule
from recommender.safety.finding import Finding
from tests.recommender.conftest import Graph

QT, BLEEDING, SEROTONIN = "UMLS:C0151878", "UMLS:C0019080", "UMLS:C0699828"
SEDATION, POTASSIUM, ANTICHOLINERGIC = "UMLS:C0235195", "UMLS:C0020461", "UMLS:C0151500"
NAMES = {QT: {"name": "QT prolongation"}, BLEEDING: {"name": "bleeding"}}


def adds(medicine: str, points: int, effect: str = QT, **values: Any) -> tuple[Any, ...]:
    return (medicine, "ADDS_TO", effect, {"points": points} | values)


def takes(*medicines: str) -> list[tuple[Any, ...]]:
    return [("patient:p", "TAKES", medicine) for medicine in medicines]


def of(graph: Graph, medicine: str = "M:x") -> list[Finding]:
    findings = AdditiveRule().findings(graph.screening())
    for finding in findings:
        graph.check_proof(finding)
    return [finding for finding in findings if finding.medicine == graph.number(medicine)]


def severity(graph: Graph, medicine: str = "M:x") -> str | None:
    found = of(graph, medicine)
    assert len(found) <= 1
    return str(found[0].severity) if found else None


def split(total: int, effect: str) -> list[tuple[Any, ...]]:
    """A candidate with one point, and current medicines with the others."""
    rest, edges = total - 1, [adds("M:x", 1, effect)]
    for i in range(total):
        if rest > 0:
            edges += [adds(f"M:{i}", min(rest, 2), effect), *takes(f"M:{i}")]
            rest -= 2
    return edges


@pytest.mark.parametrize(
    ("effect", "caution", "sign_off", "sign_off_old"),
    [
        (QT, 3, 5, 5),
        (BLEEDING, 3, 5, 5),
        (SEROTONIN, 3, 5, 5),
        (SEDATION, 3, 6, 6),
        (POTASSIUM, 3, 5, 5),
        (ANTICHOLINERGIC, 3, 6, 5),
    ],
)
@pytest.mark.parametrize("age", [None, 64, 65])
def test_thresholds(
    graph_of: Callable[..., Graph], effect: str, caution: int, sign_off: int, sign_off_old: int, age: int | None
) -> None:
    least = sign_off_old if age == 65 else sign_off
    person = {"patient:p": {} if age is None else {"birth_year": 2024 - age}}
    graphs = {total: graph_of(split(total, effect), person) for total in range(2, 8)}

    found = {total: severity(graph) for total, graph in graphs.items()}

    assert found == {n: "sign-off" if n >= least else "caution" if n >= caution else None for n in range(2, 8)}


def test_every_effect_has_its_threshold_here() -> None:
    assert set(EFFECTS) == {QT, BLEEDING, SEROTONIN, SEDATION, POTASSIUM, ANTICHOLINERGIC}


def test_an_effect_that_nobody_set_a_threshold_for_is_not_summed(graph_of: Callable[..., Graph]) -> None:
    assert severity(graph_of([adds("M:x", 3, "E:cough"), adds("M:a", 3, "E:cough"), *takes("M:a")])) is None


def test_the_candidate_itself_has_to_add_and_so_has_a_current_medicine(graph_of: Callable[..., Graph]) -> None:
    edges = [adds("M:a", 3), adds("M:b", 3), adds("M:y", 3), ("M:x", "TREATS", "C:x"), ("M:c", "TREATS", "C:x")]

    assert severity(graph_of([*edges, *takes("M:a", "M:b")])) is None
    assert severity(graph_of([*edges, *takes("M:c")]), "M:y") is None
    assert severity(graph_of([*edges, *takes("M:a")]), "M:y") == "sign-off"


def test_effects_are_summed_apart(graph_of: Callable[..., Graph]) -> None:
    edges = [adds("M:x", 2), adds("M:x", 1, BLEEDING), adds("M:a", 1), adds("M:a", 3, BLEEDING), *takes("M:a")]

    found = of(graph_of(edges, NAMES))

    assert {(f.proof.fact["sum"], str(f.severity)) for f in found} == {(3, "caution"), (4, "caution")}


@pytest.mark.parametrize("times", [{"stop": "2024-05-01"}, {"start": "2024-07-01"}])
def test_only_current_therapy_counts(graph_of: Callable[..., Graph], times: dict[str, str]) -> None:
    graph = graph_of([adds("M:x", 3), adds("M:a", 3), ("patient:p", "TAKES", "M:a", times)])

    assert severity(graph) is None
    assert not AdditiveRule().concerns(graph.record())


PARTS = [
    *((f"M:{m}", "HAS_INGREDIENT", f"I:{m}") for m in "abx"),
    *(("M:ab", "HAS_INGREDIENT", f"I:{m}") for m in "ab"),
    *(("M:ax", "HAS_INGREDIENT", f"I:{m}") for m in "ax"),
]


@pytest.mark.parametrize(
    ("taken", "candidate", "total"),
    [
        (["M:ab"], "M:x", 2 + 1 + 1),
        (["M:a"], "M:x", 2 + 1),
        # What is in two of them counts once, in whichever order they are on file.
        (["M:a", "M:ab"], "M:x", 2 + 1 + 1),
        (["M:ab", "M:a"], "M:x", 2 + 1 + 1),
        # Of the candidate counts what is not taken yet.
        (["M:ab"], "M:ax", 2 + 1 + 1),
        (["M:b"], "M:ax", 1 + 2 + 1),
        (["M:b"], "M:ab", 1 + 2),
    ],
)
def test_combinations_count_by_their_parts(
    graph_of: Callable[..., Graph], taken: list[str], candidate: str, total: int
) -> None:
    graph = graph_of([*PARTS, adds("M:a", 2), adds("M:b", 1), adds("M:x", 1), *takes(*taken)])

    [finding] = of(graph, candidate)

    assert finding.proof.fact["sum"] == total


def test_what_is_being_taken_already_adds_nothing(graph_of: Callable[..., Graph]) -> None:
    edges = [*PARTS, adds("M:a", 3), adds("M:b", 3)]

    assert severity(graph_of([*edges, *takes("M:a", "M:b")]), "M:ab") is None
    assert severity(graph_of([*edges, *takes("M:ab")]), "M:a") is None


def test_a_combination_with_points_of_its_own_counts_by_them_alone(graph_of: Callable[..., Graph]) -> None:
    edges = [*PARTS, adds("M:a", 3), adds("M:b", 3), adds("M:ab", 1), adds("M:x", 2)]

    [finding] = of(graph_of([*edges, *takes("M:ab")]))

    assert finding.proof.fact["sum"] == 3


def test_of_several_sources_the_most_points_count(graph_of: Callable[..., Graph]) -> None:
    edges = [adds("M:x", 1, source="one"), adds("M:x", 3, source="other"), adds("M:a", 2), *takes("M:a")]

    assert severity(graph_of(edges)) == "sign-off"


DROPS = {"M:drops": {"atc": ("S01EA05",), "routes": ("ophthalmic",)}, "M:both": {"atc": ("D11AX18", "M01AB05")}}


@pytest.mark.parametrize(("route", "found"), [({"route": "topical"}, None), ({"route": "oral"}, "sign-off"), ({}, "sign-off")])
def test_what_is_applied_locally_does_not_count(graph_of: Callable[..., Graph], route: dict[str, str], found: str) -> None:
    edges = [adds("M:x", 3), adds("M:both", 3), adds("M:drops", 3), ("patient:p", "TAKES", "M:both", route)]
    graph = graph_of(edges, DROPS)

    assert severity(graph) == found
    assert severity(graph, "M:drops") is None


def test_what_is_applied_locally_leaves_the_points_to_what_is_not(graph_of: Callable[..., Graph]) -> None:
    edges = [
        adds("M:both", 2),
        adds("M:x", 1),
        *(("patient:p", "TAKES", "M:both", {"route": r, "record": r}) for r in ("topical", "oral")),
    ]

    assert severity(graph_of(edges, DROPS)) == "caution"


def test_sentence_and_proof(graph_of: Callable[..., Graph]) -> None:
    edges = [*PARTS, adds("M:a", 1), adds("M:b", 2), adds("M:c", 2), adds("M:x", 2)]
    taken = [("patient:p", "TAKES", m, {"record": r}) for m, r in (("M:ab", "t1"), ("M:c", "t2"))]
    graph = graph_of([*edges, *taken], NAMES)

    [finding] = of(graph, "M:ax")

    assert finding.proof.conclusion == "ax (2) with ab (3) and c (2) adds up to 7 points of QT prolongation"
    assert finding.sentence == f"{finding.proof.conclusion}: record an ECG and correct potassium and magnesium."
    assert finding.about == "QT prolongation adds up with ab (3) and c (2), record an ECG and correct potassium and magnesium"
    assert finding.severity == "sign-off"
    assert finding.confirm.startswith("QTc below 500 ms")
    assert graph.ids(finding.proof.nodes) == ["M:ab", "I:b", "M:b", QT, "M:x", "I:x", "M:ax"]
    fact = finding.proof.fact
    assert (fact["record"], fact["points"], fact["candidate_points"], fact["sum"]) == ("t1", 3, 2, 7)
    assert [(other["record"], other["points"]) for other in finding.proof.also] == [("t2", 2)]


def test_a_caution_has_nothing_to_confirm(graph_of: Callable[..., Graph]) -> None:
    [finding] = of(graph_of([adds("M:x", 2), adds("M:a", 2), *takes("M:a")]))

    assert (str(finding.severity), finding.confirm) == ("caution", "")
