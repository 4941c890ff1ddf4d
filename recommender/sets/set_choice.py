"""Sets of medicines for several conditions at once: what makes one better than another, and a greedy choice.

In a set each condition has at most one medicine that is for it, and a medicine may be for several. Of two sets the better one

1. covers more conditions;
2. of those, has the larger value: the support of each condition's medicine, summed, less the penalty for each caution;
3. of those, has the smaller sum, over its conditions, of the ranks of their medicines.

Amounts are whole numbers, so that no rounding decides. The best set of all is found by :mod:`recommender.sets.set_program`.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import TypeAlias

Unsafe: TypeAlias = Callable[[frozenset[int]], frozenset[int]]
"""Tells which medicines of a set may not all be used together; none when the set is safe. Adding others makes it no safer."""


@dataclass(frozen=True, slots=True)
class Total:
    """Something that medicines add up to.

    Attributes:
        points: what each medicine adds, at least 1.
        current: what is there already.
        caution: a sum from which it is a caution between two or more medicines of a set that add to it, at least 2.
        limit: a sum above it, which medicines may not reach with one another or with what is there.
    """

    points: Mapping[int, int]
    current: int
    caution: int
    limit: int

    def is_barred(self, medicines: Iterable[int]) -> bool:
        """Whether medicines reach the limit."""
        added = self._added(medicines)
        together = len(added) > 1 or (len(added) == 1 and self.current > 0)
        return together and self.current + sum(added) >= self.limit

    def is_caution(self, medicines: Iterable[int]) -> bool:
        """Whether there is a caution between medicines."""
        added = self._added(medicines)
        return len(added) > 1 and self.current + sum(added) >= self.caution

    def _added(self, medicines: Iterable[int]) -> list[int]:
        return [self.points[m] for m in medicines if m in self.points]


@dataclass(frozen=True)
class Choices:
    """What is chosen from.

    Attributes:
        support: for each medicine, in the order of their ranks, how much it does for each condition.
        apart: groups of medicines of which a set holds one at most.
        cautions: how many cautions there are between two medicines, where there are any.
        totals: what the medicines add up to.
        penalty: what a caution takes off.
    """

    support: Mapping[int, Mapping[int, int]]
    apart: tuple[frozenset[int], ...] = ()
    cautions: Mapping[frozenset[int], int] | None = None
    totals: tuple[Total, ...] = ()
    penalty: int = 0

    @cached_property
    def ranks(self) -> Mapping[int, int]:
        """Place of each medicine, from 1."""
        return {medicine: i for i, medicine in enumerate(self.support, start=1)}

    def fits(self, medicines: Iterable[int]) -> bool:
        """Whether nothing that is known of two medicines, or of a sum, keeps them from being used together."""
        chosen = frozenset(medicines)
        one_each = all(len(group & chosen) <= 1 for group in self.apart)
        return one_each and not any(total.is_barred(chosen) for total in self.totals)

    def count_cautions(self, medicines: Iterable[int]) -> int:
        """How many cautions a set has: between each two of them, and one for each sum that calls for it."""
        chosen = frozenset(medicines)
        between = sum((self.cautions or {}).get(frozenset(pair), 0) for pair in combinations(chosen, 2))
        return between + sum(total.is_caution(chosen) for total in self.totals)

    def weigh(self, cover: Mapping[int, int], *, exact: bool = False) -> "Chosen":
        """The set that covers conditions with these medicines."""
        support = sum(self.support[medicine][condition] for condition, medicine in cover.items())
        value = support - self.penalty * self.count_cautions(cover.values())
        return Chosen(dict(cover), value, sum(self.ranks[m] for m in cover.values()), exact)


@dataclass(frozen=True, slots=True)
class Chosen:
    """A set of medicines.

    Attributes:
        cover: the medicine of each condition that is covered.
        value: what the set is worth.
        ranks: sum of the ranks of the conditions' medicines.
        exact: whether it is proved that there is no better one.
    """

    cover: Mapping[int, int]
    value: int
    ranks: int
    exact: bool

    @property
    def medicines(self) -> frozenset[int]:
        """The medicines of the set."""
        return frozenset(self.cover.values())

    @property
    def key(self) -> tuple[int, int, int]:
        """Larger for a better set."""
        return len(self.cover), self.value, -self.ranks


def choose_greedily(choices: Choices, unsafe: Unsafe) -> Chosen:
    """The set that grows by the medicine which makes it best, as long as one covers a further condition."""
    chosen = choices.weigh({})
    while grown := next((s for s in _grown(choices, chosen) if not unsafe(s.medicines)), None):
        chosen = grown
    return chosen


def _grown(choices: Choices, chosen: Chosen) -> list[Chosen]:
    """The sets with one medicine more, the best first."""
    found = []
    for medicine, support in choices.support.items():
        fresh = {condition: medicine for condition in support if condition not in chosen.cover}
        if fresh and choices.fits({*chosen.medicines, medicine}):
            found.append(choices.weigh({**chosen.cover, **fresh}))
    return sorted(found, key=lambda s: s.key, reverse=True)
