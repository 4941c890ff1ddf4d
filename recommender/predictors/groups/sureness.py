"""How sure a person's group is: how often groups made of other people place such a person alike.

Groups are made anew of a part of the people, matched with the real ones by their members, and asked for those left out. The
nearer the second nearest group is, the less often they agree; the share of agreement by that lead, never falling, is the
probability that a membership is told with.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Self

import numpy as np

from graph.array_file import Array
from recommender.outcomes import LEAST_PEOPLE
from recommender.predictors.groups.config import GroupsConfig
from recommender.predictors.groups.division import Division
from recommender.predictors.groups.stability import MOST_DRAWN, jaccard, labeller
from recommender.predictors.population.features import Matrix

BINS = 10


@dataclass(frozen=True, slots=True)
class Sureness:
    """The share of agreement by lead.

    Attributes:
        lead: shape (bins,), ascending: mean cost of the second nearest group above that of the nearest, of many people each.
        probability: shape (bins,), never falling, in (0, 1).
        low, high: shape (bins,): 95 % interval (Wilson 1927, J Am Stat Assoc 22:209).
    """

    lead: Array
    probability: Array
    low: Array
    high: Array

    def of_lead(self, lead: float) -> tuple[float, float, float]:
        """Probability, low and high for a lead."""
        value, low, high = (float(np.interp(lead, self.lead, line)) for line in (self.probability, self.low, self.high))
        return value, min(low, value), max(high, value)

    def arrays(self) -> dict[str, Array]:
        """Everything, for a bundle."""
        return {f.name: getattr(self, f.name) for f in fields(self)}

    @classmethod
    def of(cls, arrays: Mapping[str, Array]) -> Self:
        """The sureness that :meth:`arrays` told of."""
        return cls(**{f.name: arrays[f.name] for f in fields(cls)})


def leads(costs: Matrix) -> Array:
    """Cost of the second nearest group above that of the nearest, shape (people,); 0 where there is one group."""
    if costs.shape[1] < 2:
        return np.zeros(len(costs))
    two = np.partition(costs, 1, axis=1)
    return np.asarray(two[:, 1] - two[:, 0])


def sureness_of(coordinates: Matrix, division: Division, method: str, config: GroupsConfig) -> tuple[Sureness, Array]:
    """The sureness of a division, and how stable each of its groups is.

    Returns:
        The sureness, and by group the mean over refits of the Jaccard index with the most alike group, shape (groups,)
        (Hennig 2007, Comput Stat Data Anal 52:258: .75 and more is a stable group, .5 and less a dissolved one).
    """
    labels, lead = division.labels(coordinates), leads(division.costs(coordinates))
    random = np.random.default_rng([config.seed, 1])
    count, people = len(division.weights), len(coordinates)
    same, asked = np.zeros(people), np.zeros(people)
    alike = np.zeros(count)
    for _ in range(config.refits):
        order = random.permutation(people)
        size = int(config.part * min(people, MOST_DRAWN))
        part, left = order[:size], order[size:]
        found = labeller(method, coordinates[np.sort(part)], count, config.seed)(coordinates)
        table = np.zeros((count, count))
        np.add.at(table, (labels[part], found[part]), 1)
        alike += jaccard(labels[part], found[part], count) / config.refits
        meant = table.argmax(0)
        same[left] += meant[found[left]] == labels[left]
        asked[left] += 1
    return _by_lead(lead, same, asked), alike


def _by_lead(lead: Array, same: Array, asked: Array) -> Sureness:
    order = np.argsort(lead, kind="stable")
    rows = []
    for part in np.array_split(order, max(min(BINS, len(order) // (2 * LEAST_PEOPLE)), 1)):
        people, total = len(part), max(asked[part].sum(), 1.0)
        # A person is asked several times: the interval is that of the people, not of the times.
        share = (same[part].sum() / total * people + 1) / (people + 2)
        rows.append((lead[part].mean(), share, *_wilson(share, people)))
    columns = np.array(rows).T
    return Sureness(columns[0], *np.maximum.accumulate(columns[1:], axis=1))


def _wilson(share: float, people: int) -> tuple[float, float]:
    z2 = 1.96**2
    middle, room = share + z2 / (2 * people), 1.96 * np.sqrt(share * (1 - share) / people + z2 / (4 * people**2))
    return float((middle - room) / (1 + z2 / people)), float((middle + room) / (1 + z2 / people))
