"""Renal function of a patient: the eGFR on file, or computed from creatinine by CKD-EPI 2021."""

from typing import Any

from graph.elements import EdgeKind
from graph.snapshot import Snapshot
from recommender.record import PatientRecord
from recommender.safety.finding import fact_payload
from recommender.safety.results import in_own_unit, measured_on

EGFR_TESTS = frozenset({"LOINC:98979-8", "LOINC:33914-3", "LOINC:62238-1", "LOINC:69405-9"})
CREATININE = "LOINC:2160-0"
ADULT = 18


def ckd_epi_2021(creatinine: float, age: float, *, female: bool) -> float:
    """eGFR in mL/min/1.73 m² from serum creatinine (Inker et al. 2021, N Engl J Med 385:1737, without race).

    Args:
        creatinine: mg/dL, above 0.
        age: years, 18 or more.
        female: the sex that the equation is for.

    >>> round(ckd_epi_2021(1.0, 50, female=False))
    92
    """
    kappa, alpha = (0.7, -0.241) if female else (0.9, -0.302)
    ratio = creatinine / kappa
    egfr = 142 * min(ratio, 1.0) ** alpha * max(ratio, 1.0) ** -1.2 * 0.9938**age
    return float(egfr * (1.012 if female else 1.0))


def latest_egfr(snapshot: Snapshot, record: PatientRecord) -> tuple[float, dict[str, Any]] | None:
    """The newest eGFR of a patient with the fact that it rests on, or nothing when it cannot be told."""
    creatinine = {CREATININE} if record.sex in ("female", "male") else set()
    results = sorted(record.of(EdgeKind.HAS_RESULT), key=lambda f: measured_on(f, record), reverse=True)
    for fact in results:
        test, value = snapshot.id(fact.node), in_own_unit(snapshot, fact)
        if test in EGFR_TESTS:
            # In a unit that nobody knows the number is taken as it is: those that are in use would make it too low.
            egfr = float(str(fact.properties["value"])) if value is None else value
            return egfr, fact_payload(snapshot, fact) | {"egfr": egfr}
        if test in creatinine and value is not None and value > 0 and record.age is not None and record.age >= ADULT:
            egfr = ckd_epi_2021(value, record.age, female=record.sex == "female")
            return egfr, fact_payload(snapshot, fact) | {"egfr": egfr}
    return None
