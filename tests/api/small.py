"""A small graph whose answers can be read off, with two patients: what the service's tests stand on."""

from pathlib import Path

from api.accounts import Role
from graph.elements import Edge, EdgeKind, KnowledgeLevel, Node, NodeId, NodeKind, PropertyValue, Provenance
from graph.embedded_store import EmbeddedStore
from graph.pseudonyms import patient_id, read_patient_key
from graph.store import Batch, EdgeColumns, GraphStore

SOURCE = Provenance("test", "1", "CC0-1.0")
PASSWORD = "correct horse battery"
OWN, OTHER = "MRN-4711", "MRN-4712"
NAMES = {Role.ADMIN: "root", Role.CLINICIAN: "dr.ada", Role.ANALYST: "ana", Role.USER: "pat"}

NODES = [
    ("RxNorm:29046", NodeKind.MEDICINE, "Lisinopril", ("Zestril", "Prinivil"), {"atc": ("C09AA03",), "rxcui": "29046"}),
    ("RxNorm:17767", NodeKind.MEDICINE, "Amlodipine", ("Norvasc",), {"atc": ("C08CA01",)}),
    ("RxNorm:52175", NodeKind.MEDICINE, "Losartan", (), {}),
    ("RxNorm:8787", NodeKind.MEDICINE, "Propranolol", (), {}),
    ("RxNorm:723", NodeKind.MEDICINE, "Amoxicillin", (), {}),
    ("RxNorm:18631", NodeKind.MEDICINE, "Azithromycin", (), {}),
    ("RxNorm:6809", NodeKind.MEDICINE, "Metformin", (), {}),
    ("rx:lisinopril", NodeKind.INGREDIENT, "lisinopril", (), {}),
    ("rx:amoxicillin", NodeKind.INGREDIENT, "amoxicillin", (), {}),
    ("rx:penicillins", NodeKind.DRUG_CLASS, "penicillins", ("penicillin",), {"scheme": "allergy"}),
    ("ICD10CM:I10", NodeKind.CONDITION, "Hypertension", ("high blood pressure",), {}),
    ("ICD10CM:J18", NodeKind.CONDITION, "Pneumonia", (), {}),
    ("ICD10CM:J45", NodeKind.CONDITION, "Asthma", (), {}),
    ("ICD10CM:E11", NodeKind.CONDITION, "Type 2 diabetes", (), {}),
    ("rx:headache", NodeKind.SYMPTOM, "Headache", (), {}),
    ("rx:creatinine", NodeKind.LAB_TEST, "Creatinine", (), {"unit": "mg/dL"}),
    ("rx:bleeding", NodeKind.SIDE_EFFECT, "Bleeding", (), {}),
    ("rx:less-salt", NodeKind.CARE_ACTION, "Eat less salt", (), {"category": "diet"}),
]

EDGES: list[tuple[EdgeKind, str, str, dict[str, PropertyValue]]] = [
    (EdgeKind.TREATS, "RxNorm:29046", "ICD10CM:I10", {"line": "first"}),
    (EdgeKind.TREATS, "RxNorm:17767", "ICD10CM:I10", {"line": "first"}),
    (EdgeKind.TREATS, "RxNorm:52175", "ICD10CM:I10", {}),
    (EdgeKind.TREATS, "RxNorm:8787", "ICD10CM:I10", {"line": "later"}),
    (EdgeKind.TREATS, "RxNorm:723", "ICD10CM:J18", {"line": "first"}),
    (EdgeKind.TREATS, "RxNorm:18631", "ICD10CM:J18", {}),
    (EdgeKind.TREATS, "RxNorm:6809", "ICD10CM:E11", {"line": "first"}),
    (EdgeKind.CONTRAINDICATED_IN, "RxNorm:8787", "ICD10CM:J45", {"strength": "absolute", "reason": "bronchospasm"}),
    (EdgeKind.INTERACTS_WITH, "RxNorm:29046", "RxNorm:52175", {"severity": "severe", "mechanism": "dual blockade"}),
    (EdgeKind.ADDS_TO, "RxNorm:723", "rx:bleeding", {"points": 1}),
    (EdgeKind.HAS_INGREDIENT, "RxNorm:29046", "rx:lisinopril", {}),
    (EdgeKind.HAS_INGREDIENT, "RxNorm:723", "rx:amoxicillin", {}),
    (EdgeKind.IN_CLASS, "rx:amoxicillin", "rx:penicillins", {}),
    (EdgeKind.RESEMBLES, "RxNorm:29046", "RxNorm:52175", {}),
    (EdgeKind.PRESENTS, "ICD10CM:I10", "rx:headache", {"frequency": "common"}),
    (EdgeKind.HELPS, "rx:less-salt", "ICD10CM:I10", {}),
    (
        EdgeKind.LIMITED_BY,
        "RxNorm:6809",
        "rx:creatinine",
        {"limit": "renal", "comparator": "above", "value": "1.5", "unit": "mg/dL", "strength": "relative"},
    ),
]


def node(node_id: str, kind: NodeKind, name: str, aliases: tuple[str, ...] = (), **properties: PropertyValue) -> Node:
    return Node(NodeId(node_id), kind, name, SOURCE, aliases, properties)


def edge(kind: EdgeKind, start: str, end: str, record: str = "", /, **properties: PropertyValue) -> Edge:
    return Edge(kind, NodeId(start), NodeId(end), SOURCE, KnowledgeLevel.ASSERTION, "", record, "", properties)


def batch(nodes: list[Node], edges: list[Edge]) -> Batch:
    kinds = {n.id: n.kind for n in nodes}
    return Batch(nodes, [EdgeColumns.of([e], kinds[e.start], kinds[e.end]) for e in edges])


def build(home: Path) -> Path:
    """A home with the small graph and two patients."""
    store = EmbeddedStore(home / "graph.sqlite")
    fill(store, home)
    store.close()
    return home


def fill(store: GraphStore, home: Path) -> None:
    """Load the small graph and two patients, whose ids the home's key makes."""
    key = read_patient_key(home / "patient.key")
    own, other = patient_id(OWN, key), patient_id(OTHER, key)
    nodes = [node(i, kind, name, aliases, **dict(properties)) for i, kind, name, aliases, properties in NODES]
    nodes += [node(own, NodeKind.PATIENT, "", birth_year=1961, sex="female", synthetic=True)]
    nodes += [node(other, NodeKind.PATIENT, "", birth_year=1990, sex="male", synthetic=True)]
    edges = [edge(kind, start, end, **properties) for kind, start, end, properties in EDGES]
    edges += [
        edge(EdgeKind.HAS_DIAGNOSIS, own, "ICD10CM:I10", "d1", start="2019-02-01", status="active"),
        edge(EdgeKind.HAS_DIAGNOSIS, own, "ICD10CM:J45", "d2", start="2001-05-01", status="active"),
        edge(EdgeKind.TAKES, own, "RxNorm:6809", "t1", start="2020-01-01"),
        edge(EdgeKind.HAS_DIAGNOSIS, other, "ICD10CM:J18", "d1", start="2024-01-01", status="active"),
        edge(EdgeKind.ALLERGIC_TO, other, "rx:penicillins", "a1", severity="severe"),
    ]
    load = store.start_load("small")
    store.write(batch(nodes, edges), load, "1")
    store.finish_load(load, remove_stale=True)


def add_medicine(store: GraphStore, name: str, *, finish: bool = True) -> None:
    """Load one more medicine for hypertension."""
    load = store.start_load(name)
    nodes = [node(f"rx:{name}", NodeKind.MEDICINE, name), node("ICD10CM:I10", NodeKind.CONDITION, "Hypertension")]
    store.write(batch(nodes, [edge(EdgeKind.TREATS, f"rx:{name}", "ICD10CM:I10", line="first")]), load, "1")
    if finish:
        store.finish_load(load, remove_stale=False)
