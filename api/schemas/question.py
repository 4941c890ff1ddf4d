"""What may be asked about an answer, and what is answered, for the OpenAPI document.

As with recommendations the answers are the recommender's own; a test holds both together.
"""

from typing import Any, Self

from pydantic import ConfigDict, Field, model_validator

from api.schemas.base import Answer, Body, Parameters
from api.schemas.case import EXAMPLE, CaseFields
from api.schemas.finding import FindingShown, MedicineShown, NodeShown
from api.schemas.recommendation import EdgeShown, Exclusion, FaithfulnessShown, PathShown
from recommender.questions.standing import Standing


class Whom(Body):
    """Whom a question is about: a patient on file, or a case."""

    patient: str | None = Field(
        None, min_length=1, max_length=200, description="the patient's id; exactly one of patient and case"
    )
    case: CaseFields | None = Field(None, description="a patient that is told here")

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.patient is None) == (self.case is None):
            raise ValueError("exactly one of patient and case is expected")
        return self


class ExplainQuestion(Whom):
    """What carries a medicine's place in an answer?"""

    medicine: str = Field(min_length=1, max_length=200, description="by id, alias or name")
    rival: str | None = Field(
        None, min_length=1, max_length=200, description="the medicine to fall behind; the next of the list when none is named"
    )
    model_config = ConfigDict(json_schema_extra={"example": {"case": EXAMPLE, "medicine": "lisinopril"}})


class WhyNotQuestion(Whom):
    """Why is a medicine not suggested?"""

    medicine: str = Field(min_length=1, max_length=200, description="by id, alias or name")
    model_config = ConfigDict(json_schema_extra={"example": {"case": EXAMPLE, "medicine": "propranolol"}})


class CompareQuestion(Whom):
    """How do two medicines differ?"""

    medicines: list[str] = Field(min_length=2, max_length=2, description="two, by id, alias or name")
    model_config = ConfigDict(json_schema_extra={"example": {"case": EXAMPLE, "medicines": ["lisinopril", "amlodipine"]}})


class Change(CaseFields):
    """A case that is laid over what is on file."""

    remove: list[str] = Field(default_factory=list, description="names of what is on file, to be left out")


class WhatIfQuestion(Whom):
    """What would a change move?"""

    change: Change
    model_config = ConfigDict(
        json_schema_extra={"example": {"case": EXAMPLE, "change": {"conditions": ["asthma"], "remove": ["metformin"]}}}
    )


class RankShown(Answer):
    """Where a medicine stands by score."""

    list: str
    rank: int
    of: int


class WeakestShown(EdgeShown):
    """The edge of a path that is known most weakly."""

    contribution: float = Field(description="of the path")


class CounterfactualShown(Answer):
    """The smallest sets whose removal changes the medicine's place."""

    evidence: dict[str, Any] = Field(description="facts on file")
    edges: dict[str, Any] = Field(description="edges of the graph")
    other_edges: dict[str, Any] = Field(description="edges of the graph, known treatments left")


class Explained(Answer):
    """One medicine in full."""

    answer: str = Field(description="id of the answer that it is about")
    medicine: MedicineShown
    standing: Standing
    rank: RankShown | None
    score: float
    paths: list[PathShown]
    contributions: dict[str, Any] = Field(
        description="what makes the score, by metapath, evidence, path, edge, source and level"
    )
    weakest: list[WeakestShown]
    contradictions: list[dict[str, Any]] = Field(description="sources that disagree")
    findings: list[FindingShown]
    faithfulness: FaithfulnessShown | None
    counterfactual: CounterfactualShown | None = Field(description="null for a medicine in no list")


class WhyNotShown(Answer):
    """Why a medicine is not suggested, or where it is."""

    medicine: MedicineShown
    standing: Standing
    score: float
    rank: RankShown | None
    paths: list[PathShown]
    findings: list[FindingShown]
    gap: dict[str, Any] | None = Field(description="what parts it from the last that is shown, when it is outranked")
    nearest: dict[str, Any] | None = Field(description="the nearest way to it, when nothing known leads there")
    treats: list[NodeShown]
    sentence: str


class SideShown(Answer):
    """One of two medicines."""

    medicine: MedicineShown
    standing: Standing
    rank: RankShown | None
    score: float
    findings: list[FindingShown]


class PartShown(Answer):
    """What one metapath adds to either score."""

    metapath: str
    amounts: list[float]
    difference: float


class Compared(Answer):
    """Two medicines side by side."""

    medicines: list[SideShown]
    difference: float = Field(description="the first score less the second")
    parts: list[PartShown]
    only: list[list[PathShown]] = Field(description="of each, paths to which the other has no like")
    sentence: str


class PlaceShown(Answer):
    """Where a medicine stands in an answer."""

    list: str
    rank: int
    score: float


class MovedShown(Answer):
    """A medicine whose place differs."""

    medicine: MedicineShown
    before: PlaceShown | None
    after: PlaceShown | None


class ExclusionsMoved(Answer):
    """Exclusions that fall and arise."""

    fall: list[Exclusion]
    arise: list[Exclusion]


class WhatIfShown(Answer):
    """What a change moves; nothing was written."""

    changed: dict[str, list[str]] = Field(description="what was added and removed, in words")
    before: str = Field(description="id of the answer as it is")
    after: str = Field(description="id of the answer with the change")
    moved: list[MovedShown]
    paths: list[dict[str, Any]]
    exclusions: ExclusionsMoved
    alerts: dict[str, list[Any]]


class AnswerPath(Parameters):
    """Which answer."""

    answer: str = Field(min_length=1, max_length=64, description="the answer's id")


class AnswerProofPath(AnswerPath):
    """Which answer, and which of its medicines."""

    medicine: str = Field(min_length=1, max_length=200, description="by id or name")


class ReplayShown(Answer):
    """Whether an answer can be computed again."""

    id: str
    outcome: str = Field(description="`same`, or what is in the way")
    words: str


class CheckShown(Answer):
    """One thing that the verifier looked at."""

    what: str
    ok: bool
    reason: str


class VerdictShown(Answer):
    """Whether a proof holds against the graph as it is now."""

    valid: bool
    rule: str
    medicine: str
    severity: str
    assumes: list[str]
    checks: list[CheckShown]


class ProofsShown(Answer):
    """Why a medicine was ruled out, or warned of, with a verdict on each proof by code that shares nothing with the rules."""

    medicine: MedicineShown
    findings: list[FindingShown]
    valid: bool = Field(description="whether there is a proof and all hold")
    verdicts: list[VerdictShown]
