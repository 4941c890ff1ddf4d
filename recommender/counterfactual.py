"""Which facts on file carry a suggestion: the smallest set without which it loses its place.

Sets are looked at by size, with their scores from :mod:`recommender.evidence_table`. One whose potentials
(:mod:`recommender.falls`) do not add up to what parts the suggestion from those below it is passed over. Whatever is told was
walked anew, from the evidence that the record without those facts gives.
"""

from collections.abc import Iterator, Sequence
from itertools import islice

import numpy as np

from graph.array_file import Array
from recommender.contest import Contest, Counterfactual, decided, undecided
from recommender.evidence_table import OnFile, Table
from recommender.falls import SURE, sets_reaching
from recommender.scoring import Scorer, Scores

BUDGET, WALKS = 5_000, 50
"""Sets that are worked out, and sets that are walked anew, before a search ends with bounds."""
AT_ONCE = 256
"""Sets that are worked out together."""

Walked = tuple[tuple[int, ...], Scores]
"""A set of items, and the scores of a walk without it."""


def evidence_counterfactual(
    scorer: Scorer,
    scores: Scores,
    on_file: OnFile,
    ranked: Sequence[int],
    medicine: int,
    rival: int | None = None,
    *,
    budget: int = BUDGET,
    walks: int = WALKS,
) -> Counterfactual:
    """The smallest set of what is on file without which a suggestion loses its place.

    Args:
        scorer: scores.
        scores: of all that is on file.
        on_file: what is on file as evidence.
        ranked: the list that the suggestion stands in.
        medicine: the suggestion.
        rival: a medicine below it that must come to stand before it; by default anybody's coming to stand before it counts,
            and leaving the list.
        budget: how many sets are worked out at most.
        walks: how many of them are walked anew at most.

    Raises:
        ValueError: when the medicine is not on the list, or the rival not below it.
    """
    contest = Contest(scorer, scores, ranked, medicine, rival, leaving=rival is None)
    return _Search(contest, on_file, budget, walks).answer()


class _Search:
    """The search for one suggestion: see :func:`evidence_counterfactual`."""

    def __init__(self, contest: Contest, on_file: OnFile, budget: int, walks: int) -> None:
        self._contest = contest
        self._on_file = on_file
        self._budget, self._walks = budget, walks
        self._looked_at = 0
        others = contest.below if contest.rival is None else (contest.rival,)
        positions = [contest.position(m) for m in (contest.medicine, *others)]
        self._table = Table(contest.scorer, on_file.alone, np.array(positions, np.int64))
        self._rivals = np.arange(1, len(positions))
        self._highest = self._table.highest()
        self._score = float(contest.scores.total[positions[0]])
        self._sure = SURE * (1 + abs(self._score))
        self._own = self._table.removals(0)

    def answer(self) -> Counterfactual:
        """What was found."""
        upper = self._greedy()
        # All direct support ends with these items and with no others: a smaller set has to bring the score down.
        holders = self._table.holders(0) if self._contest.established else ()
        if holders and (upper is None or len(holders) < len(upper[0])):
            upper = self._walked(holders) or upper
        most = len(self._on_file.items) if upper is None else len(upper[0]) - 1
        for size in range(1, most + 1):
            smaller, complete = self._of_size(size)
            if smaller is not None:
                return self._told(smaller, exact=True, at_least=size)
            if not complete:
                return self._told(upper, exact=False, at_least=size)
        return self._told(upper, exact=True, at_least=most + 1)

    def _told(self, found: Walked | None, *, exact: bool, at_least: int) -> Counterfactual:
        if found is None:
            return undecided(self._contest, exact=exact, at_least=at_least)
        items = [self._on_file.items[i] for i in found[0]]
        return decided(self._contest, items, found[1], exact=exact, at_least=at_least)

    def _of_size(self, size: int) -> tuple[Walked | None, bool]:
        """A set of this size that does, and whether all that could were looked at."""
        candidates = self._candidates(size)
        while sets := list(islice(candidates, AT_ONCE)):
            afforded = sets[: self._budget - self._looked_at]
            margins = self._margins(afforded)
            for i in np.argsort(margins, kind="stable").tolist():
                if margins[i] > self._sure:
                    break
                if self._walks <= 0:
                    return None, False
                if found := self._walked(afforded[i]):
                    return found, True
            if len(afforded) < len(sets):
                return None, False
        return None, True

    def _candidates(self, size: int) -> Iterator[tuple[int, ...]]:
        """Sets of this size of enough potential to bring the medicine down."""
        potentials = self._own.potentials(self._table.curve, self._table.held(0), size)
        return sets_reaching(potentials, size, self._score - self._reach() - self._sure)

    def _reach(self) -> float:
        """The score down to which the medicine must fall before it can lose its place otherwise than by its support."""
        floor = -np.inf if self._contest.established else self._contest.scorer.intercept
        return float(self._highest[self._rivals].max(initial=floor))

    def _margins(self, sets: Sequence[tuple[int, ...]]) -> Array:
        """By how much the medicine stands before all others without each set, shape (sets,); below 0 where it does not."""
        self._looked_at += len(sets)
        kept = self._table.kept(sets)
        own = self._table.scores(kept, np.array([0]))[:, 0]
        near = self._rivals[self._highest[self._rivals] >= own.min(initial=np.inf) - self._sure]
        others = np.where(self._stay(kept, near), self._table.scores(kept, near), -np.inf)
        best = others.max(axis=1, initial=-np.inf)
        if self._contest.established:
            gone = ~self._stay(kept, np.array([0]))[:, 0]
        else:
            gone = own <= self._contest.scorer.intercept + self._sure
        lost = gone & (self._contest.leaving | self._stay(kept, self._rivals).any(axis=1))
        return np.where(lost, -np.inf, own - best)

    def _stay(self, kept: Array, medicines: Array) -> Array:
        """Which medicines stay on the list, shape (sets, medicines)."""
        if self._contest.established:
            staying: Array = (kept > 0) @ self._table.supported[:, medicines]
            return staying
        return np.ones((len(kept), len(medicines)), bool)

    def _walked(self, removed: tuple[int, ...]) -> Walked | None:
        """The scores by a walk without a set, where the medicine lost its place."""
        self._walks -= 1
        weights = self._on_file.without([self._on_file.items[i] for i in removed])
        scores = self._contest.scorer.score(weights)
        return (removed, scores) if self._contest.is_lost(self._contest.listed(scores)) else None

    def _greedy(self) -> Walked | None:
        """A set that does, though not always the smallest: what brings the medicine down most, one after the other."""
        removed: tuple[int, ...] = ()
        while len(removed) < len(self._on_file.items):
            sets = [(*removed, i) for i in range(len(self._on_file.items)) if i not in removed]
            margins = self._margins(sets)
            removed = sets[int(margins.argmin())]
            if margins.min() <= self._sure and (found := self._walked(removed)):
                return self._reduced(found)
        return None

    def _reduced(self, found: Walked) -> Walked:
        """The set without what it can do without."""
        for item in found[0]:
            left = tuple(i for i in found[0] if i != item)
            if left and self._margins([left])[0] <= self._sure and (smaller := self._walked(left)):
                found = smaller
        return found
