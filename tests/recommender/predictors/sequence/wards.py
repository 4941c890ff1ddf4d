"""Histories whose next visit is known: after a comes b, after b comes c, after c comes a, and each has its medicine."""

from dataclasses import replace

import numpy as np

from recommender.predictors.sequence.config import SequenceConfig
from recommender.predictors.sequence.visits import Code, CodeKind, History, Population, Visit

NEXT = {"C:a": "C:b", "C:b": "C:c", "C:c": "C:a"}
MEDICINE = {"C:a": "M:a", "C:b": "M:b", "C:c": "M:c"}
CODES = {
    **{name: Code(name, CodeKind.CONDITION, name[2:].upper()) for name in NEXT},
    **{name: Code(name, CodeKind.MEDICINE, f"medicine {name[2:]}") for name in MEDICINE.values()},
}
QUICK = SequenceConfig(units=8, epochs=50, patience=50, learning_rate=0.1, dropout=0.0, folds=2, bootstraps=50)
COUNTED = replace(QUICK, with_net=False)
"""The same without a net, which takes seconds to compile."""


def cycle(people: int = 40, visits: int = 5, seed: int = 0) -> Population:
    """People who go through the three conditions in turn, each beginning anywhere."""
    random = np.random.default_rng(seed)
    return Population("ward", tuple(_one(str(random.choice(list(NEXT))), visits) for _ in range(people)), CODES, synthetic=True)


def _one(first: str, visits: int) -> History:
    found, now = [], first
    for i in range(visits):
        found.append(visit(30.0 * i, now, MEDICINE[now]))
        now = NEXT[now]
    return tuple(found)


def chance(people: int = 40, visits: int = 4, seed: int = 0) -> Population:
    """People whose visits bring one condition and one medicine by lot."""
    random = np.random.default_rng(seed)
    histories = []
    for _ in range(people):
        own = [(str(random.choice(list(NEXT))), str(random.choice(list(MEDICINE.values())))) for _ in range(visits)]
        histories.append(tuple(visit(30.0 * i, *names) for i, names in enumerate(own)))
    return Population("lot", tuple(histories), CODES, synthetic=True)


def visit(day: float, *names: str) -> Visit:
    """A visit on a day, with these codes."""
    return Visit(day, frozenset(names))
