"""Signing in."""

from typing import Literal

from pydantic import Field

from api.schemas.base import Answer, Body


class Credentials(Body):
    """Who signs in."""

    username: str = Field(min_length=1, max_length=256, json_schema_extra={"example": "dr.ada"})
    password: str = Field(min_length=1, max_length=1024, json_schema_extra={"format": "password"})


class Token(Answer):
    """A token: sent as ``Authorization: Bearer …`` with every request, until it expires."""

    access_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105  # the word of RFC 6750, no password
    expires_in: int = Field(description="seconds")
    role: str
