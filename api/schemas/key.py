"""API keys, for programs."""

from typing import Literal

from pydantic import AwareDatetime, Field

from api.schemas.base import Answer, Body, Parameters

ScopeName = Literal["knowledge", "recommendations", "records", "records:write", "feedback", "imports", "metrics"]
"""The scopes that a key may carry: those of :class:`api.roles.Scope`, which a test holds against this."""


class KeyWanted(Body):
    """A key to be made."""

    label: str = Field(
        min_length=1, max_length=64, description="what it is for", json_schema_extra={"example": "nightly report"}
    )
    scopes: list[ScopeName] = Field(
        min_length=1,
        max_length=7,
        description="what it may be used for; no more than the account's role may",
        json_schema_extra={"example": ["knowledge"]},
    )
    days: int = Field(90, ge=1, le=365, description="that it counts")


class KeyShown(Answer):
    """A key, without what is sent."""

    id: str = Field(description="of the key")
    label: str = Field(description="what it is for")
    scopes: list[str] = Field(description="what it may be used for")
    created: AwareDatetime = Field(description="when it was made")
    expires: AwareDatetime = Field(description="when it stops to count")


class KeyMade(KeyShown):
    """A new key."""

    key: str = Field(description="sent as `Authorization: Bearer …`; shown now and never again")


class KeysShown(Answer):
    """Keys that have not expired, the oldest first."""

    items: list[KeyShown] = Field(description="one entry a key")


class KeyPath(Parameters):
    """Which key."""

    key: str = Field(min_length=1, max_length=32, description="id of the key")
