"""A patient in the making, and the draws that everything else is made of: dates, results, doses around what a rule looks at."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any, TypeVar

from tests.safety_cohort.patient import Allergy, Diagnosis, Patient, Response, Result, Therapy
from tests.safety_cohort.tables import LabTest, Tables
from tests.safety_cohort.therapies import LOCAL_CODES

T = TypeVar("T")
ROUTES = (
    *("oral", "injection", "inhalation", "topical", "ophthalmic", "nasal", "rectal", "vaginal", "transdermal", "sublingual"),
    *("implant", "otic"),
)
AGES = (0, 1, 5, 11, 12, 15, 17, 18, 30, 40, 54, 55, 56, 60, 64, 65, 66, 74, 75, 76, 80, 90, 110)
SEXES = ("female", "female", "female", "male", "male", "other", "unknown", None)
SPELLINGS = (("u", "µ"), ("mol", "MOL"), ("/", " / "))


@dataclass
class Draft:
    """What is drawn so far.

    Attributes:
        random: the patient's own.
        tables: what there is to draw from.
        day: the day of the answer.
        told: whether it will be a case.
    """

    random: Random
    tables: Tables
    day: date
    told: bool
    said: dict[str, Any] = field(default_factory=dict)
    diagnoses: list[Diagnosis] = field(default_factory=list)
    therapies: list[Therapy] = field(default_factory=list)
    allergies: list[Allergy] = field(default_factory=list)
    results: list[Result] = field(default_factory=list)
    responses: list[Response] = field(default_factory=list)
    unknown: list[tuple[str, str]] = field(default_factory=list)

    def patient(self, number: int) -> Patient:
        """The finished patient."""
        return Patient(
            number,
            self.told,
            **self.said,
            diagnoses=tuple(self.diagnoses),
            therapies=tuple(self.therapies),
            allergies=tuple(self.allergies),
            results=tuple(self._apart()),
            responses=tuple(self.responses),
            unknown=tuple(self.unknown) if self.told else (),
        )

    def _apart(self) -> list[Result]:
        """Results of which it is plain which is the newest: of two of one day nothing can be told."""
        found: dict[str, Result] = {}
        for result in self.results:
            found.setdefault(result.date or self.before(0), result)
        return list(found.values())

    def one(self, values: Sequence[T]) -> T:
        """Any of some values."""
        return self.random.choice(values)

    def chance(self, share: float) -> bool:
        """True in this share of draws."""
        return self.random.random() < share

    def before(self, days: int) -> str:
        """The date so many days before the day of the answer; later ones are negative."""
        return (self.day - timedelta(days=days)).isoformat()

    def start(self) -> str:
        """When something began: a case tells what is so already."""
        return self.one(["", "", "2019-05-01", self.before(1), self.before(0), *([] if self.told else [self.before(-1)])])

    def lasting(self) -> str:
        """When something ends that still holds."""
        return self.one(["", "", "", "", self.before(-1), self.before(-90)])

    def past(self) -> str:
        """When something ended."""
        return self.one(["2021-03-01", self.before(1), self.before(0)])

    def take(self, medicine: str, route: str = "", dose: float | None = None, unit: str = "") -> None:
        """Add current therapy."""
        outcome = self.one(["", "", "", "improved", "unchanged", "side effect"])
        self.therapies.append(Therapy(medicine, self._begun(), self.lasting(), outcome, route, dose, unit))

    def stopped(self, medicine: str) -> None:
        """Add therapy that ended."""
        outcome = self.one(["side effect", "side effect", "worse", "unchanged", "stopped", "improved", "unknown", ""])
        self.therapies.append(Therapy(medicine, "2020-01-01", self.past(), outcome))

    def has(self, condition: str) -> None:
        """Add a diagnosis that holds."""
        self.diagnoses.append(Diagnosis(condition, "active", self._begun(), self.lasting()))

    def had(self, condition: str) -> None:
        """Add a diagnosis of the past: resolved, ended, or refuted."""
        status, stop = self.one(
            [("resolved", ""), ("resolved", self.past()), ("active", self.past()), ("resolved", self.past()), ("refuted", "")]
        )
        self.diagnoses.append(Diagnosis(condition, status, self.one(["", "2018-01-01"]), stop))

    def _begun(self) -> str:
        return (
            self.one(["", "", "2019-05-01", self.before(1), self.before(0)])
            if self.told or self.chance(0.8)
            else self.before(-1)
        )

    def measure(self, test: LabTest, value: float, max_age: int = 365) -> None:
        """Add a result whose value in the test's own unit is given, in any unit and of any age around a limit's."""
        unit, factor = self.one([("", 1.0), (test.unit, 1.0), *test.others.items(), *test.others.items()])
        if self.chance(0.15):
            for one, other in SPELLINGS:
                unit = unit.replace(one, other)
        if self.chance(0.06):
            unit, factor = "furlong", 1.0
        days = self.one([0, 1, 7, max_age - 1, max_age, max_age, max_age + 1, max_age + 400, *([] if self.told else [-1])])
        when = "" if self.chance(0.15) else self.before(max(days, -1))
        self.results.append(Result(test.id, round(value / factor, 6), unit, when))

    def around(self, limit: float) -> float:
        """A value below, at or above a limit."""
        return round(limit * self.one([0.5, 0.9, 0.98, 1.0, 1.02, 1.1, 1.6]), 4)

    def local_route(self, medicine: str) -> str:
        """Most often a route by which a medicine acts where it is applied, where there is one."""
        codes = self.tables.medicines[medicine].atc
        found = [route for route, heads in LOCAL_CODES.items() if any(code.startswith(heads) for code in codes)]
        return self.one([*found, *found, self.one(ROUTES)])
