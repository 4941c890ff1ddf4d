"""Allergy: no ingredient that the patient is allergic to, none of its class, none that is known to cross-react strongly.

An allergy to an ingredient counts for the allergy classes that the ingredient is in; an allergy to a class for everything in
and below it. Cross-reactivity of classes is documented with a strength: high and moderate exclude, low is a caution.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from graph.elements import Edge, EdgeKind, NodeKind
from graph.snapshot import Snapshot
from recommender.record import Fact, PatientRecord
from recommender.safety.finding import Finding, Proof, Screening, Severity, fact_payload

ALLERGENS = (NodeKind.INGREDIENT, NodeKind.DRUG_CLASS, NodeKind.SUBSTANCE)


@dataclass(frozen=True, slots=True)
class _Hit:
    """A node that an allergy reaches: an ingredient or a medicine, and the way there."""

    fact: Fact
    nodes: tuple[int, ...]
    edges: tuple[Edge, ...]
    severity: Severity
    why: str


class AllergyRule:
    """See the module."""

    name = "allergy"
    needs = ((EdgeKind.HAS_INGREDIENT, NodeKind.MEDICINE, NodeKind.INGREDIENT),)

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
            hits = [
                _Hit(hit.fact, (*hit.nodes, medicine), (*hit.edges, edge), hit.severity, hit.why)
                for ingredient, edge in screening.components.ingredients(medicine)
                if (hit := reached.get(ingredient))
            ]
            if medicine in reached:
                hits.append(reached[medicine])
            if hits:
                found.append(_finding(screening.snapshot, medicine, min(hits, key=_rank)))
        return found


def _rank(hit: _Hit) -> tuple[bool, int]:
    return (hit.severity is not Severity.EXCLUDE, len(hit.nodes))


def _finding(snapshot: Snapshot, medicine: int, hit: _Hit) -> Finding:
    allergen = snapshot.name(hit.fact.node)
    act = "is not given" if hit.severity is Severity.EXCLUDE else "needs care"
    sentence = f"Allergy to {allergen}: {snapshot.name(medicine)} {hit.why}."
    conclusion = f"{snapshot.name(medicine)} {act} in allergy to {allergen}"
    proof = Proof("allergy", fact_payload(snapshot, hit.fact), hit.nodes, hit.edges, conclusion)
    return Finding(medicine, hit.severity, sentence, proof)


def _reached(screening: Screening, fact: Fact) -> Iterator[_Hit]:
    """Everything that an allergy speaks against: ingredients, and medicines that hang on a class themselves."""
    snapshot, exclude = screening.snapshot, Severity.EXCLUDE
    start = ((fact.node,), ())
    kind = snapshot.kind(fact.node)
    if kind is NodeKind.MEDICINE:
        for ingredient, edge in screening.components.ingredients(fact.node):
            yield from _from_ingredient(snapshot, fact, (fact.node, ingredient), (edge,))
        yield _Hit(fact, *start, exclude, "is the allergen")
    elif kind is NodeKind.INGREDIENT:
        yield from _from_ingredient(snapshot, fact, *start)
    elif kind is NodeKind.DRUG_CLASS:
        yield from _members(snapshot, fact, *start, exclude, "belongs to that class")
        yield from _crossing(snapshot, fact, *start)
    else:
        yield from _crossing(snapshot, fact, *start)


def _from_ingredient(snapshot: Snapshot, fact: Fact, nodes: tuple[int, ...], edges: tuple[Edge, ...]) -> Iterator[_Hit]:
    yield _Hit(fact, nodes, edges, Severity.EXCLUDE, "contains it")
    yield from _crossing(snapshot, fact, nodes, edges)
    for group, said in snapshot.neighbours(EdgeKind.IN_CLASS, nodes[-1], NodeKind.DRUG_CLASS):
        if snapshot.properties(group).get("scheme") == "allergy":
            onward = ((*nodes, group), (*edges, said[0]))
            yield from _members(snapshot, fact, *onward, Severity.EXCLUDE, f"is of the same class ({snapshot.name(group)})")
            yield from _crossing(snapshot, fact, *onward)


def _members(
    snapshot: Snapshot, fact: Fact, nodes: tuple[int, ...], edges: tuple[Edge, ...], severity: Severity, why: str
) -> Iterator[_Hit]:
    """Ingredients and medicines in a class and the classes below it."""
    for kind in (NodeKind.INGREDIENT, NodeKind.MEDICINE):
        for member, edge in _inward(snapshot, EdgeKind.IN_CLASS, kind, nodes[-1]):
            yield _Hit(fact, (*nodes, member), (*edges, edge), severity, why)
    for child, edge in _inward(snapshot, EdgeKind.IS_A, NodeKind.DRUG_CLASS, nodes[-1]):
        yield from _members(snapshot, fact, (*nodes, child), (*edges, edge), severity, why)


def _crossing(snapshot: Snapshot, fact: Fact, nodes: tuple[int, ...], edges: tuple[Edge, ...]) -> Iterator[_Hit]:
    """What cross-reacts with a class, an ingredient or a substance."""
    for other, edge in _cross_reactive(snapshot, nodes[-1]):
        strength = str(edge.properties["strength"])
        severity = Severity.CAUTION if strength == "low" else Severity.EXCLUDE
        why = f"may cross-react ({strength}; {snapshot.name(other)})"
        onward = ((*nodes, other), (*edges, edge))
        if snapshot.kind(other) is NodeKind.DRUG_CLASS:
            yield from _members(snapshot, fact, *onward, severity, why)
        elif snapshot.kind(other) is NodeKind.INGREDIENT:
            yield _Hit(fact, *onward, severity, why)


def _cross_reactive(snapshot: Snapshot, node: int) -> Iterator[tuple[int, Edge]]:
    kind = snapshot.kind(node)
    for other_kind in ALLERGENS:
        for other, edges in snapshot.neighbours(EdgeKind.CROSS_REACTS_WITH, node, other_kind):
            yield other, edges[0]
        if other_kind is not kind:
            yield from _inward(snapshot, EdgeKind.CROSS_REACTS_WITH, other_kind, node)


def _inward(snapshot: Snapshot, kind: EdgeKind, start_kind: NodeKind, end: int) -> Iterator[tuple[int, Edge]]:
    for start, edges in snapshot.sources(kind, start_kind, end):
        yield start, edges[0]
