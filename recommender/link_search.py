"""Sets of links without which a score falls to a rival's: what a set can do at most, what it does, and which ones do.

Without a set a score loses at most the sum of its links' potentials (:mod:`recommender.falls`). What the rival loses counts
against them: a path of ``n`` links is counted by at most ``n`` of the set, so that at least an n-th part of the sum is gone.
The search takes the links of largest potential first, works out what is left without each exactly, and goes on from there only
where what is still missing can be reached.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from graph.array_file import Array
from recommender.falls import Curve, Removals

ROUNDS = 3
"""How often links that cannot belong to a set are struck out before the search looks closer."""


@dataclass(frozen=True)
class Side:
    """What leads to one medicine: paths over links that may be taken out, and amounts that stay.

    Attributes:
        curve: what amounts add to the score.
        channels: shape (paths,), int64: of each path.
        weights: shape (paths,), float64.
        links: shape (entries,), int64: a link that a path goes over, as its position.
        paths: shape (entries,), int64: the path, as its position.
        pairs: shape (entries,), int64: the pair of link and channel, as its position in ``named``.
        named: links and channels of the pairs, each of shape (pairs,), int64.
        base: shape (channels,), float64: amounts of what is not listed.
        steps: shape (channels,), int64: how many links a path of a channel has.
        count: how many links there are.
    """

    curve: Curve
    channels: Array
    weights: Array
    links: Array
    paths: Array
    pairs: Array
    named: tuple[Array, Array]
    base: Array
    steps: Array
    count: int

    @cached_property
    def held(self) -> Array:
        """All amounts, shape (channels,)."""
        return self.base + np.bincount(self.channels, self.weights, len(self.base))

    @cached_property
    def worth(self) -> float:
        """The score without the intercept."""
        return float(self.curve.worth(self.held).sum())

    @cached_property
    def removals(self) -> Removals:
        """What each link removes by itself."""
        amounts = np.bincount(self.pairs, self.weights[self.paths], len(self.named[0])).astype(np.float64)
        return Removals(*self.named, amounts, self.count)

    @cached_property
    def ordered(self) -> Removals:
        """The same, in order."""
        return self.removals.ordered()

    def without(self, links: tuple[int, ...]) -> "Side":
        """What is left when links are taken out."""
        gone, weights = np.zeros(self.count, bool), self.weights.copy()
        gone[list(links)] = True
        weights[self.paths[gone[self.links]]] = 0.0
        return replace(self, weights=weights)

    def over(self, links: Array) -> "Side":
        """The same, with the paths over none of these links as amounts that stay."""
        chosen = np.zeros(self.count, bool)
        chosen[links] = True
        kept = np.zeros(len(self.weights), bool)
        entries = chosen[self.links]
        kept[self.paths[entries]] = True
        base = self.base + np.bincount(self.channels[~kept], self.weights[~kept], len(self.base))
        places, used = np.cumsum(kept) - 1, np.zeros(len(self.named[0]), bool)
        used[self.pairs[entries]] = True
        return replace(
            self,
            channels=self.channels[kept],
            weights=self.weights[kept],
            links=self.links[entries],
            paths=places[self.paths[entries]],
            pairs=(np.cumsum(used) - 1)[self.pairs[entries]],
            named=(self.named[0][used], self.named[1][used]),
            base=base,
        )

    def least_falls(self, size: int) -> Array:
        """What the score loses at least by each link of a set of ``size``: the sum is never more than what the set takes."""
        found = self.removals
        parts = np.where(found.channels == self.curve.direct, 1, np.minimum(size, self.steps[found.channels]))
        return found.added(self.curve.fall(self.held, found.amounts / parts, found.channels))


@dataclass(frozen=True, slots=True)
class State:
    """Both sides after some links are gone.

    Attributes:
        medicine: what leads to the suggestion.
        rival: what leads to the rival; None where the suggestion is to lose all that it has.
    """

    medicine: Side
    rival: Side | None

    @property
    def margin(self) -> float:
        """By how much the suggestion stands before."""
        return self.medicine.worth - (self.rival.worth if self.rival else 0.0)

    def without(self, *links: int) -> "State":
        """The state when links are taken out."""
        return State(self.medicine.without(links), self.rival.without(links) if self.rival else None)

    def over(self, links: Array) -> "State":
        """The same state, in which no other links than these are looked at."""
        return State(self.medicine.over(links), self.rival.over(links) if self.rival else None)

    def net_falls(self) -> Array:
        """By how much the margin falls without each link, shape (links,)."""
        own = self.medicine.removals.falls(self.medicine.curve, self.medicine.held)
        if self.rival is None:
            return own
        return own - self.rival.removals.falls(self.rival.curve, self.rival.held)

    def net_potentials(self, links: Array, size: int) -> Array:
        """Potentials of some links within sets of ``size``, less what the rival loses by each at once, shape (links,)."""
        own = self.medicine.ordered.of(links).potentials(self.medicine.curve, self.medicine.held, size)
        return own - (self.rival.least_falls(1) if self.rival else 0.0)


class LinkSearch:
    """Searches for sets of links that bring the margin down.

    Args:
        state: with all links.
        allowed: shape (n,), int64: positions of the links that may be taken out.
        sure: differences of scores up to this count as none.
        unlisted: what links remove at most in channels whose paths are not all listed.
        budget: how many states are worked out at most.
    """

    def __init__(self, state: State, allowed: Array, sure: float, unlisted: Removals | None, budget: int) -> None:
        self._state = state
        self._allowed = allowed
        self._sure = sure
        self._unlisted = unlisted
        self._budget = budget
        self.left = budget

    def beside(self, rival: Side) -> "LinkSearch":
        """The same search beside another rival."""
        return LinkSearch(State(self._state.medicine, rival), self._allowed, self._sure, self._unlisted, self._budget)

    def may_reach(self, size: int) -> bool:
        """Whether a set of at most this size might do."""
        return len(self._struck(self._state, self._allowed, size, self._unlisted, least=0.0)[0]) > 0

    def sets(self, size: int) -> Iterator[tuple[int, ...]]:
        """The sets of this size that do, by what is worked out; all of them unless ``left`` is 0 afterwards."""
        if self._unlisted is not None:
            self.left = 0
        return self._further(self._state, self._allowed, size, ())

    def _further(self, state: State, allowed: Array, size: int, chosen: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
        if self.left <= 0:
            return
        self.left -= 1
        if size == 1:
            after = state.margin - state.net_falls()[allowed]
            order = np.argsort(after, kind="stable")
            yield from ((*chosen, int(allowed[i])) for i in order[after[order] <= self._sure])
            return
        order, potentials = self._struck(state, allowed, size, None)
        state, missing = state.over(order), state.margin - self._sure
        sums = np.concatenate(([0.0], np.cumsum(potentials)))
        for place in range(len(order) - size + 1):
            if sums[place + size] - sums[place] < missing:
                return
            link = int(order[place])
            yield from self._further(state.without(link), order[place + 1 :], size - 1, (*chosen, link))

    def _struck(
        self, state: State, allowed: Array, size: int, unlisted: Removals | None, least: float = -np.inf
    ) -> tuple[Array, Array]:
        """The links that may belong to a set of this size that does, those of largest potential first, and their potentials.

        With a ``least`` potential of 0, no link weighs against the others: what holds then holds of smaller sets, too.
        """
        missing, found, own = state.margin - self._sure, allowed, state.medicine
        against = state.rival.least_falls(size) if state.rival else 0.0
        removals = own.ordered if unlisted is None else own.removals.replaced(unlisted).ordered()
        potentials = np.zeros(0)
        for _ in range(ROUNDS):
            potentials = np.maximum(removals.of(found).potentials(own.curve, own.held, size) - against, least)
            found = found[np.argsort(-potentials[found], kind="stable")]
            ranked = potentials[found]
            best = ranked[: size - 1].sum()
            if not len(found) or (len(found) < size and least < 0) or ranked[:size].sum() < missing:
                return found[:0], ranked[:0]
            # One of the first is in the best set; any other takes the place of the last of it.
            kept = np.where(np.arange(len(found)) < size, ranked[:size].sum(), best + ranked) >= missing
            if kept.all():
                break
            found = found[kept]
        return found, potentials[found]

    def greedy(self, size: int, most: int) -> Iterator[tuple[int, ...]]:
        """Sets that do, by what is worked out, each larger than the last: the best links, one after the other.

        Args:
            size: with 1 the best link is the one that does most at once, with more the one of largest potential in sets of so
                many.
            most: how many links at most.
        """
        state, chosen = self._state, list[int]()
        while len(chosen) < most:
            left = self._allowed[~np.isin(self._allowed, chosen)]
            gains = state.net_falls() if size == 1 else state.net_potentials(left, size)
            if not len(left) or gains[left].max() <= 0:
                return
            chosen.append(int(left[gains[left].argmax()]))
            state = state.without(chosen[-1])
            if self._falls_short(state):
                yield self._reduced(tuple(chosen))

    def _falls_short(self, state: State) -> bool:
        """Whether the suggestion surely stands below its rival, or has nothing left."""
        return state.margin < -self._sure if state.rival else state.margin <= self._sure

    def _reduced(self, chosen: tuple[int, ...]) -> tuple[int, ...]:
        """The set without what it can do without."""
        for link in chosen:
            fewer = tuple(other for other in chosen if other != link)
            if fewer and self._falls_short(self._state.without(*fewer)):
                chosen = fewer
        return chosen
