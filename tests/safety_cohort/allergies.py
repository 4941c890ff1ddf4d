"""Allergies: how an allergen is tied to what is inside a medicine, and what follows."""

from collections import defaultdict
from collections.abc import Iterator

from tests.safety_cohort.patient import Allergy, Patient
from tests.safety_cohort.tables import Tables
from tests.safety_cohort.verdict import Verdict, begun

Tie = tuple[str, tuple[str, ...]]
"""same, class, high, moderate or low; and by which way."""


class Allergens:
    """For each allergen the medicines that it speaks against, each worked out once."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._known: dict[str, dict[str, set[Tie]]] = {}
        self._with_part: dict[str, set[str]] = defaultdict(set)
        for medicine in tables.medicines.values():
            for part in medicine.ingredients | tables.inside[medicine.id]:
                self._with_part[part].add(medicine.id)
        self._hanging: dict[str, set[str]] = defaultdict(set)
        for medicine in tables.medicines.values():
            for group in medicine.classes:
                self._hanging[group].add(medicine.id)

    def verdicts(self, patient: Patient, day: str) -> Iterator[Verdict]:
        """Everything that follows from the allergies on file."""
        for allergy in patient.allergies:
            if allergy.certainty != "refuted" and begun(patient, allergy.since, day):
                for medicine, ties in self._medicines(allergy.allergen).items():
                    for tie, ways in ties:
                        if severity := _severity(allergy, tie):
                            yield Verdict(medicine, "allergy", severity, (tie, *ways, *_about(allergy)))

    def _medicines(self, allergen: str) -> dict[str, set[Tie]]:
        if allergen not in self._known:
            found: dict[str, set[Tie]] = defaultdict(set)
            for part, tie, ways in self._parts(allergen):
                for medicine in self._with_part.get(part, ()):
                    combined = len(self._tables.medicines[medicine].ingredients) > 1 and medicine != part
                    found[medicine].add((tie, (*ways, "combination") if combined else ways))
            self._known[allergen] = dict(found)
        return self._known[allergen]

    def _parts(self, allergen: str) -> Iterator[tuple[str, str, tuple[str, ...]]]:
        """Ingredients and medicines, each with how it is tied to the allergen."""
        tables = self._tables
        if allergen in tables.medicines:
            yield allergen, "same", ("medicine",)
            for ingredient in tables.medicines[allergen].ingredients:
                for part, tie, ways in self._kin(ingredient):
                    yield part, tie, ("medicine", *ways)
        elif allergen in tables.above:
            for group in tables.below[allergen]:
                for part in self._members(group):
                    yield part, "class", ("subclass",) if group != allergen else ()
                yield from self._crossing(group)
        elif allergen in tables.substances:
            for part, tie, ways in self._crossing(allergen):
                yield part, tie, ("substance", *ways)
        else:
            yield from self._kin(allergen)

    def _kin(self, ingredient: str) -> Iterator[tuple[str, str, tuple[str, ...]]]:
        yield ingredient, "same", ()
        yield from self._crossing(ingredient)
        for group in self._tables.groups.get(ingredient, ()):
            for below in self._tables.below[group]:
                for part in self._members(below):
                    yield part, "class", ("kin",)
            for part, tie, ways in self._crossing(group):
                yield part, tie, ("kin", *ways)

    def _members(self, group: str) -> set[str]:
        return self._tables.members.get(group, set()) | self._hanging.get(group, set())

    def _crossing(self, node: str) -> Iterator[tuple[str, str, tuple[str, ...]]]:
        above = self._tables.above.get(node, frozenset({node}))
        for one, other, strength in self._tables.crossing:
            for here, there in ((one, other), (other, one)):
                if here in above:
                    ways = ("above",) if here != node else ()
                    for below in self._tables.below.get(there, ()):
                        for part in self._members(below):
                            yield part, strength, ways
                    if there not in self._tables.above:
                        yield there, strength, ways


def _severity(allergy: Allergy, tie: str) -> str:
    severe = allergy.severity == "severe"
    if allergy.type == "intolerance":
        if tie == "same":
            return "sign-off" if severe else "caution"
        return "note" if tie == "class" else ""
    if tie == "same":
        return "exclude"
    if allergy.certainty == "suspected":
        return "caution" if tie == "low" else "sign-off"
    if tie == "low":
        return "sign-off" if severe else "caution"
    return "exclude"


def _about(allergy: Allergy) -> Iterator[str]:
    if allergy.type == "intolerance":
        yield "intolerance"
    elif allergy.certainty == "suspected":
        yield "suspected"
    if allergy.severity == "severe":
        yield "severe"
