"""The shapes of patients' tables: who they are, and what happened to them.

An event is a row that joins a patient with a node of the graph; its record tells several events of one kind apart.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from graph.columns import Column, ColumnType
from graph.consents import REFUSED, Purpose
from graph.elements import EdgeKind, NodeKind
from graph.rows import Table
from graph.schema import ROUTES

DATE, INTEGER, NUMBER, BOOLEAN = ColumnType.DATE, ColumnType.INTEGER, ColumnType.NUMBER, ColumnType.BOOLEAN
_N = NodeKind
_PATIENT = Column("patient_id", required=True)

PATIENT = Table(
    "patient",
    (
        _PATIENT,
        Column("birth_year", INTEGER, low=1880, high=2200),
        Column("birth_date", DATE),
        Column("age", NUMBER, low=0, high=130),
        Column("sex", values=("female", "male", "other", "unknown")),
        Column("pregnant", BOOLEAN),
        Column("breast_feeding", BOOLEAN),
        Column("avoid_routes", many=True, values=ROUTES),
        Column(REFUSED, many=True, values=tuple(Purpose)),
        Column("synthetic", BOOLEAN),
    ),
    ("patient_id",),
)


@dataclass(frozen=True, slots=True)
class Event:
    """How the rows of one table become edges from a patient.

    Attributes:
        table: the shape of the rows.
        kind: the kind of edge.
        target: the column that names the other end.
        kinds: what it may be.
        record: the columns that tell several edges of one patient to one node apart.
    """

    table: Table
    kind: EdgeKind
    target: str
    kinds: tuple[NodeKind, ...]
    record: tuple[str, ...] = ()


def _event(
    name: str, kind: EdgeKind, target: str, kinds: tuple[NodeKind, ...], record: tuple[str, ...], *columns: Column
) -> Event:
    table = Table(name, (_PATIENT, Column(target, required=True), *columns), ("patient_id", target, *record))
    return Event(table, kind, target, kinds, record)


_SEVERITY = Column("severity", values=("mild", "moderate", "severe", "unknown"))
GENOTYPE = _event(
    "patient_genotype",
    EdgeKind.HAS_PHENOTYPE,
    "gene",
    (_N.PHENOTYPE,),
    ("diplotype",),
    Column("diplotype", required=True),
    Column("date", DATE),
)
"""Gene and diplotype together say which phenotypes a row means; there may be several, an edge to each."""
_START, _STOP = Column("start", DATE), Column("stop", DATE)
EVENTS = (
    _event(
        "diagnosis",
        EdgeKind.HAS_DIAGNOSIS,
        "condition",
        (_N.CONDITION,),
        ("start",),
        _START,
        _STOP,
        Column("status", values=("active", "resolved", "refuted")),
    ),
    _event("patient_symptom", EdgeKind.HAS_SYMPTOM, "symptom", (_N.SYMPTOM,), ("start",), _START, _STOP, _SEVERITY),
    _event(
        "patient_result",
        EdgeKind.HAS_RESULT,
        "test",
        (_N.LAB_TEST,),
        ("date", "value"),
        Column("value", NUMBER, required=True),
        Column("unit"),
        Column("date", DATE),
    ),
    _event(
        "patient_allergy",
        EdgeKind.ALLERGIC_TO,
        "substance",
        (_N.INGREDIENT, _N.DRUG_CLASS, _N.SUBSTANCE, _N.MEDICINE),
        (),
        Column("type", values=("allergy", "intolerance")),
        Column("certainty", values=("confirmed", "suspected", "refuted")),
        _SEVERITY,
        Column("reaction"),
        Column("since", DATE),
    ),
    _event("patient_phenotype", EdgeKind.HAS_PHENOTYPE, "phenotype", (_N.PHENOTYPE,), (), Column("date", DATE)),
    GENOTYPE,
    _event(
        "therapy",
        EdgeKind.TAKES,
        "medicine",
        (_N.MEDICINE,),
        ("start",),
        _START,
        _STOP,
        Column("outcome", values=("recovered", "improved", "unchanged", "worse", "side effect", "stopped", "unknown")),
        Column("rating", INTEGER, low=1, high=10),
        Column("adherence", NUMBER, low=0, high=1),
        Column("route", values=ROUTES),
        Column("daily_dose", NUMBER, low=0, high=1e6),
        Column("dose_unit"),
        Column("review"),
    ),
)
TABLES: Mapping[str, Table] = {"patient": PATIENT} | {event.table.name: event.table for event in EVENTS}
BY_NAME = {event.table.name: event for event in EVENTS}
