"""What became of people who are most alike: groups of ``LEAST_PEOPLE`` or more, of whom only means and counts are kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from graph.array_file import Array
from recommender.errors import PredictorError
from recommender.outcomes import LEAST_PEOPLE
from recommender.predictors.forms.form import Matrix

ENOUGH = 20
"""People of whom is told at least, where there are as many: a share of fewer says little."""


@dataclass(frozen=True)
class Prototypes:
    """Groups of people in the encoded space of a model.

    Attributes:
        centres: their means. shape: (groups, features).
        people: how many are in each, ``LEAST_PEOPLE`` or more. shape: (groups,).
        outcome: share of them to whom it happened, or the mean of what is predicted. shape: (groups,).
        happening: what happened, in words; empty where a number is predicted.
        number: what is predicted, in words; empty where it is a happening.
    """

    centres: Matrix
    people: Matrix
    outcome: Matrix
    happening: str = ""
    number: str = ""

    def __post_init__(self) -> None:
        """Refuse groups that are too small, or parts that do not fit.

        Raises:
            PredictorError: when they do not.
        """
        if not len(self.centres) == len(self.people) == len(self.outcome) or bool((self.people < LEAST_PEOPLE).any()):
            raise PredictorError(f"the groups of people alike are damaged, or have fewer than {LEAST_PEOPLE} people")

    def nearest(self, row: Matrix) -> tuple[int, float]:
        """How many people the nearest groups hold together, and the outcome among them.

        Args:
            row: encoded. shape: (features,).
        """
        order = np.argsort(((self.centres - row) ** 2).sum(axis=1), kind="stable")
        reached = np.cumsum(self.people[order])
        taken = order[: int(np.searchsorted(reached, ENOUGH)) + 1]
        people = self.people[taken].sum()
        return int(people), float(self.people[taken] @ self.outcome[taken] / people)

    def words(self, row: Matrix) -> str:
        """The same in a sentence; empty where there is no group. Of fewer than ``LEAST_PEOPLE`` no count is told."""
        if not len(self.centres):
            return ""
        people, outcome = self.nearest(row)
        if self.number:
            return f"the {people} people most alike had {outcome:.3g} on average: {self.number}"
        happened = round(people * outcome)
        told = f"{happened} ({100 * outcome:.0f} %)"
        if 0 < happened < LEAST_PEOPLE:
            told = f"fewer than {LEAST_PEOPLE}"
        elif 0 < people - happened < LEAST_PEOPLE:
            told = f"more than {people - LEAST_PEOPLE}"
        return f"of the {people} people most alike {told}: {self.happening}"

    def arrays(self) -> dict[str, Array]:
        """Its arrays by name, for a bundle."""
        return {"centres": self.centres, "people": self.people, "outcome": self.outcome}

    def notes(self) -> dict[str, Any]:
        """What else a bundle needs."""
        return {"happening": self.happening, "number": self.number}

    @classmethod
    def of(cls, arrays: Mapping[str, Array], notes: Mapping[str, Any]) -> Self:
        """What :meth:`arrays` and :meth:`notes` told of.

        Raises:
            PredictorError: when a part is missing or damaged.
        """
        try:
            centres, people, outcome = (np.asarray(arrays[name], np.float64) for name in ("centres", "people", "outcome"))
            return cls(centres, people, outcome, str(notes["happening"]), str(notes["number"]))
        except (LookupError, ValueError) as error:
            raise PredictorError("a part of the groups of people alike is missing; train again") from error
