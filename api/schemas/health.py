"""Health."""

from typing import Literal

from api.schemas.base import Answer


class Alive(Answer):
    """The process answers."""

    status: Literal["alive"]


class Ready(Answer):
    """A real walk was just made on this snapshot."""

    status: Literal["ready"]
    snapshot: str
