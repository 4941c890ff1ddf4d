"""The form of a proof: its JSON read into values, every field there, none beside, each of its type."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from recommender.verify.verdict import NotProvedError

VERSION = "2"
"""The version of the rules that this verifier knows."""
SEVERITIES = ("exclude", "sign-off", "caution", "note")
"""What may follow, the most severe first."""

ON_FILE = ("HAS_DIAGNOSIS", "HAS_SYMPTOM", "TAKES", "ALLERGIC_TO", "HAS_PHENOTYPE", "HAS_RESULT")
"""What may be on file, by the kind of edge at the patient."""

ASSUMED = "assumed"
"""The record of a medicine that nobody takes: a proof about a set says what would follow if it were taken, and says so."""

_FACT = ("kind", "node", "active", "record", "properties")
_PROOF = {
    "rule": str,
    "rules_version": str,
    "severity": str,
    "medicine": Mapping,
    "patient": (str, type(None)),
    "as_of": str,
    "snapshot": str,
    "fact": Mapping,
    "also": Sequence,
    "nodes": Sequence,
    "edges": Sequence,
    "conclusion": str,
    "hash": str,
    "cypher": (Mapping, type(None)),
}
_EDGE = {
    "kind": str,
    "start": str,
    "end": str,
    "source": str,
    "evidence": str,
    "knowledge_level": str,
    "source_version": str,
    "record": str,
    "known_since": (str, type(None)),
    "properties": Mapping,
}


@dataclass(frozen=True, slots=True)
class NodeClaim:
    """A node as a proof shows it."""

    id: str
    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class EdgeClaim:
    """An edge as a proof shows it, with everything that it is said to say."""

    kind: str
    start: str
    end: str
    source: str
    evidence: str
    knowledge_level: str
    source_version: str
    record: str
    known_since: str | None
    properties: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class FactClaim:
    """What a proof says is on file, or is not.

    Attributes:
        kind: the kind of edge at the patient; otherwise AGE, SEX, MISSING and the like.
        node: what the edge leads to.
        active: whether it holds on the day.
        record: where it is on file.
        properties: what it says.
        more: everything else: of a fact that is no edge all of it, of an edge what the rule worked out.
    """

    kind: str
    node: NodeClaim | None
    active: bool
    record: str
    properties: Mapping[str, Any]
    more: Mapping[str, Any]

    @property
    def assumed(self) -> bool:
        """Whether it is no fact, and says so itself."""
        return (self.kind, self.record, self.active, dict(self.properties)) == ("TAKES", ASSUMED, True, {})


@dataclass(frozen=True, slots=True)
class Proof:
    """A proof as it was given."""

    rule: str
    severity: str
    medicine: NodeClaim
    patient: str | None
    as_of: date
    fact: FactClaim
    also: tuple[FactClaim, ...]
    nodes: tuple[NodeClaim, ...]
    edges: tuple[EdgeClaim, ...]
    conclusion: str
    hash: str
    cypher: Mapping[str, Any] | None

    @property
    def assumes(self) -> tuple[str, ...]:
        """Names of the medicines that it assumes to be taken."""
        return tuple(claim.node.name for claim in (self.fact, *self.also) if claim.assumed and claim.node)


def read_proof(proof: Any) -> Proof:  # whatever JSON holds
    """The proof in a JSON object.

    Raises:
        NotProvedError: when it has not the form of one.
    """
    said = _fields(proof, _PROOF, "the proof")
    if said["rules_version"] != VERSION:
        raise NotProvedError(f"it is of version {said['rules_version']} of the rules; version {VERSION} is known here")
    if said["severity"] not in SEVERITIES:
        raise NotProvedError(f"{said['severity']!r} is no severity")
    try:
        day = date.fromisoformat(said["as_of"])
    except ValueError:
        raise NotProvedError("as_of is no day of the calendar") from None
    medicine = _node(said["medicine"], "the medicine")
    if medicine.kind != "Medicine":
        raise NotProvedError("it speaks against no medicine")
    return Proof(
        said["rule"],
        said["severity"],
        medicine,
        said["patient"],
        day,
        _fact(said["fact"], "the fact"),
        tuple(_fact(fact, f"further fact {i + 1}") for i, fact in enumerate(said["also"])),
        tuple(_node(node, f"node {i + 1}") for i, node in enumerate(said["nodes"])),
        tuple(EdgeClaim(**_fields(edge, _EDGE, f"edge {i + 1}")) for i, edge in enumerate(said["edges"])),
        said["conclusion"],
        said["hash"],
        said["cypher"],
    )


def _fields(value: Any, types: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise NotProvedError(f"{name} is no object")
    if odd := sorted(set(map(str, value)) ^ set(types)):
        raise NotProvedError(f"{name}: {', '.join(odd)} missing or unknown")
    for key, wanted in types.items():
        found = value[key]
        if not isinstance(found, wanted) or (wanted is Sequence and isinstance(found, str)):
            raise NotProvedError(f"{name}: {key} is of another type")
    return value


def _node(value: Any, name: str) -> NodeClaim:
    return NodeClaim(**_fields(value, {"id": str, "kind": str, "name": str}, name))


def _fact(value: Any, name: str) -> FactClaim:
    if not isinstance(value, Mapping) or not isinstance(value.get("kind"), str):
        raise NotProvedError(f"{name} says no kind")
    if value["kind"] not in ON_FILE:
        return FactClaim(value["kind"], None, False, "", {}, {k: v for k, v in value.items() if k != "kind"})
    types = {"kind": str, "node": Mapping, "active": bool, "record": str, "properties": Mapping}
    said = _fields({key: value[key] for key in _FACT if key in value}, types, name)
    more = {key: found for key, found in value.items() if key not in _FACT}
    return FactClaim(said["kind"], _node(said["node"], name), said["active"], said["record"], said["properties"], more)
