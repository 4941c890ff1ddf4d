"""Over-alerting: each figure over a few answers that can be counted by hand."""

from typing import Any

import pytest
from rich.console import Console

from recommender.judge.alerting import Alert, alerting, alerts_of
from recommender.judge.alerting_table import render_alerting


def said(rule: str, severity: str) -> dict[str, Any]:
    return {"rule": rule, "severity": severity}


def item(name: str, *findings: dict[str, Any]) -> dict[str, Any]:
    return {"medicine": {"id": name}, "cautions": list(findings)}


def shared(rule: str, severity: str, *names: str) -> dict[str, Any]:
    return said(rule, severity) | {"proofs": [{"medicine": {"id": name}} for name in names]}


def body(**lists: Any) -> dict[str, Any]:
    return {"recommendations": [], "needs_sign_off": [], "excluded": [], "alerts": [], "screened": True} | lists


BUSY = body(
    excluded=[{"medicine": {"id": "x"}} | said(rule, "exclude") for rule in ("allergy", "interaction")],
    needs_sign_off=[item("s", said("history", "sign-off"), said("interaction", "caution"))],
    recommendations=[item("a"), item("b", said("interaction", "caution")), item("c", said("limit:hepatic", "note")), item("d")],
    alerts=[shared("limit:renal", "note", "c", "d"), shared("additive", "caution", "a", "b")],
)
QUIET = body(recommendations=[item("a")])
LOST = body(excluded=[{"medicine": {"id": "x"}} | said("allergy", "exclude")], screened=False)


def test_an_answers_alerts_are_counted_for_each_medicine() -> None:
    found = list(alerts_of(BUSY))

    assert len(found) == 2 + 2 + 2 + 4
    assert found.count(Alert("recommendations", "limit:renal", "note", 0.5)) == 2
    assert found.count(Alert("needs_sign_off", "interaction", "caution", 1.0)) == 1


def test_the_figures_of_a_cohort() -> None:
    figures = alerting(iter([BUSY, QUIET, LOST]))

    assert figures["patients"] == {"all": 3, "without_suggestion": 1, "unscreened": 1}
    # Neither a caution nor more: c and d of the first, the one of the second.
    assert figures["medicines"] == {"excluded": 2, "needs_sign_off": 1, "recommendations": 5, "plain": 3}
    assert figures["alerts"]["exclude"] == {"alerts": 3, "per_patient": 1.0, "per_suggestion": 0.6, "with_a_suggestion": 0.0}
    assert figures["alerts"]["caution"]["alerts"] == 4
    assert figures["alerts"]["caution"]["with_a_suggestion"] == pytest.approx(3 / 5)
    assert figures["alerts"]["note"]["per_patient"] == 1.0
    assert figures["interruptions_per_patient"] == {"median": 1, "most": 7}
    assert figures["saved"] == {"alerts": 6, "said": 4, "share": pytest.approx(1 / 3)}


def test_each_rule_has_its_share_the_loudest_first() -> None:
    rules = alerting([BUSY, QUIET, LOST])["rules"]

    assert sum(rule["share"] for rule in rules.values()) == pytest.approx(1)
    assert rules["interaction"] == {"exclude": 1, "sign-off": 0, "caution": 2, "note": 0, "share": pytest.approx(3 / 11)}
    shares = [rule["share"] for rule in rules.values()]
    assert shares == sorted(shares, reverse=True)


def test_no_patients_are_no_error() -> None:
    figures = alerting([])

    assert figures["patients"]["all"] == 0
    assert figures["rules"] == {}
    assert figures["alerts"]["caution"]["per_suggestion"] == 0.0


def test_people_read_all_of_it() -> None:
    console = Console(record=True, width=100)

    render_alerting(alerting([BUSY, QUIET, LOST]), console)
    render_alerting(alerting([]), console)

    text = console.export_text()
    assert "3 patients: 2 excluded, 1 needs sign-off, 5 suggested" in text
    assert "60% of suggestions have neither a caution nor more" in text
    assert "6 alerts with suggestions are said in 4 sayings: 33% saved" in text
    assert "limit:renal" in text
    assert "0 patients" in text
