"""Which paths to show: those that cover the score, and not five copies of one pattern.

    F(S) = Σ_{p ∈ S} c_p + λ √T Σ_g √( Σ_{p ∈ S} share_g(p) c_p )

c_p is the contribution of a path, T that of all candidates, and the groups g are the metapaths and the nodes in the middle of
paths, among which a path divides itself evenly. F is monotone and submodular (a concave function of a sum of what is not
negative: Lin & Bilmes 2011, ACL, section 4), so that choosing greedily reaches at least 1 − 1/e of the best (Nemhauser, Wolsey
& Fisher 1978, Math Program 14:265).
"""

import heapq
import math
from collections.abc import Sequence
from dataclasses import dataclass

VARIETY = 1.0
"""λ (0 or more): how much it is worth that a path is of another kind than those chosen; 0 takes the largest contributions."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A path that may be shown.

    Attributes:
        amount: its contribution, at least 0.
        metapath: its code.
        middle: numbers of its nodes between evidence and medicine.
    """

    amount: float
    metapath: str
    middle: tuple[int, ...]


def choose(candidates: Sequence[Candidate], limit: int, variety: float = VARIETY) -> list[int]:
    """Choose paths greedily.

    Args:
        candidates: what there is.
        limit: how many at most.
        variety: λ.

    Returns:
        Positions of the chosen ones, the largest contribution first; equal ones in the order of the candidates.
    """
    scale = variety * math.sqrt(sum(candidate.amount for candidate in candidates))
    parts = [_parts(candidate) for candidate in candidates]
    covered: dict[str | int, float] = {}
    # Gains only fall: one that was the largest and still is after being worked out anew needs no look at the others
    # (Minoux 1978, lazy evaluation). Of equal gains the first candidate is taken: the same every time.
    heap = [(-_gain(candidate.amount, parts[i], covered, scale), i) for i, candidate in enumerate(candidates)]
    heapq.heapify(heap)
    chosen: list[int] = []
    while heap and len(chosen) < limit:
        _, i = heap[0]
        now = (-_gain(candidates[i].amount, parts[i], covered, scale), i)
        heapq.heapreplace(heap, now)
        if heap[0] == now:
            heapq.heappop(heap)
            chosen.append(i)
            for group, part in parts[i]:
                covered[group] = covered.get(group, 0.0) + part
    return sorted(chosen, key=lambda i: (-candidates[i].amount, i))


def worth(candidates: Sequence[Candidate], chosen: Sequence[int], variety: float = VARIETY) -> float:
    """F of a choice."""
    scale = variety * math.sqrt(sum(candidate.amount for candidate in candidates))
    covered: dict[str | int, float] = {}
    for i in chosen:
        for group, part in _parts(candidates[i]):
            covered[group] = covered.get(group, 0.0) + part
    return sum(candidates[i].amount for i in chosen) + scale * sum(math.sqrt(amount) for amount in covered.values())


def _parts(candidate: Candidate) -> list[tuple[str | int, float]]:
    """The groups of a candidate, each with its part of the contribution."""
    middle = candidate.middle
    return [(candidate.metapath, candidate.amount), *((node, candidate.amount / len(middle)) for node in middle)]


def _gain(amount: float, parts: Sequence[tuple[str | int, float]], covered: dict[str | int, float], scale: float) -> float:
    gain = amount
    for group, part in parts:
        before = covered.get(group, 0.0)
        gain += scale * (math.sqrt(before + part) - math.sqrt(before))
    return gain
