"""What a patient's record may be used for."""

from datetime import datetime

from pydantic import ConfigDict, Field, JsonValue

from api.schemas.base import Answer, Body
from graph.consents import Purpose

_EXAMPLE: dict[str, JsonValue] = {"treatment": True, "learning": False, "research": False, "sharing": False}


class Purposes(Body):
    """Whether each purpose is given; what is false is withdrawn, at once."""

    model_config = ConfigDict(json_schema_extra={"example": _EXAMPLE})

    treatment: bool = Field(description="recommendations and predictions for the patient, to whoever treats them")
    learning: bool = Field(description="training, trends, groups, and the people that others are compared with")
    research: bool = Field(description="reading by analysts, who know the patient by a pseudonym")
    sharing: bool = Field(description="leaving the site")

    def by_purpose(self) -> dict[Purpose, bool]:
        """Whether each purpose is given."""
        return {purpose: bool(getattr(self, purpose)) for purpose in Purpose}


class ConsentShown(Answer):
    """What a patient's record may be used for now."""

    version: int = Field(description="how often it was changed here; 0 for what came with the record")
    purposes: Purposes = Field(description="whether each purpose is given")


class ConsentChangeShown(Answer):
    """A purpose was given or withdrawn."""

    version: int = Field(description="purposes that changed together share it")
    purpose: Purpose = Field(description="what for")
    given: bool = Field(description="whether it was given; otherwise it was withdrawn")
    at: datetime = Field(description="when")
    by: str = Field(description="the account that said so")
    role: str = Field(description="of that account: user where the patients said it themselves")


class ConsentHistoryShown(Answer):
    """What was given and withdrawn."""

    items: list[ConsentChangeShown] = Field(description="the newest first")
