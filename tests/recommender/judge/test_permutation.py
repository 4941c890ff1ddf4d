"""Permuted graphs: every degree is kept, no edge stands twice, and a seed gives one graph."""

from collections import Counter
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.array_file import Array
from graph.elements import EdgeKind, KnowledgeLevel, NodeKind
from recommender.features import known_pairs
from recommender.judge.permutation import link_ends, permuted, permuted_ends, swap
from tests.recommender.conftest import Graph


def edges_of(starts: Array, ends: Array, symmetric: bool) -> list[tuple[int, ...]]:
    rows = zip(starts.tolist(), ends.tolist(), strict=True)
    return [tuple(sorted(row)) if symmetric else row for row in rows]


def degrees(starts: Array, ends: Array, symmetric: bool) -> object:
    if symmetric:
        return Counter(np.concatenate((starts, ends)).tolist())
    return Counter(starts.tolist()), Counter(ends.tolist())


@st.composite
def relations(draw: st.DrawFn) -> tuple[Array, Array, bool, bool]:
    """Starts, ends, whether both are of one kind, and whether an edge reads both ways."""
    symmetric = draw(st.booleans())
    same_kind = symmetric or draw(st.booleans())
    number = st.integers(0, 7)
    rows = draw(st.lists(st.tuples(number, number), max_size=30, unique_by=lambda r: tuple(sorted(r)) if symmetric else r))
    kept = [row for row in rows if not same_kind or row[0] != row[1]]
    table = np.array(kept, np.int64).reshape(-1, 2)
    return table[:, 0], table[:, 1], same_kind, symmetric


@given(relations(), st.integers(0, 9))
def test_degrees_stay_and_no_edge_stands_twice(relation: tuple[Array, Array, bool, bool], seed: int) -> None:
    starts, ends, same_kind, symmetric = relation

    found = permuted_ends(starts, ends, seed, same_kind=same_kind, symmetric=symmetric)

    edges = edges_of(*found, symmetric)
    assert len(set(edges)) == len(edges) == len(starts)
    assert degrees(*found, symmetric) == degrees(starts, ends, symmetric)
    if same_kind:
        assert all(a != b for a, b in edges)
    again = permuted_ends(starts, ends, seed, same_kind=same_kind, symmetric=symmetric)
    assert edges == edges_of(*again, symmetric)


def test_a_large_relation_is_really_mixed_and_another_seed_mixes_otherwise() -> None:
    rng = np.random.default_rng(1)
    cells = rng.choice(60 * 50, 600, replace=False)
    starts, ends = cells // 50, cells % 50
    real = set(edges_of(starts, ends, False))

    found = [set(edges_of(*permuted_ends(starts, ends, seed, same_kind=False, symmetric=False), False)) for seed in (1, 2)]

    assert found[0] != found[1]
    # Of 3,000 places 600 are taken: by chance a fifth of the edges, more for nodes of many edges, stand where they stood.
    assert all(len(real & edges) / len(real) < 0.35 for edges in found)


def test_every_simple_graph_of_the_degrees_is_equally_likely() -> None:
    # Three starts and three ends of one edge each: six graphs.
    ones = np.arange(3)

    counts = Counter(
        tuple(permuted_ends(ones, ones, seed, same_kind=False, symmetric=False)[1].tolist()) for seed in range(600)
    )

    assert len(counts) == 6
    assert sum((n - 100) ** 2 / 100 for n in counts.values()) < 20.5  # χ² with 5 degrees of freedom, p = .001


def test_a_swap_by_hand() -> None:
    starts, ends = np.array([0, 1]), np.array([5, 6])

    made = swap(starts, ends, np.array([[0, 1], [0, 0]]), np.array([False, False]), False, False)

    assert made == 1
    assert edges_of(starts, ends, False) == [(0, 6), (1, 5)]


@pytest.mark.parametrize(
    ("rows", "same_kind", "symmetric"),
    [
        ([(0, 5), (0, 6)], False, False),
        ([(0, 5), (1, 5)], False, False),
        ([(0, 1), (1, 2)], True, False),
        ([(0, 5), (1, 6), (0, 6)], False, False),
        ([(0, 1), (2, 3), (0, 3)], True, True),
    ],
    ids=["one start", "one end", "self-loop", "double", "double the other way"],
)
def test_a_swap_that_would_break_the_relation_is_not_made(
    rows: list[tuple[int, int]], same_kind: bool, symmetric: bool
) -> None:
    table = np.array(rows)
    starts, ends = table[:, 0].copy(), table[:, 1].copy()

    made = swap(starts, ends, np.array([[0, 1]]), np.array([False]), same_kind, symmetric)

    assert made == 0
    assert edges_of(starts, ends, False) == rows


EDGES = [
    *((f"M:{i}", "TREATS", f"C:{(i * 7) % 5}") for i in range(10)),
    *((f"M:{i}", "BINDS", f"G:{(i * j) % 11}") for i in range(10) for j in (1, 3)),
    *((f"G:{i}", "INTERACTS", f"G:{(i + 1) % 11}", {"level": "statistical"}) for i in range(11)),
]


def test_a_permuted_snapshot_is_a_graph_of_its_own(graph_of: Callable[..., Graph]) -> None:
    snapshot = graph_of(EDGES).snapshot
    known = known_pairs(snapshot)

    (other, pairs), (again, same), (third, _) = (permuted(snapshot, known, seed) for seed in (3, 3, 4))

    assert other.checksum == again.checksum != third.checksum
    assert snapshot.checksum not in (other.checksum, third.checksum)
    assert other.relations.keys() == snapshot.relations.keys()
    for key, relation in snapshot.relations.items():
        real, made = link_ends(relation), link_ends(other.relations[key])
        assert len(real[0]) == relation.link_count
        assert degrees(*made, relation.symmetric) == degrees(*real, relation.symmetric)
        assert edges_of(*made, relation.symmetric) == edges_of(*link_ends(again.relations[key]), relation.symmetric)
    assert pairs.tolist() == same.tolist() != known.tolist()
    assert pairs[:, 1].tolist() == known[:, 1].tolist()
    assert sorted(pairs.tolist()) == known_pairs(other).tolist()
    genes = other.relation(EdgeKind.INTERACTS, NodeKind.GENE, NodeKind.GENE)
    assert genes is not None
    assert other.link_edges(genes, 0)[0].level is KnowledgeLevel.STATISTICAL
    assert other.link_edges(genes, 0)[0].provenance.source == "xswap"


def test_treatments_that_may_not_be_seen_leave_no_trace(graph_of: Callable[..., Graph]) -> None:
    hidden = ("M:9", "TREATS", "C:1")
    whole, less = graph_of([*EDGES, hidden]).snapshot, graph_of(EDGES).snapshot
    seen = known_pairs(less)

    (one, pairs), (other, same) = (permuted(snapshot, seen, 5) for snapshot in (whole, less))

    assert pairs.tolist() == same.tolist()
    assert known_pairs(one).tolist() == known_pairs(other).tolist()


def test_progress_goes_to_the_end(graph_of: Callable[..., Graph]) -> None:
    told: list[tuple[str, float]] = []
    snapshot = graph_of(EDGES).snapshot

    permuted(snapshot, known_pairs(snapshot), 1, lambda *step: told.append(step))

    assert told == [("permuting the graph", pytest.approx(share)) for share in (1 / 3, 2 / 3, 1)]
