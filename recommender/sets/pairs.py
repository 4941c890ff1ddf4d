"""Which suggestions may be used together, and which are alternatives of each other.

Whether two medicines go together is asked of the safety rules themselves: what do they say of the one if the other were being
taken already? Two medicines are alternatives when one of them may then not be given, or not without a sign-off, or when one
of them treats everything on file that the other treats: one is chosen. All others are usable together.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import permutations
from typing import Any

from graph.elements import EdgeKind, NodeKind
from graph.snapshot import Snapshot
from recommender.consultation import Consultation
from recommender.payload import node_payload
from recommender.record import Fact, PatientRecord
from recommender.safety.additive import AdditiveRule, loads
from recommender.safety.components import Components
from recommender.safety.duplicate import DuplicateRule
from recommender.safety.finding import Finding, Rule, Screening, Severity
from recommender.safety.interaction import InteractionRule
from recommender.safety.screen import screen
from recommender.safety.site import NO_POLICY, Site
from recommender.sets.purposes import purposes

ASSUMED = "assumed"
"""Where a medicine is on file that is taken as being in use for the sake of a question."""
RULES: tuple[Rule, ...] = (InteractionRule(), DuplicateRule(), AdditiveRule())
"""The rules that look at what is being taken."""
MARKED = 20
"""How many medicines of a list are held against one another."""
NO_MARKS: Mapping[str, None] = {"alternatives": None, "usable_with": None}
"""Of a suggestion that was not held against the others."""

Pairs = Mapping[tuple[int, int], tuple[Finding, ...]]
"""Findings by the medicine that is taken as being in use and the one that they are about."""


def with_assumed(record: PatientRecord, medicines: Iterable[int]) -> PatientRecord:
    """A record in which medicines are being taken; they stand first, so that proofs begin with them."""
    return replace(record, facts=(*(Fact(EdgeKind.TAKES, m, True, ASSUMED) for m in medicines), *record.facts))


def assumed_in(finding: Finding) -> tuple[str, ...]:
    """Ids of the medicines that a finding takes as being in use."""
    facts = (finding.proof.fact, *finding.proof.also)
    return tuple(fact["node"]["id"] for fact in facts if fact.get("record") == ASSUMED)


def bars(finding: Finding) -> bool:
    """Whether what a finding says keeps a medicine from being given as a matter of course."""
    return finding.severity in (Severity.EXCLUDE, Severity.SIGN_OFF)


def pair_findings(
    snapshot: Snapshot,
    components: Components,
    record: PatientRecord,
    medicines: Sequence[int],
    as_of: date,
    site: Site = NO_POLICY,
) -> Pairs:
    """What the safety rules say about each of some medicines if one of the others were being taken, beside current therapy.

    Args:
        snapshot: the knowledge.
        components: of the same snapshot.
        record: the patient.
        medicines: their numbers.
        as_of: the day of the answer.
        site: what the site decided.

    Returns:
        By (in use, given), pairs without a finding left out; a rule that could not be checked is found of every pair.
    """
    screening = Screening(snapshot, record, components, as_of, tuple(sorted(medicines)))
    found: dict[tuple[int, int], dict[str, tuple[Finding, ...]]] = {}
    for rule in RULES:
        for taken, others in _runs(rule, screening):
            screened = screen(snapshot, components, with_assumed(record, taken), others, as_of, (rule,), site)
            for medicine in others:
                about = [f for f in screened.findings.get(medicine, ()) if _is_about(f, rule)]
                for one in taken:
                    if one != medicine and (said := tuple(_reworded(f) for f in about if _rests_on(f, snapshot.id(one)))):
                        found.setdefault((one, medicine), {})[rule.name] = said
    return {pair: tuple(f for said in by_rule.values() for f in said) for pair, by_rule in found.items()}


def _runs(rule: Rule, screening: Screening) -> Iterator[tuple[Sequence[int], Sequence[int]]]:
    """The medicines to be taken as being in use, and those to be held against them, that answer for all pairs.

    Of all pairs of a list few have anything in common that a rule looks at. A rule that cannot be checked is run for every
    pair, to say so.
    """
    every = set(screening.candidates)
    if not all(any(screening.snapshot.relation(*need) for need in group) for group in rule.needs):
        partners = dict.fromkeys(every, every)
    elif isinstance(rule, DuplicateRule):
        # It looks at each current medicine by itself, so that one run answers for a whole group.
        yield from ((sorted(group), sorted(group)) for group in _alike(screening).values() if len(group) > 1)
        return
    else:
        partners = _interacting(screening) if isinstance(rule, InteractionRule) else _adding_up(screening)
    for medicine, others in sorted(partners.items()):
        if others - {medicine}:
            yield [medicine], sorted(others - {medicine})


def _alike(screening: Screening) -> dict[int, set[int]]:
    """Candidates by their ingredients and classes."""
    found: dict[int, set[int]] = {}
    for medicine in screening.candidates:
        ingredients = (ingredient for ingredient, _ in screening.components.ingredients(medicine))
        for node in (*ingredients, *screening.components.classes(medicine)):
            found.setdefault(node, set()).add(medicine)
    return found


def _adding_up(screening: Screening) -> dict[int, set[int]]:
    """For each candidate those with which it adds up to a sum that something follows from."""
    found: dict[int, set[int]] = {}
    for load in loads(screening):
        for (one, points), (other, more) in permutations(load.points.items(), 2):
            if load.rule.severity(load.current + points + more, screening.record.age):
                found.setdefault(one, set()).add(other)
    return found


def _interacting(screening: Screening) -> dict[int, set[int]]:
    """For each candidate those that it interacts with, and those whose interaction with current therapy it may change."""
    snapshot, inside = screening.snapshot, screening.inside()
    found: dict[int, set[int]] = {}
    for inner, holders in inside.items():
        for other, _ in snapshot.neighbours(EdgeKind.INTERACTS_WITH, inner, NodeKind.MEDICINE):
            for medicine, _ in holders if other in inside else ():
                found.setdefault(medicine, set()).update(holder for holder, _ in inside[other])
    changeable: set[int] = set()
    for fact in screening.record.of(EdgeKind.TAKES):
        for component in screening.components.of(fact.node):
            for other, edges in snapshot.neighbours(EdgeKind.INTERACTS_WITH, component.medicine, NodeKind.MEDICINE):
                if other in inside and any("with " in str(edge.properties.get("modifiers", "")) for edge in edges):
                    changeable.update(medicine for medicine, _ in inside[other])
    for medicine in screening.candidates if changeable else ():
        found.setdefault(medicine, set()).update(changeable)
    return found


def _is_about(finding: Finding, rule: Rule) -> bool:
    """Whether a finding comes of the medicine that is taken as being in use, or of a rule that could not be checked."""
    return finding.proof.rule == rule.name and (finding.proof.fact["kind"] == "MISSING" or bool(assumed_in(finding)))


def _rests_on(finding: Finding, taken: str) -> bool:
    return taken in (assumed_in(finding) or (taken,))


def _reworded(finding: Finding) -> Finding:
    """Nobody takes what is only taken as being in use."""
    return replace(finding, sentence=finding.sentence.replace(", which is being taken.", "."))


def marks(
    of: Consultation, components: Components, lists: Sequence[Sequence[int]], site: Site = NO_POLICY
) -> dict[int, dict[str, Any]]:
    """What each of the suggestions says of the others.

    Args:
        of: the consultation, of a patient or a case.
        components: of its snapshot.
        lists: numbers of the suggested medicines, and of those below the line; the first of each list are looked at.
        site: what the site decided.

    Returns:
        By medicine: ``alternatives``, each with ``reason`` (the rule that keeps both from being used, or ``same condition``),
        ``sentence``, the ``conditions`` that both are for, and the ``findings``; and ``usable_with``, each with its
        ``cautions``. A medicine is an alternative of another just when the other is one of it.
    """
    if of.record is None:
        return {}
    shown = [medicine for listed in lists for medicine in listed[: min(MARKED, of.request.top)]]
    pairs = pair_findings(of.snapshot, components, of.record, shown, of.request.as_of, site)
    meant = {medicine: frozenset(found) for medicine, found in purposes(of, shown).items()}
    marked: dict[int, dict[str, Any]] = {medicine: {"alternatives": [], "usable_with": []} for medicine in shown}
    names = {medicine: node_payload(of.snapshot, medicine) for medicine in shown}
    for medicine, other in permutations(shown, 2):
        findings = between(pairs, medicine, other)
        both, barring = meant[medicine] & meant[other], tuple(filter(bars, findings))
        if barring or both in (meant[medicine], meant[other]):
            mark = {"medicine": names[other]} | _alternative(of, both, barring)
            marked[medicine]["alternatives"].append(mark)
        else:
            cautions = [f.payload(of.grounds) for f in findings if f.severity is Severity.CAUTION]
            marked[medicine]["usable_with"].append({"medicine": names[other], "cautions": cautions})
    return marked


def _alternative(of: Consultation, both: frozenset[int], barring: Sequence[Finding]) -> dict[str, Any]:
    """Why one of two medicines is chosen, given what both are for and what keeps them from being used together."""
    shared = sorted(both)
    names = " and ".join(of.snapshot.name(condition) for condition in shared)
    return {
        "reason": barring[0].proof.rule if barring else "same condition",
        "sentence": barring[0].sentence if barring else f"Both are for {names}: choose one.",
        "conditions": [node_payload(of.snapshot, condition) for condition in shared],
        "findings": [f.payload(of.grounds) for f in barring],
    }


def between(pairs: Pairs, medicine: int, other: int) -> tuple[Finding, ...]:
    """What is found between two medicines, the most severe first: of each rule what it says of the first one.

    Where a rule says more of the second, that counts: what follows is the same whichever is named first.
    """
    if (medicine, other) not in pairs and (other, medicine) not in pairs:
        return ()
    found: dict[str, tuple[Finding, ...]] = {}
    for key in ((other, medicine), (medicine, other)):
        by_rule: dict[str, tuple[Finding, ...]] = {}
        for finding in pairs.get(key, ()):
            by_rule[finding.proof.rule] = (*by_rule.get(finding.proof.rule, ()), finding)
        for rule, findings in by_rule.items():
            if rule not in found or findings[0].severity.rank < found[rule][0].severity.rank:
                found[rule] = findings
    return tuple(sorted((f for group in found.values() for f in group), key=lambda f: f.severity.rank))
