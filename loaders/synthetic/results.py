"""Laboratory results and vital signs of one person: the reference range, shifted by what the person has.

A test is drawn when a check-up covers it or a condition calls for it. Of several conditions that move a test the one that moves
it furthest counts. Repeated values scatter about a level of the person's own.
"""

from collections import defaultdict
from collections.abc import Sequence
from operator import attrgetter
from typing import NamedTuple

from loaders.synthetic.ailments import Course
from loaders.synthetic.draws import Draws
from loaders.synthetic.formulary import Formulary
from loaders.synthetic.formulas import ADULT, FORMULAS, creatinine_from_gfr, gfr_from_creatinine
from loaders.synthetic.parameters import Parameters, Shift
from loaders.synthetic.people import Diagnosis, Person
from loaders.synthetic.reference import Reference

LEVEL = 0.85
SCATTER = 0.35
"""Shares of the deviation between people and between two values of one person; their squares add up to about 1."""


class Result(NamedTuple):
    """One value of one test on one day, in the test's unit."""

    test: str
    value: float
    day: int


class Laboratory:
    """Draws results.

    Args:
        parameters: of the cohort.
        formulary: for units and reference ranges.
    """

    def __init__(self, parameters: Parameters, formulary: Formulary) -> None:
        self._settings = parameters.settings.results
        self._measures = parameters.measures
        self._end = parameters.settings.as_of.toordinal()
        self._ailments = parameters.ailments
        self._reference = Reference(parameters, formulary)
        self._routines = tuple(one for one in parameters.measures.values() if one.routine)
        by_condition: defaultdict[str, list[Shift]] = defaultdict(list)
        for shift in parameters.shifts:
            by_condition[shift.condition].append(shift)
        self._shifts = [by_condition[ailment.condition] for ailment in parameters.ailments]
        roles = parameters.roles
        self._formulas = [
            (roles[role], [roles[need] for need in formula.needs], formula.value)
            for role, formula in FORMULAS.items()
            if role in roles
        ]
        self._gfr, self._creatinine = roles.get("gfr", ""), roles.get("creatinine", "")

    def results(self, person: Person, diagnoses: Sequence[Diagnosis], draws: Draws) -> list[Result]:
        """What was measured, in the order of days; a refuted suspicion moves nothing."""
        lasting = [one for one in diagnoses if one.status == "active" and self._ailments[one.index].course is not Course.ACUTE]
        levels: dict[str, float] = {}
        found: list[Result] = []
        for day in self._days(person, any(self._shifts[one.index] for one in lasting), draws):
            shifts = [shift for one in lasting if one.start <= day for shift in self._shifts[one.index]]
            wanted = self._routine(person, draws) | {shift.test for shift in shifts if draws.chance(shift.chance)}
            found += self._visit(person, wanted, shifts, levels, day, draws)
        for one in diagnoses:
            if self._shifts[one.index] and one.status != "refuted" and self._ailments[one.index].course is Course.ACUTE:
                shifts = self._shifts[one.index]
                wanted = {shift.test for shift in shifts if draws.chance(shift.chance)}
                shifts = shifts + [
                    shift for other in lasting if other.start <= one.start for shift in self._shifts[other.index]
                ]
                found += self._visit(person, wanted, shifts, levels, min(one.start + draws.between(0, 3), self._end - 1), draws)
        # One value a day: a second visit on the same day adds only what the first left out.
        return sorted({(one.test, one.day): one for one in reversed(found)}.values(), key=attrgetter("day"))

    def kidney_function(self, results: Sequence[Result]) -> float | None:
        """The latest kidney function in mL/min/1.73m2, if it was ever measured."""
        return next((one.value for one in reversed(results) if one.test == self._gfr), None)

    def _days(self, person: Person, called: bool, draws: Draws) -> list[int]:
        settings = self._settings
        checked = called or draws.chance(settings.check[person.band])
        visits = draws.between(1, settings.most if called else 1) if checked else 0
        earliest = max(person.born, self._end - settings.days)
        return sorted({draws.between(earliest, self._end - 1) for _ in range(visits)})

    def _routine(self, person: Person, draws: Draws) -> set[str]:
        uniform = draws.uniform
        return {one.test for one in self._routines if person.age >= one.since and uniform() < one.routine}

    def _visit(
        self, person: Person, wanted: set[str], shifts: Sequence[Shift], levels: dict[str, float], day: int, draws: Draws
    ) -> list[Result]:
        # A laboratory that measures creatinine reports the kidney function with it.
        if self._creatinine in wanted or self._gfr in wanted:
            wanted |= {self._creatinine, self._gfr}
        needed = wanted.union(*(needs for test, needs, _ in self._formulas if test in wanted))
        healthy = self._reference.values(person.sex, person.age)
        moved: dict[str, Shift] = {}
        for shift in shifts:
            usual = healthy.get(shift.test) if shift.test in needed else None
            if usual and _distance(shift, usual) > _distance(moved.get(shift.test, usual), usual):
                moved[shift.test] = shift
        values = {test: _value(moved.get(test, usual), levels, draws) for test, usual in healthy.items() if test in needed}
        for test, needs, value in self._formulas:
            if test in values:
                values[test] = value(tuple(self._rounded(need, values[need]) for need in needs), draws)
        if self._gfr in values:
            self._join_kidney(person, values)
        return [Result(test, self._rounded(test, value), day) for test, value in values.items() if test in wanted]

    def _join_kidney(self, person: Person, values: dict[str, float]) -> None:
        gfr = values.pop(self._gfr)
        if person.age >= ADULT:
            # From the creatinine as it is written down, so that whoever recomputes the one from the other gets the same figure.
            creatinine = self._rounded(self._creatinine, creatinine_from_gfr(gfr, person.sex, person.age))
            values[self._creatinine] = creatinine
            values[self._gfr] = gfr_from_creatinine(creatinine, person.sex, person.age)

    def _rounded(self, test: str, value: float) -> float:
        measure = self._measures[test]
        held = round(min(max(value, measure.low), measure.high), measure.decimals)
        return held if measure.decimals else int(held)


def _distance(shift: Shift, usual: Shift) -> float:
    return abs(shift.mean - usual.mean)


def _value(shift: Shift, levels: dict[str, float], draws: Draws) -> float:
    if shift.test not in levels:
        levels[shift.test] = draws.normal(0, LEVEL)
    value = shift.mean + shift.deviation * (levels[shift.test] + draws.normal(0, SCATTER))
    return min(max(value, shift.low), shift.high)
