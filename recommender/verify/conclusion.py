"""What a rule gives for the facts and the chain of a proof."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from recommender.verify.person import OnFile


@dataclass(frozen=True, slots=True)
class Further:
    """A further fact that a conclusion rests on.

    Attributes:
        kind: the kind of edge at the patient, or AGE or ROUTES.
        fact: what is on file; None for what is no edge at the patient.
        more: what else the proof shows of it.
    """

    kind: str
    fact: OnFile | None = None
    more: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Conclusion:
    """What a rule gives for the facts and the chain of a proof.

    Attributes:
        severity: what follows.
        words: the conclusion as a sentence without its full stop.
        reckoned: what the rule worked out of the fact, by the names that the proof shows it under.
        further: the further facts that it may rest on; several ways where each of them is enough.
    """

    severity: str
    words: str
    reckoned: Mapping[str, Any] = field(default_factory=dict)
    further: Sequence[Sequence[Further]] = ((),)
