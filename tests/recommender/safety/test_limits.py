"""Limits: broken, kept, or not to be told."""

from collections.abc import Callable
from typing import Any

import pytest

from recommender.safety.limits import LimitRule
from tests.recommender.conftest import Graph

AGE, SEX, EGFR, PUGH = "L:age", "L:sex", "LOINC:98979-8", "L:pugh"
PREGNANCY, FEEDING = "ICD10CM:Z33", "ICD10CM:Z39.1"
NODES = {EGFR: {"unit": "mL/min/{1.73_m2}"}, PUGH: {"name": "Child-Pugh score"}, PREGNANCY: {}, FEEDING: {}}
TREE = [
    ("ICD10CM:Z33.1", "IS_A", PREGNANCY),
    ("ICD10CM:O14", "IS_A", "ICD10CM:O10-O16"),
    ("ICD10CM:O10-O16", "IS_A", "ICD10CM:O00-O9A"),
    ("ICD10CM:O80", "IS_A", "ICD10CM:O80-O82"),
    ("ICD10CM:O80-O82", "IS_A", "ICD10CM:O00-O9A"),
    ("ICD10CM:K74", "IS_A", "ICD10CM:K70-K77"),
]


def limited(kind: str, node: str, strength: str = "absolute", medicine: str = "M:a", **values: str) -> tuple[Any, ...]:
    return (medicine, "LIMITED_BY", node, {"limit": kind, "strength": strength} | values)


def judged(
    graph_of: Callable[..., Graph], limit: tuple[Any, ...], person: dict[str, Any], *facts: tuple[Any, ...]
) -> tuple[str, str] | None:
    """Severity and words of the one finding about M:a."""
    known = [("patient:p", *fact) for fact in facts]
    graph = graph_of([limit, *TREE, *known], NODES | {"patient:p": person})
    findings = LimitRule().findings(graph.screening())
    for finding in findings:
        graph.check_proof(finding)
        assert finding.proof.rule == f"limit:{limit[3]['limit']}"
    assert len(findings) <= 1
    return (str(findings[0].severity), findings[0].proof.conclusion) if findings else None


def severity(*arguments: Any) -> str | None:
    found = judged(*arguments)
    return found[0] if found else None


@pytest.mark.parametrize(
    ("comparator", "value", "unit", "age", "broken"),
    [
        ("below", "18", "years", 17, True),
        ("below", "18", "years", 18, False),
        ("above", "65", "years", 65, False),
        ("above", "65", "years", 66, True),
        ("at_least", "65", "years", 65, True),
        ("at_least", "65", "years", 64, False),
        ("below", "24", "months", 1, True),
        ("below", "24", "months", 2, False),
        ("below", "6", "months", 0, True),
        ("below", "6", "months", 1, False),
    ],
)
@pytest.mark.parametrize(("strength", "excluded"), [("absolute", "exclude"), ("relative", "caution")])
def test_age(
    graph_of: Callable[..., Graph],
    comparator: str,
    value: str,
    unit: str,
    age: int,
    broken: bool,
    strength: str,
    excluded: str,
) -> None:
    limit = limited("age", AGE, strength, comparator=comparator, value=value, unit=unit)

    assert severity(graph_of, limit, {"birth_year": 2024 - age}) == (excluded if broken else None)


def test_an_unknown_age_is_a_caution(graph_of: Callable[..., Graph]) -> None:
    hard, soft = (limited("age", AGE, s, comparator="below", value="18", unit="years") for s in ("absolute", "relative"))

    assert judged(graph_of, hard, {}) == ("caution", "a needs care: age is not on file, and it is limited below 18 years")
    assert severity(graph_of, soft, {}) == "note"


@pytest.mark.parametrize(
    ("sex", "found"), [("female", "exclude"), ("male", None), ("unknown", "caution"), ("other", "caution"), (None, "caution")]
)
def test_sex(graph_of: Callable[..., Graph], sex: str | None, found: str | None) -> None:
    assert severity(graph_of, limited("sex", SEX, value="female"), {"sex": sex} if sex else {}) == found


WOMAN = {"birth_year": 1994, "sex": "female"}


@pytest.mark.parametrize(
    ("person", "found"),
    [
        (WOMAN | {"pregnant": True}, "exclude"),
        (WOMAN | {"pregnant": False}, None),
        (WOMAN, "caution"),
        ({}, "caution"),
        ({"sex": "other", "birth_year": 1994}, "caution"),
        ({"sex": "male"}, None),
        ({"sex": "male", "pregnant": True}, "exclude"),
        (WOMAN | {"birth_year": 2012}, "caution"),
        (WOMAN | {"birth_year": 2013}, None),
        (WOMAN | {"birth_year": 1969}, "caution"),
        (WOMAN | {"birth_year": 1968}, None),
    ],
)
def test_pregnancy(graph_of: Callable[..., Graph], person: dict[str, Any], found: str | None) -> None:
    assert severity(graph_of, limited("pregnancy", PREGNANCY), person) == found


@pytest.mark.parametrize(
    ("condition", "values", "person", "found"),
    [
        (PREGNANCY, {}, WOMAN, "exclude"),
        ("ICD10CM:Z33.1", {}, WOMAN, "exclude"),
        ("ICD10CM:Z33.1", {}, {}, "exclude"),
        # Who says both is believed where it is safer.
        ("ICD10CM:Z33.1", {}, WOMAN | {"pregnant": False}, "exclude"),
        ("ICD10CM:Z33.1", {"status": "resolved"}, WOMAN | {"pregnant": False}, None),
        ("ICD10CM:Z33.1", {"status": "resolved"}, WOMAN, "caution"),
        ("ICD10CM:O14", {}, WOMAN, "exclude"),
        ("ICD10CM:O80", {}, WOMAN, "caution"),
        ("ICD10CM:O00-O9A", {}, WOMAN, "caution"),
    ],
)
def test_a_diagnosis_tells_of_pregnancy(
    graph_of: Callable[..., Graph], condition: str, values: dict[str, str], person: dict[str, Any], found: str | None
) -> None:
    fact = ("HAS_DIAGNOSIS", condition, values)

    assert severity(graph_of, limited("pregnancy", PREGNANCY), person, fact) == found


def test_the_proof_of_a_diagnosed_pregnancy_goes_up_the_tree(graph_of: Callable[..., Graph]) -> None:
    fact = ("patient:p", "HAS_DIAGNOSIS", "ICD10CM:Z33.1", {"record": "d1"})
    graph = graph_of([limited("pregnancy", PREGNANCY), *TREE, fact], NODES | {"patient:p": WOMAN})

    [finding] = LimitRule().findings(graph.screening())

    assert graph.ids(finding.proof.nodes) == ["ICD10CM:Z33.1", PREGNANCY, "M:a"]
    assert finding.proof.fact["record"] == "d1"


@pytest.mark.parametrize(
    ("person", "found"),
    [
        (WOMAN | {"breast_feeding": True}, "exclude"),
        (WOMAN | {"breast_feeding": False}, None),
        (WOMAN, "note"),
        ({"sex": "male", "birth_year": 1994}, None),
        (WOMAN | {"birth_year": 1950}, None),
    ],
)
def test_breast_feeding(graph_of: Callable[..., Graph], person: dict[str, Any], found: str | None) -> None:
    assert severity(graph_of, limited("breast feeding", FEEDING), person) == found


def test_a_diagnosis_tells_of_breast_feeding(graph_of: Callable[..., Graph]) -> None:
    assert severity(graph_of, limited("breast feeding", FEEDING), WOMAN, ("HAS_DIAGNOSIS", FEEDING)) == "exclude"
    assert severity(graph_of, limited("breast feeding", FEEDING), WOMAN, ("HAS_DIAGNOSIS", "ICD10CM:O14")) == "note"


RENAL = limited("renal", EGFR, comparator="below", value="30", unit="mL/min/1.73m2", advice="accumulates")


@pytest.mark.parametrize(("egfr", "found"), [(29.9, "exclude"), (30.0, None), (90.0, None), (0.0, "exclude")])
def test_renal_function(graph_of: Callable[..., Graph], egfr: float, found: str | None) -> None:
    assert severity(graph_of, RENAL, {}, ("HAS_RESULT", EGFR, {"value": egfr})) == found


def test_a_relative_renal_limit_is_a_caution(graph_of: Callable[..., Graph]) -> None:
    limit = limited("renal", EGFR, "relative", comparator="below", value="60")

    assert severity(graph_of, limit, {}, ("HAS_RESULT", EGFR, {"value": 45.0})) == "caution"
    assert severity(graph_of, limit, {}) == "note"


def test_unknown_renal_function_says_what_to_measure(graph_of: Callable[..., Graph]) -> None:
    assert judged(graph_of, RENAL, {}) == (
        "caution",
        "a needs care: renal function is not on file; measure eGFR or creatinine first (limit 30 mL/min/1.73m2)",
    )


def test_advice_stands_in_the_sentence(graph_of: Callable[..., Graph]) -> None:
    graph = graph_of([RENAL, ("patient:p", "HAS_RESULT", EGFR, {"value": 20.4})], NODES)

    [finding] = LimitRule().findings(graph.screening())

    assert finding.sentence == "a is not given: eGFR 20 is below 30 mL/min/1.73m2 (accumulates)."


@pytest.mark.parametrize(
    ("points", "limit", "broken"),
    [
        (5, "A", True),
        (6, "B", False),
        (7, "B", True),
        (9, "B", True),
        (9, "C", False),
        (10, "C", True),
        (15, "B", True),
    ],
)
def test_hepatic_function(graph_of: Callable[..., Graph], points: int, limit: str, broken: bool) -> None:
    row = limited("hepatic", PUGH, comparator="at_least", value=limit, unit="Child-Pugh")

    assert severity(graph_of, row, {}, ("HAS_RESULT", PUGH, {"value": points})) == ("exclude" if broken else None)


def test_the_newest_score_of_the_liver_counts(graph_of: Callable[..., Graph]) -> None:
    row = limited("hepatic", PUGH, comparator="at_least", value="B")
    old, new = ({"record": d, "date": d, "value": v} for d, v in (("2020-01-01", 12.0), ("2024-01-01", 5.0)))

    assert severity(graph_of, row, {}, ("HAS_RESULT", PUGH, old), ("HAS_RESULT", PUGH, new)) is None
    assert severity(graph_of, row, {}, ("HAS_RESULT", PUGH, old)) == "exclude"


def test_an_unknown_liver_is_a_note_unless_it_is_ill(graph_of: Callable[..., Graph]) -> None:
    row = limited("hepatic", PUGH, comparator="at_least", value="B")

    assert judged(graph_of, row, {}) == ("note", "a needs care: no Child-Pugh class on file (limit class B)")
    ill = judged(graph_of, row, {}, ("HAS_DIAGNOSIS", "ICD10CM:K74"))
    assert ill == ("caution", "a needs care: no Child-Pugh class on file (limit class B); a liver disease is")
    assert severity(graph_of, row, {}, ("HAS_DIAGNOSIS", "ICD10CM:K74", {"status": "resolved"})) == "note"


def test_of_several_limits_of_a_kind_the_most_severe_counts(graph_of: Callable[..., Graph]) -> None:
    rows = [
        limited("renal", EGFR, strength, comparator="below", value=value, record=value)
        for strength, value in (("relative", "60"), ("absolute", "30"), ("relative", "15"))
    ]
    result = ("patient:p", "HAS_RESULT", EGFR)

    def worst(egfr: float) -> list[str]:
        graph = graph_of([*rows, (*result, {"value": egfr})], NODES)
        return [str(f.severity) for f in LimitRule().findings(graph.screening())]

    assert [worst(egfr) for egfr in (70.0, 45.0, 20.0, 10.0)] == [[], ["caution"], ["exclude"], ["exclude"]]


def test_limits_of_several_kinds_stand_beside_each_other(graph_of: Callable[..., Graph]) -> None:
    graph = graph_of([RENAL, limited("sex", SEX, value="male")], NODES | {"patient:p": {"sex": "male"}})

    rules = [f.proof.rule for f in LimitRule().findings(graph.screening())]

    assert sorted(rules) == ["limit:renal", "limit:sex"]


def test_combinations_are_limited_by_their_parts(graph_of: Callable[..., Graph]) -> None:
    edges = [(m, "HAS_INGREDIENT", i) for m, i in (("M:a", "I:a"), ("M:ab", "I:a"), ("M:ab", "I:b"), ("M:b", "I:b"))]
    graph = graph_of([*edges, RENAL, ("patient:p", "HAS_RESULT", EGFR, {"value": 20.0})], NODES)

    findings = LimitRule().findings(graph.screening())

    for finding in findings:
        graph.check_proof(finding)
    assert graph.severities(findings) == {"M:a": "exclude", "M:ab": "exclude"}


def test_every_patient_is_concerned(graph_of: Callable[..., Graph]) -> None:
    assert LimitRule().concerns(graph_of([], {"patient:p": {}, "M:a": {}}).record())


@pytest.mark.parametrize(
    ("limit", "about", "confirm"),
    [
        (limited("age", AGE, comparator="below", value="18", unit="years"), "age is not on file", "below 18 years"),
        (limited("sex", SEX, value="female"), "sex at birth is not on file", "not female"),
        (limited("pregnancy", PREGNANCY), "pregnancy is not on file; exclude pregnancy first", "not pregnant"),
        (
            limited("breast feeding", FEEDING),
            "breast feeding is not on file; ask about breast feeding first",
            "not breast feeding",
        ),
        (
            limited("renal", EGFR, value="30"),
            "renal function is not on file; measure eGFR or creatinine first",
            "eGFR is at least 30",
        ),
        (limited("hepatic", PUGH, value="B"), "no Child-Pugh class on file", "better than B"),
    ],
    ids=lambda value: value[3]["limit"] if isinstance(value, tuple) else "",
)
@pytest.mark.parametrize("missing", ["note", "caution", "sign-off"])
def test_what_is_not_on_file_follows_the_row_and_is_said_without_the_medicine(
    graph_of: Callable[..., Graph], limit: tuple[Any, ...], about: str, confirm: str, missing: str
) -> None:
    graph = graph_of([(*limit[:3], limit[3] | {"missing": missing}), *TREE], NODES | {"patient:p": {}})

    [finding] = LimitRule().findings(graph.screening())

    assert (str(finding.severity), finding.about) == (missing, about)
    assert confirm in finding.confirm if missing == "sign-off" else finding.confirm == ""


def test_what_is_broken_today_is_not_what_is_missing(graph_of: Callable[..., Graph]) -> None:
    limit = limited("pregnancy", PREGNANCY, "relative", missing="sign-off")

    assert severity(graph_of, limit, WOMAN | {"pregnant": True}) == "caution"
    assert severity(graph_of, limit, WOMAN) == "sign-off"
