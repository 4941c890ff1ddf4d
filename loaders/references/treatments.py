"""What treats what, by PharmacotherapyDB, curated by physicians, and by DrugMechDB, whose mechanisms end in a disease.

Diseases keep the id of their source (``DOID:10763``, ``MESH:D003882``); medicines are written as the formulary does.
PharmacotherapyDB says of each pair whether the medicine modifies the disease, relieves its symptoms, or is no treatment of
it.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from loaders.references.folder import reference_file
from loaders.text_tables import open_text, read_text_table

DRUGBANK = "DrugBank:"
_DRUGMECHDB_PREFIX = "DB:"


class Category(StrEnum):
    """What a reference says of a pair."""

    MODIFIES = "DM"
    RELIEVES = "SYM"
    NOT = "NOT"


@dataclass(frozen=True, slots=True)
class ReferencePair:
    """What a reference says of one medicine and one disease.

    Attributes:
        medicine: its id in the formulary's form.
        disease: its id in the reference's form.
        category: what is said.
        record: the key of the row in the reference.
    """

    medicine: str
    disease: str
    category: Category
    record: str


def pharmacotherapydb(shared: Path) -> Iterator[ReferencePair]:
    """All pairs of PharmacotherapyDB 1.0, in its order."""
    for row in read_text_table(reference_file(shared, "pharmacotherapydb", "indications.tsv"), "\t"):
        disease, medicine = row["doid_id"], row["drugbank_id"]
        yield ReferencePair(DRUGBANK + medicine, disease, Category(row["category"]), f"{disease}/{medicine}")


def drugmechdb(shared: Path) -> Iterator[ReferencePair]:
    """The ends of the mechanisms of DrugMechDB, in its order; all count as treatments."""
    with open_text(reference_file(shared, "drugmechdb", "drugmechdb-paths-dev.jsonl.gz")) as stream:
        for line in stream:
            graph = json.loads(line)["graph"]
            medicine = DRUGBANK + str(graph.get("drugbank") or "").removeprefix(_DRUGMECHDB_PREFIX)
            yield ReferencePair(medicine, graph.get("disease_mesh") or "", Category.MODIFIES, graph["_id"])
