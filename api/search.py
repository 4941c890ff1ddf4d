"""Finds medicines as someone types: by the beginning or a part of a name or synonym, else by what is spelled alike."""

from collections.abc import Sequence
from dataclasses import dataclass

from graph.elements import NodeKind
from graph.snapshot import Snapshot
from graph.terms import normalise


@dataclass(frozen=True, slots=True)
class Found:
    """A medicine that fits what was typed.

    Attributes:
        number: the medicine in the snapshot.
        matched: the name, synonym or code that fits.
    """

    number: int
    matched: str


class MedicineSearch:
    """Searches the medicines of one snapshot.

    Args:
        snapshot: where they are.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._terms = [
            (normalise(text), text, number)
            for number in snapshot.numbers(NodeKind.MEDICINE)
            # Sources write codes as aliases, so that an id of any of them is found like a name.
            for text in (snapshot.name(number), snapshot.id(number), *snapshot.aliases(number))
        ]

    def find(self, text: str, limit: int) -> Sequence[Found]:
        """Medicines that fit: the same name first, then its beginning, the beginning of a word, any part.

        Args:
            text: what was typed.
            limit: how many at most.

        Returns:
            Best first, among equals shorter names first; each medicine once, with the text that fits best.
        """
        typed = normalise(text)
        fits = ((_rank(typed, term), len(term), term, number, said) for term, said, number in self._terms if typed in term)
        best: dict[int, Found] = {}
        for *_, number, said in sorted(fits) if typed else ():
            best.setdefault(number, Found(number, said))
        return list(best.values())[:limit]

    def nearest(self, text: str) -> Sequence[str]:
        """Names of medicines that are spelled alike, best first."""
        return self._snapshot.nearest(text, (NodeKind.MEDICINE,))


def _rank(typed: str, term: str) -> int:
    if term == typed:
        return 0
    if term.startswith(typed):
        return 1
    return 2 if f" {typed}" in term else 3
