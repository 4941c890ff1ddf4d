"""SHACL shapes made of the schema's table, so that a graph can be held against it by any program that knows SHACL."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from rdflib import BNode, Dataset, Graph, Literal, Namespace, URIRef
from rdflib.collection import Collection
from rdflib.namespace import RDF, SH, SKOS, XSD
from rdflib.term import Node

from graph.elements import EdgeKind, KnowledgeLevel, NodeKind
from graph.property_rules import Properties, PropertyRule
from graph.rdf import words
from graph.schema import EDGE_RULES, NODE_RULES

OWN = Namespace(words.OWN)
SHAPES = Namespace("urn:rxpath:shape:")
_TYPES = {str: XSD.string, tuple: XSD.string, bool: XSD.boolean, int: XSD.integer}
_SHOWN = 100


class Violation(NamedTuple):
    """One thing that breaks a shape.

    Attributes:
        focus: the IRI of the node or edge; that of a patient is left out.
        path: the IRI of the property, empty where it is about the whole.
        constraint: which part of the shape it breaks, by SHACL's word.
    """

    focus: str
    path: str
    constraint: str


def shapes() -> Graph:
    """A shape for each kind of node and of edge."""
    graph = Graph()
    graph.bind("rxv", OWN)
    for kind in NodeKind:
        shape = _shape(graph, str(kind))
        few = 0 if kind is NodeKind.PATIENT else 1
        _property(graph, shape, SKOS.prefLabel, least=few, most=few)
        _properties(graph, shape, NODE_RULES[kind])
    for edge in EdgeKind:
        shape = _shape(graph, str(edge))
        for path in (RDF.subject, RDF.object, RDF.predicate):
            _property(graph, shape, path, least=1, most=1)
        level = _property(graph, shape, URIRef(f"{words.BIOLINK}knowledge_level"), least=1, most=1)
        _one_of(graph, level, [str(value) for value in KnowledgeLevel])
        graph.add((shape, SH["or"], _joins(graph, sorted(EDGE_RULES[edge].joins))))
        _properties(graph, shape, EDGE_RULES[edge].properties)
    return graph


def violations(dataset: Dataset) -> tuple[Sequence[Violation], int]:
    """What of a dataset breaks a shape.

    Returns:
        The first hundred, in order, and how many there are.
    """
    from pyshacl import validate

    union = Graph()
    for subject, predicate, value, _ in dataset.quads():
        union.add((subject, predicate, value))
    _, report, _ = validate(union, shacl_graph=shapes(), inference="none", advanced=False, meta_shacl=False)
    found = sorted(_violation(report, result) for result in report.subjects(RDF.type, SH.ValidationResult))
    return found[:_SHOWN], len(found)


def _violation(report: Graph, result: Node) -> Violation:
    focus = str(report.value(result, SH.focusNode) or "")
    path = str(report.value(result, SH.resultPath) or "")
    constraint = str(report.value(result, SH.sourceConstraintComponent) or "").removeprefix(str(SH))
    # The library's own words repeat the value, which may be a patient's.
    shown = "" if focus.startswith(words.PREFIXES["patient"]) else focus
    return Violation(shown, path, constraint.removesuffix("ConstraintComponent"))


def _shape(graph: Graph, kind: str) -> URIRef:
    shape = SHAPES[kind]
    graph.add((shape, RDF.type, SH.NodeShape))
    graph.add((shape, SH.targetClass, OWN[kind]))
    return shape


def _properties(graph: Graph, shape: URIRef, rules: Properties) -> None:
    for name, rule in rules.items():
        _rule(graph, _property(graph, shape, OWN[name], least=int(rule.required), most=None if rule.type is tuple else 1), rule)


def _property(graph: Graph, shape: URIRef | BNode, path: URIRef, *, least: int, most: int | None) -> BNode:
    node = BNode()
    graph.add((shape, SH.property, node))
    graph.add((node, SH.path, path))
    if least:
        graph.add((node, SH.minCount, Literal(least)))
    if most is not None:
        graph.add((node, SH.maxCount, Literal(most)))
    return node


def _rule(graph: Graph, node: BNode, rule: PropertyRule) -> None:
    if rule.type is float:
        # A number that was written whole is one as well.
        graph.add((node, SH["or"], _list(graph, [_typed(graph, XSD.double), _typed(graph, XSD.integer)])))
    else:
        graph.add((node, SH.datatype, _TYPES[rule.type]))
    if rule.values:
        _one_of(graph, node, rule.values)
    if rule.date:
        graph.add((node, SH.pattern, Literal("^[0-9]{4}-[0-9]{2}-[0-9]{2}$")))
    for word, bound in ((SH.minInclusive, rule.low), (SH.maxInclusive, rule.high)):
        if abs(bound) != float("inf"):
            graph.add((node, word, Literal(bound)))


def _typed(graph: Graph, datatype: URIRef) -> BNode:
    node = BNode()
    graph.add((node, SH.datatype, datatype))
    return node


def _one_of(graph: Graph, node: BNode, values: Iterable[str]) -> None:
    graph.add((node, SH["in"], _list(graph, [Literal(value, datatype=XSD.string) for value in values])))


def _joins(graph: Graph, joins: Sequence[tuple[NodeKind, NodeKind]]) -> BNode:
    """A choice between the pairs of kinds that an edge may join."""
    choices = []
    for start, end in joins:
        choice = BNode()
        for path, kind in ((RDF.subject, start), (RDF.object, end)):
            graph.add((_property(graph, choice, path, least=1, most=None), SH["class"], OWN[str(kind)]))
        choices.append(choice)
    return _list(graph, choices)


def _list(graph: Graph, items: Sequence[BNode | Literal]) -> BNode:
    node = BNode()
    Collection(graph, node, list(items))
    return node
