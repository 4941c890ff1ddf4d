"""Makes groups of a store's patients; only what rests on ``LEAST_PEOPLE`` people or more leaves."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np

from graph.array_file import Array
from graph.snapshot import Snapshot
from recommender.errors import PredictorError
from recommender.outcomes import LEAST_PEOPLE
from recommender.predictors.groups.config import GroupsConfig
from recommender.predictors.groups.division import without_small
from recommender.predictors.groups.model import Group, Groups
from recommender.predictors.groups.scaling import Scaling, scaling_of
from recommender.predictors.groups.stability import Stability, chosen, dense_places, is_stable, labeller, stabilities
from recommender.predictors.groups.sureness import sureness_of
from recommender.predictors.groups.therapies import therapies_of
from recommender.predictors.groups.words import described, distinctions
from recommender.predictors.population.courses import Course, read_courses
from recommender.predictors.population.features import Chosen, Features, Matrix, PopulationStore, everyone, patient_features

LEAST_POPULATION = 50
"""Fewest people that groups are made of: with fewer no number of groups could be told to be stable."""


def fit_groups(
    store: PopulationStore,
    snapshot: Snapshot,
    as_of: date,
    config: GroupsConfig | None = None,
    *,
    allowed: Chosen = everyone,
) -> Groups:
    """The groups of a store's patients.

    Args:
        store: where patients are; they are read, and nothing of one of them is kept.
        snapshot: the knowledge graph.
        as_of: the day.
        config: how groups are made.
        allowed: who may be learned of.

    Raises:
        PredictorError: when there are fewer than ``LEAST_POPULATION`` people, they do not differ in anything that is known of
            enough of them, or no division is stable enough to be kept.
    """
    features = patient_features(store, snapshot, as_of, allowed)
    return groups_of(features, read_courses(store, snapshot, as_of, allowed), snapshot, config or GroupsConfig())


def groups_of(features: Features, courses: list[Course], snapshot: Snapshot, config: GroupsConfig) -> Groups:
    """The groups of people whose features and courses were read; the order of people changes nothing.

    Raises:
        PredictorError: as :func:`fit_groups` does.
    """
    if len(features.matrix) < LEAST_POPULATION:
        raise PredictorError(f"groups need {LEAST_POPULATION} patients or more, and there are {len(features.matrix)}")
    order = _order(features.matrix)
    scaling, values = scaling_of(Features(features.names, features.matrix[order]), snapshot, config)
    if not scaling.names:
        raise PredictorError("patients do not differ in anything that is on file of enough of them; groups need features")
    coordinates = scaling.encode(values)
    best, figures = _settled(coordinates, config)
    first = labeller(best.method, coordinates, best.groups, config.seed)(coordinates)
    division, labels = without_small(values, scaling, first, mixture=best.method == "mixture")
    sureness, alike = sureness_of(coordinates, division, best.method, config)
    names = {name: snapshot.name(snapshot.number(name)) if ":" in name else name for name in scaling.names}
    return Groups(
        scaling=scaling,
        division=division,
        sureness=sureness,
        reach=_reach(division.costs(coordinates).min(1), config.far),
        groups=tuple(_group(values, scaling, labels == i, float(stable), names) for i, stable in enumerate(alike)),
        therapies=therapies_of(courses, dict(zip(order.tolist(), labels.tolist(), strict=True))),
        labels=names,
        snapshot=snapshot.checksum,
        figures=figures,
    )


def _settled(coordinates: Matrix, config: GroupsConfig) -> tuple[Stability, dict[str, Any]]:
    """The method and number of groups, and the figures for it."""
    tried = stabilities(coordinates, config)
    best = chosen(tried, config)
    if best is None:
        raise PredictorError("no division of the patients into groups is stable; more patients, or more on file of each, help")
    return best, _figures(best, tried, coordinates, config)


def _reach(nearest: Array, far: float) -> float:
    """The cost beyond which someone is far from all: ``LEAST_PEOPLE`` people or more are, so that it is not that of one."""
    beyond = min(max(round(far * len(nearest)), LEAST_PEOPLE), len(nearest))
    return float(np.sort(nearest)[::-1][beyond - 1])


def _group(values: Matrix, scaling: Scaling, inside: Array, stability: float, names: Mapping[str, str]) -> Group:
    told = distinctions(values, scaling, inside, lambda name: names[name])
    return Group(int(inside.sum()), described(told), tuple(one.name for one in told), stability)


def _order(values: Matrix) -> Any:
    """An order of people that does not depend on how they were read: by all their values."""
    plain = np.where(np.isfinite(values), values, -1e9)
    return np.lexsort(plain.T[::-1])


def _figures(best: Stability, tried: list[Stability], coordinates: Matrix, config: GroupsConfig) -> dict[str, Any]:
    places, alone = dense_places(coordinates, config)
    return {
        "people": len(coordinates),
        "chosen": best.payload(),
        "stable": is_stable(best, config),
        "tried": [one.payload() for one in tried],
        "hdbscan": {"groups": places, "in_none": round(alone, 3)},
        "seed": config.seed,
    }
