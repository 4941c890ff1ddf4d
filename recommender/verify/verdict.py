"""What comes of verifying a proof: one check for everything that it claims, each with a reason in words."""

from dataclasses import dataclass
from typing import Any


class NotProvedError(Exception):
    """Something that a proof claims does not hold; the message says what."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at.

    Attributes:
        what: what was checked.
        ok: whether it holds.
        reason: what was found.
    """

    what: str
    ok: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a proof is valid.

    Attributes:
        rule: the rule that the proof is of, as it says itself.
        medicine: name of the medicine that it speaks against.
        severity: what it says follows.
        checks: in the order in which they were made; a proof whose form is broken is not looked at further.
        assumes: names of medicines that the proof assumes to be taken; of what is on file it says nothing then.
    """

    rule: str
    medicine: str
    severity: str
    checks: tuple[Check, ...]
    assumes: tuple[str, ...] = ()

    @property
    def valid(self) -> bool:
        """Whether every check held."""
        return all(check.ok for check in self.checks)

    def payload(self) -> dict[str, Any]:
        """As JSON can hold it."""
        return {
            "valid": self.valid,
            "rule": self.rule,
            "medicine": self.medicine,
            "severity": self.severity,
            "assumes": list(self.assumes),
            "checks": [{"what": c.what, "ok": c.ok, "reason": c.reason} for c in self.checks],
        }
