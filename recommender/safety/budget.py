"""Alerts are budgeted: what several suggestions share is said once, above them, and not again with each.

A caution that stands under every medicine is read under none. A finding is shared when it says the same ``about`` of at least
two medicines of a list; its proofs stay those of the medicines, one each.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from graph.snapshot import Snapshot
from recommender.payload import node_payload
from recommender.safety.finding import Finding, Grounds, Severity, proof_payload

LEAST = 2
"""How many medicines of a list share what is said once."""


@dataclass(frozen=True, slots=True)
class Alert:
    """One thing that is said once for several medicines.

    Attributes:
        findings: one for each of them, all of one rule, severity and ``about``.
    """

    findings: tuple[Finding, ...]

    def payload(self, snapshot: Snapshot, grounds: Grounds) -> dict[str, Any]:
        """As it stands in an answer: with the proof of each medicine."""
        first = self.findings[0]
        return {
            "rule": first.proof.rule,
            "severity": str(first.severity),
            "sentence": f"{first.about[0].upper()}{first.about[1:]}.",
            "confirm": first.confirm or None,
            "medicines": [node_payload(snapshot, f.medicine) for f in self.findings],
            "proofs": [proof_payload(f, grounds) for f in self.findings],
        }


def share(listed: Sequence[Sequence[Finding]]) -> tuple[list[Alert], list[tuple[Finding, ...]]]:
    """Take what is shared out of the findings of a list.

    Args:
        listed: the findings of each suggestion that do not exclude it.

    Returns:
        (the alerts, the most severe first; what is left of each suggestion's findings, in the same order).
    """
    groups: dict[tuple[str, Severity, str], list[Finding]] = {}
    for findings in listed:
        for finding in findings:
            if finding.about:
                groups.setdefault((finding.proof.rule, finding.severity, finding.about), []).append(finding)
    shared = {key: found for key, found in groups.items() if len({f.medicine for f in found}) >= LEAST}
    alerts = [
        Alert(tuple(found)) for _, found in sorted(shared.items(), key=lambda item: (item[0][1].rank, item[0][0], item[0][2]))
    ]
    left = [tuple(f for f in findings if (f.proof.rule, f.severity, f.about) not in shared) for findings in listed]
    return alerts, left
