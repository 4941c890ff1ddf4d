"""Sessions of an account."""

from pydantic import AwareDatetime, Field

from api.schemas.base import Answer, Parameters


class SessionShown(Answer):
    """One sign-in that goes on."""

    id: str = Field(description="of the session")
    begun: AwareDatetime = Field(description="when it was opened")
    used: AwareDatetime = Field(description="when it was refreshed last")
    until: AwareDatetime = Field(description="when it ends at the latest")
    address: str = Field(description="where it was opened from")
    this: bool = Field(description="whether it is the one that asks")


class SessionsShown(Answer):
    """Sessions that go on, the newest first."""

    items: list[SessionShown] = Field(description="one entry a session")


class SessionPath(Parameters):
    """Which session."""

    session: str = Field(min_length=1, max_length=32, description="id of the session")
