"""The loops of :mod:`recommender.kernels` in numpy alone: the same functions, the same bits, without a compiler.

Importing numba takes longer than answering one question on a small graph, so a single command uses these; a server and large
graphs use the compiled ones. Every sum runs over the same terms in the same order (``bincount`` adds one after the other), so
that an answer does not depend on which of the two computed it; a test holds them together.
"""

import numpy as np

from graph.array_file import Array


def _expand(nodes: Array, pointers: Array, first: int) -> tuple[Array, Array]:
    """All neighbours of many nodes: for each entry the position of its node among ``nodes``, and its place in the rows."""
    rows = nodes - first
    counts = pointers[rows + 1] - pointers[rows]
    origin = np.repeat(np.arange(len(nodes)), counts)
    before = np.cumsum(counts) - counts
    return origin, np.arange(len(origin)) - before[origin] + pointers[rows][origin]


def _first_step(starts: Array, amounts: Array, p1: Array, t1: Array, w1: Array, f1: int) -> tuple[Array, Array, Array]:
    """Start, neighbour and weight of every first step that is walked."""
    origin, entry = _expand(starts, p1, f1)
    s, a, wa = starts[origin], t1[entry].astype(np.int64), amounts[origin] * w1[entry]
    kept = (a != s) & (wa != 0.0)
    return s[kept], a[kept], wa[kept]


def _second_step(
    s: Array, a: Array, wa: Array, p2: Array, t2: Array, w2: Array, f2: int
) -> tuple[Array, Array, Array, Array, Array]:
    """Start, first and second middle node, weight and weight of the last step alone of every walk of two steps."""
    origin, entry = _expand(a, p2, f2)
    s, a, b, step = s[origin], a[origin], t2[entry].astype(np.int64), w2[entry]
    wb = wa[origin] * step
    kept = (b != s) & (b != a) & (wb != 0.0)
    return s[kept], a[kept], b[kept], wb[kept], step[kept]


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
    """See :func:`recommender.kernels.walk_two`."""
    s, a, wa = _first_step(starts, amounts, p1, t1, w1, f1)
    _, _, d, weight, _ = _second_step(s, a, wa, p2, t2, w2, f2)
    totals += np.bincount(d - first, weight, len(totals))


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
    """See :func:`recommender.kernels.walk_three`."""
    for i in range(len(starts)):
        walk = _first_step(starts[i : i + 1], amounts[i : i + 1], p1, t1, w1, f1)
        _, _, b, wb, _ = _second_step(*walk, p2, t2, w2, f2)
        _last_step_of_merged(int(starts[i]), b, wb, p3, t3, w3, f3, first, len(middle), totals)


def _last_step_of_merged(
    s: int,
    b: Array,
    wb: Array,
    p3: Array,
    t3: Array,
    w3: Array,
    f3: int,
    first: int,
    rows: int,
    totals: Array,
) -> None:
    merged = np.bincount(b - f3, wb, rows)
    met = np.flatnonzero(merged)
    origin, entry = _expand(met + f3, p3, f3)
    d = t3[entry].astype(np.int64)
    kept = (d != s) & (d != met[origin] + f3)
    # In place and one after the other, as the compiled loop adds; bincount would start from zero for every start node.
    np.add.at(totals, d[kept] - first, (merged[met][origin] * w3[entry])[kept])


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
    """See :func:`recommender.kernels.walk_there_and_back`."""
    for i in range(len(starts)):
        walk = _first_step(starts[i : i + 1], amounts[i : i + 1], p1, t1, w1, f1)
        _, a, b, wb, step = _second_step(*walk, p2, t2, w2, f2)
        returned = np.bincount(a - first, wb * step, len(totals))
        reached = np.zeros(len(totals))
        _last_step_of_merged(int(starts[i]), b, wb, p3, t3, w3, f3, first, len(middle), reached)
        left = reached - returned
        totals += np.where(left > 1e-12 * returned, left, 0.0)


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
    """See :func:`recommender.kernels.walk_apart`."""
    walk = _first_step(starts, amounts, p1, t1, w1, f1)
    s, a, b, wb, _ = _second_step(*walk, p2, t2, w2, f2)
    origin, entry = _expand(b, p3, f3)
    d = t3[entry].astype(np.int64)
    kept = (d != s[origin]) & (d != a[origin]) & (d != b[origin])
    np.add.at(totals, d[kept] - first, (wb[origin] * w3[entry])[kept])


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
    """See :func:`recommender.kernels.paths_two`."""
    s, a, wa = _first_step(starts, amounts, p1, t1, w1, f1)
    useful = slots[a - offset] >= 0
    s, a, wa = s[useful], a[useful], wa[useful]
    none = np.full(len(a), -1, np.int64)
    for g, goal in enumerate(goals):
        weight = np.where((s != goal) & (a != goal), wa * last[slots[a - offset], g], 0.0)
        _keep(kept[g], weights[g], weight, (s, a, none))


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
    """See :func:`recommender.kernels.paths_three`."""
    walk = _first_step(starts, amounts, p1, t1, w1, f1)
    s, a, b, wb, _ = _second_step(*walk, p2, t2, w2, f2)
    useful = slots[b - offset] >= 0
    s, a, b, wb = s[useful], a[useful], b[useful], wb[useful]
    for g, goal in enumerate(goals):
        weight = np.where((s != goal) & (a != goal) & (b != goal), wb * last[slots[b - offset], g], 0.0)
        _keep(kept[g], weights[g], weight, (s, a, b))


def _keep(kept: Array, weights: Array, weight: Array, nodes: tuple[Array, Array, Array]) -> None:
    """The heaviest paths of one goal, heaviest first; among equals the earlier stays in front."""
    best = np.argsort(-weight, kind="stable")[: len(weights)]
    best = best[weight[best] > 0]
    weights[: len(best)] = weight[best]
    for column, values in enumerate(nodes):
        kept[: len(best), column] = values[best]


def last_step(
    pointers: Array,
    targets: Array,
    weights: Array,
    first: int,
    goals: Array,
    back: int,
    slots: Array,
    rows: int,
) -> Array:
    """See :func:`recommender.kernels.last_step`."""
    origin, entry = _expand(goals, pointers, first)
    walked = weights[entry] != 0.0
    origin, entry = origin[walked], entry[walked]
    before = targets[entry] - back
    table = np.zeros((rows, len(goals)))
    distinct, earliest = np.unique(before, return_index=True)
    slots[distinct[np.argsort(earliest)]] = np.arange(len(distinct))
    table[slots[before], origin] = weights[entry]
    return table
