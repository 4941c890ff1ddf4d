"""Embeddings: what the formulas say on small graphs, the same bytes anywhere, and nothing learned from treatments."""

import hashlib
import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from scipy.special import iv

from graph.array_file import Array
from recommender.embeddings import EmbeddingConfig, EmbeddingMethod, Embeddings, embed, embed_network
from recommender.errors import TrainingError
from recommender.skip_gram import SkipGramConfig, train
from recommender.walks import Network, NetworkConfig, WalkConfig, joined_network
from tests.recommender.conftest import Graph

METHODS = pytest.mark.parametrize("method", list(EmbeddingMethod))
WALKS = WalkConfig(20, 20, q=0.5)


def two_cliques(alone: int = 0) -> Network:
    """Nodes 0 to 7 all joined, 8 to 15 all joined, an edge between both, and nodes without edges behind."""
    edges = [*combinations(range(8), 2), *combinations(range(8, 16), 2), (7, 8)]
    starts, ends = np.array(edges).T
    return joined_network(16 + alone, starts, ends, np.linspace(1, 2, len(edges)))


def config_of(method: str, dimensions: int = 6, seed: int = 0) -> EmbeddingConfig:
    return EmbeddingConfig(method, dimensions, seed, walks=WALKS)


def dense(net: Network) -> Array:
    matrix = np.zeros((net.nodes, net.nodes))
    matrix[np.repeat(np.arange(net.nodes), np.diff(net.pointers)), net.targets] = net.weights
    return matrix


@METHODS
def test_nodes_of_one_clique_are_more_alike(method: EmbeddingMethod) -> None:
    made = embed_network(two_cliques(), config_of(method))

    near, far = np.array(list(combinations(range(8), 2))), np.array([(i, j) for i in range(7) for j in range(9, 16)])
    assert made.vectors.shape == (16, 6)
    assert made.vectors.dtype == np.float32
    assert made.method is method
    assert np.median(made.similarity(*near.T)) > np.max(made.similarity(*far.T))


@METHODS
def test_a_node_without_edges_is_like_nothing(method: EmbeddingMethod) -> None:
    made = embed_network(two_cliques(alone=2), config_of(method))

    assert not np.any(made.vectors[16:])
    assert np.all(np.any(made.vectors[:16], axis=1))
    assert made.similarity(np.array([16, 16, 3]), np.array([17, 3, 3])) == pytest.approx([0.0, 0.0, 1.0])


@METHODS
def test_the_seed_settles_every_byte(method: EmbeddingMethod) -> None:
    first, again, other = (embed_network(two_cliques(), config_of(method, seed=seed)) for seed in (3, 3, 4))

    assert first.checksum == again.checksum
    assert np.array_equal(first.vectors, again.vectors)
    if method in (EmbeddingMethod.NODE2VEC, EmbeddingMethod.FASTRP):
        assert first.checksum != other.checksum
    else:
        # An eigenvector does not depend on where the search for it began, and its sign is settled.
        assert first.vectors == pytest.approx(other.vectors, abs=1e-4)


PROGRAM = """
import pickle, sys
from recommender.embeddings import EmbeddingConfig, EmbeddingMethod, embed_network
net, walks = pickle.load(sys.stdin.buffer)
print(*(embed_network(net, EmbeddingConfig(method, 6, 0, walks=walks)).checksum for method in EmbeddingMethod))
"""


def test_another_process_makes_the_same_bytes() -> None:
    environment = os.environ | {"PYTHONHASHSEED": "77", "OMP_NUM_THREADS": "2", "OPENBLAS_NUM_THREADS": "2"}

    made = [embed_network(two_cliques(1), config_of(method)).checksum for method in EmbeddingMethod]
    given = pickle.dumps((two_cliques(1), WALKS))

    done = subprocess.run([sys.executable, "-c", PROGRAM], input=given, env=environment, capture_output=True)

    assert done.stdout.decode().split() == made, done.stderr.decode()


def test_the_checksum_is_that_of_the_shape_and_the_bytes() -> None:
    made = Embeddings.of(np.array([[1.0, -2.0], [0.5, 0.0]]), EmbeddingMethod.FASTRP)

    content = b"(2, 2)" + bytes.fromhex("0000803f 000000c0 0000003f 00000000")
    assert made.checksum == hashlib.blake2b(content, digest_size=16).hexdigest()
    assert made.checksum != Embeddings.of(np.array([[1.0, -2.0, 0.5, 0.0]]), EmbeddingMethod.FASTRP).checksum
    with pytest.raises(ValueError, match="read-only"):
        made.vectors[0, 0] = 3.0


def test_similarity_is_the_cosine_of_two_vectors() -> None:
    made = Embeddings.of(np.array([[3.0, 4.0], [4.0, 3.0], [-6.0, -8.0]]), EmbeddingMethod.FASTRP)

    assert made.similarity(np.array([0, 0, 0]), np.array([0, 1, 2])) == pytest.approx([1.0, 24 / 25, -1.0])
    assert made.product(np.array([0, 0]), np.array([1, 2])).tolist() == [24.0, -50.0]


def test_spectral_vectors_are_scaled_eigenvectors() -> None:
    # With as many dimensions as nodes, V Vᵀ = U |f(Λ)| Uᵀ of the whole normalised adjacency.
    net = two_cliques()
    scale = dense(net).sum(axis=1) ** -0.5
    values, vectors = np.linalg.eigh(scale[:, None] * dense(net) * scale)

    made = embed_network(net, config_of("spectral", 16)).vectors.astype(float)

    strength = np.abs(values + values**2 / 2 + values**3 / 4)
    assert made @ made.T == pytest.approx(vectors * strength @ vectors.T, abs=1e-5)


def test_fastrp_averages_random_directions() -> None:
    # A star of three leaves: one step from a leaf is the centre's direction, two steps are the mean of the leaves'.
    net = joined_network(4, np.zeros(3), np.array([1, 2, 3]), np.ones(3))
    config = replace(config_of("fastrp", 4), powers=(1.0,), degree_power=0.0)

    def made(powers: tuple[float, ...]) -> Array:
        return embed_network(net, replace(config, powers=powers)).vectors.astype(float)

    own, one, two = made((1.0,)), made((0.0, 1.0)), made((0.0, 0.0, 1.0))
    drawn = np.random.default_rng(0).choice(3**0.5 * np.array([-1.0, 0, 1]), (4, 4), p=[1 / 6, 2 / 3, 1 / 6])

    def unit(rows: Array) -> Array:
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        return rows / np.where(lengths > 0, lengths, 1)

    mean = drawn[1:].mean(axis=0)
    assert own == pytest.approx(unit(drawn), abs=1e-6)
    assert one == pytest.approx(unit(np.array([mean, drawn[0], drawn[0], drawn[0]])), abs=1e-6)
    assert two == pytest.approx(unit(np.array([drawn[0], mean, mean, mean])), abs=1e-6)
    assert made((0.0, 2.0, 0.5)) == pytest.approx(2 * one + 0.5 * two, abs=1e-6)


def test_prone_is_what_the_paper_says() -> None:
    # Zhang et al. 2019 (doi:10.24963/ijcai.2019/594), written out with dense matrices; as many dimensions as nodes.
    net, n = two_cliques(), 16
    adjacency = dense(net)
    step = adjacency / adjacency.sum(axis=1, keepdims=True)
    share = step.sum(axis=0) ** 0.75 / np.sum(step.sum(axis=0) ** 0.75)
    links = np.where(step > 0, np.log(np.where(step > 0, step, 1.0)) - np.log(share), 0.0)
    left, values, _ = np.linalg.svd(links)
    base = left * np.sqrt(values)
    base /= np.linalg.norm(base, axis=1, keepdims=True)
    looped = adjacency + np.eye(n)
    shifted = np.eye(n) - looped / looped.sum(axis=1, keepdims=True) - 0.2 * np.eye(n)
    parts = [base, 0.5 * shifted @ shifted @ base - base]
    for _ in range(2, 10):
        parts.append(shifted @ shifted @ parts[-1] - 2 * parts[-1] - parts[-2])
    total = iv(0, 0.5) * parts[0] + sum(2 * (-1) ** i * iv(i, 0.5) * parts[i] for i in range(1, 10))
    left, values, _ = np.linalg.svd(looped @ (base - total))
    wanted = left * np.sqrt(values)
    wanted /= np.linalg.norm(wanted, axis=1, keepdims=True)

    made = embed_network(net, config_of("prone", n)).vectors.astype(float)

    assert made @ made.T == pytest.approx(wanted @ wanted.T, abs=1e-5)


GRAPH = [("M:a", "BINDS", "G:g"), ("M:b", "BINDS", "G:g"), ("G:g", "INTERACTS", "G:h"), ("C:c", "ASSOCIATES", "G:h")]


def test_treatments_change_nothing(graph_of: Callable[..., Graph]) -> None:
    without, config = graph_of(GRAPH), EmbeddingConfig(dimensions=3)
    treated = graph_of([*GRAPH, ("M:a", "TREATS", "C:c"), ("M:b", "TREATS", "C:c")])

    assert embed(treated.snapshot, config).checksum == embed(without.snapshot, config).checksum
    asked = replace(config, network=NetworkConfig(frozenset()))
    assert embed(treated.snapshot, asked).checksum != embed(without.snapshot, asked).checksum


def test_a_graph_without_edges_is_an_error(graph_of: Callable[..., Graph]) -> None:
    with pytest.raises(TrainingError, match="no edges"):
        embed(graph_of([("M:a", "TREATS", "C:c")]).snapshot)


@METHODS
def test_more_dimensions_than_nodes_are_an_error(method: EmbeddingMethod) -> None:
    with pytest.raises(TrainingError, match="17 dimensions for 16 nodes"):
        embed_network(two_cliques(alone=5), config_of(method, 17))


@pytest.mark.parametrize(
    "wrong",
    [
        {"method": "magic"},
        {"dimensions": 0},
        {"seed": -1},
        {"rounds": 0},
        {"steps": 1},
        {"powers": ()},
        {"powers": (0.0, 0.0)},
        {"powers": (float("nan"),)},
        {"degree_power": 2.0},
        {"degree_power": float("nan")},
        {"mu": -0.1},
        {"theta": float("nan")},
    ],
)
def test_an_embedding_that_cannot_be_is_an_error(wrong: dict[str, float]) -> None:
    with pytest.raises(TrainingError):
        EmbeddingConfig(**wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize("wrong", [{"window": 0}, {"negative": 0}, {"epochs": 0}, {"rate": 0.0}, {"rate": float("nan")}])
def test_a_skip_gram_that_cannot_learn_is_an_error(wrong: dict[str, float]) -> None:
    with pytest.raises(TrainingError):
        SkipGramConfig(**wrong)  # type: ignore[arg-type]


def test_walks_that_go_nowhere_teach_nothing() -> None:
    assert not np.any(train(np.array([[0], [1]]), 2, 3, 0, SkipGramConfig()))
    assert not np.any(train(np.array([[0, -1], [1, -1]]), 2, 3, 0, SkipGramConfig()))


def test_the_first_vectors_come_from_the_seed() -> None:
    # One walk is read in one order, so nothing else can differ.
    one, again, other = (train(np.array([[0, 1, 2, -1]]), 3, 4, seed, SkipGramConfig()) for seed in (1, 1, 2))

    assert np.array_equal(one, again)
    assert not np.allclose(one, other)
