"""What a row of the formulary's edge tables becomes: one edge, with the properties that the schema has for its kind.

The kinds that read the same both ways are written from the smaller to the larger id, so that a pair has one edge whichever way
round a file names it. A limit leads to what it is a limit of: LOINC's own observations for age, sex and kidney function and
the Child-Pugh class for the liver (each an observation of the person, hence a lab test and not a condition), the ICD-10-CM
states of pregnancy and of breast feeding, and the test itself for a result. Its record tells several limits of one kind apart.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from graph.columns import Value
from graph.elements import Edge, EdgeKind, KnowledgeLevel, NodeId, NodeKind, PropertyValue, Provenance
from graph.schema import EDGE_RULES
from loaders.provenance import knowledge_level
from loaders.vocabulary import Vocabulary

Row = Mapping[str, Value]
_N = NodeKind


@dataclass(frozen=True, slots=True)
class EdgeShape:
    """How a table's rows become edges.

    Attributes:
        kind: the kind of edge, given a row.
        start: the column of the start node, and the kinds that it may have.
        end: the same of the end node.
        properties: the property of each column that becomes one.
    """

    kind: Callable[[Row], EdgeKind]
    start: tuple[str, tuple[NodeKind, ...]]
    end: tuple[str, tuple[NodeKind, ...]]
    properties: Mapping[str, str]


def _always(kind: EdgeKind) -> Callable[[Row], EdgeKind]:
    return lambda row: kind


def _same(*names: str) -> dict[str, str]:
    return {name: name for name in names}


_MEDICINE = ("medicine", (_N.MEDICINE,))
_CONDITION = ("condition", (_N.CONDITION,))
_ALLERGENS = (_N.DRUG_CLASS, _N.INGREDIENT, _N.SUBSTANCE)

SHAPES: Mapping[str, EdgeShape] = {
    "allergy_class_member": EdgeShape(
        _always(EdgeKind.IN_CLASS), ("ingredient", (_N.INGREDIENT, _N.MEDICINE)), ("class", (_N.DRUG_CLASS,)), {}
    ),
    "cross_reactivity": EdgeShape(
        _always(EdgeKind.CROSS_REACTS_WITH), ("class_a", _ALLERGENS), ("class_b", _ALLERGENS), _same("strength", "reason")
    ),
    "presentation": EdgeShape(_always(EdgeKind.PRESENTS), _CONDITION, ("symptom", (_N.SYMPTOM,)), _same("frequency")),
    "indication": EdgeShape(lambda row: EdgeKind(str(row["relation"]).upper()), _MEDICINE, _CONDITION, _same("line", "note")),
    "contraindication": EdgeShape(
        _always(EdgeKind.CONTRAINDICATED_IN), _MEDICINE, _CONDITION, _same("strength", "applies", "reason", "note")
    ),
    "limit": EdgeShape(
        _always(EdgeKind.LIMITED_BY),
        _MEDICINE,
        ("kind", (_N.LAB_TEST, _N.CONDITION)),
        {"kind": "limit"} | _same("comparator", "value", "unit", "strength", "missing", "max_age_days", "advice", "note"),
    ),
    "interaction": EdgeShape(
        _always(EdgeKind.INTERACTS_WITH),
        ("medicine_a", (_N.MEDICINE,)),
        ("medicine_b", (_N.MEDICINE,)),
        _same("severity", "mechanism", "management", "modifiers", "note"),
    ),
    "side_effect": EdgeShape(
        _always(EdgeKind.CAUSES), _MEDICINE, ("side_effect", (_N.SIDE_EFFECT,)), _same("frequency", "serious")
    ),
    "additive_effect": EdgeShape(
        _always(EdgeKind.ADDS_TO), _MEDICINE, ("side_effect", (_N.SIDE_EFFECT,)), _same("points", "note")
    ),
    "pharmacogenomics": EdgeShape(
        _always(EdgeKind.AFFECTS_RESPONSE),
        ("phenotype", (_N.PHENOTYPE,)),
        _MEDICINE,
        _same("action", "recommendation", "strength", "note"),
    ),
    "care_help": EdgeShape(_always(EdgeKind.HELPS), ("care_action", (_N.CARE_ACTION,)), _CONDITION, {}),
}
"""The shape of every edge table."""

LIMIT_ENDS = {
    "age": "LOINC:30525-0",
    "sex": "LOINC:46098-0",
    "renal": "LOINC:98979-8",
    "pregnancy": "ICD10CM:Z33",
    "breast feeding": "ICD10CM:Z39.1",
}
"""What each kind of limit is a limit of; the Child-Pugh class is found by its name, and a result names its test."""
CHILD_PUGH = ("Child-Pugh class", "Child-Pugh score", "Child-Pugh")
_STATISTICAL = ("hetionet", EdgeKind.PRESENTS)


def limit_end(kind: str, test: str, vocabulary: Vocabulary) -> str | None:
    """The id of the node that a limit of a kind leads to, or nothing when no known node can be it.

    Args:
        kind: of the limit.
        test: the test that the limit names: of a result.
        vocabulary: the nodes that are known.
    """
    if kind == "result":
        return test if vocabulary.kind(test) is NodeKind.LAB_TEST else None
    if kind != "hepatic":
        wanted = LIMIT_ENDS[kind]
        return wanted if vocabulary.kind(wanted) in (NodeKind.LAB_TEST, NodeKind.CONDITION) else None
    found = (vocabulary.candidates(name, (NodeKind.LAB_TEST,)) for name in CHILD_PUGH)
    return next((ids[0] for ids in found if ids), None)


def edge(table: str, row: Row, provenance: Provenance, vocabulary: Vocabulary) -> Edge:
    """The edge that a row states; its ends are known already."""
    shape = SHAPES[table]
    kind = shape.kind(row)
    start, end = str(row[shape.start[0]]), str(row[shape.end[0]])
    record = ""
    if kind is EdgeKind.LIMITED_BY:
        record = " ".join(str(row[name]) for name in ("comparator", "value", "unit") if row[name])
        end = limit_end(str(row["kind"]), str(row["test"] or ""), vocabulary) or ""
    if EDGE_RULES[kind].symmetric and start > end:
        start, end = end, start
    level = knowledge_level(str(row["level"]))
    # Hetionet took these pairs from how often words occur together in MEDLINE.
    if (provenance.source, kind) == _STATISTICAL and level is KnowledgeLevel.ASSERTION:
        level = KnowledgeLevel.STATISTICAL
    properties = {ours: value for name, ours in shape.properties.items() if (value := _property(row[name])) is not None}
    return Edge(kind, NodeId(start), NodeId(end), provenance, level, str(row["locator"] or ""), record, properties=properties)


def _property(value: Value) -> PropertyValue | None:
    return (tuple(map(str, value)) or None) if isinstance(value, tuple) else value
