"""What the medicines of a list do to each other, without any patient: asked of the safety rules themselves.

Each pair is judged as if the one were being taken and the other were to be given. What several medicines add up to is judged
of the whole list. A name that is not known is said, because nothing could be checked for it.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import combinations
from typing import Any

from graph.elements import EdgeKind, NodeId
from recommender.answer import NOTICE
from recommender.case import read_case
from recommender.payload import medicine_payload, node_payload
from recommender.record import PatientRecord
from recommender.safety.additive import AdditiveRule
from recommender.safety.finding import VERSION, Finding, Grounds
from recommender.safety.screen import screen
from recommender.service import Recommender
from recommender.sets.pairs import between, pair_findings, with_assumed

NOBODY = PatientRecord(None, None, None, None, None, ())
THREE = 3


def interactions(names: Sequence[str], recommender: Recommender, as_of: date) -> dict[str, Any]:
    """What some medicines do to each other.

    Args:
        names: of the medicines: names, synonyms, codes or ids.
        recommender: whose knowledge and site are asked.
        as_of: the day of the answer.

    Raises:
        CaseError: for a name that is no text of 1 to 500 characters.
    """
    snapshot = recommender.snapshot
    given = read_case({"medicines": list(names)}, snapshot, as_of)
    where: dict[int, list[str]] = {}
    for fact in given.of(EdgeKind.TAKES):
        where.setdefault(fact.node, []).append(fact.record)
    medicines, grounds = list(where), Grounds(snapshot, None, as_of)
    unverified = [m for m in medicines if not snapshot.properties(m).get("verified", True)]
    return {
        "medicines": [{"pointer": p, "medicine": medicine_payload(snapshot, m)} for m, ps in where.items() for p in ps],
        "repeated": [
            {"medicine": node_payload(snapshot, m), "pointers": pointers} for m, pointers in where.items() if len(pointers) > 1
        ],
        "pairs": _pairs(recommender, medicines, grounds),
        "together": [_added(finding, grounds) for finding in _added_up(recommender, medicines, as_of)],
        "unresolved": [item.payload() for item in given.unresolved],
        "complete": not given.unresolved and not unverified,
        "snapshot": snapshot.checksum,
        "rules": VERSION,
        "notice": NOTICE,
    }


def _pairs(recommender: Recommender, medicines: Sequence[int], grounds: Grounds) -> list[dict[str, Any]]:
    snapshot = recommender.snapshot
    pairs = pair_findings(snapshot, recommender.components, NOBODY, medicines, grounds.as_of, recommender.site)
    found = []
    for one, other in combinations(medicines, 2):
        if findings := between(pairs, one, other):
            nodes = [node_payload(snapshot, m) for m in (one, other)]
            found.append((findings[0].severity.rank, {"medicines": nodes, "findings": [f.payload(grounds) for f in findings]}))
    return [shown for _, shown in sorted(found, key=lambda row: row[0])]


def _added_up(recommender: Recommender, medicines: Sequence[int], as_of: date) -> Iterator[Finding]:
    """For each effect one finding over all medicines of the list that add to it, where they are three or more."""
    snapshot, components = recommender.snapshot, recommender.components
    best: dict[NodeId, Finding] = {}
    for medicine in medicines:
        others = with_assumed(NOBODY, [m for m in medicines if m != medicine])
        screened = screen(snapshot, components, others, [medicine], as_of, (AdditiveRule(),))
        for finding in screened.findings.get(medicine, ()):
            effect = _effect(finding)
            if effect is not None and len(_sharing(finding)) + 1 >= THREE:
                best.setdefault(effect, finding)
    yield from sorted(best.values(), key=lambda f: f.severity.rank)


def _effect(finding: Finding) -> NodeId | None:
    """What the edges of the proof add to; None for a rule that could not be checked."""
    ends = [edge.end for edge in finding.proof.edges if edge.kind is EdgeKind.ADDS_TO]
    return ends[0] if ends else None


def _sharing(finding: Finding) -> list[dict[str, Any]]:
    """The medicines that a sum is made of, beside the one that it was found of."""
    proof = finding.proof
    return [fact["node"] for fact in (proof.fact, *proof.also) if "node" in fact]


def _added(finding: Finding, grounds: Grounds) -> dict[str, Any]:
    own = node_payload(grounds.snapshot, finding.medicine)
    return {**finding.payload(grounds), "medicines": [*_sharing(finding), own]}
