"""Graphs in which every node keeps its degrees and nothing else is true: what a model still knows there, degree told it.

XSwap (Hanhijärvi, Garriga & Puolamäki 2009, SDM, "Randomization techniques for graphs"; used on Hetionet by Himmelstein et al.
2017, eLife 6:e26726): two edges of one relation change their ends, unless an edge would stand twice or join a node with itself.
"""

from collections.abc import Callable

import numpy as np

from graph.array_file import Array
from graph.derived import derived_relation, link_arrays
from graph.elements import EdgeKind, KnowledgeLevel, Provenance
from graph.relation import Relation, RelationKey
from graph.snapshot import LEVEL_ORDER, Snapshot
from recommender.kernels import compiled

SWAPS = 10
"""Attempted swaps for each edge; the share of edges that are left in place has settled by then."""
SOURCE = "xswap"


@compiled
def swap(starts: Array, ends: Array, picks: Array, turns: Array, same_kind: bool, symmetric: bool) -> int:
    """Exchange the ends of pairs of edges in place, where that keeps the relation a relation.

    Args:
        starts: shape (edges,), int64.
        ends: shape (edges,), int64; of a symmetric relation each pair stands once, either way round.
        picks: shape (attempts, 2), int64: the two edges of each attempt.
        turns: shape (attempts,), bool: whether the second edge is read from its end; only for symmetric relations.
        same_kind: whether both ends are of one kind, so that a swap could join a node with itself.
        symmetric: whether an edge reads the same both ways.

    Returns:
        How many swaps were made.
    """
    present = set()
    for i in range(len(starts)):
        present.add(_name(starts[i], ends[i], symmetric))
    made = 0
    for attempt in range(len(picks)):
        i, j = picks[attempt, 0], picks[attempt, 1]
        a, b = starts[i], ends[i]
        c, d = starts[j], ends[j]
        if symmetric and turns[attempt]:
            c, d = d, c
        if i == j or a == c or b == d or (same_kind and (a == d or c == b)):
            continue
        first, second = _name(a, d, symmetric), _name(c, b, symmetric)
        if first == second or first in present or second in present:
            continue
        present.remove(_name(a, b, symmetric))
        present.remove(_name(c, d, symmetric))
        present.add(first)
        present.add(second)
        starts[i], ends[i], starts[j], ends[j] = a, d, c, b
        made += 1
    return made


@compiled
def _name(start: int, end: int, symmetric: bool) -> int:
    """One number for a pair."""
    if symmetric and end < start:
        start, end = end, start
    return (start << 32) | end


def permuted_ends(starts: Array, ends: Array, seed: int, *, same_kind: bool, symmetric: bool) -> tuple[Array, Array]:
    """The edges of a relation with their ends exchanged at random; each row keeps its start unless the relation is symmetric.

    Args:
        starts: shape (edges,): numbers of the start nodes.
        ends: shape (edges,): numbers of the end nodes.
        seed: the same seed gives the same edges.
        same_kind: whether both ends are of one kind.
        symmetric: whether an edge reads the same both ways.

    Returns:
        Starts and ends, each shape (edges,), int64; every node has the degree that it had.
    """
    rng = np.random.default_rng(seed)
    new_starts, new_ends = starts.astype(np.int64), ends.astype(np.int64)
    if len(starts) > 1:
        attempts = SWAPS * len(starts)
        picks = rng.integers(0, len(starts), (attempts, 2))
        turns = rng.integers(0, 2, attempts).astype(np.bool_)
        swap(new_starts, new_ends, picks, turns, same_kind, symmetric)
    return new_starts, new_ends


def link_ends(relation: Relation) -> tuple[Array, Array]:
    """Starts and ends of the links of a relation, each shape (links,), int64; of a symmetric one each pair once."""
    rows = relation.outward
    starts = np.repeat(np.arange(len(rows.pointers) - 1) + rows.first, np.diff(rows.pointers))
    ends = rows.targets.astype(np.int64)
    once = starts <= ends if relation.symmetric else np.ones(len(starts), bool)
    return starts[once], ends[once]


def permuted(
    snapshot: Snapshot, treatments: Array, seed: int, progress: Callable[[str, float], None] | None = None
) -> tuple[Snapshot, Array]:
    """A snapshot in which the links of every relation were exchanged; what training derived is left out.

    Args:
        snapshot: the real graph.
        treatments: shape (n, 2): condition and medicine of the treatments that may be seen; no others are looked at.
        seed: the same seed gives the same graph.
        progress: told how far it is.

    Returns:
        A snapshot of its own name, for what was derived from the real graph does not belong to it; and its treatments in the
        order of the given ones, each still of the same medicine, shape (n, 2).
    """
    keys = sorted((key for key in snapshot.relations if key.kind is not EdgeKind.SIMILAR_TO), key=str)
    relations, found = [], treatments
    for place, key in enumerate(keys):
        own_seed = int(np.random.SeedSequence([seed, place]).generate_state(1)[0])
        if key.kind is EdgeKind.TREATS:
            medicines, conditions = permuted_ends(
                treatments[:, 1], treatments[:, 0], own_seed, same_kind=False, symmetric=False
            )
            found = np.stack([conditions, medicines], axis=1)
            ends = medicines + snapshot.first[key.start], conditions + snapshot.first[key.end]
        else:
            relation = snapshot.relations[key]
            same_kind = key.start == key.end
            ends = permuted_ends(*link_ends(relation), own_seed, same_kind=same_kind, symmetric=relation.symmetric)
        relations.append(_made_up(snapshot, key, ends))
        if progress:
            progress("permuting the graph", (place + 1) / len(keys))
    other = snapshot.extended(relations, [Provenance(SOURCE, str(seed), "none: made up")])
    other.checksum = f"{snapshot.checksum}-{SOURCE}-{seed}"
    return other, found


def _made_up(snapshot: Snapshot, key: RelationKey, ends: tuple[Array, Array]) -> Relation:
    level = commonest_level(snapshot.relations[key])
    return derived_relation(key, link_arrays(key, *ends, snapshot, len(snapshot.provenances), level), snapshot)


def commonest_level(relation: Relation) -> KnowledgeLevel:
    """How most edges of a relation are known, so that what looks at levels treats its permutation alike."""
    counts = np.bincount(relation.levels, minlength=len(LEVEL_ORDER))
    return LEVEL_ORDER[int(counts.argmax())]
