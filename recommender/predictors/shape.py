"""The one shape of all predictors: what goes in is theirs, what comes out is a :class:`Prediction` that can be explained.

A predictor is fitted elsewhere (``fit``) and read from its bundle; here is what everyone who asks it sees. Nothing here repeats
a patient's name or id.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Chance:
    """One thing that may be or become so.

    Attributes:
        target: what: the id of a node, or the name of an outcome.
        label: the same in words.
        probability: calibrated, 0 to 1; of an amount what is expected.
        low, high: 95 % interval of the probability; of an amount the interval that 90 of 100 lie in.
        level: what follows in words, such as a tier of advice; empty when nothing does.
        ruled_in: whether the conformal set at 90 % holds it; None where there is no such set.
        amount: whether it is an amount, such as days, that is predicted.
    """

    target: str
    label: str
    probability: float
    low: float
    high: float
    level: str = ""
    ruled_in: bool | None = None
    amount: bool = False

    def payload(self) -> dict[str, Any]:
        """As JSON can hold it."""
        return {
            "target": self.target,
            "label": self.label,
            "amount" if self.amount else "probability": self.probability,
            "interval": [self.low, self.high],
            "level": self.level,
            "in_conformal_set": self.ruled_in,
        }


@dataclass(frozen=True, slots=True)
class Prediction:
    """What a predictor answers for one patient or one row.

    Attributes:
        predictor: its name, such as ``blood-risk``.
        bundle: tag of the bundle that answered, or ``knowledge`` where nothing was learned.
        chances: the most probable first.
        abstained: why it gives no answer; empty when it does.
        notes: what a reader has to know: values that were missing, a value out of range, synthetic training data.
    """

    predictor: str
    bundle: str
    chances: tuple[Chance, ...]
    abstained: str = ""
    notes: tuple[str, ...] = ()

    def payload(self) -> dict[str, Any]:
        """As JSON can hold it."""
        return {
            "predictor": self.predictor,
            "bundle": self.bundle,
            "chances": [chance.payload() for chance in self.chances],
            "abstained": self.abstained,
            "notes": list(self.notes),
        }


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one value does to a prediction.

    Attributes:
        feature: column or node that the value is of.
        label: the same in words.
        value: as a clinician reads it, with its unit: ``9.1 mmol/L``; ``not measured`` where it is missing.
        amount: signed, in the explanation's unit.
        record: where the value is on file; empty for a row of a table.
    """

    feature: str
    label: str
    value: str
    amount: float
    record: str = ""


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a predictor answers so: base and contributions add up to the total.

    Attributes:
        target: which chance it is of.
        base: what is expected of someone of whom nothing is known, in ``unit``.
        contributions: the largest first.
        total: what the model said, before calibration, in ``unit``.
        unit: ``log-odds`` as a rule, or the unit of what is predicted.
        method: ``exact`` or ``sampled``.
        error: standard error of the largest contribution where it was sampled; 0 when exact.
        counterfactual: the nearest change of what can change that moves the answer, in words; empty when there is none.
        alike: what became of those who are most alike, in words, of 5 people or more; empty when not known.
    """

    target: str
    base: float
    contributions: tuple[Contribution, ...]
    total: float
    unit: str = "log-odds"
    method: str = "exact"
    error: float = 0.0
    counterfactual: str = ""
    alike: str = ""

    def payload(self) -> dict[str, Any]:
        """As JSON can hold it."""
        return {
            "target": self.target,
            "base": self.base,
            "contributions": [
                {"feature": c.feature, "label": c.label, "value": c.value, "amount": c.amount, "record": c.record}
                for c in self.contributions
            ],
            "total": self.total,
            "unit": self.unit,
            "method": self.method,
            "error": self.error,
            "counterfactual": self.counterfactual,
            "alike": self.alike,
        }


@dataclass(frozen=True, slots=True)
class ModelCard:
    """What a reader has to know before trusting a predictor (Mitchell et al. 2019, doi:10.1145/3287560.3287596).

    Attributes:
        name: of the predictor.
        purpose: what it answers, and for whom.
        data: what it was fitted on: rows, source, licence, whether synthetic.
        promoted: which candidate serves, and why that one.
        figures: measure → [value, low, high] on rows that it had not seen.
        subgroups: the same by sex and age band, with the gaps.
        limits: what it must not be used for, and where it is weak.
        made: settings, seed, versions, day.
    """

    name: str
    purpose: str
    data: Mapping[str, Any]
    promoted: str
    figures: Mapping[str, Any]
    subgroups: tuple[Mapping[str, Any], ...] = ()
    limits: tuple[str, ...] = ()
    made: Mapping[str, Any] = field(default_factory=dict)

    def payload(self) -> dict[str, Any]:
        """As JSON can hold it."""
        return {
            "name": self.name,
            "purpose": self.purpose,
            "data": dict(self.data),
            "promoted": self.promoted,
            "figures": dict(self.figures),
            "subgroups": [dict(row) for row in self.subgroups],
            "limits": list(self.limits),
            "made": dict(self.made),
        }


class Predictor(Protocol):
    """What the shell, the recommender and the report ask of each predictor; ``given`` is of the predictor's own kind."""

    @property
    def name(self) -> str:
        """As the shell calls it."""
        ...

    @property
    def card(self) -> ModelCard:
        """What a reader has to know."""
        ...

    def predict(self, given: Any) -> Prediction:
        """What it expects.

        Raises:
            PredictorError: when what is given cannot be understood; a value that is merely missing is no error.
        """
        ...

    def explain(self, given: Any, target: str = "") -> Explanation:
        """Why; of the most probable chance unless one is named."""
        ...
