"""Limits by age, sex, pregnancy, breast feeding, kidneys, liver and results, from what is on file and how old it is."""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from tests.safety_cohort.patient import Patient
from tests.safety_cohort.tables import LabTest, Limit, Tables
from tests.safety_cohort.verdict import ORDER, Verdict, active, begun

SAME = ({"LOINC:2823-3", "LOINC:6298-4"}, {"LOINC:2951-2", "LOINC:2947-0"})
"""Tests that tell the same: potassium and sodium, in serum and in whole blood."""
EGFR = ("LOINC:98979-8", "LOINC:33914-3", "LOINC:62238-1", "LOINC:69405-9")
CREATININE = "LOINC:2160-0"
CHILD_PUGH = "rx:lab-child-pugh"
LIVER = "ICD10CM:K70-K77"
PREGNANCY, FEEDING = "ICD10CM:Z33", "ICD10CM:Z39.1"
PREGNANT_ONLY = {f"ICD10CM:{block}" for block in ("O09-O09", "O10-O16", "O20-O29", "O30-O48", "O60-O77")}
CLASSES = {"A": 0, "B": 7, "C": 10}
"""The least points of each Child-Pugh class; there are none below five, but nobody is better than A."""


class Dated(NamedTuple):
    """A result with its age in days."""

    test: str
    value: float
    unit: str
    days: int


class Judged(NamedTuple):
    """Whether a limit is broken (None: nobody can tell), by a value that is too old, gravely; and how it is known."""

    broken: bool | None
    old: bool = False
    grave: bool = True
    ways: tuple[str, ...] = ()


def spelled(unit: str) -> str:
    """A unit without what people spell differently."""
    return unit.lower().translate({ord("µ"): "u", ord("μ"): "u", ord(" "): None, ord("["): None, ord("]"): None})


def in_unit(test: LabTest, value: float, unit: str) -> float | None:
    """A value in the test's own unit; nothing when the unit is not known for it."""
    if spelled(unit or test.unit) == spelled(test.unit):
        return value
    factors = {spelled(other): factor for other, factor in test.others.items()}
    factor = factors.get(spelled(unit))
    return None if factor is None else value * factor


def results(patient: Patient, day: str) -> list[Dated]:
    """What was measured, the newest first; what has no date is of today, but in a record behind all that has one."""
    found = [r for r in patient.results if begun(patient, r.date, day)]
    today = date.fromisoformat(day)
    aged = [Dated(r.test, r.value, r.unit, (today - date.fromisoformat(r.date or day)).days) for r in found]
    if patient.told:
        return sorted(aged, key=lambda r: r.days)
    dated = sorted((one for one, r in zip(aged, found, strict=True) if r.date), key=lambda r: r.days)
    return [*dated, *(one for one, r in zip(aged, found, strict=True) if not r.date)]


def newest(tables: Tables, patient: Patient, test: str, day: str) -> Dated | None:
    """The newest result of a test, whatever its unit."""
    same = next((group for group in SAME if test in group), {test})
    return next((r for r in results(patient, day) if r.test in same), None)


def limits(tables: Tables, patient: Patient, day: str) -> Iterator[Verdict]:
    """Every limit that is broken, or that nobody can tell about."""
    judge = Judge(tables, patient, day)
    for alike in tables.bounds.values():
        judged = judge.judged(alike[0])
        for limit in alike if judged.broken is not False else ():
            if severity := _severity(limit, judged):
                strength = "absolute" if limit.absolute else "relative"
                how = "missing" if judged.broken is None else f"broken {strength}"
                ways = (how, *(("old",) if judged.old else ()), *judged.ways)
                for medicine in tables.holders[limit.medicine]:
                    combined = medicine != limit.medicine
                    yield Verdict(medicine, f"limit:{limit.kind}", severity, (*ways, "combination") if combined else ways)


def _severity(limit: Limit, judged: Judged) -> str:
    """What follows; a missing result matters only where the limit says what follows."""
    missing = limit.missing
    if not missing and limit.kind != "result":
        missing = "caution" if limit.absolute and judged.grave else "note"
    if judged.broken is None:
        return missing
    broken = "exclude" if limit.absolute else "caution"
    # A value that is too old to count is at least as bad as none.
    return min(broken, missing or broken, key=ORDER.index) if judged.old else broken


class Judge:
    """One patient on one day, for every kind of limit."""

    def __init__(self, tables: Tables, patient: Patient, day: str) -> None:
        self._tables, self._patient, self._day = tables, patient, day
        self._diagnosed = {d.condition: tables.above[d.condition] for d in active(patient, day)}
        self._results = results(patient, day)
        self._egfr = next((found for r in self._results if (found := self._filtration(r))), None)

    def judged(self, limit: Limit) -> Judged:
        """Whether the limit is broken."""
        judges = {
            "age": self._age,
            "sex": self._sex,
            "pregnancy": self._pregnancy,
            "breast feeding": self._feeding,
            "renal": self._renal,
            "hepatic": self._hepatic,
            "result": self._result,
        }
        return judges[limit.kind](limit)

    def _age(self, limit: Limit) -> Judged:
        age = self._patient.age
        if age is None:
            return Judged(None)
        years = float(limit.value) / (12 if limit.unit == "months" else 1)
        broken = {"below": age < years, "above": age > years, "at_least": age >= years}[limit.comparator]
        return Judged(broken, ways=(limit.comparator, limit.unit))

    def _sex(self, limit: Limit) -> Judged:
        known = self._patient.sex in ("female", "male")
        return Judged(self._patient.sex == limit.value if known else None)

    def _pregnancy(self, _: Limit) -> Judged:
        if self._patient.pregnant:
            return Judged(True)
        for condition, above in self._diagnosed.items():
            if PREGNANCY in above or above & PREGNANT_ONLY:
                return Judged(True, ways=("diagnosis", *(("tree",) if condition != PREGNANCY else ())))
        return Judged(None if self._patient.pregnant is None and self._asked() else False)

    def _feeding(self, _: Limit) -> Judged:
        if self._patient.breast_feeding:
            return Judged(True)
        if any(FEEDING in above for above in self._diagnosed.values()):
            return Judged(True, ways=("diagnosis",))
        return Judged(None if self._patient.breast_feeding is None and self._asked() else False, grave=False)

    def _asked(self) -> bool:
        """Whether she may be pregnant, for all that is known."""
        age = self._patient.age
        return self._patient.sex != "male" and (age is None or 12 <= age <= 55)

    def _renal(self, limit: Limit) -> Judged:
        if self._egfr is None:
            return Judged(None)
        rate, days, ways = self._egfr
        return _measured(rate < float(limit.value), days, limit, ways)

    def _filtration(self, result: Dated) -> tuple[float, int, tuple[str, ...]] | None:
        """The eGFR that a result tells, as CKD-EPI 2021 has it of a creatinine."""
        if result.test in EGFR:
            value = in_unit(self._tables.tests[result.test], result.value, result.unit)
            return (result.value if value is None else value), result.days, ()
        age, sex = self._patient.age, self._patient.sex
        if result.test != CREATININE or age is None or age < 18 or sex not in ("female", "male"):
            return None
        creatinine = in_unit(self._tables.tests[CREATININE], result.value, result.unit)
        if not creatinine or creatinine < 0:
            return None
        k, power, factor = (0.7, -0.241, 1.012) if sex == "female" else (0.9, -0.302, 1.0)
        rate = 142 * (creatinine / k) ** (power if creatinine <= k else -1.2) * 0.9938**age * factor
        return rate, result.days, ("creatinine", *_unit_way(result.unit, "mg/dL"))

    def _hepatic(self, limit: Limit) -> Judged:
        grave = any(LIVER in above for above in self._diagnosed.values())
        found = next((r for r in self._results if r.test == CHILD_PUGH), None)
        if found is None:
            return Judged(None, grave=grave, ways=("liver disease",) if grave else ())
        return _measured(found.value >= CLASSES[limit.value], found.days, limit)._replace(grave=grave)

    def _result(self, limit: Limit) -> Judged:
        result = newest(self._tables, self._patient, limit.test, self._day)
        if result is None:
            return Judged(None)
        value = in_unit(self._tables.tests[result.test], result.value, result.unit)
        bound = in_unit(self._tables.tests[limit.test], float(limit.value), limit.unit)
        assert bound is not None, limit
        if value is None:
            return Judged(None, ways=("unknown unit",))
        ways = (limit.comparator, *_unit_way(result.unit, self._tables.tests[result.test].unit))
        return _measured(value < bound if limit.comparator == "below" else value > bound, result.days, limit, ways)


def _unit_way(unit: str, own: str) -> tuple[str, ...]:
    return ("other unit",) if unit and spelled(unit) != spelled(own) else ()


def _measured(broken: bool, days: int, limit: Limit, ways: tuple[str, ...] = ()) -> Judged:
    """A value that is too old still breaks a limit, but never keeps one."""
    old = days > limit.max_age
    return Judged(True if broken else None if old else False, old, ways=ways)
