"""Results of tests: the newest value in the test's own unit, how old it is, and whether it keeps a limit.

A result that is older than the limit allows (a year, unless the limit says otherwise) does not count as measured. A value
outside a limit still counts as outside, however old: it was the last that anybody saw. A result without a date is taken as
one of today: a case says what is known now, so that there it is the newest; in a record every dated one comes before it. A
value in a unit that is not known for its test tells nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from graph.elements import Edge, EdgeKind
from graph.snapshot import Snapshot
from graph.units import convert
from recommender.record import Fact, PatientRecord
from recommender.safety.finding import Screening, fact_payload, missing_payload
from recommender.safety.verdict import Verdict

MAX_AGE_DAYS = 365
"""For how many days a result counts as measured where a limit does not say."""
NOW = "9999-12-31"
"""Stands for the day of a result that has none."""
SAME_TEST = {
    "LOINC:2823-3": frozenset({"LOINC:2823-3", "LOINC:6298-4"}),
    "LOINC:2951-2": frozenset({"LOINC:2951-2", "LOINC:2947-0"}),
}
"""Tests that tell the same: potassium and sodium, in serum and in whole blood."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The newest result of a test.

    Attributes:
        value: in the test's own unit; None when it is in a unit that is not known for the test.
        unit: the unit in which it is on file.
        days: how old it is on the day of the answer; 0 when it has no date.
        fact: the result as it stands in a proof.
    """

    value: float | None
    unit: str
    days: int
    fact: Mapping[str, Any]


def latest(screening: Screening, test: int) -> Reading | None:
    """The newest result of a test, or nothing when none is on file."""
    snapshot = screening.snapshot
    same = SAME_TEST.get(snapshot.id(test), frozenset({snapshot.id(test)}))
    found = [fact for fact in screening.record.of(EdgeKind.HAS_RESULT) if snapshot.id(fact.node) in same]
    if not found:
        return None
    newest = max(found, key=lambda fact: measured_on(fact, screening.record))
    unit = str(newest.properties.get("unit", ""))
    days = age_in_days(newest.properties, screening.as_of)
    return Reading(in_own_unit(snapshot, newest), unit, days, fact_payload(snapshot, newest))


def measured_on(fact: Fact, record: PatientRecord) -> str:
    """The day of a result, by which the newest is told: without a date, in a case it is the newest, in a record the oldest."""
    return str(fact.properties.get("date") or (NOW if record.patient is None else ""))


def age_in_days(properties: Mapping[str, object], as_of: date) -> int:
    """How old a result with these properties is; 0 when it has no date."""
    day = properties.get("date")
    return (as_of - date.fromisoformat(day)).days if isinstance(day, str) and day else 0


def max_age(edge: Edge) -> int:
    """For how many days a result counts as measured for a limit."""
    days = edge.properties.get("max_age_days")
    return days if isinstance(days, int) else MAX_AGE_DAYS


def in_own_unit(snapshot: Snapshot, fact: Fact) -> float | None:
    """A result in the unit of its test (creatinine: mg/dL), or nothing when it is in a unit that is not known for it."""
    properties = snapshot.properties(fact.node)
    unit = str(fact.properties.get("unit") or properties.get("unit", ""))
    return _converted(properties, float(str(fact.properties["value"])), unit)


def _converted(properties: Mapping[str, object], value: float, unit: str) -> float | None:
    other = properties.get("other_units", ())
    factors = other if isinstance(other, tuple) else ()
    return convert(value, unit, str(properties.get("unit", "")), factors)


def judge_result(screening: Screening, test: int, edge: Edge, reading: Reading | None) -> Verdict | None:
    """Whether the newest result of a test breaks a limit, or why that cannot be told; nothing when it keeps it.

    Raises:
        ValueError: when the limit is in a unit that is not known for its test.
    """
    snapshot = screening.snapshot
    properties, name = snapshot.properties(test), _small(snapshot.name(test))
    own = str(properties.get("unit", ""))
    limit = _converted(properties, float(str(edge.properties["value"])), str(edge.properties.get("unit") or own))
    if limit is None:
        raise ValueError("a limit in a unit that is not known for its test")
    below, unit = edge.properties["comparator"] == "below", f" {spoken}" if (spoken := _spoken(own)) else ""
    confirm = f"{name} is {'at least' if below else 'at most'} {limit:g}{unit}"
    if reading is None:
        about = f"{name} is not on file; measure it before the first dose"
        return Verdict(False, about, missing_payload(name), about, confirm)
    if reading.value is None:
        about = f"{name} is on file in a unit that is not known for it ({reading.unit}); measure it before the first dose"
        return Verdict(False, about, reading.fact, about, confirm)
    old = reading.days > max_age(edge)
    if reading.value < limit if below else reading.value > limit:
        words = f"{name} {reading.value:g}{unit} is {'below' if below else 'above'} {limit:g}{unit}"
        words += f", measured {reading.days} days ago" if old else ""
        return Verdict(True, words, _dated(reading, old), confirm=confirm, old=old)
    if old:
        about = f"{name} was last measured {reading.days} days ago; measure it again before the first dose"
        return Verdict(False, about, _dated(reading, old), about, confirm)
    return None


def _dated(reading: Reading, old: bool) -> Mapping[str, Any]:
    return {**reading.fact, "age_days": reading.days} if old else reading.fact


def _small(name: str) -> str:
    """A name within a sentence: its first letter small, unless it begins with an abbreviation."""
    return name if name[1:2].isupper() else f"{name[:1].lower()}{name[1:]}"


def _spoken(unit: str) -> str:
    """A UCUM unit as people write it: without brackets, and without what UCUM keeps in braces."""
    return unit.partition("{")[0].replace("[", "").replace("]", "").replace("10*", "10^")
