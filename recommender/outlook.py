"""Everything that predictors say of one patient, in the form in which it enters an answer: evidence, care, and moved support.

The port through which it comes is :class:`Foresight`; the recommender knows no predictor. What entered an answer is kept with
it, so that the answer can be computed again when the predictors have long been fitted anew.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Protocol

from graph.snapshot import Snapshot
from recommender.config import ScoringConfig
from recommender.foreseen import Foreseen, foreseen_of
from recommender.outcomes import BOUND, Shift
from recommender.record import PatientRecord

Shifts = Mapping[tuple[int, int], Shift]
"""What outcomes add to direct support, by numbers of condition and medicine."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A predictor that was fitted and cannot be asked.

    Attributes:
        predictor: its name.
        reason: why, in words that name no place of this machine.
    """

    predictor: str
    reason: str

    def payload(self) -> dict[str, str]:
        """As it stands in an answer."""
        return {"predictor": self.predictor, "reason": self.reason}


@dataclass(frozen=True, slots=True)
class Outlook:
    """What predictors say of one patient.

    Attributes:
        conditions: that may be there; the walk starts from them.
        groups: of patients that one is like; the walk starts from them.
        care: conditions that care actions are shown for, and nothing else.
        shifts: what outcomes of people like this one add to known treatments; they take the place of those of all people.
        outcome_bundle: tag of the bundle that the shifts came from; empty without any.
        refused: predictors that say nothing because their bundle may not serve.
    """

    conditions: tuple[Foreseen, ...] = ()
    groups: tuple[Foreseen, ...] = ()
    care: tuple[Foreseen, ...] = ()
    shifts: Shifts = field(default_factory=dict)
    outcome_bundle: str = ""
    refused: tuple[Refused, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.conditions or self.groups or self.care or self.shifts or self.refused)

    def weighed(self, config: ScoringConfig) -> "Outlook":
        """With the weights that a configuration gives, and without what it leaves out."""
        conditions = tuple(
            replace(item, weight=config.predicted * item.probability)
            for item in self.conditions
            if config.predicted > 0 and item.probability >= config.predicted_floor
        )
        groups = tuple(
            replace(item, weight=config.group * item.probability)
            for item in self.groups
            if config.group > 0 and item.probability > 0
        )
        care = tuple(replace(item, weight=item.probability) for item in self.care if item.probability >= config.predicted_floor)
        shifts = {pair: _part(shift, config.personal) for pair, shift in self.shifts.items() if config.personal > 0}
        return Outlook(conditions, groups, care, shifts, self.outcome_bundle if shifts else "", self.refused)

    @property
    def bundles(self) -> list[dict[str, str]]:
        """Every predictor that said something, with the bundle that it said it with."""
        named = {(item.predictor, item.bundle) for item in (*self.conditions, *self.groups, *self.care)}
        named |= {("outcome", self.outcome_bundle)} if self.shifts else set()
        return [{"predictor": name, "bundle": tag} for name, tag in sorted(named)]

    def kept(self, snapshot: Snapshot) -> dict[str, Any]:
        """Everything, for the log of answers, nodes by their ids: what :func:`outlook_of` reads again."""
        return {
            "conditions": [item.kept(snapshot) for item in self.conditions],
            "groups": [item.kept(snapshot) for item in self.groups],
            "care": [item.kept(snapshot) for item in self.care],
            "shifts": [
                [snapshot.id(condition), snapshot.id(medicine), s.value, s.people, s.good, s.low, s.high]
                for (condition, medicine), s in sorted(self.shifts.items())
            ],
            "outcome_bundle": self.outcome_bundle,
            "refused": [item.payload() for item in self.refused],
        }

    def payload(self) -> dict[str, Any]:
        """As it stands in an answer: who said something, and who could not; nothing where no predictor was fitted."""
        named: dict[str, Any] = {"predictors": self.bundles} if self else {}
        return named | ({"predictors_refused": [item.payload() for item in self.refused]} if self.refused else {})


NOTHING = Outlook()
"""Said by no predictor."""


def _part(shift: Shift, share: float) -> Shift:
    ends = {name: min(max(share * getattr(shift, name), -BOUND), BOUND) for name in ("value", "low", "high")}
    return replace(shift, **ends)


def outlook_of(kept: Mapping[str, Any], snapshot: Snapshot) -> Outlook:
    """What :meth:`Outlook.kept` told of.

    Raises:
        UnknownNodeError: when the snapshot lacks a node of it.
    """
    conditions, groups, care = (
        tuple(foreseen_of(item, snapshot) for item in kept[name]) for name in ("conditions", "groups", "care")
    )
    shifts = {
        (snapshot.number(condition), snapshot.number(medicine)): Shift(*values)
        for condition, medicine, *values in kept["shifts"]
    }
    refused = tuple(Refused(**item) for item in kept["refused"])
    return Outlook(conditions, groups, care, shifts, kept["outcome_bundle"], refused)


class Foresight(Protocol):
    """Where outlooks come from."""

    def of(self, record: PatientRecord, as_of: date, config: ScoringConfig | None = None) -> Outlook:
        """What is expected of a patient; nothing that is on file already, and nothing weighed.

        Args:
            record: what is on file, by numbers of the recommender's snapshot.
            as_of: the day of the answer.
            config: what it leaves out need not be worked out; None leaves nothing out.
        """
        ...
