"""Finds nodes as someone types: by the beginning or a part of a name, synonym or code, else by what is spelled alike."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from zlib import crc32

import numpy as np

from graph.elements import NodeKind
from graph.snapshot import Snapshot
from graph.terms import NEAREST_CUTOFF, normalise

WORDS = 4
"""How many 64-bit words the pairs of letters of a name are marked in."""
COMPARED = 40
"""How many names that share most pairs of letters are compared letter by letter: all names would take too long for typing."""
NEAREST = 3


@dataclass(frozen=True, slots=True)
class Found:
    """A node that fits what was typed.

    Attributes:
        number: the node in the snapshot.
        matched: the name, synonym or code that fits.
    """

    number: int
    matched: str


class NodeSearch:
    """Searches the nodes of one kind of one snapshot.

    Args:
        snapshot: where they are.
        kind: which of its nodes.
    """

    def __init__(self, snapshot: Snapshot, kind: NodeKind) -> None:
        self._terms = sorted(
            (normalise(text), number, text)
            for number in snapshot.numbers(kind)
            # Sources write codes as aliases, so that an id of any of them is found like a name.
            for text in (snapshot.name(number), snapshot.id(number), *snapshot.aliases(number))
        )
        self._spelled = [(term, number, text) for term, number, text in self._terms if ":" not in text]
        self._marks = np.array([_marks(term) for term, _, _ in self._spelled], np.uint64).reshape(-1, WORDS)
        self._sizes = np.bitwise_count(self._marks).sum(axis=1)

    def find(self, text: str, limit: int, offset: int = 0) -> Sequence[Found]:
        """Nodes that fit: the same name first, then its beginning, the beginning of a word, any part.

        Args:
            text: what was typed.
            limit: how many at most.
            offset: how many of the best are left out.

        Returns:
            Best first, among equals shorter names first; each node once, with the text that fits best.
        """
        best: dict[int, Found] = {}
        if typed := normalise(text):
            for number, said in self._fitting(typed):
                best.setdefault(number, Found(number, said))
                if len(best) == offset + limit:
                    break
        return list(best.values())[offset:]

    def _fitting(self, typed: str) -> Iterator[tuple[int, str]]:
        first = bisect_left(self._terms, (typed,))
        last = bisect_left(self._terms, (typed + "\U0010ffff",))
        # What begins so fills most pages, and only then is every other name looked at.
        yield from _ordered(typed, self._terms[first:last])
        yield from _ordered(typed, [row for row in (*self._terms[:first], *self._terms[last:]) if typed in row[0]])

    def nearest(self, text: str) -> Sequence[str]:
        """Names and synonyms that are spelled alike, best first, at most three, one of each node."""
        typed = normalise(text)
        if not typed or not self._spelled:
            return []
        marks = np.array(_marks(typed), np.uint64)
        shared = np.bitwise_count(self._marks & marks).sum(axis=1)
        likeness = 2 * shared / (self._sizes + np.bitwise_count(marks).sum())
        close = np.argsort(-likeness, kind="stable")[:COMPARED]
        names: dict[int, str] = {}
        for _, place in sorted((-ratio, int(p)) for p in close if (ratio := self._ratio(typed, int(p))) >= NEAREST_CUTOFF):
            names.setdefault(self._spelled[place][1], self._spelled[place][2])
        return list(names.values())[:NEAREST]

    def _ratio(self, typed: str, place: int) -> float:
        return SequenceMatcher(None, self._spelled[place][0], typed).ratio()


def _ordered(typed: str, rows: Sequence[tuple[str, int, str]]) -> Iterator[tuple[int, str]]:
    for *_, number, said in sorted((_rank(typed, term), len(term), term, number, said) for term, number, said in rows):
        yield number, said


def _rank(typed: str, term: str) -> int:
    if term == typed:
        return 0
    if term.startswith(typed):
        return 1
    return 2 if f" {typed}" in term else 3


def _marks(term: str) -> list[int]:
    """The pairs of letters of a name, each as one bit; the array of all names is as wide."""
    bits = 0
    padded = f" {term} "
    for i in range(len(padded) - 1):
        bits |= 1 << crc32(padded[i : i + 2].encode()) % (64 * WORDS)
    return [bits >> (64 * word) & 0xFFFFFFFFFFFFFFFF for word in range(WORDS)]
