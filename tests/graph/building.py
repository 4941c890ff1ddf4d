"""Elements, batches and random graphs for the tests of the graph layer.

A kind follows from an id's prefix, so that a graph reads as a list of ids: ``M:`` medicine, ``C:`` condition, ``S:`` symptom,
``G:`` gene, ``K:`` drug class, ``I:`` ingredient, ``U:`` group, ``patient:`` patient.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from hypothesis import strategies as st

from graph.elements import Edge, EdgeKind, KnowledgeLevel, Node, NodeId, NodeKind, PropertyValue, Provenance
from graph.store import Batch, EdgeColumns, GraphStore, LoadCounts

SOURCE = Provenance("test", "1", "CC0-1.0")
OTHER_SOURCE = Provenance("other", "2", "CC-BY-4.0")
KINDS = {
    "M": NodeKind.MEDICINE,
    "C": NodeKind.CONDITION,
    "S": NodeKind.SYMPTOM,
    "G": NodeKind.GENE,
    "K": NodeKind.DRUG_CLASS,
    "I": NodeKind.INGREDIENT,
    "patient": NodeKind.PATIENT,
    "U": NodeKind.GROUP,
}
Required = Mapping[EdgeKind, Mapping[str, PropertyValue]]
REQUIRED: Required = {
    EdgeKind.INTERACTS_WITH: {"severity": "severe"},
    EdgeKind.CONTRAINDICATED_IN: {"strength": "absolute"},
    EdgeKind.SIMILAR_TO: {"similarity": 0.5, "bundle": "b1"},
    EdgeKind.PREDICTED: {"probability": 0.5, "predictor": "conditions", "bundle": "b1"},
    EdgeKind.RESPONDED_TO: {"people": 5, "share": 0.5, "shift": 0.1, "bundle": "b1"},
}
OF_NODES: Mapping[NodeKind, Mapping[str, PropertyValue]] = {NodeKind.GROUP: {"people": 5, "bundle": "b1"}}


def kind_of(node_id: str) -> NodeKind:
    return KINDS[node_id.partition(":")[0]]


def node(
    node_id: str, name: str = "", aliases: Iterable[str] = (), /, *, source: Provenance = SOURCE, **values: PropertyValue
) -> Node:
    """A node with the properties that its kind requires; a patient has no name, any other is by default called like its id."""
    kind = kind_of(node_id)
    properties = {**OF_NODES.get(kind, {}), **values}
    return Node(
        NodeId(node_id), kind, name or ("" if kind is NodeKind.PATIENT else node_id), source, tuple(aliases), properties
    )


def edge(
    kind: EdgeKind,
    start: str,
    end: str,
    /,
    *,
    source: Provenance = SOURCE,
    level: KnowledgeLevel = KnowledgeLevel.ASSERTION,
    evidence: str = "",
    record: str = "",
    known_since: str = "",
    **values: PropertyValue,
) -> Edge:
    """An edge with the properties that its kind requires."""
    properties = {**REQUIRED.get(kind, {}), **values}
    return Edge(kind, NodeId(start), NodeId(end), source, level, evidence, record, known_since, properties)


def columns(edges: Iterable[Edge]) -> list[EdgeColumns]:
    """Edges as columns, one group for each kind and kinds of ends."""
    groups: dict[tuple[str, NodeKind, NodeKind], list[Edge]] = {}
    for item in edges:
        groups.setdefault((item.kind, kind_of(item.start), kind_of(item.end)), []).append(item)
    return [EdgeColumns.of(group, start, end) for (_, start, end), group in groups.items()]


def batch(nodes: Iterable[Node] = (), edges: Iterable[Edge] = ()) -> Batch:
    return Batch(tuple(nodes), columns(edges))


def load(
    store: GraphStore, *batches: Batch, name: str = "load", remove_stale: bool = False, derived: bool = False
) -> LoadCounts:
    """One whole load."""
    run = store.start_load(name)
    for i, item in enumerate(batches):
        store.write(item, run, str(i + 1))
    return store.finish_load(run, remove_stale=remove_stale, derived=derived)


def knowledge(store: GraphStore) -> dict[tuple[str, ...], Edge]:
    """All knowledge edges of a store by their keys."""
    return {item.key: item for group in store.knowledge_edges() for item in group.rows()}


def content(store: GraphStore) -> tuple[list[Node], list[Edge]]:
    """Everything that a store holds: all nodes, and the edges that start at them, in the port's order."""
    nodes = [item for kind in NodeKind for item in store.nodes(kind)]
    return nodes, [found for item in nodes for found in store.edges_from(item.id)]


SMALL_NODES = (
    node("M:aspirin", "Aspirin", ("acetylsalicylic acid", "Compound::DB00945"), rxcui="1191", atc=("N02BA01", "B01AC06")),
    node("M:lisinopril", "Lisinopril", ("Zestril",)),
    node("M:warfarin", "Warfarin"),
    node("C:hypertension", "Hypertension", ("high blood pressure",), icd10cm="I10"),
    node("C:migraine", "Migraine"),
    node("S:headache", "Headache", ("cephalgia",)),
    node("G:ACE", "ACE"),
    node("patient:1", birth_year=1960, sex="female", synthetic=True),
)
SMALL_EDGES = (
    edge(EdgeKind.TREATS, "M:lisinopril", "C:hypertension", evidence="pmid:1", line="first"),
    edge(EdgeKind.TREATS, "M:lisinopril", "C:hypertension", source=OTHER_SOURCE, level=KnowledgeLevel.OBSERVATION),
    edge(EdgeKind.PALLIATES, "M:aspirin", "C:migraine", known_since="1899-03-06"),
    edge(EdgeKind.PRESENTS, "C:migraine", "S:headache", frequency="very common"),
    edge(EdgeKind.PRESENTS, "C:hypertension", "S:headache", frequency="occasional"),
    edge(EdgeKind.INTERACTS_WITH, "M:warfarin", "M:aspirin", management="avoid"),
    edge(EdgeKind.RESEMBLES, "M:aspirin", "M:warfarin"),
    edge(EdgeKind.BINDS, "M:lisinopril", "G:ACE"),
    edge(EdgeKind.HAS_DIAGNOSIS, "patient:1", "C:hypertension", record="d1", start="2020-02-29", status="active"),
    edge(EdgeKind.TAKES, "patient:1", "M:aspirin", record="t1", rating=7, adherence=0.5),
    edge(EdgeKind.TAKES, "patient:1", "M:aspirin", record="t2", start="2021-01-01"),
)
SMALL = batch(SMALL_NODES, SMALL_EDGES)
NEVER_COMPILED = (NodeKind.PATIENT, NodeKind.GROUP)
"""Kinds that no snapshot has: patients are read live, and groups are derived and belong to a bundle."""


class Spec(NamedTuple):
    """An edge kind with the prefixes of the ids that random graphs join by it."""

    kind: EdgeKind
    start: str
    end: str


SPECS = (
    Spec(EdgeKind.TREATS, "M", "C"),
    Spec(EdgeKind.RESEMBLES, "M", "M"),
    Spec(EdgeKind.RESEMBLES, "C", "C"),
    Spec(EdgeKind.INTERACTS_WITH, "M", "M"),
    Spec(EdgeKind.PRESENTS, "C", "S"),
    Spec(EdgeKind.BINDS, "M", "G"),
    Spec(EdgeKind.COVARIES, "G", "G"),
    Spec(EdgeKind.REGULATES, "G", "G"),
    Spec(EdgeKind.IS_A, "C", "C"),
    Spec(EdgeKind.CROSS_REACTS_WITH, "K", "I"),
    Spec(EdgeKind.TAKES, "patient", "M"),
)
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)


@dataclass(frozen=True)
class Graph:
    """Nodes and edges of a random graph, in no particular order."""

    nodes: Sequence[Node]
    edges: Sequence[Edge]


@st.composite
def graphs(draw: st.DrawFn, max_size: int = 5, max_edges: int = 20) -> Graph:
    """Small graphs of every shape: parallel edges, both directions, loops, several sources, some patients."""
    nodes = []
    for prefix in KINDS:
        for i in range(draw(st.integers(1, max_size))):
            name = "" if prefix == "patient" else draw(TEXTS.filter(bool))
            aliases = () if prefix == "patient" else draw(st.lists(TEXTS, max_size=2))
            nodes.append(node(f"{prefix}:{i}", name, aliases))
    edges = {}
    for _ in range(draw(st.integers(0, max_edges))):
        spec = draw(st.sampled_from(SPECS))
        ends = [draw(st.sampled_from([n.id for n in nodes if n.id.startswith(f"{prefix}:")])) for prefix in spec[1:]]
        values: dict[str, Any] = {"strength": "high"} if spec.kind is EdgeKind.CROSS_REACTS_WITH else {}
        made = edge(
            spec.kind,
            *ends,
            source=draw(st.sampled_from((SOURCE, OTHER_SOURCE))),
            level=draw(st.sampled_from(KnowledgeLevel)),
            evidence=draw(TEXTS),
            record=draw(st.sampled_from(("", "r1"))),
            **values,
        )
        edges[made.key] = made
    return Graph(draw(st.permutations(nodes)), draw(st.permutations(list(edges.values()))))
