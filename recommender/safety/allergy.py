"""Allergy: no ingredient that the patient is allergic to, none of its class, none that is known to cross-react strongly.

An allergy to an ingredient counts for the allergy classes that the ingredient is in; an allergy to a class for everything in
and below it. Cross-reactivity is documented with a strength. What is documented of a class holds for the members of its
subclasses; and as an allergy to a whole class may be one to any of its members, what is documented of its subclasses counts
for it, too.

What follows depends on whether it was an allergy, how sure that is, and how grave the reaction was: see :data:`VERDICTS`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from graph.elements import Edge, EdgeKind, NodeKind
from graph.snapshot import Snapshot
from recommender.evidence import ancestors
from recommender.record import Fact, PatientRecord
from recommender.safety.finding import Finding, Need, Proof, Screening, Severity, fact_payload

ALLERGENS = (NodeKind.INGREDIENT, NodeKind.DRUG_CLASS, NodeKind.SUBSTANCE)
STRENGTHS = ("high", "moderate", "low")


class Tie(StrEnum):
    """How a medicine is tied to an allergen: it is the same or holds it, is of its class, or cross-reacts so strongly."""

    SAME = "same"
    CLASS = "class"
    HIGH = "high"
    MODERATE = "moderate"
    LOW = "low"


_EXCLUDE, _SIGN_OFF, _CAUTION, _NOTE = Severity
_Verdicts = Mapping[Tie, tuple[Severity, Severity]]
_CONFIRMED: _Verdicts = dict.fromkeys(Tie, (_EXCLUDE, _EXCLUDE)) | {Tie.LOW: (_CAUTION, _SIGN_OFF)}
_SUSPECTED: _Verdicts = dict.fromkeys(Tie, (_SIGN_OFF, _SIGN_OFF)) | {
    Tie.SAME: (_EXCLUDE, _EXCLUDE),
    Tie.LOW: (_CAUTION, _CAUTION),
}
_INTOLERANCE: _Verdicts = {Tie.SAME: (_CAUTION, _SIGN_OFF), Tie.CLASS: (_NOTE, _NOTE)}
VERDICTS: Mapping[tuple[str, str], _Verdicts] = {
    ("allergy", "confirmed"): _CONFIRMED,
    ("allergy", "suspected"): _SUSPECTED,
    ("intolerance", "confirmed"): _INTOLERANCE,
    ("intolerance", "suspected"): _INTOLERANCE,
}
"""By type and certainty, then by tie: what follows from a reaction, and from a severe one. What is not here has no
consequence: a refuted allergy, what cross-reacts with something that is merely not tolerated."""


@dataclass(frozen=True, slots=True)
class _Hit:
    """A node that an allergy reaches, and the way there."""

    fact: Fact
    nodes: tuple[int, ...]
    edges: tuple[Edge, ...]
    tie: Tie
    why: str

    def onward(self, nodes: tuple[int, ...], edges: tuple[Edge, ...], why: str, tie: Tie | None = None) -> "_Hit":
        """The way further on, over nodes behind the last."""
        return _Hit(self.fact, (*self.nodes, *nodes), (*self.edges, *edges), tie or self.tie, why)

    @property
    def severity(self) -> Severity | None:
        """What follows, if anything does."""
        verdict = VERDICTS.get((_type(self.fact), _certainty(self.fact)), {}).get(self.tie)
        return verdict[_severe(self.fact)] if verdict else None


class AllergyRule:
    """See the module."""

    name = "allergy"
    needs: tuple[tuple[Need, ...], ...] = (
        ((EdgeKind.HAS_INGREDIENT, NodeKind.MEDICINE, NodeKind.INGREDIENT),),
        ((EdgeKind.IN_CLASS, NodeKind.INGREDIENT, NodeKind.DRUG_CLASS),),
    )

    def concerns(self, record: PatientRecord) -> bool:
        """Whether any allergy is on file."""
        return any(True for _ in record.of(EdgeKind.ALLERGIC_TO))

    def findings(self, screening: Screening) -> list[Finding]:
        """Every finding about the candidates; of several ways to one medicine the most severe, then the shortest."""
        reached: dict[int, _Hit] = {}
        for fact in screening.record.of(EdgeKind.ALLERGIC_TO):
            for way in _reached(screening, fact):
                known = reached.get(way.nodes[-1])
                if way.severity and (known is None or _rank(way) < _rank(known)):
                    reached[way.nodes[-1]] = way
        found = []
        for medicine in screening.candidates if reached else ():
            if hits := list(_inside(screening, medicine, reached)):
                found.append(_finding(screening.snapshot, medicine, min(hits, key=_rank)))
        return found


def _type(fact: Fact) -> str:
    return str(fact.properties.get("type", "allergy"))


def _certainty(fact: Fact) -> str:
    return str(fact.properties.get("certainty", "confirmed"))


def _severe(fact: Fact) -> bool:
    return fact.properties.get("severity") == "severe"


def _rank(hit: _Hit) -> tuple[int, int]:
    return (hit.severity.rank if hit.severity else len(Severity), len(hit.nodes))


def _inside(screening: Screening, medicine: int, reached: dict[int, _Hit]) -> Iterator[_Hit]:
    """What an allergy reaches of a medicine: its ingredients, itself, and the single medicines that it combines."""
    for ingredient, edge in screening.components.ingredients(medicine):
        if hit := reached.get(ingredient):
            yield hit.onward((medicine,), (edge,), hit.why)
    for component in screening.components.of(medicine):
        if hit := reached.get(component.medicine):
            yield hit.onward(component.nodes[1:], component.edges, hit.why)


_ACTS = {_EXCLUDE: "is not given", _SIGN_OFF: "needs sign-off", _CAUTION: "needs care", _NOTE: "is to be watched"}


def _finding(snapshot: Snapshot, medicine: int, hit: _Hit) -> Finding:
    severity = hit.severity or _NOTE
    name, reaction = snapshot.name(medicine), _reaction(snapshot, hit.fact)
    sentence = f"{reaction[0].upper()}{reaction[1:]}: {name} {hit.why}."
    conclusion = f"{name} {_ACTS[severity]} in {reaction}"
    proof = Proof("allergy", fact_payload(snapshot, hit.fact), hit.nodes, hit.edges, conclusion)
    return Finding(medicine, severity, sentence, proof, confirm=_confirm(snapshot, hit) if severity is _SIGN_OFF else "")


def _reaction(snapshot: Snapshot, fact: Fact) -> str:
    """What is on file, in words: "suspected severe allergy to penicillins"."""
    allergen, kind = snapshot.name(fact.node), _type(fact)
    words = ["suspected"] * (_certainty(fact) == "suspected") + ["severe"] * _severe(fact)
    named = " ".join((*words, kind, "to", allergen))
    return f"{named}, not an allergy" if kind == "intolerance" else named


def _confirm(snapshot: Snapshot, hit: _Hit) -> str:
    # A suspected allergy that is confirmed excludes, however mild it was.
    none = f"that the {_type(hit.fact)} to {snapshot.name(hit.fact.node)} is none"
    return none if _certainty(hit.fact) == "suspected" and hit.tie is not Tie.SAME else f"{none}, or that the reaction was mild"


def _reached(screening: Screening, fact: Fact) -> Iterator[_Hit]:
    """Everything that an allergy speaks against: ingredients, and medicines that hang on a class themselves."""
    snapshot = screening.snapshot
    start = _Hit(fact, (fact.node,), (), Tie.SAME, "contains it")
    kind = snapshot.kind(fact.node)
    if kind is NodeKind.MEDICINE:
        yield from _kin(snapshot, start.onward((), (), "is the allergen"))
        for ingredient, edge in screening.components.ingredients(fact.node):
            why = f"contains {snapshot.name(ingredient)} like {snapshot.name(fact.node)}"
            yield from _kin(snapshot, start.onward((ingredient,), (edge,), why))
    elif kind is NodeKind.INGREDIENT:
        yield from _kin(snapshot, start)
    elif kind is NodeKind.DRUG_CLASS:
        yield from _members(snapshot, start.onward((), (), "", Tie.CLASS), "belongs to that class")
        for below in _below(snapshot, start):
            yield from _crossing(snapshot, below)
    else:
        yield from _crossing(snapshot, start)


def _kin(snapshot: Snapshot, hit: _Hit) -> Iterator[_Hit]:
    """An ingredient or a medicine itself, what is in its allergy classes, and what cross-reacts with it or with those."""
    yield hit
    yield from _crossing(snapshot, hit)
    for group, said in snapshot.neighbours(EdgeKind.IN_CLASS, hit.nodes[-1], NodeKind.DRUG_CLASS):
        if snapshot.properties(group).get("scheme") == "allergy":
            onward = hit.onward((group,), (said[0],), "", Tie.CLASS)
            yield from _members(snapshot, onward, f"is of the same class ({snapshot.name(group)})")
            yield from _crossing(snapshot, onward)


def _members(snapshot: Snapshot, hit: _Hit, why: str) -> Iterator[_Hit]:
    """Ingredients and medicines in a class and the classes below it."""
    for below in _below(snapshot, hit):
        for kind in (NodeKind.INGREDIENT, NodeKind.MEDICINE):
            for member, said in snapshot.sources(EdgeKind.IN_CLASS, kind, below.nodes[-1]):
                yield below.onward((member,), (said[0],), why)


def _below(snapshot: Snapshot, hit: _Hit) -> Iterator[_Hit]:
    """The way to a class and on to every class below it, nearest first."""
    seen, level = {hit.nodes[-1]}, [hit]
    while level:
        yield from level
        found = []
        for way in level:
            for child, said in snapshot.sources(EdgeKind.IS_A, NodeKind.DRUG_CLASS, way.nodes[-1]):
                if child not in seen:
                    seen.add(child)
                    found.append(way.onward((child,), (said[0],), way.why))
        level = found


def _crossing(snapshot: Snapshot, hit: _Hit) -> Iterator[_Hit]:
    """What cross-reacts with an ingredient, a substance, or a class and the classes above it."""
    for nodes, edges in ancestors(snapshot, hit.nodes[-1]):
        for other, edge in _cross_reactive(snapshot, nodes[-1]):
            strength = Tie(str(edge.properties["strength"]))
            why = f"may cross-react ({strength}; {snapshot.name(other)})"
            onward = hit.onward((*nodes[1:], other), (*edges, edge), why, strength)
            if snapshot.kind(other) is NodeKind.DRUG_CLASS:
                yield from _members(snapshot, onward, why)
            else:
                yield onward


def _cross_reactive(snapshot: Snapshot, node: int) -> Iterator[tuple[int, Edge]]:
    """What is documented to cross-react with a node, each with the edge that says the most; either end may be the start."""
    kind = snapshot.kind(node)
    for other_kind in ALLERGENS if kind in ALLERGENS else ():
        ways = [snapshot.neighbours(EdgeKind.CROSS_REACTS_WITH, node, other_kind)]
        if other_kind is not kind:
            ways.append(snapshot.sources(EdgeKind.CROSS_REACTS_WITH, other_kind, node))
        for way in ways:
            for other, said in way:
                yield other, min(said, key=lambda edge: STRENGTHS.index(str(edge.properties["strength"])))
