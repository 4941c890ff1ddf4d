"""Walks: the exact distribution of the second-order walk, the package that others use, and streams that do not meet."""

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chi2, chi2_contingency

from graph.array_file import Array
from graph.derived import derived_relation, link_arrays
from graph.elements import EdgeKind, KnowledgeLevel, NodeKind
from graph.relation import RelationKey
from recommender import walk_kernels
from recommender.errors import TrainingError
from recommender.walks import Network, NetworkConfig, WalkConfig, joined_network, link_ends, network, random_walks
from tests.recommender.conftest import Graph
from tests.recommender.node2vec_reference import reference_walks

# A square with a diagonal, a triangle that hangs on it, and a leaf: every case of the bias occurs.
EDGES = [(0, 1), (1, 2), (2, 3), (3, 0), (0, 2), (3, 4), (4, 5), (5, 3), (5, 6)]
WEIGHTS = [1.0, 2.0, 0.5, 1.0, 3.0, 0.25, 1.0, 4.0, 1.5]
BIASES = [(1.0, 0.5), (0.25, 4.0), (4.0, 1.0), (0.5, 0.5), (1.0, 1.0)]


def net_of(edges: list[tuple[int, int]], weights: list[float] | None = None, nodes: int = 0) -> Network:
    starts, ends = np.array(edges).T
    return joined_network(
        nodes or int(max(starts.max(), ends.max())) + 1, starts, ends, np.array(weights or [1.0] * len(edges))
    )


def matrix(net: Network) -> Array:
    dense = np.zeros((net.nodes, net.nodes))
    dense[np.repeat(np.arange(net.nodes), np.diff(net.pointers)), net.targets] = net.weights
    return dense


def exact(weights: Array, p: float, q: float) -> Array:
    """P(next | before, now), shape (before, now, next), as the paper writes it; 0 where before and now are not joined."""
    n = len(weights)
    chances = np.zeros((n, n, n))
    for before, now in zip(*np.nonzero(weights), strict=True):
        for onward in np.flatnonzero(weights[now]):
            bias = 1 / p if onward == before else 1.0 if weights[before, onward] else 1 / q
            chances[before, now, onward] = bias * weights[now, onward]
        chances[before, now] /= chances[before, now].sum()
    return chances


def counted(walks: Array, nodes: int) -> Array:
    """How often each step was made, shape (before, now, next)."""
    counts = np.zeros((nodes, nodes, nodes))
    np.add.at(counts, (walks[:, :-2].ravel(), walks[:, 1:-1].ravel(), walks[:, 2:].ravel()), 1)
    return counts


def surprise(counts: Array, chances: Array) -> float:
    """The chance of a χ² at least as great, were the steps drawn with these chances."""
    wanted = counts.sum(axis=2, keepdims=True) * chances
    possible = chances > 0
    assert not np.any(counts[~possible])
    freedom = int(possible.sum() - np.any(possible, axis=2).sum())
    return float(chi2.sf(np.sum((counts - wanted)[possible] ** 2 / wanted[possible]), freedom))


@pytest.mark.parametrize("weights", [None, WEIGHTS], ids=["alike", "weighted"])
@pytest.mark.parametrize(("p", "q"), BIASES)
def test_steps_have_the_exact_distribution(p: float, q: float, weights: list[float] | None) -> None:
    net = net_of(EDGES, weights)

    counts = counted(random_walks(net, WalkConfig(400, 80, p, q, 5)), net.nodes)

    assert surprise(counts, exact(matrix(net), p, q)) > 0.001
    if p != q:
        # The test can tell: an unbiased walk is another one.
        assert surprise(counts, exact(matrix(net), 1, 1)) < 1e-9


def test_the_first_step_goes_by_weight() -> None:
    net = net_of(EDGES, WEIGHTS)

    walks = random_walks(net, WalkConfig(20_000, 2, 0.25, 4.0), np.array([3]))

    # From 3 lead edges of weight 1 to 0, ½ to 2, ¼ to 4 and 4 to 5, together 5.75; four standard deviations are allowed.
    for node, weight in [(0, 1.0), (2, 0.5), (4, 0.25), (5, 4.0)]:
        share = weight / 5.75
        assert np.mean(walks[:, 1] == node) == pytest.approx(share, abs=4 * (share * (1 - share) / 20_000) ** 0.5)


@pytest.mark.parametrize(("p", "q"), [(1.0, 0.5), (0.25, 4.0)])
def test_the_node2vec_package_makes_steps_of_the_same_distribution(p: float, q: float) -> None:
    net = net_of(EDGES, WEIGHTS)
    theirs = reference_walks(net, WalkConfig(25, 40, p, q, 3))
    ours = random_walks(net, WalkConfig(25, 40, p, q, 3))

    both = np.stack([counted(walks, net.nodes).ravel() for walks in (ours, theirs)])

    assert chi2_contingency(both[:, both.sum(axis=0) > 20]).pvalue > 0.001
    assert np.array_equal(theirs, reference_walks(net, WalkConfig(25, 40, p, q, 3)))


def test_a_walk_depends_on_its_start_and_its_number_alone() -> None:
    net = net_of(EDGES, WEIGHTS)
    whole = random_walks(net, WalkConfig(30, 12, 0.5, 2.0, 9)).reshape(30, 7, 12)

    some = random_walks(net, WalkConfig(7, 12, 0.5, 2.0, 9), np.array([6, 2, 2])).reshape(7, 3, 12)

    assert np.array_equal(some, whole[:7, [6, 2, 2]])
    # Another seed, another walk of the same start, another start: no two streams are the same.
    assert not np.array_equal(whole, random_walks(net, WalkConfig(30, 12, 0.5, 2.0, 10)).reshape(30, 7, 12))
    assert len(np.unique(whole[:, 3], axis=0)) > 25


def test_shorter_walks_are_the_beginning_of_longer_ones() -> None:
    net = net_of(EDGES)

    assert np.array_equal(random_walks(net, WalkConfig(3, 5)), random_walks(net, WalkConfig(3, 50))[:, :5])
    assert np.array_equal(random_walks(net, WalkConfig(1, 1)), np.arange(7)[:, None])


def test_a_node_without_neighbours_stays_where_it_is() -> None:
    net = net_of([(0, 2)], nodes=4)

    walks = random_walks(net, WalkConfig(2, 4))

    assert walks.tolist() == [[0, 2, 0, 2], [1, -1, -1, -1], [2, 0, 2, 0], [3, -1, -1, -1]] * 2
    assert random_walks(net, WalkConfig(2, 4), np.array([], np.int64)).shape == (0, 4)


pairs = st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)).filter(lambda e: e[0] != e[1]), min_size=1, max_size=20)


@settings(max_examples=60)
@given(pairs, st.sampled_from(BIASES), st.integers(0, 2**64 - 1), st.booleans())
def test_every_step_goes_over_an_edge(edges: list[tuple[int, int]], bias: tuple[float, float], seed: int, heavy: bool) -> None:
    net = net_of(edges, [1.0 + heavy * i for i in range(len(edges))], 8)
    joined = {frozenset(edge) for edge in edges}

    for number, walk in enumerate(random_walks(net, WalkConfig(2, 6, *bias, seed)).tolist()):
        assert walk[0] == number % 8
        if any(walk[0] in edge for edge in joined):
            assert all(frozenset(step) in joined for step in pairwise(walk))
        else:
            assert walk[1:] == [-1] * 5


@settings(max_examples=60)
@given(pairs)
def test_the_filter_passes_every_edge_and_rows_are_searched_rightly(edges: list[tuple[int, int]]) -> None:
    net = net_of(edges, nodes=8)
    bits = np.zeros(4, np.uint64)
    walk_kernels.edge_filter(net.pointers, net.targets, bits)

    for one in range(8):
        for other in range(8):
            there = matrix(net)[one, other] > 0
            key = int(walk_kernels.pair_key(one, other))
            assert walk_kernels.joined(net.pointers, net.targets, one, other) == there
            assert not there or int(bits[(key >> 6) & 3]) >> (key & 63) & 1


@settings(max_examples=60)
@given(st.lists(st.floats(1e-3, 1e3), min_size=1, max_size=12))
def test_alias_tables_draw_by_weight(weights: list[float]) -> None:
    chances, aliases = np.zeros(len(weights)), np.zeros(len(weights), np.int64)

    walk_kernels.alias_tables(np.array([0, 0, len(weights)]), np.array(weights), chances, aliases)

    drawn = np.minimum(chances, 1.0)
    np.add.at(drawn, aliases, 1 - np.minimum(chances, 1.0))
    assert drawn / len(weights) == pytest.approx(np.array(weights) / sum(weights), rel=1e-9, abs=1e-12)


def test_the_stream_is_splitmix64() -> None:
    # The first numbers of the published generator (Vigna, https://prng.di.unimi.it/splitmix64.c) for the state 1234567.
    states = [(1234567 + i * 0x9E3779B97F4A7C15) % 2**64 for i in (1, 2, 3)]

    numbers = [int(walk_kernels.mixed(np.uint64(state))) for state in states]

    assert numbers == [6457827717110365317, 3203168211198807973, 9817491932198370423]


TYPED = [
    ("M:a", "TREATS", "C:c"),
    ("M:a", "PALLIATES", "C:c"),
    ("M:a", "BINDS", "G:g"),
    ("M:a", "UPREGULATES", "G:g"),
    ("M:b", "BINDS", "G:g"),
    ("G:g", "INTERACTS", "G:h"),
    ("G:h", "INTERACTS", "G:h"),
]


def weights_of(graph: Graph, net: Network) -> dict[tuple[str, str], float]:
    dense = matrix(net)
    assert np.array_equal(dense, dense.T)
    rows, columns = np.nonzero(np.triu(dense))
    ids = zip(graph.ids(rows.tolist()), graph.ids(columns.tolist()), strict=True)
    return {pair: float(dense[i, j]) for pair, i, j in zip(ids, rows, columns, strict=True)}


def test_a_network_has_every_edge_but_treatments(graph_of: Callable[..., Graph]) -> None:
    graph = graph_of(TYPED)

    # What two kinds say is one edge of both weights; the edge from h to itself is none.
    wanted = {("M:a", "C:c"): 1.0, ("M:a", "G:g"): 2.0, ("M:b", "G:g"): 1.0, ("G:g", "G:h"): 1.0}
    assert weights_of(graph, network(graph.snapshot)) == wanted
    everything = network(graph.snapshot, NetworkConfig(frozenset()))
    assert weights_of(graph, everything) == wanted | {("M:a", "C:c"): 2.0}


def test_kinds_and_degrees_weigh(graph_of: Callable[..., Graph]) -> None:
    graph = graph_of(TYPED)
    config = NetworkConfig(kind_weights={EdgeKind.BINDS: 3.0, EdgeKind.PALLIATES: 0.0, EdgeKind.INTERACTS: 0.0}, damping=0.5)

    # Both BINDS edges have the degrees 1 and 2, so each weighs the mean, 3.
    found = weights_of(graph, network(graph.snapshot, config))
    assert found == {("M:a", "G:g"): pytest.approx(4.0), ("M:b", "G:g"): pytest.approx(3.0)}
    # a binds two genes and g has two medicines: (2·2)^-½ = .5, (1·2)^-½ = (2·1)^-½ = .7071; over their mean.
    graph = graph_of([("M:a", "BINDS", "G:g"), ("M:b", "BINDS", "G:g"), ("M:a", "BINDS", "G:h")])
    mean = (0.5 + 2 * 0.5**0.5) / 3
    found = weights_of(graph, network(graph.snapshot, NetworkConfig(damping=0.5)))
    side = pytest.approx(0.5**0.5 / mean)
    assert found == {("M:a", "G:g"): pytest.approx(0.5 / mean), ("M:b", "G:g"): side, ("M:a", "G:h"): side}


def test_edges_that_training_derived_are_no_part(graph_of: Callable[..., Graph]) -> None:
    snapshot = graph_of(TYPED).snapshot
    key = RelationKey(EdgeKind.RESEMBLES, NodeKind.MEDICINE, NodeKind.MEDICINE, "method")
    level = KnowledgeLevel.PREDICTION
    arrays = link_arrays(key, np.array([0]), np.array([1]), snapshot, 0, level, np.array([0.5]))

    extended = snapshot.extended([derived_relation(key, arrays, snapshot)], [])

    assert len(network(extended).targets) == len(network(snapshot).targets)


def test_ends_of_links(graph_of: Callable[..., Graph]) -> None:
    graph = graph_of([("G:b", "INTERACTS", "G:a"), ("G:a", "INTERACTS", "G:c"), ("G:c", "INTERACTS", "G:c")])
    relation = graph.snapshot.relation(EdgeKind.INTERACTS, NodeKind.GENE, NodeKind.GENE)
    assert relation is not None

    starts, ends = link_ends(relation)

    found = sorted(zip(graph.ids(starts), graph.ids(ends), strict=True))
    assert found == [("G:a", "G:b"), ("G:a", "G:c"), ("G:c", "G:c")]


def test_a_network_without_edges_is_an_error(graph_of: Callable[..., Graph]) -> None:
    graph = graph_of([("M:a", "TREATS", "C:c")])

    with pytest.raises(TrainingError, match="no edges"):
        network(graph.snapshot)


@pytest.mark.parametrize("weight", [float("nan"), 0.0, -1.0, float("inf")])
def test_a_weight_that_is_no_weight_is_an_error(weight: float) -> None:
    with pytest.raises(TrainingError, match="above 0"):
        net_of([(0, 1), (1, 2)], [1.0, weight])


@pytest.mark.parametrize(
    "wrong",
    [{"walks": 0}, {"walks": 2**20 + 1}, {"length": 0}, {"p": 0.0}, {"q": -1.0}, {"p": float("nan")}, {"q": float("inf")}],
)
def test_a_walk_that_cannot_go_is_an_error(wrong: dict[str, float]) -> None:
    with pytest.raises(TrainingError):
        WalkConfig(**wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "config", [{"damping": 1.5}, {"damping": float("nan")}, {"kind_weights": {EdgeKind.BINDS: float("nan")}}]
)
def test_a_network_that_cannot_be_is_an_error(config: dict[str, float]) -> None:
    with pytest.raises(TrainingError):
        NetworkConfig(**config)  # type: ignore[arg-type]
