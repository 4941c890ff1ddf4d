"""People as numbers in kinds that are far apart, for tests of groups; all made from a seed."""

import numpy as np

from recommender.predictors.groups.config import GroupsConfig
from recommender.predictors.population.courses import Course, Result
from recommender.predictors.population.features import AGE, MEDICINES, Features

NAMES = ("C:kidney", "C:pressure", "L:hb", AGE, MEDICINES)
QUICK = GroupsConfig(most=4, refits=5)


def crowd(*sizes: int, seed: int = 0) -> Features:
    """As many people of each kind: every kind is older, takes more and has more than the one before it."""
    random = np.random.default_rng(seed)
    rows = []
    for kind, size in enumerate(sizes):
        for _ in range(size):
            result = kind - 1 + random.normal(0, 0.03)
            rows.append([float(kind > 1), float(kind > 0), result, 20 + 30 * kind + random.normal(0, 1), 2.0 * kind])
    return Features(NAMES, np.array(rows))


def course(person: int, medicine: int, condition: int, *, good: bool = True) -> Course:
    """A course of a person that went well or did not help."""
    return Course(person, medicine, condition, Result.GOOD if good else Result.NO_BETTER, 0, {}, frozenset())
