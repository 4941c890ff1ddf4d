"""Everything that was worked out for one request before it becomes an answer: what every question about it starts from."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from graph.elements import NodeKind
from graph.snapshot import Snapshot
from recommender.engine import Engine
from recommender.evidence import Evidence
from recommender.explain import DIRECT_CODES
from recommender.outlook import NOTHING, Outlook
from recommender.record import PatientRecord
from recommender.request import Request
from recommender.safety.finding import Finding, Grounds
from recommender.safety.screen import Screened
from recommender.scoring import Scores

PREDICTIONS = -1
"""Stands for all predictions where facts take turns."""


@dataclass(frozen=True)
class Consultation:
    """A request with its evidence, scores, safety and ranks.

    Attributes:
        request: what was asked.
        snapshot: the knowledge.
        engine: what walked.
        record: what is on file; None for a request of bare nodes.
        evidence: what the walk started from.
        scores: of all medicines.
        screened: what the safety rules found about every medicine that anything speaks for; None without a record.
        outlook: what predictors say, weighed; safety does not look at it.
    """

    request: Request
    snapshot: Snapshot
    engine: Engine
    record: PatientRecord | None
    evidence: tuple[Evidence, ...]
    scores: Scores
    screened: Screened | None
    outlook: Outlook = NOTHING

    @cached_property
    def established(self) -> tuple[int, ...]:
        """Medicines that a known treatment edge leads to, by rank, before safety."""
        return self._ranked(self.scores.support)

    @cached_property
    def exploratory(self) -> tuple[int, ...]:
        """Medicines that the walk alone leads to, by rank, before safety."""
        return self._ranked(walked_to(self.scores, self.snapshot, self.engine.scorer.intercept))

    @cached_property
    def free(self) -> tuple[int, ...]:
        """Established medicines that may be suggested, by rank."""
        return tuple(m for m in self.established if not self.excluded(m) and not self.waits(m))

    @cached_property
    def suggested(self) -> tuple[int, ...]:
        """The established medicines that the answer suggests, by rank."""
        return tuple(share_out(self.free, self.evidence, self.scores, self.request.top))

    @cached_property
    def waiting(self) -> tuple[int, ...]:
        """Established medicines that need a sign-off first, by rank."""
        return tuple(m for m in self.established if not self.excluded(m) and self.waits(m))

    @cached_property
    def walked(self) -> tuple[int, ...]:
        """Exploratory medicines that are not excluded, by rank; those that need a sign-off behind the others."""
        safe = [m for m in self.exploratory if not self.excluded(m)]
        return tuple(sorted(safe, key=self.waits))

    @property
    def grounds(self) -> Grounds:
        """What its proofs rest on."""
        return Grounds(self.snapshot, self.record.patient if self.record else None, self.request.as_of)

    def findings(self, medicine: int) -> tuple[Finding, ...]:
        """What the safety rules found about a medicine, the most severe first."""
        return self.screened.findings.get(medicine, ()) if self.screened else ()

    def excluded(self, medicine: int) -> bool:
        """Whether safety excludes a medicine."""
        return self.screened is not None and self.screened.excluded(medicine)

    def waits(self, medicine: int) -> bool:
        """Whether a medicine needs a sign-off."""
        return self.screened is not None and self.screened.needs_sign_off(medicine)

    def score(self, medicine: int) -> float:
        """The score of a medicine."""
        return float(self.scores.total[medicine - self._first])

    def amounts(self, medicines: Sequence[int]) -> dict[str, list[float]]:
        """What each metapath, and direct support by its code, adds to the score of each of some medicines.

        With the intercept they add up to the scores.
        """
        found: dict[str, list[float]] = {}
        for i, medicine in enumerate(medicines):
            for metapath, features in self.scores.features.items():
                amount = metapath.weight * float(features[medicine - self._first])
                found.setdefault(metapath.code, [0.0] * len(medicines))[i] += amount
            for support in self.scores.support.get(medicine, ()):
                code = DIRECT_CODES[support.edges[0].kind]
                found.setdefault(code, [0.0] * len(medicines))[i] += support.amount
        return {code: amounts for code, amounts in found.items() if any(amounts)}

    @property
    def weights(self) -> dict[int, float]:
        """The evidence as weights by node number."""
        return {e.node: e.weight for e in self.evidence}

    @property
    def _first(self) -> int:
        return self.snapshot.numbers(NodeKind.MEDICINE).start

    def _ranked(self, medicines: Iterable[int]) -> tuple[int, ...]:
        return tuple(sorted(medicines, key=lambda m: (-self.score(m), m)))


def walked_to(scores: Scores, snapshot: Snapshot, intercept: float) -> list[int]:
    """Medicines that the walk alone speaks for, ascending."""
    found = (scores.total > intercept).nonzero()[0] + snapshot.numbers(NodeKind.MEDICINE).start
    return [m for m in found.tolist() if m not in scores.support]


def share_out(ranked: Sequence[int], evidence: Sequence[Evidence], scores: Scores, top: int) -> list[int]:
    """Choose the suggestions so that no condition on file takes the whole list.

    Each medicine belongs to the fact on file that supports it most; facts take turns, each with its best medicine that is left,
    in the order of those medicines' ranks. All predictions together are one fact. Of one fact, or of no direct
    support at all, simply the best are chosen.

    Returns:
        At most ``top`` of ``ranked``, in the order of ``ranked``.
    """
    facts = {e.node: PREDICTIONS if e.foreseen else e.via[0] for e in evidence}
    turns: dict[int | None, int] = {}
    order = []
    for place, medicine in enumerate(ranked):
        support = scores.support.get(medicine, ())
        fact = facts[max(support, key=lambda s: s.amount).start] if support else None
        turns[fact] = turns.get(fact, 0) + 1
        order.append((fact is None, turns[fact], place))
    return [ranked[place] for place in sorted(place for *_, place in sorted(order)[:top])]
