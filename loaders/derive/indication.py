"""Indications that follow from PharmacotherapyDB and DrugMechDB.

- A pair becomes a row only when ``crosswalk_disease.csv`` has its disease and ``medicine.csv`` its medicine.
- PharmacotherapyDB is curated by physicians: pairs that modify a disease (treats) or relieve its symptoms (palliates) stand
  unless the review says otherwise; pairs that it calls no treatment are never read as one. DrugMechDB's pairs stand only
  where the review keeps them.
- A disease that is narrower than the condition it maps to, or maps to a block of codes, needs the review as well.
- ``indication_review.csv`` decides by medicine and condition; its relation and line, where given, replace the default.
- A pair of both references is one row, for PharmacotherapyDB; the note names the other's record.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from loaders.references.treatments import Category, ReferencePair, drugmechdb, pharmacotherapydb
from loaders.text_tables import Row, formulary_rows, read_text_table

TABLE = "indication"
COLUMNS = ("medicine", "condition", "relation", "line", "level", "source", "locator", "note")

_RELATIONS = {Category.MODIFIES: "treats", Category.RELIEVES: "palliates"}
_CURATED, _EXTRACTED = "pharmacotherapydb", "drugmechdb"
_UNSTATED = "unstated"

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class _Decision:
    """What the review decided on a medicine and a condition; an empty text leaves the default."""

    keep: bool
    relation: str
    line: str
    note: str


@dataclass(frozen=True, slots=True)
class _Evidence:
    """What one reference says, in the formulary's terms."""

    medicine: str
    condition: str
    relation: str
    source: str
    locator: str
    needs_review: bool


def rows(shared: Path, data: Path) -> list[Row]:
    """The derived indications, one for each medicine and condition, sorted by them."""
    review = {(row["medicine"], row["condition"]): _decision(row) for row in read_text_table(data / "indication_review.csv")}
    medicines = {row["id"] for row in formulary_rows(data, "medicine")}
    kept: dict[Key, list[_Evidence]] = {}
    for item in _evidence(shared, data):
        key = (item.medicine, item.condition)
        decision = review.get(key)
        stands = decision.keep if decision else not item.needs_review
        if stands and item.medicine in medicines:
            kept.setdefault(key, []).append(item)
    return [_row(items, review.get(key)) for key, items in sorted(kept.items())]


def _decision(row: Row) -> _Decision:
    return _Decision(row["keep"] == "yes", row["relation"], row["line"], row["note"])


def _evidence(shared: Path, data: Path) -> Iterator[_Evidence]:
    crosswalk = {row["external"]: row for row in read_text_table(data / "crosswalk_disease.csv")}
    curated = ((_CURATED, pair) for pair in pharmacotherapydb(shared))
    extracted = ((_EXTRACTED, pair) for pair in drugmechdb(shared))
    for source, pair in chain(curated, extracted):
        if pair.disease in crosswalk and pair.category in _RELATIONS:
            yield _mapped(source, pair, crosswalk[pair.disease])


def _mapped(source: str, pair: ReferencePair, mapping: Mapping[str, str]) -> _Evidence:
    condition = mapping["condition"]
    coarse = mapping["relation"] == "broader" or "-" in condition.partition(":")[2]
    needs_review = coarse or source == _EXTRACTED
    return _Evidence(pair.medicine, condition, _RELATIONS[pair.category], source, pair.record, needs_review)


def _row(items: list[_Evidence], decision: _Decision | None) -> Row:
    """One indication from all evidence of a pair, of which the first is cited."""
    cited = items[0]
    said = {item.relation for item in items if item.source == cited.source}
    default = "treats" if "treats" in said else "palliates"
    relation = (decision.relation if decision else "") or default
    line = (decision.line if decision else "") or _UNSTATED
    note = "; ".join(_notes(items, decision, default, relation, line))
    values = (cited.medicine, cited.condition, relation, line, "checked", cited.source, cited.locator, note)
    return dict(zip(COLUMNS, values, strict=True))


def _notes(items: list[_Evidence], decision: _Decision | None, default: str, relation: str, line: str) -> Iterator[str]:
    """What a reader must know of a row: where it goes beyond its source, and who else says it."""
    source = items[0].source
    if decision and decision.note:
        yield decision.note
    if relation != default and source == _CURATED:
        yield f"relation: general knowledge (the source has {'DM' if default == 'treats' else 'SYM'})"
    if relation == "palliates" and source == _EXTRACTED:
        yield "relation: general knowledge"
    if line != _UNSTATED:
        yield "line: general knowledge"
    if others := [f"{item.source} {item.locator}" for item in items[1:]]:
        yield "also " + ", ".join(others)
