"""Limits by kidneys and liver over time: what is old does not count as measured, and what was bad stays bad."""

from collections.abc import Callable
from typing import Any

import pytest

from recommender.safety.finding import Finding
from recommender.safety.limits import LimitRule
from tests.recommender.conftest import Graph

EGFR, CREATININE, PUGH = "LOINC:98979-8", "LOINC:2160-0", "L:pugh"
MAN = {"birth_year": 1974, "sex": "male"}
NODES = {
    EGFR: {"unit": "mL/min/{1.73_m2}"},
    CREATININE: {"unit": "mg/dL", "other_units": ("umol/L=0.01131",)},
    PUGH: {"name": "Child-Pugh score"},
}


def renal(value: str, strength: str = "absolute", **more: Any) -> tuple[Any, ...]:
    said = {"limit": "renal", "comparator": "below", "value": value, "strength": strength, "record": value}
    return ("M:a", "LIMITED_BY", EGFR, said | more)


def hepatic(value: str, strength: str = "absolute", **more: Any) -> tuple[Any, ...]:
    said = {"limit": "hepatic", "comparator": "at_least", "value": value, "strength": strength, "record": value}
    return ("M:a", "LIMITED_BY", PUGH, said | more)


def measured(test: str, value: float, day: str | None = None, **more: Any) -> tuple[Any, ...]:
    return ("patient:p", "HAS_RESULT", test, {"value": value, "record": f"r{day}"} | ({"date": day} if day else {}) | more)


def found(graph_of: Callable[..., Graph], *edges: tuple[Any, ...], person: dict[str, Any] | None = None) -> Finding | None:
    graph = graph_of(edges, NODES | {"patient:p": MAN if person is None else person})
    findings = LimitRule().findings(graph.screening())
    for finding in findings:
        graph.check_proof(finding)
    assert len(findings) <= 1
    return findings[0] if findings else None


def severity(*arguments: Any) -> str | None:
    finding = found(*arguments)
    return str(finding.severity) if finding else None


@pytest.mark.parametrize(
    ("day", "days", "old"),
    [
        ("2023-06-02", None, False),
        ("2023-06-01", None, True),
        ("2024-03-03", 90, False),
        ("2024-03-02", 90, True),
        (None, 1, False),
    ],
)
@pytest.mark.parametrize("result", [(EGFR, 90.0), (CREATININE, 0.9)])
def test_renal_function_counts_for_so_many_days(
    graph_of: Callable[..., Graph], day: str | None, days: int | None, old: bool, result: tuple[str, float]
) -> None:
    limit = renal("30", **({"max_age_days": days} if days else {}))

    assert severity(graph_of, limit, measured(*result, day)) == ("caution" if old else None)


@pytest.mark.parametrize(
    ("strength", "missing", "follows"),
    [
        ("absolute", "", "caution"),
        ("relative", "", "note"),
        ("absolute", "note", "note"),
        ("relative", "caution", "caution"),
        ("relative", "sign-off", "sign-off"),
        ("absolute", "sign-off", "sign-off"),
    ],
)
def test_an_unknown_and_an_old_renal_function_follow_the_row(
    graph_of: Callable[..., Graph], strength: str, missing: str, follows: str
) -> None:
    limit = renal("30", strength, **({"missing": missing} if missing else {}))

    assert severity(graph_of, limit) == follows
    assert severity(graph_of, limit, measured(EGFR, 80.0, "2020-01-01")) == follows


@pytest.mark.parametrize(("strength", "follows"), [("absolute", "exclude"), ("relative", "sign-off")])
def test_an_old_renal_failure_is_one_still(graph_of: Callable[..., Graph], strength: str, follows: str) -> None:
    finding = found(graph_of, renal("30", strength, missing="sign-off"), measured(EGFR, 20.0, "2022-06-01"))

    assert finding
    assert str(finding.severity) == follows
    assert "eGFR 20 is below 30 mL/min/1.73m2, measured 731 days ago" in finding.sentence
    assert finding.proof.fact["age_days"] == 731


def test_words_of_an_unknown_and_of_an_old_renal_function(graph_of: Callable[..., Graph]) -> None:
    unknown = found(graph_of, renal("30", missing="sign-off"))
    old = found(graph_of, renal("30", missing="sign-off"), measured(EGFR, 80.0, "2022-06-01"))

    assert unknown
    assert old
    assert unknown.about == "renal function is not on file; measure eGFR or creatinine first"
    assert old.about == "renal function was last measured 731 days ago; measure eGFR or creatinine first"
    assert old.proof.conclusion.endswith(f"{old.about} (limit 30 mL/min/1.73m2)")
    assert old.confirm == unknown.confirm == "eGFR is at least 30 mL/min/1.73m2"


@pytest.mark.parametrize(
    ("person", "more"),
    [({"sex": "male"}, {}), (MAN | {"sex": "other"}, {}), (MAN, {"unit": "stone"})],
    ids=["age", "sex", "unit"],
)
def test_a_creatinine_that_tells_nothing_is_spoken_of(
    graph_of: Callable[..., Graph], person: dict[str, Any], more: dict[str, str]
) -> None:
    finding = found(graph_of, renal("30"), measured(CREATININE, 1.0, **more), person=person)

    assert finding
    assert "cannot be told from the creatinine on file" in finding.about


@pytest.mark.parametrize(
    ("day", "more", "follows"),
    [
        ("2023-06-02", {}, None),
        ("2023-06-01", {}, "note"),
        ("2023-06-01", {"missing": "sign-off"}, "sign-off"),
        ("2024-05-01", {"max_age_days": 30}, "note"),
        ("2024-05-02", {"max_age_days": 30}, None),
    ],
)
def test_a_child_pugh_class_counts_for_so_many_days(
    graph_of: Callable[..., Graph], day: str, more: dict[str, Any], follows: str | None
) -> None:
    assert severity(graph_of, hepatic("B", **more), measured(PUGH, 5.0, day)) == follows


def test_an_old_class_of_an_ill_liver_is_a_caution(graph_of: Callable[..., Graph]) -> None:
    ill = [("ICD10CM:K74", "IS_A", "ICD10CM:K70-K77"), ("patient:p", "HAS_DIAGNOSIS", "ICD10CM:K74")]

    finding = found(graph_of, hepatic("B"), measured(PUGH, 5.0, "2022-06-01"), *ill)

    assert finding
    assert (str(finding.severity), finding.about) == (
        "caution",
        "the Child-Pugh class was last found 731 days ago; find it again first",
    )


def test_an_old_bad_class_is_bad_still(graph_of: Callable[..., Graph]) -> None:
    finding = found(graph_of, hepatic("B"), measured(PUGH, 8.0, "2022-06-01"))

    assert finding
    assert finding.sentence == "a is not given: Child-Pugh class B, limit class B, found 731 days ago."
    assert (finding.proof.fact["child_pugh"], finding.proof.fact["age_days"]) == ("B", 731)


@pytest.mark.parametrize(("missing", "follows"), [("sign-off", "sign-off"), ("note", "note"), ("caution", "caution")])
def test_an_unknown_liver_follows_the_row(graph_of: Callable[..., Graph], missing: str, follows: str) -> None:
    assert severity(graph_of, hepatic("B", missing=missing)) == follows
