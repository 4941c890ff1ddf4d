"""Limits by renal and by hepatic function: eGFR, on file or computed from creatinine, and the Child-Pugh class."""

from collections.abc import Mapping
from typing import Any

from graph.elements import Edge, EdgeKind
from recommender.evidence import ancestors
from recommender.record import Fact
from recommender.safety.finding import Screening, fact_payload, missing_payload
from recommender.safety.kidney import CREATININE
from recommender.safety.results import age_in_days, max_age, measured_on
from recommender.safety.verdict import Verdict

CHILD_PUGH = ("A", "B", "C")
LIVER = "ICD10CM:K70-K77"
_UNIT = "mL/min/1.73m2"


def judge_kidneys(screening: Screening, measured: tuple[float, dict[str, Any]] | None, edge: Edge) -> Verdict | None:
    """Whether renal function breaks a limit, or why that cannot be told; nothing when it keeps it.

    Args:
        screening: whose kidneys.
        measured: the newest eGFR with the fact that it rests on.
        edge: the limit.
    """
    limit = float(str(edge.properties["value"]))
    bound, confirm = f" (limit {limit:g} {_UNIT})", f"eGFR is at least {limit:g} {_UNIT}"
    if measured is None:
        about = f"{_unknown_kidneys(screening)}; measure eGFR or creatinine first"
        return Verdict(False, about + bound, missing_payload("eGFR"), about, confirm)
    egfr, fact = measured
    days = age_in_days(fact["properties"], screening.as_of)
    old = days > max_age(edge)
    if old:
        fact = fact | {"age_days": days}
    if egfr < limit:
        words = f"eGFR {egfr:.0f} is below {limit:g} {_UNIT}" + (f", measured {days} days ago" if old else "")
        return Verdict(True, words, fact, confirm=confirm, old=old)
    if old:
        about = f"renal function was last measured {days} days ago; measure eGFR or creatinine first"
        return Verdict(False, about + bound, fact, about, confirm)
    return None


def _unknown_kidneys(screening: Screening) -> str:
    results = screening.record.of(EdgeKind.HAS_RESULT)
    if any(screening.snapshot.id(fact.node) == CREATININE for fact in results):
        return "renal function cannot be told from the creatinine on file (its unit, or age or sex, is not known)"
    return "renal function is not on file"


def judge_liver(screening: Screening, score: Fact | None, liver_disease: bool, edge: Edge) -> Verdict | None:
    """Whether hepatic function breaks a limit, or why that cannot be told; nothing when it keeps it.

    Args:
        screening: whose liver.
        score: the newest Child-Pugh score on file.
        liver_disease: whether a liver disease is on file.
        edge: the limit.
    """
    limit = str(edge.properties["value"])
    bound, confirm = f" (limit class {limit})", f"the Child-Pugh class is better than {limit}"
    if score is None:
        about = "no Child-Pugh class on file"
        words = f"{about}{bound}" + ("; a liver disease is" if liver_disease else "")
        return Verdict(False, words, missing_payload("Child-Pugh class"), about, confirm, grave=liver_disease)
    grade = _grade(float(str(score.properties["value"])))
    days = age_in_days(score.properties, screening.as_of)
    old = days > max_age(edge)
    fact: Mapping[str, Any] = fact_payload(screening.snapshot, score) | {"child_pugh": grade}
    if old:
        fact = {**fact, "age_days": days}
    if CHILD_PUGH.index(grade) >= CHILD_PUGH.index(limit):
        words = f"Child-Pugh class {grade}, limit class {limit}" + (f", found {days} days ago" if old else "")
        return Verdict(True, words, fact, confirm=confirm, old=old)
    if old:
        about = f"the Child-Pugh class was last found {days} days ago; find it again first"
        return Verdict(False, about + bound, fact, about, confirm, grave=liver_disease)
    return None


def _grade(points: float) -> str:
    # Child-Pugh classes by points: A 5-6, B 7-9, C 10-15 (Pugh et al. 1973, Br J Surg 60:646).
    return "A" if points < 7 else "B" if points < 10 else "C"


def newest_score(screening: Screening) -> Fact | None:
    """The newest Child-Pugh score on file."""
    snapshot = screening.snapshot
    found = [f for f in screening.record.of(EdgeKind.HAS_RESULT) if "child-pugh" in snapshot.name(f.node).lower()]
    return max(found, key=lambda f: measured_on(f, screening.record), default=None)


def has_liver_disease(screening: Screening) -> bool:
    """Whether a liver disease is on file."""
    snapshot = screening.snapshot
    facts = screening.record.of(EdgeKind.HAS_DIAGNOSIS)
    return any(snapshot.id(nodes[-1]) == LIVER for fact in facts for nodes, _ in ancestors(snapshot, fact.node))
