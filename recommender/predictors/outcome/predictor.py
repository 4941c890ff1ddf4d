"""Outcomes of a therapy in the shape of all predictors, with the weights that the recommender walks with."""

from collections.abc import Iterable, Mapping

from graph.elements import EdgeKind, NodeKind
from graph.errors import UnknownNodeError
from graph.snapshot import Snapshot
from recommender.errors import PredictorError
from recommender.evidence import ancestors
from recommender.outcomes import LEAST_PEOPLE, Shift
from recommender.predictors.outcome.design import Asked, Design, GroupOf, Level, nobody
from recommender.predictors.outcome.model import OutcomeModel
from recommender.predictors.outcome.weights import weights
from recommender.predictors.population.courses import NO_CONDITION, Result
from recommender.predictors.population.features import FeatureReader
from recommender.predictors.shape import Chance, Contribution, Explanation, ModelCard, Prediction
from recommender.record import PatientRecord

LABELS: Mapping[Result, str] = {
    Result.GOOD: "recovered or improved",
    Result.NO_BETTER: "unchanged or worse",
    Result.STOPPED: "stopped",
    Result.SIDE_EFFECT: "a side effect",
}
TARGETS: Mapping[Result, str] = {result: result.name.lower().replace("_", "-") for result in Result}
_WORDS: Mapping[str, str] = {"taken": "other medicines taken", "pair": "medicine for the condition", "genes": "genes advise to"}


class OutcomePredictor:
    """How therapies go.

    Args:
        model: what serves.
        snapshot: the graph that numbers are of.
        tag: of the bundle.
        group_of: the group of someone of these features, as it was when the model was fitted.
        synthetic: whether the people that it was made of never lived.
    """

    name = "outcome"

    def __init__(
        self, model: OutcomeModel, snapshot: Snapshot, tag: str, *, group_of: GroupOf = nobody, synthetic: bool = False
    ) -> None:
        self._model = model
        self._snapshot = snapshot
        self._design = Design(snapshot, group_of)
        self._tag = tag
        self._synthetic = synthetic

    def asked(self, record: PatientRecord, medicine: int) -> Asked:
        """What is asked when a medicine is considered for someone: for the last diagnosed condition that it treats."""
        treated = {
            condition
            for kind in (EdgeKind.TREATS, EdgeKind.PALLIATES)
            for condition, _ in self._snapshot.neighbours(kind, medicine, NodeKind.CONDITION)
        }
        purpose = NO_CONDITION
        facts = sorted(record.of(EdgeKind.HAS_DIAGNOSIS), key=lambda f: (str(f.properties.get("start", "")), f.node))
        for fact in facts:
            purpose = next((c[-1] for c, _ in ancestors(self._snapshot, fact.node) if c[-1] in treated), purpose)
        phenotypes = frozenset(fact.node for fact in record.of(EdgeKind.HAS_PHENOTYPE))
        return Asked(medicine, purpose, FeatureReader(self._snapshot).read(record), phenotypes)

    def predict(self, given: Asked) -> Prediction:
        """The four outcomes of a therapy, the most probable first, and the rating to be expected as a note.

        Raises:
            PredictorError: when what is asked about is no medicine.
        """
        levels = self._levels(given)
        found = self._model.probabilities(levels)
        chances = []
        for result in sorted(Result, key=lambda r: (-found[r, 0], r)):
            value, low, high = (float(x) for x in found[result])
            inside = value >= float(self._model.bound)
            chances.append(Chance(TARGETS[result], LABELS[result], value, low, high, ruled_in=inside))
        notes = [self._known(levels)]
        if rating := self._model.rating(found[:, 0]):
            notes.append(f"expected rating {rating[0]:.1f} of 10; four of five ratings from {rating[1]:.1f} to {rating[2]:.1f}")
        notes += ["learned from synthetic patients"] if self._synthetic else []
        none = given.condition == NO_CONDITION
        notes.append("for nothing on file" if none else f"for {self._snapshot.name(given.condition)}")
        return Prediction(self.name, self._tag, tuple(chances), "", tuple(notes))

    def explain(self, given: Asked, target: str = "") -> Explanation:
        """What each level adds to the log-odds of an outcome against the others; exact.

        Raises:
            PredictorError: when what is asked about is no medicine, or there is no such outcome.
        """
        if target and target not in TARGETS.values():
            raise PredictorError(f"no such outcome; known are {', '.join(TARGETS.values())}")
        levels = self._levels(given)
        wanted = target or self.predict(given).chances[0].target
        result = next(r for r, name in TARGETS.items() if name == wanted)
        effects = {level: float(e) for level, e in zip(self._model.levels, self._model.effects[result], strict=True)}
        told = [
            Contribution(
                f"{level.block}:{level.name}",
                _WORDS.get(level.block, level.block),
                self._words(level, effects),
                effects.get(level, 0.0) * weight,
            )
            for level, weight in levels.items()
        ]
        return Explanation(
            target=wanted,
            base=float(self._model.base[result]),
            contributions=tuple(sorted(told, key=lambda one: (-abs(one.amount), one.feature))),
            total=float(self._model.margins(levels)[result]),
            alike=self._alike(given),
        )

    def weights(
        self, features: Mapping[str, float], conditions: Iterable[int], phenotypes: frozenset[int] = frozenset()
    ) -> dict[tuple[int, int], Shift]:
        """What outcomes add to known treatments of conditions, by condition and medicine; see :func:`weights`."""
        return weights(self._model, self._design, self._snapshot, features, conditions, phenotypes)

    @property
    def card(self) -> ModelCard:
        """What a reader has to know."""
        figures = self._model.figures
        compared = figures["log_loss"]["difference_from_all"]
        verdict = (
            "better than" if compared[2] < 0 else "worse than" if compared[0] > 0 and compared[1] > 0 else "no better than"
        )
        return ModelCard(
            name=self.name,
            purpose="How a medicine will go for someone, told from how it went for others.",
            data={"courses": figures["courses"], "people": figures["people"], "synthetic": self._synthetic},
            promoted=f"pooled effects of levels; on hidden people {verdict} the share of all courses, by log loss",
            figures={name: value for name, value in figures.items() if name not in ("courses", "people", "variances")},
            limits=(
                "People were given what suited them and not by lot: a weight is no effect of the medicine.",
                "Courses whose outcome is not known are left out; if they went otherwise, so would the figures.",
            ),
            made={"deviations_by_block": figures["variances"]},
        )

    def _levels(self, given: Asked) -> dict[Level, float]:
        if given.medicine not in self._snapshot.numbers(NodeKind.MEDICINE):
            raise PredictorError("a medicine is expected; name one that the graph knows")
        return self._design.levels(given)

    def _known(self, levels: Mapping[Level, float]) -> str:
        """What the prediction rests on, in words."""
        blocks = {level.block for level in levels if level in set(self._model.levels)}
        for block, words in (("pair", "the medicine for this condition"), ("medicine", "the medicine"), ("class", "its class")):
            if block in blocks:
                return f"rests on people who took {words}"
        wider = (("condition", "of the condition"), ("chapter", "of conditions of its kind"))
        whose = next((words for block, words in wider if block in blocks), "of all courses")
        return f"too few people took the medicine or one of its class: the chances are those {whose}"

    def _words(self, level: Level, effects: Mapping[Level, float]) -> str:
        if level.block in ("pair", "medicine in group"):
            first, _, second = level.name.partition(" ")
            other = self._name(second) if level.block == "pair" else f"group {second}"
            words = f"{self._name(first)}, {other}"
        else:
            words = self._name(level.name)
        return words if level in effects else f"{words} (too few people)"

    def _name(self, name: str) -> str:
        try:
            return self._snapshot.name(self._snapshot.number(name)) if ":" in name else name
        except UnknownNodeError:
            return name

    def _alike(self, given: Asked) -> str:
        if given.condition == NO_CONDITION:
            return ""
        pair = self._snapshot.id(given.medicine), self._snapshot.id(given.condition)
        if pair not in self._model.pairs:
            return ""
        place = self._model.pairs.index(pair)
        people, good = int(self._model.people[place]), int(self._model.good[place])
        if 0 < good < LEAST_PEOPLE or 0 < people - good < LEAST_PEOPLE:
            return f"{people} people took it for this condition"
        return f"of {people} people who took it for this condition {good} recovered or improved"
