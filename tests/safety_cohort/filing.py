"""Puts patients where the engine finds them: in a case as JSON, or as a record in a store; and builds the store itself."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from graph.config import PROJECT
from graph.elements import Edge, EdgeKind, KnowledgeLevel, Node, NodeId, NodeKind, Provenance
from graph.snapshot import Snapshot
from graph.store import Batch, EdgeColumns, GraphStore
from recommender.safety import site
from tests.safety_cohort.patient import Patient

TABLES = "tables"
PATIENT_TABLES = ("patient*.csv", "diagnosis.csv", "therapy.csv")
MADE_UP = Provenance("safety-cohort", "1", "CC0-1.0")
ENDS = (
    *(NodeKind.CONDITION, NodeKind.MEDICINE, NodeKind.INGREDIENT, NodeKind.DRUG_CLASS, NodeKind.SUBSTANCE, NodeKind.LAB_TEST),
    NodeKind.PHENOTYPE,
)
"""What facts about patients point at."""
Rows = Iterator[tuple[EdgeKind, NodeKind, str, dict[str, Any]]]


def build(home: Path, url: str = "") -> None:
    """Build the graph of the project's tables in a home, or at a URL; the home keeps the tables, but for those of patients."""
    tables = home / TABLES
    shutil.copytree(
        PROJECT / "data", tables, ignore=shutil.ignore_patterns("synthetic", *PATIENT_TABLES, "README.md"), dirs_exist_ok=True
    )
    environment = {k: v for k, v in os.environ.items() if k != "RXPATH_GRAPH"} | {"RXPATH_HOME": str(home)}
    environment |= {"RXPATH_GRAPH": url} if url else {}
    command = [sys.executable, "-m", "loaders", "build", "--brief", str(tables)]
    done = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stdout + done.stderr)


def patient_id(patient: Patient) -> NodeId:
    """The id of a patient in a store."""
    return NodeId(f"patient:adversary-{patient.number}")


def _said(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in ("", None)}


def as_case(patient: Patient) -> dict[str, Any]:
    """The case that describes a patient."""
    case: dict[str, list[Any]] = {
        "conditions": [_said(condition=d.condition, status=d.status, start=d.start, stop=d.stop) for d in patient.diagnoses],
        "medicines": [
            _said(
                medicine=t.medicine,
                route=t.route,
                daily_dose=t.dose,
                dose_unit=t.unit,
                start=t.start,
                stop=t.stop,
                outcome=t.outcome,
            )
            for t in patient.therapies
        ],
        "allergies": [
            _said(substance=a.allergen, type=a.type, certainty=a.certainty, severity=a.severity) for a in patient.allergies
        ],
        "results": [_said(test=r.test, value=r.value, unit=r.unit, date=r.date) for r in patient.results],
        "phenotypes": [r.phenotype for r in patient.responses if not r.gene],
        "genotypes": [
            {"gene": gene, "diplotype": call}
            for gene, call in dict.fromkeys((r.gene, r.diplotype) for r in patient.responses if r.gene)
        ],
        "avoid_routes": list(patient.avoid_routes),
    }
    for field, name in patient.unknown:
        case[field].append({"substance": name} if field == "allergies" else name)
    person = _said(age=patient.age, sex=patient.sex, pregnant=patient.pregnant, breast_feeding=patient.breast_feeding)
    return person | {field: items for field, items in case.items() if items}


def _facts(patient: Patient, kinds: Mapping[str, NodeKind]) -> Rows:
    """The edges of a record: kind, kind of the end, end and properties."""
    for d in patient.diagnoses:
        yield EdgeKind.HAS_DIAGNOSIS, kinds[d.condition], d.condition, _said(status=d.status, start=d.start, stop=d.stop)
    for t in patient.therapies:
        said = _said(route=t.route, daily_dose=t.dose, dose_unit=t.unit, start=t.start, stop=t.stop, outcome=t.outcome)
        yield EdgeKind.TAKES, kinds[t.medicine], t.medicine, said
    for a in patient.allergies:
        said = _said(type=a.type, certainty=a.certainty, severity=a.severity, since=a.since)
        yield EdgeKind.ALLERGIC_TO, kinds[a.allergen], a.allergen, said
    for r in patient.results:
        yield EdgeKind.HAS_RESULT, kinds[r.test], r.test, _said(value=r.value, unit=r.unit, date=r.date)
    for p in patient.responses:
        yield EdgeKind.HAS_PHENOTYPE, kinds[p.phenotype], p.phenotype, _said(date=p.date, diplotype=p.diplotype)


def file_records(store: GraphStore, snapshot: Snapshot, patients: Iterable[Patient], day: str, load_name: str) -> None:
    """Write patients as records into a store; what is there stays."""
    kinds = {str(snapshot.id(n)): kind for kind in ENDS for n in snapshot.numbers(kind)}
    nodes, edges = [], list[tuple[NodeKind, Edge]]()
    for patient in patients:
        born = None if patient.age is None else int(day[:4]) - patient.age
        said = _said(birth_year=born, sex=patient.sex, pregnant=patient.pregnant, breast_feeding=patient.breast_feeding)
        said |= {"avoid_routes": patient.avoid_routes} if patient.avoid_routes else {}
        nodes.append(Node(patient_id(patient), NodeKind.PATIENT, "", MADE_UP, (), said))
        for i, (kind, end_kind, end, properties) in enumerate(_facts(patient, kinds)):
            level, record = KnowledgeLevel.ASSERTION, f"row {i}"
            edge = Edge(kind, patient_id(patient), NodeId(end), MADE_UP, level, "", record, properties=properties)
            edges.append((end_kind, edge))
    groups: dict[tuple[EdgeKind, NodeKind], list[Edge]] = {}
    for end_kind, edge in edges:
        groups.setdefault((edge.kind, end_kind), []).append(edge)
    columns = [EdgeColumns.of(group, NodeKind.PATIENT, end) for (_, end), group in groups.items()]
    load = store.start_load(load_name)
    store.write(Batch(nodes, columns), load, "all")
    store.finish_load(load, remove_stale=False)


def site_of(patient: Patient, snapshot: Snapshot, site: Any = site) -> Any:
    """The policy of a patient's site, in the words of a module of sites."""
    policy = patient.policy
    listed = None if policy.formulary is None else frozenset(snapshot.number(m) for m in policy.formulary)
    raises = (
        site.Raise(rule, site.Severity(origin), site.Severity(to), snapshot.number(medicine) if medicine else None)
        for rule, origin, to, medicine in policy.raises
    )
    return site.Site(listed, tuple(raises))
