"""Groups in the shape of all predictors: which group someone is like, what speaks for it, and how stable groups are."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from recommender.errors import PredictorError
from recommender.predictors.groups.model import Groups
from recommender.predictors.population.features import AGE, FEMALE, MEDICINES
from recommender.predictors.shape import Chance, Contribution, Explanation, ModelCard, Prediction

_WORDS = {AGE: "age", FEMALE: "sex", MEDICINES: "number of medicines"}


def group_id(tag: str, group: int) -> str:
    """The id of a group's node: groups of another bundle are other nodes."""
    return f"rx:group-{tag[:8]}-{group + 1}"


@dataclass(frozen=True, slots=True)
class GroupsPredictor:
    """Which patients someone is like.

    Attributes:
        groups: what serves.
        tag: of the bundle.
        synthetic: whether the people that it was made of never lived.
    """

    groups: Groups
    tag: str
    synthetic: bool = False

    @property
    def name(self) -> str:
        """As the shell calls it."""
        return "groups"

    def predict(self, given: Mapping[str, float]) -> Prediction:
        """The group that someone of these features is like; features as :class:`FeatureReader` names them."""
        found = self.groups.membership(given)
        made = ("made of synthetic patients",) if self.synthetic else ()
        if found.group is None:
            return Prediction(self.name, self.tag, (), found.reason, made)
        missing = [self._label(name) for name in self.groups.scaling.names if self._unknown(name, given)]
        notes = [f"not on file, taken as usual: {', '.join(sorted(missing))}"] if missing else []
        group = self.groups.groups[found.group]
        level = f"{group.people} people"
        chance = Chance(group_id(self.tag, found.group), group.description, found.probability, found.low, found.high, level)
        return Prediction(self.name, self.tag, (chance,), "", (*notes, *made))

    def explain(self, given: Mapping[str, float], target: str = "") -> Explanation:
        """What speaks for a group rather than for the nearest other one; exact, in units of log density.

        Raises:
            PredictorError: when there is no such group, or only one, or the person belongs to none.
        """
        found = self.groups.membership(given)
        if found.group is None:
            raise PredictorError(f"there is nothing to explain: {found.reason}")
        ids = [group_id(self.tag, i) for i in range(len(self.groups.groups))]
        if (target and target not in ids) or len(ids) < 2:
            raise PredictorError("no such group in this bundle, or no other one to compare it with")
        values = self.groups.scaling.values(given)
        coordinates = self.groups.scaling.encode(values)
        costs, terms = self.groups.division.costs(coordinates)[0], self.groups.division.terms(coordinates)[0]
        mine = ids.index(target) if target else found.group
        other = int(np.where(np.arange(len(ids)) == mine, np.inf, costs).argmin())
        amounts = terms[other] - terms[mine]
        told = [
            Contribution(name, self._label(name), self._value(name, float(value)), float(amount))
            for name, value, amount in zip(self.groups.scaling.names, values[0], amounts, strict=True)
        ]
        weights = self.groups.division.weights
        return Explanation(
            target=ids[mine],
            base=float(np.log(weights[mine]) - np.log(weights[other])),
            contributions=tuple(sorted(told, key=lambda one: (-abs(one.amount), one.feature))),
            total=float(costs[other] - costs[mine]),
            unit="log-density",
            alike=f"{self.groups.groups[mine].people} people: {self.groups.groups[mine].description}",
        )

    @property
    def card(self) -> ModelCard:
        """What a reader has to know."""
        figures = self.groups.figures
        best = figures["chosen"]
        return ModelCard(
            name=self.name,
            purpose="Which patients someone is like, so that what helped them can be told without telling of anyone.",
            data={"people": figures["people"], "synthetic": self.synthetic, "features": len(self.groups.scaling.names)},
            promoted=f"{best['method']} with {len(self.groups.groups)} groups: "
            + ("the stable division that tells the most apart" if figures["stable"] else "the least unstable; none is stable"),
            figures={
                "agreement": [best["agreement"], best["low"], 1.0],
                "tried": figures["tried"],
                "hdbscan": figures["hdbscan"],
            },
            subgroups=tuple(
                {"group": i + 1, "people": g.people, "description": g.description, "jaccard": round(g.stability, 3)}
                for i, g in enumerate(self.groups.groups)
            ),
            limits=(
                "Groups describe a population; they are no diagnoses and no cause of how a therapy went.",
                "Results that are not on file count as usual, so that who is seldom measured looks healthy.",
            ),
            made={"seed": figures["seed"], "snapshot": self.groups.snapshot},
        )

    def _unknown(self, name: str, given: Mapping[str, float]) -> bool:
        absent = self.groups.scaling.absent[self.groups.scaling.names.index(name)]
        return name not in given and not np.isfinite(absent)

    def _label(self, name: str) -> str:
        return _WORDS.get(name, self.groups.labels.get(name, name))

    def _value(self, name: str, value: float) -> str:
        if not np.isfinite(value):
            return "not on file"
        if name == FEMALE:
            return "female" if value else "male"
        if name in (AGE, MEDICINES):
            return f"{value:.0f}"
        place = self.groups.scaling.names.index(name)
        if self.groups.scaling.share[place]:
            return "yes" if value else "no"
        return f"{value:+.1f} (-1 and 1 are the ends of the reference range)"
