"""What the columns of an unknown table hold, told from their values.

A column is a flag, a number or a category of 50 values at most, of which each is had by several rows. What names a person,
counts rows, holds dates or never changes is left out and said. Nothing is taken for a measurement of the graph, and no unit is
made up.
"""

import re
from collections import Counter
from collections.abc import Sequence
from datetime import date

import numpy as np

from recommender.predictors.tables.cell_file import CellFile
from recommender.predictors.tables.cells import FLAGS, MISSING, dates, distinct, is_missing, numbers
from recommender.predictors.tables.mapped import MappedColumn, Role, TableMapping, plain
from recommender.predictors.tables.table import Column, ColumnKind

MAX_CATEGORIES = 50
MOSTLY = 0.9
"""Share of a column's cells that have to be numbers for it to be a column of numbers; the others are refused."""
PARTLY = 0.5
"""The same for a column that holds too many values to be one of categories."""
AGES = (0.0, 130.0)
"""Years that a body can have: of ages alone the unit is known without being told."""
ID_NAMES = re.compile(
    r"(?i:(^|.*[_\s.-])(id|mrn|uuid|guid|identifier|nr))$|.*[a-z]I[dD]$|(?i:patient|subject|person|encounter|row|index)$"
)
"""Headers of what tells rows or people apart."""
PATIENT_NAMES = re.compile(r"(patient|subject|person|member|mrn|donor)", re.I)
FEWEST, KEEPS = 5, 30
"""Rows that a category has at least, in a table of so many rows that it can be learned from: the names of categories are kept
with the predictor and told in reports, and what a few people have may be a name, or somebody's own words."""
_DAY_NUMBER = re.compile(r"(19|20)\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])$")
_SPELLINGS = {
    _DAY_NUMBER: "holds dates without hyphens; the form YYYY-MM-DD is expected",
    re.compile(r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4}(\D|$)"): "holds dates of another form than YYYY-MM-DD",
    re.compile(r"[+-]?\d+,\d+$"): "holds numbers with a comma; a decimal point is expected, and no separators",
}
"""How dates and numbers are spelled that are not read, and what is said of a column of them."""
_AGE_NAMES = frozenset({"age", "ageyears", "ageinyears"})
_LAST_DAY = date.max
NAME_WORDS = ("name", "phone", "email", "address", "ssn", "birthdate", "dateofbirth", "dob", "zip", "postcode")
"""Words in headers of what identifies a person directly."""


def proposed_mapping(cells: CellFile, target: str, *, labelled: bool = True) -> tuple[TableMapping, dict[str, str]]:
    """Typed columns of a table that no mapping is of.

    Args:
        cells: the table.
        target: the header of what is to be predicted; it is no feature.
        labelled: whether it is learned from; rows that are only asked about may all be alike.

    Returns:
        The mapping, and the columns that are left out, each with the reason.
    """
    columns, left_out = [], {}
    for name, texts in zip(cells.header, cells.columns, strict=True):
        if name == target:
            columns.append(_target(name, texts))
            continue
        if reason := _no_feature(name, texts, labelled=labelled):
            left_out[name] = reason
            if PATIENT_NAMES.search(name) and len(set(texts)) < len(texts):
                left_out[name] = "tells whose row it is: its rows share a fold"
                columns.append(MappedColumn(Column(name, ColumnKind.CATEGORY), Role.GROUP))
            continue
        columns.append(MappedColumn(_typed(name, texts)))
    name = re.sub(r"(\.csv|\.tsv|\.txt|\.gz)+$", "", cells.file)
    return TableMapping(name or "table", tuple(columns), target=target), left_out


def _target(name: str, texts: Sequence[str]) -> MappedColumn:
    kind = ColumnKind.NUMBER if _share_of_numbers(texts) >= MOSTLY else ColumnKind.CATEGORY
    return MappedColumn(Column(name, kind, label=name.replace("_", " ")), Role.TARGET)


def _no_feature(name: str, texts: Sequence[str], *, labelled: bool) -> str:
    """Why a column is none, or empty."""
    values = distinct(texts)
    if not values:
        return "every cell is empty"
    if len(values) == 1 and len(texts) > 1 and labelled:
        return "has one value only"
    if any(word in plain(name) for word in NAME_WORDS):
        return "may name a person; a mapping can say otherwise"
    if ID_NAMES.match(name) or _counts_rows(texts, values):
        return "tells rows apart and says nothing of them"
    if not _numeric(texts, values):
        return _no_category(texts, values)
    return _SPELLINGS[_DAY_NUMBER] if all(map(_DAY_NUMBER.match, values)) else ""


def _numeric(texts: Sequence[str], values: Sequence[str]) -> bool:
    share = _share_of_numbers(texts)
    return share >= MOSTLY or (share >= PARTLY and len(values) > MAX_CATEGORIES)


def _no_category(texts: Sequence[str], values: Sequence[str]) -> str:
    sample = [text.strip() for text in texts if text.strip().casefold() not in MISSING]
    found = dates(sample, _LAST_DAY)
    if len(found.refused) <= len(sample) * (1 - MOSTLY):
        return 'holds dates; a mapping with kind = "date" makes years of them'
    if reason := _spelled_otherwise(sample):
        return reason
    if len(values) > MAX_CATEGORIES or len(values) == len(sample) > 2:
        return f"texts of {len(values)} kinds; a category has {MAX_CATEGORIES} at most and repeats itself"
    kept = {name.casefold() for name in _categories(texts)}
    if sum(text.casefold() in kept for text in sample) < len(sample) * PARTLY:
        return f"texts of {len(values)} kinds, most of them of fewer than {FEWEST} rows"
    return ""


def _spelled_otherwise(cells: Sequence[str]) -> str:
    """What is said of cells that are dates or numbers in another spelling; it is not guessed which is the day or the month."""
    for form, reason in _SPELLINGS.items():
        if sum(form.match(cell) is not None for cell in cells) >= len(cells) * MOSTLY:
            return reason
    return ""


def _categories(texts: Sequence[str]) -> tuple[str, ...]:
    """The categories of a column, ascending, each in its first spelling."""
    counts = Counter(text.strip().casefold() for text in texts)
    spelled = {name.casefold(): name for name in reversed(distinct(texts))}
    fewest = FEWEST if len(texts) >= KEEPS else 1
    return tuple(sorted(name for key, name in spelled.items() if counts[key] >= fewest))


def _counts_rows(texts: Sequence[str], values: Sequence[str]) -> bool:
    """Whether a column numbers its rows: whole numbers without a gap, as many as rows."""
    if len(values) != len(texts) or len(texts) < 10:
        return False
    found = numbers(texts).values
    steps = np.diff(np.sort(found))
    return bool(np.isfinite(found).all() and (steps == 1).all())


def _share_of_numbers(texts: Sequence[str]) -> float:
    found = numbers(texts)
    return float((~np.isnan(found.values)).sum()) / given if (given := found.given) else 0.0


def _typed(name: str, texts: Sequence[str]) -> Column:
    words = {text.strip().casefold() for text in texts if not is_missing(text)}
    label = name.replace("_", " ")
    if words and words <= FLAGS.keys():
        return Column(name, ColumnKind.FLAG, label=label)
    if not _numeric(texts, distinct(texts)):
        return Column(name, ColumnKind.CATEGORY, categories=_categories(texts), label=label)
    if plain(name) in _AGE_NAMES:
        return Column(name, ColumnKind.NUMBER, label=label, low=AGES[0], high=AGES[1])
    return Column(name, ColumnKind.NUMBER, label=label)
