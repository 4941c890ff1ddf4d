"""Findings of the safety rules with their proofs, and the nodes that they speak of, for the OpenAPI document."""

from datetime import date
from typing import Any, Literal

from pydantic import Field

from api.schemas.base import Answer
from graph.elements import KnowledgeLevel, NodeKind


class NodeShown(Answer):
    """A node."""

    id: str
    kind: NodeKind
    name: str


class Codes(Answer):
    """Codes of a medicine, those that are known."""

    atc: list[str] = Field(default_factory=list)
    rxcui: str | None = None


class MedicineShown(Answer):
    """A medicine."""

    id: str
    name: str
    codes: Codes


class CypherParameters(Answer):
    """Which path a statement shows."""

    nodes: list[str] = Field(description="ids of its nodes")
    edges: list[tuple[str, str, str, str, str]] = Field(description="start, kind, end, source and record of each of its edges")


class Cypher(Answer):
    """What shows a path in Neo4j Browser: the parameters go behind `:params`, then the statement."""

    statement: str
    parameters: CypherParameters


class Statement(Answer):
    """An edge with everything that it says."""

    kind: str
    start: str
    end: str
    source: str
    source_version: str
    evidence: str
    record: str
    knowledge_level: KnowledgeLevel
    known_since: str | None
    properties: dict[str, Any]


SeverityWord = Literal["exclude", "sign-off", "caution", "note"]


class Proof(Answer):
    """Why a finding holds, whole: it can be checked by itself against the store."""

    rule: str
    rules_version: str
    severity: SeverityWord
    medicine: NodeShown
    patient: str | None
    as_of: date
    snapshot: str
    fact: dict[str, Any] = Field(description="what is on file about the patient, or what is missing there")
    also: list[dict[str, Any]] = Field(description="further facts that the conclusion rests on")
    nodes: list[NodeShown]
    edges: list[Statement]
    conclusion: str
    hash: str = Field(description="SHA-256 of all but cypher, as JSON with sorted keys")
    cypher: Cypher | None = Field(description="null where there is no node to show")


class FindingShown(Answer):
    """A finding of a safety rule."""

    rule: str
    severity: SeverityWord
    sentence: str
    confirm: str | None = Field(description="of a sign-off, what a clinician must confirm before the first dose")
    proof: Proof


class AlertShown(Answer):
    """What several suggestions share, said once."""

    rule: str
    severity: SeverityWord
    sentence: str
    confirm: str | None
    medicines: list[NodeShown]
    proofs: list[Proof]
