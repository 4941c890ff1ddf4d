"""Allergy: no ingredient that the patient is allergic to, none of its class, none that is known to cross-react strongly.

An allergy to an ingredient counts for the allergy classes that the ingredient is in; an allergy to a class for everything in
and below it. Cross-reactivity is documented with a strength: high and moderate exclude, low is a caution. What is documented of
a class holds for the members of its subclasses; and as an allergy to a whole class may be one to any of its members, what is
documented of its subclasses counts for it, too.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from graph.elements import Edge, EdgeKind, NodeKind
from graph.snapshot import Snapshot
from recommender.evidence import ancestors
from recommender.record import Fact, PatientRecord
from recommender.safety.finding import Finding, Need, Proof, Screening, Severity, fact_payload

ALLERGENS = (NodeKind.INGREDIENT, NodeKind.DRUG_CLASS, NodeKind.SUBSTANCE)
STRENGTHS = ("high", "moderate", "low")


@dataclass(frozen=True, slots=True)
class _Hit:
    """A node that an allergy reaches, and the way there."""

    fact: Fact
    nodes: tuple[int, ...]
    edges: tuple[Edge, ...]
    severity: Severity
    why: str

    def onward(self, nodes: tuple[int, ...], edges: tuple[Edge, ...], why: str, severity: Severity | None = None) -> "_Hit":
        """The way further on, over nodes behind the last."""
        return _Hit(self.fact, (*self.nodes, *nodes), (*self.edges, *edges), severity or self.severity, why)


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
                if known is None or _rank(way) < _rank(known):
                    reached[way.nodes[-1]] = way
        found = []
        for medicine in screening.candidates if reached else ():
            if hits := list(_inside(screening, medicine, reached)):
                found.append(_finding(screening.snapshot, medicine, min(hits, key=_rank)))
        return found


def _rank(hit: _Hit) -> tuple[bool, int]:
    return (hit.severity is not Severity.EXCLUDE, len(hit.nodes))


def _inside(screening: Screening, medicine: int, reached: dict[int, _Hit]) -> Iterator[_Hit]:
    """What an allergy reaches of a medicine: its ingredients, itself, and the single medicines that it combines."""
    for ingredient, edge in screening.components.ingredients(medicine):
        if hit := reached.get(ingredient):
            yield hit.onward((medicine,), (edge,), hit.why)
    for component in screening.components.of(medicine):
        if hit := reached.get(component.medicine):
            yield hit.onward(component.nodes[1:], component.edges, hit.why)


def _finding(snapshot: Snapshot, medicine: int, hit: _Hit) -> Finding:
    allergen = snapshot.name(hit.fact.node)
    act = "is not given" if hit.severity is Severity.EXCLUDE else "needs care"
    sentence = f"Allergy to {allergen}: {snapshot.name(medicine)} {hit.why}."
    conclusion = f"{snapshot.name(medicine)} {act} in allergy to {allergen}"
    proof = Proof("allergy", fact_payload(snapshot, hit.fact), hit.nodes, hit.edges, conclusion)
    return Finding(medicine, hit.severity, sentence, proof)


def _reached(screening: Screening, fact: Fact) -> Iterator[_Hit]:
    """Everything that an allergy speaks against: ingredients, and medicines that hang on a class themselves."""
    snapshot = screening.snapshot
    start = _Hit(fact, (fact.node,), (), Severity.EXCLUDE, "contains it")
    kind = snapshot.kind(fact.node)
    if kind is NodeKind.MEDICINE:
        yield from _kin(snapshot, start.onward((), (), "is the allergen"))
        for ingredient, edge in screening.components.ingredients(fact.node):
            why = f"contains {snapshot.name(ingredient)} like {snapshot.name(fact.node)}"
            yield from _kin(snapshot, start.onward((ingredient,), (edge,), why))
    elif kind is NodeKind.INGREDIENT:
        yield from _kin(snapshot, start)
    elif kind is NodeKind.DRUG_CLASS:
        yield from _members(snapshot, start, "belongs to that class")
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
            onward = hit.onward((group,), (said[0],), "")
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
            strength = str(edge.properties["strength"])
            severity = Severity.CAUTION if strength == "low" else Severity.EXCLUDE
            why = f"may cross-react ({strength}; {snapshot.name(other)})"
            onward = hit.onward((*nodes[1:], other), (*edges, edge), why, severity)
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
