"""The answer to a request, in the one form that the shell and the API give."""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import orjson

from graph.snapshot import Snapshot
from recommender.evidence import Evidence
from recommender.explain import Path
from recommender.payload import medicine_payload, node_payload
from recommender.record import PatientRecord
from recommender.request import Request
from recommender.safety.finding import Finding, Grounds, Severity

NOTICE = (
    "Decision support, not a prescription: a clinician decides. The knowledge is a starter formulary, partly unreviewed; "
    "check each suggestion against the current label and guideline."
)
SYNTHETIC = "The patient is synthetic."
UNSCREENED = "Not screened for safety: {reason}."
RESEARCH = (
    "Research, not a treatment: no source in the graph says that this medicine treats or palliates the evidence, directly or "
    "through the condition tree; the walk alone leads to it."
)
"""What every suggestion of the exploratory list says of itself."""


@dataclass(frozen=True, slots=True)
class Probability:
    """A calibrated score with its interval.

    Attributes:
        value: in [0, 1].
        low: lower end of the interval, at most ``value``.
        high: upper end, at least ``value``.
        supported: whether the pairs that the calibration was fitted on have any like this one.
        of: what it is the probability of: ``good outcome`` of an established suggestion, ``treatment`` of an exploratory one.
    """

    value: float
    low: float
    high: float
    supported: bool
    of: str = "treatment"

    def payload(self) -> dict[str, Any]:
        """As it stands in an answer."""
        support = "calibrated" if self.supported else "low"
        return {"of": self.of, "value": self.value, "low": self.low, "high": self.high, "support": support}


def degree_prior(expected: float) -> float:
    """The probability of at least one treatment link where the degrees let this many be expected.

    Args:
        expected: at least 0; see :func:`recommender.scoring.expected_by_degree`.

    Returns:
        1 − exp(−expected): links that fall at random are counted by a Poisson law.
    """
    return -math.expm1(-expected)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One suggested medicine.

    Attributes:
        medicine: its number.
        established: whether a known treatment edge leads to it from the evidence; otherwise it is exploratory.
        score: what it is ranked by.
        degree: treatment links that degrees alone would give for the same evidence (uncalibrated).
        paths: those of largest contribution.
        remainder: what the paths that are not shown add to the score.
        cautions: findings that do not exclude.
        probability: the score, calibrated; None without a calibration.
        prior: the probability that degrees alone would give, in [0, 1]; None without a calibration.
    """

    medicine: int
    established: bool
    score: float
    degree: float
    paths: tuple[Path, ...]
    remainder: float
    cautions: tuple[Finding, ...]
    probability: Probability | None = None
    prior: float | None = None

    @property
    def lift(self) -> float | None:
        """How many times as probable as degrees alone would have it; None without a probability or with a prior of 0."""
        return self.probability.value / self.prior if self.probability and self.prior else None

    def payload(self, rank: int, grounds: Grounds) -> dict[str, Any]:
        """As it stands in an answer; probability, prior and lift are null until scores are calibrated."""
        snapshot = grounds.snapshot
        return {
            "rank": rank,
            "medicine": medicine_payload(snapshot, self.medicine),
            "list": "established" if self.established else "exploratory",
            "score": self.score,
            "research": None if self.established else RESEARCH,
            "probability": self.probability.payload() if self.probability else None,
            "prior": self.prior,
            "lift": self.lift,
            "degree": self.degree,
            "paths": [path.payload(snapshot) for path in self.paths],
            "remainder": self.remainder,
            "cautions": [finding.payload(grounds) for finding in self.cautions],
        }


@dataclass(frozen=True, slots=True)
class CareSuggestion:
    """A care action with the condition that it helps and who says so."""

    action: int
    path: Path

    def payload(self, snapshot: Snapshot) -> dict[str, Any]:
        """As it stands in an answer."""
        properties = snapshot.properties(self.action)
        return {
            "care_action": node_payload(snapshot, self.action),
            "category": properties.get("category"),
            "description": properties.get("description"),
            "path": self.path.payload(snapshot),
        }


@dataclass(frozen=True)
class Recommendation:
    """An answer: its payload is complete, and its bytes are the same for the same request, snapshot and rules.

    Attributes:
        body: the answer as JSON can hold it.
        request: what was asked.
        record: what is on file about the patient, which the answer rests on; None for a request of bare nodes.
        foreseen: what predictors said, as :meth:`recommender.outlook.Outlook.kept` tells it; None where none was asked.
    """

    body: dict[str, Any]
    request: Request
    record: PatientRecord | None
    foreseen: dict[str, Any] | None = None

    @property
    def id(self) -> str:
        """Hash of request, snapshot, bundle and rules."""
        return str(self.body["id"])

    def json(self) -> bytes:
        """The answer as UTF-8 JSON."""
        return self._bytes

    @cached_property
    def _bytes(self) -> bytes:
        return orjson.dumps(self.body)


def evidence_payload(snapshot: Snapshot, evidence: Evidence) -> dict[str, Any]:
    """Evidence as it stands in an answer."""
    shown = {"node": node_payload(snapshot, evidence.node), "weight": evidence.weight, "why": evidence.why}
    return shown | ({"prediction": evidence.foreseen.payload()} if evidence.foreseen else {})


def excluded_payload(medicine: int, findings: tuple[Finding, ...], grounds: Grounds) -> list[dict[str, Any]]:
    """Every finding that excludes a medicine, as it stands in an answer."""
    shown = medicine_payload(grounds.snapshot, medicine)
    return [{"medicine": shown} | f.payload(grounds) for f in findings if f.severity is Severity.EXCLUDE]
