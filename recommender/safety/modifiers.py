"""How severe an interaction is for one patient: the edge's severity, after what modifies it.

What is applied locally comes first: little of it reaches the blood, so the interaction is mild, unless the edge has a ``route``
modifier for that medicine and route. Otherwise, of the modifiers that apply the most severe counts in place of the edge's own
severity: a protective co-medication does not make up for age. Nothing is lowered by what is not known: a dose, a route or a
result that is not on file, a result that is older than a year or in an unknown unit, a medicine of which several routes are
possible. The grammar is that of :mod:`graph.modifiers`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from graph.elements import Edge, EdgeKind, NodeKind
from graph.modifiers import SEVERITIES, ConditionKind, Modifier, parse_modifier
from graph.snapshot import Snapshot
from graph.units import convert
from recommender.evidence import ancestors
from recommender.payload import node_payload
from recommender.record import Fact
from recommender.safety.finding import Screening, fact_payload
from recommender.safety.results import MAX_AGE_DAYS, latest
from recommender.safety.routes import is_local, is_local_only, routes_of

LOCAL = "mild"
"""What an interaction is where one of the two is applied locally."""
DOSE_UNITS = ("g=1000", "ug=0.001", "mcg=0.001")
"""Units of a dose beside mg."""


@dataclass(frozen=True, slots=True)
class Use:
    """One side of an interaction, as it is used.

    Attributes:
        inner: number of the medicine that the edge names.
        medicine: number of the medicine that is used: the same, or a combination that contains it.
        fact: that it is being taken; None for a candidate.
    """

    inner: int
    medicine: int
    fact: Fact | None = None


@dataclass(frozen=True, slots=True)
class Weighed:
    """An interaction's severity for one patient.

    Attributes:
        severity: severe, moderate, mild or none.
        why: what it was changed by, in words; empty when nothing did.
        also: what that rests on, beside the fact that the current medicine is being taken.
    """

    severity: str
    why: str = ""
    also: tuple[Mapping[str, Any], ...] = ()

    @property
    def rank(self) -> int:
        """0 for severe, 3 for none."""
        return SEVERITIES.index(self.severity)


def weigh(screening: Screening, edge: Edge, uses: tuple[Use, Use]) -> Weighed:
    """The severity of an interaction for one patient.

    Args:
        screening: the patient, the day and the knowledge.
        edge: the interaction.
        uses: its two sides: what is being taken, and the candidate.

    Raises:
        ValueError: when a modifier of the edge cannot be read.
    """
    snapshot, own = screening.snapshot, Weighed(str(edge.properties["severity"]))
    modifiers = _modifiers(edge)
    for use in uses:
        if is_local_only(snapshot, use.medicine, use.fact) and not _named(snapshot, use, modifiers):
            local = _at_the_place(snapshot, use)
            return local if local.rank > own.rank else own
    applying = [one for modifier in modifiers if (one := _applied(screening, own, modifier, modifiers, uses))]
    return min(applying, key=lambda one: one.rank, default=own)


def _modifiers(edge: Edge) -> tuple[Modifier, ...]:
    texts = edge.properties.get("modifiers", ())
    return tuple(map(_parsed, texts)) if isinstance(texts, tuple) else ()


_parsed = lru_cache(maxsize=4096)(parse_modifier)


def _at_the_place(snapshot: Snapshot, use: Use) -> Weighed:
    words = f"{snapshot.name(use.medicine)} is applied locally, little of it reaches the blood"
    return Weighed(LOCAL, words, _routes_payload(snapshot, use))


def _routes_payload(snapshot: Snapshot, use: Use) -> tuple[Mapping[str, Any], ...]:
    """By which routes a medicine may be used, unless the fact that it is being taken says so itself."""
    if use.fact is not None and use.fact.properties.get("route"):
        return ()
    routes = list(routes_of(snapshot, use.medicine))
    return ({"kind": "ROUTES", "node": node_payload(snapshot, use.medicine), "routes": routes},)


def _named(snapshot: Snapshot, use: Use, modifiers: tuple[Modifier, ...]) -> set[str]:
    """The possible routes of a use that a modifier speaks of."""
    subject = snapshot.id(use.inner)
    return {m.route for m in modifiers if m.kind is ConditionKind.ROUTE and m.subject == subject}.intersection(
        routes_of(snapshot, use.medicine, use.fact)
    )


def _applied(
    screening: Screening, own: Weighed, modifier: Modifier, modifiers: tuple[Modifier, ...], uses: tuple[Use, Use]
) -> Weighed | None:
    """What a modifier makes of the interaction; nothing where it does not apply."""
    lowers = SEVERITIES.index(modifier.severity) > own.rank
    match modifier.kind:
        case ConditionKind.WITH:
            return _with(screening, modifier)
        case ConditionKind.ROUTE:
            return _route(screening.snapshot, modifier, modifiers, uses, lowers=lowers)
        case ConditionKind.DOSE:
            return _dose(screening.snapshot, modifier, uses)
        case ConditionKind.AGE:
            return _age(screening, modifier)
        case ConditionKind.RESULT:
            return _result(screening, modifier, lowers=lowers)


def _with(screening: Screening, modifier: Modifier) -> Weighed | None:
    snapshot = screening.snapshot
    for fact in screening.record.of(EdgeKind.TAKES):
        inside = [component.medicine for component in screening.components.of(fact.node)]
        if not is_local_only(snapshot, fact.node, fact) and any(_is(snapshot, one, modifier.subject) for one in inside):
            words = f"{snapshot.name(fact.node)} is being taken"
            return Weighed(modifier.severity, words, (fact_payload(snapshot, fact),))
    return None


def _is(snapshot: Snapshot, medicine: int, subject: str) -> bool:
    """Whether a medicine is the one, or of the class, that a modifier names."""
    if snapshot.id(medicine) == subject:
        return True
    classes = snapshot.neighbours(EdgeKind.IN_CLASS, medicine, NodeKind.DRUG_CLASS)
    return any(snapshot.id(nodes[-1]) == subject for group, _ in classes for nodes, _ in ancestors(snapshot, group))


def _route(
    snapshot: Snapshot, modifier: Modifier, modifiers: tuple[Modifier, ...], uses: tuple[Use, Use], *, lowers: bool
) -> Weighed | None:
    for use in uses:
        named = _named(snapshot, use, modifiers)
        if snapshot.id(use.inner) != modifier.subject or modifier.route not in named:
            continue
        routes = routes_of(snapshot, use.medicine, use.fact)
        # A route by which it might be taken as well, and that nobody speaks of, leaves the interaction what it is.
        if not lowers or all(route in named or is_local(snapshot, use.medicine, route) for route in routes):
            words = f"{modifier.route} use of {snapshot.name(use.medicine)}"
            return Weighed(modifier.severity, words, _routes_payload(snapshot, use))
    return None


def _dose(snapshot: Snapshot, modifier: Modifier, uses: tuple[Use, Use]) -> Weighed | None:
    for use in uses:
        # The dose of a combination says nothing of the medicine within it.
        if use.fact is None or use.inner != use.medicine or snapshot.id(use.inner) != modifier.subject:
            continue
        dose, unit = use.fact.properties.get("daily_dose"), str(use.fact.properties.get("dose_unit", ""))
        amount = None if dose is None else convert(float(str(dose)), unit, "mg", DOSE_UNITS)
        if amount is not None and modifier.compares(amount):
            return Weighed(modifier.severity, f"{snapshot.name(use.medicine)} {amount:g} mg a day")
    return None


def _age(screening: Screening, modifier: Modifier) -> Weighed | None:
    age = screening.record.age
    if age is None or not modifier.compares(age):
        return None
    return Weighed(modifier.severity, f"age {age}", ({"kind": "AGE", "value": age},))


def _result(screening: Screening, modifier: Modifier, *, lowers: bool) -> Weighed | None:
    snapshot = screening.snapshot
    tests = [test for test in snapshot.numbers(NodeKind.LAB_TEST) if snapshot.id(test) == modifier.subject]
    reading = latest(screening, tests[0]) if tests else None
    if reading is None or reading.value is None or (lowers and reading.days > MAX_AGE_DAYS):
        return None
    if not modifier.compares(reading.value):
        return None
    return Weighed(modifier.severity, f"{snapshot.name(tests[0])} {reading.value:g}", (reading.fact,))
