"""Limits by age, sex, pregnancy, breast feeding, renal and hepatic function, and by laboratory results.

A limit that is broken excludes when it is absolute and cautions when it is relative. Where a value is merely not on file, or is
too old to count as measured, the limit itself may say what follows (its ``missing``). Otherwise that is a caution that says
what to measure or ask before the first dose — or else nothing would ever be suggested — and of a relative limit, or of a
hepatic one without a liver disease on file, only a note; of a result nothing, for a test is measured where there is a reason.
A limit that is broken by an old value is never less severe than one whose value is missing.
"""

from collections.abc import Callable
from functools import cache

from graph.elements import Edge, EdgeKind, NodeKind
from recommender.record import PatientRecord
from recommender.safety.finding import Finding, Need, Proof, Screening, Severity, missing_payload
from recommender.safety.kidney import latest_egfr
from recommender.safety.organs import has_liver_disease, judge_kidneys, judge_liver, newest_score
from recommender.safety.reproductive import judge_breast_feeding, judge_pregnancy
from recommender.safety.results import judge_result, latest
from recommender.safety.verdict import Verdict

MONTHS_A_YEAR = 12
RESULT = "result"


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
        """Every finding about the candidates: of several limits of one kind (of results: by one test) the most severe."""
        judges = _judges(screening)
        best: dict[tuple[int, str, int], tuple[tuple[int, bool], Finding]] = {}
        for medicine in screening.candidates:
            for component in screening.components.of(medicine):
                for node, edge in _limits(screening, component.medicine):
                    kind = str(edge.properties["limit"])
                    verdict = judges[kind](node, edge)
                    severity = _severity(kind, edge, verdict) if verdict else None
                    if not verdict or not severity:
                        continue
                    chain = (*verdict.nodes, node, *component.nodes), (*verdict.edges, edge, *component.edges)
                    key = (medicine, kind, node if kind == RESULT else -1)
                    rank = (severity.rank, not verdict.broken)
                    if key not in best or rank < best[key][0]:
                        best[key] = rank, _finding(screening, medicine, severity, edge, verdict, *chain)
        return [finding for _, finding in best.values()]


def _severity(kind: str, edge: Edge, verdict: Verdict) -> Severity | None:
    """What follows from a verdict; nothing where a result is missing that the limit does not ask for."""
    absolute, said = edge.properties["strength"] == "absolute", edge.properties.get("missing")
    if said:
        missing = Severity(str(said))
    elif kind == RESULT:
        missing = None
    else:
        missing = Severity.CAUTION if absolute and verdict.grave else Severity.NOTE
    if not verdict.broken:
        return missing
    broken = Severity.EXCLUDE if absolute else Severity.CAUTION
    return min(broken, missing, key=lambda s: s.rank) if verdict.old and missing else broken


def _finding(
    screening: Screening,
    medicine: int,
    severity: Severity,
    edge: Edge,
    verdict: Verdict,
    nodes: tuple[int, ...],
    edges: tuple[Edge, ...],
) -> Finding:
    name = screening.snapshot.name(medicine)
    act = "is not given" if severity is Severity.EXCLUDE else "needs care"
    conclusion = f"{name} {act}: {verdict.words}"
    kind, said = edge.properties["limit"], edge.properties.get("advice")
    # What is to be done about a result outside the limit would confuse where there is none.
    advice = f" ({said})" if said and (verdict.broken or kind != RESULT) else ""
    proof = Proof(f"limit:{kind}", verdict.fact, nodes, edges, conclusion)
    confirm = verdict.confirm if severity is Severity.SIGN_OFF else ""
    return Finding(medicine, severity, f"{conclusion}{advice}.", proof, verdict.about, confirm)


def _limits(screening: Screening, medicine: int) -> list[tuple[int, Edge]]:
    return [
        (node, edge)
        for kind in (NodeKind.LAB_TEST, NodeKind.CONDITION)
        for node, edges in screening.snapshot.neighbours(EdgeKind.LIMITED_BY, medicine, kind)
        for edge in edges
    ]


def _judges(screening: Screening) -> dict[str, Callable[[int, Edge], Verdict | None]]:
    """A judge for each kind of limit, over one patient: of the node that is limited by, and the edge that says how."""
    record = screening.record
    # What is the same for every medicine is told once for the patient.
    egfr = cache(lambda: latest_egfr(screening.snapshot, record))
    score = cache(lambda: newest_score(screening))
    liver = cache(lambda: has_liver_disease(screening))
    reading = cache(lambda node: latest(screening, node))
    pregnancy = cache(lambda node: judge_pregnancy(screening, node))
    breast_feeding = cache(lambda node: judge_breast_feeding(screening, node))
    return {
        "age": lambda _, edge: _age(record, edge),
        "sex": lambda _, edge: _sex(record, edge),
        "pregnancy": lambda node, _: pregnancy(node),
        "breast feeding": lambda node, _: breast_feeding(node),
        "renal": lambda _, edge: judge_kidneys(screening, egfr(), edge),
        "hepatic": lambda _, edge: judge_liver(screening, score(), liver(), edge),
        RESULT: lambda node, edge: judge_result(screening, node, edge, reading(node)),
    }


def _age(record: PatientRecord, edge: Edge) -> Verdict | None:
    limit, unit = float(str(edge.properties["value"])), str(edge.properties.get("unit", "years"))
    years = limit / MONTHS_A_YEAR if unit == "months" else limit
    comparator = str(edge.properties["comparator"])
    words = f"{comparator.replace('_', ' ')} {limit:g} {unit}"
    if record.age is None:
        about = "age is not on file"
        return Verdict(
            False, f"{about}, and it is limited {words}", missing_payload("age"), about, f"the patient is not {words}"
        )
    broken = {"below": record.age < years, "above": record.age > years, "at_least": record.age >= years}[comparator]
    return Verdict(True, f"age {record.age} is {words}", {"kind": "AGE", "value": record.age}) if broken else None


def _sex(record: PatientRecord, edge: Edge) -> Verdict | None:
    if record.sex not in ("female", "male"):
        about = "sex at birth is not on file"
        return Verdict(False, about, missing_payload("sex"), about, f"the patient is not {edge.properties['value']}")
    if record.sex != edge.properties["value"]:
        return None
    return Verdict(True, f"it is not for {record.sex} patients", {"kind": "SEX", "value": record.sex})
