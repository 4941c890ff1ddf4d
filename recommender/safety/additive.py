"""Additive effects: what several medicines do a little of, and together too much.

Each medicine has points for an effect: 1 possible, 2 established, 3 strong. They are summed over the current therapy and the
candidate, each single medicine once, those within combinations too; what is applied locally does not count. A finding needs a
candidate that adds to the effect and a current medicine that already does. The thresholds are general clinical knowledge, set
so that two strong medicines, or three established ones, need a sign-off.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain

from graph.elements import Edge, EdgeKind, NodeKind
from recommender.record import Fact, PatientRecord
from recommender.safety.components import Component
from recommender.safety.finding import Finding, Need, Proof, Screening, Severity, fact_payload
from recommender.safety.routes import is_local_only

OLD = 65
"""Years from which an effect may have another threshold."""


@dataclass(frozen=True, slots=True)
class Effect:
    """What follows from the sum of one effect.

    Attributes:
        advice: what to do, said with a finding.
        confirm: what a clinician must confirm where a sign-off is needed.
        caution: the least sum of a caution.
        sign_off: the least sum that needs a sign-off.
        sign_off_old: the same from 65 years of age.
    """

    advice: str
    confirm: str
    caution: int = 3
    sign_off: int = 5
    sign_off_old: int = 5

    def severity(self, points: int, age: int | None) -> Severity | None:
        """What follows from a sum of points; nothing below the thresholds."""
        if points >= (self.sign_off_old if age is not None and age >= OLD else self.sign_off):
            return Severity.SIGN_OFF
        return Severity.CAUTION if points >= self.caution else None


EFFECTS: Mapping[str, Effect] = {
    "UMLS:C0151878": Effect(
        "record an ECG and correct potassium and magnesium",
        "QTc below 500 ms, potassium and magnesium normal, and an ECG planned after the start",
    ),
    "UMLS:C0019080": Effect(
        "look for signs of bleeding and protect the stomach",
        "the combination is meant, for how long, and the stomach is protected",
    ),
    "UMLS:C0699828": Effect(
        "start low and explain tremor, sweating and agitation as warning signs",
        "the combination is meant and the patient knows the warning signs",
    ),
    "UMLS:C0235195": Effect(
        "use low doses and advise against driving and alcohol",
        "the combination is meant, and breathing and falls are watched",
        sign_off=6,
        sign_off_old=6,
    ),
    "UMLS:C0020461": Effect(
        "measure potassium before and one to two weeks after the start",
        "potassium and renal function are known and will be measured again within a week",
    ),
    "UMLS:C0151500": Effect(
        "watch for confusion, urinary retention and constipation",
        "no medicine with less of this effect will do",
        sign_off=6,
    ),
}
"""What the sums of QT prolongation, bleeding, serotonin syndrome, sedation, high potassium and anticholinergic load lead to."""


@dataclass(frozen=True, slots=True)
class _Share:
    """What one medicine adds to an effect.

    Attributes:
        medicine: its number, as it is taken.
        points: of all single medicines in it that no other brings already.
        component: the one in it that adds most.
        edge: that it does.
        fact: that it is being taken; None for a candidate.
    """

    medicine: int
    points: int
    component: Component
    edge: Edge
    fact: Fact | None


class AdditiveRule:
    """See the module."""

    name = "additive"
    needs: tuple[tuple[Need, ...], ...] = (((EdgeKind.ADDS_TO, NodeKind.MEDICINE, NodeKind.SIDE_EFFECT),),)

    def concerns(self, record: PatientRecord) -> bool:
        """Whether any medicine is being taken."""
        return any(True for _ in record.of(EdgeKind.TAKES))

    def findings(self, screening: Screening) -> list[Finding]:
        """Every finding about the candidates: one for each medicine and effect."""
        return list(chain.from_iterable(_of_effect(screening, effect) for effect in _effects(screening)))


@dataclass(frozen=True, slots=True)
class Load:
    """What is counted of one effect, whether or not anything follows.

    Attributes:
        rule: what follows from a sum.
        current: points of everything that is being taken.
        points: of each candidate that adds to it, beside what is counted there.
    """

    rule: Effect
    current: int
    points: Mapping[int, int]


def loads(screening: Screening) -> Iterator[Load]:
    """What is counted of each effect that a candidate adds to."""
    for effect in _effects(screening):
        current, adding = _in_use(screening, effect)
        points = {m: share.points for m in screening.candidates if (share := _share(screening, m, None, *adding))}
        if points:
            yield Load(EFFECTS[screening.snapshot.id(effect)], sum(share.points for share in current), points)


def _effects(screening: Screening) -> list[int]:
    known = screening.components.side_effects
    return sorted(known[effect] for effect in EFFECTS if effect in known)


def _in_use(screening: Screening, effect: int) -> tuple[list[_Share], tuple[Mapping[int, Edge], set[int]]]:
    """The shares of what is being taken; then every single medicine that adds to the effect, and those that are counted."""
    adding = screening.components.adding(effect)
    counted: set[int] = set()
    current: list[_Share] = []
    for fact in screening.record.of(EdgeKind.TAKES):
        if share := _share(screening, fact.node, fact, adding, counted):
            current.append(share)
            counted |= _adding(screening, fact.node, adding).keys()
    return current, (adding, counted)


def _of_effect(screening: Screening, effect: int) -> Iterator[Finding]:
    rule = EFFECTS[screening.snapshot.id(effect)]
    current, adding = _in_use(screening, effect)
    for medicine in screening.candidates if current else ():
        own = _share(screening, medicine, None, *adding)
        if own and (severity := rule.severity(own.points + sum(s.points for s in current), screening.record.age)):
            yield _finding(screening, effect, severity, own, current)


def _points(edge: Edge) -> int:
    return int(str(edge.properties["points"]))


def _adding(screening: Screening, medicine: int, adding: Mapping[int, Edge]) -> dict[int, Component]:
    """The medicine itself where it has points of its own, or else the single medicines in it that have."""
    found = {c.medicine: c for c in screening.components.of(medicine) if c.medicine in adding}
    return {medicine: found[medicine]} if medicine in found else found


def _share(
    screening: Screening, medicine: int, fact: Fact | None, adding: Mapping[int, Edge], counted: set[int]
) -> _Share | None:
    """What a medicine adds to an effect beside what is counted; nothing when that is nothing, or when it acts locally."""
    found = {inner: c for inner, c in _adding(screening, medicine, adding).items() if inner not in counted}
    if not found or is_local_only(screening.snapshot, medicine, fact):
        return None
    most = max(found, key=lambda inner: _points(adding[inner]))
    points = sum(_points(adding[inner]) for inner in found)
    return _Share(medicine, points, found[most], adding[most], fact)


def _finding(screening: Screening, effect: int, severity: Severity, own: _Share, current: list[_Share]) -> Finding:
    snapshot, rule = screening.snapshot, EFFECTS[screening.snapshot.id(effect)]
    total = own.points + sum(share.points for share in current)
    taken = _listed([f"{snapshot.name(share.medicine)} ({share.points})" for share in current])
    name, what = snapshot.name(own.medicine), snapshot.name(effect)
    first = current[0]
    nodes = (*reversed(first.component.nodes), effect, *own.component.nodes)
    edges = (*reversed(first.component.edges), first.edge, own.edge, *own.component.edges)
    facts = [{**fact_payload(snapshot, s.fact), "points": s.points} for s in current if s.fact]
    conclusion = f"{name} ({own.points}) with {taken} adds up to {total} points of {what}"
    fact = {**facts[0], "candidate_points": own.points, "sum": total}
    proof = Proof("additive", fact, nodes, edges, conclusion, tuple(facts[1:]))
    about = f"{what} adds up with {taken}, {rule.advice}"
    confirm = rule.confirm if severity is Severity.SIGN_OFF else ""
    return Finding(own.medicine, severity, f"{conclusion}: {rule.advice}.", proof, about, confirm)


def _listed(names: list[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0]
