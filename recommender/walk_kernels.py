"""The compiled loops of the second-order random walk of node2vec (Grover & Leskovec 2016, KDD, doi:10.1145/2939672.2939754).

A step draws a neighbour by the weight of its edge and keeps it with the chance that the node before allows (rejection
sampling), so nothing is computed for each pair of edges. Every walk has its own stream of numbers, seeded by its start and its
number (splitmix64: Steele, Lea & Flood 2014, OOPSLA, doi:10.1145/2660193.2660195): which walks are made together, and in which
order, changes none of them. A network comes as five arrays: ``pointers`` (nodes + 1, int64), ``targets`` (entries, int32,
ascending in each row; every edge stands in the rows of both its ends), ``chances`` and ``aliases`` of :func:`alias_tables`
(empty where all edges weigh the same) and ``bits`` of :func:`edge_filter`.
"""

import numpy as np

from graph.array_file import Array
from recommender.kernels import compiled

Graph = tuple[Array, Array, Array, Array, Array]

GOLDEN, MIX_ONE, MIX_TWO = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
# Shifts and masks are uint64, too: numba would make a float of an unsigned and a signed number.
ZERO, ONE, SIX, ELEVEN, HALF = np.uint64(0), np.uint64(1), np.uint64(6), np.uint64(11), np.uint64(32)
TWENTY_SEVEN, THIRTY, THIRTY_ONE = np.uint64(27), np.uint64(30), np.uint64(31)
LAST_SIX, LOW = np.uint64(63), np.uint64(0xFFFFFFFF)
UNIT = 2.0**-53

WALKS_A_NODE = np.uint64(1 << 20)
"""How far apart the streams of two nodes are numbered: more walks a node than this would share them."""

TOGETHER = 128
"""How many walks go step by step together."""


@compiled
def mixed(state: np.uint64) -> np.uint64:
    """The output of splitmix64 for a state, both 64 bits."""
    z = (state ^ (state >> THIRTY)) * MIX_ONE
    z = (z ^ (z >> TWENTY_SEVEN)) * MIX_TWO
    return z ^ (z >> THIRTY_ONE)


@compiled
def pair_key(one: int, other: int) -> np.uint64:
    """A number for a pair of nodes, the same whichever comes first."""
    key = (np.uint64(min(one, other)) << HALF | np.uint64(max(one, other))) * GOLDEN
    return key ^ (key >> HALF)


@compiled
def edge_filter(pointers: Array, targets: Array, bits: Array) -> None:
    """Set a bit for each edge: a pair whose bit is not set has none (Bloom 1970, doi:10.1145/362686.362692).

    Args:
        pointers: see the module.
        targets: see the module.
        bits: shape (a power of two,), uint64, filled with 0.
    """
    mask = len(bits) - 1
    for node in range(len(pointers) - 1):
        for i in range(pointers[node], pointers[node + 1]):
            key = pair_key(node, np.int64(targets[i]))
            bits[np.int64(key >> SIX) & mask] |= ONE << (key & LAST_SIX)


@compiled
def joined(pointers: Array, targets: Array, one: int, other: int) -> bool:
    """Whether an edge joins two nodes, by halving the shorter of their rows."""
    low, high = pointers[one], pointers[one + 1]
    if high - low > pointers[other + 1] - pointers[other]:
        low, high = pointers[other], pointers[other + 1]
        other = one
    while low < high:
        middle = (low + high) >> 1
        if targets[middle] == other:
            return True
        if targets[middle] < other:
            low = middle + 1
        else:
            high = middle
    return False


@compiled
def alias_tables(pointers: Array, weights: Array, chances: Array, aliases: Array) -> None:
    """Fill the tables that draw an entry of a row by its weight in one look (Vose 1991, doi:10.1109/32.92917).

    Args:
        pointers: see the module.
        weights: shape (entries,), float64, above 0.
        chances: shape (entries,), float64: filled with the chance that an entry which was drawn uniformly is kept.
        aliases: shape (entries,), int64: filled with the entry that is taken instead.
    """
    for node in range(len(pointers) - 1):
        first, last = pointers[node], pointers[node + 1]
        mean = weights[first:last].sum() / max(last - first, 1)
        waiting = np.empty(last - first, np.int64)
        # Those below the mean stand at the front, the others at the back.
        small, large = 0, last - first
        for i in range(first, last):
            chances[i], aliases[i] = weights[i] / mean, i
            if chances[i] < 1.0:
                waiting[small] = i
                small += 1
            else:
                large -= 1
                waiting[large] = i
        while small > 0 and large < last - first:
            small -= 1
            poor, rich = waiting[small], waiting[large]
            aliases[poor] = rich
            chances[rich] -= 1.0 - chances[poor]
            if chances[rich] < 1.0:
                large += 1
                waiting[small] = rich
                small += 1


@compiled
def walk(graph: Graph, starts: Array, numbers: Array, rows: Array, limits: Array, seed: np.uint64, found: Array) -> None:
    """Walk from each start.

    Args:
        graph: the network's five arrays.
        starts: shape (n,), int64: where each walk begins: nodes that have neighbours.
        numbers: shape (n,), int64: which of its start's walks each is.
        rows: shape (n,), int64: the row of ``found`` that each fills.
        limits: shape (3,), uint64, the greatest 2^32: below which draw a neighbour is kept that is the node before, is joined
            to it, or is neither.
        seed: of all streams.
        found: shape (any, length), int32: receives the nodes.
    """
    for low in range(0, len(starts), TOGETHER):
        high = min(low + TOGETHER, len(starts))
        states = np.empty(high - low, np.uint64)
        for i in range(low, high):
            states[i - low] = mixed(seed ^ mixed(np.uint64(starts[i]) * WALKS_A_NODE + np.uint64(numbers[i])))
        _walk_together(graph, starts[low:high].copy(), states, rows[low:high], limits, found)


@compiled
def _walk_together(graph: Graph, nodes: Array, states: Array, rows: Array, limits: Array, found: Array) -> None:
    """Take some walks step by step together, in short loops.

    What a turn of a loop reads does not depend on the turn before, so the processor waits for many reads at once.
    """
    count = len(nodes)
    before, ahead, draws = np.full(count, -1, np.int64), np.empty(count, np.int64), np.empty(count, np.uint64)
    left, scratch = np.empty(count, np.int64), np.empty(count, np.int64)
    for i in range(count):
        found[rows[i], 0] = nodes[i]
    for position in range(1, found.shape[1]):
        _draw(graph, nodes, states, ahead, draws, scratch, 0, count)
        for k in range(_refused(graph, limits, before, ahead, draws, left)):
            i = left[k]
            while True:
                _draw(graph, nodes, states, ahead, draws, scratch, i, i + 1)
                if draws[i] < _limit(graph, limits, before[i], ahead[i], draws[i]):
                    break
        for i in range(count):
            before[i], nodes[i] = nodes[i], ahead[i]
            found[rows[i], position] = ahead[i]


@compiled
def _draw(graph: Graph, nodes: Array, states: Array, ahead: Array, draws: Array, entries: Array, low: int, high: int) -> None:
    """Draw a neighbour of each node from ``low`` up to ``high``, and beside it 32 bits that say whether it is kept."""
    pointers, targets, chances, aliases, _ = graph
    for i in range(low, high):
        draw = mixed(states[i])
        degree = np.uint64(pointers[nodes[i] + 1] - pointers[nodes[i]])
        entries[i] = pointers[nodes[i]] + np.int64(((draw >> HALF) * degree) >> HALF)
        draws[i] = draw & LOW
    if len(chances) > 0:
        for i in range(low, high):
            coin = np.float64(mixed(states[i] + GOLDEN) >> ELEVEN) * UNIT
            entries[i] = entries[i] if coin < chances[entries[i]] else aliases[entries[i]]
    for i in range(low, high):
        ahead[i] = targets[entries[i]]
        states[i] += GOLDEN + GOLDEN


@compiled
def _limit(graph: Graph, limits: Array, before: int, ahead: int, draw: np.uint64) -> np.uint64:
    """Below which draw a neighbour is kept; not worked out for a draw that is kept whatever the node before is."""
    if draw < min(limits[0], limits[1], limits[2]):
        return ONE << HALF
    if ahead == before:
        return limits[0]  # type: ignore[no-any-return]
    near = limits[1] != limits[2] and joined(graph[0], graph[1], before, ahead)
    return limits[1] if near else limits[2]  # type: ignore[no-any-return]


@compiled
def _refused(graph: Graph, limits: Array, before: Array, ahead: Array, draws: Array, left: Array) -> int:
    """Write the walks whose neighbour is not kept to the front of ``left``, and answer how many they are.

    Each loop keeps those that it cannot let go by a sum, without a branch: which they are cannot be foreseen.
    """
    bits = graph[4]
    always, mask = min(limits[0], limits[1], limits[2]), len(bits) - 1
    if always > LOW:
        return 0
    late = 0
    for i in range(len(ahead)):
        left[late] = i
        late += int((draws[i] >= always) & (before[i] >= 0))
    near = 0
    for k in range(late):
        i = left[k]
        key = pair_key(before[i], ahead[i])
        bit = (bits[np.int64(key >> SIX) & mask] >> (key & LAST_SIX)) & ONE
        left[near] = i
        near += int((bit == ONE) | (ahead[i] == before[i]) | (draws[i] >= limits[2]))
    refused = 0
    for k in range(near):
        i = left[k]
        left[refused] = i
        refused += int(draws[i] >= _limit(graph, limits, before[i], ahead[i], draws[i]))
    return refused
