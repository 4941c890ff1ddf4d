"""Small graphs with a patient or a case each, and the proof that the engine has to give for them: at least one of every rule.

Of a case the medicine is asked about directly; every proof is written as JSON and read again, as it comes out of a file.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from graph.elements import NodeId
from recommender.case import read_case
from recommender.record import read_record
from recommender.safety.components import Components
from recommender.safety.finding import Grounds, proof_payload
from recommender.safety.screen import screen
from recommender.safety.site import NO_POLICY, Site
from tests.recommender.conftest import REFERENCE, TODAY, Graph

EGFR, CREATININE, POTASSIUM = "LOINC:98979-8", "LOINC:2160-0", "LOINC:2823-3"
QT, LOAD = "UMLS:C0151878", "UMLS:C0151500"
ABSOLUTE, RELATIVE = {"strength": "absolute"}, {"strength": "relative"}
UNITS: dict[str, dict[str, Any]] = {
    EGFR: {"name": "eGFR", "unit": "mL/min/{1.73_m2}"},
    CREATININE: {"name": "Creatinine", "unit": "mg/dL", "other_units": ("umol/L=0.01131",)},
    POTASSIUM: {"name": "Potassium", "unit": "mmol/L", "other_units": ("mg/dL=0.2558",)},
    "LOINC:6298-4": {"name": "Potassium in blood", "unit": "mmol/L"},
}
COMBINED = [
    ("M:a", "HAS_INGREDIENT", "I:a"),
    ("M:ab", "HAS_INGREDIENT", "I:a"),
    ("M:ab", "HAS_INGREDIENT", "I:b"),
]
"""A single medicine, and a combination with it."""


@dataclass(frozen=True)
class Scene:
    """A graph, someone who is asked for, and what a rule has to say of a medicine."""

    name: str
    rule: str
    medicine: str
    severity: str
    edges: list[tuple[Any, ...]]
    nodes: dict[str, dict[str, Any]] = field(default_factory=dict)
    case: Mapping[str, Any] | None = None

    @property
    def everything(self) -> list[tuple[Any, ...]]:
        """The edges with those that no rule may lack."""
        return [*REFERENCE, *self.edges]

    @property
    def known(self) -> dict[str, dict[str, Any]]:
        """The nodes; someone who is on file has at least a birth year."""
        units = {i: values for i, values in UNITS.items() if any(i in edge for edge in self.edges)}
        person = {} if self.case else {"patient:p": {"birth_year": 1974, "sex": "male"}}
        return {**units, **person, **self.nodes}


def said(finding: Any, grounds: Grounds) -> dict[str, Any]:
    """A proof as it is read from a file."""
    proof: dict[str, Any] = json.loads(json.dumps(proof_payload(finding, grounds)))
    return proof


def proofs(
    graph: Graph, case: Mapping[str, Any] | None = None, patient: str = "patient:p", as_of: date = TODAY, site: Site = NO_POLICY
) -> list[dict[str, Any]]:
    """Every proof of the engine about every medicine, for a case or else a patient."""
    record = read_case(case, graph.snapshot) if case else read_record(graph.store, graph.snapshot, NodeId(patient), as_of)
    medicines = [number for number in range(graph.snapshot.node_count) if graph.snapshot.kind(number) == "Medicine"]
    screened = screen(graph.snapshot, Components(graph.snapshot), record, medicines, as_of, site=site)
    grounds = Grounds(graph.snapshot, record.patient, as_of)
    return [said(finding, grounds) for findings in screened.findings.values() for finding in findings]


def proof_of(scene: Scene, graph: Graph) -> dict[str, Any]:
    """The one proof that a scene is about."""
    found = [
        proof for proof in proofs(graph, scene.case) if (proof["rule"], proof["medicine"]["id"]) == (scene.rule, scene.medicine)
    ]
    assert [proof["severity"] for proof in found] == [scene.severity], found
    return found[0]


def takes(medicine: str, **values: Any) -> tuple[Any, ...]:
    return ("patient:p", "TAKES", medicine, {"record": f"t-{medicine}"} | values)


def allergic(allergen: str, **values: Any) -> tuple[Any, ...]:
    return ("patient:p", "ALLERGIC_TO", allergen, {"record": "a1"} | values)


def diagnosed(condition: str, **values: Any) -> tuple[Any, ...]:
    return ("patient:p", "HAS_DIAGNOSIS", condition, {"record": "d1", "start": "2020-01-01"} | values)


def measured(test: str, value: float, day: str = "2024-05-01", **values: Any) -> tuple[Any, ...]:
    return ("patient:p", "HAS_RESULT", test, {"record": f"r-{day}", "value": value, "date": day} | values)


def limited(limit: str, node: str, strength: str = "absolute", **values: Any) -> tuple[Any, ...]:
    return ("M:a", "LIMITED_BY", node, {"limit": limit, "strength": strength} | values)
