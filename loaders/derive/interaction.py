"""Severe interactions that follow from the ONC high-priority list.

Every pair of the list whose two medicines are in the formulary becomes a row. What it says is written once for a whole class
of pairs, in ``interaction_class.csv``: two lists of members, a mechanism and a management, in which ``{a}`` and ``{b}``
stand for the names. Classes are tried by rank, and the first that has a pair across its two sides describes it. A pair
without a class, a class without a pair, a member that is no medicine: each is an error, so that a list that grows is
noticed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from loaders.errors import LoadError
from loaders.references.interactions import Pair, onc_pairs
from loaders.references.treatments import DRUGBANK
from loaders.text_tables import Row, formulary_rows, read_text_table

TABLE = "interaction"
COLUMNS = ("medicine_a", "medicine_b", "severity", "mechanism", "management", "level", "source", "locator", "note")

_CLASSES = "interaction_class.csv"


@dataclass(frozen=True, slots=True)
class _Class:
    """Pairs that interact in one way: any of the one side with any of the other."""

    name: str
    rank: int
    sides: tuple[frozenset[str], frozenset[str]]
    mechanism: str
    management: str

    def oriented(self, pair: Pair) -> Pair | None:
        """The pair with its member of the first side first, or nothing when it is none of this class."""
        for first, second in (pair, pair[::-1]):
            if first in self.sides[0] and second in self.sides[1]:
                return first, second
        return None


def rows(shared: Path, data: Path) -> list[Row]:
    """The derived interactions, sorted by pair.

    Raises:
        LoadError: when pairs and classes do not fit together.
    """
    names = {row["id"]: row["name"] for row in formulary_rows(data, "medicine")}
    classes = _classes(data / _CLASSES, names)
    pairs = [pair for pair in onc_pairs(shared) if pair[0] in names and pair[1] in names]
    described = [(pair, *_describe(pair, classes)) for pair in pairs]
    if unused := {one.name for one in classes} - {found.name for _, found, _ in described}:
        raise LoadError(f"{_CLASSES}: no pair is of {', '.join(sorted(unused))}")
    return [_row(pair, found, oriented, names) for pair, found, oriented in described]


def _classes(path: Path, names: Mapping[str, str]) -> list[_Class]:
    classes = []
    for row in read_text_table(path):
        side_a, side_b = (frozenset(row[column].split(";")) for column in ("side_a", "side_b"))
        if unknown := (side_a | side_b) - names.keys():
            raise LoadError(f"{path.name}: {row['class']} has members that are no medicines: {', '.join(sorted(unknown))}")
        classes.append(_Class(row["class"], int(row["rank"]), (side_a, side_b), row["mechanism"], row["management"]))
    if len({one.rank for one in classes}) < len(classes):
        raise LoadError(f"{path.name}: two classes have the same rank")
    return sorted(classes, key=lambda one: one.rank)


def _describe(pair: Pair, classes: Sequence[_Class]) -> tuple[_Class, Pair]:
    for one in classes:
        if oriented := one.oriented(pair):
            return one, oriented
    raise LoadError(f"{_CLASSES}: no class has {pair[0]} and {pair[1]}")


def _row(pair: Pair, found: _Class, oriented: Pair, names: Mapping[str, str]) -> Row:
    spoken = {letter: _small(names[medicine]) for letter, medicine in zip("ab", oriented, strict=True)}
    texts = (_large(text.format(**spoken)) for text in (found.mechanism, found.management))
    locator = "/".join(medicine.removeprefix(DRUGBANK) for medicine in pair)
    values = (*pair, "severe", *texts, "checked", "onc-high-priority", locator, f"class {found.name}")
    return dict(zip(COLUMNS, values, strict=True))


def _small(text: str) -> str:
    return text[:1].lower() + text[1:]


def _large(text: str) -> str:
    return text[:1].upper() + text[1:]
