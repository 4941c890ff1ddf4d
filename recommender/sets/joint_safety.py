"""What the safety rules say of medicines that are used together, and the choice that they leave.

Of a set they are asked about each of its medicines as if all others were being taken beside current therapy. An exclusion or a
need for a sign-off, be it of a pair or of a sum, makes the set unsafe; a caution makes it worse.
"""

from collections.abc import Mapping, Sequence
from itertools import count

from recommender.consultation import Consultation
from recommender.record import PatientRecord
from recommender.safety.additive import AdditiveRule, Effect, loads
from recommender.safety.components import Components
from recommender.safety.finding import Finding, Screening, Severity
from recommender.safety.screen import screen
from recommender.safety.site import Site
from recommender.sets.pairs import RULES, Pairs, assumed_in, bars, between, pair_findings, with_assumed
from recommender.sets.set_choice import Choices, Total

UNIT = 1000
"""Support is counted in thousandths."""
PENALTY = 5
"""A caution between medicines of a set takes off this part of the strongest direct support that there is."""


class JointSafety:
    """The safety rules, asked about the medicines of one consultation together.

    Args:
        of: the consultation.
        record: its patient.
        components: of its snapshot.
        site: what the site decided.
        medicines: numbers of those that may be used together, by rank.
    """

    def __init__(
        self, of: Consultation, record: PatientRecord, components: Components, site: Site, medicines: Sequence[int]
    ) -> None:
        self._of, self._record, self._components, self._site = of, record, components, site
        self._medicines = medicines
        self._pairs: Pairs = pair_findings(of.snapshot, components, record, medicines, of.request.as_of, site)

    def choices(self, treated: Mapping[int, Mapping[int, float]]) -> Choices:
        """What a set is chosen from.

        Args:
            treated: direct support of each medicine for each condition.
        """
        support = {m: {c: round(amount * UNIT) for c, amount in treated[m].items()} for m in self._medicines}
        barred = {frozenset(pair) for pair, findings in self._pairs.items() if any(map(bars, findings))}
        cautions = {
            frozenset(pair): n for pair in self._pairs if frozenset(pair) not in barred and (n := self._cautions(*pair))
        }
        best = max((amount for amounts in support.values() for amount in amounts.values()), default=0)
        apart = (*sorted(barred, key=sorted), *_redundant(support))
        return Choices(support, apart, cautions, self._totals(), max(best, 0) // PENALTY)

    def _cautions(self, medicine: int, other: int) -> int:
        """How many rules ask for care with two medicines; sums are counted over the whole set instead."""
        found = between(self._pairs, medicine, other)
        return len({f.proof.rule for f in found if f.severity is Severity.CAUTION} - {AdditiveRule.name})

    def _totals(self) -> tuple[Total, ...]:
        of, age = self._of, self._record.age
        screening = Screening(of.snapshot, self._record, self._components, of.request.as_of, tuple(sorted(self._medicines)))
        levels = Severity.CAUTION, Severity.SIGN_OFF
        return tuple(
            Total(load.points, load.current, *(_least(load.rule, level, age) for level in levels)) for load in loads(screening)
        )

    def findings(self, medicines: frozenset[int]) -> list[Finding]:
        """What the rules say of each medicine of a set because of the others, the medicines in the order of their numbers."""
        of, found = self._of, list[Finding]()
        for medicine in sorted(medicines) if len(medicines) > 1 else ():
            record = with_assumed(self._record, sorted(medicines - {medicine}))
            screened = screen(of.snapshot, self._components, record, [medicine], of.request.as_of, RULES, self._site)
            found += [f for f in screened.findings.get(medicine, ()) if assumed_in(f) or _is_unchecked(f)]
        return found

    def unsafe(self, medicines: frozenset[int]) -> frozenset[int]:
        """Medicines of a set that may not all be used together; none when the set is safe."""
        barring = next(filter(bars, self.findings(medicines)), None)
        return self.involved(barring, medicines) if barring else frozenset()

    def involved(self, finding: Finding, medicines: frozenset[int]) -> frozenset[int]:
        """The medicines of a set that a finding rests on; all of them when a rule could not be checked."""
        others = {self._of.snapshot.number(node) for node in assumed_in(finding)}
        return frozenset({finding.medicine, *(others or medicines)})

    def barring(self, medicine: int, medicines: frozenset[int]) -> Finding | None:
        """What keeps a medicine out of a set, if the rules do."""
        of_pairs = (f for other in sorted(medicines) for f in between(self._pairs, medicine, other) if bars(f))
        return next(of_pairs, None) or next(filter(bars, self.findings(medicines | {medicine})), None)


def _is_unchecked(finding: Finding) -> bool:
    return finding.proof.fact["kind"] == "MISSING" and finding.proof.rule in {rule.name for rule in RULES}


def _redundant(support: Mapping[int, Mapping[int, int]]) -> list[frozenset[int]]:
    """Groups of medicines of which one treats everything that any other of the group treats."""
    alike: dict[frozenset[int], list[int]] = {}
    for medicine, treated in support.items():
        alike.setdefault(frozenset(treated), []).append(medicine)
    groups = [frozenset(medicines) for medicines in alike.values() if len(medicines) > 1]
    return groups + [frozenset((*alike[a], *alike[b])) for a in alike for b in alike if a < b]


def _least(effect: Effect, severity: Severity, age: int | None) -> int:
    """The least sum of points from which an effect is at least so severe."""
    return next(n for n in count(1) if (found := effect.severity(n, age)) and found.rank <= severity.rank)
