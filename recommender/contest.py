"""Where a suggestion stands in its list before and after something is taken out, and what that says about it.

The list is what safety let through, and safety stays as it is: only scores move. A medicine of the established list leaves it
when no known treatment leads to it any more, one of the exploratory list when nothing at all speaks for it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from graph.elements import NodeKind
from graph.snapshot import Snapshot
from recommender.payload import medicine_payload
from recommender.scoring import Scorer, Scores


@dataclass(frozen=True, slots=True)
class Place:
    """The place of a medicine.

    Attributes:
        rank: in the list, from 1; None when it is not on it.
        score: of the medicine.
    """

    rank: int | None
    score: float

    def payload(self) -> dict[str, Any]:
        """As it stands in an answer."""
        return {"rank": self.rank, "score": self.score}


class Contest:
    """A suggestion, its list, and whom it is to fall behind.

    Args:
        scorer: where the scores come from.
        scores: of all medicines.
        ranked: numbers of the medicines of the list.
        medicine: one of them.
        rival: one further down; without it whoever comes to stand before the medicine counts.
        leaving: whether it is enough that the medicine leaves the list.

    Raises:
        ValueError: when the medicine is not on the list, or the rival not below it.
    """

    def __init__(
        self,
        scorer: Scorer,
        scores: Scores,
        ranked: Sequence[int],
        medicine: int,
        rival: int | None = None,
        *,
        leaving: bool = True,
    ) -> None:
        self.scorer = scorer
        self.scores = scores
        self.medicine = medicine
        self.rival = rival
        self.leaving = leaving
        self.established = medicine in scores.support
        self._first = scorer.walker.snapshot.numbers(NodeKind.MEDICINE).start
        self._ranked = tuple(ranked)
        self.order = self.listed(scores)
        if medicine not in self.order:
            raise ValueError("a medicine of the list is expected")
        self.below = self.order[self.order.index(medicine) + 1 :]
        if rival is not None and rival not in self.below:
            raise ValueError("a rival that stands below the medicine is expected")

    def position(self, medicine: int) -> int:
        """Where a medicine stands in arrays over all medicines."""
        return medicine - self._first

    def listed(self, scores: Scores) -> tuple[int, ...]:
        """Who is still on the list by these scores, the highest first."""
        kept = [m for m in self._ranked if self._stays(m, scores)]
        return tuple(sorted(kept, key=lambda m: (-self._score(m, scores), m)))

    def _stays(self, medicine: int, scores: Scores) -> bool:
        if self.established:
            return medicine in scores.support
        return self._score(medicine, scores) > self.scorer.intercept

    def _score(self, medicine: int, scores: Scores) -> float:
        return float(scores.total[self.position(medicine)])

    def place(self, medicine: int, scores: Scores, order: Sequence[int]) -> Place:
        """Where a medicine stands by these scores and this order."""
        return Place(order.index(medicine) + 1 if medicine in order else None, self._score(medicine, scores))

    def overtaken_by(self, order: Sequence[int]) -> int | None:
        """Who stands before the medicine now and did not: the rival, or the first of the others; None when nobody does."""
        ahead = order[: order.index(self.medicine)] if self.medicine in order else order
        wanted = self.below if self.rival is None else (self.rival,)
        return next((m for m in ahead if m in wanted), None)

    def is_lost(self, order: Sequence[int]) -> bool:
        """Whether the medicine fell behind whom it is to fall behind, or left the list where that is enough."""
        return (self.leaving and self.medicine not in order) or self.overtaken_by(order) is not None


class Removable(Protocol):
    """Something that can be taken out."""

    def payload(self, snapshot: Snapshot) -> dict[str, Any]:
        """As it stands in an answer."""
        ...


@dataclass(frozen=True, slots=True)
class Counterfactual:
    """The smallest removal that takes a suggestion out of its place, as far as it was found.

    Attributes:
        medicine: number of the suggestion.
        removed: what is taken out; None when nothing was found that would do.
        exact: whether nothing smaller does, or, where nothing was found, nothing at all.
        at_least: nothing smaller than this does.
        before: the place of the suggestion.
        after: its place by a walk without what is removed.
        rival: number of the medicine that it is to fall behind; None for whoever overtakes it.
        overtaken_by: number of the medicine that stands before it afterwards and did not; None when it left the list and
            nobody else stayed.
        rival_after: the place of ``overtaken_by`` by the same walk.
    """

    medicine: int
    removed: tuple[Removable, ...] | None
    exact: bool
    at_least: int
    before: Place
    after: Place | None = None
    rival: int | None = None
    overtaken_by: int | None = None
    rival_after: Place | None = None

    def payload(self, snapshot: Snapshot) -> dict[str, Any]:
        """As it stands in an answer."""
        named = {"rival": self.rival, "overtaken_by": self.overtaken_by}
        return {
            "medicine": medicine_payload(snapshot, self.medicine),
            "flips": self.removed is not None,
            "removed": None if self.removed is None else [item.payload(snapshot) for item in self.removed],
            "exact": self.exact,
            "at_least": None if self.removed is None and self.exact else self.at_least,
            "found": None if self.removed is None else len(self.removed),
            "before": self.before.payload(),
            "after": self.after.payload() if self.after else None,
            **{name: None if m is None else medicine_payload(snapshot, m) for name, m in named.items()},
            "rival_after": self.rival_after.payload() if self.rival_after else None,
        }


def decided(contest: Contest, removed: Sequence[Removable], scores: Scores, *, exact: bool, at_least: int) -> Counterfactual:
    """The counterfactual of a removal that was walked.

    Args:
        contest: of the suggestion.
        removed: what was taken out.
        scores: by the walk without it.
        exact: whether nothing smaller does.
        at_least: nothing smaller than this does.
    """
    order = contest.listed(scores)
    ahead = contest.overtaken_by(order)
    return Counterfactual(
        contest.medicine,
        tuple(removed),
        exact,
        at_least,
        contest.place(contest.medicine, contest.scores, contest.order),
        contest.place(contest.medicine, scores, order),
        contest.rival,
        ahead,
        None if ahead is None else contest.place(ahead, scores, order),
    )


def undecided(contest: Contest, *, exact: bool, at_least: int) -> Counterfactual:
    """The counterfactual where no removal was found; arguments as of :func:`decided`."""
    before = contest.place(contest.medicine, contest.scores, contest.order)
    return Counterfactual(contest.medicine, None, exact, at_least, before, rival=contest.rival)
