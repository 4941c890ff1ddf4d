"""History: a medicine that was stopped because it harmed or did not help is not simply tried again.

It counts for every medicine that shares an ingredient with it, so that a combination is seen through. What is being taken now
is a matter of duplicate therapy.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from graph.elements import Edge, EdgeKind, NodeKind
from graph.snapshot import Snapshot
from recommender.record import Fact, PatientRecord
from recommender.safety.finding import Finding, Need, Proof, Screening, Severity, fact_payload


@dataclass(frozen=True, slots=True)
class _Verdict:
    """What follows from how a therapy ended.

    Attributes:
        severity: how much it weighs.
        words: what happened.
    """

    severity: Severity
    words: str


VERDICTS: Mapping[str, _Verdict] = {
    "side effect": _Verdict(Severity.SIGN_OFF, "was stopped for a side effect"),
    "worse": _Verdict(Severity.CAUTION, "was stopped because it made things worse"),
    "unchanged": _Verdict(Severity.CAUTION, "was stopped because it did not help"),
    "stopped": _Verdict(Severity.NOTE, "was stopped"),
}
"""By the outcome of a therapy that has ended. Other outcomes speak for a medicine, or say nothing."""


class HistoryRule:
    """See the module."""

    name = "history"
    needs: tuple[tuple[Need, ...], ...] = (((EdgeKind.HAS_INGREDIENT, NodeKind.MEDICINE, NodeKind.INGREDIENT),),)

    def concerns(self, record: PatientRecord) -> bool:
        """Whether any therapy on file ended in a way that counts."""
        return bool(_ended(record))

    def findings(self, screening: Screening) -> list[Finding]:
        """Every finding about the candidates, one for each: the most severe, then the latest."""
        found: dict[int, Finding] = {}
        for fact in _ended(screening.record):
            inside = dict(screening.components.ingredients(fact.node))
            for medicine in screening.candidates:
                finding = _same(screening, fact, medicine, inside)
                if finding and (medicine not in found or finding.severity.rank < found[medicine].severity.rank):
                    found[medicine] = finding
        return list(found.values())


def _ended(record: PatientRecord) -> list[Fact]:
    """Therapies that ended in a way that counts, the latest first."""
    facts = [f for f in record.of(EdgeKind.TAKES, active=False) if not f.active and f.properties.get("outcome") in VERDICTS]
    return sorted(facts, key=lambda f: str(f.properties.get("stop", "")), reverse=True)


def _same(screening: Screening, fact: Fact, medicine: int, inside: Mapping[int, Edge]) -> Finding | None:
    """A finding when the medicine is the one that was stopped, or shares an ingredient with it."""
    snapshot = screening.snapshot
    if medicine == fact.node:
        return _finding(snapshot, fact, (medicine,), (), snapshot.name(medicine))
    for ingredient, edge in screening.components.ingredients(medicine):
        if ingredient in inside:
            shared = f"{snapshot.name(medicine)} contains {snapshot.name(ingredient)} like {snapshot.name(fact.node)}, which"
            return _finding(snapshot, fact, (fact.node, ingredient, medicine), (inside[ingredient], edge), shared)
    return None


def _finding(snapshot: Snapshot, fact: Fact, nodes: tuple[int, ...], edges: tuple[Edge, ...], subject: str) -> Finding:
    verdict, past = VERDICTS[str(fact.properties["outcome"])], snapshot.name(fact.node)
    conclusion = f"{subject} {verdict.words}"
    stopped = f" ({fact.properties['stop']})" if fact.properties.get("stop") else ""
    proof = Proof("history", fact_payload(snapshot, fact), nodes, edges, conclusion)
    confirm = f"that the side effect of {past} was mild, or had another cause"
    return Finding(
        nodes[-1],
        verdict.severity,
        f"{conclusion}{stopped}.",
        proof,
        confirm=confirm if verdict.severity is Severity.SIGN_OFF else "",
    )
