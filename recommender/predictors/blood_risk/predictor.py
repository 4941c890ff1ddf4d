"""Blood risk as it serves: rules first, a learned risk beside them, and the graver of the two is the advice.

The rules are the floor: the learned risk raises the advice at the thresholds of the settings, and never takes back what a value
outside its range calls for. A panic value outranks any model.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from graph.snapshot import Snapshot
from recommender.errors import PredictorError
from recommender.predictors.blood_risk.care import CarePath, care_for
from recommender.predictors.blood_risk.config import BloodRiskConfig
from recommender.predictors.blood_risk.findings import Finding, find
from recommender.predictors.blood_risk.panel import Panel
from recommender.predictors.blood_risk.signs import Sign
from recommender.predictors.blood_risk.tiers import Tier
from recommender.predictors.shape import Chance, Contribution, Explanation, ModelCard, Prediction
from recommender.predictors.tables.table import is_known
from recommender.predictors.tabular import TabularPredictor

NAME = "blood-risk"
ADVICE = "advice"
"""The target of the explanation by rules."""
OUTSIDE = "outside-range"
"""The target of an answer without a model: whether a value lies outside its range, which is known for certain."""
LIMITS = (
    "It is no diagnosis: an abnormal value can have many reasons, and a usual one rules nothing out.",
    "Reference ranges are those of the formulary; a laboratory's own come first.",
)


@dataclass(frozen=True, slots=True)
class BloodQuestion:
    """What is asked about one person: the values that rules judge, and the row that a model reads."""

    panel: Panel
    row: Mapping[str, float]


@dataclass(frozen=True)
class Assessment:
    """What the rules and the model say.

    Attributes:
        tier: the advice.
        floor: what the rules alone call for.
        findings: of each value, the gravest first.
        learned: what the model expects; None where there is none, or it was not asked.
        notes: what a reader has to know.
    """

    tier: Tier
    floor: Tier
    findings: tuple[Finding, ...]
    learned: Chance | None
    notes: tuple[str, ...]

    @property
    def panic(self) -> bool:
        """Whether a value is critical."""
        return any(finding.panic for finding in self.findings)

    @property
    def decided_by(self) -> str:
        """What the advice rests on, in words."""
        if self.panic:
            return "a critical value"
        return "the learned risk" if self.tier > self.floor else "the reference ranges"


@dataclass(frozen=True)
class BloodRiskPredictor:
    """Advice by blood values.

    Attributes:
        config: thresholds.
        signs: what abnormal values point at.
        model: a learned risk; None where nothing was learned.
        snapshot: the graph that care is found in; None where none is open.
    """

    config: BloodRiskConfig
    signs: tuple[Sign, ...]
    model: TabularPredictor | None = None
    snapshot: Snapshot | None = None

    @property
    def name(self) -> str:
        """As the shell calls it."""
        return NAME

    @property
    def card(self) -> ModelCard:
        """What a reader has to know; that of the learned risk where there is one."""
        if self.model is not None:
            return self.model.card
        data = {"source": "reference ranges and signs of the formulary", "synthetic": False}
        return ModelCard(NAME, "which advice blood values call for", data, "rules alone", {}, limits=LIMITS)

    def assess(self, given: BloodQuestion) -> Assessment:
        """What the rules and the model say of one person."""
        findings = find(given.panel, self.signs, self.config)
        floor = max((finding.tier for finding in findings), default=Tier.NONE)
        learned, notes = self._learned(given)
        tier = floor if learned is None else max(floor, self.config.tier(learned.probability))
        return Assessment(tier, floor, findings, learned, (*given.panel.notes, *notes))

    def predict(self, given: BloodQuestion) -> Prediction:
        """The advice, as the level of the one chance: the learned risk or, without it, whether a value is outside its range.

        Args:
            given: the values of one person.
        """
        found = self.assess(given)
        bundle = self.model.tag if self.model else "knowledge"
        if not found.findings and found.learned is None:
            return Prediction(NAME, bundle, (), "no value that a reference range or a model is known for", found.notes)
        outside = float(any(finding.outside for finding in found.findings))
        plain = Chance(OUTSIDE, "a value outside its reference range", outside, outside, outside)
        told = replace(found.learned or plain, level=found.tier.words)
        reasons = [finding.why for finding in found.findings if finding.tier > Tier.NONE]
        return Prediction(NAME, bundle, (told,), "", (*reasons, *found.notes))

    def care(self, given: BloodQuestion) -> tuple[CarePath, ...]:
        """What helps beside medicines; nothing where no graph is open."""
        if self.snapshot is None:
            return ()
        findings = find(given.panel, self.signs, self.config)
        return care_for(findings, given.panel, self.snapshot, self.config.shown)

    def further(self, given: BloodQuestion) -> dict[str, Any]:
        """What else there is to tell, as JSON can hold it: the advice, each value and the paths to care."""
        found = self.assess(given)
        return {
            "advice": found.tier.words,
            "floor": found.floor.words,
            "floor_target": OUTSIDE,
            "decided_by": found.decided_by,
            "panic": found.panic,
            "thresholds": {
                "lifestyle": self.config.lifestyle,
                "consult": self.config.consult,
                "reason": self.config.reason,
            },
            "findings": [finding.payload() for finding in found.findings],
            "care": [path.payload() for path in self.care(given)],
        }

    def explain(self, given: BloodQuestion, target: str = "") -> Explanation:
        """Why: the levels of advice that each thing adds to none; of the learned risk when its target is named.

        Args:
            given: the values of one person.
            target: ``advice`` or ``outside-range``, or the target of the model.

        Raises:
            PredictorError: when there is no such target.
        """
        if self.model is not None and target == self.model.target:
            return self.model.explain(given.row, target)
        if target not in ("", ADVICE, OUTSIDE):
            raise PredictorError(f"{NAME} explains {ADVICE}, and the learned risk by its own name")
        found = self.assess(given)
        parts, reached = [], Tier.NONE
        for finding in found.findings:
            # The gravest comes first, so that it carries its level and the others add nothing to it.
            added, reached = max(0, finding.tier - reached), max(reached, finding.tier)
            if finding.tier > Tier.NONE:
                value = finding.value
                told = f"{value.value:.4g} {value.test.unit}".strip()
                parts.append(Contribution(value.test.id, value.test.name, told, float(added), value.record))
        if found.learned is not None and found.tier > reached:
            told = f"{found.learned.probability:.0%}"
            parts.append(Contribution(found.learned.target, "learned risk", told, float(found.tier - reached)))
        parts.sort(key=lambda part: -part.amount)
        return Explanation(ADVICE, 0.0, tuple(parts), float(found.tier), "levels of advice")

    def _learned(self, given: BloodQuestion) -> tuple[Chance | None, tuple[str, ...]]:
        """The chance of the model, and notes on it."""
        if self.model is None:
            return None, ()
        own = [column for column in self.model.model.columns if not column.derived]
        known = [column for column in own if is_known(column, given.row)]
        if len(known) < max(1.0, self.config.known * len(own)):
            return None, (f"{len(known)} of {len(own)} values are known: too few for the learned risk",)
        found = self.model.predict(given.row)
        return (found.chances[0] if found.chances else None), found.notes
