"""How far a score falls when path counts go down: the exact fall, and what no removal of so many things can exceed.

A score is Σ β asinh(x / mean) + t. What it loses when ``r`` of a count ``x`` goes, φ(r) = β [asinh(x / mean) − asinh((x − r) /
mean)], is convex in r: the curve lies below its chord, φ(r) ≤ r · φ(most) / most up to the most that can go. So each thing that
may be taken out has a potential, its own removals times the slopes of those chords, and a set's fall is never more than the sum
of its potentials: what it removes together is at most the sum of what each removes.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from graph.array_file import Array
from recommender.scoring import Scorer

SURE = 1e-9
"""Relative difference of scores within which only a walk decides who stands first."""


@dataclass(frozen=True, slots=True)
class Curve:
    """What amounts add to a score, by channel: a channel for each metapath that counts, and the last for direct support.

    Attributes:
        weights: shape (channels,), float64: β, and 1.
        means: shape (channels,), float64: mean_m, and 1.
        codes: of the metapaths of all channels but the last.
    """

    weights: Array
    means: Array
    codes: tuple[str, ...]

    @classmethod
    def of(cls, scorer: Scorer) -> "Curve":
        """The curve of a scorer."""
        counting = [m for m in scorer.walker.metapaths if m.weight > 0 and scorer.means.get(m.code, 0.0) > 0]
        weights, means = [m.weight for m in counting], [scorer.means[m.code] for m in counting]
        return cls(np.array([*weights, 1.0]), np.array([*means, 1.0]), tuple(m.code for m in counting))

    @property
    def direct(self) -> int:
        """The channel of direct support, which counts as it is."""
        return len(self.codes)

    def worth(self, amounts: Array, channels: Array | None = None) -> Array:
        """What amounts add to the score, each by itself.

        Args:
            amounts: shape (…, channels); or any, with the channel of each.
            channels: shape of ``amounts``, int64.
        """
        at = np.arange(len(self.weights)) if channels is None else channels
        return np.where(at == self.direct, amounts, self.weights[at] * np.arcsinh(amounts / self.means[at]))

    def fall(self, held: Array, removed: Array, channels: Array) -> Array:
        """What is lost of each of some amounts.

        Args:
            held: shape (channels,): what there is.
            removed: shape (n,): what goes of it.
            channels: shape (n,), int64: of which channel.
        """
        whole = held[channels]
        left = np.where(channels == self.direct, whole - removed, np.maximum(whole - removed, 0.0))
        # What is left of all that there was is rounding.
        left = np.where(np.abs(left) <= 1e-12 * np.abs(whole), 0.0, left)
        return self.worth(whole, channels) - self.worth(left, channels)

    def slopes(self, held: Array, most: Array) -> Array:
        """Slopes of the chords, shape (channels,), where at most ``most`` of ``held`` can go."""
        most = np.minimum(most, held)
        chords = self.worth(held) - self.worth(np.maximum(held - most, 0.0))
        slopes: Array = np.divide(chords, most, out=np.zeros_like(held), where=most > 0)
        slopes[self.direct] = 1.0
        return slopes


@dataclass(frozen=True, slots=True)
class Removals:
    """What things remove, each by itself: rows of (thing, channel, amount), each pair of thing and channel once.

    Attributes:
        things: shape (n,), int64: position of the thing.
        channels: shape (n,), int64.
        amounts: shape (n,), float64.
        count: how many things there are.
    """

    things: Array
    channels: Array
    amounts: Array
    count: int

    def ordered(self) -> "Removals":
        """The same rows by channel, and the largest amounts of each first."""
        order = np.lexsort((-self.amounts, self.channels))
        return Removals(self.things[order], self.channels[order], self.amounts[order], self.count)

    def most(self, size: int, channels: int) -> Array:
        """What the ``size`` things that remove most of a channel remove of it together at most, shape (channels,).

        The rows have to be in order.
        """
        first = np.searchsorted(self.channels, np.arange(channels))
        kept = np.arange(len(self.channels)) - first[self.channels] < size
        return np.bincount(self.channels[kept], np.maximum(self.amounts[kept], 0.0), channels)

    def of(self, things: Array) -> "Removals":
        """The rows of some things."""
        chosen = np.zeros(self.count, bool)
        chosen[things] = True
        kept = chosen[self.things]
        return Removals(self.things[kept], self.channels[kept], self.amounts[kept], self.count)

    def replaced(self, other: "Removals") -> "Removals":
        """The same, with the rows of another for all channels that it has any of."""
        kept = ~np.isin(self.channels, other.channels)
        mine, others = (self.things, self.channels, self.amounts), (other.things, other.channels, other.amounts)
        rows = [np.concatenate((old[kept], new)) for old, new in zip(mine, others, strict=True)]
        return Removals(rows[0], rows[1], rows[2], self.count)

    def added(self, values: Array) -> Array:
        """Sums of a value of each row by thing, shape (things,)."""
        return np.bincount(self.things, values, self.count).astype(np.float64)

    def potentials(self, curve: Curve, held: Array, size: int) -> Array:
        """Potentials of the things within sets of ``size``, shape (things,): see the module. The rows have to be in order."""
        slopes = curve.slopes(held, self.most(size, len(held)))
        return self.added(self.amounts * slopes[self.channels])

    def falls(self, curve: Curve, held: Array) -> Array:
        """What the score loses by each thing alone, shape (things,)."""
        return self.added(curve.fall(held, self.amounts, self.channels))


def sets_reaching(potentials: Array, size: int, need: float) -> Iterator[tuple[int, ...]]:
    """Every set of ``size`` positions whose potentials add up to the need, those of the largest potentials first.

    >>> list(sets_reaching(np.array([1.0, 3.0, 2.0]), 2, 4.0))
    [(1, 2), (1, 0)]
    """
    order = np.argsort(-potentials, kind="stable")
    ranked = potentials[order].tolist()
    sums = np.concatenate(([0.0], np.cumsum(potentials[order]))).tolist()

    def chosen(begin: int, left: int, missing: float) -> Iterator[tuple[int, ...]]:
        for place in range(begin, len(ranked) - left + 1):
            if sums[place + left] - sums[place] < missing:
                return
            if left == 1:
                yield (int(order[place]),)
            else:
                for rest in chosen(place + 1, left - 1, missing - ranked[place]):
                    yield (int(order[place]), *rest)

    return chosen(0, size, need) if 0 < size <= len(ranked) else iter(())
