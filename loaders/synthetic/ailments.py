"""Conditions that people of the cohort may have: who has them, how they go, how they are treated.

One value is one line of ``data/synthetic/prevalence.csv``; shares are numbers from 0 to 1 whatever the table writes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from graphlib import CycleError, TopologicalSorter

from loaders.synthetic.tables import CohortError, Row

SEXES = ("female", "male")


class Course(StrEnum):
    """How a condition goes: it stays, it passes, or it is a state of the person that no diagnosis is written for."""

    CHRONIC = "chronic"
    ACUTE = "acute"
    STATE = "state"


@dataclass(frozen=True, slots=True)
class Ailment:
    """One condition that people of the cohort may have.

    Attributes:
        condition: id of the condition.
        said: how people speak of it, after the word "my".
        course: how it goes.
        days: typical length of an acute condition or of a state; 0 for a chronic one.
        rates: share of people who have it, by sex (female, male) and age band; for acute ones, at least one episode on record.
        requires: conditions of which one must be there; the rates are then shares among those people.
        treated: share of people who get a medicine for it, where the formulary has a first-line one.
        medicines: most medicines for it at one time.
        resolved: share of chronic cases that are over.
    """

    condition: str
    said: str
    course: Course
    days: int
    rates: tuple[tuple[float, ...], tuple[float, ...]]
    requires: tuple[str, ...]
    treated: float
    medicines: int
    resolved: float

    @classmethod
    def from_row(cls, row: Row, bands: Sequence[int]) -> "Ailment":
        """Read a line of ``prevalence.csv``: percentages, and a factor for each sex."""
        percents = [row.number(f"age_{band}", 0, 100) for band in bands]
        female, male = (tuple(row.number(sex, 0) * percent / 100 for percent in percents) for sex in SEXES)
        if max(female + male) >= 1:
            raise CohortError(row.file, f"line {row.line}: everybody of one sex and age would have it; less is expected")
        course = row.text("course")
        if course not in set(Course):
            raise CohortError(row.file, f"line {row.line}, column 'course': one of {', '.join(Course)} is expected")
        return cls(
            condition=row.text("condition"),
            said=row.text("said"),
            course=Course(course),
            days=int(row.optional("days", 0)),
            rates=(female, male),
            requires=row.items("requires"),
            treated=row.number("treated", 0, 1),
            medicines=int(row.number("medicines", 0, 9)),
            resolved=row.number("resolved", 0, 1),
        )


def causes_first(ailments: Sequence[Ailment], links: Mapping[tuple[str, str], float]) -> tuple[Ailment, ...]:
    """The ailments in an order in which each comes after its causes and after what it requires.

    Args:
        ailments: in any order.
        links: odds ratios by (cause, condition).

    Raises:
        CohortError: when a link names an ailment that is not there, one is there twice, or the links run in a circle.
    """
    by_id = {ailment.condition: ailment for ailment in ailments}
    if len(by_id) < len(ailments):
        raise CohortError("prevalence.csv", "a condition has two lines")
    named = {end for link in links for end in link}.union(*(ailment.requires for ailment in ailments))
    if unknown := sorted(named - by_id.keys()):
        raise CohortError("link.csv", f"prevalence.csv has no line for {', '.join(unknown)}")
    # Lists and no sets: the order must not depend on the process, because every later draw depends on it.
    order = TopologicalSorter({ailment.condition: list(ailment.requires) for ailment in ailments})
    for cause, condition in links:
        order.add(condition, cause)
    try:
        return tuple(by_id[condition] for condition in order.static_order())
    except CycleError as error:
        raise CohortError("link.csv", f"the links run in a circle: {' -> '.join(error.args[1])}") from None
