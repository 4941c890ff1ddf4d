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

    assert findings["M:z"].sentence == "poor and z: give less of it. Start with half the dose."
    assert findings["M:z"].proof.conclusion == "poor: reduce for z"
    assert findings["M:a"].sentence == "poor and a: do not give it."
    assert graph.ids(findings["M:z"].proof.nodes) == ["P:poor", "M:codeine", "I:codeine", "M:z"]
    assert findings["M:z"].proof.fact["record"] == "g1"


@pytest.mark.parametrize(
    ("action", "words"),
    [
        ("avoid", "do not give it"),
        ("alternative", "choose another medicine"),
        ("reduce", "give less of it"),
        ("increase", "more of it is needed"),
        ("monitor", "watch more closely"),
    ],
)
@pytest.mark.parametrize("strength", ["strong", "moderate", "optional"])
def test_each_action_has_its_words_and_the_guideline_its_strength(
    graph_of: Callable[..., Graph], action: str, words: str, strength: str
) -> None:
    graph = graph_of(
        [
            ("P:poor", "AFFECTS_RESPONSE", "M:a", {"action": action, "strength": strength, "recommendation": "Do so."}),
            ("patient:p", "HAS_PHENOTYPE", "P:poor", {"diplotype": "*2/*2"}),
        ]
    )

    [finding] = PharmacogenomicsRule().findings(graph.screening())

    assert finding.sentence == f"poor (*2/*2) and a: {words} ({strength} recommendation). Do so."
    assert finding.proof.conclusion == f"poor (*2/*2): {action} for a"
    assert finding.proof.fact["properties"] == {"diplotype": "*2/*2"}


# Phenotypes of one gene, one of which could not be told, and one of another gene.
GENE: list[tuple[Any, ...]] = [
    ("P:poor", "AFFECTS_RESPONSE", "M:codeine", {"action": "avoid"}),
    ("P:normal", "AFFECTS_RESPONSE", "M:codeine", {"action": "no change"}),
    ("P:poor", "AFFECTS_RESPONSE", "M:a", {"action": "reduce"}),
    ("P:fast", "AFFECTS_RESPONSE", "M:a", {"action": "avoid"}),
    ("P:normal", "AFFECTS_RESPONSE", "M:b", {"action": "no change"}),
    ("P:elsewhere", "AFFECTS_RESPONSE", "M:c", {"action": "avoid"}),
]
PHENOTYPES = {f"P:{name}": {"gene": "G6"} for name in ("poor", "normal", "fast")} | {
    "P:elsewhere": {"gene": "G7"},
    "P:unclear": {"gene": "G6", "indeterminate": True},
}
UNCLEAR = ("patient:p", "HAS_PHENOTYPE", "P:unclear", {"diplotype": "*1/*99"})


def by_gene(*names: str) -> list[tuple[Any, ...]]:
    return [(f"P:{name}", "VARIANT_OF", "G:g6") for name in names]


def test_an_indeterminate_phenotype_is_a_caution_wherever_its_gene_matters(graph_of: Callable[..., Graph]) -> None:
    edges = [*COMBINED, *GENE, *by_gene("poor", "normal", "fast", "unclear"), UNCLEAR]

    # What is usual for a normal phenotype alone, and what another gene matters to, is not concerned.
    assert found(graph_of(edges, PHENOTYPES)) == dict.fromkeys(("M:codeine", "M:other", "M:z", "M:a"), "caution")


def test_the_sentence_and_the_way_of_what_cannot_be_told(graph_of: Callable[..., Graph]) -> None:
    graph = graph_of([*COMBINED, *GENE, *by_gene("poor", "normal", "fast", "unclear"), UNCLEAR], PHENOTYPES)

    findings = {str(graph.snapshot.id(f.medicine)): f for f in PharmacogenomicsRule().findings(graph.screening())}

    assert len(findings) == len(PharmacogenomicsRule().findings(graph.screening()))
    assert findings["M:z"].sentence == "unclear (*1/*99): the response to z cannot be told."
    assert {f.about for f in findings.values()} == {"unclear (*1/*99): the response cannot be told"}
    assert graph.ids(findings["M:z"].proof.nodes) == ["P:unclear", "G:g6", "P:poor", "M:codeine", "I:codeine", "M:z"]
    # Of several phenotypes of the gene, the one with the gravest advice is named.
    assert graph.ids(findings["M:a"].proof.nodes) == ["P:unclear", "G:g6", "P:fast", "M:a"]


def test_a_gene_may_be_a_word_alone(graph_of: Callable[..., Graph]) -> None:
    graph = graph_of([*GENE, *by_gene("poor", "normal", "fast"), UNCLEAR], PHENOTYPES)

    findings = {str(graph.snapshot.id(f.medicine)): f for f in PharmacogenomicsRule().findings(graph.screening())}

    assert set(findings) == {"M:codeine", "M:a"}
    assert graph.ids(findings["M:a"].proof.nodes) == ["P:fast", "M:a"]
    assert findings["M:a"].proof.fact["node"]["id"] == "P:unclear"


@pytest.mark.parametrize("said", [{"indeterminate": True}, {"gene": "G6"}, {"gene": "G6", "indeterminate": False}])
def test_only_an_indeterminate_phenotype_of_a_gene_speaks_for_the_others(
    graph_of: Callable[..., Graph], said: dict[str, Any]
) -> None:
    assert found(graph_of([*GENE, UNCLEAR], PHENOTYPES | {"P:unclear": said})) == {}


def test_what_is_known_besides_counts_too(graph_of: Callable[..., Graph]) -> None:
    graph = graph_of([*GENE, UNCLEAR, ("patient:p", "HAS_PHENOTYPE", "P:poor")], PHENOTYPES)

    assert graph.severities(PharmacogenomicsRule().findings(graph.screening())) == {"M:codeine": "exclude", "M:a": "caution"}
