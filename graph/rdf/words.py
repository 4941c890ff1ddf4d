"""The words of the linked form: prefixes, categories, predicates, and an IRI for every id.

A prefix that no table knows gets an IRI of our own, so that every id has one, and every such IRI leads back to its id.
"""

from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from graph.elements import EdgeKind, NodeId, NodeKind

if TYPE_CHECKING:
    from curies import Converter

BIOLINK = "https://w3id.org/biolink/vocab/"
SKOS = "http://www.w3.org/2004/02/skos/core#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
XSD = "http://www.w3.org/2001/XMLSchema#"
PROV = "http://www.w3.org/ns/prov#"
TERMS = "http://purl.org/dc/terms/"
PAV = "http://purl.org/pav/"
OWN = "urn:rxpath:vocab:"
"""Our own words: kinds of nodes and edges, and the names of their properties."""
EDGE = "urn:rxpath:edge:"
SOURCE = "urn:rxpath:source:"
OTHER = "urn:rxpath:id:"
"""Where ids of prefixes stand that no table knows."""

_OBO = "http://purl.obolibrary.org/obo/"
PREFIXES: Mapping[str, str] = {
    "ATC": "http://purl.bioontology.org/ontology/ATC/",
    "DOID": f"{_OBO}DOID_",
    "DrugBank": "https://go.drugbank.com/drugs/",
    "GO": f"{_OBO}GO_",
    "HP": f"{_OBO}HP_",
    "ICD10CM": "http://purl.bioontology.org/ontology/ICD10CM/",
    "LOINC": "https://loinc.org/rdf/",
    "MESH": "http://id.nlm.nih.gov/mesh/",
    "MONDO": f"{_OBO}MONDO_",
    "NCBIGene": "https://www.ncbi.nlm.nih.gov/gene/",
    "RxNorm": "http://purl.bioontology.org/ontology/RXNORM/",
    "SNOMEDCT": "http://snomed.info/id/",
    "UBERON": f"{_OBO}UBERON_",
    "UMLS": "https://identifiers.org/umls/",
    "UNII": "https://identifiers.org/unii/",
    "patient": "urn:rxpath:patient:",
    "rx": "urn:rxpath:node:",
}
"""The IRI that each prefix of our ids stands for."""

VOCABULARIES: Mapping[str, str] = {
    "biolink": BIOLINK,
    "dcterms": TERMS,
    "pav": PAV,
    "prov": PROV,
    "rdf": RDF,
    "rdfs": RDFS,
    "rxe": EDGE,
    "rxs": SOURCE,
    "rxv": OWN,
    "skos": SKOS,
    "xsd": XSD,
}
"""The prefixes of words, beside those of ids."""


class RdfFormat(StrEnum):
    """The forms that a graph is written in and read from."""

    TRIG = "trig"
    JSON_LD = "json-ld"
    N_QUADS = "n-quads"


CATEGORIES: Mapping[NodeKind, str] = {
    NodeKind.MEDICINE: "Drug",
    NodeKind.INGREDIENT: "ChemicalEntity",
    NodeKind.DRUG_CLASS: "ChemicalEntity",
    NodeKind.SUBSTANCE: "ChemicalEntity",
    NodeKind.CONDITION: "Disease",
    NodeKind.SYMPTOM: "PhenotypicFeature",
    NodeKind.SIDE_EFFECT: "PhenotypicFeature",
    NodeKind.GENE: "Gene",
    NodeKind.PHENOTYPE: "PhenotypicFeature",
    NodeKind.VARIANT: "SequenceVariant",
    NodeKind.LAB_TEST: "ClinicalAttribute",
    NodeKind.CARE_ACTION: "ClinicalIntervention",
    NodeKind.PATIENT: "Case",
    NodeKind.ANATOMY: "AnatomicalEntity",
    NodeKind.PATHWAY: "Pathway",
    NodeKind.BIOLOGICAL_PROCESS: "BiologicalProcess",
    NodeKind.CELLULAR_COMPONENT: "CellularComponent",
    NodeKind.MOLECULAR_FUNCTION: "MolecularActivity",
    NodeKind.GROUP: "Cohort",
}
"""Biolink's category of each kind of node."""

PREDICATES: Mapping[EdgeKind, str] = {
    EdgeKind.TREATS: "treats",
    EdgeKind.PALLIATES: "ameliorates_condition",
    EdgeKind.CONTRAINDICATED_IN: "contraindicated_in",
    EdgeKind.LIMITED_BY: "related_to",
    EdgeKind.INTERACTS_WITH: "interacts_with",
    EdgeKind.HAS_INGREDIENT: "has_active_ingredient",
    EdgeKind.IN_CLASS: "member_of",
    EdgeKind.IS_A: "subclass_of",
    EdgeKind.CROSS_REACTS_WITH: "associated_with",
    EdgeKind.CAUSES: "has_side_effect",
    EdgeKind.ADDS_TO: "contributes_to",
    EdgeKind.PRESENTS: "has_phenotype",
    EdgeKind.HELPS: "ameliorates_condition",
    EdgeKind.AFFECTS_RESPONSE: "affects_response_to",
    EdgeKind.VARIANT_OF: "is_sequence_variant_of",
    EdgeKind.RESEMBLES: "similar_to",
    EdgeKind.SIMILAR_TO: "similar_to",
    EdgeKind.BINDS: "directly_physically_interacts_with",
    EdgeKind.UPREGULATES: "regulates",
    EdgeKind.DOWNREGULATES: "regulates",
    EdgeKind.ASSOCIATES: "condition_associated_with_gene",
    EdgeKind.LOCALIZES: "located_in",
    EdgeKind.EXPRESSES: "expresses",
    EdgeKind.COVARIES: "correlated_with",
    EdgeKind.INTERACTS: "physically_interacts_with",
    EdgeKind.REGULATES: "regulates",
    EdgeKind.PARTICIPATES: "participates_in",
    EdgeKind.HAS_DIAGNOSIS: "has_phenotype",
    EdgeKind.HAS_SYMPTOM: "has_phenotype",
    EdgeKind.TAKES: "treated_by",
    EdgeKind.ALLERGIC_TO: "associated_with",
    EdgeKind.HAS_PHENOTYPE: "has_phenotype",
    EdgeKind.HAS_RESULT: "related_to",
    EdgeKind.PREDICTED: "predisposes_to_condition",
    EdgeKind.RESPONDED_TO: "treated_by",
}
"""Biolink's predicate of each kind of edge; a mapping's depends on its relation."""

MATCHES: Mapping[str, str] = {
    "exact": "exactMatch",
    "broader": "broadMatch",
    "narrower": "narrowMatch",
    "close": "closeMatch",
}
"""SKOS's word for each relation of MAPS_TO."""


def node_iri(node_id: NodeId) -> str:
    """The IRI that names a node."""
    prefix, _, local = node_id.partition(":")
    known = PREFIXES.get(prefix)
    return f"{known}{_quoted(local)}" if known else f"{OTHER}{_quoted(prefix)}:{_quoted(local)}"


def node_id(iri: str) -> NodeId:
    """The id whose IRI this is.

    Raises:
        ValueError: when it is no IRI of a node.
    """
    if iri.startswith(OTHER):
        prefix, colon, local = iri.removeprefix(OTHER).partition(":")
        if prefix and colon and local:
            return NodeId(f"{unquote(prefix)}:{unquote(local)}")
    elif found := _converter().parse_uri(iri):
        return NodeId(f"{found.prefix}:{unquote(found.identifier)}")
    raise ValueError("an IRI of a node is expected")


def predicate_iri(kind: EdgeKind, relation: str = "") -> str:
    """The predicate of the plain statement that an edge makes.

    Args:
        kind: of the edge.
        relation: what a MAPS_TO edge says.
    """
    if kind is EdgeKind.MAPS_TO:
        return f"{SKOS}{MATCHES.get(relation, 'relatedMatch')}"
    return f"{BIOLINK}{PREDICATES[kind]}"


def _quoted(text: str) -> str:
    return quote(text, safe="-._~")


@cache
def _converter() -> "Converter":
    # Imported here: commands that write no linked data ask this module for its formats alone.
    from curies import Converter

    return Converter.from_prefix_map(dict(PREFIXES))
