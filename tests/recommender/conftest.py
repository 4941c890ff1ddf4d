"""Small graphs, built by hand through the store's port.

An edge is written ``("M:a", "TREATS", "C:x")``, with a dictionary of properties behind it where it has any; the keys
``source``, ``level``, ``evidence``, ``record`` and ``known_since`` of that dictionary are the edge's own. A node's kind follows
from the prefix of its id and its name from its local part, unless ``nodes`` says otherwise.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from graph.compiler import compile_snapshot
from graph.elements import Edge, EdgeKind, KnowledgeLevel, Node, NodeId, NodeKind, Provenance
from graph.embedded_store import EmbeddedStore
from graph.snapshot import Snapshot
from graph.store import Batch, EdgeColumns, GraphStore
from recommender.record import PatientRecord, read_record
from recommender.safety.components import Components
from recommender.safety.finding import Finding, Screening
from recommender.safety.screen import Screened, screen

TODAY = date(2024, 6, 1)
SOURCE = "test"

KINDS = {
    "M": NodeKind.MEDICINE,
    "I": NodeKind.INGREDIENT,
    "K": NodeKind.DRUG_CLASS,
    "ATC": NodeKind.DRUG_CLASS,
    "S": NodeKind.SUBSTANCE,
    "C": NodeKind.CONDITION,
    "ICD10CM": NodeKind.CONDITION,
    "Y": NodeKind.SYMPTOM,
    "E": NodeKind.SIDE_EFFECT,
    "UMLS": NodeKind.SIDE_EFFECT,
    "G": NodeKind.GENE,
    "P": NodeKind.PHENOTYPE,
    "V": NodeKind.VARIANT,
    "L": NodeKind.LAB_TEST,
    "LOINC": NodeKind.LAB_TEST,
    "A": NodeKind.CARE_ACTION,
    "X": NodeKind.ANATOMY,
    "patient": NodeKind.PATIENT,
}

REFERENCE: list[tuple[Any, ...]] = [
    ("M:ref", "HAS_INGREDIENT", "I:ref"),
    ("I:ref", "IN_CLASS", "K:ref"),
    ("K:ref", "CROSS_REACTS_WITH", "K:ref2", {"strength": "low"}),
    ("M:ref", "CONTRAINDICATED_IN", "C:ref", {"strength": "absolute"}),
    ("M:ref", "INTERACTS_WITH", "M:ref2", {"severity": "severe"}),
    ("M:ref", "ADDS_TO", "E:ref", {"points": 1}),
    ("M:ref", "LIMITED_BY", "L:ref", {"limit": "renal", "comparator": "below", "value": "30", "strength": "absolute"}),
    ("P:ref", "AFFECTS_RESPONSE", "M:ref", {"action": "avoid"}),
]
"""One edge of each kind of reference data, so that no safety rule lacks its own; it concerns no other node."""

Edges = Iterable[tuple[Any, ...]]
Nodes = Mapping[str, Mapping[str, Any]]


def _edge(start: str, kind: str, end: str, values: Mapping[str, Any]) -> Edge:
    rest = {k: v for k, v in values.items() if k not in ("source", "level", "evidence", "record", "known_since")}
    return Edge(
        EdgeKind(kind),
        NodeId(start),
        NodeId(end),
        Provenance(values.get("source", SOURCE), "1", "CC0-1.0"),
        KnowledgeLevel(values.get("level", "assertion")),
        values.get("evidence", ""),
        values.get("record", ""),
        values.get("known_since", ""),
        rest,
    )


def _node(node_id: str, values: Mapping[str, Any]) -> Node:
    kind = KINDS[node_id.partition(":")[0]]
    name = values.get("name", "" if kind is NodeKind.PATIENT else node_id.partition(":")[2])
    rest = {k: v for k, v in values.items() if k not in ("name", "aliases")}
    return Node(NodeId(node_id), kind, name, Provenance(SOURCE, "1", "CC0-1.0"), tuple(values.get("aliases", ())), rest)


@dataclass
class Graph:
    """A store with its snapshot, and short ways to ask them."""

    folder: Path
    store: EmbeddedStore
    snapshot: Snapshot

    def number(self, node_id: str) -> int:
        """The number of a node."""
        return self.snapshot.number(node_id)

    def ids(self, numbers: Iterable[int]) -> list[str]:
        """The ids of numbers."""
        return [str(self.snapshot.id(n)) for n in numbers]

    def record(self, patient: str = "patient:p", as_of: date = TODAY) -> PatientRecord:
        """The record of a patient in the store."""
        return read_record(self.store, self.snapshot, NodeId(patient), as_of)

    def screening(self, patient: str = "patient:p", as_of: date = TODAY) -> Screening:
        """Everything that a rule looks at, with every medicine as a candidate."""
        medicines = tuple(self.snapshot.numbers(NodeKind.MEDICINE))
        return Screening(self.snapshot, self.record(patient, as_of), Components(self.snapshot), as_of, medicines)

    def screened(self, patient: str = "patient:p", as_of: date = TODAY) -> Screened:
        """What all rules find about every medicine."""
        seen = self.screening(patient, as_of)
        return screen(seen.snapshot, seen.components, seen.record, seen.candidates, as_of)

    def severities(self, findings: Iterable[Finding]) -> dict[str, str]:
        """The most severe finding of each medicine, by its id."""
        order = ["exclude", "sign-off", "caution", "note"]
        found: dict[str, str] = {}
        for finding in findings:
            key = str(self.snapshot.id(finding.medicine))
            found[key] = min(found.get(key, "note"), str(finding.severity), key=order.index)
        return found

    @cached_property
    def edges(self) -> dict[tuple[str, str, str, str], Edge]:
        """Every edge of knowledge in the store, by (kind, start, end, source)."""
        rows = [edge for columns in self.store.knowledge_edges() for edge in columns.rows()]
        return {(str(e.kind), str(e.start), str(e.end), e.provenance.source): e for e in rows}

    def check_proof(self, finding: Finding) -> None:
        """Assert that a finding's proof is a chain that ends in the medicine, each edge of which stands in the store."""
        proof = finding.proof
        if not proof.edges:
            return
        assert proof.nodes[-1] == finding.medicine
        assert len(proof.nodes) == len(proof.edges) + 1
        ids = self.ids(proof.nodes)
        for i, edge in enumerate(proof.edges):
            assert {str(edge.start), str(edge.end)} == {ids[i], ids[i + 1]}
            assert (str(edge.kind), str(edge.start), str(edge.end), edge.provenance.source) in self.edges
        node = proof.fact.get("node")
        if node is not None and not proof.rule.startswith("limit"):
            assert node["id"] == ids[0]


Build = Callable[..., AbstractContextManager[Graph]]


def write(store: GraphStore, edges: Edges, nodes: Nodes | None = None, *, alone: bool = False) -> None:
    """Write edges, with the nodes that they join and others, as one load; everything else goes when they are to be alone."""
    rows = [_edge(*row[:3], row[3] if len(row) > 3 else {}) for row in edges]
    ids = dict.fromkeys([*(nodes or {}), *(i for edge in rows for i in (str(edge.start), str(edge.end)))])
    grouped: dict[tuple[EdgeKind, NodeKind, NodeKind], list[Edge]] = {}
    for edge in rows:
        ends = (KINDS[edge.start.partition(":")[0]], KINDS[edge.end.partition(":")[0]])
        grouped.setdefault((edge.kind, *ends), []).append(edge)
    load = store.start_load("test")
    columns = [EdgeColumns.of(group, *key[1:]) for key, group in grouped.items()]
    store.write(Batch([_node(i, (nodes or {}).get(i, {})) for i in ids], columns), load, "all")
    store.finish_load(load, remove_stale=alone)


@pytest.fixture(scope="session")
def build(tmp_path_factory: pytest.TempPathFactory) -> Build:
    """Builds graphs within a ``with`` block: for tests that need many."""
    numbers = count()

    @contextmanager
    def builder(edges: Edges = (), nodes: Nodes | None = None) -> Iterator[Graph]:
        folder = tmp_path_factory.mktemp(f"graph{next(numbers)}-", numbered=False)
        store = EmbeddedStore(folder / "graph.sqlite")
        write(store, edges, nodes)
        yield Graph(folder, store, compile_snapshot(store, folder / "snapshots"))
        store.close()

    return builder


@pytest.fixture
def graph_of(build: Build) -> Iterator[Callable[..., Graph]]:
    """Builds graphs that live until the test ends."""
    with ExitStack() as opened:
        yield lambda edges=(), nodes=None: opened.enter_context(build(edges, nodes))


@pytest.fixture(scope="session")
def formulary(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the shipped formulary and its patients, built as everybody builds it."""
    home = tmp_path_factory.mktemp("formulary-home")
    environment = os.environ | {"RXPATH_HOME": str(home)}
    environment.pop("RXPATH_GRAPH", None)
    command = [sys.executable, "-m", "loaders", "build", "--brief"]
    project = Path(__file__).resolve().parents[2]
    done = subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return home
