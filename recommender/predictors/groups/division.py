"""Groups as centres: how far a person is from each. Nothing but numpy is needed, and nothing of a person is kept.

The cost of a group for a person is Σ (x - c)² / 2v + ½ Σ ln v - ln w over the coordinates x: the negative log density of a
normal distribution about the centre c with variances v and weight w, without constants. For k-means v and w are the same for
all groups, and it is half the squared distance.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Self

import numpy as np

from graph.array_file import Array
from recommender.outcomes import LEAST_PEOPLE
from recommender.predictors.groups.scaling import Scaling
from recommender.predictors.population.features import Matrix

LEAST_VARIANCE = 0.05
"""Least variance of a coordinate in a mixture's group, in units of its own over all people: what all members share would
otherwise rule everyone else out."""


@dataclass(frozen=True, slots=True)
class Division:
    """People divided into groups.

    Attributes:
        centres: shape (groups, coordinates).
        variances: shape (groups, coordinates), above 0.
        weights: shape (groups,), above 0, adding up to 1.
    """

    centres: Array
    variances: Array
    weights: Array

    def terms(self, coordinates: Matrix) -> Matrix:
        """The cost of each group by coordinate, shape (people, groups, coordinates); without the weight's part."""
        away = (coordinates[:, None, :] - self.centres) ** 2
        return np.asarray(away / (2 * self.variances) + np.log(self.variances) / 2, np.float64)

    def costs(self, coordinates: Matrix) -> Matrix:
        """The cost of each group, shape (people, groups)."""
        rows = [self.terms(coordinates[i : i + 1024]).sum(2) for i in range(0, len(coordinates), 1024)]
        return np.concatenate([*rows, np.zeros((0, len(self.weights)))]) - np.log(self.weights)

    def labels(self, coordinates: Matrix) -> Array:
        """The nearest group of each person, shape (people,), int64; the first of equals."""
        return np.asarray(self.costs(coordinates).argmin(1), np.int64)

    def arrays(self) -> dict[str, Array]:
        """Everything, for a bundle."""
        return {f.name: getattr(self, f.name) for f in fields(self)}

    @classmethod
    def of(cls, arrays: Mapping[str, Array]) -> Self:
        """The division that :meth:`arrays` told of."""
        return cls(**{f.name: arrays[f.name] for f in fields(cls)})


def division_of(values: Matrix, scaling: Scaling, labels: Array, *, mixture: bool) -> Division:
    """The division whose groups have these members, with nothing in it that rests on fewer than ``LEAST_PEOPLE`` of them.

    A share of 1 to 4 members counts as none, one of all but 1 to 4 as all, and a coordinate that fewer than ``LEAST_PEOPLE``
    members have is taken as that of all people.

    Args:
        values: features, shape (people, names), in the scaling's order.
        scaling: of the features.
        labels: shape (people,): the group of each, numbered from 0 without a gap.
        mixture: whether groups have variances and weights of their own.
    """
    count = int(labels.max()) + 1
    centres, variances = np.zeros((count, values.shape[1])), np.ones((count, values.shape[1]))
    for group in range(count):
        members = values[labels == group]
        known = np.isfinite(members)
        told = known.sum(0) >= LEAST_PEOPLE
        encoded = scaling.encode(np.where(scaling.share, _coarse(members), members.astype(float)))
        centres[group] = np.where(told, encoded.mean(0), 0.0)
        variances[group] = np.where(told, encoded.var(0), 1.0)
    scale = scaling.encode(values).var(0)
    if not mixture:
        return Division(centres, np.ones_like(centres), np.full(count, 1 / count))
    floor = np.maximum(LEAST_VARIANCE * scale, 1e-6)
    return Division(centres, np.maximum(variances, floor), np.bincount(labels, minlength=count) / len(labels))


def _coarse(members: Matrix) -> Matrix:
    """Members' ones and zeros, each column all the same where fewer than ``LEAST_PEOPLE`` differ from the others."""
    ones, zeros = (members == 1).sum(0), (members == 0).sum(0)
    changed = np.where((ones > 0) & (ones < LEAST_PEOPLE), 0.0, np.where((zeros > 0) & (zeros < LEAST_PEOPLE), 1.0, np.nan))
    return np.where(np.isfinite(changed) & np.isfinite(members), changed, members)


def without_small(values: Matrix, scaling: Scaling, labels: Array, *, mixture: bool) -> tuple[Division, Array]:
    """The division of these labels, groups of fewer than ``LEAST_PEOPLE`` dissolved: their members go where they are nearest.

    Returns:
        The division, and the label of each person in it.
    """
    coordinates = scaling.encode(values)
    while True:
        labels = _numbered(labels, coordinates)
        division = division_of(values, scaling, labels, mixture=mixture)
        sizes = np.bincount(labels)
        if len(sizes) > 1 and sizes[-1] < LEAST_PEOPLE:
            # Ordered by how many there are: the last one is the smallest.
            members = labels == len(sizes) - 1
            labels = np.where(members, division.costs(coordinates)[:, :-1].argmin(1), labels)
            continue
        found = division.labels(coordinates)
        if np.bincount(found, minlength=len(sizes)).min() >= LEAST_PEOPLE or len(sizes) == 1:
            return division, found
        labels = found


def _numbered(labels: Array, coordinates: Matrix) -> Array:
    """Labels without gaps, the largest group first, equal ones by their means."""
    names, places, sizes = np.unique(labels, return_inverse=True, return_counts=True)
    means = [tuple(np.round(coordinates[places == i].mean(0), 9)) for i in range(len(names))]
    order = sorted(range(len(names)), key=lambda i: (-int(sizes[i]), means[i]))
    rank = np.empty(len(names), np.int64)
    rank[order] = np.arange(len(names))
    return rank[places]
