"""Runs every rule over the candidates and says for each medicine what was found.

Safety comes before ranking and fails closed: a rule that raises, or whose reference data the graph lacks although there is
something on file to check, excludes every candidate with that reason. An allergy or a current medicine that could not be
resolved makes the answer unscreened, and every suggestion carries a caution that says so.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from graph.snapshot import Snapshot
from recommender.record import PatientRecord
from recommender.safety.allergy import AllergyRule
from recommender.safety.components import Components
from recommender.safety.contraindication import ContraindicationRule
from recommender.safety.duplicate import DuplicateRule
from recommender.safety.finding import Finding, Proof, Rule, Screening, Severity, missing_payload
from recommender.safety.interaction import InteractionRule
from recommender.safety.limits import LimitRule
from recommender.safety.pharmacogenomics import PharmacogenomicsRule

VERSION = "1"
"""Version of the rules; part of an answer's id."""

RULES: tuple[Rule, ...] = (
    AllergyRule(),
    ContraindicationRule(),
    InteractionRule(),
    DuplicateRule(),
    LimitRule(),
    PharmacogenomicsRule(),
)

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Screened:
    """What the rules found.

    Attributes:
        complete: whether safety could be checked in full.
        findings: by medicine number, the most severe first.
    """

    complete: bool
    findings: dict[int, tuple[Finding, ...]]

    def excluded(self, medicine: int) -> bool:
        """Whether any finding excludes the medicine."""
        return any(f.severity is Severity.EXCLUDE for f in self.findings.get(medicine, ()))


def screen(
    snapshot: Snapshot,
    components: Components,
    record: PatientRecord,
    candidates: Sequence[int],
    rules: Sequence[Rule] = RULES,
) -> Screened:
    """Check candidates against everything that is on file.

    Args:
        snapshot: the reference data.
        components: of the same snapshot.
        record: the patient.
        candidates: numbers of medicines.
        rules: which rules; all of them.
    """
    screening = Screening(snapshot, record, components, tuple(sorted(candidates)))
    found: list[Finding] = [f for medicine in screening.candidates if (f := _unverified(snapshot, medicine))]
    for rule in rules:
        found.extend(_run(rule, screening))
    blocking = [u for u in record.unresolved if u.blocks_safety]
    for item in blocking:
        words = f"the {item.kind} given at {item.pointer} is not known, so safety could not be checked for it"
        proof = Proof("unresolved", {"kind": "UNRESOLVED", "pointer": item.pointer}, (), (), words)
        found.extend(Finding(m, Severity.CAUTION, f"{words[0].upper()}{words[1:]}.", proof) for m in screening.candidates)
    order = list(Severity)
    found.sort(key=lambda f: (f.medicine, order.index(f.severity), f.proof.rule, f.sentence))
    by_medicine: dict[int, list[Finding]] = {}
    for finding in found:
        by_medicine.setdefault(finding.medicine, []).append(finding)
    return Screened(not blocking, {medicine: tuple(items) for medicine, items in by_medicine.items()})


def _run(rule: Rule, screening: Screening) -> Sequence[Finding]:
    lacking = [key for key in rule.needs if screening.snapshot.relation(*key) is None]
    if len(lacking) == len(rule.needs):
        if not rule.concerns(screening.record):
            return ()
        return _closed(rule, screening, "the graph has no reference data for it")
    try:
        return rule.findings(screening)
    except Exception:  # whatever goes wrong inside a rule, its medicines are not let through
        _log.exception("safety rule %s failed", rule.name)
        return _closed(rule, screening, "the rule failed")


def _closed(rule: Rule, screening: Screening, reason: str) -> list[Finding]:
    words = f"{rule.name} could not be checked: {reason}"
    proof = Proof(rule.name, missing_payload(reason), (), (), words)
    return [Finding(m, Severity.EXCLUDE, f"{words[0].upper()}{words[1:]}.", proof) for m in screening.candidates]


def _unverified(snapshot: Snapshot, medicine: int) -> Finding | None:
    """A medicine that only a foreign table named has no reference data at all."""
    if snapshot.properties(medicine).get("verified", True):
        return None
    words = f"{snapshot.name(medicine)} is not verified: nothing is known about its safety"
    proof = Proof("unverified", missing_payload("reference data"), (medicine,), (), words)
    return Finding(medicine, Severity.EXCLUDE, f"{words}.", proof)
