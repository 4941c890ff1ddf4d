"""Who cares for whom, and broken glasses."""

from datetime import date, datetime

from pydantic import ConfigDict, Field, field_validator, model_validator

from api.schemas.base import Answer, Body, Parameters


class CareGiven(Body):
    """A clinician who is to see a patient."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"account": "dr.ada", "patient": "MRN-4711", "begins": "2026-01-01"}}
    )

    account: str = Field(min_length=2, max_length=64, description="the clinician's account")
    patient: str = Field(min_length=1, max_length=200, description="the id, or the identifier of the patient's source")
    begins: date | None = Field(default=None, strict=False, description="the first day; today when not given")
    ends: date | None = Field(default=None, strict=False, description="the last day; open when not given")

    @field_validator("begins", "ends", mode="before")
    @classmethod
    def _iso(cls, value: object) -> object:
        # Numbers would be read as seconds since 1970.
        if value is not None and not (isinstance(value, str) and len(value) == len("2026-01-01")):
            raise ValueError("an ISO date is expected")
        return value

    @model_validator(mode="after")
    def _in_order(self) -> "CareGiven":
        if self.ends is not None and self.begins is not None and self.ends < self.begins:
            raise ValueError("the last day is not before the first")
        return self


class CarePath(Parameters):
    """Which care relation."""

    relation: str = Field(min_length=1, max_length=64, description="its id")


class CareQuery(Parameters):
    """Which care relations are listed."""

    account: str = Field(default="", max_length=64, description="of this account only")
    limit: int = Field(default=100, ge=1, le=1000, description="how many at most")


class CareRelationShown(Answer):
    """An account cares for a patient."""

    id: str = Field(description="names the relation")
    account: str = Field(description="who cares")
    patient: str = Field(description="id of the patient")
    begins: date = Field(description="the first day")
    ends: date | None = Field(description="the last day; null when it is open")
    ended: datetime | None = Field(description="when it was ended before its time; null when it was not")
    by: str = Field(description="the account that gave it; empty when it was given at the shell")


class CareListed(Answer):
    """Care relations."""

    items: list[CareRelationShown] = Field(description="those that began last first, with those of the past")


class GlassBroken(Body):
    """Why a record is opened in an emergency."""

    model_config = ConfigDict(json_schema_extra={"example": {"reason": "unconscious in the emergency room, therapy needed"}})

    reason: str = Field(min_length=10, max_length=500, description="what the emergency is; the patient reads it, too")

    @field_validator("reason")
    @classmethod
    def _said(cls, value: str) -> str:
        if len(value.strip()) < cls.model_fields["reason"].metadata[0].min_length:
            raise ValueError("a reason in words is expected")
        return value.strip()


class GlassQuery(Parameters):
    """How many broken glasses are listed."""

    limit: int = Field(default=100, ge=1, le=1000, description="how many at most")


class GlassShown(Answer):
    """A clinician opened a record in an emergency."""

    id: str = Field(description="names it")
    account: str = Field(description="who opened it")
    patient: str = Field(description="id of the patient")
    reason: str = Field(description="why, in the clinician's words")
    at: datetime = Field(description="when")
    until: datetime = Field(description="when the access ends")


class GlassesListed(Answer):
    """Broken glasses."""

    items: list[GlassShown] = Field(description="the newest first")
