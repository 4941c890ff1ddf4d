"""Groups that serve: where someone belongs, what distinguishes the group, and what its members took; arrays and numpy alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from graph.array_file import Array
from recommender.errors import PredictorError
from recommender.predictors.groups.division import Division
from recommender.predictors.groups.scaling import Scaling
from recommender.predictors.groups.sureness import Sureness, leads
from recommender.predictors.groups.therapies import Therapies
from recommender.predictors.population.features import MEDICINES


@dataclass(frozen=True, slots=True)
class Group:
    """A group in words.

    Attributes:
        people: how many members it has, ``outcomes.LEAST_PEOPLE`` or more.
        description: what distinguishes them.
        distinct: names of the features that do.
        stability: mean Jaccard index with the most alike group of other people's divisions, 0 to 1.
    """

    people: int
    description: str
    distinct: tuple[str, ...]
    stability: float


@dataclass(frozen=True, slots=True)
class Membership:
    """Where someone belongs.

    Attributes:
        group: number of the group, from 0; None when they belong to none.
        distance: cost of the nearest group, as :class:`Division` counts it.
        probability, low, high: how often groups of other people place such a person alike, with a 95 % interval.
        reason: why they belong to none; empty when they do.
    """

    group: int | None
    distance: float
    probability: float
    low: float
    high: float
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Groups:
    """Fitted groups.

    Attributes:
        scaling: how features become coordinates.
        division: the groups' centres.
        sureness: how sure a membership is.
        reach: cost of the nearest group beyond which someone is far from all.
        groups: each in words.
        therapies: what members took.
        labels: words for the features.
        snapshot: checksum of the graph whose numbers the therapies hold.
        figures: how stable all divisions are that were tried, as JSON can hold it.
    """

    scaling: Scaling
    division: Division
    sureness: Sureness
    reach: float
    groups: tuple[Group, ...]
    therapies: Therapies
    labels: Mapping[str, str]
    snapshot: str
    figures: Mapping[str, Any]

    def membership(self, given: Mapping[str, float]) -> Membership:
        """Where someone of these features belongs, of a store or of a case.

        Nobody belongs anywhere of whom nothing is known but how many medicines they take, or who is farther from every group
        than all but the farthest people (``GroupsConfig.far``) that groups were made of.
        """
        if not any(name in given for name in self.scaling.names if name != MEDICINES):
            return Membership(None, np.inf, 0.0, 0.0, 0.0, "nothing is on file that groups are made by")
        costs = self.division.costs(self.scaling.encode(self.scaling.values(given)))
        nearest = float(costs.min())
        if nearest > self.reach:
            return Membership(None, nearest, 0.0, 0.0, 0.0, "far from every group")
        probability, low, high = self.sureness.of_lead(float(leads(costs)[0]))
        return Membership(int(costs.argmin()), nearest, probability, low, high)

    def arrays(self) -> dict[str, Array]:
        """Everything that is a number, for a bundle."""
        parts: dict[str, Mapping[str, Array]] = {
            "division": self.division.arrays(),
            "sureness": self.sureness.arrays(),
            "therapies": self.therapies.arrays(),
            "scaling": {key: getattr(self.scaling, key) for key in ("share", "absent", "mean", "deviation")},
        }
        found = {f"{name}/{key}": array for name, part in parts.items() for key, array in part.items()}
        return found | {"reach": np.array(self.reach)}

    def notes(self) -> dict[str, Any]:
        """Everything that is a text, for a bundle."""
        return {
            "kind": "groups",
            "names": list(self.scaling.names),
            "labels": dict(self.labels),
            "groups": [[g.people, g.description, list(g.distinct), g.stability] for g in self.groups],
            "snapshot": self.snapshot,
            "figures": dict(self.figures),
        }

    @classmethod
    def of(cls, arrays: Mapping[str, Array], notes: Mapping[str, Any]) -> Self:
        """The groups that :meth:`arrays` and :meth:`notes` told of.

        Raises:
            PredictorError: when they are none.
        """
        try:
            parts = {
                name: {key.removeprefix(f"{name}/"): array for key, array in arrays.items() if key.startswith(f"{name}/")}
                for name in ("division", "sureness", "therapies", "scaling")
            }
            return cls(
                Scaling(tuple(notes["names"]), **parts["scaling"]),
                Division.of(parts["division"]),
                Sureness.of(parts["sureness"]),
                float(arrays["reach"]),
                tuple(Group(int(n), str(words), tuple(names), float(s)) for n, words, names, s in notes["groups"]),
                Therapies.of(parts["therapies"]),
                dict(notes["labels"]),
                str(notes["snapshot"]),
                dict(notes["figures"]),
            )
        except (LookupError, TypeError, ValueError) as error:
            raise PredictorError(
                "the bundle holds no groups; train again: python -m recommender train --predictor groups"
            ) from error
