"""Limits by age, sex, pregnancy, breast feeding, renal and hepatic function.

A limit that is broken excludes when it is absolute and cautions when it is relative. A value that is merely not on file is a
caution that says what to measure or ask before the first dose — otherwise nothing would ever be suggested — and of a hepatic
limit only a note, unless a liver disease is on file. Pregnancy is asked about from 12 to 55 years of age, not of men; a
diagnosis that says so counts as much as the answer.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from graph.elements import Edge, EdgeKind, NodeKind
from recommender.evidence import ancestors
from recommender.record import PatientRecord
from recommender.safety.finding import Finding, Need, Proof, Screening, Severity, fact_payload, missing_payload
from recommender.safety.kidney import latest_egfr

CHILD_BEARING = range(12, 56)
MONTHS_A_YEAR = 12
CHILD_PUGH = ("A", "B", "C")
LIVER = "ICD10CM:K70-K77"
ONGOING_PREGNANCY = frozenset(f"ICD10CM:{block}" for block in ("O09-O09", "O10-O16", "O20-O29", "O30-O48", "O60-O77"))
"""Blocks of diagnoses that nobody has who is not pregnant; not abortion (O00-O08), not delivery and what follows (O80 on)."""


@dataclass(frozen=True, slots=True)
class _Verdict:
    """Whether a limit is broken, or what is missing to tell.

    Attributes:
        broken: whether it is; otherwise it cannot be told.
        words: the reason.
        fact: what is on file, or what is missing there.
        grave: whether what is missing deserves more than a note.
        nodes: the way from a diagnosis on file up to the limit's node, without that node.
        edges: the edges of that way.
    """

    broken: bool
    words: str
    fact: Mapping[str, object]
    grave: bool = True
    nodes: tuple[int, ...] = ()
    edges: tuple[Edge, ...] = ()


class LimitRule:
    """See the module."""

    name = "limit"
    needs: tuple[tuple[Need, ...], ...] = (
        (
            (EdgeKind.LIMITED_BY, NodeKind.MEDICINE, NodeKind.LAB_TEST),
            (EdgeKind.LIMITED_BY, NodeKind.MEDICINE, NodeKind.CONDITION),
        ),
    )

    def concerns(self, record: PatientRecord) -> bool:
        """Every patient has an age and kidneys."""
        return True

    def findings(self, screening: Screening) -> list[Finding]:
        """Every finding about the candidates: of several limits of one kind the most severe."""
        judges = _judges(screening)
        best: dict[tuple[int, str], Finding] = {}
        order = list(Severity)
        for medicine in screening.candidates:
            for component in screening.components.of(medicine):
                for node, edge in _limits(screening, component.medicine):
                    kind = str(edge.properties["limit"])
                    verdict = judges[kind](node, edge)
                    if verdict is None:
                        continue
                    chain = (*verdict.nodes, node, *component.nodes), (*verdict.edges, edge, *component.edges)
                    finding = self._finding(screening, medicine, kind, edge, verdict, *chain)
                    key = (medicine, kind)
                    if key not in best or order.index(finding.severity) < order.index(best[key].severity):
                        best[key] = finding
        return list(best.values())

    def _finding(
        self,
        screening: Screening,
        medicine: int,
        kind: str,
        edge: Edge,
        verdict: _Verdict,
        nodes: tuple[int, ...],
        edges: tuple[Edge, ...],
    ) -> Finding:
        absolute = edge.properties["strength"] == "absolute"
        if verdict.broken:
            severity = Severity.EXCLUDE if absolute else Severity.CAUTION
        else:
            severity = Severity.CAUTION if absolute and verdict.grave else Severity.NOTE
        name = screening.snapshot.name(medicine)
        act = "is not given" if severity is Severity.EXCLUDE else "needs care"
        conclusion = f"{name} {act}: {verdict.words}"
        advice = f" ({edge.properties['advice']})" if edge.properties.get("advice") else ""
        proof = Proof(f"limit:{kind}", verdict.fact, nodes, edges, conclusion)
        return Finding(medicine, severity, f"{conclusion}{advice}.", proof)


def _limits(screening: Screening, medicine: int) -> list[tuple[int, Edge]]:
    return [
        (node, edge)
        for kind in (NodeKind.LAB_TEST, NodeKind.CONDITION)
        for node, edges in screening.snapshot.neighbours(EdgeKind.LIMITED_BY, medicine, kind)
        for edge in edges
    ]


def _judges(screening: Screening) -> dict[str, Callable[[int, Edge], _Verdict | None]]:
    """A judge for each kind of limit, over one patient: of the node that is limited by, and the edge that says how."""
    record = screening.record
    # What is the same for every medicine is told once for the patient.
    egfr = cache(lambda: latest_egfr(screening.snapshot, record))
    liver = cache(lambda: _liver_disease(screening))
    pregnancy = cache(lambda node: _pregnancy(screening, node))
    breast_feeding = cache(lambda node: _breast_feeding(screening, node))
    return {
        "age": lambda _, edge: _age(record, edge),
        "sex": lambda _, edge: _sex(record, edge),
        "pregnancy": lambda node, _: pregnancy(node),
        "breast feeding": lambda node, _: breast_feeding(node),
        "renal": lambda _, edge: _renal(egfr(), edge),
        "hepatic": lambda _, edge: _hepatic(screening, edge, liver),
    }


def _age(record: PatientRecord, edge: Edge) -> _Verdict | None:
    limit, unit = float(str(edge.properties["value"])), str(edge.properties.get("unit", "years"))
    years = limit / MONTHS_A_YEAR if unit == "months" else limit
    comparator = str(edge.properties["comparator"])
    words = f"{comparator.replace('_', ' ')} {limit:g} {unit}"
    if record.age is None:
        return _Verdict(False, f"age is not on file, and it is limited {words}", missing_payload("age"))
    broken = {"below": record.age < years, "above": record.age > years, "at_least": record.age >= years}[comparator]
    return _Verdict(True, f"age {record.age} is {words}", {"kind": "AGE", "value": record.age}) if broken else None


def _sex(record: PatientRecord, edge: Edge) -> _Verdict | None:
    if record.sex not in ("female", "male"):
        return _Verdict(False, "sex at birth is not on file", missing_payload("sex"))
    if record.sex != edge.properties["value"]:
        return None
    return _Verdict(True, f"it is not for {record.sex} patients", {"kind": "SEX", "value": record.sex})


def _pregnancy(screening: Screening, node: int) -> _Verdict | None:
    record = screening.record
    if record.pregnant:
        return _Verdict(True, "pregnancy", {"kind": "PREGNANCY", "value": True})
    if told := _diagnosed(screening, node, "pregnancy"):
        return told
    if record.pregnant is None and _child_bearing(record):
        return _Verdict(False, "pregnancy is not on file; exclude pregnancy first", missing_payload("pregnancy"))
    return None


def _breast_feeding(screening: Screening, node: int) -> _Verdict | None:
    record, word = screening.record, "breast feeding"
    if record.breast_feeding:
        return _Verdict(True, word, {"kind": "BREAST_FEEDING", "value": True})
    if told := _diagnosed(screening, node, word):
        return told
    if record.breast_feeding is None and _child_bearing(record):
        return _Verdict(False, f"{word} is not on file; ask about {word} first", missing_payload(word), grave=False)
    return None


def _child_bearing(record: PatientRecord) -> bool:
    return record.sex != "male" and (record.age is None or record.age in CHILD_BEARING)


def _diagnosed(screening: Screening, node: int, word: str) -> _Verdict | None:
    """The verdict of a diagnosis on file that is the limit's condition or a kind of it, or that comes with it alone."""
    snapshot = screening.snapshot
    for fact in screening.record.of(EdgeKind.HAS_DIAGNOSIS):
        for nodes, edges in ancestors(snapshot, fact.node):
            if nodes[-1] == node:
                return _Verdict(True, word, fact_payload(snapshot, fact), nodes=nodes[:-1], edges=edges)
            if word == "pregnancy" and snapshot.id(nodes[-1]) in ONGOING_PREGNANCY:
                return _Verdict(True, word, fact_payload(snapshot, fact))
    return None


def _renal(measured: tuple[float, dict[str, Any]] | None, edge: Edge) -> _Verdict | None:
    limit = float(str(edge.properties["value"]))
    if measured is None:
        words = f"renal function is not on file; measure eGFR or creatinine first (limit {limit:g} mL/min/1.73m2)"
        return _Verdict(False, words, missing_payload("eGFR"))
    egfr, fact = measured
    if egfr >= limit:
        return None
    return _Verdict(True, f"eGFR {egfr:.0f} is below {limit:g} mL/min/1.73m2", fact)


def _hepatic(screening: Screening, edge: Edge, has_liver_disease: Callable[[], bool]) -> _Verdict | None:
    limit = str(edge.properties["value"])
    found = [
        fact for fact in screening.record.of(EdgeKind.HAS_RESULT) if "child-pugh" in screening.snapshot.name(fact.node).lower()
    ]
    if not found:
        liver = has_liver_disease()
        ask = f"no Child-Pugh class on file (limit class {limit})"
        return _Verdict(
            False, ask + ("; a liver disease is" if liver else ""), missing_payload("Child-Pugh class"), grave=liver
        )
    newest = max(found, key=lambda f: str(f.properties.get("date", "")))
    points = float(str(newest.properties["value"]))
    # Child-Pugh classes by points: A 5-6, B 7-9, C 10-15 (Pugh et al. 1973, Br J Surg 60:646).
    grade = "A" if points < 7 else "B" if points < 10 else "C"
    if CHILD_PUGH.index(grade) < CHILD_PUGH.index(limit):
        return None
    fact = fact_payload(screening.snapshot, newest) | {"child_pugh": grade}
    return _Verdict(True, f"Child-Pugh class {grade}, limit class {limit}", fact)


def _liver_disease(screening: Screening) -> bool:
    snapshot = screening.snapshot
    facts = screening.record.of(EdgeKind.HAS_DIAGNOSIS)
    return any(snapshot.id(nodes[-1]) == LIVER for fact in facts for nodes, _ in ancestors(snapshot, fact.node))
