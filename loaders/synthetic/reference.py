"""Test results of people without any condition that moves them, by sex and age.

Where ``measure.csv`` gives a mean it is that of adults; children, and tests without a mean, have the middle of the reference
range that is meant for their age or, failing that, for the nearest age.
"""

import math
from collections.abc import Mapping

from loaders.synthetic.ailments import SEXES
from loaders.synthetic.formulary import Formulary
from loaders.synthetic.formulas import ADULT
from loaders.synthetic.parameters import Measure, Parameters, Shift
from loaders.synthetic.tables import CohortError

RANGE_IN_DEVIATIONS = 4.4
"""Width of a reference range: somewhat more than the four deviations that 95 % of the healthy lie in."""

TAIL = 2.6
"""Deviations beyond which nobody is healthy: a value out there belongs to a condition."""


class Reference:
    """What healthy people have.

    Args:
        parameters: of the cohort.
        formulary: for reference ranges.
    """

    def __init__(self, parameters: Parameters, formulary: Formulary) -> None:
        self._settings = parameters.settings.results
        self._measures = parameters.measures
        self._gfr = parameters.roles.get("gfr", "")
        self._formulary = formulary
        self._known: dict[tuple[int, int], Mapping[str, Shift]] = {}

    def values(self, sex: int, age: int) -> Mapping[str, Shift]:
        """The distribution of each test that is meant for the person, in the form of a shift without a condition.

        Args:
            sex: 0 female, 1 male.
            age: in years.

        Raises:
            CohortError: when a test has neither a mean nor a closed reference range.
        """
        if (sex, age) not in self._known:
            self._known[sex, age] = {
                measure.test: self._healthy(measure, SEXES[sex], age)
                for measure in self._measures.values()
                if measure.sex in ("any", SEXES[sex])
            }
        return self._known[sex, age]

    def _healthy(self, measure: Measure, sex: str, age: int) -> Shift:
        mean, deviation = self._middle(measure, sex, age)
        least = self._settings.gfr_least if measure.test == self._gfr else measure.low
        low, high = max(least, mean - TAIL * deviation), min(measure.high, mean + TAIL * deviation)
        return Shift("", measure.test, max(mean, low), deviation, low, max(low, high), 0)

    def _middle(self, measure: Measure, sex: str, age: int) -> tuple[float, float]:
        if measure.test == self._gfr:
            return self._settings.gfr_at_20 - self._settings.gfr_per_year * max(0, age - 20), self._settings.gfr_deviation
        ranges = self._formulary.ranges.get(measure.test, ())
        nearest = min(ranges, key=lambda one: one.distance(sex, age), default=None)
        # Means are of adults; a range made for children goes before them, a range for adults does not.
        for_children = nearest is not None and nearest.age_to < ADULT
        if not math.isnan(measure.mean) and not (age < ADULT and for_children):
            return measure.mean, measure.deviation
        low, high = (nearest.low, nearest.high) if nearest else (math.nan, math.nan)
        if math.isnan(high - low):
            raise CohortError("measure.csv", f"{measure.test}: mean and deviation are needed, it has no closed reference range")
        return (low + high) / 2, (high - low) / RANGE_IN_DEVIATIONS
