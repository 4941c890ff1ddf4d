"""Limits by age, sex, pregnancy, breast feeding, renal and hepatic function.

A limit that is broken excludes when it is absolute and cautions when it is relative. A value that is merely not on file is a
caution that says what to measure or ask before the first dose — otherwise nothing would ever be suggested — and of a hepatic
limit only a note, unless a liver disease is on file. Pregnancy is asked about from 12 to 55 years of age, not of men.
"""

from collections.abc import Callable
from dataclasses import dataclass

from graph.elements import Edge, EdgeKind, NodeKind
from recommender.evidence import ancestors
from recommender.record import PatientRecord
from recommender.safety.finding import Finding, Proof, Screening, Severity, missing_payload
from recommender.safety.kidney import latest_egfr

CHILD_BEARING = range(12, 56)
MONTHS_A_YEAR = 12
CHILD_PUGH = ("A", "B", "C")
LIVER = "ICD10CM:K70-K77"


@dataclass(frozen=True, slots=True)
class _Verdict:
    """Whether a limit is broken, or what is missing to tell, in words and as a fact."""

    broken: bool
    words: str
    fact: dict[str, object]
    grave: bool = True


class LimitRule:
    """See the module."""

    name = "limit"
    needs = (
        (EdgeKind.LIMITED_BY, NodeKind.MEDICINE, NodeKind.LAB_TEST),
        (EdgeKind.LIMITED_BY, NodeKind.MEDICINE, NodeKind.CONDITION),
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
                    verdict = judges[kind](edge)
                    if verdict is None:
                        continue
                    chain = (node, *component.nodes), (edge, *component.edges)
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


def _judges(screening: Screening) -> dict[str, Callable[[Edge], _Verdict | None]]:
    """A judge for each kind of limit, over one patient."""
    record = screening.record
    return {
        "age": lambda edge: _age(record, edge),
        "sex": lambda edge: _sex(record, edge),
        "pregnancy": lambda _: _state(record, "pregnant", "pregnancy", "exclude pregnancy first"),
        "breast feeding": lambda _: _state(record, "breast_feeding", "breast feeding", "ask about breast feeding first"),
        "renal": lambda edge: _renal(screening, edge),
        "hepatic": lambda edge: _hepatic(screening, edge),
    }


def _age(record: PatientRecord, edge: Edge) -> _Verdict | None:
    limit, unit = float(str(edge.properties["value"])), str(edge.properties.get("unit", "years"))
    years = limit / MONTHS_A_YEAR if unit == "months" else limit
    comparator = str(edge.properties["comparator"])
    words = f"{comparator} {limit:g} {unit}"
    if record.age is None:
        return _Verdict(False, f"age is not on file, and it is limited {words}", missing_payload("age"))
    broken = record.age < years if comparator == "below" else record.age > years
    return _Verdict(True, f"age {record.age} is {words}", {"kind": "AGE", "value": record.age}) if broken else None


def _sex(record: PatientRecord, edge: Edge) -> _Verdict | None:
    if record.sex in (None, "unknown"):
        return _Verdict(False, "sex is not on file", missing_payload("sex"))
    if record.sex != edge.properties["value"]:
        return None
    return _Verdict(True, f"it is not for {record.sex} patients", {"kind": "SEX", "value": record.sex})


def _state(record: PatientRecord, attribute: str, word: str, ask: str) -> _Verdict | None:
    value = getattr(record, attribute)
    if value:
        return _Verdict(True, word, {"kind": word.upper().replace(" ", "_"), "value": True})
    asked = record.sex != "male" and (record.age is None or record.age in CHILD_BEARING)
    if value is None and asked:
        return _Verdict(False, f"{word} is not on file; {ask}", missing_payload(word), grave=attribute == "pregnant")
    return None


def _renal(screening: Screening, edge: Edge) -> _Verdict | None:
    limit = float(str(edge.properties["value"]))
    measured = latest_egfr(screening.snapshot, screening.record)
    if measured is None:
        words = f"no eGFR or creatinine on file; measure it first (limit {limit:g} mL/min/1.73m2)"
        return _Verdict(False, words, missing_payload("eGFR"))
    egfr, fact = measured
    if egfr >= limit:
        return None
    return _Verdict(True, f"eGFR {egfr:.0f} is below {limit:g} mL/min/1.73m2", fact)


def _hepatic(screening: Screening, edge: Edge) -> _Verdict | None:
    limit = str(edge.properties["value"])
    found = [
        fact for fact in screening.record.of(EdgeKind.HAS_RESULT) if "child-pugh" in screening.snapshot.name(fact.node).lower()
    ]
    if not found:
        liver = _liver_disease(screening)
        ask = f"no Child-Pugh class on file (limit class {limit})"
        return _Verdict(
            False, ask + ("; a liver disease is" if liver else ""), missing_payload("Child-Pugh class"), grave=liver
        )
    points = float(str(max(found, key=lambda f: str(f.properties.get("date", ""))).properties["value"]))
    # Child-Pugh classes by points: A 5-6, B 7-9, C 10-15 (Pugh et al. 1973, Br J Surg 60:646).
    grade = "A" if points < 7 else "B" if points < 10 else "C"
    if CHILD_PUGH.index(grade) < CHILD_PUGH.index(limit):
        return None
    return _Verdict(True, f"Child-Pugh class {grade}, limit class {limit}", {"kind": "CHILD_PUGH", "value": points})


def _liver_disease(screening: Screening) -> bool:
    snapshot = screening.snapshot
    facts = screening.record.of(EdgeKind.HAS_DIAGNOSIS)
    return any(snapshot.id(nodes[-1]) == LIVER for fact in facts for nodes, _ in ancestors(snapshot, fact.node))
