"""Allergy: ingredient, class, cross-reactivity, in single and combined medicines."""

from collections.abc import Callable
from typing import Any

import pytest

from recommender.safety.allergy import AllergyRule
from tests.recommender.conftest import Graph

# Classes: beta-lactams ⊃ penicillins ⊃ aminopenicillins, and beta-lactams ⊃ cephalosporins ⊃ aminocephalosporins.
EDGES: list[tuple[Any, ...]] = [
    ("K:penicillins", "IS_A", "K:lactams"),
    ("K:aminopenicillins", "IS_A", "K:penicillins"),
    ("K:cephalosporins", "IS_A", "K:lactams"),
    ("K:aminocephalosporins", "IS_A", "K:cephalosporins"),
    *(("I:amoxicillin", "IN_CLASS", f"K:{group}") for group in ("penicillins", "aminopenicillins")),
    ("I:benzylpenicillin", "IN_CLASS", "K:penicillins"),
    ("I:cefalexin", "IN_CLASS", "K:aminocephalosporins"),
    ("I:ceftriaxone", "IN_CLASS", "K:cephalosporins"),
    ("K:penicillins", "CROSS_REACTS_WITH", "K:cephalosporins", {"strength": "low"}),
    ("K:aminocephalosporins", "CROSS_REACTS_WITH", "K:aminopenicillins", {"strength": "high"}),
    ("S:mould", "CROSS_REACTS_WITH", "I:benzylpenicillin", {"strength": "moderate"}),
    *(
        (f"M:{i}", "HAS_INGREDIENT", f"I:{i}")
        for i in ("amoxicillin", "benzylpenicillin", "cefalexin", "ceftriaxone", "clavulanate")
    ),
    *(("M:combined", "HAS_INGREDIENT", f"I:{i}") for i in ("amoxicillin", "clavulanate")),
    ("M:other", "HAS_INGREDIENT", "I:other"),
]
NODES = {
    **{f"K:{group}": {"scheme": "allergy"} for group in ("lactams", "penicillins", "aminopenicillins")},
    **{f"K:{group}": {"scheme": "allergy"} for group in ("cephalosporins", "aminocephalosporins")},
}


def found(graph: Graph) -> dict[str, str]:
    """The severity for each medicine that is spoken against; every proof is a chain that stands in the store."""
    findings = AllergyRule().findings(graph.screening())
    for finding in findings:
        graph.check_proof(finding)
        assert finding.proof.edges or finding.medicine == finding.proof.nodes[0]
    assert len({f.medicine for f in findings}) == len(findings)
    return {i.removeprefix("M:"): severity for i, severity in graph.severities(findings).items()}


def allergic(graph_of: Callable[..., Graph], *allergens: str, more: Any = (), nodes: Any = None) -> Graph:
    return graph_of([*EDGES, *more, *(("patient:p", "ALLERGIC_TO", a) for a in allergens)], NODES | (nodes or {}))


@pytest.mark.parametrize(
    ("allergen", "excluded", "cautioned"),
    [
        # Its own classes, and those that cross-react with them.
        ("I:amoxicillin", "amoxicillin benzylpenicillin combined cefalexin", "ceftriaxone"),
        # It is no aminopenicillin: cephalosporins are cautions alone.
        ("I:benzylpenicillin", "amoxicillin benzylpenicillin combined", "cefalexin ceftriaxone"),
        # Of ceftriaxone the class is known to cross-react weakly; its class goes down, not up.
        ("I:ceftriaxone", "cefalexin ceftriaxone", "amoxicillin benzylpenicillin combined"),
        # What holds for cephalosporins holds for those below them.
        ("I:cefalexin", "amoxicillin cefalexin combined", "benzylpenicillin"),
        ("I:clavulanate", "clavulanate combined", ""),
        ("I:other", "other", ""),
        # A class: everything in and below it, and what cross-reacts with any part of it.
        ("K:penicillins", "amoxicillin benzylpenicillin combined cefalexin", "ceftriaxone"),
        ("K:aminopenicillins", "amoxicillin cefalexin combined", "ceftriaxone"),
        ("K:aminocephalosporins", "amoxicillin cefalexin combined", "benzylpenicillin"),
        ("K:lactams", "amoxicillin benzylpenicillin cefalexin ceftriaxone combined", ""),
        ("S:mould", "benzylpenicillin", ""),
        ("M:clavulanate", "clavulanate combined", ""),
        ("M:combined", "amoxicillin benzylpenicillin cefalexin clavulanate combined", "ceftriaxone"),
    ],
)
def test_what_an_allergy_speaks_against(graph_of: Callable[..., Graph], allergen: str, excluded: str, cautioned: str) -> None:
    wanted = dict.fromkeys(excluded.split(), "exclude") | dict.fromkeys(cautioned.split(), "caution")

    assert found(allergic(graph_of, allergen)) == wanted


def test_of_several_allergies_the_most_severe_counts(graph_of: Callable[..., Graph]) -> None:
    graph = allergic(graph_of, "I:benzylpenicillin", "I:cefalexin")

    assert found(graph)["cefalexin"] == "exclude"


@pytest.mark.parametrize(("strength", "severity"), [("high", "exclude"), ("moderate", "exclude"), ("low", "caution")])
@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize(
    "pair", [("I:a", "I:b"), ("K:a", "I:b"), ("I:a", "K:b"), ("S:a", "K:b"), ("S:a", "I:b"), ("K:a", "K:b")]
)
def test_cross_reactivity_by_strength_between_any_allergens_either_way_round(
    graph_of: Callable[..., Graph], pair: tuple[str, str], turned: bool, strength: str, severity: str
) -> None:
    ends = pair[::-1] if turned else pair
    members = [("I:b", "IN_CLASS", "K:b"), ("M:b", "HAS_INGREDIENT", "I:b")]
    graph = graph_of(
        [*members, (ends[0], "CROSS_REACTS_WITH", ends[1], {"strength": strength}), ("patient:p", "ALLERGIC_TO", pair[0])],
        {"K:b": {"scheme": "allergy"}},
    )

    assert found(graph) == {"b": severity}


def test_of_several_sources_the_strongest_cross_reactivity_counts(graph_of: Callable[..., Graph]) -> None:
    weak = {"strength": "low", "source": "one"}
    strong = {"strength": "high", "source": "other", "level": "observation"}
    graph = graph_of(
        [
            ("I:a", "IN_CLASS", "K:a"),
            ("M:b", "HAS_INGREDIENT", "I:b"),
            ("K:a", "CROSS_REACTS_WITH", "I:b", weak),
            ("K:a", "CROSS_REACTS_WITH", "I:b", strong),
            ("patient:p", "ALLERGIC_TO", "K:a"),
        ]
    )

    assert found(graph) == {"b": "exclude"}


def test_only_classes_of_allergy_make_relatives(graph_of: Callable[..., Graph]) -> None:
    pairs = [(f"M:{i}", "HAS_INGREDIENT", f"I:{i}") for i in "ab"] + [(f"I:{i}", "IN_CLASS", "K:shelf") for i in "ab"]
    facts = [("patient:p", "ALLERGIC_TO", "I:a")]

    assert found(graph_of([*pairs, *facts], {"K:shelf": {"scheme": "pharmacologic"}})) == {"a": "exclude"}
    assert found(graph_of([*pairs, *facts], {"K:shelf": {"scheme": "allergy"}})) == {"a": "exclude", "b": "exclude"}


def test_an_allergy_to_a_class_of_medicines_reaches_combinations(graph_of: Callable[..., Graph]) -> None:
    # The combination stands in a class of its own, as ATC has it.
    edges = [
        ("M:amlodipine", "IN_CLASS", "ATC:C08CA"),
        ("ATC:C08CA", "IS_A", "ATC:C08"),
        ("M:both", "IN_CLASS", "ATC:C09DB"),
        *(("M:both", "HAS_INGREDIENT", i) for i in ("I:amlodipine", "I:valsartan")),
        ("M:amlodipine", "HAS_INGREDIENT", "I:amlodipine"),
        ("M:valsartan", "HAS_INGREDIENT", "I:valsartan"),
        ("patient:p", "ALLERGIC_TO", "ATC:C08"),
    ]

    assert found(graph_of(edges)) == {"amlodipine": "exclude", "both": "exclude"}


def test_a_medicine_may_be_in_an_allergy_class_itself(graph_of: Callable[..., Graph]) -> None:
    edges = [(f"M:{i}", "IN_CLASS", "K:shared") for i in "ab"] + [("M:c", "HAS_INGREDIENT", "I:c")]
    graph = graph_of([*edges, ("patient:p", "ALLERGIC_TO", "M:a")], {"K:shared": {"scheme": "allergy"}})

    assert found(graph) == {"a": "exclude", "b": "exclude"}


def test_classes_in_a_circle_end(graph_of: Callable[..., Graph]) -> None:
    circle = [("K:a", "IS_A", "K:b"), ("K:b", "IS_A", "K:a"), ("I:b", "IN_CLASS", "K:b"), ("M:b", "HAS_INGREDIENT", "I:b")]

    assert found(graph_of([*circle, ("patient:p", "ALLERGIC_TO", "K:a")])) == {"b": "exclude"}


def test_no_allergy_speaks_against_nothing(graph_of: Callable[..., Graph]) -> None:
    graph = graph_of([*EDGES, ("patient:p", "TAKES", "M:other")], NODES)

    assert found(graph) == {}
    assert not AllergyRule().concerns(graph.record())


@pytest.mark.parametrize(
    ("allergen", "medicine", "sentence"),
    [
        ("I:amoxicillin", "M:combined", "Allergy to amoxicillin: combined contains it."),
        ("M:clavulanate", "M:clavulanate", "Allergy to clavulanate: clavulanate is the allergen."),
        ("M:clavulanate", "M:combined", "Allergy to clavulanate: combined contains clavulanate like clavulanate."),
        ("K:penicillins", "M:amoxicillin", "Allergy to penicillins: amoxicillin belongs to that class."),
        ("I:amoxicillin", "M:benzylpenicillin", "Allergy to amoxicillin: benzylpenicillin is of the same class (penicillins)."),
        ("S:mould", "M:benzylpenicillin", "Allergy to mould: benzylpenicillin may cross-react (moderate; benzylpenicillin)."),
    ],
)
def test_sentences(graph_of: Callable[..., Graph], allergen: str, medicine: str, sentence: str) -> None:
    graph = allergic(graph_of, allergen)

    findings = {f.medicine: f for f in AllergyRule().findings(graph.screening())}

    assert findings[graph.number(medicine)].sentence == sentence


def test_the_proof_names_the_record_and_the_whole_way(graph_of: Callable[..., Graph]) -> None:
    fact = {"record": "a1", "severity": "severe", "reaction": "anaphylaxis"}
    graph = graph_of([*EDGES, ("patient:p", "ALLERGIC_TO", "I:amoxicillin", fact)], NODES)

    findings = {f.medicine: f for f in AllergyRule().findings(graph.screening())}
    proof = findings[graph.number("M:cefalexin")].proof

    assert (proof.fact["record"], proof.fact["properties"]) == ("a1", {"reaction": "anaphylaxis", "severity": "severe"})
    way = ["I:amoxicillin", "K:aminopenicillins", "K:aminocephalosporins", "I:cefalexin", "M:cefalexin"]
    assert graph.ids(proof.nodes) == way
    assert proof.conclusion == "cefalexin is not given in severe allergy to amoxicillin"
    low = findings[graph.number("M:ceftriaxone")].proof
    assert low.conclusion == "ceftriaxone needs sign-off in severe allergy to amoxicillin"


# What follows, by what is known of the reaction: to the same, to its class, and to what cross-reacts high, moderate, low.
TIES: list[tuple[Any, ...]] = [
    ("I:same", "IN_CLASS", "K:class"),
    ("I:class", "IN_CLASS", "K:below"),
    ("K:below", "IS_A", "K:class"),
    *(("K:class", "CROSS_REACTS_WITH", f"I:{s}", {"strength": s}) for s in ("high", "moderate", "low")),
    *((f"M:{i}", "HAS_INGREDIENT", f"I:{i}") for i in ("same", "class", "high", "moderate", "low")),
    *(("M:pair", "HAS_INGREDIENT", f"I:{i}") for i in ("same", "class")),
]
GROUPS = {"K:class": {"scheme": "allergy"}, "K:below": {"scheme": "allergy"}}
ORDER = ("same", "class", "high", "moderate", "low")


def verdicts(graph_of: Callable[..., Graph], allergen: str, **said: str) -> str:
    """The severities of same, class, high, moderate and low, each by its first letter, ``-`` where there is none."""
    graph = graph_of([*TIES, ("patient:p", "ALLERGIC_TO", allergen, said)], GROUPS)
    severities = found(graph)
    assert severities.get("pair") == severities.get("same")
    return "".join(severities.get(tie, "-")[0] for tie in ORDER)


@pytest.mark.parametrize("kind", ["allergy", None])
@pytest.mark.parametrize("certainty", ["confirmed", None])
@pytest.mark.parametrize(
    ("severity", "low"), [("severe", "s"), ("moderate", "c"), ("mild", "c"), ("unknown", "c"), (None, "c")]
)
def test_a_confirmed_allergy(
    graph_of: Callable[..., Graph], kind: str | None, certainty: str | None, severity: str | None, low: str
) -> None:
    said = {k: v for k, v in {"type": kind, "certainty": certainty, "severity": severity}.items() if v}

    assert verdicts(graph_of, "I:same", **said) == "eeee" + low


@pytest.mark.parametrize("severity", ["severe", "mild"])
@pytest.mark.parametrize("allergen", ["I:same", "M:same"])
def test_a_suspected_allergy(graph_of: Callable[..., Graph], allergen: str, severity: str) -> None:
    assert verdicts(graph_of, allergen, certainty="suspected", severity=severity) == "esssc"


@pytest.mark.parametrize("certainty", ["confirmed", "suspected"])
@pytest.mark.parametrize(("severity", "same"), [("severe", "s"), ("moderate", "c"), ("unknown", "c")])
def test_an_intolerance(graph_of: Callable[..., Graph], certainty: str, severity: str, same: str) -> None:
    assert verdicts(graph_of, "I:same", type="intolerance", certainty=certainty, severity=severity) == same + "n---"


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ({}, "eeeec"),
        ({"certainty": "suspected"}, "ssssc"),
        ({"type": "intolerance", "severity": "severe"}, "nn---"),
    ],
)
def test_a_reaction_to_a_class_is_one_to_that_class(graph_of: Callable[..., Graph], said: dict[str, str], wanted: str) -> None:
    assert verdicts(graph_of, "K:class", **said) == wanted


@pytest.mark.parametrize("kind", ["allergy", "intolerance"])
def test_what_was_refuted_says_nothing(graph_of: Callable[..., Graph], kind: str) -> None:
    graph = graph_of([*TIES, ("patient:p", "ALLERGIC_TO", "I:same", {"type": kind, "certainty": "refuted"})], GROUPS)

    assert found(graph) == {}
    assert not AllergyRule().concerns(graph.record())


def test_a_surer_allergy_counts_before_a_suspected_one(graph_of: Callable[..., Graph]) -> None:
    sure = ("patient:p", "ALLERGIC_TO", "I:class", {"severity": "mild"})
    suspected = ("patient:p", "ALLERGIC_TO", "I:same", {"certainty": "suspected", "severity": "severe"})

    graph = graph_of([*TIES, suspected, sure], GROUPS)
    finding = next(f for f in AllergyRule().findings(graph.screening()) if f.medicine == graph.number("M:class"))

    assert (str(finding.severity), finding.sentence) == ("exclude", "Allergy to class: class contains it.")


@pytest.mark.parametrize(
    ("said", "medicine", "sentence", "conclusion", "confirm"),
    [
        (
            {"certainty": "suspected"},
            "class",
            "Suspected allergy to same: class is of the same class (class).",
            "class needs sign-off in suspected allergy to same",
            "that the allergy to same is none",
        ),
        (
            {"certainty": "suspected", "severity": "severe"},
            "low",
            "Suspected severe allergy to same: low may cross-react (low; low).",
            "low needs care in suspected severe allergy to same",
            "",
        ),
        (
            {"severity": "severe"},
            "low",
            "Severe allergy to same: low may cross-react (low; low).",
            "low needs sign-off in severe allergy to same",
            "that the allergy to same is none, or that the reaction was mild",
        ),
        (
            {"type": "intolerance"},
            "same",
            "Intolerance to same, not an allergy: same contains it.",
            "same needs care in intolerance to same, not an allergy",
            "",
        ),
        (
            {"type": "intolerance", "severity": "severe"},
            "same",
            "Severe intolerance to same, not an allergy: same contains it.",
            "same needs sign-off in severe intolerance to same, not an allergy",
            "that the intolerance to same is none, or that the reaction was mild",
        ),
        (
            {"type": "intolerance", "certainty": "suspected"},
            "class",
            "Suspected intolerance to same, not an allergy: class is of the same class (class).",
            "class is to be watched in suspected intolerance to same, not an allergy",
            "",
        ),
    ],
)
def test_the_words_say_what_is_known_of_the_reaction(
    graph_of: Callable[..., Graph], said: dict[str, str], medicine: str, sentence: str, conclusion: str, confirm: str
) -> None:
    graph = graph_of([*TIES, ("patient:p", "ALLERGIC_TO", "I:same", said)], GROUPS)

    finding = next(f for f in AllergyRule().findings(graph.screening()) if graph.snapshot.name(f.medicine) == medicine)

    assert (finding.sentence, finding.proof.conclusion, finding.confirm) == (sentence, conclusion, confirm)
