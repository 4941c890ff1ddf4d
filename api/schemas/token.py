"""Signing in, going on, and what is sent with every request."""

from typing import Literal

from pydantic import ConfigDict, Field

from api.schemas.base import Answer, Body

CODE = Field(pattern="^[0-9]{6}$", description="six digits of the authenticator app", json_schema_extra={"example": "492039"})
PASSWORD = Field(min_length=1, max_length=1024, description="the password", json_schema_extra={"format": "password"})
NEW_PASSWORD = Field(
    min_length=12,
    max_length=1024,
    description="12 characters at least, and not among those that are tried first",
    json_schema_extra={"format": "password"},
)


class Credentials(Body):
    """Who signs in."""

    model_config = ConfigDict(json_schema_extra={"example": {"username": "dr.ada", "password": "correct horse battery"}})

    username: str = Field(
        min_length=1, max_length=256, description="name of the account", json_schema_extra={"example": "dr.ada"}
    )
    password: str = PASSWORD
    code: str | None = Field(None, pattern="^[0-9]{6}$", description="of the authenticator app, where one is set up")
    cookie: bool = Field(
        False, description="whether the tokens come as cookies, which a page cannot read, in place of the body"
    )


class Refreshing(Body):
    """What carries a session on: a refresh token, or the cookie that holds it."""

    refresh_token: str | None = Field(
        None, min_length=1, max_length=200, description="that was given last; it counts once. Left out: the cookie is used"
    )


class Token(Answer):
    """Two tokens: one is sent as ``Authorization: Bearer …`` with every request until it expires, the other gives the next."""

    access_token: str | None = Field(default=None, description="left out when it came as a cookie")
    token_type: Literal["Bearer"] = Field(default="Bearer", description="how the token is sent")
    expires_in: int = Field(description="seconds that the access token counts")
    refresh_token: str | None = Field(
        default=None, description="for one call of /v1/auth/refresh; left out when it came as a cookie"
    )
    role: str = Field(description="what the account may ask")


class PasswordChange(Body):
    """Another password."""

    password: str = PASSWORD
    new_password: str = NEW_PASSWORD


class InviteAccepted(Body):
    """A password for an account that an admin made, or whose password was lost."""

    invite: str = Field(min_length=1, max_length=200, description="the invite that the admin passed on")
    password: str = NEW_PASSWORD
