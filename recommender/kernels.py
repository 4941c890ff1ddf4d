"""The compiled loops of the degree-weighted walk, over compressed sparse rows.

Each function is compiled once and kept on disk, so that a second process starts without a compiler. Arguments are plain arrays:
for every step ``pointers`` (rows + 1, int64), ``targets`` (entries, int32), ``weights`` (entries, float64; 0 drops the entry)
and ``first``, the node number of row 0. No node stands twice in a path. Loops run in ascending node numbers, so that sums are
the same bits in every process.
"""

from collections.abc import Callable
from typing import TypeVar, cast

import numpy as np
from numba import njit

from graph.array_file import Array

Result = TypeVar("Result")


def compiled(function: Callable[..., Result]) -> Callable[..., Result]:
    """The function compiled by numba on its first call, kept on disk for later processes."""
    return cast(Callable[..., Result], njit(cache=True)(function))


@compiled
def walk_two(
    starts: Array,
    amounts: Array,
    p1: Array,
    t1: Array,
    w1: Array,
    f1: int,
    p2: Array,
    t2: Array,
    w2: Array,
    f2: int,
    first: int,
    totals: Array,
) -> None:
    """Add to ``totals`` the weight of every path of two steps: start, one node between, medicine."""
    for i in range(len(starts)):
        s = starts[i]
        for j in range(p1[s - f1], p1[s - f1 + 1]):
            a = t1[j]
            wa = amounts[i] * w1[j]
            if a == s or wa == 0.0:
                continue
            for k in range(p2[a - f2], p2[a - f2 + 1]):
                d = t2[k]
                if d != s and d != a:
                    totals[d - first] += wa * w2[k]


@compiled
def walk_three(
    starts: Array,
    amounts: Array,
    p1: Array,
    t1: Array,
    w1: Array,
    f1: int,
    p2: Array,
    t2: Array,
    w2: Array,
    f2: int,
    p3: Array,
    t3: Array,
    w3: Array,
    f3: int,
    first: int,
    middle: Array,
    totals: Array,
) -> None:
    """Add to ``totals`` the weight of every path of three steps whose first middle node cannot be the medicine.

    Walks that meet in the second middle node go on together: the same sum in far fewer steps. ``middle`` is scratch of the
    second middle kind's size, all zero before and after.
    """
    for i in range(len(starts)):
        s = starts[i]
        for j in range(p1[s - f1], p1[s - f1 + 1]):
            a = t1[j]
            wa = amounts[i] * w1[j]
            if a == s or wa == 0.0:
                continue
            for k in range(p2[a - f2], p2[a - f2 + 1]):
                b = t2[k]
                wb = wa * w2[k]
                if b == s or b == a or wb == 0.0:
                    continue
                middle[b - f3] += wb
        _spread(s, middle, p3, t3, w3, f3, first, totals)


@compiled
def _spread(s: int, middle: Array, p3: Array, t3: Array, w3: Array, f3: int, first: int, totals: Array) -> None:
    """Take the last step from every middle node that was reached, and empty ``middle``."""
    for r in range(len(middle)):
        wb = middle[r]
        if wb != 0.0:
            middle[r] = 0.0
            for m in range(p3[r], p3[r + 1]):
                d = t3[m]
                if d != s and d != r + f3:
                    totals[d - first] += wb * w3[m]


@compiled
def walk_there_and_back(
    starts: Array,
    amounts: Array,
    p1: Array,
    t1: Array,
    w1: Array,
    f1: int,
    p2: Array,
    t2: Array,
    w2: Array,
    f2: int,
    p3: Array,
    t3: Array,
    w3: Array,
    f3: int,
    first: int,
    middle: Array,
    partial: Array,
    back: Array,
    totals: Array,
) -> None:
    """Like :func:`walk_three` where the first middle node is a medicine and the third step is the second walked backwards.

    Of the merged sum those walks are taken away that end where their first step led: for node ``a`` the sum over ``b`` of
    w1 · w2(a, b) · w3(b, a), and w3(b, a) = w2(a, b) as it is the same link. ``partial`` and ``back`` are scratch of the
    medicines' size, all zero before and after; what the subtraction leaves of a true zero (1e-12 relative) is zero.
    """
    for i in range(len(starts)):
        s = starts[i]
        for j in range(p1[s - f1], p1[s - f1 + 1]):
            a = t1[j]
            wa = amounts[i] * w1[j]
            if a == s or wa == 0.0:
                continue
            for k in range(p2[a - f2], p2[a - f2 + 1]):
                b = t2[k]
                wb = wa * w2[k]
                if b == s or b == a or wb == 0.0:
                    continue
                middle[b - f3] += wb
                back[a - first] += wb * w2[k]
        _spread(s, middle, p3, t3, w3, f3, first, partial)
        for r in range(len(partial)):
            left = partial[r] - back[r]
            if left > 1e-12 * back[r]:
                totals[r] += left
            partial[r] = 0.0
            back[r] = 0.0


@compiled
def walk_apart(
    starts: Array,
    amounts: Array,
    p1: Array,
    t1: Array,
    w1: Array,
    f1: int,
    p2: Array,
    t2: Array,
    w2: Array,
    f2: int,
    p3: Array,
    t3: Array,
    w3: Array,
    f3: int,
    first: int,
    totals: Array,
) -> None:
    """Add to ``totals`` the weight of every path of three steps, walk by walk: for any metapath."""
    for i in range(len(starts)):
        s = starts[i]
        for j in range(p1[s - f1], p1[s - f1 + 1]):
            a = t1[j]
            wa = amounts[i] * w1[j]
            if a == s or wa == 0.0:
                continue
            for k in range(p2[a - f2], p2[a - f2 + 1]):
                b = t2[k]
                wb = wa * w2[k]
                if b == s or b == a or wb == 0.0:
                    continue
                for m in range(p3[b - f3], p3[b - f3 + 1]):
                    d = t3[m]
                    if d != s and d != a and d != b:
                        totals[d - first] += wb * w3[m]


@compiled
def _keep(kept: Array, weights: Array, row: int, weight: float, s: int, a: int, b: int) -> None:
    """Insert a path into a row of kept ones, heaviest first; among equals the earlier stays in front."""
    size = weights.shape[1]
    if weight <= weights[row, size - 1]:
        return
    place = size - 1
    while place > 0 and weight > weights[row, place - 1]:
        weights[row, place] = weights[row, place - 1]
        kept[row, place] = kept[row, place - 1]
        place -= 1
    weights[row, place] = weight
    kept[row, place, 0] = s
    kept[row, place, 1] = a
    kept[row, place, 2] = b


@compiled
def paths_two(
    starts: Array,
    amounts: Array,
    p1: Array,
    t1: Array,
    w1: Array,
    f1: int,
    slots: Array,
    offset: int,
    last: Array,
    goals: Array,
    kept: Array,
    weights: Array,
) -> None:
    """Keep the heaviest paths of two steps to each goal.

    ``slots[a - offset]`` is the row of ``last`` that holds the weights of the step from node ``a`` to each goal, or -1.
    """
    for i in range(len(starts)):
        s = starts[i]
        for j in range(p1[s - f1], p1[s - f1 + 1]):
            a = t1[j]
            wa = amounts[i] * w1[j]
            if a == s or wa == 0.0 or slots[a - offset] < 0:
                continue
            for g in range(len(goals)):
                weight = wa * last[slots[a - offset], g]
                if weight != 0.0 and goals[g] != s and goals[g] != a:
                    _keep(kept, weights, g, weight, s, a, -1)


@compiled
def paths_three(
    starts: Array,
    amounts: Array,
    p1: Array,
    t1: Array,
    w1: Array,
    f1: int,
    p2: Array,
    t2: Array,
    w2: Array,
    f2: int,
    slots: Array,
    offset: int,
    last: Array,
    goals: Array,
    kept: Array,
    weights: Array,
) -> None:
    """Keep the heaviest paths of three steps to each goal; ``slots`` and ``last`` are of the second middle node."""
    for i in range(len(starts)):
        s = starts[i]
        for j in range(p1[s - f1], p1[s - f1 + 1]):
            a = t1[j]
            wa = amounts[i] * w1[j]
            if a == s or wa == 0.0:
                continue
            for k in range(p2[a - f2], p2[a - f2 + 1]):
                b = t2[k]
                wb = wa * w2[k]
                if b == s or b == a or wb == 0.0 or slots[b - offset] < 0:
                    continue
                for g in range(len(goals)):
                    d = goals[g]
                    weight = wb * last[slots[b - offset], g]
                    if weight != 0.0 and d != s and d != a and d != b:
                        _keep(kept, weights, g, weight, s, a, b)


@compiled
def last_step(
    pointers: Array, targets: Array, weights: Array, first: int, goals: Array, back: int, slots: Array, rows: int
) -> Array:
    """Weights of the last step from every node that leads to a goal.

    Args:
        pointers, targets, weights, first: rows of the *goals*, that is the last step walked backwards; ``weights`` are those
            of the forward step for the same link.
        goals: numbers of the goals.
        back: number of row 0 of the nodes before the goals.
        slots: shape (nodes before,), int32, all -1; filled with rows of the answer.
        rows: upper bound of the rows.

    Returns:
        shape (rows, goals), float64.
    """
    table = np.zeros((rows, len(goals)))
    used = 0
    for g in range(len(goals)):
        r = goals[g] - first
        for j in range(pointers[r], pointers[r + 1]):
            if weights[j] == 0.0:
                continue
            before = targets[j] - back
            if slots[before] < 0:
                slots[before] = used
                used += 1
            table[slots[before], g] = weights[j]
    return table
