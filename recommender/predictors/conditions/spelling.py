"""Slips of the pen: the one known word that an unknown one is a slip of.

Only words of five letters and more are mended, by one edit, from nine letters by two, and only where one known word is
nearest: a wrong guess about a symptom is worse than none. A swap of two neighbours counts as one edit (optimal string
alignment; Damerau 1964, doi:10.1145/363958.363994). The first letter is kept: people seldom miss it, and "tough" is no slip of
"cough".
"""

from collections import defaultdict
from collections.abc import Iterable

SHORTEST = 5
LONG = 9


def distance(one: str, other: str, most: int) -> int:
    """How many letters are put in, left out, changed or swapped with a neighbour between two words.

    Args:
        one, other: the words.
        most: from where on the number does not matter.

    Returns:
        The distance, or ``most + 1`` where it is greater than ``most``.

    >>> distance("haedache", "headache", 2)
    1
    """
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        last, before, row = before, row, [i]
        for j, wanted in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != wanted))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == wanted:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
    return min(row[-1], most + 1)


class Speller:
    """Mends slips towards known words.

    Args:
        known: right words, in small letters.
        guarded: further right words, which are neither mended nor mended to.
    """

    def __init__(self, known: Iterable[str], guarded: Iterable[str] = ()) -> None:
        self._known = frozenset(known)
        self._guarded = frozenset(guarded)
        self._by_start: defaultdict[tuple[str, int], list[str]] = defaultdict(list)
        for word in sorted(self._known):
            if len(word) >= SHORTEST:
                self._by_start[word[0], len(word)].append(word)

    def mend(self, word: str) -> str:
        """The word that is meant: the word itself when it is known, too short, like no known word or like several."""
        if len(word) < SHORTEST or word in self._known or word in self._guarded or not word.isalpha():
            return word
        most = 2 if len(word) >= LONG else 1
        near: dict[int, list[str]] = {}
        for length in range(len(word) - most, len(word) + most + 1):
            for known in self._by_start.get((word[0], length), ()):
                far = distance(word, known, most)
                if far <= most:
                    near.setdefault(far, []).append(known)
        best = near[min(near)] if near else []
        return best[0] if len(best) == 1 else word
