"""Writes a graph as quads: N-Quads, TriG or JSON-LD, streamed source by source.

An edge is said twice: as a plain statement with Biolink's predicate, for simple questions, and as a node of its own with all
that a store knows of it. Both stand in the named graph of the edge's source, so that two sources that say the same stay two.
"""

import hashlib
import itertools
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote
from uuid import uuid4

import numpy as np
import pyoxigraph
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad

from graph.elements import Edge, Node, PropertyValue, Provenance
from graph.errors import SnapshotError
from graph.rdf import words
from graph.rdf.words import RdfFormat
from graph.snapshot import Snapshot

TYPE = NamedNode(f"{words.RDF}type")
SUBJECT = NamedNode(f"{words.RDF}subject")
PREDICATE = NamedNode(f"{words.RDF}predicate")
OBJECT = NamedNode(f"{words.RDF}object")
LABEL = NamedNode(f"{words.SKOS}prefLabel")
ALIAS = NamedNode(f"{words.SKOS}altLabel")
CATEGORY = NamedNode(f"{words.BIOLINK}category")
LEVEL = NamedNode(f"{words.BIOLINK}knowledge_level")
INTEGER, DOUBLE, BOOLEAN = (NamedNode(f"{words.XSD}{name}") for name in ("integer", "double", "boolean"))
ORDER = "--order"
"""Ends the name of the word that keeps the order of a list, where it is another than that of its items."""


FORMATS = {
    RdfFormat.TRIG: pyoxigraph.RdfFormat.TRIG,
    RdfFormat.JSON_LD: pyoxigraph.RdfFormat.JSON_LD,
    RdfFormat.N_QUADS: pyoxigraph.RdfFormat.N_QUADS,
}
"""The library's name of each form."""


class RdfCounts(NamedTuple):
    """How many nodes and edges were written."""

    nodes: int
    edges: int


def write_rdf(
    snapshot: Snapshot, path: Path, form: RdfFormat, patients: Iterable[tuple[Node, Sequence[Edge]]] = ()
) -> RdfCounts:
    """Write a snapshot, and the patients that are given, as linked data.

    Args:
        snapshot: the knowledge.
        path: the file, which appears whole or not at all; an existing one is replaced.
        form: how it is written.
        patients: what to write of patients.

    Raises:
        SnapshotError: when the file cannot be written.
    """
    quads = Quads(snapshot, patients)
    partial = path.with_name(f"{path.name}.{uuid4().hex}.partial")
    try:
        with partial.open("wb") as file:
            prefixes = None if form is RdfFormat.N_QUADS else {**words.PREFIXES, **words.VOCABULARIES}
            pyoxigraph.serialize(quads.all(), file, FORMATS[form], prefixes=prefixes)
        partial.replace(path)
    except OSError as error:
        raise SnapshotError(f"{path} cannot be written: {error.strerror}") from error
    finally:
        partial.unlink(missing_ok=True)
    return RdfCounts(quads.nodes, quads.edges)


class Quads:
    """The quads of a graph, in one order: what sources are, then source by source nodes and edges.

    Args:
        snapshot: the knowledge.
        patients: what to write of patients.

    Attributes:
        nodes: how many nodes were written so far.
        edges: how many edges were written so far.
    """

    def __init__(self, snapshot: Snapshot, patients: Iterable[tuple[Node, Sequence[Edge]]] = ()) -> None:
        self._snapshot = snapshot
        self._patients = patients
        self.nodes = self.edges = 0

    def all(self) -> Iterator[Quad]:
        """Every quad once."""
        for provenance in self._snapshot.provenances:
            yield from origin_quads(provenance)
        for number, provenance in enumerate(self._snapshot.provenances):
            yield from self._of_source(number, source_graph(provenance))
        for node, edges in self._patients:
            # Of patients each may have sources that no knowledge has.
            for provenance in dict.fromkeys((node.provenance, *(edge.provenance for edge in edges))):
                yield from origin_quads(provenance)
            yield from self._counted_node(node)
            for edge in edges:
                yield from self._counted_edge(edge)

    def _of_source(self, number: int, graph: NamedNode) -> Iterator[Quad]:
        snapshot = self._snapshot
        for node in np.flatnonzero(snapshot.node_provenances == number).tolist():
            yield from self._counted_node(snapshot.node(node))
        for relation in snapshot.relations.values():
            for position in np.flatnonzero(relation.provenances == number).tolist():
                yield from self._counted_edge(snapshot.edge(relation, position))

    def _counted_node(self, node: Node) -> Iterator[Quad]:
        self.nodes += 1
        return node_quads(node, source_graph(node.provenance))

    def _counted_edge(self, edge: Edge) -> Iterator[Quad]:
        self.edges += 1
        return edge_quads(edge, source_graph(edge.provenance))


def source_graph(provenance: Provenance) -> NamedNode:
    """The named graph of a source, its version and its licence."""
    parts = (quote(text, safe="-._~") for text in (provenance.source, provenance.source_version, provenance.licence))
    return NamedNode(words.SOURCE + ":".join(parts))


def origin_quads(provenance: Provenance) -> Iterator[Quad]:
    """What the default graph says of a named graph."""
    graph = source_graph(provenance)
    yield Quad(graph, TYPE, NamedNode(f"{words.PROV}Bundle"), DefaultGraph())
    yield Quad(graph, NamedNode(f"{words.TERMS}title"), Literal(provenance.source), DefaultGraph())
    yield Quad(graph, NamedNode(f"{words.PAV}version"), Literal(provenance.source_version), DefaultGraph())
    yield Quad(graph, NamedNode(f"{words.TERMS}license"), Literal(provenance.licence), DefaultGraph())
    source = NamedNode(words.SOURCE + quote(provenance.source, safe="-._~"))
    yield Quad(graph, NamedNode(f"{words.PROV}wasDerivedFrom"), source, DefaultGraph())


def node_quads(node: Node, graph: NamedNode) -> Iterator[Quad]:
    """What is said of a node."""
    subject = NamedNode(words.node_iri(node.id))
    yield Quad(subject, TYPE, NamedNode(f"{words.OWN}{node.kind}"), graph)
    yield Quad(subject, CATEGORY, NamedNode(f"{words.BIOLINK}{words.CATEGORIES[node.kind]}"), graph)
    if node.name:
        yield Quad(subject, LABEL, Literal(node.name), graph)
    for alias in node.aliases:
        yield Quad(subject, ALIAS, Literal(alias), graph)
    for name, value in node.properties.items():
        yield from _property_quads(subject, name, value, graph)


def edge_quads(edge: Edge, graph: NamedNode) -> Iterator[Quad]:
    """What an edge says, and what is said of the edge."""
    start, end = NamedNode(words.node_iri(edge.start)), NamedNode(words.node_iri(edge.end))
    predicate = NamedNode(words.predicate_iri(edge.kind, str(edge.properties.get("relation", ""))))
    yield Quad(start, predicate, end, graph)
    subject = edge_name(edge)
    yield Quad(subject, TYPE, NamedNode(f"{words.OWN}{edge.kind}"), graph)
    yield Quad(subject, SUBJECT, start, graph)
    yield Quad(subject, PREDICATE, predicate, graph)
    yield Quad(subject, OBJECT, end, graph)
    yield Quad(subject, LEVEL, Literal(str(edge.level)), graph)
    for name, text in (("evidence", edge.evidence), ("record", edge.record), ("known_since", edge.known_since)):
        if text:
            yield Quad(subject, NamedNode(f"{words.OWN}edge.{name}"), Literal(text), graph)
    for name, value in edge.properties.items():
        yield from _property_quads(subject, name, value, graph)


def edge_name(edge: Edge) -> NamedNode:
    """The IRI of an edge, made of its identity: the same edge has the same name in every export."""
    return NamedNode(words.EDGE + hashlib.sha256("\0".join(edge.key).encode()).hexdigest()[:32])


def _property_quads(subject: NamedNode, name: str, value: PropertyValue, graph: NamedNode) -> Iterator[Quad]:
    word = f"{words.OWN}{name}"
    if not isinstance(value, tuple):
        yield Quad(subject, NamedNode(word), _literal(value), graph)
        return
    for item in dict.fromkeys(value):
        yield Quad(subject, NamedNode(word), Literal(item), graph)
    # A set of statements has no order and knows nothing twice; where a list does, or is empty, that is said beside it.
    if not value or any(a >= b for a, b in itertools.pairwise(value)):
        places = sorted(set(value))
        order = " ".join(str(places.index(item)) for item in value)
        yield Quad(subject, NamedNode(f"{word}{ORDER}"), Literal(order), graph)


def _literal(value: str | int | float | bool) -> Literal:
    if isinstance(value, str):
        return Literal(value)
    if isinstance(value, bool):
        return Literal("true" if value else "false", datatype=BOOLEAN)
    return Literal(repr(value), datatype=INTEGER if isinstance(value, int) else DOUBLE)
