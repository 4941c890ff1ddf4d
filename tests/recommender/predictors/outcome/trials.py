"""Courses of medicines with known chances, made from a seed; each person has one or more."""

from collections.abc import Mapping

import numpy as np

from graph.snapshot import Snapshot
from recommender.predictors.population.courses import Course, Result
from recommender.predictors.population.features import AGE, FEMALE, MEDICINES

USUAL = (0.6, 0.2, 0.08, 0.12)
GOOD = (0.9, 0.04, 0.02, 0.04)
BAD = (0.3, 0.4, 0.15, 0.15)


def trials(
    snapshot: Snapshot,
    chances: Mapping[tuple[str, str], tuple[float, float, float, float]],
    people: int = 100,
    seed: int = 0,
) -> list[Course]:
    """As many people's courses of each medicine and condition, with these chances of the four results."""
    random = np.random.default_rng(seed)
    found = []
    for (medicine, condition), shares in chances.items():
        for person in range(people):
            result = Result(int(random.choice(4, p=shares)))
            features = {AGE: float(20 + person % 60), FEMALE: float(person % 2), MEDICINES: float(person % 4)}
            rating = int(random.integers(7, 11) if result is Result.GOOD else random.integers(2, 6))
            pair = snapshot.number(medicine), snapshot.number(condition)
            found.append(Course(person, *pair, result, rating, features, frozenset()))
    return found
