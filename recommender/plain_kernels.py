"""The loops of :mod:`recommender.kernels` in numpy alone: the same functions, the same bits, without a compiler.

Importing numba takes longer than answering one question on a small graph, so a single command uses these; a server and large
graphs use the compiled ones. Every sum runs over the same terms in the same order (``bincount`` adds one after the other), so
that an answer does not depend on which of the two computed it; a test holds them together.
"""

from collections.abc import Sequence

import numpy as np

from graph.array_file import Array

Arrays = Sequence[Array]


def expand(nodes: Array, pointers: Array, first: int) -> tuple[Array, Array]:
    """All neighbours of many nodes: for each entry the position of its node among ``nodes``, and its place in the rows."""
    rows = nodes - first
    counts = pointers[rows + 1] - pointers[rows]
    origin = np.repeat(np.arange(len(nodes)), counts)
    before = np.cumsum(counts) - counts
    return origin, np.arange(len(origin)) - before[origin] + pointers[rows][origin]


def _walks(
    starts: Array, amounts: Array, pointers: Arrays, targets: Arrays, weights: Arrays, firsts: Array
) -> tuple[list[Array], Array]:
    """Every walk of the steps without a repeated node: its nodes, a column a place, and its weight; in ascending order."""
    nodes, mass = [starts], amounts
    for p, t, w, first in zip(pointers, targets, weights, firsts, strict=True):
        origin, entry = expand(nodes[-1], p, int(first))
        node, weight = t[entry].astype(np.int64), mass[origin] * w[entry]
        kept = weight != 0.0
        for before in nodes:
            kept &= before[origin] != node
        nodes = [*(before[origin[kept]] for before in nodes), node[kept]]
        mass = weight[kept]
    return nodes, mass


def walk(
    starts: Array, amounts: Array, pointers: Arrays, targets: Arrays, weights: Arrays, firsts: Array, goal: int, totals: Array
) -> None:
    """See :func:`recommender.kernels.walk`."""
    nodes, mass = _walks(starts, amounts, pointers, targets, weights, firsts)
    totals += np.bincount(nodes[-1] - goal, mass, len(totals))


def heaviest(
    starts: Array,
    amounts: Array,
    pointers: Arrays,
    targets: Arrays,
    weights: Arrays,
    firsts: Array,
    slots: Array,
    offset: int,
    table: Array,
    goals: Array,
    kept: Array,
    found: Array,
) -> None:
    """See :func:`recommender.kernels.heaviest`."""
    nodes, mass = _walks(starts, amounts, pointers, targets, weights, firsts)
    useful = slots[nodes[-1] - offset] >= 0
    nodes, mass = [column[useful] for column in nodes], mass[useful]
    for g, goal in enumerate(goals):
        weight = mass * table[slots[nodes[-1] - offset], g]
        for column in nodes:
            weight[column == goal] = 0.0
        best = np.argsort(-weight, kind="stable")[: found.shape[1]]
        best = best[weight[best] > 0]
        found[g, : len(best)] = weight[best]
        for place, column in enumerate(nodes):
            kept[g, : len(best), place] = column[best]


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
    origin, entry = expand(goals, pointers, first)
    walked = weights[entry] != 0.0
    origin, entry = origin[walked], entry[walked]
    before = targets[entry] - back
    table = np.zeros((rows, len(goals)))
    distinct, earliest = np.unique(before, return_index=True)
    slots[distinct[np.argsort(earliest)]] = np.arange(len(distinct))
    table[slots[before], origin] = weights[entry]
    return table
