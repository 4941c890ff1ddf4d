"""Which levels a course has: each is an effect of its own, shrunken towards none, and their sum is the log-odds.

The blocks go from what all share to what few do: the condition and its chapter, the class, the medicine, the medicine for the
condition, the group of the patient and the medicine in that group; and age, sex, how many medicines are taken, and what the
patient's genes ask of the medicine. A level that fewer than ``LEAST_PEOPLE`` people have has no effect and is not named.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from graph.elements import EdgeKind, NodeKind
from graph.snapshot import Snapshot
from recommender.predictors.population.courses import NO_CONDITION
from recommender.predictors.population.features import AGE, FEMALE, MEDICINES, FeatureReader

BLOCKS = ("chapter", "condition", "class", "medicine", "pair", "group", "medicine in group", "age", "sex", "taken", "genes")
OF_MEDICINE = frozenset({"class", "medicine", "pair", "medicine in group", "genes"})
"""Blocks that tell medicines of one condition apart."""
GroupOf = Callable[[Mapping[str, float]], int | None]
_AGES = ((18, "under 18"), (40, "18 to 39"), (65, "40 to 64"), (80, "65 to 79"), (999, "80 and more"))
_TAKEN = ((0, "none"), (2, "1 or 2"), (5, "3 to 5"), (999, "6 and more"))
_LEAST_CLASS = 5
"""Letters of the ATC subgroup that is a medicine's class: C09AA, ACE inhibitors."""


@dataclass(frozen=True, slots=True)
class Level:
    """One level of a block, as ``("medicine", "DrugBank:DB00722")``."""

    block: str
    name: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A therapy that is asked about.

    Attributes:
        medicine: its number.
        condition: number of the condition that it is for, or ``NO_CONDITION``.
        features: of the patient, as :class:`FeatureReader` names them.
        phenotypes: numbers of the patient's phenotypes.
    """

    medicine: int
    condition: int
    features: Mapping[str, float]
    phenotypes: frozenset[int] = frozenset()


def nobody(features: Mapping[str, float]) -> int | None:
    """The group of everyone where no groups were made: none."""
    return None


class Design:
    """Levels of courses.

    Args:
        snapshot: classes, chapters, and what genes ask.
        group_of: the group of someone of these features.
    """

    def __init__(self, snapshot: Snapshot, group_of: GroupOf = nobody) -> None:
        self._snapshot = snapshot
        self._group_of = group_of
        self._reader = FeatureReader(snapshot)
        self._classes: dict[int, tuple[str, ...]] = {}
        self._actions: dict[tuple[int, int], str] = {}
        relation = snapshot.relation(EdgeKind.AFFECTS_RESPONSE, NodeKind.PHENOTYPE, NodeKind.MEDICINE)
        for phenotype in snapshot.numbers(NodeKind.PHENOTYPE) if relation else ():
            for medicine, edges in snapshot.neighbours(EdgeKind.AFFECTS_RESPONSE, phenotype, NodeKind.MEDICINE):
                self._actions[phenotype, medicine] = str(edges[0].properties["action"])

    def levels(self, asked: Asked) -> dict[Level, float]:
        """The levels of a therapy, each with its weight: 1, or 1/n for each of a medicine's n classes."""
        found = {Level(block, name): 1.0 for block, name in self._plain(asked)}
        classes = self._classes_of(asked.medicine)
        return found | {Level("class", name): 1 / len(classes) for name in classes}

    def _plain(self, asked: Asked) -> Iterator[tuple[str, str]]:
        snapshot, features = self._snapshot, asked.features
        medicine = snapshot.id(asked.medicine)
        yield "medicine", medicine
        if asked.condition != NO_CONDITION:
            condition = snapshot.id(asked.condition)
            yield "condition", condition
            yield "chapter", self._reader.category_and_chapter(asked.condition)[-1]
            yield "pair", f"{medicine} {condition}"
        group = self._group_of(features)
        if group is not None:
            yield "group", str(group + 1)
            yield "medicine in group", f"{medicine} {group + 1}"
        if AGE in features:
            yield "age", next(name for most, name in _AGES if features[AGE] < most)
        if FEMALE in features:
            yield "sex", "female" if features[FEMALE] else "male"
        yield "taken", next(name for most, name in _TAKEN if features.get(MEDICINES, 0.0) <= most)
        actions = {self._actions.get((phenotype, asked.medicine), "no change") for phenotype in asked.phenotypes}
        for action in sorted(actions - {"no change"}):
            yield "genes", action

    def _classes_of(self, medicine: int) -> tuple[str, ...]:
        if medicine not in self._classes:
            classes = (
                self._snapshot.id(n) for n, _ in self._snapshot.neighbours(EdgeKind.IN_CLASS, medicine, NodeKind.DRUG_CLASS)
            )
            self._classes[medicine] = tuple(sorted(c for c in classes if len(c.removeprefix("ATC:")) >= _LEAST_CLASS))
        return self._classes[medicine]
