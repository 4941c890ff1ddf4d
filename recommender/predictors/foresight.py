"""What the fitted predictors of a site say of one patient, as evidence that the recommender walks from.

Only what was fitted here is asked: knowledge alone, uncalibrated, is no evidence. A predictor whose bundle was made of another
graph, was changed or cannot be read says nothing, and the answer names it with the reason.

Groups are counted when they are fitted. Whoever erases a person must fit the groups again before they serve: a group that is
left with fewer than five people must not be used, and a stored bundle cannot tell that someone left.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import TypeVar

from graph.elements import EdgeKind
from graph.snapshot import Snapshot
from recommender.config import ScoringConfig
from recommender.errors import PredictorError
from recommender.evidence import ancestors
from recommender.foreseen import Foreseen, placed
from recommender.likeness import Likeness
from recommender.outlook import Foresight, Outlook, Refused, Shifts
from recommender.predictors.blood_risk.asking import BloodForesight
from recommender.predictors.bundles import PredictorBundles, StoredBundle
from recommender.predictors.conditions.predictor import ConditionsPredictor, read_conditions
from recommender.predictors.groups.elements import check_graph, group_elements
from recommender.predictors.groups.model import Groups
from recommender.predictors.groups.predictor import GroupsPredictor
from recommender.predictors.outcome.model import OutcomeModel
from recommender.predictors.outcome.predictor import OutcomePredictor
from recommender.predictors.population.features import FeatureReader
from recommender.predictors.shape import Chance, Explanation, Prediction
from recommender.record import PatientRecord

LEAST = 0.01
"""Least probability of a condition that is explained: what stands below is no evidence under any setting that is sensible."""
NAMED = 3
"""How many reasons stand in the words; all of them stand in the explanation."""
ASKED = ("blood-risk", "conditions", "groups", "outcome")
"""The predictors that enter an answer."""
T = TypeVar("T")


class BundledForesight:
    """Asks the predictors that serve.

    Args:
        bundles: of the site.
        snapshot: that of the recommender, with groups where it has any.
    """

    def __init__(self, bundles: PredictorBundles, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._features = FeatureReader(snapshot)
        self._refused: list[Refused] = []
        self._conditions = self._read(bundles, "conditions", lambda stored: read_conditions(stored, snapshot))
        self._groups = self._read(bundles, "groups", lambda stored: _groups(stored, snapshot))
        self._outcome = self._read(bundles, "outcome", lambda stored: _outcome(stored, snapshot))
        self._blood = self._read(bundles, "blood-risk", lambda stored: BloodForesight.of_bundle(stored, snapshot))

    def of(self, record: PatientRecord, as_of: date, config: ScoringConfig | None = None) -> Outlook:
        """See :meth:`recommender.outlook.Foresight.of`."""
        conditions: tuple[Foreseen, ...] = ()
        if self._conditions and (config is None or config.predicted > 0):
            conditions = expected_conditions(self._conditions, record, self._snapshot)
        alike = self._alike(record) if config is None or config.group > 0 else ()
        tag, shifts = self._shifts(record) if config is None or config.personal > 0 else ("", {})
        care = self._blood.care(record, as_of) if self._blood else ()
        return Outlook(conditions, alike, care, shifts, tag, tuple(self._refused))

    def _read(self, bundles: PredictorBundles, name: str, make: Callable[[StoredBundle], T]) -> T | None:
        """What serves under a name; where it may not serve, why is kept for the answers."""
        try:
            return make(bundles.read(name)) if name in bundles.names() else None
        except PredictorError as error:
            self._refused.append(Refused(name, str(error)))
            return None

    def _alike(self, record: PatientRecord) -> tuple[Foreseen, ...]:
        if self._groups is None:
            return ()
        features = self._features.read(record)
        found = self._groups.predict(features)
        return tuple(
            _foreseen(
                number,
                chance,
                f"like {chance.level} with {chance.probability:.0%} by groups@{found.bundle[:8]}",
                found,
                self._groups.explain(features, chance.target),
            )
            for chance in found.chances[:1]
            if (number := placed(chance.target, self._snapshot)) is not None
        )

    def _shifts(self, record: PatientRecord) -> tuple[str, Shifts]:
        if self._outcome is None:
            return "", {}
        tag, predictor = self._outcome
        held = {nodes[-1] for fact in record.of(EdgeKind.HAS_DIAGNOSIS) for nodes, _ in ancestors(self._snapshot, fact.node)}
        phenotypes = frozenset(fact.node for fact in record.of(EdgeKind.HAS_PHENOTYPE))
        return tag, predictor.weights(self._features.read(record), held, phenotypes)


def expected_conditions(predictor: ConditionsPredictor, record: PatientRecord, snapshot: Snapshot) -> tuple[Foreseen, ...]:
    """The conditions that a predictor expects of a patient, each with its explanation, the most probable first."""
    try:
        found = predictor.predict(record)
        likely = [chance for chance in found.chances if chance.probability >= LEAST]
        told = [(chance, predictor.explain(record, chance.target)) for chance in likely]
    except PredictorError:
        return ()
    return tuple(
        _foreseen(number, chance, _why(chance.probability, found, explanation), found, explanation)
        for chance, explanation in told
        if (number := placed(chance.target, snapshot)) is not None
    )


def _foreseen(number: int, chance: Chance, why: str, found: Prediction, explanation: Explanation) -> Foreseen:
    told = (found.predictor, found.bundle, explanation.payload())
    return Foreseen(number, chance.probability, chance.low, chance.high, why, *told)


def _why(probability: float, found: Prediction, explanation: Explanation) -> str:
    reasons = [c.label for c in explanation.contributions if c.amount > 0 and c.feature and c.feature != explanation.target]
    words = f"predicted {probability:.0%} by {found.predictor}@{found.bundle[:8]}"
    return words + (f" from {', '.join(dict.fromkeys(reasons[:NAMED]))}" if reasons else "")


def _groups(stored: StoredBundle, snapshot: Snapshot) -> GroupsPredictor:
    groups = Groups.of(stored.arrays, stored.notes)
    check_graph(groups, snapshot)
    return GroupsPredictor(groups, stored.tag, bool(stored.notes["synthetic"]))


def _outcome(stored: StoredBundle, snapshot: Snapshot) -> tuple[str, OutcomePredictor]:
    model = OutcomeModel.of(stored.arrays, stored.notes)
    return stored.tag, OutcomePredictor(model, snapshot, stored.tag, synthetic=bool(stored.notes["synthetic"]))


def likeness_of(stored: StoredBundle, snapshot: Snapshot) -> Likeness:
    """The groups of a bundle as nodes and edges of a graph.

    Raises:
        PredictorError: when they were made of another graph, or the bundle holds none.
    """
    groups = Groups.of(stored.arrays, stored.notes)
    nodes, edges = group_elements(groups, snapshot, stored.tag)
    return Likeness(nodes, edges, stored.tag)


def foresight_of(
    home: Path, snapshot: Snapshot, config: ScoringConfig | None = None
) -> tuple[Callable[[Snapshot], Foresight] | None, Likeness | None]:
    """What a recommender needs to ask the predictors of a site; nothing where none was fitted.

    Args:
        home: the folder of everything that Rxpath writes.
        snapshot: the knowledge, without groups.
        config: groups that it leaves out are not read, and the walk does not look for them; None leaves nothing out.
    """
    bundles = PredictorBundles(home)
    if not set(bundles.names()) & set(ASKED):
        return None, None
    likeness = None
    if "groups" in bundles.names() and (config is None or config.group > 0):
        # Why they may not serve is told by whoever asks them.
        with suppress(PredictorError):
            likeness = likeness_of(bundles.read("groups"), snapshot)
    return lambda extended: BundledForesight(bundles, extended), likeness
