"""The lexicon of the shipped symptoms, read from their table, so that no graph need be built."""

import csv
from functools import cache
from pathlib import Path

from graph.terms import normalise
from recommender.predictors.conditions.lexicon import Lexicon, Term

DATA = Path(__file__).resolve().parents[4] / "data"
HERE = Path(__file__).parent


def _rows(name: str) -> list[dict[str, str]]:
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def symptoms() -> tuple[str, ...]:
    """Names of the symptoms; a symptom's node in the lexicon is its place here."""
    return tuple(row["name"] for row in _rows("symptom"))


@cache
def shipped_lexicon() -> Lexicon:
    """The lexicon that the shipped graph has."""
    terms = (Term(i, row["name"], tuple(filter(None, row["synonyms"].split(";")))) for i, row in enumerate(_rows("symptom")))
    guarded = {word for row in _rows("condition") for word in normalise(f"{row['name']} {row['synonyms']}").split()}
    return Lexicon(terms, guarded)


def sentences() -> list[tuple[str, frozenset[str], frozenset[str]]]:
    """Sentences with the symptoms that are there and those that are denied."""
    found = []
    for line in (HERE / "sentences.csv").read_text(encoding="utf-8").splitlines()[1:]:
        text, present, absent = line.rsplit(";", 2)
        found.append((text, _names(present), _names(absent)))
    return found


def _names(cell: str) -> frozenset[str]:
    return frozenset(name.strip() for name in cell.split(",") if name.strip())
