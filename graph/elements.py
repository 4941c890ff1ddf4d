"""Nodes, edges and where they come from: the values that every layer passes on.

Rules of this file: everything is frozen; ids are CURIEs (``DrugBank:DB00945``) of one preferred vocabulary per kind, ids as a
source writes them are aliases; an edge's source is part of its identity, so that two sources that say the same thing stay
two edges. What may join what stands in :mod:`graph.schema`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import NewType, TypeAlias

NodeId = NewType("NodeId", str)
"""A CURIE: ``prefix:local``, the prefix naming a vocabulary (``DrugBank``, ``ICD10CM``, ``patient``, ``rx`` for our own)."""

PATIENT_PREFIX = "patient:"
"""How the ids of patients begin, and no others do."""

PropertyValue: TypeAlias = str | int | float | bool | tuple[str, ...]
"""What a property may hold: a scalar that JSON, SQLite and Neo4j all know, or a list of texts."""


class NodeKind(StrEnum):
    """What a node is; the same word in Cypher, Python and JSON."""

    MEDICINE = "Medicine"
    INGREDIENT = "Ingredient"
    DRUG_CLASS = "DrugClass"
    SUBSTANCE = "Substance"
    CONDITION = "Condition"
    SYMPTOM = "Symptom"
    SIDE_EFFECT = "SideEffect"
    GENE = "Gene"
    PHENOTYPE = "Phenotype"
    VARIANT = "Variant"
    LAB_TEST = "LabTest"
    CARE_ACTION = "CareAction"
    PATIENT = "Patient"
    ANATOMY = "Anatomy"
    PATHWAY = "Pathway"
    BIOLOGICAL_PROCESS = "BiologicalProcess"
    CELLULAR_COMPONENT = "CellularComponent"
    MOLECULAR_FUNCTION = "MolecularFunction"
    GROUP = "Group"


class EdgeKind(StrEnum):
    """What an edge says, read from start to end."""

    TREATS = "TREATS"
    PALLIATES = "PALLIATES"
    CONTRAINDICATED_IN = "CONTRAINDICATED_IN"
    LIMITED_BY = "LIMITED_BY"
    INTERACTS_WITH = "INTERACTS_WITH"
    HAS_INGREDIENT = "HAS_INGREDIENT"
    IN_CLASS = "IN_CLASS"
    IS_A = "IS_A"
    CROSS_REACTS_WITH = "CROSS_REACTS_WITH"
    CAUSES = "CAUSES"
    ADDS_TO = "ADDS_TO"
    PRESENTS = "PRESENTS"
    HELPS = "HELPS"
    AFFECTS_RESPONSE = "AFFECTS_RESPONSE"
    VARIANT_OF = "VARIANT_OF"
    MAPS_TO = "MAPS_TO"
    RESEMBLES = "RESEMBLES"
    SIMILAR_TO = "SIMILAR_TO"
    BINDS = "BINDS"
    UPREGULATES = "UPREGULATES"
    DOWNREGULATES = "DOWNREGULATES"
    ASSOCIATES = "ASSOCIATES"
    LOCALIZES = "LOCALIZES"
    EXPRESSES = "EXPRESSES"
    COVARIES = "COVARIES"
    INTERACTS = "INTERACTS"
    REGULATES = "REGULATES"
    PARTICIPATES = "PARTICIPATES"
    HAS_DIAGNOSIS = "HAS_DIAGNOSIS"
    HAS_SYMPTOM = "HAS_SYMPTOM"
    TAKES = "TAKES"
    ALLERGIC_TO = "ALLERGIC_TO"
    HAS_PHENOTYPE = "HAS_PHENOTYPE"
    HAS_RESULT = "HAS_RESULT"
    PREDICTED = "PREDICTED"
    RESPONDED_TO = "RESPONDED_TO"


class KnowledgeLevel(StrEnum):
    """How an edge is known, from the strongest to the weakest."""

    ASSERTION = "assertion"
    OBSERVATION = "observation"
    STATISTICAL = "statistical"
    PREDICTION = "prediction"
    UNREVIEWED = "unreviewed"

    @property
    def strength(self) -> int:
        """Rank for comparison: 4 for an assertion down to 0 for an unreviewed edge."""
        return _STRENGTHS[self]


_STRENGTHS = {level: 4 - i for i, level in enumerate(KnowledgeLevel)}


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where an element comes from: a source, its version and its licence."""

    source: str
    source_version: str
    licence: str


@dataclass(frozen=True, slots=True)
class Node:
    """One thing that has an id.

    Attributes:
        id: the CURIE.
        kind: what it is.
        name: what people call it; empty for patients, whose names never enter the graph.
        aliases: synonyms and ids as sources write them, sorted.
        properties: values that :data:`graph.schema.NODE_RULES` allows for the kind.
        provenance: where it comes from.
    """

    id: NodeId
    kind: NodeKind
    name: str
    provenance: Provenance
    aliases: tuple[str, ...] = ()
    properties: Mapping[str, PropertyValue] = field(default_factory=dict)

    def __post_init__(self) -> None:
        # A caller's dictionary may change later; the copy behind the proxy does not.
        object.__setattr__(self, "aliases", tuple(sorted(set(self.aliases))))
        object.__setattr__(self, "properties", MappingProxyType(dict(self.properties)))


@dataclass(frozen=True, slots=True)
class Edge:
    """One statement of one source about two nodes.

    Attributes:
        kind: what it says, read from start to end.
        start: id of the start node.
        end: id of the end node.
        provenance: who says so; its source is part of the edge's identity.
        level: how it is known.
        evidence: a citation or a record's locator; empty when there is none.
        record: what tells parallel edges of one source apart (a patient's record id); empty for knowledge.
        known_since: ISO date from which it was known, or empty.
        properties: values that :data:`graph.schema.EDGE_RULES` allows for the kind.
    """

    kind: EdgeKind
    start: NodeId
    end: NodeId
    provenance: Provenance
    level: KnowledgeLevel
    evidence: str = ""
    record: str = ""
    known_since: str = ""
    properties: Mapping[str, PropertyValue] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "properties", MappingProxyType(dict(self.properties)))

    @property
    def key(self) -> tuple[str, str, str, str, str]:
        """The identity: (kind, start, end, source, record)."""
        return (self.kind, self.start, self.end, self.provenance.source, self.record)
