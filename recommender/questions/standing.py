"""Where a medicine stands in an answer: suggested, below the line, excluded, outranked, exploratory, or not connected."""

from enum import StrEnum
from typing import Any

from graph.elements import NodeKind
from graph.errors import AmbiguousNameError, UnknownNodeError
from graph.snapshot import Snapshot
from recommender.consultation import Consultation


class Standing(StrEnum):
    """What became of a medicine."""

    SUGGESTED = "suggested"
    SIGN_OFF = "needs sign-off"
    EXCLUDED = "excluded"
    OUTRANKED = "outranked"
    EXPLORATORY = "exploratory"
    NOT_CONNECTED = "not connected"


def named_medicine(snapshot: Snapshot, name: str) -> int:
    """The number of the medicine that an id, an alias or a name means.

    Raises:
        UnknownNodeError: when there is none; it names those that are spelled most like it.
        AmbiguousNameError: when several are meant.
    """
    found = snapshot.candidates(name, (NodeKind.MEDICINE,))
    if not found:
        raise UnknownNodeError(name, snapshot.nearest(name, (NodeKind.MEDICINE,)))
    if len(found) > 1:
        raise AmbiguousNameError(name, [snapshot.id(n) for n in found])
    return found[0]


def standing(of: Consultation, medicine: int) -> Standing:
    """Where a medicine stands.

    Args:
        of: the consultation.
        medicine: its number; the consultation's screening must have looked at it.
    """
    if of.excluded(medicine):
        return Standing.EXCLUDED
    if medicine in of.suggested:
        return Standing.SUGGESTED
    if medicine in of.established:
        return Standing.SIGN_OFF if of.waits(medicine) else Standing.OUTRANKED
    return Standing.EXPLORATORY if of.score(medicine) > of.engine.scorer.intercept else Standing.NOT_CONNECTED


def rank(of: Consultation, medicine: int) -> dict[str, Any] | None:
    """The place of a medicine among those of its list that safety lets through, as ``{list, rank, of}``."""
    for name, listed in (("established", of.free), ("sign-off", of.waiting), ("exploratory", of.walked)):
        if medicine in listed:
            return {"list": name, "rank": listed.index(medicine) + 1, "of": len(listed)}
    return None
