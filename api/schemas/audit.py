"""The audit trail, for those who oversee it and for the patient."""

from datetime import UTC, datetime

from pydantic import Field, field_validator

from api.schemas.base import Answer, Parameters
from api.schemas.care import GlassShown


class AuditPage(Parameters):
    """Which part of a list."""

    before: int | None = Field(
        default=None, ge=1, le=2**63 - 1, description="rows with a smaller number; the newest when not given"
    )
    limit: int = Field(default=100, ge=1, le=1000, description="how many at most")


class AuditQuery(AuditPage):
    """Which rows of the trail."""

    account: str = Field(default="", max_length=64, description="who")
    patient: str = Field(default="", max_length=200, description="about whom: the id, or the identifier of the source")
    since: datetime | None = Field(
        default=None, alias="from", description="from this moment on, ISO; UTC where no offset is given"
    )
    until: datetime | None = Field(default=None, alias="to", description="before this moment, ISO")
    action: str = Field(default="", max_length=128, description="the route, as its row is named in the table of roles")

    @field_validator("since", "until", mode="before")
    @classmethod
    def _iso(cls, value: object) -> object:
        # Numbers would be read as seconds since 1970.
        if isinstance(value, str) and value.replace(".", "").lstrip("+-").isdigit():
            raise ValueError("an ISO date and time are expected")
        return value

    @field_validator("since", "until")
    @classmethod
    def _in_utc(cls, value: datetime | None) -> datetime | None:
        return value.replace(tzinfo=UTC) if value is not None and value.tzinfo is None else value


class AuditRow(Answer):
    """One row: who asked for what of whom, when, from where, why, and with which outcome."""

    number: int = Field(description="its place in the chain, from 1")
    at: datetime = Field(description="when")
    account: str = Field(
        description="who; empty for whoever was not let in, and a word that stands for it when the account is the patient's own"
    )
    role: str = Field(description="of the account")
    via: str = Field(description="id of the session or key")
    address: str = Field(description="from where; a word that stands for it when the account is the patient's own")
    action: str = Field(description="the route, as its row is named in the table of roles, or what happened")
    method: str = Field(description="of HTTP")
    patient: str | None = Field(description="id of the patient; null for nobody, and for somebody who was erased")
    erased: bool = Field(description="whether it is about somebody who was erased")
    why: str = Field(description="the reason that was given")
    status: int = Field(description="the outcome, as HTTP counts it")
    request_id: str = Field(description="of the request")


class AuditRows(Answer):
    """A part of the trail."""

    items: list[AuditRow] = Field(description="the newest first")
    before: int | None = Field(description="ask with it for those that come next; null where these are the last")


class PatientAuditRow(Answer):
    """Who did what with a record, in plain words."""

    number: int = Field(description="its place in the trail")
    at: datetime = Field(description="when")
    who: str = Field(description="the account; you, for the patient's own")
    role: str = Field(description="of the account")
    sentence: str = Field(description="what happened")
    allowed: bool = Field(description="whether it was let through")
    why: str = Field(description="the reason that was given")


class PatientAuditRows(Answer):
    """Who saw a record."""

    emergencies: list[GlassShown] = Field(description="who opened the record without caring for the patient, the newest first")
    items: list[PatientAuditRow] = Field(description="everything that was recorded, the newest first")
    before: int | None = Field(description="ask with it for those that come next; null where these are the last")
