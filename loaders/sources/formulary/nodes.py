"""What a row of the formulary's node tables becomes: a node with its codes, and edges to its classes, parents and gene.

Codes of other vocabularies that stand on the row itself (DOID, MeSH, Mondo, RxNorm, ATC) become aliases, so that a condition
or a medicine is found by any of them; the local part of an ICD-10-CM id is one as well, since people write ``E11.9``.
A gene is named by its symbol; where the graph does not have it, the symbol alone remains.
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from graph.columns import Value
from graph.elements import Edge, EdgeKind, KnowledgeLevel, Node, NodeId, NodeKind, PropertyValue, Provenance
from loaders.provenance import knowledge_level
from loaders.vocabulary import Vocabulary

Row = Mapping[str, Value]

KINDS: Mapping[str, NodeKind] = MappingProxyType(
    {
        "ingredient": NodeKind.INGREDIENT,
        "drug_class": NodeKind.DRUG_CLASS,
        "allergy_class": NodeKind.DRUG_CLASS,
        "substance": NodeKind.SUBSTANCE,
        "condition": NodeKind.CONDITION,
        "symptom": NodeKind.SYMPTOM,
        "side_effect_name": NodeKind.SIDE_EFFECT,
        "lab_test": NodeKind.LAB_TEST,
        "gene": NodeKind.GENE,
        "phenotype": NodeKind.PHENOTYPE,
        "allele": NodeKind.VARIANT,
        "care_action": NodeKind.CARE_ACTION,
        "medicine": NodeKind.MEDICINE,
    }
)
"""The kind of node that each table brings."""

_PROPERTIES: Mapping[str, Mapping[str, str]] = {
    "condition": {"doid": "doid", "mesh": "mesh", "mondo": "mondo"},
    "lab_test": {"unit": "unit", "other_units": "other_units"},
    "phenotype": {"gene": "gene", "indeterminate": "indeterminate"},
    "allele": {"gene": "gene", "function": "function", "activity": "activity"},
    "care_action": {name: name for name in ("category", "description", "sex", "youngest", "oldest")},
    "medicine": {"atc": "atc", "rxcui": "rxcui", "route": "routes", "prescription": "prescription", "note": "note"},
}
_SCHEMES = {"drug_class": "atc", "allergy_class": "allergy"}
_ICD = "ICD10CM:"
ATC = "ATC:"
ATC_CLASS = 5
"""Characters of the fourth ATC level, on whose class a medicine's code of seven characters hangs."""


def node(table: str, row: Row, provenance: Provenance) -> Node:
    """The node that a row describes."""
    synonyms = row["synonyms"]
    aliases = {str(text) for text in (synonyms if isinstance(synonyms, tuple) else ())}
    aliases.update(_codes(table, row))
    properties = {
        ours: value
        for column, ours in _PROPERTIES.get(table, {}).items()
        if (value := _property(row[column])) is not None and value != ()
    }
    if table in _SCHEMES:
        properties["scheme"] = _SCHEMES[table]
    if table == "condition" and str(row["id"]).startswith(_ICD):
        properties["icd10cm"] = str(row["id"]).removeprefix(_ICD)
    if table == "symptom" and row["icd10cm"]:
        properties["icd10cm"] = ";".join(str(code) for code in _tuple(row["icd10cm"]))
    name = str(row["name"])
    if table == "allele":
        properties["allele"] = name.removeprefix(str(row["gene"])).strip()
    return Node(NodeId(str(row["id"])), KINDS[table], name, provenance, tuple(aliases - {name}), properties)


def _tuple(value: Value) -> tuple[str, ...]:
    return tuple(str(part) for part in value) if isinstance(value, tuple) else ()


def _property(value: Value) -> PropertyValue | None:
    return _tuple(value) if isinstance(value, tuple) else value


def _codes(table: str, row: Row) -> Iterator[str]:
    if table == "condition":
        yield from (str(row[column]) for column in ("doid", "mesh", "mondo") if row[column])
        if str(row["id"]).startswith(_ICD):
            yield str(row["id"]).removeprefix(_ICD)
    elif table == "medicine":
        yield from (ATC + code for code in _tuple(row["atc"]))
        if row["rxcui"]:
            yield f"RxNorm:{row['rxcui']}"


def edges(table: str, row: Row, provenance: Provenance, vocabulary: Vocabulary) -> Iterator[Edge]:
    """The edges from the node that a row describes to its parents, classes, ingredients and gene."""
    links = [(EdgeKind.IS_A, str(row["parent"]))] if row.get("parent") else []
    if table == "medicine":
        links += [(EdgeKind.HAS_INGREDIENT, ingredient) for ingredient in _tuple(row["ingredients"])]
        links += [(EdgeKind.IN_CLASS, end) for end in classes(row)]
    if row.get("gene"):
        links += [(EdgeKind.VARIANT_OF, gene) for gene in _genes(str(row["gene"]), vocabulary)]
    level = KnowledgeLevel(knowledge_level(str(row["level"])))
    for kind, end in dict.fromkeys(links):
        yield Edge(kind, NodeId(str(row["id"])), NodeId(end), provenance, level, str(row["locator"] or ""))


def _genes(symbol: str, vocabulary: Vocabulary) -> list[NodeId]:
    """The one gene that has a symbol, if there is one."""
    found = list(vocabulary.candidates(symbol, (NodeKind.GENE,)))
    return found if len(found) == 1 else []


def classes(row: Row) -> tuple[str, ...]:
    """Ids of the ATC classes of a medicine's row."""
    return tuple(dict.fromkeys(ATC + code[:ATC_CLASS] for code in _tuple(row["atc"])))
