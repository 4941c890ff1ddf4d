"""Reads the linked form back into nodes and edges, by rdflib.

What is read is what :mod:`graph.rdf.write` says, in any form that rdflib reads quads in; statements beside it are passed over.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import pyoxigraph
from oxrdflib import OxigraphStore
from rdflib import Dataset, Literal, URIRef
from rdflib.graph import DATASET_DEFAULT_GRAPH_ID
from rdflib.term import Node as Term

from graph.elements import Edge, EdgeKind, KnowledgeLevel, Node, NodeKind, PropertyValue, Provenance
from graph.errors import SchemaError, SnapshotError
from graph.rdf import words
from graph.rdf.words import RdfFormat
from graph.rdf.write import FORMATS, ORDER
from graph.schema import EDGE_RULES, NODE_RULES
from graph.store import Batch, EdgeColumns, GraphStore, LoadCounts

_FORMS = {".trig": RdfFormat.TRIG, ".nq": RdfFormat.N_QUADS, ".jsonld": RdfFormat.JSON_LD}
_NODE_KINDS: Mapping[Term, NodeKind] = {URIRef(f"{words.OWN}{kind}"): kind for kind in NodeKind}
_EDGE_KINDS: Mapping[Term, EdgeKind] = {URIRef(f"{words.OWN}{kind}"): kind for kind in EdgeKind}
_TYPE = URIRef(f"{words.RDF}type")
_SUBJECT, _OBJECT = URIRef(f"{words.RDF}subject"), URIRef(f"{words.RDF}object")
_LABEL, _ALIAS = URIRef(f"{words.SKOS}prefLabel"), URIRef(f"{words.SKOS}altLabel")
_LEVEL = URIRef(f"{words.BIOLINK}knowledge_level")
_TITLE, _LICENCE = URIRef(f"{words.TERMS}title"), URIRef(f"{words.TERMS}license")
_VERSION = URIRef(f"{words.PAV}version")

Said = Mapping[Term, Sequence[Term]]
"""What is said of one thing: by predicate the objects."""


def read_dataset(path: Path) -> Dataset:
    """The quads of a file, in memory.

    Args:
        path: ends with ``.trig``, ``.nq`` or ``.jsonld``.

    Raises:
        SnapshotError: when it cannot be read.
    """
    form = _FORMS.get(path.suffix.lower())
    if form is None:
        raise SnapshotError(f"{path}: a file that ends with {', '.join(_FORMS)} is expected")
    store = pyoxigraph.Store()
    try:
        store.bulk_load(path=str(path), format=FORMATS[form])
    except (OSError, ValueError, SyntaxError) as error:
        # The reader's words would repeat the file.
        raise SnapshotError(f"{path} cannot be read: {type(error).__name__}") from error
    return Dataset(store=OxigraphStore(store=store))


def elements_of(dataset: Dataset) -> tuple[Sequence[Node], Sequence[Edge]]:
    """The nodes and edges that a dataset tells of.

    Raises:
        SchemaError: when something is said of a node or an edge that cannot be.
    """
    origins = _origins(dataset)
    nodes, edges = [], []
    for graph in dataset.graphs():
        if graph.identifier == DATASET_DEFAULT_GRAPH_ID:
            continue
        said: dict[Term, dict[Term, list[Term]]] = defaultdict(lambda: defaultdict(list))
        for subject, predicate, value in graph:
            said[subject][predicate].append(value)
        provenance = origins.get(graph.identifier)
        for subject, what in said.items():
            for kind in what.get(_TYPE, ()):
                if kind not in _NODE_KINDS and kind not in _EDGE_KINDS:
                    continue
                if provenance is None:
                    raise SchemaError("graph", "missing-source", "a named graph says nothing of its source")
                if kind in _NODE_KINDS:
                    nodes.append(_node(subject, _NODE_KINDS[kind], what, provenance))
                else:
                    edges.append(_edge(_EDGE_KINDS[kind], what, provenance))
    return nodes, edges


def load_dataset(dataset: Dataset, store: GraphStore, fingerprint: str) -> LoadCounts:
    """Load what a dataset tells of into a store, as one load.

    Args:
        dataset: what :func:`read_dataset` gives.
        store: where to.
        fingerprint: names the input.

    Raises:
        SchemaError: when something breaks the schema.
    """
    nodes, edges = elements_of(dataset)
    kinds = {node.id: node.kind for node in nodes}
    groups: dict[tuple[EdgeKind, NodeKind, NodeKind], list[Edge]] = defaultdict(list)
    for edge in edges:
        if edge.start not in kinds or edge.end not in kinds:
            raise SchemaError(str(edge.kind), "unknown-end", "an end of the edge is no node of the file")
        groups[edge.kind, kinds[edge.start], kinds[edge.end]].append(edge)
    load = store.start_load(fingerprint)
    store.write(Batch(nodes, [EdgeColumns.of(group, start, end) for (_, start, end), group in groups.items()]), load, "all")
    return store.finish_load(load, remove_stale=False)


def _origins(dataset: Dataset) -> dict[Term, Provenance]:
    default = dataset.graph(DATASET_DEFAULT_GRAPH_ID)
    return {
        graph: Provenance(str(title), str(default.value(graph, _VERSION) or ""), str(default.value(graph, _LICENCE) or ""))
        for graph, title in default.subject_objects(_TITLE)
    }


def _node(subject: Term, kind: NodeKind, said: Said, provenance: Provenance) -> Node:
    aliases = tuple(str(value) for value in said.get(_ALIAS, ()))
    names = said.get(_LABEL, ("",))
    return Node(words.node_id(str(subject)), kind, str(names[0]), provenance, aliases, _properties(said, NODE_RULES[kind]))


def _edge(kind: EdgeKind, said: Said, provenance: Provenance) -> Edge:
    try:
        start, end = (words.node_id(str(said[word][0])) for word in (_SUBJECT, _OBJECT))
        level = KnowledgeLevel(str(said[_LEVEL][0]))
    except (LookupError, ValueError) as error:
        raise SchemaError(str(kind), "bad-ends", "subject, object and knowledge level are expected") from error
    evidence, record, since = (
        str(said.get(URIRef(f"{words.OWN}edge.{name}"), ("",))[0]) for name in ("evidence", "record", "known_since")
    )
    return Edge(kind, start, end, provenance, level, evidence, record, since, _properties(said, EDGE_RULES[kind].properties))


def _properties(said: Said, rules: Mapping[str, object]) -> dict[str, PropertyValue]:
    found: dict[str, PropertyValue] = {}
    for name in rules:
        word = f"{words.OWN}{name}"
        values = said.get(URIRef(word), ())
        orders = said.get(URIRef(f"{word}{ORDER}"), ())
        if getattr(rules[name], "type", None) is tuple and (values or orders):
            places = sorted({str(value) for value in values})
            found[name] = tuple(places[int(i)] for i in str(orders[0]).split()) if orders else tuple(places)
        elif values:
            found[name] = _value(values[0])
    return found


def _value(value: Term) -> PropertyValue:
    if isinstance(value, Literal):
        # The text decides: rdflib would make a number of a double that is whole.
        kind = str(value.datatype or "")
        with suppress(ValueError):
            if kind == f"{words.XSD}integer":
                return int(str(value))
            if kind == f"{words.XSD}double":
                return float(str(value))
        if kind == f"{words.XSD}boolean":
            return str(value) == "true"
    return str(value)
