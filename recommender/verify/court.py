"""Verifies one proof: its form and hash, its nodes and edges in the store as it is now, its facts, and what its rule gives."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any

from graph.config import PROJECT
from graph.elements import Edge
from graph.store import GraphStore
from recommender.verify import (
    additive,
    allergy,
    contraindication,
    genes,
    interaction,
    limits,
    supply,
    therapy,
)
from recommender.verify.canonical import digest
from recommender.verify.case_reading import read_case
from recommender.verify.conclusion import Conclusion, Further
from recommender.verify.knowledge import Knowledge
from recommender.verify.person import Person, assuming, plain, read_patient
from recommender.verify.proof import ON_FILE, SEVERITIES, EdgeClaim, FactClaim, NodeClaim, Proof, read_proof
from recommender.verify.trial import Trial, same_fact, same_values
from recommender.verify.verdict import Check, NotProvedError, Verdict

RULES: Mapping[str, Callable[[Trial], Conclusion]] = {
    "additive": additive.conclude,
    "allergy": allergy.conclude,
    "contraindication": contraindication.conclude,
    "duplicate": therapy.conclude_duplicate,
    "formulary": supply.conclude_formulary,
    "history": therapy.conclude_history,
    "interaction": interaction.conclude,
    **{f"limit:{kind}": limits.conclude for kind in limits.JUDGES},
    "pharmacogenomics": genes.conclude,
    "supply": supply.conclude_routes,
    "unresolved": supply.conclude_unresolved,
    "unverified": supply.conclude_unverified,
}
"""The checker of each rule, by the word that proofs name it with."""
PATH_QUERY = PROJECT / "cypher" / "answer" / "path.cypher"
HEADER_LINES = 3


class Court:
    """Verifies proofs against one store, which it reads once.

    Args:
        store: the graph as it is now, with its patients.
        case: the case that proofs of no patient are about.
    """

    def __init__(self, store: GraphStore, case: Mapping[str, Any] | None = None) -> None:
        self._knowledge = Knowledge(store)
        self._case = case
        self._person = cache(self._read_person)

    def verify(self, document: Any) -> Verdict:  # whatever JSON holds
        """Check everything that a proof claims."""
        try:
            proof = read_proof(document)
        except NotProvedError as wrong:
            return Verdict(_text(document, "rule"), _text(document, "medicine"), "", (Check("form", False, str(wrong)),))
        checks = [Check("form", True, "every field is there, and none beside"), *self._checks(proof, document)]
        return Verdict(proof.rule, proof.medicine.name, proof.severity, tuple(checks), proof.assumes)

    def _checks(self, proof: Proof, document: Mapping[str, Any]) -> Iterator[Check]:
        yield _check("hash", "it is that of everything that the proof says", lambda: _check_hash(proof, document))
        for node in dict.fromkeys((proof.medicine, *proof.nodes, *(f.node for f in (proof.fact, *proof.also) if f.node))):
            yield self._check_node(node)
        for edge in proof.edges:
            yield self._check_edge(proof, edge)
        yield _check("cypher", "it shows this chain", lambda: _check_cypher(proof))
        found: list[Person] = []
        whose = _check("whose", "what is on file can be read", lambda: found.append(self._person(proof.patient, proof.as_of)))
        if not found:
            yield whose
            return
        claims = [claim for claim in (proof.fact, *proof.also) if claim.kind in ON_FILE]
        for claim in claims:
            yield _check_fact(claim, found[0])
        person = assuming(found[0], [claim for claim in claims if claim.assumed])
        yield _check(f"rule {proof.rule}", "it gives this severity and conclusion", lambda: self._check_rule(proof, person))

    def _check_node(self, claim: NodeClaim) -> Check:
        what, node = f"node {claim.id}", self._knowledge.node(claim.id)
        if node is None:
            return Check(what, False, "the store has no such node")
        same = (str(node.kind), node.name) == (claim.kind, claim.name)
        return Check(what, same, "it stands in the store" if same else f"the store has a {node.kind} called {node.name}")

    def _check_edge(self, proof: Proof, claim: EdgeClaim) -> Check:
        names = {node.id: node.name for node in proof.nodes}
        what = f"edge {names.get(claim.start, claim.start)} {claim.kind} {names.get(claim.end, claim.end)}"
        found = [e for e in self._knowledge.edges(claim.start, claim.kind) if e.end == claim.end]
        if not found:
            return Check(what, False, "the store does not say so (any more)")
        own = [e for e in found if (e.provenance.source, e.record) == (claim.source, claim.record)]
        differing = [_differing(claim, edge) for edge in own]
        if not own or "" not in differing:
            why = f"its {differing[0]} is another now" if own else f"{claim.source} does not say so (any more)"
            return Check(what, False, why)
        return Check(what, True, f"{claim.source} says so in the store")

    def _read_person(self, patient: str | None, day: date) -> Person:
        if patient is not None:
            return read_patient(self._knowledge, patient, day)
        if self._case is None:
            raise NotProvedError("the fact is of a case; give the case to have it checked")
        return read_case(self._knowledge, self._case, day)

    def _check_rule(self, proof: Proof, person: Person) -> None:
        trial = Trial(proof, self._knowledge, person)
        closed = proof.fact.kind == "MISSING" and proof.fact.more.get("what") in supply.REASONS
        judge = supply.conclude_unchecked if closed else RULES.get(proof.rule)
        if judge is None:
            raise NotProvedError("there is no such rule")
        given = judge(trial)
        severity = _raised(proof, given.severity)
        if severity != proof.severity:
            raise NotProvedError(f"what follows is {severity}, not {proof.severity}")
        if given.words != proof.conclusion:
            raise NotProvedError(f"what follows is in words: {given.words}")
        further = [claim for claim in proof.also if claim.kind != "SITE"]
        if not any(_same_further(further, way) for way in given.further):
            raise NotProvedError("the further facts are not those that it rests on")
        if proof.fact.kind in ON_FILE and not same_values(dict(proof.fact.more), dict(given.reckoned)):
            raise NotProvedError("something that was worked out of the fact comes out otherwise")


def _same_further(claims: Sequence[FactClaim], way: Sequence[Further]) -> bool:
    return len(claims) == len(way) and all(
        claim.kind == one.kind
        and same_values(dict(claim.more), dict(one.more))
        and (one.fact is None or same_fact(claim, one.fact))
        for claim, one in zip(claims, way, strict=True)
    )


def _raised(proof: Proof, severity: str) -> str:
    """What a site made of the rule's severity: it may raise it, never lower it."""
    for claim in proof.also:
        if claim.kind == "SITE":
            to = str(claim.more.get("to"))
            if dict(claim.more) != {"rule": proof.rule, "from": severity, "to": to} or to not in SEVERITIES:
                raise NotProvedError("what the site raised is not what the rule gives")
            if SEVERITIES.index(to) >= SEVERITIES.index(severity):
                raise NotProvedError("a site raises a severity, it never lowers one")
            severity = to
    return severity


def _check(what: str, reason: str, look: Callable[[], None]) -> Check:
    try:
        look()
    except NotProvedError as wrong:
        return Check(what, False, str(wrong))
    except (LookupError, ValueError, TypeError, ArithmeticError) as odd:
        # A forged proof may hold anything; what cannot even be read holds nothing.
        return Check(what, False, f"it cannot be read: {type(odd).__name__}")
    return Check(what, True, reason)


def _check_hash(proof: Proof, document: Mapping[str, Any]) -> None:
    if digest(document) != proof.hash:
        raise NotProvedError("something in the proof was changed since it was made")


def _check_cypher(proof: Proof) -> None:
    """What a reader is given to paste is the catalogue's own statement, with the chain as its parameters."""
    ids = list(dict.fromkeys(node.id for node in proof.nodes))
    edges = [[e.start, e.kind, e.end, e.source, e.record] for e in proof.edges]
    expected = {"statement": _path_statement(), "parameters": {"nodes": ids, "edges": edges}} if ids else None
    if proof.cypher != expected:
        raise NotProvedError("it shows something else than this chain")


@cache
def _path_statement() -> str:
    return PATH_QUERY.read_text(encoding="utf-8").split("\n", HEADER_LINES)[HEADER_LINES].strip()


def _differing(claim: EdgeClaim, edge: Edge) -> str:
    """What a stored edge says otherwise than the claim; empty when nothing."""
    stored = {
        "source_version": edge.provenance.source_version,
        "knowledge_level": str(edge.level),
        "evidence": edge.evidence,
        "known_since": edge.known_since or None,
        "properties": plain(edge.properties),
    }
    claimed = {name: getattr(claim, name) for name in stored} | {"properties": dict(claim.properties)}
    return next((name for name, value in stored.items() if not same_values(claimed[name], value)), "")


def _check_fact(claim: FactClaim, person: Person) -> Check:
    what = f"fact {claim.kind} {claim.node.name if claim.node else ''}"
    if claim.assumed:
        return Check(what, True, "it is not on file: the proof says what would follow if it were")
    there = [fact for fact in person.facts if (fact.kind, fact.record) == (claim.kind, claim.record)]
    if not there:
        return Check(what, False, "nothing of the kind is on file under that record")
    same = any(same_fact(claim, fact) for fact in there)
    return Check(what, same, "it is on file" if same else "something else is on file under that record")


def _text(document: Any, key: str) -> str:
    value = document.get(key) if isinstance(document, Mapping) else ""
    return str(value.get("name", "")) if isinstance(value, Mapping) else str(value)
