"""Runs every rule over the candidates and says for each medicine what was found.

Safety comes before ranking and fails closed: a rule that raises, or whose reference data the graph lacks although there is
something on file to check, excludes every candidate with that reason. An allergy or a current medicine that could not be
resolved, or that nobody verified, makes the answer unscreened, and every suggestion carries a caution that says so. What a
site decided comes last: it adds findings and makes them more severe, and takes none away.
"""

import logging
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from graph.elements import EdgeKind
from graph.snapshot import Snapshot
from recommender.record import PatientRecord
from recommender.safety.additive import AdditiveRule
from recommender.safety.allergy import AllergyRule
from recommender.safety.components import Components
from recommender.safety.contraindication import ContraindicationRule
from recommender.safety.duplicate import DuplicateRule
from recommender.safety.finding import Finding, Proof, Rule, Screening, Severity, fact_payload, missing_payload
from recommender.safety.history import HistoryRule
from recommender.safety.interaction import InteractionRule
from recommender.safety.limits import LimitRule
from recommender.safety.pharmacogenomics import PharmacogenomicsRule
from recommender.safety.site import NO_POLICY, Site
from recommender.safety.supply import SupplyRule

RULES: tuple[Rule, ...] = (
    AllergyRule(),
    ContraindicationRule(),
    InteractionRule(),
    AdditiveRule(),
    DuplicateRule(),
    HistoryRule(),
    LimitRule(),
    PharmacogenomicsRule(),
    SupplyRule(),
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
        return self._any(medicine, Severity.EXCLUDE)

    def needs_sign_off(self, medicine: int) -> bool:
        """Whether a clinician must confirm something before the medicine is given."""
        return self._any(medicine, Severity.SIGN_OFF)

    def _any(self, medicine: int, severity: Severity) -> bool:
        return any(f.severity is severity for f in self.findings.get(medicine, ()))


def screen(
    snapshot: Snapshot,
    components: Components,
    record: PatientRecord,
    candidates: Sequence[int],
    as_of: date,
    rules: Sequence[Rule] = RULES,
    site: Site = NO_POLICY,
) -> Screened:
    """Check candidates against everything that is on file.

    Args:
        snapshot: the reference data.
        components: of the same snapshot.
        record: the patient.
        candidates: numbers of medicines.
        as_of: the day of the answer.
        rules: which rules; all of them.
        site: what the site decided; nothing.
    """
    screening = Screening(snapshot, record, components, as_of, tuple(sorted(candidates)))
    found: list[Finding] = [f for medicine in screening.candidates if (f := _unverified(snapshot, medicine))]
    for rule in rules:
        found.extend(_run(rule, screening))
    unchecked = list(_unchecked(screening))
    for proof in unchecked:
        words = f"{proof.conclusion[0].upper()}{proof.conclusion[1:]}."
        found.extend(Finding(m, Severity.CAUTION, words, proof, proof.conclusion) for m in screening.candidates)
    found = [site.raised(f) for f in (*found, *site.unlisted(screening))]
    found.sort(key=lambda f: (f.medicine, f.severity.rank, f.proof.rule, f.sentence))
    by_medicine: dict[int, list[Finding]] = {}
    for finding in found:
        by_medicine.setdefault(finding.medicine, []).append(finding)
    return Screened(not unchecked, {medicine: tuple(items) for medicine, items in by_medicine.items()})


def _run(rule: Rule, screening: Screening) -> Sequence[Finding]:
    if not all(any(screening.snapshot.relation(*need) for need in group) for group in rule.needs):
        if not rule.concerns(screening.record):
            return ()
        return _closed(rule, screening, "the graph has no reference data for it")
    try:
        return rule.findings(screening)
    except Exception as error:  # whatever goes wrong inside a rule, its medicines are not let through
        # An error's message may repeat what is on file about the patient; where it arose does not.
        place = traceback.extract_tb(error.__traceback__)[-1]
        _log.error("safety rule %s failed: %s in %s:%s", rule.name, type(error).__name__, place.name, place.lineno)
        return _closed(rule, screening, "the rule failed")


def _closed(rule: Rule, screening: Screening, reason: str) -> list[Finding]:
    words = f"{rule.name} could not be checked: {reason}"
    proof = Proof(rule.name, missing_payload(reason), (), (), words)
    sentence = f"{words[0].upper()}{words[1:]}."
    return [Finding(m, Severity.EXCLUDE, sentence, proof, words) for m in screening.candidates]


def _unchecked(screening: Screening) -> Iterator[Proof]:
    """For each allergy and each medicine in use that nothing is known about: that safety could not be checked for it."""
    snapshot, record = screening.snapshot, screening.record
    for item in record.unresolved:
        if item.blocks_safety:
            words = f"the {item.kind} given at {item.pointer} is not known, so safety could not be checked for it"
            yield Proof("unresolved", {"kind": "UNRESOLVED", "pointer": item.pointer}, (), (), words)
    for fact in (*record.of(EdgeKind.ALLERGIC_TO), *record.of(EdgeKind.TAKES)):
        if not snapshot.properties(fact.node).get("verified", True):
            words = f"nothing is known about {snapshot.name(fact.node)}, so safety could not be checked for it"
            yield Proof("unresolved", fact_payload(snapshot, fact), (fact.node,), (), words)


def _unverified(snapshot: Snapshot, medicine: int) -> Finding | None:
    """A medicine that only a foreign table named has no reference data at all."""
    if snapshot.properties(medicine).get("verified", True):
        return None
    words = f"{snapshot.name(medicine)} is not verified: nothing is known about its safety"
    proof = Proof("unverified", missing_payload("reference data"), (medicine,), (), words)
    return Finding(medicine, Severity.EXCLUDE, f"{words}.", proof)
