"""How many groups there are, told by whether other people would have made the same.

People are drawn in two parts, groups are made of each, and both are asked where the people of both parts belong. The adjusted
Rand index says how far they agree beyond chance (Hubert & Arabie 1985, J Classif 2:193). A division is stable when the lower
end of the 95 % interval of its mean over many draws reaches a bound (Ben-Hur, Elisseeff & Guyon 2002, Pac Symp Biocomput 7:6;
Lange et al. 2004, Neural Comput 16:1299), and each of its groups is found again (Hennig 2007, Comput Stat Data Anal 52:258, for
both bounds).

Two groups are nearly always stable, so that of a method's stable divisions the one is taken that tells the most apart: of the
largest effective number of groups, exp of the entropy of their sizes (Hill 1973, Ecology 54:427). Between methods agreement
decides.
"""

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from graph.array_file import Array
from recommender.predictors.groups.config import GroupsConfig
from recommender.predictors.population.features import Matrix

METHODS = ("k-means", "mixture")
LEAST_DENSE = 5
"""Fewest people of one dense place, for HDBSCAN."""
MOST_DENSE = 2_000
"""Most people that HDBSCAN is asked about: it compares all pairs."""
MOST_DRAWN = 2_500
"""Most people that one draw's parts are of: agreement is known well enough of so many, however large a population is."""
Labeller = Callable[[Matrix], Array]


@dataclass(frozen=True, slots=True)
class Stability:
    """How stable one method's division into so many groups is.

    Attributes:
        method: ``k-means`` or ``mixture``.
        groups: how many were asked for.
        agreement: mean adjusted Rand index of two parts' divisions; 1 when they are the same.
        low: lower end of its 95 % interval.
        least: of the groups the least mean Jaccard index with the most alike group of a part's division, 0 to 1.
        effective: effective number of groups, 1 to ``groups``.
    """

    method: str
    groups: int
    agreement: float
    low: float
    least: float
    effective: float

    def payload(self) -> dict[str, Any]:
        """As JSON can hold it."""
        return {
            "method": self.method,
            "groups": self.groups,
            "agreement": round(self.agreement, 3),
            "low": round(self.low, 3),
            "least_jaccard": round(self.least, 3),
            "effective_groups": round(self.effective, 2),
        }


def labeller(method: str, coordinates: Matrix, groups: int, seed: int) -> Labeller:
    """The groups of some people, as a function that says where anyone belongs."""
    from sklearn.cluster import KMeans
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.mixture import GaussianMixture

    with warnings.catch_warnings():
        # What did not settle, or has fewer distinct rows than groups, shows as little agreement.
        warnings.simplefilter("ignore", ConvergenceWarning)
        if method == "k-means":
            return _as_labels(KMeans(groups, n_init=4, random_state=seed).fit(coordinates).predict)
        # Variances of single coordinates: whole covariances of so many would be learned from too few people.
        mixture = GaussianMixture(groups, covariance_type="diag", reg_covar=1e-3, random_state=seed, tol=1e-2, max_iter=200)
        return _as_labels(mixture.fit(coordinates).predict)


def _as_labels(predict: Callable[[Matrix], Any]) -> Labeller:
    return lambda coordinates: np.asarray(predict(np.ascontiguousarray(coordinates)), np.int64)


def stabilities(coordinates: Matrix, config: GroupsConfig) -> list[Stability]:
    """Every method and number of groups that is tried; the same for the same people in the same order."""
    distinct = len(np.unique(coordinates, axis=0))
    most = min(config.most, distinct - 1, len(coordinates) // 10)
    return [stability(coordinates, method, k, config) for method in METHODS for k in range(2, most + 1)]


def stability(coordinates: Matrix, method: str, groups: int, config: GroupsConfig) -> Stability:
    """How stable a method's division into so many groups is."""
    whole = labeller(method, coordinates, groups, config.seed)(coordinates)
    agreements, alike = [], np.zeros(groups)
    for first, second in _draws(len(coordinates), config):
        one, other = (labeller(method, coordinates[part], groups, config.seed) for part in (first, second))
        both = coordinates[np.intersect1d(first, second)]
        agreements.append(agreement(one(both), other(both)))
        alike += jaccard(whole[first], one(coordinates[first]), groups) / config.refits
    mean, error = float(np.mean(agreements)), float(np.std(agreements, ddof=1)) / np.sqrt(len(agreements))
    shares = np.bincount(whole)[np.unique(whole)] / len(whole)
    effective = float(np.exp(-(shares * np.log(shares)).sum()))
    return Stability(method, groups, mean, float(mean - 1.96 * error), float(alike.min()), effective)


def jaccard(labels: Array, found: Array, groups: int) -> Array:
    """How alike each group is to the most alike one of another division of the same people, shape (groups,).

    The Jaccard index is the number of people of both groups over that of people of either.
    """
    table = np.zeros((groups, groups))
    np.add.at(table, (labels, found), 1)
    either = table.sum(1)[:, None] + table.sum(0) - table
    return np.asarray((table / np.maximum(either, 1)).max(1))


def _draws(people: int, config: GroupsConfig) -> list[tuple[Array, Array]]:
    random = np.random.default_rng(config.seed)
    size = max(int(config.part * min(people, MOST_DRAWN)), 2)
    drawn = []
    for _ in range(config.refits):
        whole = random.permutation(people)[:MOST_DRAWN]
        drawn.append((np.sort(random.permutation(whole)[:size]), np.sort(random.permutation(whole)[:size])))
    return drawn


def agreement(one: Array, other: Array) -> float:
    """The adjusted Rand index of two divisions of the same people: 1 when they are the same, about 0 by chance."""
    _, a = np.unique(one, return_inverse=True)
    _, b = np.unique(other, return_inverse=True)
    table = np.zeros((a.max() + 1, b.max() + 1))
    np.add.at(table, (a, b), 1)
    together, rows, columns, pairs = (_pairs(x).sum() for x in (table, table.sum(1), table.sum(0), np.array([float(len(a))])))
    expected = rows * columns / pairs
    room = (rows + columns) / 2 - expected
    return float((together - expected) / room) if room > 0 else 1.0


def _pairs(counts: Array) -> Array:
    return np.asarray(counts * (counts - 1) / 2)


def is_stable(one: Stability, config: GroupsConfig) -> bool:
    """Whether a division is stable in all and in each group: a group cut in two at will changes little of the whole."""
    return one.low >= config.stable and one.least >= config.valid


def chosen(tried: list[Stability], config: GroupsConfig) -> Stability | None:
    """Of each method the stable division that tells the most apart, and of those the one on which people agree most.

    Returns:
        The most stable one where none is stable, and none at all where everything is doubtful.
    """
    stable = [[one for one in tried if one.method == method and is_stable(one, config)] for method in METHODS]
    finest = [max(of_method, key=lambda one: round(one.effective, 6)) for of_method in stable if of_method]
    if finest:
        return max(finest, key=lambda one: (one.agreement, one.method == METHODS[0]))
    best = max(tried, key=lambda one: (one.agreement, one.method == METHODS[0]), default=None)
    return best if best is not None and best.agreement >= config.doubtful else None


def dense_places(coordinates: Matrix, config: GroupsConfig) -> tuple[int, float]:
    """How many dense places HDBSCAN finds, and which share of people lies in none; for the card, as it has no centres."""
    from sklearn.cluster import HDBSCAN

    random = np.random.default_rng(config.seed)
    part = coordinates[np.sort(random.permutation(len(coordinates))[:MOST_DENSE])]
    size = max(LEAST_DENSE, len(part) // 50)
    if len(part) < 2 * size:
        return 0, 1.0
    found = HDBSCAN(min_cluster_size=size, copy=True).fit_predict(part)
    return int(found.max()) + 1, float((found < 0).mean())
