"""What distinguishes a group, in words: the features in which its members differ most from everyone else.

Differences are standardised: of numbers by the deviation over all people, of shares by the mean of both variances (Austin 2009,
Commun Stat Simul Comput 38:1228). A share that stands for fewer than ``LEAST_PEOPLE`` people is not told.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from graph.array_file import Array
from recommender.outcomes import LEAST_PEOPLE
from recommender.predictors.groups.scaling import Scaling
from recommender.predictors.population.features import AGE, FEMALE, MEDICINES, Matrix

LEAST_DIFFERENCE = 0.3
"""Least standardised difference that is told: below .2 Cohen 1988 calls it small."""
MOST_TOLD = 5


@dataclass(frozen=True, slots=True)
class Distinction:
    """One feature in which a group differs from everyone else.

    Attributes:
        name: of the feature.
        words: what is told of it.
        difference: standardised, positive when the group has more.
    """

    name: str
    words: str
    difference: float


def distinctions(values: Matrix, scaling: Scaling, inside: Array, label: Callable[[str], str]) -> tuple[Distinction, ...]:
    """What distinguishes the people of a mask from the others, the largest difference first; at most ``MOST_TOLD``.

    Args:
        values: features, shape (people, names), in the scaling's order.
        scaling: of the features.
        inside: shape (people,), bool.
        label: the words for a feature that is a node.
    """
    found = []
    for place, name in enumerate(scaling.names):
        column = values[:, place]
        mine, others = (column[mask & np.isfinite(column)] for mask in (inside, ~inside))
        if min(len(mine), len(others)) < LEAST_PEOPLE:
            continue
        told = _of_share(name, mine, others, label) if scaling.share[place] else _of_number(name, mine, others, label)
        if abs(told.difference) >= LEAST_DIFFERENCE:
            found.append(told)
    return tuple(sorted(found, key=lambda one: (-abs(one.difference), one.name))[:MOST_TOLD])


def described(told: Sequence[Distinction]) -> str:
    """All distinctions in one line, or that there is none."""
    return ", ".join(one.words for one in told) or "much like everyone else"


def _of_share(name: str, mine: Array, others: Array, label: Callable[[str], str]) -> Distinction:
    if name == FEMALE and mine.mean() < others.mean():
        mine, others, word = 1 - mine, 1 - others, "men"
    else:
        word = "women" if name == FEMALE else _small(label(name))
    p, q = float(mine.mean()), float(others.mean())
    spread = np.sqrt((p * (1 - p) + q * (1 - q)) / 2)
    difference = (p - q) / max(float(spread), 0.05)
    return Distinction(name, f"{word} {_percent(mine)} (others {_percent(others)})", difference)


def _percent(people: Array) -> str:
    """A share as people read it; of few people, or of all but few, only that it is so."""
    count = int(people.sum())
    if 0 < count < LEAST_PEOPLE:
        return "seldom"
    if 0 < len(people) - count < LEAST_PEOPLE:
        return "nearly always"
    return f"{100 * count / len(people):.0f} %"


def _of_number(name: str, mine: Array, others: Array, label: Callable[[str], str]) -> Distinction:
    here, there = float(mine.mean()), float(others.mean())
    spread = float(np.concatenate((mine, others)).std())
    difference = (here - there) / max(spread, 1e-9)
    if name == AGE:
        words = f"{'older' if difference > 0 else 'younger'} (mean {here:.0f}, others {there:.0f})"
    elif name == MEDICINES:
        words = f"{'more' if difference > 0 else 'fewer'} medicines (mean {here:.1f}, others {there:.1f})"
    else:
        side = "higher" if difference > 0 else "lower"
        places = _in_range(here), _in_range(there)
        words = f"{side} {_small(label(name))}" + (f" ({places[0]}, others {places[1]})" if places[0] != places[1] else "")
    return Distinction(name, words, difference)


def _in_range(place: float) -> str:
    """Where a mean lies in its reference range, in words."""
    if abs(place) > 1:
        return "above the range" if place > 0 else "below the range"
    return "middle of the range" if abs(place) <= 1 / 3 else f"{'upper' if place > 0 else 'lower'} part of the range"


def _small(name: str) -> str:
    """A name within a sentence: its first letter small, unless it begins with an abbreviation."""
    return name if name[1:2].isupper() else f"{name[:1].lower()}{name[1:]}"
