"""The patients of a store as a whole: what is on file of them, and the groups that they fall into."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recommender.judge.plots.canvas import Maker, Plot, plots_of, wrapped
from recommender.judge.plots.distributions import draw_missing
from recommender.judge.plots.people import draw_components
from recommender.judge.plots.suppression import count_words
from recommender.judge.table_plots import components
from recommender.outcomes import LEAST_PEOPLE
from recommender.predictors.groups.model import Group, Groups
from recommender.predictors.population.features import Features

MOST_NAMES = 20
"""Values of which is told how often they are missing: those that most people have."""


@dataclass(frozen=True)
class Population:
    """The patients of a store.

    Attributes:
        features: a row for each of them.
        labels: words for the features, where there are some.
        groups: that they fall into; None where no division is stable.
        why_none: why there are no groups; empty where there are.
    """

    features: Features
    labels: Mapping[str, str]
    groups: Groups | None
    why_none: str = ""

    @property
    def people(self) -> int:
        """How many there are."""
        return len(self.features.matrix)

    def told(self) -> tuple[Group, ...]:
        """The groups in words."""
        return self.groups.groups if self.groups else ()


def population_plots(population: Population) -> list[Plot]:
    """What is on file, and people in the plane by group."""
    groups = population.groups
    makers: list[Maker] = [("population-missing", lambda: _on_file(population))]
    if groups is not None:
        makers.append(("population-plane", lambda: _plane(population, groups)))
    return plots_of(makers)


def _on_file(population: Population) -> Plot:
    matrix, names = population.features.matrix, population.features.names
    missing = 1 - np.isfinite(matrix).mean(axis=0)
    measured = [i for i in np.argsort(missing, kind="stable") if missing[i] > 0][:MOST_NAMES]
    words = [population.labels.get(names[i], names[i]) for i in measured]

    def draw(figure: Any) -> None:
        axes = figure.subplots()
        if measured:
            draw_missing(axes, words, missing[measured], population.people)
        else:
            axes.text(0.5, 0.5, "nothing is missing", ha="center")
            axes.set_axis_off()

    said = f"Of {population.people:,} patients; of {sum(missing == 0):,} values, and of all conditions, nothing is missing."
    return Plot("population-missing", "Which results are on file of whom?", said, draw, (8.0, 1.2 + 0.24 * len(measured)))


def memberships(population: Population, groups: Groups) -> NDArray[np.int64]:
    """The group of each patient, -1 of those who belong to none. shape: (people,)."""
    names = population.features.names
    found = np.full(population.people, -1)
    for place, row in enumerate(population.features.matrix):
        given = {name: float(value) for name, value in zip(names, row, strict=True) if np.isfinite(value)}
        group = groups.membership(given).group
        found[place] = -1 if group is None else group
    return found


def _plane(population: Population, groups: Groups) -> Plot:
    of = memberships(population, groups)
    scaling, place = groups.scaling, {name: i for i, name in enumerate(population.features.names)}
    chosen = [place[name] for name in scaling.names]
    scores, explained, _ = components(scaling.encode(population.features.matrix[:, chosen]))
    shown = of >= 0
    names = [wrapped(f"{i + 1}: {group.description}", 46) for i, group in enumerate(groups.groups)]

    def draw(figure: Any) -> None:
        draw_components(figure.subplots(), scores[shown], of[shown], names, explained)

    said = (
        f"{int(shown.sum()):,} of {population.people:,} patients in the two directions in which they differ most, by group; "
        f"{count_words((of < 0).sum())} belong to none. A point is the mean of {LEAST_PEOPLE} people or more, a large cross "
        "that of a group."
    )
    return Plot("population-plane", "Do the groups lie apart?", said, draw, (10.0, 4.8))
