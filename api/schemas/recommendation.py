"""What may be asked of a recommendation, and its answer, for the OpenAPI document.

Answers are the recommender's own bytes and are not checked against these classes when they are given; a test holds both
together.
"""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Field

from api.schemas.base import Answer, Parameters
from api.schemas.finding import AlertShown, Cypher, FindingShown, MedicineShown, NodeShown
from api.schemas.together import TogetherShown
from graph.elements import KnowledgeLevel
from recommender.request import MAX_TOP, Reader


def day(text: object) -> date:
    """The day that an address names.

    Raises:
        ValueError: when it names none.
    """
    try:
        return date.fromisoformat(str(text))
    except ValueError:
        raise ValueError("an ISO date is expected") from None


class RecommendationQuery(Parameters):
    """How much is asked."""

    top: int = Field(10, ge=1, le=MAX_TOP, description="how many suggestions at most")
    as_of: Annotated[date, BeforeValidator(day)] = Field(
        default_factory=date.today, description="the day of the answer; today when not given"
    )
    min_level: KnowledgeLevel = Field(
        KnowledgeLevel.UNREVIEWED,
        description="edges known more weakly do not speak for a medicine; safety always uses all",
    )
    exclude_source: list[str] = Field(
        default_factory=list, max_length=20, description="sources whose edges do not speak for a medicine"
    )
    licence: list[str] = Field(
        default_factory=list, max_length=20, description="the only licences whose edges speak for a medicine; all when none"
    )
    explore: bool = Field(
        False,
        description="whether to list what the walk alone finds, too: for research, and for clinicians and analysts only",
    )
    faithfulness: bool = Field(False, description="whether each suggestion says how far its shown paths carry its score")
    together: bool = Field(
        False, description="whether to choose a set for the conditions on file, too, that is safe to be used together"
    )
    reader: Reader | None = Field(
        None, description="whom the sentences are for; when not given, the patient for a user and a clinician for all others"
    )


class PatientPath(Parameters):
    """Which patient."""

    patient: str = Field(
        min_length=1, max_length=200, description="the patient's id; for clinicians also a source's identifier"
    )


class Saying(Answer):
    """A further source of one edge."""

    source: str
    evidence: str
    knowledge_level: KnowledgeLevel


class EdgeShown(Answer):
    """An edge, with who says so."""

    kind: str
    start: str
    end: str
    source: str
    evidence: str
    knowledge_level: KnowledgeLevel
    also: list[Saying] = Field(default_factory=list)


class OutcomesShown(Answer):
    """What outcomes of patients, five or more, add to a known treatment."""

    people: int = Field(description="whose outcomes are known")
    good: int = Field(description="of whom recovered or improved")
    shift: float = Field(description="what that adds to the contribution of a diagnosis of weight 1")


class PredictionShown(Answer):
    """What a predictor expects: no fact, and shown as none."""

    probability: float = Field(ge=0, le=1)
    interval: list[float] = Field(description="95 %")
    why: str
    predictor: str
    bundle: str
    explanation: dict[str, Any] = Field(description="what each value adds, with where it is on file")


class PredictorNamed(Answer):
    """A predictor that an answer rests on."""

    predictor: str
    bundle: str


class PredictorRefused(Answer):
    """A predictor that was fitted and cannot be asked."""

    predictor: str
    reason: str


class PathShown(Answer):
    """A path from what is on file to a medicine, with its share of the score."""

    metapath: str
    nodes: list[NodeShown]
    edges: list[EdgeShown]
    contribution: float
    sentence: str
    drawn: str
    weakest: EdgeShown
    outcomes: OutcomesShown | None = Field(description="of a known treatment with enough outcomes; else null")
    prediction: PredictionShown | None = Field(None, description="what the path begins with, where that is no fact")
    cypher: Cypher


class Exclusion(FindingShown):
    """A medicine that was ruled out, and why."""

    medicine: MedicineShown


class ProbabilityShown(Answer):
    """A calibrated score with its interval."""

    of: Literal["good outcome", "treatment"] = Field(
        description="what it is the probability of: established suggestions help or not, exploratory ones are treatments or not"
    )
    value: float = Field(ge=0, le=1)
    low: float = Field(ge=0, le=1)
    high: float = Field(ge=0, le=1)
    support: Literal["calibrated", "low"] = Field(
        description="low: the pairs that the calibration was fitted on have none like this one"
    )


class AlternativeShown(Answer):
    """A medicine of the lists that is chosen in the place of another."""

    medicine: NodeShown
    reason: str = Field(description="the rule that keeps both from being used together, or `same condition`")
    sentence: str
    conditions: list[NodeShown] = Field(description="conditions on file that both are for")
    findings: list[FindingShown] = Field(description="as if the other were being taken; its record is then `assumed`")


class UsableShown(Answer):
    """A medicine of the lists that is for something else and may be used together with another."""

    medicine: NodeShown
    cautions: list[FindingShown] = Field(description="to be minded with both")


class FaithfulnessShown(Answer):
    """What taking the edges of the shown paths out does, as shares of what the score has above the intercept."""

    comprehensiveness: float = Field(description="what the score loses without them")
    sufficiency: float = Field(description="what the shown paths give alone")
    control: float = Field(description="what the score loses without as many other edges")
    formula_error: float = Field(description="difference between the fall that was walked and that of the formula")
    links: int
    control_links: int


class SuggestionShown(Answer):
    """A suggested medicine."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    rank: int
    medicine: MedicineShown
    standing: Literal["established", "exploratory"] = Field(alias="list")
    score: float
    research: str | None = Field(description="why a medicine of the exploratory list is not established; else null")
    probability: ProbabilityShown | None = Field(description="null until scores are calibrated")
    prior: float | None = Field(description="the probability that degrees alone would give")
    lift: float | None = Field(description="how many times as probable as degrees alone would have it")
    degree: float
    paths: list[PathShown]
    remainder: float = Field(description="what paths that are not shown add to the score")
    cautions: list[FindingShown]
    faithfulness: FaithfulnessShown | None = Field(
        description="how far the shown paths carry the score; null unless it was asked for"
    )
    alternatives: list[AlternativeShown] | None = Field(
        description="choose one of these and it; null where suggestions were not held against one another"
    )
    usable_with: list[UsableShown] | None = Field(description="null like the alternatives")


class PatientShown(Answer):
    """The patient that the answer is for; null means that it is not on file."""

    id: str | None
    age: int | None
    sex: str | None
    pregnant: bool | None
    breast_feeding: bool | None
    synthetic: bool


class EvidenceShown(Answer):
    """A node that the walk started from."""

    node: NodeShown
    weight: float
    why: str
    prediction: PredictionShown | None = Field(None, description="where the node is expected and not on file")


class CareShown(Answer):
    """Something to do beside medicines."""

    care_action: NodeShown
    category: str | None
    description: str | None
    path: PathShown


class UnresolvedShown(Answer):
    """Something given that no node stands for."""

    pointer: str
    text: str
    kind: str
    nearest: list[str]
    reason: str
    blocks_safety: bool


class RecommendationShown(Answer):
    """Which medicines fit, through which paths, and which were ruled out by what proof."""

    id: str = Field(description="hash of request, snapshot, bundle and rules")
    snapshot: str
    trained_on: str | None
    as_of: date
    reader: Reader = Field(description="whom the sentences are for")
    screened: bool
    patient: PatientShown | None
    evidence: list[EvidenceShown]
    intercept: float
    alerts: list[AlertShown] = Field(description="what several of the recommendations share")
    recommendations: list[SuggestionShown]
    needs_sign_off: list[SuggestionShown] = Field(description="below the line: a clinician must confirm something first")
    exploratory: list[SuggestionShown] | None = Field(
        None, description="for research: what the walk alone finds; null unless it was asked for"
    )
    together: TogetherShown | None = Field(description="a jointly safe set; null unless it was asked for")
    excluded: list[Exclusion]
    care_actions: list[CareShown]
    unresolved: list[UnresolvedShown]
    notice: str
    predictors: list[PredictorNamed] = Field(default_factory=list, description="that the answer rests on")
    predictors_refused: list[PredictorRefused] = Field(
        default_factory=list, description="that say nothing, as their bundle may not serve"
    )
