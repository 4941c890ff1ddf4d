"""An account as the rest of the service sees it."""

import re
from dataclasses import dataclass
from enum import StrEnum

from api.errors import AccountError
from graph.elements import NodeId

NAME = re.compile(r"[a-z0-9][a-z0-9._@-]{1,63}")


class Role(StrEnum):
    """What an account is for; what each may ask stands in :data:`api.roles.ROLE_TABLE`."""

    ADMIN = "admin"
    CLINICIAN = "clinician"
    ANALYST = "analyst"
    USER = "user"


@dataclass(frozen=True, slots=True)
class Account:
    """Someone or something that signs in.

    Attributes:
        name: unique, in lower case.
        role: what it may ask.
        patient: the id of the patient whom a user is, None for every other role.
        disabled: whether it is shut out; its tokens stop to count at once.
        service: whether it is a machine's: it has no password and never signs in, it asks by keys that an admin makes.

    Raises:
        AccountError: when the name is unusable, a user is bound to no patient or another role to one.
    """

    name: str
    role: Role
    patient: NodeId | None = None
    disabled: bool = False
    service: bool = False

    def __post_init__(self) -> None:
        if not NAME.fullmatch(self.name):
            raise AccountError("a name of 2 to 64 letters, digits and . _ @ - is expected")
        if (self.role is Role.USER) != (self.patient is not None):
            raise AccountError("an account of the role user is bound to one patient, any other to none")


def folded(name: str) -> str:
    """The form in which two spellings of one name agree."""
    return name.strip().casefold()
