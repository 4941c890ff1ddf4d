"""Asks blood risk about a record of a store, as the shell does and as an answer of the recommender does.

In an answer only care begins with what values point at: a value is no diagnosis, and no medicine is walked to from it.
"""

from dataclasses import dataclass, replace
from datetime import date
from functools import partial

from graph.elements import EdgeKind
from graph.snapshot import Snapshot
from recommender.evidence import ancestors
from recommender.foreseen import Foreseen, placed
from recommender.predictors.blood_risk.config import read_blood_risk
from recommender.predictors.blood_risk.findings import Finding
from recommender.predictors.blood_risk.panel import panel_of_record
from recommender.predictors.blood_risk.predictor import ADVICE, NAME, BloodQuestion, BloodRiskPredictor
from recommender.predictors.blood_risk.reference import Reference
from recommender.predictors.blood_risk.signs import Sign, read_signs
from recommender.predictors.blood_risk.tiers import Tier
from recommender.predictors.bundles import StoredBundle
from recommender.predictors.explaining.row import Wanted, explain_row
from recommender.predictors.shape import Contribution, Explanation
from recommender.predictors.tables.from_record import row_of_record
from recommender.predictors.tabular import TabularPredictor
from recommender.record import PatientRecord


def read_blood_predictor(stored: StoredBundle | None, snapshot: Snapshot | None) -> BloodRiskPredictor:
    """Blood risk with what a bundle holds beside the rules, if there is one, and with a graph to find care in, if one is open.

    Raises:
        PredictorError: when the bundle is damaged.
    """
    config = read_blood_risk()
    model = TabularPredictor.of(stored.arrays, stored.notes, stored.tag) if stored else None
    if model is not None:
        # The nearest change that is worth telling leads out of the highest level of advice.
        model = replace(model, explainer=partial(explain_row, limit=config.consult, wanted=Wanted.UNDER))
    return BloodRiskPredictor(config, read_signs(), model, snapshot)


@dataclass(frozen=True)
class BloodForesight:
    """What blood values call for, as an answer begins care with it.

    Attributes:
        predictor: of the site.
        snapshot: the graph that records point into.
        reference: its tests with ranges.
    """

    predictor: BloodRiskPredictor
    snapshot: Snapshot
    reference: Reference

    @classmethod
    def of_bundle(cls, stored: StoredBundle, snapshot: Snapshot) -> "BloodForesight":
        """That of a bundle.

        Raises:
            PredictorError: when the bundle is damaged.
        """
        return cls(read_blood_predictor(stored, snapshot), snapshot, Reference.of_snapshot(snapshot))

    def care(self, record: PatientRecord, as_of: date) -> tuple[Foreseen, ...]:
        """The conditions that values point at which call for advice, each once by its gravest value; none that is on file.

        Args:
            record: by numbers of the snapshot.
            as_of: the day of the answer.
        """
        days = self.predictor.config.days
        panel = panel_of_record(record, self.snapshot, self.reference, as_of, days)
        model = self.predictor.model
        row = row_of_record(record, self.snapshot, model.model.columns, as_of, days).values if model else {}
        told: dict[int, Foreseen] = {}
        held = _held(record, self.snapshot)
        for finding in self.predictor.assess(BloodQuestion(panel, row)).findings:
            if finding.sign is None or finding.tier is Tier.NONE:
                continue
            number = placed(finding.sign.condition, self.snapshot)
            if number is not None and number not in held:
                told.setdefault(number, self._foreseen(number, finding, finding.sign))
        return tuple(told.values())

    def _foreseen(self, number: int, finding: Finding, sign: Sign) -> Foreseen:
        """That the value calls for this is certain, whatever it means: the rule holds or it does not."""
        bundle = self.predictor.model.tag if self.predictor.model else ""
        source = ", ".join(part for part in (sign.source, sign.locator, sign.level) if part)
        why = f"{finding.why}; it points at {self.snapshot.name(number)} ({source}), by {NAME}@{bundle[:8]}"
        value = finding.value
        measured = f"{value.value:.4g} {value.test.unit}".strip()
        parts = (Contribution(value.test.id, value.test.name, measured, float(finding.tier), value.record),)
        explanation = Explanation(ADVICE, 0.0, parts, float(finding.tier), "levels of advice")
        return Foreseen(number, 1.0, 1.0, 1.0, why, NAME, bundle, explanation.payload())


def _held(record: PatientRecord, snapshot: Snapshot) -> set[int]:
    """What is on file as a diagnosis, whatever became of it, and everything above it: care for it needs no value."""
    facts = record.of(EdgeKind.HAS_DIAGNOSIS, active=False)
    return {nodes[-1] for fact in facts for nodes, _ in ancestors(snapshot, fact.node)}
