"""Limits by what was measured: kidneys by CKD-EPI 2021, liver by Child-Pugh, and single results, with their units and ages."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar

from graph.elements import PropertyValue
from recommender.verify.person import OnFile
from recommender.verify.trial import Trial
from recommender.verify.verdict import NotProvedError

T = TypeVar("T")
EGFR = {"LOINC:98979-8", "LOINC:33914-3", "LOINC:62238-1", "LOINC:69405-9"}
CREATININE = "LOINC:2160-0"
LIVER_DISEASE = "ICD10CM:K70-K77"
ALSO_TOLD_BY = {
    "LOINC:2823-3": {"LOINC:2823-3", "LOINC:6298-4"},
    "LOINC:2951-2": {"LOINC:2951-2", "LOINC:2947-0"},
}
"""Of potassium and of sodium in serum: the same in whole blood tells it, too."""
_RATE = "mL/min/1.73m2"


@dataclass(frozen=True, slots=True)
class Told:
    """What a limit comes to.

    Attributes:
        broken: whether it is; otherwise it cannot be told.
        words: the reason.
        grave: whether what is missing deserves more than a note.
        old: whether it is broken by a value that is too old.
        reckoned: what was worked out of the fact.
    """

    broken: bool
    words: str
    grave: bool = True
    old: bool = False
    reckoned: Mapping[str, Any] = field(default_factory=dict)


def judge_kidneys(trial: Trial, said: Mapping[str, PropertyValue]) -> Told:
    """What a renal limit comes to."""
    limit, bound = float(str(said["value"])), f" (limit {float(str(said['value'])):g} {_RATE})"
    results = trial.newest(EGFR | {CREATININE})
    rates = [(fact, rate) for fact, rate in ((fact, _rate(trial, fact)) for fact in results) if rate is not None]
    if not rates:
        _check_missing(trial, "eGFR")
        unclear = any(fact.node == CREATININE for fact in results)
        why = (
            "cannot be told from the creatinine on file (its unit, or age or sex, is not known)"
            if unclear
            else "is not on file"
        )
        return Told(False, f"renal function {why}; measure eGFR or creatinine first{bound}")
    fact, rate = _claimed(trial, rates)
    shown = trial.proof.fact.more.get("egfr")
    if not isinstance(shown, (int, float)) or not math.isclose(shown, rate, rel_tol=1e-9):
        raise NotProvedError(f"the eGFR comes to {rate:.1f}, not to {shown}")
    days, old = _days(trial, fact, said)
    reckoned = {"egfr": shown} | ({"age_days": days} if old else {})
    if rate < limit:
        words = f"eGFR {rate:.0f} is below {limit:g} {_RATE}" + f", measured {days} days ago" * old
        return Told(True, words, old=old, reckoned=reckoned)
    if not old:
        raise NotProvedError(f"eGFR {rate:.0f} keeps the limit of {limit:g}")
    words = f"renal function was last measured {days} days ago; measure eGFR or creatinine first{bound}"
    return Told(False, words, reckoned=reckoned)


def judge_liver(trial: Trial, said: Mapping[str, PropertyValue]) -> Told:
    """What a hepatic limit comes to."""
    limit = str(said["value"])
    bound = f" (limit class {limit})"
    scores = trial.newest(
        {fact.node for fact in trial.person.of("HAS_RESULT") if "child-pugh" in trial.name(fact.node).lower()}
    )
    diagnosed = {up for fact in trial.person.of("HAS_DIAGNOSIS") for up in trial.knowledge.above(fact.node)}
    ill = LIVER_DISEASE in diagnosed
    if not scores:
        _check_missing(trial, "Child-Pugh class")
        return Told(False, f"no Child-Pugh class on file{bound}{'; a liver disease is' * ill}", grave=ill)
    fact, points = _claimed(trial, [(fact, float(fact.properties["value"])) for fact in scores])
    # 5 and 6 points are class A, 7 to 9 class B, more class C (Pugh et al. 1973, Br J Surg 60:646).
    grade = "ABC"[(points >= 7) + (points >= 10)]
    days, old = _days(trial, fact, said)
    reckoned = {"child_pugh": grade} | ({"age_days": days} if old else {})
    if grade >= limit:
        words = f"Child-Pugh class {grade}, limit class {limit}" + f", found {days} days ago" * old
        return Told(True, words, old=old, reckoned=reckoned)
    if not old:
        raise NotProvedError(f"Child-Pugh class {grade} keeps the limit of class {limit}")
    return Told(
        False, f"the Child-Pugh class was last found {days} days ago; find it again first{bound}", grave=ill, reckoned=reckoned
    )


def judge_result(trial: Trial, said: Mapping[str, PropertyValue]) -> Told:
    """What a limit by a laboratory result comes to."""
    test = trial.proof.nodes[trial.place("LIMITED_BY")]
    own = str(trial.node(test.id).properties.get("unit", ""))
    limit = in_unit_of(trial, test.id, float(str(said["value"])), str(said.get("unit") or own))
    if limit is None:
        raise NotProvedError("the limit is in a unit that is not known for its test")
    name = test.name if test.name[1:2].isupper() else test.name[:1].lower() + test.name[1:]
    results = trial.newest(ALSO_TOLD_BY.get(test.id, {test.id}))
    if not results:
        _check_missing(trial, name)
        return Told(False, f"{name} is not on file; measure it before the first dose")
    fact, value = _claimed(trial, [(one, value_of(trial, one)) for one in results])
    if value is None:
        unit = fact.properties.get("unit", "")
        return Told(False, f"{name} is on file in a unit that is not known for it ({unit}); measure it before the first dose")
    days, old = _days(trial, fact, said)
    reckoned = {"age_days": days} if old else {}
    side = "below" if said.get("comparator") == "below" else "above"
    if value < limit if side == "below" else value > limit:
        plain = own.split("{")[0].replace("[", "").replace("]", "").replace("10*", "10^")
        unit = f" {plain}" if plain else ""
        words = f"{name} {value:g}{unit} is {side} {limit:g}{unit}" + f", measured {days} days ago" * old
        return Told(True, words, old=old, reckoned=reckoned)
    if not old:
        raise NotProvedError(f"{name} {value:g} keeps the limit of {limit:g}")
    return Told(False, f"{name} was last measured {days} days ago; measure it again before the first dose", reckoned=reckoned)


def value_of(trial: Trial, fact: OnFile) -> float | None:
    """A result in its test's own unit, or nothing when its unit is not known for it."""
    own = str(trial.node(fact.node).properties.get("unit", ""))
    return in_unit_of(trial, fact.node, float(fact.properties["value"]), str(fact.properties.get("unit") or own))


def in_unit_of(trial: Trial, test: str, value: float, unit: str) -> float | None:
    """A number in a test's own unit, or nothing when the unit that it is in is not known for the test."""
    said = trial.node(test).properties
    factors = {spelled(str(said.get("unit", ""))): 1.0}
    listed = said.get("other_units", ())
    for text in listed if isinstance(listed, tuple) else ():
        other, _, factor = text.rpartition("=")
        factors.setdefault(spelled(other), float(factor))
    return value * factors[spelled(unit)] if spelled(unit) in factors else None


def spelled(unit: str) -> str:
    """A unit without what its spellings differ in: case, blanks, brackets, the micro sign."""
    for sign, plain in (("µ", "u"), ("μ", "u"), (" ", ""), ("[", ""), ("]", "")):
        unit = unit.replace(sign, plain)
    return unit.lower()


def _rate(trial: Trial, fact: OnFile) -> float | None:
    """The eGFR that a result tells: itself, or by CKD-EPI 2021 (Inker et al. 2021, N Engl J Med 385:1737) of creatinine."""
    value, person = value_of(trial, fact), trial.person
    if fact.node in EGFR:
        return float(fact.properties["value"]) if value is None else value
    if value is None or value <= 0 or person.age is None or person.age < 18 or person.sex not in ("female", "male"):
        return None
    knee, bend, factor = (0.7, -0.241, 1.012) if person.sex == "female" else (0.9, -0.302, 1.0)
    power = bend if value <= knee else -1.2
    return float(142 * factor * (value / knee) ** power * 0.9938**person.age)


def days_old(trial: Trial, fact: OnFile) -> int:
    """How old a result is on the day of the proof; one without a date is of that day."""
    day = fact.properties.get("date")
    return (trial.proof.as_of - date.fromisoformat(day)).days if day else 0


def _days(trial: Trial, fact: OnFile, said: Mapping[str, PropertyValue]) -> tuple[int, bool]:
    """How old a result is, and whether that is too old for the limit."""
    days, most = days_old(trial, fact), said.get("max_age_days", 365)
    return days, days > int(str(most))


def _claimed(trial: Trial, found: Sequence[tuple[OnFile, T]]) -> tuple[OnFile, T]:
    """The result that the proof rests on, which has to be of the newest day."""
    newest = str(found[0][0].properties.get("date", ""))
    for fact, value in found:
        if str(fact.properties.get("date", "")) == newest and trial.is_claimed(fact):
            return fact, value
    raise NotProvedError("a newer result is on file")


def _check_missing(trial: Trial, what: str) -> None:
    if not trial.rests_on("MISSING", {"what": what}):
        raise NotProvedError(f"{what} is missing, and the proof rests on something else")
