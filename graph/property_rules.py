"""What one property of a node or an edge may hold, and why a value is none of that.

A value is looked at, never repeated: it may be a patient's.
"""

import math
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from graph.elements import PropertyValue

DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
MAX_TEXT = 65_536
"""Longest text that a name or a property may hold, in characters."""


def is_date(text: str) -> bool:
    """Whether a text is a day of the calendar as ISO 8601 writes it, with hyphens."""
    if not DATE.fullmatch(text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def reason_against_text(text: str) -> str:
    """Say in a few words why no store could keep the text, or nothing when every store can."""
    if len(text) > MAX_TEXT or "\x00" in text or not (text.isascii() or _SURROGATE.search(text) is None):
        return f"a text of at most {MAX_TEXT} characters without NUL is expected"
    return ""


@dataclass(frozen=True, slots=True)
class PropertyRule:
    """What one property may hold.

    Attributes:
        type: ``str``, ``int``, ``float`` (an int is accepted), ``bool`` or ``tuple`` (of texts).
        required: whether the element is refused without it.
        values: the allowed texts; empty when any is allowed.
        low: smallest number allowed.
        high: largest number allowed.
        date: whether the text is an ISO date.
    """

    type: type
    required: bool = False
    values: tuple[str, ...] = ()
    low: float = -math.inf
    high: float = math.inf
    date: bool = False

    def reason_against(self, value: PropertyValue) -> str:
        """Say in a few words why the value is not allowed, or nothing when it is; the value itself is never repeated."""
        wanted = (int, float) if self.type is float else (self.type,)
        if not isinstance(value, wanted) or (isinstance(value, bool) and self.type is not bool):
            return f"a {self.type.__name__} is expected"
        if isinstance(value, str):
            return self._reason_against_text(value)
        if isinstance(value, tuple):
            return self._reason_against_list(value)
        return "" if isinstance(value, bool) else self._reason_against_number(value)

    def _reason_against_number(self, value: int | float) -> str:
        # The bounds exclude the infinities and a not-a-number; a store may keep whole numbers in 64 bits.
        if not -sys.float_info.max <= value <= sys.float_info.max:
            return "a finite number is expected"
        if isinstance(value, int) and not -(2**63) <= value < 2**63:
            return "a whole number that 64 bits hold is expected"
        if not self.low <= value <= self.high:
            return f"a number from {self.low:g} to {self.high:g} is expected"
        return ""

    def _reason_against_list(self, values: tuple[str, ...]) -> str:
        if not all(isinstance(text, str) for text in values):
            return "a list of texts is expected"
        return next(filter(None, map(self._reason_against_text, values)), "")

    def _reason_against_text(self, value: str) -> str:
        if self.values and value not in self.values:
            return f"one of {', '.join(self.values)} is expected"
        if self.date and not is_date(value):
            return "an ISO date is expected"
        return reason_against_text(value)


Properties = Mapping[str, PropertyRule]
