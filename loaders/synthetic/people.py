"""Who a person of the cohort is, and what they had when.

Days are ordinals of the proleptic Gregorian calendar. Everybody's birthday lies in the first half of the year, before the day
on which records end, so that a year of birth alone tells the age.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate

from loaders.synthetic.ailments import Ailment, Course
from loaders.synthetic.draws import Draws
from loaders.synthetic.health import Health
from loaders.synthetic.parameters import Parameters

YEAR = 365.25


@dataclass(frozen=True, slots=True)
class Person:
    """One person of the cohort.

    Attributes:
        patient: the id of the record.
        sex: 0 female, 1 male.
        age: in completed years at the end of the records.
        band: index of the age band.
        born: day of birth.
    """

    patient: str
    sex: int
    age: int
    band: int
    born: int


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One condition of one person.

    Attributes:
        index: which ailment.
        start: first day.
        stop: last day, or 0 while it lasts.
        status: active, resolved or refuted.
    """

    index: int
    start: int
    stop: int
    status: str


class Population:
    """Draws people and their diagnoses.

    Args:
        parameters: of the cohort.
        health: which conditions people have.
    """

    def __init__(self, parameters: Parameters, health: Health) -> None:
        self._settings = parameters.settings.population
        self._history = parameters.settings.history
        self._ailments = parameters.ailments
        self._health = health
        self.end = parameters.settings.as_of.toordinal()
        self._year = parameters.settings.as_of.year
        self._shares = tuple(accumulate(self._settings.shares))
        self._ends = [*(age - 1 for age in self._settings.ages[1:]), self._settings.oldest]
        self._onsets = [_onset_curve(ailment, self._settings.ages, self._settings.oldest) for ailment in self._ailments]
        self._index = {ailment.condition: index for index, ailment in enumerate(self._ailments)}

    def person(self, number: int, draws: Draws) -> Person:
        """The person of this number (from 1)."""
        band = draws.weighted(self._shares)
        low, high = self._settings.ages[band], self._ends[band]
        age = draws.between(low, high)
        # The younger of two draws: the oldest band has no end of its own, and few reach it.
        if band == len(self._ends) - 1:
            age = min(age, draws.between(low, high))
        sex = 0 if draws.chance(self._settings.women[band]) else 1
        born = date(self._year - age, 1, 1).toordinal() + draws.between(0, 178)
        return Person(f"SYN-{number:06d}", sex, age, band, min(born, self.end - 1))

    def diagnoses(self, person: Person, draws: Draws) -> list[Diagnosis]:
        """What the person has and had, causes before what they cause; states are in it, too."""
        found: dict[int, Diagnosis] = {}
        present = self._health.draw(draws, person.sex, person.band)
        for index in present:
            ailment = self._ailments[index]
            earliest = max(
                (found[one].start for one in map(self._index.get, ailment.requires) if one in found), default=person.born
            )
            found[index] = self._course(index, ailment, person, earliest, draws)
        if draws.chance(self._history.refuted) and (suspicion := self._suspicion(person, set(present), draws)):
            found[suspicion.index] = suspicion
        return list(found.values())

    def _course(self, index: int, ailment: Ailment, person: Person, earliest: int, draws: Draws) -> Diagnosis:
        if ailment.course is not Course.CHRONIC:
            back = ailment.days if ailment.course is Course.STATE else self._history.acute_days
            start = draws.between(max(earliest, self.end - back), self.end - 1)
            stop = start + 2 + int(ailment.days * (0.5 + draws.uniform()))
            over = ailment.course is Course.ACUTE and stop < self.end
            return Diagnosis(index, start, stop if over else 0, "resolved" if over else "active")
        start = max(earliest, self._onset(index, person, draws))
        if ailment.resolved and draws.chance(ailment.resolved) and start + 60 < self.end:
            return Diagnosis(index, start, draws.between(start + 30, self.end - 1), "resolved")
        return Diagnosis(index, start, 0, "active")

    def _onset(self, index: int, person: Person, draws: Draws) -> int:
        curve = self._onsets[index]
        # The first age at which the curve comes up to a random height: onsets fall where the rate rises.
        age = bisect_left(curve, draws.uniform() * curve[person.age], 0, person.age)
        day = person.born + int((age + draws.uniform()) * YEAR)
        return day if day < self.end else draws.between(max(person.born, self.end - int(YEAR)), self.end - 1)

    def _suspicion(self, person: Person, present: set[int], draws: Draws) -> Diagnosis | None:
        index = int(draws.uniform() * len(self._ailments))
        ailment = self._ailments[index]
        fits = ailment.rates[person.sex][person.band] and ailment.course is not Course.STATE and not ailment.requires
        if index in present or not fits:
            return None
        start = draws.between(max(person.born, self.end - self._history.acute_days), self.end - 1)
        return Diagnosis(index, start, draws.between(start, min(start + 60, self.end - 1)), "refuted")


def _onset_curve(ailment: Ailment, ages: Sequence[int], oldest: int) -> list[float]:
    """The highest rate reached by the end of each year of life, straight lines between the ends of the age bands."""
    ends = [*ages[1:], oldest + 1]
    rates = [max(sex[band] for sex in ailment.rates) for band in range(len(ends))]
    curve, highest = [], 0.0
    for age in range(1, oldest + 2):
        band = bisect_right(ends, age - 1)
        start, before = (ends[band - 1], rates[band - 1]) if band else (0, 0.0)
        highest = max(highest, before + (rates[band] - before) * (age - start) / (ends[band] - start))
        curve.append(highest)
    return curve
