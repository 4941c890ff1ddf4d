"""Looks through a JSON text before it is read: what would cost too much to read, or could be read in two ways.

One pass over the text, which stops at the first thing that is wrong and says where it stands. Whether the text is JSON at all
is not judged here but by the reader.
"""

import json
import re
from dataclasses import dataclass, field
from math import isinf

from api.errors import BodyError

MAX_DEPTH = 32
"""How deep a body may be nested."""
MAX_VALUES = 20_000
"""How many values a body may hold: lists and objects count, too, and so do keys."""
MAX_NUMBER = 100
"""How many characters a number may be written with."""
SHOWN = 50
"""How much of a key stands in a pointer."""

_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"?|[\[\]{}:,]|-?(?:NaN|Infinity)|-?[0-9][0-9.eE+-]*', re.DOTALL)


@dataclass(slots=True)
class _Level:
    """An object or a list that the pass is in.

    Attributes:
        keys: of an object, those that stood already; None of a list.
        place: the key or the index of what the pass is at.
    """

    keys: set[str] | None
    place: str = "0"
    count: int = 0


@dataclass(slots=True)
class _Pass:
    levels: list[_Level] = field(default_factory=list)
    text: str = ""
    values: int = 0

    def refuse(self, reason: str) -> BodyError:
        """The error for what the pass is at."""
        return BodyError(reason, "".join(f"/{escaped(level.place[:SHOWN])}" for level in self.levels))

    def open(self, *, is_object: bool) -> None:
        self.value()
        if len(self.levels) == MAX_DEPTH:
            raise self.refuse(f"a body nested at most {MAX_DEPTH} deep is expected")
        self.levels.append(_Level(set() if is_object else None, "" if is_object else "0"))

    def value(self) -> None:
        self.values += 1
        if self.values > MAX_VALUES:
            raise self.refuse(f"a body of at most {MAX_VALUES} values is expected")

    def next(self) -> None:
        if self.levels and self.levels[-1].keys is None:
            self.levels[-1].count += 1
            self.levels[-1].place = str(self.levels[-1].count)

    def key(self) -> None:
        level = self.levels[-1] if self.levels else None
        if level is not None and level.keys is not None:
            level.place = _unquoted(self.text)
            if level.place in level.keys:
                raise self.refuse("a key stands twice in one object")
            level.keys.add(level.place)

    def string(self, text: str) -> None:
        self.text = text
        self.value()
        if "\x00" in text:
            raise self.refuse("NUL is not allowed in a text")
        if "\\u" in text and any("\ud800" <= char <= "\udfff" for char in _unquoted(text)):
            raise self.refuse("half a surrogate pair is no character")

    def number(self, text: str) -> None:
        self.value()
        if text[-1] in "Ny":
            raise self.refuse("NaN and infinities are no JSON")
        if len(text) > MAX_NUMBER:
            raise self.refuse(f"a number of at most {MAX_NUMBER} characters is expected")
        if "e" in text.lower() and _too_large(text):
            raise self.refuse("a number that a double holds is expected")


def check_limits(text: str) -> None:
    """Refuse a JSON text that is nested too deeply, holds too much, or could be read in two ways.

    Raises:
        BodyError: with a pointer to where that is.
    """
    at = _Pass()
    for found in _TOKEN.finditer(text):
        word = found.group()
        match word[0]:
            case '"':
                at.string(word)
            case "{" | "[":
                at.open(is_object=word == "{")
            case "}" | "]":
                del at.levels[-1:]
            case ",":
                at.next()
            case ":":
                at.key()
            case _:
                at.number(word)


def _unquoted(text: str) -> str:
    try:
        found = json.loads(text, strict=False)
    except ValueError:
        # No string at all, which the reader will say.
        return text
    return found if isinstance(found, str) else text


def _too_large(text: str) -> bool:
    try:
        return isinf(float(text))
    except ValueError:
        return False


def escaped(key: str) -> str:
    """A key as it stands in a JSON pointer (RFC 6901, 3)."""
    return key.replace("~", "~0").replace("/", "~1")
