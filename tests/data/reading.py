"""Reads the formulary with nothing but ``csv``, so that a mistake of the loaders cannot hide one in the data."""

import csv
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path

DATA = Path(__file__).parents[2] / "data"
EVIDENCE = ("level", "source", "locator", "note")
_NAMED = ("id", "name", "synonyms")

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "ingredient": _NAMED,
    "drug_class": ("id", "name", "parent"),
    "allergy_class": (*_NAMED, "parent"),
    "substance": _NAMED,
    "condition": (*_NAMED, "parent", "doid", "mesh", "mondo"),
    "symptom": (*_NAMED, "icd10cm"),
    "side_effect_name": _NAMED,
    "lab_test": (*_NAMED, "unit", "other_units"),
    "gene": _NAMED,
    "phenotype": ("id", "gene", "name", "synonyms", "indeterminate"),
    "allele": ("id", "gene", "name", "synonyms", "function", "activity"),
    "care_action": ("id", "name", "category", "description", "sex", "youngest", "oldest"),
    "medicine": (*_NAMED, "ingredients", "atc", "rxcui", "route", "prescription"),
    "reference_range": ("test", "sex", "age_from", "age_to", "low", "high", "critical_low", "critical_high"),
    "allergy_class_member": ("class", "ingredient"),
    "cross_reactivity": ("class_a", "class_b", "strength", "reason"),
    "presentation": ("condition", "symptom", "frequency"),
    "indication": ("medicine", "condition", "relation", "line"),
    "contraindication": ("medicine", "condition", "strength", "applies", "reason"),
    "limit": (
        *("medicine", "kind", "test", "comparator", "value", "unit", "strength"),
        *("missing", "max_age_days", "advice"),
    ),
    "interaction": ("medicine_a", "medicine_b", "severity", "mechanism", "management", "modifiers"),
    "side_effect": ("medicine", "side_effect", "frequency", "serious"),
    "additive_effect": ("medicine", "side_effect", "points"),
    "pharmacogenomics": ("medicine", "phenotype", "action", "recommendation", "strength"),
    "care_help": ("care_action", "condition"),
}
"""The columns of every table before those that say how a row is known."""

KEYS: Mapping[str, tuple[str, ...]] = {
    "reference_range": ("test", "sex", "age_from", "age_to"),
    "allergy_class_member": ("class", "ingredient"),
    "cross_reactivity": ("class_a", "class_b"),
    "presentation": ("condition", "symptom"),
    "indication": ("medicine", "condition"),
    "contraindication": ("medicine", "condition"),
    "limit": ("medicine", "kind", "test", "comparator", "value"),
    "interaction": ("medicine_a", "medicine_b"),
    "side_effect": ("medicine", "side_effect"),
    "additive_effect": ("medicine", "side_effect"),
    "pharmacogenomics": ("medicine", "phenotype"),
    "care_help": ("care_action", "condition"),
}
"""What tells the rows of an edge table apart; the others have an id."""

OPTIONAL = {"interaction": ("modifiers",)}
"""Columns that derived rows need not have."""

NODE_TABLES = tuple(table for table in COLUMNS if table not in KEYS)
DECISIONS = {
    "crosswalk_disease": ("external", "condition", "relation"),
    "indication_review": ("medicine", "condition", "keep", "relation", "line"),
    "interaction_class": ("class", "rank", "side_a", "side_b", "mechanism", "management"),
}
"""Tables that the derived rows are made from."""


def files(table: str) -> list[Path]:
    """The files of a table: written by hand, derived."""
    found = [DATA / f"{table}.csv", DATA / "derived" / f"{table}.csv"]
    return [path for path in found if path.is_file()]


def lines(path: Path) -> Iterator[list[str]]:
    """The lines of a file, header first."""
    with path.open(encoding="utf-8", newline="") as stream:
        yield from csv.reader(stream)


@cache
def rows(table: str) -> tuple[dict[str, str], ...]:
    """All rows of a table."""
    found = []
    for path in files(table):
        header, *body = lines(path)
        found += [dict.fromkeys(OPTIONAL.get(table, ()), "") | dict(zip(header, cells, strict=True)) for cells in body]
    return tuple(found)


def key_of(table: str) -> tuple[str, ...]:
    """The key columns of a table."""
    return KEYS.get(table, ("id",))


def items(cell: str) -> list[str]:
    """The parts of a cell that holds a list."""
    return [item for item in cell.split(";") if item]


@cache
def ids(table: str) -> frozenset[str]:
    """The ids that a table brings."""
    return frozenset(row["id"] for row in rows(table))


@cache
def names(table: str) -> Mapping[str, str]:
    """The name of every id of a table."""
    return {row["id"]: row["name"] for row in rows(table)}


@cache
def parents(table: str) -> Mapping[str, str]:
    """The parent of every id of a table; empty at the top."""
    return {row["id"]: row["parent"] for row in rows(table)}


def upwards(condition: str) -> list[str]:
    """A condition and those above it, nearest first."""
    found = []
    while condition and condition not in found:
        found.append(condition)
        condition = parents("condition").get(condition, "")
    return found


def shown(found: Iterable[object]) -> list[object]:
    """The first few of what is wrong, for a message that stays readable."""
    return list(found)[:10]
