"""Which codes exist in the vocabularies that the formulary's ids come from.

LOINC has no free table among the references: its codes are checked by their own check digit (Luhn, modulus 10), which
catches any single wrong digit.
"""

import re
from pathlib import Path

from loaders.references.folder import reference_file
from loaders.text_tables import open_text, read_text_table

_CATEGORY = 3
"""Characters of an ICD-10-CM category, after which the dot stands."""
_LOINC = re.compile(r"(\d{1,7})-(\d)")
_MONDO_TABLES = ("doid", "icd10cm", "mesh")


def icd10cm_codes(shared: Path) -> frozenset[str]:
    """All codes of the order file of January 2021, with their dots."""
    rows = read_text_table(reference_file(shared, "icd10cm", "icd10cm-order-Jan-2021.csv.gz"))
    return frozenset(_dotted(row["code"]) for row in rows)


def _dotted(code: str) -> str:
    return f"{code[:_CATEGORY]}.{code[_CATEGORY:]}" if len(code) > _CATEGORY else code


def drugbank_ingredients(shared: Path) -> dict[str, str]:
    """The UNII of every medicine of the DrugBank vocabulary by its id; empty where it has none."""
    rows = read_text_table(reference_file(shared, "drug-vocabulary", "drugbank-vocabulary.csv.gz"))
    return {row["DrugBank ID"]: row["UNII"] for row in rows}


def rxnorm_ingredients(shared: Path) -> dict[str, frozenset[str]]:
    """The UNIIs of every RxNorm concept of the map."""
    found: dict[str, set[str]] = {}
    for row in read_text_table(reference_file(shared, "drug-vocabulary", "rxcui-unii-map.tsv.gz"), "\t"):
        found.setdefault(row["rxnorm_id"], set()).add(row["fdasrs_id"])
    return {rxcui: frozenset(uniis) for rxcui, uniis in found.items()}


def hetionet_ids(shared: Path, kind: str) -> frozenset[str]:
    """Ids of all nodes of a kind in Hetionet, without the kind in front.

    Args:
        shared: the folder of the reference data, or the one above it.
        kind: as Hetionet writes it, such as ``Side Effect``.
    """
    rows = read_text_table(reference_file(shared, "hetionet", "hetionet-v1.0-nodes.tsv.gz"), "\t")
    return frozenset(row["id"].partition("::")[2] for row in rows if row["kind"] == kind)


def disease_ontology_ids(shared: Path) -> frozenset[str]:
    """All terms of the Disease Ontology, such as ``DOID:10763``."""
    rows = read_text_table(reference_file(shared, "disease-ontology", "HumanDO.tsv.gz"), "\t")
    return frozenset(row["id"] for row in rows)


def mondo_ids(shared: Path) -> frozenset[str]:
    """All Mondo terms that an exact mapping to DOID, ICD-10-CM or MeSH names."""
    found: set[str] = set()
    for name in _MONDO_TABLES:
        found.update(line.split("\t", 1)[0] for line in _mondo_lines(shared, name))
    return frozenset(found)


def mesh_ids(shared: Path) -> frozenset[str]:
    """All MeSH terms that Mondo, the Disease Ontology or Hetionet's symptoms name, such as ``MESH:D006973``."""
    found = {f"MESH:{symptom}" for symptom in hetionet_ids(shared, "Symptom")}
    cells = (cell for line in _mondo_lines(shared, "mesh") for cell in line.split("\t"))
    found.update(cell.upper() for cell in cells if cell.startswith("mesh:"))
    rows = read_text_table(reference_file(shared, "disease-ontology", "allXREFinDO.tsv.gz"), "\t")
    found.update(row["xref"] for row in rows if row["xref"].startswith("MESH:"))
    return frozenset(found)


def _mondo_lines(shared: Path, name: str) -> list[str]:
    with open_text(reference_file(shared, "mondo", f"mondo_exactmatch_{name}.sssom.tsv.gz")) as stream:
        return [line.rstrip("\n") for line in stream if line.startswith("MONDO:")]


def is_loinc(code: str) -> bool:
    """Whether a text is a LOINC code whose check digit is right.

    >>> is_loinc("2160-0"), is_loinc("2160-1")
    (True, False)
    """
    if not (match := _LOINC.fullmatch(code)):
        return False
    total = 0
    for position, digit in enumerate(map(int, reversed(match[1]))):
        doubled = digit * 2 if position % 2 == 0 else digit
        total += doubled - 9 if doubled > 9 else doubled
    return (10 - total % 10) % 10 == int(match[2])
