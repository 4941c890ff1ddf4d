"""How far the formulary agrees with the references, and how much of it was checked: every figure of ``data/README.md`` and of
the tests.

A figure counts what both sides know. What is at odds is named, so that a figure below its whole leads to the rows at fault.
A pair that PharmacotherapyDB calls no treatment may still be one (its curators saw the labels of 2015): such a row says why
in a note that begins with ``NOT-exception``, and is counted apart.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from loaders.references import codes
from loaders.references.guidelines import Advice, cpic_recommendations
from loaders.references.interactions import onc_pairs
from loaders.references.treatments import DRUGBANK, Category, ReferencePair, pharmacotherapydb
from loaders.sources.formulary.tables import TABLES
from loaders.text_tables import formulary_rows

EXCEPTION = "NOT-exception"
_FITTING: Mapping[str, frozenset[Advice]] = {
    "avoid": frozenset({Advice.OTHER}),
    "alternative": frozenset({Advice.OTHER}),
    "reduce": frozenset({Advice.LESS}),
    "increase": frozenset({Advice.MORE}),
    "no change": frozenset({Advice.STANDARD}),
    "monitor": frozenset(Advice) - {Advice.OTHER},
}
"""The advice that each action of the formulary is at one with."""
_ATC = re.compile(r"[A-V](\d\d([A-Z]([A-Z](\d\d)?)?)?)?")
_ATC_LEVELS = (0, 1, 3, 4, 5, 7)
"""Characters of an ATC code by its level."""
_BLOCK = re.compile(r"([A-Z]\d[0-9A-Z])-([A-Z]\d[0-9A-Z])")


@dataclass(frozen=True, slots=True)
class Figure:
    """How often two sides agree.

    Attributes:
        of: what was compared.
        at_odds: what disagrees, each named.
        excepted: what disagrees and says why.
    """

    of: int
    at_odds: tuple[str, ...] = ()
    excepted: tuple[str, ...] = ()

    @property
    def agree(self) -> int:
        """How many of them agree, exceptions not among them."""
        return self.of - len(self.at_odds) - len(self.excepted)


def agreement(shared: Path, data: Path) -> dict[str, Figure]:
    """Every figure by what it says, in the order in which to print them.

    Args:
        shared: the folder of the reference data, or the one above it.
        data: the formulary's folder.

    Raises:
        LoadError: when a reference or a table is missing.
    """
    return {
        "PharmacotherapyDB: pairs called no treatment that the formulary calls none": _non_treatments(shared, data),
        "PharmacotherapyDB: treatments that the formulary has": _treatments(shared, data, Category.MODIFIES),
        "PharmacotherapyDB: symptomatic treatments that the formulary has": _treatments(shared, data, Category.RELIEVES),
        "ONC high priority: pairs that are severe": _severe_pairs(shared, data),
        "CPIC: rules not contradicted": _guideline_rules(shared, data),
        **{f"Codes that exist: {name}": figure for name, figure in _code_figures(shared, data)},
    }


@dataclass(frozen=True, slots=True)
class Count:
    """How many rows a table has.

    Attributes:
        rows: all of them.
        checked: those whose fact was seen in the source that they name.
    """

    rows: int
    checked: int

    @property
    def share(self) -> float:
        """The checked share, from 0 to 1."""
        return self.checked / self.rows


def counts(data: Path) -> dict[str, Count]:
    """The rows of every table of the formulary, derived ones among them.

    Raises:
        LoadError: when a table is missing.
    """
    levels = {table: [row["level"] for row in formulary_rows(data, table)] for table in TABLES}
    return {table: Count(len(found), found.count("checked")) for table, found in levels.items()}


def counts_text(data: Path) -> str:
    """The rows of every table as the table that stands in ``data/README.md``."""
    lines = ["| table | rows | checked | share |", "| --- | ---: | ---: | ---: |"]
    lines += [f"| {name} | {one.rows:,} | {one.checked:,} | {one.share:.0%} |" for name, one in counts(data).items()]
    return "\n".join(lines)


class _Indications:
    """The formulary's treatments, asked for by a disease of a reference.

    A row counts when its condition is the disease's, or lies above it (it covers what is below) or below it (a form of it).
    """

    def __init__(self, data: Path) -> None:
        self._parents = {row["id"]: row["parent"] for row in formulary_rows(data, "condition")}
        self._conditions = {row["external"]: row["condition"] for row in formulary_rows(data, "crosswalk_disease")}
        self._medicines = {row["id"] for row in formulary_rows(data, "medicine")}
        self._notes: dict[str, dict[str, str]] = {}
        for row in formulary_rows(data, "indication"):
            self._notes.setdefault(row["medicine"], {})[row["condition"]] = row["note"]

    def known(self, shared: Path, category: Category) -> Iterator[ReferencePair]:
        """The pairs that PharmacotherapyDB puts in a category and whose ends the formulary has."""
        for pair in pharmacotherapydb(shared):
            if pair.category is category and pair.medicine in self._medicines and pair.disease in self._conditions:
                yield pair

    def notes(self, pair: ReferencePair) -> list[str]:
        """The notes of the rows that have the medicine treat the disease; none when there is no such row."""
        condition = self._conditions[pair.disease]
        above = set(self._upwards(condition))
        treated = self._notes.get(pair.medicine, {})
        return [note for other, note in treated.items() if other in above or condition in self._upwards(other)]

    def _upwards(self, condition: str) -> list[str]:
        """The condition and those above it, nearest first; a circle, which is a fault of the data, ends it."""
        found: list[str] = []
        while condition and condition not in found:
            found.append(condition)
            condition = self._parents.get(condition, "")
        return found


def _non_treatments(shared: Path, data: Path) -> Figure:
    indications = _Indications(data)
    known = list(indications.known(shared, Category.NOT))
    called = {pair.record: notes for pair in known if (notes := indications.notes(pair))}
    excepted = tuple(record for record, notes in called.items() if all(note.startswith(EXCEPTION) for note in notes))
    return Figure(len(known), tuple(record for record in called if record not in excepted), excepted)


def _treatments(shared: Path, data: Path, category: Category) -> Figure:
    indications = _Indications(data)
    known = list(indications.known(shared, category))
    return Figure(len(known), tuple(pair.record for pair in known if not indications.notes(pair)))


def _severe_pairs(shared: Path, data: Path) -> Figure:
    medicines = {row["id"] for row in formulary_rows(data, "medicine")}
    severe = {
        (row["medicine_a"], row["medicine_b"]) for row in formulary_rows(data, "interaction") if row["severity"] == "severe"
    }
    known = [pair for pair in onc_pairs(shared) if medicines.issuperset(pair)]
    return Figure(len(known), tuple("/".join(pair) for pair in known if pair not in severe))


def _guideline_rules(shared: Path, data: Path) -> Figure:
    """A rule is compared with the recommendation that it cites and with any for the same medicine and phenotype."""
    names = {row["id"]: row["name"].lower() for row in formulary_rows(data, "medicine")}
    phenotypes = {row["id"]: row["name"].lower() for row in formulary_rows(data, "phenotype")}
    recommendations = [one for one in cpic_recommendations(shared) if one.advice]
    compared, at_odds = 0, []
    for row in formulary_rows(data, "pharmacogenomics"):
        place = (names[row["medicine"]], phenotypes[row["phenotype"]])
        for one in recommendations:
            if one.record == row["locator"] or (one.medicine, one.phenotype) == place:
                compared += 1
                if not one.advice & _FITTING[row["action"]]:
                    at_odds.append(f"{one.record} ({row['action']})")
    return Figure(compared, tuple(at_odds))


def _code_figures(shared: Path, data: Path) -> Iterator[tuple[str, Figure]]:
    medicines = list(formulary_rows(data, "medicine"))
    conditions = list(formulary_rows(data, "condition"))
    drugbank = codes.drugbank_ingredients(shared)
    yield "ICD-10-CM", _icd10cm(shared, data)
    for column, known in (("doid", codes.disease_ontology_ids), ("mondo", codes.mondo_ids), ("mesh", codes.mesh_ids)):
        terms = known(shared)
        yield f"{column.upper()} of conditions", _exist((row[column] for row in conditions), terms.__contains__)
    yield "DrugBank", _exist(_local(medicines, DRUGBANK), drugbank.__contains__)
    yield "UNII", _exist(_local(formulary_rows(data, "ingredient"), "UNII:"), set(drugbank.values()).__contains__)
    yield "RxCUI, of the medicine's own ingredient", _rxcuis(shared, medicines)
    symptoms, effects = (codes.hetionet_ids(shared, kind) for kind in ("Symptom", "Side Effect"))
    yield "MeSH of symptoms", _exist(_local(formulary_rows(data, "symptom"), "MESH:"), symptoms.__contains__)
    yield "UMLS of side effects", _exist(_local(formulary_rows(data, "side_effect_name"), "UMLS:"), effects.__contains__)
    yield "LOINC, by check digit", _exist(_local(formulary_rows(data, "lab_test"), "LOINC:"), codes.is_loinc)
    yield "ATC, well formed and below their class", _atc(data, medicines)


def _exist(values: Iterable[str], known: Callable[[str], bool]) -> Figure:
    present = [value for value in values if value]
    return Figure(len(present), tuple(value for value in present if not known(value)))


def _local(rows: Iterable[Mapping[str, str]], prefix: str) -> Iterator[str]:
    """The ids of one vocabulary, without its prefix."""
    return (row["id"].removeprefix(prefix) for row in rows if row["id"].startswith(prefix))


def _icd10cm(shared: Path, data: Path) -> Figure:
    """Codes stand in the order file; a block or chapter spans at least one category that does."""
    known = codes.icd10cm_codes(shared)
    categories = sorted(code for code in known if "." not in code)

    def exists(code: str) -> bool:
        if block := _BLOCK.fullmatch(code):
            return any(block[1] <= category <= block[2] for category in categories)
        return code in known

    return _exist(_local(formulary_rows(data, "condition"), "ICD10CM:"), exists)


def _rxcuis(shared: Path, medicines: Iterable[Mapping[str, str]]) -> Figure:
    known = codes.rxnorm_ingredients(shared)
    given = [row for row in medicines if row["rxcui"]]
    at_odds = []
    for row in given:
        uniis = {ingredient.removeprefix("UNII:") for ingredient in row["ingredients"].split(";")}
        if not uniis & known.get(row["rxcui"], frozenset()):
            at_odds.append(f"{row['id']} ({row['rxcui']})")
    return Figure(len(given), tuple(at_odds))


def _atc(data: Path, medicines: Iterable[Mapping[str, str]]) -> Figure:
    """A class lies below the class that its code says; a medicine's code of seven characters lies below a known class."""
    parents = {row["id"]: row["parent"] for row in formulary_rows(data, "drug_class")}
    expected = {code: parents[code] for code in parents}
    expected |= {f"ATC:{code}": f"ATC:{code[:5]}" for row in medicines for code in row["atc"].split(";") if code}
    at_odds = [code for code, parent in expected.items() if not _fits_atc(code, parent) or (parent and parent not in parents)]
    return Figure(len(expected), tuple(at_odds))


def _fits_atc(code: str, parent: str) -> bool:
    local = code.removeprefix("ATC:")
    if not _ATC.fullmatch(local):
        return False
    above = local[: _ATC_LEVELS[_ATC_LEVELS.index(len(local)) - 1]]
    return parent == (f"ATC:{above}" if above else "")
