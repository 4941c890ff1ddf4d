"""One change of consent as the rest of the service sees it."""

from dataclasses import dataclass
from datetime import datetime

from graph.consents import Purpose


@dataclass(frozen=True, slots=True)
class ConsentChange:
    """A purpose was given or withdrawn.

    Attributes:
        version: of the patient's consent, from 1; purposes that changed together share it.
        purpose: what for.
        given: whether it was given; otherwise it was withdrawn.
        at: when, in UTC.
        by: the account that said so.
        role: of that account.
    """

    version: int
    purpose: Purpose
    given: bool
    at: datetime
    by: str
    role: str
