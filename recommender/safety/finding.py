"""What a safety rule answers: a finding about one medicine, with its proof."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol, TypeAlias

from graph.elements import Edge, EdgeKind, NodeKind
from graph.snapshot import Snapshot
from recommender.payload import edge_payload, node_payload, path_cypher
from recommender.record import Fact, PatientRecord
from recommender.safety.components import Component, Components

Need: TypeAlias = tuple[EdgeKind, NodeKind, NodeKind]
"""A relation of reference data: an edge kind and the kinds that it joins."""


class Severity(StrEnum):
    """What follows from a finding: the medicine is excluded, or shown with a caution or a note."""

    EXCLUDE = "exclude"
    CAUTION = "caution"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Proof:
    """Why a finding holds: the patient's fact, and the chain of nodes and edges from it to the medicine.

    Attributes:
        rule: the rule that concluded.
        fact: what is on file, or what is missing there.
        nodes: numbers of the nodes of the chain, the medicine last.
        edges: the edges of the chain, with their sources.
        conclusion: what follows.
    """

    rule: str
    fact: Mapping[str, Any]
    nodes: tuple[int, ...]
    edges: tuple[Edge, ...]
    conclusion: str

    def payload(self, snapshot: Snapshot) -> dict[str, Any]:
        """As it stands in an answer."""
        nodes = [node_payload(snapshot, n) for n in self.nodes]
        return {
            "rule": self.rule,
            "fact": dict(self.fact),
            "nodes": nodes,
            "edges": [edge_payload(e) for e in self.edges],
            "conclusion": self.conclusion,
            "cypher": path_cypher(nodes, self.edges),
        }


@dataclass(frozen=True, slots=True)
class Finding:
    """One reason not to give a medicine, or to take care with it."""

    medicine: int
    severity: Severity
    sentence: str
    proof: Proof

    def payload(self, snapshot: Snapshot) -> dict[str, Any]:
        """As it stands in an answer, without the medicine."""
        return {
            "rule": self.proof.rule,
            "severity": str(self.severity),
            "sentence": self.sentence,
            "proof": self.proof.payload(snapshot),
        }


@dataclass(frozen=True, slots=True)
class Screening:
    """What every rule may look at.

    Attributes:
        snapshot: the knowledge.
        record: the patient.
        components: single medicines within combinations.
        candidates: numbers of the medicines to be checked, ascending.
    """

    snapshot: Snapshot
    record: PatientRecord
    components: Components
    candidates: tuple[int, ...] = field(default=())

    def inside(self) -> dict[int, list[tuple[int, Component]]]:
        """For each medicine inside any candidate: those candidates, each with the way from the one to the other."""
        found: dict[int, list[tuple[int, Component]]] = {}
        for medicine in self.candidates:
            for component in self.components.of(medicine):
                found.setdefault(component.medicine, []).append((medicine, component))
        return found


class Rule(Protocol):
    """The one shape of all rules."""

    @property
    def name(self) -> str:
        """The rule's word in answers."""
        ...

    @property
    def needs(self) -> tuple[tuple[Need, ...], ...]:
        """The reference data without which it cannot check: of each group at least one relation."""
        ...

    def concerns(self, record: PatientRecord) -> bool:
        """Whether there is anything on file that this rule has to check against the reference data it needs."""
        ...

    def findings(self, screening: Screening) -> "list[Finding]":
        """Every finding about the candidates."""
        ...


def fact_payload(snapshot: Snapshot, fact: Fact) -> dict[str, Any]:
    """A patient's fact as it stands in a proof."""
    return {
        "kind": str(fact.kind),
        "node": node_payload(snapshot, fact.node),
        "active": fact.active,
        "record": fact.record,
        # Sorted, so that the order of keys in a case does not change the bytes of an answer.
        "properties": dict(sorted(fact.properties.items())),
    }


def missing_payload(what: str) -> dict[str, Any]:
    """The absence of something on file, as it stands in a proof."""
    return {"kind": "MISSING", "what": what}
