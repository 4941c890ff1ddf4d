"""What the generator asks of the formulary in ``data/``: names, first-line medicines, symptoms, side effects, reference ranges.

Indications and symptoms are inherited down the condition tree, from the nearest condition above that has any: a person with
diabetic nerve pain gets what is given for that, not what is given for diabetes.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import TypeVar

from loaders.synthetic.ailments import SEXES
from loaders.synthetic.parameters import Parameters
from loaders.synthetic.tables import Row, read_formulary_table, refuse_unknown

SIDE_EFFECT_WEIGHTS = {"very common": 20.0, "common": 6.0, "uncommon": 1.0, "rare": 0.2, "very rare": 0.05}
SERIOUS = 0.2
"""Factor on serious side effects: many people who had one are in no state, or mood, to stop a medicine and write about it."""

_Entry = TypeVar("_Entry")
ALLERGEN_TABLES = ("allergy_class", "ingredient", "substance")


@dataclass(frozen=True, slots=True)
class ReferenceRange:
    """Normal values of a test for one sex (or ``any``) and ages in years; ``nan`` where a side is open."""

    test: str
    sex: str
    age_from: float
    age_to: float
    low: float
    high: float

    def distance(self, sex: str, age: int) -> float:
        """Years between the person's age and those that the range is meant for; infinite when it is meant for the other sex."""
        if self.sex not in ("any", sex):
            return math.inf
        return max(self.age_from - age, age - self.age_to, 0)


@dataclass(frozen=True, slots=True)
class SideEffects:
    """Names of a medicine's side effects, with running weights by frequency."""

    names: tuple[str, ...]
    weights: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Formulary:
    """What is read from ``data/``.

    Attributes:
        parents: id above each condition; empty at the top.
        names: name of each medicine.
        classes: ATC groups of each medicine of which one medicine at a time is enough.
        first_line: medicines for each condition that have a first-line indication.
        symptoms: pairs of symptom and frequency of each condition.
        side_effects: of each medicine that has any, by sex and medicine.
        actions: what a phenotype asks of a medicine, by phenotype and medicine.
        units: unit of each test.
        ranges: reference ranges of each test, those for one sex first.
    """

    parents: Mapping[str, str]
    names: Mapping[str, str]
    classes: Mapping[str, frozenset[str]]
    first_line: Mapping[str, tuple[str, ...]]
    symptoms: Mapping[str, tuple[tuple[str, str], ...]]
    side_effects: Mapping[tuple[str, str], SideEffects]
    actions: Mapping[str, Mapping[str, str]]
    units: Mapping[str, str]
    ranges: Mapping[str, tuple[ReferenceRange, ...]]

    @classmethod
    def read(cls, data: Path, one_sex: Mapping[str, str], one_of: Sequence[str]) -> "Formulary":
        """Read the tables.

        Args:
            data: folder of the formulary.
            one_sex: side effects that people of one sex alone can have.
            one_of: beginnings of ATC codes of groups wider than a level-4 class.

        Raises:
            LoadError: when a table is missing or unusable.
        """
        medicines = {row.text("id"): row for row in read_formulary_table(data, "medicine")}
        return cls(
            parents={row.text("id"): row.text("parent") for row in read_formulary_table(data, "condition")},
            names={medicine: row.text("name") for medicine, row in medicines.items()},
            classes={
                medicine: frozenset(_group(code, one_of) for code in row.items("atc")) for medicine, row in medicines.items()
            },
            first_line=_grouped(_first_lines(data), "condition", lambda row: row.text("medicine")),
            symptoms=_grouped(
                read_formulary_table(data, "presentation"),
                "condition",
                lambda row: (row.text("symptom"), row.text("frequency")),
            ),
            side_effects=_side_effects(data, one_sex),
            actions=_actions(data),
            units={row.text("id"): row.text("unit") for row in read_formulary_table(data, "lab_test")},
            ranges=_ranges(data),
        )

    def above(self, condition: str) -> Iterator[str]:
        """The condition and those above it in the tree, nearest first."""
        while condition:
            yield condition
            condition = self.parents.get(condition, "")

    def nearest(self, table: Mapping[str, tuple[_Entry, ...]], condition: str) -> tuple[_Entry, ...]:
        """What a table says of the condition, or of the nearest one above it that it knows."""
        return next((table[one] for one in self.above(condition) if one in table), ())

    def check(self, parameters: Parameters, data: Path) -> None:
        """Refuse parameters that name what the formulary does not hold.

        Raises:
            CohortError: names the file and every unknown id.
        """
        allergens = {row.text("id") for table in ALLERGEN_TABLES for row in read_formulary_table(data, table)}
        phenotypes = [row.text("id") for row in read_formulary_table(data, "phenotype")]
        people_have = {row.text("id") for table in ("symptom", "side_effect_name") for row in read_formulary_table(data, table)}
        conditions = [ailment.condition for ailment in parameters.ailments]
        refuse_unknown("prevalence.csv", "condition", conditions, self.parents)
        refuse_unknown("shift.csv", "condition", (shift.condition for shift in parameters.shifts), conditions)
        refuse_unknown("shift.csv", "test", (shift.test for shift in parameters.shifts), parameters.measures)
        refuse_unknown("measure.csv", "test", parameters.measures, self.units)
        refuse_unknown("allergy.csv", "allergen", (allergen.substance for allergen in parameters.allergens), allergens)
        refuse_unknown(
            "phenotype.csv", "phenotype", (one for marker in parameters.markers for one in marker.phenotypes), phenotypes
        )
        refuse_unknown("one_sex.csv", "symptom or side effect", parameters.one_sex, people_have)
        refuse_unknown("popularity.csv", "medicine", parameters.popularity, self.names)


def _group(code: str, one_of: Sequence[str]) -> str:
    return next((beginning for beginning in one_of if code.startswith(beginning)), code[:5])


def _first_lines(data: Path) -> Iterator[Row]:
    return (row for row in read_formulary_table(data, "indication") if row.text("line") == "first")


def _grouped(rows: Iterable[Row], column: str, entry: Callable[[Row], _Entry]) -> dict[str, tuple[_Entry, ...]]:
    # A dict in place of a set: the order of the table, which every draw depends on, is kept.
    groups: defaultdict[str, dict[_Entry, None]] = defaultdict(dict)
    for row in rows:
        groups[row.text(column)][entry(row)] = None
    return {key: tuple(group) for key, group in groups.items()}


def _side_effects(data: Path, one_sex: Mapping[str, str]) -> dict[tuple[str, str], SideEffects]:
    names = {row.text("id"): row.text("name") for row in read_formulary_table(data, "side_effect_name")}
    known = _grouped(read_formulary_table(data, "side_effect"), "medicine", lambda row: (row.text("side_effect"), _weight(row)))
    found = {}
    for medicine, effects in known.items():
        for sex in SEXES:
            fitting = [(names[one], weight) for one, weight in effects if one_sex.get(one, sex) == sex and one in names]
            if fitting:
                weights = tuple(accumulate(weight for _, weight in fitting))
                found[sex, medicine] = SideEffects(tuple(name for name, _ in fitting), weights)
    return found


def _weight(row: Row) -> float:
    return SIDE_EFFECT_WEIGHTS.get(row.text("frequency"), 1.0) * (SERIOUS if row.text("serious") == "yes" else 1.0)


def _actions(data: Path) -> dict[str, dict[str, str]]:
    actions: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for row in read_formulary_table(data, "pharmacogenomics"):
        actions[row.text("phenotype")][row.text("medicine")] = row.text("action")
    return dict(actions)


def _ranges(data: Path) -> dict[str, tuple[ReferenceRange, ...]]:
    # Ranges for one sex first: of two that fit a person equally well the first is taken.
    rows = sorted(read_formulary_table(data, "reference_range"), key=lambda row: row.text("sex") == "any")
    return _grouped(rows, "test", _range)


def _range(row: Row) -> ReferenceRange:
    nan = float("nan")
    return ReferenceRange(
        test=row.text("test"),
        sex=row.text("sex"),
        age_from=row.optional("age_from", 0),
        age_to=row.optional("age_to", float("inf")),
        low=row.optional("low", nan),
        high=row.optional("high", nan),
    )
