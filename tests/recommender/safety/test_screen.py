"""The screen: it fails closed, says what it could not check, and writes no patient's data to the log."""

import logging
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from graph.elements import EdgeKind, NodeKind
from graph.store import PATIENT_EDGES
from recommender.record import PatientRecord
from recommender.safety.finding import Finding, Need, Screening, Severity
from recommender.safety.screen import RULES, Screened, screen
from tests.recommender.conftest import REFERENCE, Graph

SECRET = "sEcReT"


class Rule:
    """A rule of the test: it answers, or raises, what it is given."""

    name = "mine"
    needs: tuple[tuple[Need, ...], ...] = ()

    def __init__(self, outcome: Sequence[Finding] | Exception) -> None:
        self._outcome = outcome

    def concerns(self, record: PatientRecord) -> bool:
        return True

    def findings(self, screening: Screening) -> list[Finding]:
        if isinstance(self._outcome, Exception):
            raise self._outcome
        return list(self._outcome)


def run(graph: Graph, *rules: Any) -> Screened:
    seen = graph.screening()
    return screen(seen.snapshot, seen.components, seen.record, seen.candidates, seen.as_of, rules)


def sentences(graph: Graph, screened: Screened, medicine: str = "M:a") -> list[str]:
    return [f.sentence for f in screened.findings.get(graph.number(medicine), ())]


def test_a_rule_that_raises_excludes_everything_and_says_so(
    graph_of: Callable[..., Graph], caplog: pytest.LogCaptureFixture
) -> None:
    graph = graph_of([("M:a", "TREATS", "C:x"), ("M:b", "TREATS", "C:x")], {"patient:p": {}})

    with caplog.at_level(logging.DEBUG):
        screened = run(graph, Rule(ValueError(f"cannot read {SECRET}")))

    assert all(screened.excluded(graph.number(m)) for m in ("M:a", "M:b"))
    assert sentences(graph, screened) == ["Mine could not be checked: the rule failed."]
    assert "safety rule mine failed: ValueError in findings:" in caplog.text
    assert SECRET not in caplog.text
    assert all(record.exc_info is None for record in caplog.records)


def test_a_value_on_file_that_breaks_a_rule_is_not_logged(
    graph_of: Callable[..., Graph], caplog: pytest.LogCaptureFixture
) -> None:
    # A limit that no one can compare with: reading the age fails.
    limit = {"limit": "age", "strength": "absolute", "comparator": "below", "value": SECRET}
    graph = graph_of([("M:a", "LIMITED_BY", "L:age", limit)], {"patient:p": {"birth_year": 1980}})

    screened = graph.screened()

    assert "Limit could not be checked: the rule failed." in sentences(graph, screened)
    assert screened.excluded(graph.number("M:a"))
    assert SECRET not in caplog.text


FACTS = {
    "allergy": ("ALLERGIC_TO", "I:ref"),
    "contraindication": ("HAS_DIAGNOSIS", "C:ref"),
    "interaction": ("TAKES", "M:ref2"),
    "additive": ("TAKES", "M:ref2"),
    "duplicate": ("TAKES", "M:ref2"),
    "pharmacogenomics": ("HAS_PHENOTYPE", "P:ref"),
}
LACKING = {
    "allergy": ("HAS_INGREDIENT", "IN_CLASS"),
    "contraindication": ("CONTRAINDICATED_IN",),
    "interaction": ("INTERACTS_WITH",),
    "additive": ("ADDS_TO",),
    "duplicate": ("HAS_INGREDIENT",),
    "pharmacogenomics": ("AFFECTS_RESPONSE",),
    "limit": ("LIMITED_BY",),
}


@pytest.mark.parametrize(("rule", "kind"), [(rule, kind) for rule, kinds in LACKING.items() for kind in kinds])
def test_absent_reference_data_excludes_what_it_would_have_checked(
    graph_of: Callable[..., Graph], rule: str, kind: str
) -> None:
    known = [edge for edge in REFERENCE if edge[1] != kind]
    nodes = {"M:a": {}, "patient:p": {}, "patient:q": {"sex": "male", "birth_year": 1980}}
    nodes |= {str(end): {} for edge in REFERENCE for end in (edge[0], edge[2])}
    fact = [("patient:p", *FACTS[rule])] if rule in FACTS else []
    graph = graph_of([*known, *fact], nodes)

    concerned, other = graph.screened("patient:p"), graph.screened("patient:q")

    words = f"{rule[0].upper()}{rule[1:]} could not be checked: the graph has no reference data for it."
    assert words in sentences(graph, concerned)
    assert concerned.excluded(graph.number("M:a"))
    assert (words in sentences(graph, other)) == (rule == "limit")


def test_with_all_reference_data_nothing_is_closed(graph_of: Callable[..., Graph]) -> None:
    facts = [("patient:p", *fact) for fact in FACTS.values()]
    graph = graph_of([*REFERENCE, *dict.fromkeys(facts)], {"M:a": {}, "patient:p": {"birth_year": 1980, "sex": "male"}})

    screened = graph.screened()

    assert sentences(graph, screened) == []
    assert screened.complete


def test_every_rule_names_relations_that_the_schema_knows() -> None:
    for rule in RULES:
        # Routes stand on the medicines themselves.
        assert rule.needs or rule.name == "supply"
        for group in rule.needs:
            for kind, start, end in group:
                assert isinstance(kind, EdgeKind)
                assert kind not in PATIENT_EDGES
                assert {type(start), type(end)} == {NodeKind}
    assert len({rule.name for rule in RULES}) == len(RULES)


@pytest.mark.parametrize("fact", [("TAKES", "M:new"), ("ALLERGIC_TO", "I:new"), ("ALLERGIC_TO", "M:new")])
def test_an_allergy_or_a_medicine_in_use_that_nobody_verified_is_not_screened(
    graph_of: Callable[..., Graph], fact: tuple[str, str]
) -> None:
    nodes = {"M:a": {}, fact[1]: {"verified": False}, "patient:p": {"birth_year": 1980, "sex": "male"}}
    graph = graph_of([*REFERENCE, ("patient:p", *fact)], nodes)

    screened = graph.screened()

    assert not screened.complete
    assert sentences(graph, screened) == ["Nothing is known about new, so safety could not be checked for it."]
    assert not screened.excluded(graph.number("M:a"))


def test_therapy_that_ended_need_not_be_known(graph_of: Callable[..., Graph]) -> None:
    nodes = {"M:a": {}, "M:new": {"verified": False}, "patient:p": {"birth_year": 1980, "sex": "male"}}
    graph = graph_of([*REFERENCE, ("patient:p", "TAKES", "M:new", {"stop": "2024-01-01"})], nodes)

    assert graph.screened().complete


def test_a_candidate_that_nobody_verified_is_excluded(graph_of: Callable[..., Graph]) -> None:
    nodes = {"M:a": {"verified": False}, "M:b": {"verified": True}, "patient:p": {}}
    graph = graph_of([], nodes)

    screened = run(graph)

    assert sentences(graph, screened) == ["a is not verified: nothing is known about its safety."]
    assert [screened.excluded(graph.number(m)) for m in ("M:a", "M:b")] == [True, False]


def test_what_was_given_and_is_not_known_is_a_caution_on_everything(graph_of: Callable[..., Graph]) -> None:
    old = graph_of(REFERENCE, {"M:a": {}})
    new = graph_of([("patient:p", "ALLERGIC_TO", "I:new", {"record": "a7"}), ("patient:p", "HAS_DIAGNOSIS", "C:new")])
    new.snapshot = old.snapshot

    screened = run(new)

    assert not screened.complete
    words = "The allergy given at a7 is not known, so safety could not be checked for it."
    assert all(sentences(old, screened, m) == [words] for m in ("M:a", "M:ref"))
    [finding] = screened.findings[old.number("M:a")]
    assert (finding.severity, finding.proof.fact) == (Severity.CAUTION, {"kind": "UNRESOLVED", "pointer": "a7"})


def test_findings_stand_with_the_most_severe_first(graph_of: Callable[..., Graph]) -> None:
    severities = ("mild", "severe", "moderate")
    edges = [(f"M:{w}", "INTERACTS_WITH", "M:a", {"severity": w}) for w in severities]
    graph = graph_of([*REFERENCE, *edges, *(("patient:p", "TAKES", f"M:{w}") for w in severities)])

    screened = run(graph, RULES[2])

    assert [str(f.severity) for f in screened.findings[graph.number("M:a")]] == ["exclude", "caution", "note"]


def test_only_candidates_are_checked(graph_of: Callable[..., Graph]) -> None:
    graph = graph_of([*REFERENCE, ("patient:p", "TAKES", "M:ref")])
    seen = graph.screening()

    screened = screen(seen.snapshot, seen.components, seen.record, [graph.number("M:ref2")], seen.as_of)

    assert set(screened.findings) == {graph.number("M:ref2")}
