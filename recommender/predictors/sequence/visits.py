"""Visits of people, and the codes that are counted of them.

A code is a condition or a medicine, named as its source names it. A history holds no name and no id of anyone: days are counted
from its first visit.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from recommender.errors import PredictorError

Matrix = NDArray[np.float64]
MONTH = 30.0


class CodeKind(StrEnum):
    """What a code stands for."""

    CONDITION = "condition"
    MEDICINE = "medicine"


@dataclass(frozen=True, slots=True)
class Code:
    """One thing that can be part of a visit.

    Attributes:
        name: as its source calls it; the id of a node where the graph knows it.
        kind: what it is.
        label: in words.
    """

    name: str
    kind: CodeKind
    label: str = ""


@dataclass(frozen=True, slots=True)
class Visit:
    """What one visit brought.

    Attributes:
        day: days since the first visit, 0 or more.
        codes: names of what was diagnosed and what was given.
    """

    day: float
    codes: frozenset[str]


History = tuple[Visit, ...]
"""Visits of one person, in the order of days."""


@dataclass(frozen=True)
class Population:
    """Histories of many people.

    Attributes:
        name: where they come from, in a word.
        histories: one a person.
        codes: everything that occurs in them, by name.
        synthetic: whether nobody of them ever lived.
        source: citation and licence.
    """

    name: str
    histories: tuple[History, ...]
    codes: Mapping[str, Code]
    synthetic: bool = False
    source: str = ""

    def take(self, people: Iterable[int]) -> tuple[History, ...]:
        """The histories of some people."""
        return tuple(self.histories[i] for i in people)


@dataclass(frozen=True)
class Vocabulary:
    """The codes that a model knows, in order.

    Attributes:
        codes: ascending by kind and name.
    """

    codes: tuple[Code, ...]
    _places: Mapping[str, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_places", {code.name: i for i, code in enumerate(self.codes)})
        if len(self._places) != len(self.codes):
            raise PredictorError("a code stands twice in the vocabulary; train again")

    def __len__(self) -> int:
        return len(self.codes)

    @classmethod
    def of(cls, histories: Sequence[History], codes: Mapping[str, Code], people: int) -> Self:
        """The codes that so many people have or more."""
        counted = Counter(name for history in histories for name in set().union(*(visit.codes for visit in history)))
        kept = [codes[name] for name, count in counted.items() if count >= people]
        return cls(tuple(sorted(kept, key=lambda code: (code.kind, code.name))))

    def places(self, names: Iterable[str]) -> NDArray[np.int64]:
        """Where the codes that it knows stand, ascending."""
        return np.array(sorted(self._places[name] for name in names if name in self._places), np.int64)

    def place(self, name: str) -> int | None:
        """Where a code stands; None for one that it does not know."""
        return self._places.get(name)

    def of_kind(self, kind: CodeKind) -> NDArray[np.bool_]:
        """Which codes are of a kind. shape: (codes,)."""
        return np.array([code.kind is kind for code in self.codes], bool)

    def matrix(self, history: History) -> Matrix:
        """1 where a visit has a code. shape: (visits, codes)."""
        found = np.zeros((len(history), len(self)))
        for i, visit in enumerate(history):
            found[i, self.places(visit.codes)] = 1.0
        return found

    def payload(self) -> list[list[str]]:
        """As JSON can hold it."""
        return [[code.name, code.kind.value, code.label] for code in self.codes]

    @classmethod
    def read(cls, told: Sequence[Sequence[Any]]) -> Self:
        """The vocabulary that :meth:`payload` told of.

        Raises:
            PredictorError: when it is damaged.
        """
        try:
            return cls(tuple(Code(str(name), CodeKind(kind), str(label)) for name, kind, label in told))
        except (TypeError, ValueError) as error:
            raise PredictorError("the vocabulary is damaged; train again") from error


def checked(history: History) -> History:
    """The history, as models take it.

    Raises:
        PredictorError: when a day is no number, or visits are not in order.
    """
    days = np.array([visit.day for visit in history], float)
    if not np.isfinite(days).all() or bool((np.diff(days) < 0).any()):
        raise PredictorError("visits are expected in order, each with a day that is a number")
    return history


def gaps(history: History) -> Matrix:
    """How long before each visit the one before was, as log(1 + days / 30); 0 for the first. shape: (visits,)."""
    days = np.array([visit.day for visit in history], float)
    found: Matrix = np.log1p(np.maximum(np.diff(days, prepend=days[:1]), 0.0) / MONTH)
    return found
