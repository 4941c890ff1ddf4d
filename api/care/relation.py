"""What the rest of the service knows of care."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from graph.elements import NodeId


class Ground(StrEnum):
    """On what ground an account sees a patient."""

    CARE = "care"
    BREAK_GLASS = "break-glass"


@dataclass(frozen=True, slots=True)
class CareRelation:
    """An account cares for a patient.

    Attributes:
        id: names the relation.
        account: who cares.
        patient: for whom.
        begins: the first day.
        ends: the last day; None when it is open.
        by: the account that gave it; empty when it was given at the shell.
        ended: when it was ended by hand, in UTC; None when it was not.
    """

    id: str
    account: str
    patient: NodeId
    begins: date
    ends: date | None
    by: str
    ended: datetime | None = None


@dataclass(frozen=True, slots=True)
class BrokenGlass:
    """A clinician outside a care relation opened a record in an emergency.

    Attributes:
        id: names it.
        account: who opened it.
        patient: whose record it is.
        reason: why, in the clinician's words.
        at: when, in UTC.
        until: when the access ends, in UTC.
    """

    id: str
    account: str
    patient: NodeId
    reason: str
    at: datetime
    until: datetime
