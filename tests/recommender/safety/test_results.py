"""Limits by results of tests: bounds, units, age, and what follows when a value is not on file."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from recommender.safety.finding import Finding
from recommender.safety.limits import LimitRule
from tests.recommender.conftest import Graph

POTASSIUM, BLOOD_POTASSIUM, NEUTROPHILS, INR = "LOINC:2823-3", "LOINC:6298-4", "L:neutrophils", "L:inr"
NODES = {
    POTASSIUM: {"name": "Potassium", "unit": "mmol/L", "other_units": ("mg/dL=0.2558", "meq/L=1")},
    BLOOD_POTASSIUM: {"name": "Potassium in whole blood", "unit": "mmol/L", "other_units": ("meq/L=1",)},
    NEUTROPHILS: {"name": "ANC", "unit": "10*3/uL", "other_units": ("/uL=0.001",)},
    INR: {"name": "International normalized ratio", "unit": "{INR}"},
    "patient:p": {},
}


def limited(comparator: str, value: str, strength: str = "absolute", test: str = POTASSIUM, **more: Any) -> tuple[Any, ...]:
    said = {
        "limit": "result",
        "comparator": comparator,
        "value": value,
        "strength": strength,
        "record": f"{comparator} {value}",
    }
    return ("M:a", "LIMITED_BY", test, said | more)


def measured(value: float, test: str = POTASSIUM, **more: Any) -> tuple[Any, ...]:
    return ("patient:p", "HAS_RESULT", test, {"value": value, "record": str(more.get("date", ""))} | more)


def found(graph_of: Callable[..., Graph], *edges: tuple[Any, ...]) -> list[Finding]:
    graph = graph_of(edges, NODES)
    findings = LimitRule().findings(graph.screening())
    for finding in findings:
        graph.check_proof(finding)
        assert finding.proof.rule == "limit:result"
    return findings


def severity(graph_of: Callable[..., Graph], *edges: tuple[Any, ...]) -> str | None:
    findings = found(graph_of, *edges)
    assert len(findings) <= 1
    return str(findings[0].severity) if findings else None


@pytest.mark.parametrize(
    ("comparator", "value", "broken"),
    [("above", 5.0, False), ("above", 5.1, True), ("above", 4.9, False), ("below", 5.0, False), ("below", 4.9, True)],
)
@pytest.mark.parametrize(("strength", "follows"), [("absolute", "exclude"), ("relative", "caution")])
def test_a_bound_itself_keeps_the_limit(
    graph_of: Callable[..., Graph], comparator: str, value: float, broken: bool, strength: str, follows: str
) -> None:
    assert severity(graph_of, limited(comparator, "5", strength), measured(value)) == (follows if broken else None)


@pytest.mark.parametrize(
    ("value", "unit", "broken"),
    [
        (5.1, "mmol/L", True),
        (5.1, "MMOL / L", True),
        (5.1, "meq/L", True),
        (20.0, "mg/dL", True),
        (19.5, "mg/dL", False),
        (5.1, "", True),
    ],
)
def test_units_are_converted_to_those_of_the_test(
    graph_of: Callable[..., Graph], value: float, unit: str, broken: bool
) -> None:
    fact = measured(value, **({"unit": unit} if unit else {}))

    assert severity(graph_of, limited("above", "5"), fact) == ("exclude" if broken else None)


def test_a_limit_may_be_in_another_unit_of_the_test(graph_of: Callable[..., Graph]) -> None:
    limit = limited("below", "1500", test=NEUTROPHILS, unit="/uL")

    assert severity(graph_of, limit, measured(1.4, NEUTROPHILS)) == "exclude"
    assert severity(graph_of, limit, measured(1.6, NEUTROPHILS)) is None
    assert severity(graph_of, limit, measured(1600, NEUTROPHILS, unit="/uL")) is None


def test_a_limit_in_an_unknown_unit_closes_the_rule(graph_of: Callable[..., Graph]) -> None:
    with pytest.raises(ValueError, match="unit"):
        severity(graph_of, limited("above", "5", unit="stone"), measured(4.0))


@pytest.mark.parametrize("missing", ["note", "caution", "sign-off"])
@pytest.mark.parametrize("strength", ["absolute", "relative"])
def test_what_is_not_on_file_follows_the_row(graph_of: Callable[..., Graph], missing: str, strength: str) -> None:
    [finding] = found(graph_of, limited("above", "5", strength, missing=missing, advice="Correct it"))

    assert str(finding.severity) == missing
    assert finding.sentence == "a needs care: potassium is not on file; measure it before the first dose."
    assert finding.about == "potassium is not on file; measure it before the first dose"
    assert finding.confirm == ("potassium is at most 5 mmol/L" if missing == "sign-off" else "")
    assert finding.proof.fact == {"kind": "MISSING", "what": "potassium"}


def test_nothing_is_asked_for_that_the_row_does_not_ask_for(graph_of: Callable[..., Graph]) -> None:
    assert severity(graph_of, limited("above", "5")) is None
    assert severity(graph_of, limited("above", "5"), measured(4.0, date="2010-01-01")) is None
    assert severity(graph_of, limited("above", "5"), measured(4.0, unit="stone")) is None


def test_a_value_in_an_unknown_unit_is_missing_and_the_words_say_why(graph_of: Callable[..., Graph]) -> None:
    [finding] = found(graph_of, limited("above", "5", missing="caution"), measured(99.0, unit="stone"))

    words = "potassium is on file in a unit that is not known for it (stone); measure it before the first dose"
    assert (str(finding.severity), finding.about) == ("caution", words)
    assert finding.proof.fact["properties"]["value"] == 99.0


# The answers of these tests are of 2024-06-01.
@pytest.mark.parametrize(
    ("day", "days", "old"),
    [
        ("2023-06-02", None, False),
        ("2023-06-01", None, True),
        ("2024-05-02", 30, False),
        ("2024-05-01", 30, True),
        ("2020-01-01", 3650, False),
        (None, 1, False),
    ],
)
def test_a_result_counts_for_so_many_days(graph_of: Callable[..., Graph], day: str | None, days: int | None, old: bool) -> None:
    limit = limited("above", "5", missing="caution", **({"max_age_days": days} if days else {}))
    fact = measured(4.0, **({"date": day} if day else {}))

    assert severity(graph_of, limit, fact) == ("caution" if old else None)


def test_an_old_result_says_how_old_it_is(graph_of: Callable[..., Graph]) -> None:
    [finding] = found(graph_of, limited("above", "5", missing="sign-off"), measured(4.0, date="2023-05-31"))

    assert finding.about == "potassium was last measured 367 days ago; measure it again before the first dose"
    assert finding.proof.fact["age_days"] == 367
    assert finding.confirm == "potassium is at most 5 mmol/L"


@pytest.mark.parametrize(
    ("strength", "missing", "follows"),
    [
        ("absolute", "", "exclude"),
        ("absolute", "sign-off", "exclude"),
        ("relative", "", "caution"),
        ("relative", "note", "caution"),
        ("relative", "caution", "caution"),
        ("relative", "sign-off", "sign-off"),
    ],
)
def test_an_old_value_that_breaks_a_limit_still_breaks_it(
    graph_of: Callable[..., Graph], strength: str, missing: str, follows: str
) -> None:
    limit = limited("above", "5", strength, **({"missing": missing} if missing else {}))

    [finding] = found(graph_of, limit, measured(6.0, date="2022-06-01"))

    assert str(finding.severity) == follows
    assert "potassium 6 mmol/L is above 5 mmol/L, measured 731 days ago" in finding.sentence


def test_a_value_of_today_that_breaks_a_limit_is_not_missing(graph_of: Callable[..., Graph]) -> None:
    [finding] = found(graph_of, limited("above", "5", "relative", missing="sign-off"), measured(6.0, date="2024-06-01"))

    assert (str(finding.severity), finding.about, finding.confirm) == ("caution", "", "")
    assert finding.sentence == "a needs care: potassium 6 mmol/L is above 5 mmol/L."


def test_the_newest_result_decides(graph_of: Callable[..., Graph]) -> None:
    limit = limited("above", "5")
    old, new = {"date": "2024-01-01"}, {"date": "2024-05-01"}

    assert severity(graph_of, limit, measured(6.0, **old), measured(4.0, **new)) is None
    assert severity(graph_of, limit, measured(4.0, **old), measured(6.0, **new)) == "exclude"
    # A newer one that nobody can read is no reason to trust the older one.
    asked = limited("above", "5", missing="caution")
    assert severity(graph_of, asked, measured(4.0, **old), measured(4.0, unit="stone", **new)) == "caution"


def test_without_a_date_a_result_is_the_newest_of_a_case_and_the_oldest_of_a_record(graph_of: Callable[..., Graph]) -> None:
    graph = graph_of([limited("above", "5"), measured(4.0, date="2024-05-01"), measured(6.0)], NODES)
    record = graph.screening()
    told = replace(record, record=replace(record.record, patient=None))

    assert LimitRule().findings(record) == []
    assert [str(f.severity) for f in LimitRule().findings(told)] == ["exclude"]


def test_whole_blood_tells_of_serum_and_back(graph_of: Callable[..., Graph]) -> None:
    fact, other = measured(6.0, BLOOD_POTASSIUM, date="2024-05-01"), measured(4.0, date="2024-01-01")

    assert severity(graph_of, limited("above", "5"), fact, other) == "exclude"
    assert severity(graph_of, limited("above", "5", test=BLOOD_POTASSIUM), other) is None
    assert severity(graph_of, limited("above", "5", test=INR), fact) is None


def test_tests_stand_beside_each_other_and_limits_of_one_do_not(graph_of: Callable[..., Graph]) -> None:
    limits = [
        limited("above", "5", "relative"),
        limited("above", "5.5"),
        limited("below", "3.5", missing="note"),
        limited("above", "3", "relative", INR),
    ]

    findings = found(graph_of, *limits, measured(6.0), measured(4.0, INR))

    assert sorted(str(f.severity) for f in findings) == ["caution", "exclude"]
    assert {f.proof.conclusion for f in findings} == {
        "a is not given: potassium 6 mmol/L is above 5.5 mmol/L",
        "a needs care: international normalized ratio 4 is above 3",
    }


def test_a_broken_limit_is_said_before_an_old_value_of_the_same_severity(graph_of: Callable[..., Graph]) -> None:
    limits = [limited("above", "10", missing="caution"), limited("above", "5", "relative")]
    for order in (limits, limits[::-1]):
        [finding] = found(graph_of, *order, measured(6.0, date="2020-06-01"))
        assert "above 5 mmol/L" in finding.sentence


def test_combinations_are_limited_by_their_parts(graph_of: Callable[..., Graph]) -> None:
    parts = [(m, "HAS_INGREDIENT", i) for m, i in (("M:a", "I:a"), ("M:ab", "I:a"), ("M:ab", "I:b"), ("M:b", "I:b"))]
    graph = graph_of([*parts, limited("above", "5", advice="Correct it"), measured(6.0, record="r1")], NODES)

    findings = LimitRule().findings(graph.screening())

    assert graph.severities(findings) == {"M:a": "exclude", "M:ab": "exclude"}
    [finding] = [f for f in findings if f.medicine == graph.number("M:ab")]
    assert graph.ids(finding.proof.nodes) == [POTASSIUM, "M:a", "I:a", "M:ab"]
    assert finding.proof.fact["record"] == "r1"
    assert finding.sentence.endswith("above 5 mmol/L (Correct it).")


@pytest.mark.parametrize(
    ("test", "value", "words"),
    [
        (NEUTROPHILS, 1.2, "ANC 1.2 10^3/uL is below 1.5 10^3/uL"),
        (INR, 1.2, "international normalized ratio 1.2 is below 1.5"),
        (POTASSIUM, 1.25, "potassium 1.25 mmol/L is below 1.5 mmol/L"),
    ],
)
def test_values_are_said_as_people_write_them(graph_of: Callable[..., Graph], test: str, value: float, words: str) -> None:
    [finding] = found(graph_of, limited("below", "1.5", test=test), measured(value, test))

    assert finding.proof.conclusion == f"a is not given: {words}"
