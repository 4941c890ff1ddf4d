"""What members of each group took and how it went: counts of ``LEAST_PEOPLE`` people or more, and shares pulled to the whole.

Each course lies in one cell of group, medicine and condition, and one more cell holds all courses of a group and medicine. A
cell of fewer people is dropped. So is what would tell it by subtraction: the smallest other cell of a medicine and condition
over groups, and the sum over conditions, where what was dropped holds fewer than ``LEAST_PEOPLE`` people.

A group's share of good outcomes is pulled towards that of all people, as :mod:`recommender.outcomes` pulls a medicine's towards
its condition's: how strongly is estimated from how much groups differ beyond chance.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Self

import numpy as np

from graph.array_file import Array
from recommender.outcomes import LEAST_PEOPLE, Outcomes, prior_people, shifts
from recommender.predictors.population.courses import NO_CONDITION, Course, Result

Cell = tuple[int, int, int]
"""Group, medicine, condition."""
WHOLE = NO_CONDITION
"""Stands for the condition of the cell that holds all courses of a group and medicine."""


@dataclass(frozen=True, slots=True)
class Therapies:
    """What groups took; each array of shape (cells,), ascending by group, medicine and condition.

    Attributes:
        group: number of the group, from 0, int64.
        medicine: number of the medicine, int64.
        condition: number of the condition it was taken for, or ``WHOLE``, int64.
        people: how many, ``LEAST_PEOPLE`` or more, int64.
        share: of good outcomes, pulled towards that of all people, 0 to 1.
        shift: of the share above that of all people, in log-odds within ±``outcomes.BOUND``; 0 where its interval holds 0.
    """

    group: Array
    medicine: Array
    condition: Array
    people: Array
    share: Array
    shift: Array

    def arrays(self) -> dict[str, Array]:
        """Everything, for a bundle."""
        return {f.name: getattr(self, f.name) for f in fields(self)}

    @classmethod
    def of(cls, arrays: Mapping[str, Array]) -> Self:
        """The therapies that :meth:`arrays` told of."""
        return cls(**{f.name: arrays[f.name] for f in fields(cls)})


def therapies_of(courses: Sequence[Course], groups: Mapping[int, int]) -> Therapies:
    """What the members of groups took.

    Args:
        courses: of everyone, those of people in no group among them: all count for the whole population.
        groups: the group of a person by their number.
    """
    counted, good, everyone, everyone_good = Counter[Cell](), Counter[Cell](), Counter[Cell](), Counter[Cell]()
    for course in courses:
        well = course.result is Result.GOOD
        for condition in sorted({course.condition, WHOLE}):
            pair = (0, course.medicine, condition)
            everyone[pair] += 1
            everyone_good[pair] += well
            if course.person in groups:
                cell = (groups[course.person], course.medicine, condition)
                counted[cell] += 1
                good[cell] += well
    shown = sorted(shown_cells(counted, everyone))
    table = np.array([(*cell, counted[cell], good[cell]) for cell in shown], np.int64).reshape(-1, 5)
    known = [(everyone[0, m, c], everyone_good[0, m, c]) for _, m, c in shown]
    whole = np.array(known, float).reshape(-1, 2)
    return _shrunken(table, whole[:, 1] / np.maximum(whole[:, 0], 1))


def shown_cells(counted: Mapping[Cell, int], everyone: Mapping[Cell, int]) -> frozenset[Cell]:
    """The cells that nothing can be subtracted from to learn of fewer than ``LEAST_PEOPLE`` people.

    Args:
        counted: people of each cell, sums over conditions among them.
        everyone: people of each medicine and condition, under the group 0.
    """
    shown = {cell for cell, people in counted.items() if people >= LEAST_PEOPLE}
    while dropped := _telling(shown, counted, everyone):
        shown -= dropped
    return frozenset(shown)


def _telling(shown: set[Cell], counted: Mapping[Cell, int], everyone: Mapping[Cell, int]) -> set[Cell]:
    """Cells from which a hidden one of few people could be told."""
    by_pair: dict[tuple[int, int], list[Cell]] = {}
    by_row: dict[tuple[int, int], list[Cell]] = {}
    for cell in sorted(shown):
        by_pair.setdefault(cell[1:], []).append(cell)
        if cell[2] != WHOLE:
            by_row.setdefault(cell[:2], []).append(cell)
    found = set()
    for (medicine, condition), cells in by_pair.items():
        if 0 < everyone[0, medicine, condition] - sum(counted[cell] for cell in cells) < LEAST_PEOPLE:
            found.add(min(cells, key=lambda cell: (counted[cell], cell)))
    for (group, medicine), cells in by_row.items():
        total = (group, medicine, WHOLE)
        if total in shown and 0 < counted[total] - sum(counted[cell] for cell in cells) < LEAST_PEOPLE:
            found.add(total)
    return found


def _shrunken(table: Array, whole: Array) -> Therapies:
    """Therapies of rows (group, medicine, condition, people, good) and the share of all people for each."""
    group, medicine, condition, people, good = table.T
    pairs, place = np.unique(table[:, 1:3], axis=0, return_inverse=True)
    place = place.reshape(-1)
    none = np.full(len(table), np.nan)
    outcomes = Outcomes(place, group, people, good, people - good, 0 * good, none)
    strength = prior_people(outcomes) if len(pairs) else np.inf
    share = whole if np.isinf(strength) else (strength * whole + good) / (strength + people)
    moved = shifts(outcomes) if len(pairs) else {}
    shift = [moved[pair].value if pair in moved else 0.0 for pair in zip(place.tolist(), group.tolist(), strict=True)]
    return Therapies(group, medicine, condition, people, share, np.array(shift, float))
