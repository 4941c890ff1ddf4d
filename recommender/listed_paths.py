"""The paths that lead from the evidence to one medicine, as arrays that removals of links are worked out from.

Channels are those of :class:`recommender.falls.Curve`; a direct treatment is a path of one link. Metapaths are listed whole,
the smallest first, as long as there is room; of others stand the heaviest paths, and bounds of what goes over each link.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np

from graph.array_file import Array
from recommender.cut_walk import direct_links, links_of
from recommender.every_path import EveryPath, Halves
from recommender.falls import Curve, Removals
from recommender.link_search import Side
from recommender.metapaths import Metapath
from recommender.scoring import Scorer, Scores


@dataclass(frozen=True, slots=True)
class Unlisted:
    """A channel whose paths are not listed whole: the most that goes over each link, by codes in ascending order."""

    channel: int
    codes: Array
    amounts: Array


@dataclass(frozen=True)
class ListedPaths:
    """The paths to one medicine; links stand as codes of :class:`recommender.every_path.EveryPath`.

    Attributes:
        channels: shape (paths,), int64.
        weights: shape (paths,), float64.
        codes: shape (entries,), int64: a link that a path goes over.
        paths: shape (entries,), int64: the path, as its position.
        base: shape (channels,), float64: amounts of what is not listed.
        unlisted: channels that are not listed whole.
    """

    channels: Array
    weights: Array
    codes: Array
    paths: Array
    base: Array
    unlisted: tuple[Unlisted, ...]

    @cached_property
    def links(self) -> Array:
        """Codes of all links that paths go over, ascending."""
        return np.unique(np.concatenate((self.codes, *(u.codes for u in self.unlisted))))

    def side(self, curve: Curve, steps: Array, allowed: Array) -> Side:
        """As what a search starts from: links by their positions in ``allowed``, ascending codes; all others stay."""
        places, known = _places(self.codes, allowed)
        links, paths = places[known], self.paths[known]
        keys, used = links * len(steps) + self.channels[paths], np.zeros(len(allowed) * len(steps), bool)
        used[keys] = True
        pairs, named = (np.cumsum(used) - 1)[keys], np.flatnonzero(used)
        things = (named // len(steps), named % len(steps))
        return Side(curve, self.channels, self.weights, links, paths, pairs, things, self.base, steps, len(allowed))

    def bounds(self, allowed: Array) -> Removals | None:
        """What links remove at most in the channels that are not listed whole; None when all are."""
        if not self.unlisted:
            return None
        rows = []
        for item in self.unlisted:
            places, known = _places(item.codes, allowed)
            rows.append((places[known], np.full(int(known.sum()), item.channel), item.amounts[known]))
        things, channels, amounts = (np.concatenate(column) for column in zip(*rows, strict=True))
        return Removals(things, channels, amounts, len(allowed))


def _places(codes: Array, allowed: Array) -> tuple[Array, Array]:
    """Where codes stand among others that ascend, and which stand there at all."""
    places = np.searchsorted(allowed, codes)
    known = places < len(allowed)
    known[known] = allowed[places[known]] == codes[known]
    return places, known


class PathLister:
    """Lists the paths to medicines.

    Args:
        scorer: scores.
        scores: of the evidence.
        evidence: as weights by node number.
        most: how many paths to one medicine are listed.
        heaviest: how many of a metapath for which there is no room.
    """

    def __init__(self, scorer: Scorer, scores: Scores, evidence: Mapping[int, float], most: int, heaviest: int) -> None:
        self._walker = scorer.walker
        self._scores = scores
        self._evidence = evidence
        self._most = most
        self._heaviest = heaviest
        self.every = EveryPath(scorer.walker, evidence)
        self.curve = Curve.of(scorer)
        metapaths = {m.code: m for m in scorer.walker.metapaths}
        self._metapaths = [metapaths[code] for code in self.curve.codes]
        self.steps = np.array([*(len(m.steps) for m in self._metapaths), 1], np.int64)

    def treatments(self, medicine: int) -> dict[int, float]:
        """Direct support of a medicine, by the codes of its links."""
        direct = direct_links(self._walker.snapshot, self._scores.support.get(medicine, ()))
        return {self.every.code(link): amount for link, amount in direct.items()}

    def amounts(self, medicine: int) -> ListedPaths:
        """What leads to a medicine, as amounts that stay whatever is taken out."""
        at, none = medicine - self._walker.medicines.start, np.zeros(0, np.int64)
        counts = [float(self._scores.counts[m][at]) for m in self._metapaths]
        base = np.array([*counts, sum(self.treatments(medicine).values())])
        return ListedPaths(none, np.zeros(0), none, none, base, ())

    def listed(self, medicine: int) -> ListedPaths:
        """The paths to a medicine."""
        direct = self.treatments(medicine)
        parts: list[tuple[int, Array, tuple[Array, ...]]] = []
        base, unlisted, room = np.zeros(len(self.steps)), [], self._most
        for channel, count, halves in self._by_size(medicine):
            if halves.size <= room:
                walks = halves.paths()
                room -= halves.size
                parts.append((channel, walks.weights, walks.links))
                continue
            weights, links = self._heaviest_of(self._metapaths[channel], medicine)
            parts.append((channel, weights, links))
            base[channel] = max(count - float(weights.sum()), 0.0)
            unlisted.append(Unlisted(channel, *halves.most_over()))
        codes = np.array(list(direct), np.int64)
        parts.append((self.curve.direct, np.array(list(direct.values()), np.float64), (codes,)))
        return _joined(parts, base, tuple(unlisted))

    def _by_size(self, medicine: int) -> list[tuple[int, float, Halves]]:
        """Channels that lead to a medicine with their path counts, those of fewest paths first."""
        at = medicine - self._walker.medicines.start
        counts = [float(self._scores.counts[m][at]) for m in self._metapaths]
        found = [
            (i, count, self.every.halves(m, medicine))
            for i, (m, count) in enumerate(zip(self._metapaths, counts, strict=True))
            if count > 0
        ]
        return sorted(found, key=lambda item: (item[2].size, item[0]))

    def _heaviest_of(self, metapath: Metapath, medicine: int) -> tuple[Array, tuple[Array, ...]]:
        [paths] = self._walker.heaviest(metapath, self._evidence, [medicine], self._heaviest)
        codes = [[self.every.code(link) for link in links_of(self._walker, path)] for path in paths]
        columns = np.array(codes, np.int64).reshape(len(paths), len(metapath.steps)).T
        return np.array([path.weight for path in paths]), tuple(columns)


def _joined(parts: list[tuple[int, Array, tuple[Array, ...]]], base: Array, unlisted: tuple[Unlisted, ...]) -> ListedPaths:
    """Paths of several channels behind each other."""
    first = np.cumsum([0, *(len(weights) for _, weights, _ in parts)]).tolist()
    places = [np.arange(begin, end) for begin, end in pairwise(first)]
    return ListedPaths(
        np.concatenate([np.full(len(weights), channel) for channel, weights, _ in parts]),
        np.concatenate([weights for _, weights, _ in parts]),
        np.concatenate([codes for *_, links in parts for codes in links]),
        np.concatenate([at for at, (*_, links) in zip(places, parts, strict=True) for _ in links]),
        base,
        unlisted,
    )
