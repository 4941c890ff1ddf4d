"""Features as coordinates in which distances between people mean something.

Numbers are centred and divided by their standard deviation, shares by theirs but by no less than ``LEAST_DEVIATION``, so that
a rare condition does not make a group of its own. Features are of three blocks, who one is, what one has, and what was
measured, and each block has the same variance in all: else the block of the most columns would decide alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from graph.array_file import Array
from graph.snapshot import Snapshot
from recommender.outcomes import LEAST_PEOPLE
from recommender.predictors.groups.config import GroupsConfig
from recommender.predictors.population.features import FEMALE, Features, Matrix, is_condition

LEAST_DEVIATION = 0.3
"""Least deviation that a share is divided by: that of one in ten."""


@dataclass(frozen=True, slots=True)
class Scaling:
    """How features become coordinates.

    Attributes:
        names: the features that are used.
        share: shape (names,), bool: whether a feature is 1 or 0.
        absent: shape (names,), float64: its value where nothing is on file: 0 of conditions, else not a number.
        mean: shape (names,): over all people of whom it is known; stands for what is not known.
        deviation: shape (names,), above 0: what it is divided by, the weight of its block included.
    """

    names: tuple[str, ...]
    share: Array
    absent: Array
    mean: Array
    deviation: Array

    def values(self, given: Mapping[str, float]) -> Matrix:
        """One person's features in their order, shape (1, names); not a number where nothing is known."""
        return np.array([[given.get(name, float(absent)) for name, absent in zip(self.names, self.absent, strict=True)]])

    def encode(self, values: Matrix) -> Matrix:
        """Coordinates of features, shape (people, names); the middle where nothing is known."""
        return np.asarray(np.where(np.isfinite(values), (values - self.mean) / self.deviation, 0.0), np.float64)


def scaling_of(features: Features, snapshot: Snapshot, config: GroupsConfig) -> tuple[Scaling, Matrix]:
    """The scaling of a population, and its features in the scaling's order.

    Features are left out that too few people have, that too few lack, or that are the same for all.
    """
    people = len(features.matrix)
    known = np.isfinite(features.matrix)
    condition = np.array([is_condition(name, snapshot) for name in features.names], bool)
    share = condition | np.array([name == FEMALE for name in features.names], bool)
    have = np.where(known, features.matrix, 0.0).sum(0)
    rare = np.minimum(have, known.sum(0) - have) < max(config.condition * people, LEAST_PEOPLE)
    unmeasured = known.sum(0) < max(config.measured * people, LEAST_PEOPLE)
    count = np.maximum(known.sum(0), 1)
    mean = have / count
    spread = np.sqrt(np.where(known, (features.matrix - mean) ** 2, 0.0).sum(0) / count)
    kept = np.flatnonzero(~(share & rare) & ~unmeasured & (spread > 0))
    deviation = np.where(share, np.maximum(spread, LEAST_DEVIATION), spread)[kept]
    names = tuple(features.names[i] for i in kept)
    blocks = np.array([0 if ":" not in name else 1 + int(not c) for name, c in zip(names, condition[kept], strict=True)], int)
    weighed = deviation * np.sqrt(np.bincount(blocks, minlength=3)[blocks])
    absent = np.where(condition[kept], 0.0, np.nan)
    return Scaling(names, share[kept], absent, mean[kept], weighed), features.matrix[:, kept]
