"""What a safety rule answers: a finding about one medicine, with its proof."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, Protocol, TypeAlias

from graph.elements import Edge, EdgeKind, NodeId, NodeKind
from graph.snapshot import Snapshot
from recommender.payload import node_payload, path_cypher, statement_payload
from recommender.record import Fact, PatientRecord
from recommender.request import canonical
from recommender.safety.components import Component, Components

VERSION = "2"
"""Version of the rules; part of an answer's id and of every proof."""

Need: TypeAlias = tuple[EdgeKind, NodeKind, NodeKind]
"""A relation of reference data: an edge kind and the kinds that it joins."""


class Severity(StrEnum):
    """What follows from a finding, the most severe first.

    ``exclude``: never suggested. ``sign-off``: shown below the line, with what a clinician must confirm first. ``caution`` and
    ``note``: shown with the suggestion.
    """

    EXCLUDE = "exclude"
    SIGN_OFF = "sign-off"
    CAUTION = "caution"
    NOTE = "note"

    @property
    def rank(self) -> int:
        """0 for the most severe."""
        return _RANKS[self]


_RANKS = {severity: i for i, severity in enumerate(Severity)}


@dataclass(frozen=True, slots=True)
class Grounds:
    """For whom, when and on what a proof was made.

    Attributes:
        snapshot: the knowledge.
        patient: id of the patient in the store; None for a case.
        as_of: the day of the answer.
    """

    snapshot: Snapshot
    patient: NodeId | None
    as_of: date


@dataclass(frozen=True, slots=True)
class Proof:
    """Why a finding holds: the patient's fact, and the chain of nodes and edges from it to the medicine.

    Attributes:
        rule: the rule that concluded.
        fact: what is on file, or what is missing there.
        nodes: numbers of the nodes of the chain, the medicine last.
        edges: the edges of the chain, with their sources.
        conclusion: what follows.
        also: further facts that the conclusion rests on: the other medicines of a sum, a co-medication.
    """

    rule: str
    fact: Mapping[str, Any]
    nodes: tuple[int, ...]
    edges: tuple[Edge, ...]
    conclusion: str
    also: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """One reason not to give a medicine, or to take care with it.

    Attributes:
        medicine: its number.
        severity: what follows.
        sentence: the reason in words, the medicine named.
        proof: why it holds.
        about: the reason without the medicine, where it is the same for others ("renal function is not on file; measure eGFR
            first"): what several suggestions share is said once. Empty where there is no such thing.
        confirm: of a sign-off, what a clinician must confirm before the first dose.
    """

    medicine: int
    severity: Severity
    sentence: str
    proof: Proof
    about: str = ""
    confirm: str = ""

    def payload(self, grounds: Grounds) -> dict[str, Any]:
        """As it stands in an answer, without the medicine."""
        return {
            "rule": self.proof.rule,
            "severity": str(self.severity),
            "sentence": self.sentence,
            "confirm": self.confirm or None,
            "proof": proof_payload(self, grounds),
        }


def proof_payload(finding: Finding, grounds: Grounds) -> dict[str, Any]:
    """A finding's proof as it stands in an answer: whole, so that it can be checked by itself.

    ``hash`` is the SHA-256 of everything else but ``cypher``, written as JSON with sorted keys and without blanks.
    """
    proof, snapshot = finding.proof, grounds.snapshot
    nodes = [node_payload(snapshot, n) for n in proof.nodes]
    said = {
        "rule": proof.rule,
        "rules_version": VERSION,
        "severity": str(finding.severity),
        "medicine": node_payload(snapshot, finding.medicine),
        "patient": grounds.patient,
        "as_of": grounds.as_of.isoformat(),
        "snapshot": snapshot.checksum,
        "fact": dict(proof.fact),
        "also": [dict(fact) for fact in proof.also],
        "nodes": nodes,
        "edges": [statement_payload(edge) for edge in proof.edges],
        "conclusion": proof.conclusion,
    }
    return said | {"hash": hashlib.sha256(canonical(said)).hexdigest(), "cypher": path_cypher(nodes, proof.edges)}


@dataclass(frozen=True, slots=True)
class Screening:
    """What every rule may look at.

    Attributes:
        snapshot: the knowledge.
        record: the patient.
        components: single medicines within combinations.
        as_of: the day of the answer.
        candidates: numbers of the medicines to be checked, ascending.
    """

    snapshot: Snapshot
    record: PatientRecord
    components: Components
    as_of: date
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
