"""What modifies an interaction: who applies, what wins, and that nothing unknown makes it milder."""

from collections.abc import Callable
from typing import Any

import pytest

from recommender.safety.finding import Finding
from recommender.safety.interaction import InteractionRule
from tests.recommender.conftest import Graph

POTASSIUM = "LOINC:2823-3"
NODES = {
    "M:eye": {"atc": ("C07AA06", "S01ED01"), "routes": ("oral", "ophthalmic")},
    "M:ear": {"atc": ("S02AA16", "S01AE01"), "routes": ("otic", "ophthalmic")},
    "M:vial": {"routes": ("oral", "injection")},
    "M:cream": {"atc": ("D01AC02",), "routes": ("topical",)},
    POTASSIUM: {"name": "Potassium", "unit": "mmol/L", "other_units": ("mg/dL=0.2558",)},
    "ATC:A02BC": {},
}
PPI = [("M:ppi", "IN_CLASS", "ATC:A02BC"), ("ATC:A02BC", "IS_A", "ATC:A02B"), ("patient:p", "TAKES", "M:ppi")]


def found(graph: Graph, medicine: str = "M:b") -> Finding | None:
    findings = InteractionRule().findings(graph.screening())
    for finding in findings:
        graph.check_proof(finding)
    number = graph.number(medicine)
    return next((f for f in findings if f.medicine == number), None)


def judged(
    graph_of: Callable[..., Graph],
    *modifiers: str,
    severity: str = "severe",
    taken: dict[str, Any] | None = None,
    pair: tuple[str, str] = ("M:a", "M:b"),
    more: list[tuple[Any, ...]] | None = None,
    person: dict[str, Any] | None = None,
) -> str | None:
    """What follows for the second of a pair of which the first is being taken."""
    edge = (*(pair[0], "INTERACTS_WITH", pair[1]), {"severity": severity, "modifiers": modifiers})
    nodes = NODES | {"patient:p": person or {}}
    graph = graph_of([edge, ("patient:p", "TAKES", pair[0], taken or {}), *(more or [])], nodes)
    finding = found(graph, pair[1])
    return str(finding.severity) if finding else None


@pytest.mark.parametrize(("makes", "follows"), [("moderate", "caution"), ("mild", "note"), ("none", None)])
def test_a_co_medication_lowers_to_what_the_modifier_says(
    graph_of: Callable[..., Graph], makes: str, follows: str | None
) -> None:
    assert judged(graph_of, f"with M:ppi: {makes}", more=PPI) == follows
    assert judged(graph_of, f"with M:ppi: {makes}") == "exclude"


@pytest.mark.parametrize("subject", ["M:ppi", "ATC:A02BC", "ATC:A02B"])
def test_a_co_medication_may_be_of_a_class(graph_of: Callable[..., Graph], subject: str) -> None:
    assert judged(graph_of, f"with {subject}: mild", more=PPI) == "note"


@pytest.mark.parametrize("subject", ["M:other", "ATC:A02BA"])
def test_another_medicine_protects_from_nothing(graph_of: Callable[..., Graph], subject: str) -> None:
    assert judged(graph_of, f"with {subject}: mild", more=[*PPI, ("M:other", "IN_CLASS", "ATC:A02BA")]) == "exclude"


def test_a_co_medication_within_a_combination_counts(graph_of: Callable[..., Graph]) -> None:
    parts = [(m, "HAS_INGREDIENT", i) for m, i in (("M:ppi", "I:p"), ("M:x", "I:p"), ("M:x", "I:q"), ("M:q", "I:q"))]

    assert judged(graph_of, "with M:ppi: mild", more=[*parts, ("patient:p", "TAKES", "M:x")]) == "note"


@pytest.mark.parametrize("values", [{"stop": "2024-05-01"}, {"start": "2024-07-01"}])
def test_a_co_medication_that_is_not_taken_now_protects_from_nothing(
    graph_of: Callable[..., Graph], values: dict[str, str]
) -> None:
    assert judged(graph_of, "with M:ppi: mild", more=[("patient:p", "TAKES", "M:ppi", values)]) == "exclude"


def test_a_co_medication_that_acts_locally_protects_from_nothing(graph_of: Callable[..., Graph]) -> None:
    assert judged(graph_of, "with M:cream: mild", more=[("patient:p", "TAKES", "M:cream")]) == "exclude"


@pytest.mark.parametrize(
    ("dose", "unit", "follows"),
    [
        (100.0, "mg", "note"),
        (100.1, "mg", "exclude"),
        (0.1, "g", "note"),
        (0.2, "g", "exclude"),
        (100000.0, "ug", "note"),
        (100000.0, "mcg", "note"),
        (99.0, "MG", "note"),
        (1.0, "", "exclude"),
        (1.0, "tablets", "exclude"),
    ],
)
def test_a_dose_counts_in_milligrams(graph_of: Callable[..., Graph], dose: float, unit: str, follows: str) -> None:
    taken = {"daily_dose": dose} | ({"dose_unit": unit} if unit else {})

    assert judged(graph_of, "dose M:a <= 100 mg: mild", taken=taken) == follows


def test_a_dose_that_is_not_on_file_lowers_nothing(graph_of: Callable[..., Graph]) -> None:
    small = {"daily_dose": 1.0, "dose_unit": "mg"}

    assert judged(graph_of, "dose M:a <= 100 mg: mild") == "exclude"
    # The dose of the candidate is nobody's yet.
    assert judged(graph_of, "dose M:b <= 100 mg: mild", taken=small) == "exclude"


def test_the_dose_of_a_combination_says_nothing_of_its_parts(graph_of: Callable[..., Graph]) -> None:
    parts = [(m, "HAS_INGREDIENT", i) for m, i in (("M:a", "I:a"), ("M:ac", "I:a"), ("M:ac", "I:c"), ("M:c", "I:c"))]
    edge = ("M:a", "INTERACTS_WITH", "M:b", {"severity": "severe", "modifiers": ("dose M:a <= 100 mg: mild",)})
    graph = graph_of([edge, *parts, ("patient:p", "TAKES", "M:ac", {"daily_dose": 1.0, "dose_unit": "mg"})])

    finding = found(graph)

    assert finding
    assert finding.severity == "exclude"


@pytest.mark.parametrize(("age", "follows"), [(64, "caution"), (65, "exclude"), (None, "caution")])
def test_age_may_raise(graph_of: Callable[..., Graph], age: int | None, follows: str) -> None:
    person = {} if age is None else {"birth_year": 2024 - age}

    assert judged(graph_of, "age >= 65: severe", severity="moderate", person=person) == follows


@pytest.mark.parametrize(
    ("values", "follows"),
    [
        ({"value": 5.0}, "caution"),
        ({"value": 5.1}, "exclude"),
        ({"value": 20.0, "unit": "mg/dL"}, "exclude"),
        ({"value": 19.0, "unit": "mg/dL"}, "caution"),
        ({"value": 20.0, "unit": "stone"}, "caution"),
        # An old value raises all the same.
        ({"value": 5.1, "date": "2020-01-01"}, "exclude"),
    ],
)
def test_a_result_may_raise(graph_of: Callable[..., Graph], values: dict[str, Any], follows: str) -> None:
    fact = ("patient:p", "HAS_RESULT", POTASSIUM, values)

    assert judged(graph_of, f"result {POTASSIUM} > 5: severe", severity="moderate", more=[fact]) == follows


@pytest.mark.parametrize(
    ("day", "follows"), [("2023-06-02", "note"), ("2023-06-01", "exclude"), (None, "note"), ("2024-06-01", "note")]
)
def test_a_result_that_is_older_than_a_year_lowers_nothing(
    graph_of: Callable[..., Graph], day: str | None, follows: str
) -> None:
    fact = ("patient:p", "HAS_RESULT", POTASSIUM, {"value": 4.0} | ({"date": day} if day else {}))

    assert judged(graph_of, f"result {POTASSIUM} < 5: mild", more=[fact]) == follows


def test_a_result_that_is_not_on_file_changes_nothing(graph_of: Callable[..., Graph]) -> None:
    assert judged(graph_of, f"result {POTASSIUM} > 5: none", "result LOINC:1-1 > 5: none") == "exclude"


@pytest.mark.parametrize(
    ("severity", "modifiers", "follows"),
    [
        ("severe", ("with M:ppi: moderate", "age >= 65: mild"), "caution"),
        ("severe", ("with M:ppi: mild", "age >= 65: severe"), "exclude"),
        ("moderate", ("with M:ppi: mild", "age >= 65: moderate"), "caution"),
        ("moderate", ("with M:ppi: mild", "age >= 65: severe"), "exclude"),
        ("moderate", ("with M:ppi: none", "age >= 65: none"), None),
        ("moderate", ("with M:ppi: none", "age < 65: severe"), None),
    ],
)
def test_of_those_that_apply_the_most_severe_counts(
    graph_of: Callable[..., Graph], severity: str, modifiers: tuple[str, ...], follows: str | None
) -> None:
    person = {"birth_year": 1950}

    assert judged(graph_of, *modifiers, severity=severity, more=PPI, person=person) == follows
    assert judged(graph_of, *modifiers[::-1], severity=severity, more=PPI, person=person) == follows


@pytest.mark.parametrize(("severity", "follows"), [("severe", "note"), ("moderate", "note"), ("mild", "note")])
@pytest.mark.parametrize(
    ("pair", "taken"),
    [
        (("M:eye", "M:b"), {"route": "ophthalmic"}),
        (("M:b", "M:ear"), {}),
        (("M:ear", "M:b"), {}),
        (("M:cream", "M:ear"), {"route": "topical"}),
    ],
)
def test_what_is_applied_locally_is_a_note(
    graph_of: Callable[..., Graph], pair: tuple[str, str], taken: dict[str, str], severity: str, follows: str
) -> None:
    assert judged(graph_of, severity=severity, pair=pair, taken=taken) == follows


@pytest.mark.parametrize(
    ("pair", "taken"),
    [
        (("M:eye", "M:b"), {"route": "oral"}),
        (("M:eye", "M:b"), {}),
        (("M:b", "M:eye"), {}),
        (("M:eye", "M:b"), {"route": "nasal"}),
    ],
)
def test_a_route_that_may_be_another_lowers_nothing(
    graph_of: Callable[..., Graph], pair: tuple[str, str], taken: dict[str, str]
) -> None:
    assert judged(graph_of, pair=pair, taken=taken) == "exclude"
    assert judged(graph_of, "route M:eye ophthalmic: mild", pair=pair, taken=taken) == "exclude"


def test_a_combination_is_local_by_its_own_routes(graph_of: Callable[..., Graph]) -> None:
    """A part of eye drops may also exist as a tablet."""
    parts = [(m, "HAS_INGREDIENT", i) for m, i in (("M:eye", "I:t"), ("M:two", "I:t"), ("M:two", "I:d"), ("M:d", "I:d"))]
    edge = ("M:eye", "INTERACTS_WITH", "M:a", {"severity": "severe"})
    spoken = ("M:eye", "INTERACTS_WITH", "M:z", {"severity": "severe", "modifiers": ("route M:eye ophthalmic: moderate",)})
    nodes = NODES | {"M:two": {"atc": ("S01ED51",), "routes": ("ophthalmic",)}}
    graph = graph_of([edge, spoken, *parts, ("patient:p", "TAKES", "M:a"), ("patient:p", "TAKES", "M:z")], nodes)

    severities = [(f.medicine, str(f.severity)) for f in InteractionRule().findings(graph.screening())]

    two, eye = graph.number("M:two"), graph.number("M:eye")
    assert sorted(severities) == sorted([(two, "note"), (two, "caution"), (eye, "exclude"), (eye, "exclude")])


@pytest.mark.parametrize(
    ("taken", "modifiers", "follows"),
    [
        ({"route": "ophthalmic"}, ("route M:eye ophthalmic: moderate",), "caution"),
        ({"route": "ophthalmic"}, ("route M:eye ophthalmic: severe",), "exclude"),
        ({"route": "ophthalmic"}, ("route M:eye ophthalmic: none",), None),
        # A modifier of another route, or of the other medicine, says nothing of this one.
        ({"route": "ophthalmic"}, ("route M:eye oral: moderate",), "note"),
        ({"route": "ophthalmic"}, ("route M:b ophthalmic: moderate",), "note"),
        ({"route": "ophthalmic"}, ("age >= 1: severe",), "note"),
        # What is said of each possible route counts, the most severe of them.
        ({}, ("route M:eye ophthalmic: mild", "route M:eye oral: moderate"), "caution"),
        ({}, ("route M:eye ophthalmic: mild",), "exclude"),
    ],
)
def test_a_route_modifier_stands_before_the_rule_of_local_use(
    graph_of: Callable[..., Graph], taken: dict[str, str], modifiers: tuple[str, ...], follows: str | None
) -> None:
    person = {"birth_year": 1950}

    assert judged(graph_of, *modifiers, pair=("M:eye", "M:b"), taken=taken, person=person) == follows


def test_a_possible_route_that_is_worse_raises(graph_of: Callable[..., Graph]) -> None:
    modifiers = ("route M:eye oral: severe",)

    assert judged(graph_of, *modifiers, severity="moderate", pair=("M:b", "M:eye")) == "exclude"
    assert judged(graph_of, *modifiers, severity="moderate", pair=("M:eye", "M:b"), taken={"route": "oral"}) == "exclude"
    other = {"severity": "moderate", "pair": ("M:b", "M:vial")}
    assert judged(graph_of, "route M:vial injection: severe", **other) == "exclude"
    assert judged(graph_of, "route M:vial injection: mild", **other) == "caution"


def test_of_several_statements_each_is_weighed_by_itself(graph_of: Callable[..., Graph]) -> None:
    """A high-priority list that knows of no modifier is not weakened by a label that does."""
    more = [*PPI, ("M:a", "INTERACTS_WITH", "M:b", {"severity": "severe", "source": "list"})]

    assert judged(graph_of, "with M:ppi: mild", more=more) == "exclude"


def test_a_modifier_that_cannot_be_read_closes_the_rule(graph_of: Callable[..., Graph]) -> None:
    with pytest.raises(ValueError, match="route ID ROUTE"):
        judged(graph_of, "with a lot of luck: none")


@pytest.mark.parametrize(
    ("modifier", "more", "person", "words", "also"),
    [
        ("with M:ppi: moderate", PPI, {}, "lowered from severe: ppi is being taken", "TAKES"),
        ("age >= 65: mild", [], {"birth_year": 1950}, "lowered from severe: age 74", "AGE"),
        (
            f"result {POTASSIUM} < 5: mild",
            [("patient:p", "HAS_RESULT", POTASSIUM, {"value": 4.2})],
            {},
            "lowered from severe: Potassium 4.2",
            "HAS_RESULT",
        ),
    ],
)
def test_what_changed_an_interaction_is_said_and_proved(
    graph_of: Callable[..., Graph],
    modifier: str,
    more: list[tuple[Any, ...]],
    person: dict[str, Any],
    words: str,
    also: str,
) -> None:
    edge = ("M:a", "INTERACTS_WITH", "M:b", {"severity": "severe", "modifiers": (modifier,), "mechanism": "Both bleed."})
    graph = graph_of([edge, ("patient:p", "TAKES", "M:a"), *more], NODES | {"patient:p": person})

    finding = found(graph)

    assert finding
    assert f"interaction ({words}; Both bleed)." in finding.sentence
    assert [fact["kind"] for fact in finding.proof.also] == [also]


def test_local_use_is_said_and_proved(graph_of: Callable[..., Graph]) -> None:
    graph = graph_of([("M:a", "INTERACTS_WITH", "M:cream", {"severity": "severe"}), ("patient:p", "TAKES", "M:a")], NODES)

    finding = found(graph, "M:cream")

    assert finding
    why = "lowered from severe: cream is applied locally, little of it reaches the blood"
    assert finding.sentence == f"cream with a: mild interaction ({why})."
    assert finding.proof.conclusion == "mild interaction of cream with a"
    [routes] = finding.proof.also
    assert (routes["kind"], routes["node"]["id"], routes["routes"]) == ("ROUTES", "M:cream", ["topical"])


def test_what_was_mild_before_rests_on_nothing_more(graph_of: Callable[..., Graph]) -> None:
    graph = graph_of([("M:a", "INTERACTS_WITH", "M:cream", {"severity": "mild"}), ("patient:p", "TAKES", "M:a")], NODES)

    finding = found(graph, "M:cream")

    assert finding
    assert (finding.sentence, finding.proof.also) == ("cream with a: mild interaction.", ())


def test_raising_is_said(graph_of: Callable[..., Graph]) -> None:
    edge = ("M:a", "INTERACTS_WITH", "M:b", {"severity": "mild", "modifiers": ("age >= 65: severe",)})
    graph = graph_of([edge, ("patient:p", "TAKES", "M:a")], {"patient:p": {"birth_year": 1950}})

    finding = found(graph)

    assert finding
    assert finding.sentence == "b with a: severe interaction (raised from mild: age 74)."
