"""The account that asks, and what it prefers."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from api.schemas.base import Answer, Body
from recommender.request import MAX_TOP

Language = Literal["en"]
ReaderName = Literal["clinician", "analyst", "patient"]


class Me(Answer):
    """The account that asks."""

    name: str = Field(description="of the account")
    role: str = Field(description="what it may ask")
    patient: str | None = Field(None, description="id of the patient whom an account of the role user is")
    scopes: list[str] = Field(description="what a key of this account may be used for")
    code: bool = Field(description="whether it signs in with a one-time code as well")


class OwnPreferences(Answer):
    """What the account prefers; null where it never said."""

    language: Language | None = Field(description="of texts for people")
    reader: ReaderName | None = Field(description="whom sentences are for")
    top: int | None = Field(description="how many suggestions")


class PreferencesChange(Body):
    """What the account prefers from now on; null forgets it, what is left out stays."""

    model_config = ConfigDict(json_schema_extra={"example": {"reader": "clinician", "top": 5}})

    language: Language | None = Field(None, description="of texts for people")
    reader: ReaderName | None = Field(None, description="whom sentences are for")
    top: Annotated[int, Field(ge=1, le=MAX_TOP)] | None = Field(None, description="how many suggestions")
