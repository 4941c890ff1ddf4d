"""A set of medicines for several conditions on file, to be used together: safe with one another and with current therapy.

It is chosen, as :mod:`recommender.sets.set_choice` says, among the medicines that may be suggested without a sign-off; a greedy
set stands beside it. What is resolved needs no medicine and is no condition here.
"""

from typing import Any

from graph.elements import EdgeKind, NodeKind
from recommender.consultation import Consultation
from recommender.payload import medicine_payload, node_payload
from recommender.record import PatientRecord
from recommender.safety.budget import share
from recommender.safety.components import Components
from recommender.safety.finding import Severity
from recommender.safety.site import NO_POLICY, Site
from recommender.sets.joint_safety import UNIT, JointSafety
from recommender.sets.purposes import conditions, purposes
from recommender.sets.set_choice import Chosen, choose_greedily
from recommender.sets.set_program import choose

OBJECTIVE = (
    "Of all sets of suggested medicines that the safety rules let be used together and with current therapy, and none of which "
    "treats only what another one treats, too: first the most conditions on file covered, each by one medicine; then the "
    "largest value, which is the direct support of each condition's medicine, summed, less {penalty:g} for each caution "
    "between the medicines; then the smallest sum of the ranks of the conditions' medicines."
)


def together(of: Consultation, components: Components, site: Site = NO_POLICY) -> dict[str, Any] | None:
    """A jointly safe set for the conditions on file.

    Args:
        of: the consultation.
        components: of its snapshot.
        site: what the site decided.

    Returns:
        ``objective`` in words, its ``penalty``, the ``conditions`` on file with what is ``in_use`` for them, the ``chosen`` set
        (``exact`` when it is proved that there is no better one), the ``greedy`` one beside it, and the ``gap`` between the
        two. Each set has its ``medicines`` with what each ``covers``, what is ``uncovered`` and why, the ``cautions`` between
        its medicines, and the ``alerts`` that they share. None without a patient.
    """
    if of.record is None:
        return None
    task = _Task(of, of.record, components, site)
    greedy, chosen = choose_greedily(task.choices, task.safety.unsafe), choose(task.choices, task.safety.unsafe)
    penalty = task.choices.penalty / UNIT
    gap = {"conditions": len(chosen.cover) - len(greedy.cover), "value": (chosen.value - greedy.value) / UNIT}
    return {
        "objective": OBJECTIVE.format(penalty=penalty),
        "penalty": penalty,
        "conditions": task.conditions(),
        "chosen": task.payload(chosen),
        "greedy": task.payload(greedy),
        "gap": gap,
    }


class _Task:
    """One choice of a set, and how it stands in an answer."""

    def __init__(self, of: Consultation, record: PatientRecord, components: Components, site: Site) -> None:
        self._of, self._record = of, record
        self._treats = purposes(of, of.scores.support, active=True)
        free = [medicine for medicine in of.free if medicine in self._treats]
        self.safety = JointSafety(of, record, components, site, free)
        self.choices = self.safety.choices(self._treats)

    def conditions(self) -> list[dict[str, Any]]:
        """The conditions to be covered, each with the medicines that are in use for it and how many may be chosen."""
        snapshot = self._of.snapshot
        taken = dict.fromkeys(fact.node for fact in self._record.of(EdgeKind.TAKES))
        return [
            {
                "condition": node_payload(snapshot, condition),
                "in_use": [node_payload(snapshot, m) for m in taken if condition in self._treats.get(m, ())],
                "candidates": sum(condition in treated for treated in self.choices.support.values()),
            }
            for condition in conditions(self._of, active=True)
        ]

    def payload(self, chosen: Chosen) -> dict[str, Any]:
        """A set."""
        of = self._of
        medicines = sorted(chosen.medicines, key=self.choices.ranks.__getitem__)
        alerts, left = share([of.findings(m) for m in medicines])
        return {
            "exact": chosen.exact,
            "covered": len(chosen.cover),
            "value": chosen.value / UNIT,
            "medicines": [
                self._medicine(medicine, chosen) | {"cautions": [f.payload(of.grounds) for f in own]}
                for medicine, own in zip(medicines, left, strict=True)
            ],
            "uncovered": [
                {"condition": node_payload(of.snapshot, condition)} | self._why(condition, chosen.medicines)
                for condition in conditions(of, active=True)
                if condition not in chosen.cover
            ],
            "cautions": self._cautions(chosen.medicines),
            "alerts": [alert.payload(of.snapshot, of.grounds) for alert in alerts],
        }

    def _medicine(self, medicine: int, chosen: Chosen) -> dict[str, Any]:
        of, support = self._of, self.choices.support[medicine]
        return {
            "medicine": medicine_payload(of.snapshot, medicine),
            "rank": of.free.index(medicine) + 1,
            "score": of.score(medicine),
            "covers": [
                {"condition": node_payload(of.snapshot, condition), "support": support[condition] / UNIT}
                for condition, covering in sorted(chosen.cover.items())
                if covering == medicine
            ],
        }

    def _cautions(self, medicines: frozenset[int]) -> list[dict[str, Any]]:
        """The cautions between medicines of a set, each said once."""
        snapshot = self._of.snapshot
        said: dict[object, dict[str, Any]] = {}
        for finding in self.safety.findings(medicines):
            if finding.severity is Severity.CAUTION:
                involved = sorted(self.safety.involved(finding, medicines))
                effects = tuple(n for n in finding.proof.nodes if snapshot.kind(n) is NodeKind.SIDE_EFFECT)
                shown = {"medicines": [node_payload(snapshot, m) for m in involved]} | finding.payload(self._of.grounds)
                said.setdefault((finding.proof.rule, *involved, effects), shown)
        return list(said.values())

    def _why(self, condition: int, medicines: frozenset[int]) -> dict[str, Any]:
        """Why a condition is covered by none of a set."""
        of = self._of
        known = [medicine for medicine, treated in self._treats.items() if condition in treated]
        free = [medicine for medicine in self.choices.support if condition in self._treats[medicine]]
        if not free:
            excluded = sum(map(of.excluded, known))
            counts = {"ruled out": excluded, "in need of a sign-off": len(known) - excluded}
            told = " and ".join(f"{number} {word}" for word, number in counts.items() if number)
            words = f"None of the medicines for it may be chosen: {told}." if told else "No medicine is known for this."
            return {"sentence": words, "findings": []}
        finding = self.safety.barring(free[0], medicines)
        reason = f": {finding.sentence}" if finding else "."
        more = f" Nor can any of the {len(free) - 1} others for it." if len(free) > 1 else ""
        words = f"{of.snapshot.name(free[0])} cannot be added to the set{reason}{more}"
        return {"sentence": words, "findings": [finding.payload(of.grounds)] if finding else []}
