"""Predictions: what may be asked, and what predictors answer, for the OpenAPI document."""

from datetime import date
from typing import Annotated, Any

from pydantic import BeforeValidator, ConfigDict, Field

from api.schemas.base import Answer, Parameters
from api.schemas.recommendation import UnresolvedShown, day


class PredictorPath(Parameters):
    """Which predictor."""

    predictor: str = Field(
        min_length=1, max_length=64, description="its name, such as `conditions`", json_schema_extra={"example": "blood-risk"}
    )


class PatientPredictorPath(PredictorPath):
    """Which predictor, about whom."""

    patient: str = Field(
        min_length=1, max_length=200, description="the patient's id; for clinicians also a source's identifier"
    )


class PredictionQuery(Parameters):
    """How much is asked."""

    as_of: Annotated[date, BeforeValidator(day)] = Field(
        default_factory=date.today, description="the day of the answer; today when not given"
    )
    medicine: str | None = Field(
        None, min_length=1, max_length=200, description="whose outcome is asked about, by id, alias or name"
    )
    explain: bool = Field(False, description="whether each answer says what moved it")


class ChanceShown(Answer):
    """One thing that may be or become so."""

    target: str = Field(description="the id of a node, or the name of an outcome")
    label: str = Field(description="the same in words")
    probability: float | None = Field(None, ge=0, le=1, description="calibrated; absent where an amount is expected")
    amount: float | None = Field(None, description="of what is measured in days or the like")
    interval: list[float] = Field(description="95 % of a probability; of an amount what 90 of 100 lie in")
    level: str = Field(description="what follows in words, such as a tier of advice; empty when nothing does")
    in_conformal_set: bool | None = Field(description="whether the set that holds the truth 90 times of 100 has it")


class PredictionAnswer(Answer):
    """What a predictor answers about one thing; further fields are the predictor's own, such as `ask_next`."""

    model_config = ConfigDict(extra="allow")

    about: str | None = Field(None, description="what it is about, where it is asked about several things")
    predictor: str
    bundle: str
    chances: list[ChanceShown] = Field(description="the most probable first")
    abstained: str = Field(description="why there is no answer; empty when there is one")
    notes: list[str]
    explanation: dict[str, Any] | None = Field(None, description="what each value adds; where it was asked for")


class PredictionsShown(Answer):
    """What a predictor expects of a patient or a case: no fact, and no diagnosis."""

    predictor: str
    bundle: str = Field(description="names the version; empty where nothing was learned")
    as_of: date
    unresolved: list[UnresolvedShown]
    notes: list[str]
    predictions: list[PredictionAnswer]


class PredictorShown(Answer):
    """A predictor."""

    name: str
    answers: str = Field(description="what it answers")
    trained: bool
    bundle: str | None = Field(description="names the version that serves; null where none was trained")
    needs_training: bool = Field(description="whether it answers nothing before it was trained")


class PredictorsShown(Answer):
    """All predictors."""

    items: list[PredictorShown]


class CardShown(Answer):
    """What a reader has to know before trusting a predictor."""

    name: str
    purpose: str
    data: dict[str, Any]
    promoted: str
    figures: dict[str, Any]
    subgroups: list[dict[str, Any]]
    limits: list[str]
    made: dict[str, Any]
