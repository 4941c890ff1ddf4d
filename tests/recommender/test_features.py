"""Path counts of all pairs: the product of parts against the walk itself, and nothing of what is hidden."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.elements import EdgeKind, KnowledgeLevel, NodeKind
from graph.relation import RelationKey
from recommender.discovery import discover
from recommender.features import PathCounts, known_pairs
from recommender.metapaths import read_table
from recommender.model import TREATS
from recommender.similarity import SimilarEdges, extend
from recommender.stages import Stages
from recommender.training import reduced
from recommender.walk import Walker
from tests.recommender.conftest import Build, Graph

TABLE = read_table()
EDGES = [
    ("M:a", "TREATS", "C:x"),
    ("M:b", "TREATS", "C:x"),
    ("M:b", "TREATS", "C:y"),
    ("M:a", "BINDS", "G:g"),
    ("M:c", "BINDS", "G:g"),
    ("C:y", "ASSOCIATES", "G:g"),
]


def test_known_pairs_are_positions_of_condition_and_medicine(graph_of: Callable[..., Graph]) -> None:
    graph = graph_of([*EDGES, ("M:c", "PALLIATES", "C:y")])

    assert known_pairs(graph.snapshot).tolist() == [[0, 0], [0, 1], [1, 1]]
    assert known_pairs(graph.snapshot, EdgeKind.PALLIATES).tolist() == [[1, 2]]
    assert known_pairs(graph_of([("M:a", "BINDS", "G:g")]).snapshot).shape == (0, 2)


def test_a_count_worked_out_by_hand(graph_of: Callable[..., Graph]) -> None:
    # x ←t– a –b→ g ←b– c with w = ½: x has 2 treatments, a treats 1, a binds 1, g is bound by 2 (twice), c binds 1.
    graph = graph_of(EDGES)
    counts = PathCounts(graph.snapshot, discover(graph.snapshot, TABLE), 0.5)
    [shared] = [c for c in counts.candidates if c.metapath.code == "CtMbGbM"]

    x = counts.count(shared, counts.crossings(known_pairs(graph.snapshot)))

    assert x.tolist() == [[0, 0, pytest.approx((2 * 1 * 1 * 2 * 2 * 1) ** -0.5, rel=1e-6)], [0, 0, 0]]


def test_hidden_treatments_are_neither_walked_nor_counted_in_degrees(graph_of: Callable[..., Graph]) -> None:
    graph = graph_of(EDGES)
    counts = PathCounts(graph.snapshot, discover(graph.snapshot, TABLE), 0.5)
    [shared] = [c for c in counts.candidates if c.metapath.code == "CtMbGbM"]

    x = counts.count(shared, counts.crossings(np.array([[0, 0]])))

    # Without b, x has one treatment.
    assert float(x[0, 2]) == pytest.approx((1 * 1 * 1 * 2 * 2 * 1) ** -0.5, rel=1e-6)
    assert not counts.scores({"CtMbGbM": 1.0}, {"CtMbGbM": 1.0}, np.zeros((0, 2), np.int64)).any()


KINDS = {"M": 4, "C": 4, "G": 3, "E": 3, "Y": 3}
SCHEMA = [
    ("M", "TREATS", "C"),
    ("M", "PALLIATES", "C"),
    ("M", "BINDS", "G"),
    ("M", "CAUSES", "E"),
    ("M", "RESEMBLES", "M"),
    ("C", "RESEMBLES", "C"),
    ("C", "IS_A", "C"),
    ("C", "ASSOCIATES", "G"),
    ("C", "PRESENTS", "Y"),
    ("G", "INTERACTS", "G"),
]


@st.composite
def graphs(draw: st.DrawFn) -> list[tuple[str, str, str]]:
    """Edges of every kind between a few nodes."""
    edges = []
    for start, kind, end in SCHEMA:
        pairs = st.tuples(st.integers(0, KINDS[start] - 1), st.integers(0, KINDS[end] - 1))
        for a, b in draw(st.lists(pairs, min_size=1, max_size=8, unique=True)):
            edges.append((f"{start}:{a}", kind, f"{end}:{b}"))
    return edges


@settings(max_examples=40)
@given(graphs(), st.sampled_from([0.0, 0.4, 1.0]), st.randoms(use_true_random=False))
def test_every_metapath_counts_what_the_walk_counts_also_with_treatments_hidden(build: Build, edges, damping, random) -> None:  # type: ignore[no-untyped-def]
    # Every node is there, so that every kind of similar edge can be drawn.
    nodes = {f"{kind}:{i}": {} for kind, size in KINDS.items() for i in range(size)}
    with build(edges, nodes) as graph:
        known = known_pairs(graph.snapshot)
        visible = known[np.array(sorted(random.sample(range(len(known)), random.randint(0, len(known)))), np.int64)]
        starts, ends = np.array([0, 0, 1]), np.array([1, 3, 2])
        similar = [
            SimilarEdges(
                RelationKey(EdgeKind.SIMILAR_TO, kind, kind, "drawn"),
                starts + graph.snapshot.numbers(kind).start,
                ends + graph.snapshot.numbers(kind).start,
                np.array([0.9, 0.5, 0.25]),
            )
            for kind in (NodeKind.MEDICINE, NodeKind.CONDITION)
        ]
        snapshot, _ = extend(graph.snapshot, similar)
        counts = PathCounts(snapshot, discover(snapshot, TABLE), damping)
        crossings = counts.crossings(visible)
        walker = Walker(reduced(snapshot, visible), [c.metapath for c in counts.candidates], damping, compiled=False)
        conditions = snapshot.numbers(NodeKind.CONDITION)

        assert any(c.left and c.right for c in counts.candidates)
        assert any(c.crossing is None for c in counts.candidates)
        for candidate in counts.candidates:
            walked = np.zeros(counts.shape)
            if candidate.metapath in walker.metapaths:
                walked = np.array([walker.count(candidate.metapath, {c: 1.0}) for c in conditions])
            assert counts.count(candidate, crossings) == pytest.approx(walked, rel=1e-5, abs=1e-12), candidate.metapath.code
            assert (counts.count(candidate, crossings, np.array([2, 0])) == counts.count(candidate, crossings)[[2, 0]]).all()


def test_a_snapshot_with_some_treatments_keeps_what_the_others_say(graph_of: Callable[..., Graph]) -> None:
    graph = graph_of([*EDGES[:2], ("M:b", "TREATS", "C:y", {"level": "observation", "source": "other"})])

    one = reduced(graph.snapshot, np.array([[1, 1]]))

    assert known_pairs(one).tolist() == [[1, 1]]
    edge = one.edge(one.relations[TREATS], 0)
    assert (edge.level, edge.provenance.source) == (KnowledgeLevel.OBSERVATION, "other")
    assert len(known_pairs(graph.snapshot)) == 3
    assert reduced(graph.snapshot, known_pairs(graph.snapshot)) is graph.snapshot


def test_counted_parts_are_found_again(graph_of: Callable[..., Graph], tmp_path) -> None:  # type: ignore[no-untyped-def]
    graph = graph_of(EDGES)
    candidates = discover(graph.snapshot, TABLE)
    first, again = Stages(tmp_path), Stages(tmp_path)

    one = PathCounts(graph.snapshot, candidates, 0.5, first)
    other = PathCounts(graph.snapshot, candidates, 0.5, again)

    treatments = known_pairs(graph.snapshot)
    assert (first.resumed, again.resumed > 0) == (0, True)
    for candidate in candidates:
        assert (one.count(candidate, one.crossings(treatments)) == other.count(candidate, other.crossings(treatments))).all()
