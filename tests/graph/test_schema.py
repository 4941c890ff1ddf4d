"""The schema table: what each row lets in, what it refuses, and with which code."""

import math
from collections.abc import Mapping
from datetime import date
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.elements import EdgeKind, Node, NodeId, NodeKind, Provenance
from graph.errors import SchemaError
from graph.property_rules import MAX_TEXT, PropertyRule
from graph.schema import (
    EDGE_RULES,
    NODE_RULES,
    TEXT,
    check_id,
    check_joins,
    check_node,
    check_properties,
    check_property_rows,
    check_provenance,
    check_texts,
)
from graph.store import DERIVED_EDGES, KNOWLEDGE_EDGES, PATIENT_EDGES
from tests.graph.building import SMALL_NODES, SOURCE, node

RULES = [(str(kind), name, rule) for kind, rules in NODE_RULES.items() for name, rule in rules.items()] + [
    (str(kind), name, rule) for kind, row in EDGE_RULES.items() for name, rule in row.properties.items()
]
ELEMENT_NAMES = {
    "id",
    "kind",
    "name",
    "aliases",
    "source",
    "source_version",
    "licence",
    "knowledge_level",
    "evidence",
    "record",
}


def code_of(check: Any, *arguments: Any) -> str:
    """The code with which a check refuses its arguments, or an empty text."""
    try:
        check(*arguments)
    except SchemaError as error:
        return error.code
    return ""


# The table as a whole


def test_every_kind_has_its_row() -> None:
    assert set(NODE_RULES) == set(NodeKind)
    assert set(EDGE_RULES) == set(EdgeKind)


@pytest.mark.parametrize("kind", EdgeKind)
def test_a_row_accepts_the_kinds_that_it_joins_and_refuses_all_others(kind: EdgeKind) -> None:
    rule = EDGE_RULES[kind]

    accepted = {ends for ends in product(NodeKind, repeat=2) if not code_of(check_joins, kind, *ends)}

    assert accepted == rule.joins
    assert accepted
    refused = set(product(NodeKind, repeat=2)) - accepted
    assert {code_of(check_joins, kind, *ends) for ends in refused} == {"bad-ends"}


@pytest.mark.parametrize("kind", [kind for kind in EdgeKind if EDGE_RULES[kind].symmetric])
def test_a_symmetric_kind_joins_both_ways(kind: EdgeKind) -> None:
    joins = EDGE_RULES[kind].joins

    assert {(end, start) for start, end in joins} == joins


def test_the_kinds_that_start_at_a_patient_are_the_patient_edges() -> None:
    starting = {kind for kind, rule in EDGE_RULES.items() if any(start is NodeKind.PATIENT for start, _ in rule.joins)}
    ending = {kind for kind, rule in EDGE_RULES.items() if any(end is NodeKind.PATIENT for _, end in rule.joins)}

    assert starting == PATIENT_EDGES
    assert ending == set()
    assert all(start is NodeKind.PATIENT for kind in PATIENT_EDGES for start, _ in EDGE_RULES[kind].joins)


def test_every_kind_of_edge_is_knowledge_or_of_patients_or_derived() -> None:
    assert set(EdgeKind) == KNOWLEDGE_EDGES | PATIENT_EDGES | DERIVED_EDGES
    assert len(KNOWLEDGE_EDGES) + len(PATIENT_EDGES) + len(DERIVED_EDGES) == len(EdgeKind)


@pytest.mark.parametrize("kind", sorted(DERIVED_EDGES))
def test_a_derived_edge_tells_its_bundle(kind: EdgeKind) -> None:
    assert EDGE_RULES[kind].properties["bundle"].required


@pytest.mark.parametrize(
    ("similarity", "code"), [(1, ""), (1e-300, ""), (0, "bad-property"), (-0.5, "bad-property"), (1.01, "bad-property")]
)
def test_a_similarity_is_above_zero_and_at_most_one(similarity: float, code: str) -> None:
    rules = EDGE_RULES[EdgeKind.SIMILAR_TO].properties

    assert code_of(check_properties, "SIMILAR_TO", rules, {"similarity": similarity, "bundle": "b"}) == code


def test_no_property_is_called_like_a_part_of_its_element() -> None:
    assert {name for _, name, _ in RULES} & (ELEMENT_NAMES | {"known_since"}) == set()


def test_the_examples_of_the_tests_are_accepted() -> None:
    for item in SMALL_NODES:
        check_node(item)


# Each property rule


def allowed(rule: PropertyRule) -> st.SearchStrategy[Any]:
    """Values that a rule allows."""
    if rule.values:
        one = st.sampled_from(rule.values)
        return st.lists(one, max_size=3).map(tuple) if rule.type is tuple else one
    if rule.date:
        return st.dates().map(date.isoformat)
    low, high = (None if math.isinf(bound) else bound for bound in (rule.low, rule.high))
    return {
        str: st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=30),
        bool: st.booleans(),
        int: st.integers(-(2**63) if low is None else int(low), 2**63 - 1 if high is None else int(high)),
        float: st.floats(low, high, allow_nan=False, allow_infinity=False) | st.integers(math.ceil(low or 0), int(high or 10)),
        tuple: st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=9), max_size=3).map(tuple),
    }[rule.type]


def refused(rule: PropertyRule) -> list[Any]:
    """Values that a rule refuses."""
    wrong: dict[type, list[Any]] = {
        str: [1, 1.0, True, ("a",), None, b"a", "a\x00", "\ud800", "x" * (MAX_TEXT + 1)],
        bool: [0, 1, "true", None],
        int: [True, 1.5, "1", None, math.nan, 10**400, -(10**400)],
        float: [True, "1", None, math.nan, math.inf, -math.inf, 10**400, -(10**400)],
        tuple: [["a"], "a", (1,), ("a", None), ("a\x00",), ("\udfff",), ("x" * (MAX_TEXT + 1),)],
    }
    outside: list[Any] = []
    if rule.values:
        texts = ["", "anything else", rule.values[0].upper() + "!"]
        outside += [(text,) for text in texts] if rule.type is tuple else texts
    if rule.date:
        outside += [
            "",
            "2020",
            "2020-1-1",
            "2020-13-01",
            "2023-02-29",
            "01.02.2020",
            "2020-01-01T00:00",
            "२०२०-01-01",
            "20200101",
        ]
    if rule.type in (int, float):
        outside += [rule.type(bound + step) for bound, step in ((rule.low, -1), (rule.high, 1)) if math.isfinite(bound)]
    return wrong[rule.type] + outside


@pytest.mark.parametrize(("kind", "name", "rule"), RULES, ids=[f"{kind}.{name}" for kind, name, _ in RULES])
def test_a_rule_refuses_what_it_does_not_allow(kind: str, name: str, rule: PropertyRule) -> None:
    for value in refused(rule):
        assert code_of(check_properties, kind, {name: rule}, {name: value}) == "bad-property", repr(value)[:80]
        assert code_of(check_property_rows, kind, {name: rule}, [{name: value}]) == "bad-property", repr(value)[:80]


@given(data=st.data())
def test_a_rule_allows_what_it_describes(data: st.DataObject) -> None:
    kind, name, rule = data.draw(st.sampled_from(RULES))
    value = data.draw(allowed(rule))

    check_properties(kind, {name: rule}, {name: value})
    check_property_rows(kind, {name: rule}, [{name: value}])


def test_no_reason_repeats_the_value() -> None:
    secret = "Jane Doe"
    for _, name, rule in RULES:
        assert secret not in rule.reason_against(secret), name


# Properties of an element


def test_unknown_and_missing_properties_have_their_codes() -> None:
    rules = {"severity": PropertyRule(str, required=True), "note": TEXT}

    assert code_of(check_properties, "X", rules, {"severity": "a", "note": ""}) == ""
    assert code_of(check_properties, "X", rules, {"severity": "a"}) == ""
    assert code_of(check_properties, "X", rules, {"note": "a"}) == "missing-property"
    assert code_of(check_properties, "X", rules, {"severity": "a", "colour": "red"}) == "unknown-property"


def test_many_rows_are_checked_like_one() -> None:
    rules = {"value": PropertyRule(float, required=True), "unit": TEXT, "flag": PropertyRule(bool)}
    rows: list[Mapping[str, Any]] = [{"value": 1}, {"value": 1.0, "unit": "g"}, {"unit": "g", "value": 2.5, "flag": True}]
    wrong: list[tuple[str, Mapping[str, Any]]] = [
        ("bad-property", {"value": True}),
        ("bad-property", {"value": 1, "flag": 1}),
        ("missing-property", {"unit": "g"}),
        ("missing-property", {}),
        ("unknown-property", {"value": 1, "colour": ""}),
    ]

    assert code_of(check_property_rows, "X", rules, []) == ""
    assert code_of(check_property_rows, "X", rules, rows) == ""
    for code, row in wrong:
        for place in range(len(rows) + 1):
            assert code_of(check_property_rows, "X", rules, [*rows[:place], row, *rows[place:]]) == code


def test_a_truth_value_does_not_hide_among_equal_numbers() -> None:
    rules = {"value": PropertyRule(float)}

    assert code_of(check_property_rows, "X", rules, [{"value": 1}, {"value": True}, {"value": 2}]) == "bad-property"
    assert code_of(check_property_rows, "X", rules, [{"value": 1}, {"value": [1]}, {"value": 2}]) == "bad-property"


# Ids, nodes, sources


@pytest.mark.parametrize(
    "value", ["M:a", "DrugBank:DB00945", "ICD10CM:I10", "a.b_c-1:::", "rx:ä", "M:" + "x" * 200, "M" * 64 + ":1"]
)
def test_a_curie_is_an_id(value: str) -> None:
    check_id(value)


BAD_IDS = [
    "",
    "a",
    ":a",
    "a:",
    "1a:b",
    "a b:c",
    "a:b c",
    "a:b\n",
    "a:\x00",
    "a:\x7f",
    "a:\ud800",
    "é:a",
    "a:" + "x" * 201,
    "M" * 65 + ":1",
]


@pytest.mark.parametrize("value", BAD_IDS)
def test_anything_else_is_no_id(value: str) -> None:
    assert code_of(check_id, value) == "bad-id"


@pytest.mark.parametrize(
    ("code", "wrong"),
    [
        ("bad-id", Node(NodeId("x"), NodeKind.GENE, "x", SOURCE)),
        ("bad-id", Node(NodeId("patient:1"), NodeKind.GENE, "x", SOURCE)),
        ("bad-id", Node(NodeId("M:1"), NodeKind.PATIENT, "", SOURCE)),
        ("missing-name", Node(NodeId("M:1"), NodeKind.GENE, "", SOURCE)),
        ("identifier-in-graph", node("patient:1", "Jane")),
        ("identifier-in-graph", node("patient:1", "", ("Jane",))),
        ("bad-name", node("M:1", "\x00")),
        ("bad-name", node("M:1", "a", ("\x00",))),
        ("unknown-property", node("C:1", atc=("A",))),
        ("bad-property", node("patient:1", birth_year=1879)),
        ("bad-property", node("patient:1", sex="F")),
        ("missing-source", node("M:1", source=Provenance("", "", ""))),
    ],
)
def test_a_bad_node_has_its_code(code: str, wrong: Node) -> None:
    assert code_of(check_node, wrong) == code


def test_errors_name_the_kind_and_not_the_patient() -> None:
    with pytest.raises(SchemaError) as caught:
        check_node(node("patient:secret", sex="secret"))

    assert caught.value.subject == "Patient"
    assert "secret" not in str(caught.value)


def test_a_provenance_names_its_source() -> None:
    check_provenance("X", Provenance("a", "", ""))

    assert code_of(check_provenance, "X", Provenance("", "1", "CC0")) == "missing-source"
    for wrong in (("\x00", "1", "l"), ("a", "\ud800", "l"), ("a", "1", "x" * (MAX_TEXT + 1))):
        assert code_of(check_provenance, "X", Provenance(*wrong)) == "bad-source"


def test_texts_are_checked_one_by_one() -> None:
    check_texts("X", ["", "a", "x" * MAX_TEXT])

    assert code_of(check_texts, "X", ["a", "\x00"]) == "bad-text"
