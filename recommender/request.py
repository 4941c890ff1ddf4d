"""What may be asked of the recommender."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

import orjson

from graph.elements import KnowledgeLevel, NodeId
from recommender.errors import CaseError

MAX_TOP = 100


class Reader(StrEnum):
    """Whom an answer's sentences are for; nothing else in it depends on this."""

    CLINICIAN = "clinician"
    ANALYST = "analyst"
    PATIENT = "patient"


@dataclass(frozen=True, slots=True)
class Request:
    """One question: exactly one of patient, case and nodes says for whom or what.

    Attributes:
        as_of: the day of the answer.
        patient: id of a patient in the store.
        case: a case as :mod:`recommender.case` reads it.
        nodes: ids, aliases or names of conditions and symptoms; the answer is then for no patient and unscreened.
        top: how many suggestions at most, 1 to 100.
        min_level: edges known more weakly than this speak for no medicine and no care action (safety always uses all).
        explore: whether the exploratory list is asked for, too: what the walk alone finds, for research.
        reader: whom the sentences are for.
        together: whether a jointly safe set for the conditions on file is asked for, too.
        faithfulness: whether each suggestion says how far its shown paths carry its score, by walks without them.
        exclude_sources: edges of these sources speak for no medicine.
        licences: only edges under one of these licences speak for a medicine; all when empty.
    """

    as_of: date
    patient: NodeId | None = None
    case: Mapping[str, Any] | None = None
    nodes: tuple[str, ...] = ()
    top: int = 10
    min_level: KnowledgeLevel = KnowledgeLevel.UNREVIEWED
    explore: bool = False
    reader: Reader = Reader.CLINICIAN
    together: bool = False
    faithfulness: bool = False
    exclude_sources: tuple[str, ...] = ()
    licences: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if (self.patient is not None) + (self.case is not None) + bool(self.nodes) != 1:
            raise CaseError("", "exactly one of a patient, a case and nodes is expected")
        if not 1 <= self.top <= MAX_TOP:
            raise CaseError("/top", f"a number from 1 to {MAX_TOP} is expected")
        if self.together and self.nodes:
            raise CaseError("/together", "a set to be used together is for a patient or a case")

    def payload(self) -> dict[str, Any]:
        """Everything that was asked, as JSON can hold it."""
        return {
            "as_of": self.as_of.isoformat(),
            "patient": self.patient,
            "case": self.case,
            "nodes": list(self.nodes),
            "top": self.top,
            "min_level": str(self.min_level),
            "explore": self.explore,
            "reader": str(self.reader),
            "together": self.together,
            "faithfulness": self.faithfulness,
            "exclude_sources": sorted(set(self.exclude_sources)),
            "licences": sorted(set(self.licences)),
        }


def canonical(value: object) -> bytes:
    """JSON with sorted keys: the same bytes for equal values."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def answer_id(*parts: object) -> str:
    """An id that is a hash of its parts: 32 hexadecimal digits."""
    return hashlib.blake2b(canonical(parts), digest_size=16).hexdigest()
