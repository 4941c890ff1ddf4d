"""Which medicines the patients of the cohort must not have been given.

A synthetic prescriber who makes mistakes would teach mistakes. So nobody gets what they are allergic to (by ingredient, class
or likely cross-reaction), what an absolute contraindication or limit forbids, or two medicines of a severe interaction. What is
merely to be weighed (relative, weak cross-reaction) is allowed, as it is in life.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from loaders.synthetic.ailments import SEXES
from loaders.synthetic.formulary import Formulary
from loaders.synthetic.parameters import Parameters
from loaders.synthetic.tables import Row, read_formulary_table

PREGNANCY = "ICD10CM:Z33"
BREAST_FEEDING = "ICD10CM:Z39.1"
CROSS_REACTIONS = ("high", "moderate")
Medicines = frozenset[str]


@dataclass(frozen=True, slots=True)
class Screening:
    """Medicines that are ruled out, among those that are ever prescribed.

    Attributes:
        by_allergen: by what a person is allergic to.
        by_condition: by a condition that a person has or had; pregnancy and breast feeding count as conditions.
        by_sex: by the person's sex.
        by_age: by age in whole years, up to the oldest.
        by_kidney: pairs of a medicine and the kidney function (mL/min/1.73m2) below which it is ruled out.
        by_medicine: by another medicine that the person has had.
    """

    by_allergen: Mapping[str, Medicines]
    by_condition: Mapping[str, Medicines]
    by_sex: Mapping[str, Medicines]
    by_age: tuple[Medicines, ...]
    by_kidney: tuple[tuple[str, float], ...]
    by_medicine: Mapping[str, Medicines]

    @classmethod
    def read(cls, data: Path, formulary: Formulary, parameters: Parameters) -> "Screening":
        """Gather the rules that bear on the parameters' conditions and allergens.

        Raises:
            LoadError: when a table is missing or unusable.
        """
        limits = [row for row in read_formulary_table(data, "limit") if row.text("strength") == "absolute"]
        conditions = [ailment.condition for ailment in parameters.ailments]
        prescribed = frozenset(one for condition in conditions for one in formulary.nearest(formulary.first_line, condition))
        by_sex = {
            sex: frozenset(row.text("medicine") for row in limits if row.text("kind") == "sex" and row.text("value") == sex)
            for sex in SEXES
        }
        return cls(
            by_allergen=_kept(_by_allergen(data, [allergen.substance for allergen in parameters.allergens]), prescribed),
            by_condition=_kept(_by_condition(data, formulary, conditions, limits), prescribed),
            by_sex=by_sex,
            by_age=_by_age(limits, parameters.settings.population.oldest),
            by_kidney=tuple((row.text("medicine"), row.number("value")) for row in limits if row.text("kind") == "renal"),
            by_medicine=_kept(_by_medicine(data), prescribed),
        )

    def against(self, sex: str, age: int, conditions: Iterable[str], allergens: Iterable[str], gfr: float | None) -> set[str]:
        """Medicines that one person must not have.

        Args:
            sex: female or male.
            age: in years.
            conditions: ids of what the person has or had, states included.
            allergens: ids of what the person is allergic to.
            gfr: kidney function in mL/min/1.73m2, if it was ever measured.
        """
        ruled_out = set(self.by_sex[sex] | self.by_age[age])
        ruled_out.update(*(self.by_condition[one] for one in conditions), *(self.by_allergen[one] for one in allergens))
        if gfr is not None:
            ruled_out.update(medicine for medicine, least in self.by_kidney if gfr < least)
        return ruled_out


def _kept(table: Mapping[str, Iterable[str]], prescribed: Medicines) -> dict[str, Medicines]:
    return {key: prescribed.intersection(medicines) for key, medicines in table.items()}


def _by_condition(data: Path, formulary: Formulary, conditions: Sequence[str], limits: Sequence[Row]) -> dict[str, set[str]]:
    ruled_out: defaultdict[str, set[str]] = defaultdict(set)
    for row in read_formulary_table(data, "contraindication"):
        if row.text("strength") == "absolute":
            ruled_out[row.text("condition")].add(row.text("medicine"))
    for kind, condition in (("pregnancy", PREGNANCY), ("breast feeding", BREAST_FEEDING)):
        ruled_out[condition].update(row.text("medicine") for row in limits if row.text("kind") == kind)
    return {
        condition: set[str]().union(*(ruled_out.get(one, ()) for one in formulary.above(condition))) for condition in conditions
    }


def _by_age(limits: Sequence[Row], oldest: int) -> tuple[Medicines, ...]:
    rules = [
        (row.text("medicine"), row.text("comparator"), row.number("value") / (12 if row.text("unit") == "months" else 1))
        for row in limits
        if row.text("kind") == "age"
    ]
    return tuple(
        frozenset(medicine for medicine, comparator, value in rules if (age < value if comparator == "below" else age > value))
        for age in range(oldest + 1)
    )


def _by_medicine(data: Path) -> dict[str, set[str]]:
    severe: defaultdict[str, set[str]] = defaultdict(set)
    for row in read_formulary_table(data, "interaction"):
        if row.text("severity") == "severe":
            severe[row.text("medicine_a")].add(row.text("medicine_b"))
            severe[row.text("medicine_b")].add(row.text("medicine_a"))
    return severe


def _by_allergen(data: Path, allergens: Sequence[str]) -> dict[str, set[str]]:
    below: defaultdict[str, set[str]] = defaultdict(set)
    for row in read_formulary_table(data, "allergy_class"):
        below[row.text("parent")].add(row.text("id"))
    classes: defaultdict[str, set[str]] = defaultdict(set)
    for row in read_formulary_table(data, "allergy_class_member"):
        below[row.text("class")].add(row.text("ingredient"))
        classes[row.text("ingredient")].add(row.text("class"))
    crossing: defaultdict[str, set[str]] = defaultdict(set)
    for row in read_formulary_table(data, "cross_reactivity"):
        if row.text("strength") in CROSS_REACTIONS:
            crossing[row.text("class_a")].add(row.text("class_b"))
            crossing[row.text("class_b")].add(row.text("class_a"))
    holding: defaultdict[str, set[str]] = defaultdict(set)
    for row in read_formulary_table(data, "medicine"):
        for ingredient in row.items("ingredients"):
            holding[ingredient].add(row.text("id"))
    ruled_out = {}
    for allergen in allergens:
        # Who reacts to one ingredient is taken to react to its class, and a cross-reaction to reach a class and all below it.
        reach = _closure({allergen} | classes[allergen], below)
        reach = _closure(reach.union(*(crossing[one] for one in reach)), below)
        ruled_out[allergen] = set[str]().union(*(holding[one] for one in reach if one in holding))
    return ruled_out


def _closure(start: Iterable[str], below: Mapping[str, Iterable[str]]) -> set[str]:
    found: set[str] = set()
    waiting = list(start)
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.add(one)
            waiting.extend(below.get(one, ()))
    return found
