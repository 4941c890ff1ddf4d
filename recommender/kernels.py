"""The compiled loops of the degree-weighted walk, over compressed sparse rows.

Each function is compiled once and kept on disk, so that a second process starts without a compiler. A stretch of a walk comes
as tuples with one entry a step: ``pointers`` (rows + 1, int64), ``targets`` (entries, int32), ``weights`` (entries, float64; 0
drops the entry) and ``firsts``, the node number of row 0. No node stands twice in a path. Walks are taken depth first in
ascending node numbers, so that sums are the same bits in every process.
"""

from collections.abc import Callable
from typing import TypeVar, cast

import numpy as np
from numba import njit

from graph.array_file import Array

Result = TypeVar("Result")
Arrays = tuple[Array, ...]


def compiled(function: Callable[..., Result]) -> Callable[..., Result]:
    """The function compiled by numba on its first call, kept on disk for later processes."""
    return cast(Callable[..., Result], njit(cache=True)(function))


@compiled
def walk(
    starts: Array, amounts: Array, pointers: Arrays, targets: Arrays, weights: Arrays, firsts: Array, goal: int, totals: Array
) -> None:
    """Add to ``totals`` the weight of every path of these steps, by the node that it ends in.

    Args:
        starts: shape (n,), int64: where walks begin.
        amounts: shape (n,), float64: what each begins with.
        pointers, targets, weights, firsts: the steps; see the module.
        goal: number of the node that ``totals[0]`` belongs to.
        totals: shape (nodes of the last kind,), float64.
    """
    last = len(pointers) - 1
    nodes = np.empty(last + 2, np.int64)
    mass = np.empty(last + 2)
    entry = np.empty(last + 1, np.int64)
    stop = np.empty(last + 1, np.int64)
    for i in range(len(starts)):
        nodes[0] = starts[i]
        mass[0] = amounts[i]
        entry[0] = pointers[0][nodes[0] - firsts[0]]
        stop[0] = pointers[0][nodes[0] - firsts[0] + 1]
        depth = 0
        while depth >= 0:
            if entry[depth] == stop[depth]:
                depth -= 1
                continue
            j = entry[depth]
            entry[depth] += 1
            node = targets[depth][j]
            weight = mass[depth] * weights[depth][j]
            if weight == 0.0 or _stands(nodes, depth, node):
                continue
            if depth == last:
                totals[node - goal] += weight
            else:
                depth += 1
                nodes[depth] = node
                mass[depth] = weight
                entry[depth] = pointers[depth][node - firsts[depth]]
                stop[depth] = pointers[depth][node - firsts[depth] + 1]


@compiled
def _stands(nodes: Array, depth: int, node: int) -> bool:
    """Whether a node is one of ``nodes[: depth + 1]``."""
    for k in range(depth + 1):
        if nodes[k] == node:
            return True
    return False


@compiled
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
    """Keep the heaviest paths to each goal.

    Args:
        starts, amounts: as in :func:`walk`.
        pointers, targets, weights, firsts: all steps but the last.
        slots: shape (nodes before the goals,), int32: row of ``table`` for the node ``offset + i``, or -1.
        offset: number of the first node before the goals.
        table: shape (rows, goals), float64: weight of the last step from each such node to each goal.
        goals: shape (goals,), int64.
        kept: shape (goals, limit, steps), int64: filled with the nodes of the paths but the goal, heaviest first.
        found: shape (goals, limit), float64: filled with their weights.
    """
    last = len(pointers) - 1
    nodes = np.empty(last + 2, np.int64)
    mass = np.empty(last + 2)
    entry = np.empty(last + 1, np.int64)
    stop = np.empty(last + 1, np.int64)
    for i in range(len(starts)):
        nodes[0] = starts[i]
        mass[0] = amounts[i]
        entry[0] = pointers[0][nodes[0] - firsts[0]]
        stop[0] = pointers[0][nodes[0] - firsts[0] + 1]
        depth = 0
        while depth >= 0:
            if entry[depth] == stop[depth]:
                depth -= 1
                continue
            j = entry[depth]
            entry[depth] += 1
            node = targets[depth][j]
            weight = mass[depth] * weights[depth][j]
            if weight == 0.0 or _stands(nodes, depth, node):
                continue
            if depth < last:
                depth += 1
                nodes[depth] = node
                mass[depth] = weight
                entry[depth] = pointers[depth][node - firsts[depth]]
                stop[depth] = pointers[depth][node - firsts[depth] + 1]
            elif slots[node - offset] >= 0:
                nodes[depth + 1] = node
                _reach(nodes, weight, table[slots[node - offset]], goals, kept, found)


@compiled
def _reach(nodes: Array, weight: float, last: Array, goals: Array, kept: Array, found: Array) -> None:
    """Take the last step to every goal, and insert the path where it is among the heaviest."""
    limit = found.shape[1]
    for g in range(len(goals)):
        whole = weight * last[g]
        if whole <= found[g, limit - 1] or _stands(nodes, len(nodes) - 1, goals[g]):
            continue
        place = limit - 1
        # Among equals the earlier stays in front.
        while place > 0 and whole > found[g, place - 1]:
            found[g, place] = found[g, place - 1]
            kept[g, place] = kept[g, place - 1]
            place -= 1
        found[g, place] = whole
        kept[g, place] = nodes


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
