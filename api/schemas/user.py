"""Accounts, as an admin sees them."""

from typing import Literal

from pydantic import ConfigDict, Field

from api.schemas.base import Answer, Body, Parameters

RoleName = Literal["admin", "clinician", "analyst", "user"]
"""The roles: those of :class:`api.accounts.Role`, which a test holds against this."""
PATIENT = "whom an account of the role user is: the patient's id, or the identifier that the source uses"


class UserWanted(Body):
    """An account to be made."""

    model_config = ConfigDict(json_schema_extra={"example": {"name": "dr.bob", "role": "clinician"}})

    name: str = Field(min_length=1, max_length=64, description="2 to 64 letters, digits and . _ @ -")
    role: RoleName = Field(description="what it may ask")
    patient: str | None = Field(None, min_length=1, max_length=256, description=PATIENT)
    service: bool = Field(False, description="whether it is a machine's: it has no password, and keys that admins make")


class UserChange(Body):
    """What is to be so from now on; what is left out stays as it is."""

    model_config = ConfigDict(json_schema_extra={"example": {"disabled": True}})

    role: RoleName | None = Field(None, description="what it may ask")
    patient: str | None = Field(None, min_length=1, max_length=256, description=PATIENT + "; goes with a role")
    disabled: bool | None = Field(None, description="whether it is shut out")


class UserShown(Answer):
    """An account."""

    name: str = Field(description="unique, in lower case")
    role: str = Field(description="what it may ask")
    patient: str | None = Field(None, description="id of the patient whom an account of the role user is")
    disabled: bool = Field(description="whether it is shut out")
    service: bool = Field(description="whether it is a machine's")


class UserMade(UserShown):
    """A new account."""

    invite: str | None = Field(
        None, description="for /v1/auth/invite, once, within 7 days; shown now and never again; none for a machine's account"
    )


class Invite(Answer):
    """An invite, shown now and never again."""

    invite: str = Field(description="for /v1/auth/invite, once, within 7 days")


class UsersShown(Answer):
    """Accounts, by name."""

    items: list[UserShown] = Field(description="one entry an account")
    next: str | None = Field(None, description="send it as `after` to read on; left out at the end")


class UsersQuery(Parameters):
    """Which part of the list."""

    after: str = Field("", max_length=64, description="accounts behind this name")
    limit: int = Field(50, ge=1, le=100, description="how many at most")


class UserPath(Parameters):
    """Which account."""

    name: str = Field(min_length=1, max_length=64, description="of the account")


class UserKeyPath(UserPath):
    """Which key of an account."""

    key: str = Field(min_length=1, max_length=32, description="id of the key")
