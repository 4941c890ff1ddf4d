"""Joins concepts of different vocabularies that a load knows to be the same.

A condition of the formulary names its Disease Ontology, MeSH and Mondo terms on its own row; where such a term is a node as
well (from an imported graph), the two stay their own nodes and an exact ``MAPS_TO`` edge joins them, said by the source of the
row.
"""

from graph.elements import Edge, EdgeKind, KnowledgeLevel, NodeId, NodeKind
from graph.store import Batch, EdgeColumns
from loaders.vocabulary import CROSSWALKS, Vocabulary


def mapped_conditions(vocabulary: Vocabulary) -> Batch:
    """The ``MAPS_TO`` edges between all known conditions."""
    found = []
    for condition in vocabulary.nodes(NodeKind.CONDITION):
        for name in CROSSWALKS:
            term = str(condition.properties.get(name, ""))
            if term != condition.id and vocabulary.kind(term) is NodeKind.CONDITION:
                edge = Edge(
                    EdgeKind.MAPS_TO,
                    condition.id,
                    NodeId(term),
                    condition.provenance,
                    KnowledgeLevel.ASSERTION,
                    properties={"relation": "exact"},
                )
                found.append(edge)
    return Batch((), [EdgeColumns.of(found, NodeKind.CONDITION, NodeKind.CONDITION)] if found else ())
