"""Vectors of all nodes of a snapshot: near each other where the graph around two nodes is alike.

Treatments are left out unless one asks for them, so that a vector knows nothing of what is to be predicted, and so are edges
that training derived. The same seed gives the same bytes, in another process, too: numbers of the linear algebra are summed by
one thread, and the sign of each dimension is settled. A node without edges has the vector 0, which is like nothing.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from scipy import sparse
from scipy.special import iv
from threadpoolctl import threadpool_limits

from graph.array_file import Array
from graph.snapshot import Snapshot
from recommender import skip_gram
from recommender.errors import TrainingError
from recommender.skip_gram import SkipGramConfig
from recommender.walks import Network, NetworkConfig, WalkConfig, network, random_walks

OVERSAMPLING = 20
"""How many directions more than dimensions a subspace iteration follows (Halko et al. 2011, doi:10.1137/090771806)."""


class EmbeddingMethod(StrEnum):
    """How vectors are made."""

    NODE2VEC = "node2vec"
    FASTRP = "fastrp"
    PRONE = "prone"
    SPECTRAL = "spectral"


@dataclass(frozen=True, slots=True)
class EmbeddingConfig:
    """Which vectors are made, of which edges."""

    method: str = EmbeddingMethod.PRONE
    """How: an :class:`EmbeddingMethod`. ProNE finds the most hidden edges; :mod:`recommender.link_prediction` compares them."""

    dimensions: int = 128
    """Of a vector (at least 1, at most the nodes that have edges)."""

    seed: int = 0
    """Of all that is drawn (at least 0)."""

    network: NetworkConfig = field(default_factory=NetworkConfig)
    """Which edges, and what they weigh."""

    walks: WalkConfig = field(default_factory=lambda: WalkConfig(q=0.5))
    """node2vec: how walks go; their seed is this config's, not their own."""

    skip_gram: SkipGramConfig = field(default_factory=SkipGramConfig)
    """node2vec: how vectors are learned from walks."""

    powers: tuple[float, ...] = (0.0, 1.0, 1.0, 1.0)
    """FastRP: the weight of the neighbourhood 0, 1, 2, … steps away (not all 0); even ones found more hidden edges than the
    1, 1, 7.81, 45.28 of Chen et al. 2019."""

    degree_power: float = -0.5
    """FastRP: β (-1 to 1): a random direction is scaled by the node's share of degrees to this power; below 0 damps hubs."""

    rounds: int = 6
    """ProNE and spectral: how often the subspace is iterated (at least 1); more come nearer the exact vectors."""

    steps: int = 10
    """ProNE: terms of the Chebyshev expansion (at least 2)."""

    mu: float = 0.2
    """ProNE: where the filter of the graph's frequencies has its centre (0 to 2)."""

    theta: float = 0.5
    """ProNE: how narrow the filter is (above 0)."""

    def __post_init__(self) -> None:
        """Refuse numbers that mean nothing.

        Raises:
            TrainingError: when the method is unknown, or a number out of its range or not a number.
        """
        if self.method not in set(EmbeddingMethod):
            raise TrainingError(f"the method of an embedding is one of {', '.join(EmbeddingMethod)}")
        if self.dimensions < 1 or self.seed < 0 or self.rounds < 1 or self.steps < 2:
            raise TrainingError("dimensions and rounds of an embedding are at least 1, its seed 0, its steps 2")
        if not (np.all(np.isfinite(self.powers)) and np.any(self.powers) and -1 <= self.degree_power <= 1):
            raise TrainingError("powers of an embedding are numbers, not all 0; its degree power is from -1 to 1")
        if not (0 <= self.mu <= 2 and 0 < self.theta < np.inf):
            raise TrainingError("mu of an embedding is from 0 to 2, theta above 0")


@dataclass(frozen=True, slots=True)
class Embeddings:
    """Vectors of nodes.

    Attributes:
        vectors: shape (nodes, dimensions), float32: by the number of the node.
        method: what made them.
        checksum: BLAKE2b (16 bytes, hexadecimal) of the shape and of the vectors' bytes, little-endian.
    """

    vectors: Array
    method: EmbeddingMethod
    checksum: str

    @classmethod
    def of(cls, vectors: Array, method: EmbeddingMethod) -> "Embeddings":
        """The vectors with their checksum."""
        rows = np.ascontiguousarray(vectors, "<f4")
        rows.flags.writeable = False
        digest = hashlib.blake2b(repr(rows.shape).encode(), digest_size=16)
        digest.update(rows.tobytes())
        return cls(rows, method, digest.hexdigest())

    def similarity(self, nodes: Array, others: Array) -> Array:
        """Cosine of the vectors of pairs of nodes; 0 where a node has no edges.

        Args:
            nodes: shape (n,): numbers.
            others: shape (n,): numbers.

        Returns:
            shape (n,), float64, from -1 to 1.
        """
        lengths = np.sqrt(self.product(nodes, nodes) * self.product(others, others))
        cosine: Array = np.divide(self.product(nodes, others), lengths, out=np.zeros(len(lengths)), where=lengths > 0)
        return np.clip(cosine, -1.0, 1.0)

    def product(self, nodes: Array, others: Array) -> Array:
        """Dot product of the vectors of pairs of nodes: shape (n,), float64."""
        one, other = (self.vectors[numbers].astype(np.float64) for numbers in (nodes, others))
        return np.asarray(np.sum(one * other, axis=1))


def embed(snapshot: Snapshot, config: EmbeddingConfig | None = None) -> Embeddings:
    """The vectors of a snapshot's nodes.

    Raises:
        TrainingError: when no edge is left, or there are more dimensions than nodes with edges.
    """
    config = config or EmbeddingConfig()
    return embed_network(network(snapshot, config.network), config)


def embed_network(net: Network, config: EmbeddingConfig) -> Embeddings:
    """The vectors of a network's nodes.

    Raises:
        TrainingError: when there are more dimensions than nodes with edges.
    """
    reached = int(np.count_nonzero(np.diff(net.pointers)))
    if config.dimensions > reached:
        raise TrainingError(f"{config.dimensions} dimensions for {reached} nodes with edges: choose at most {reached}")
    method = EmbeddingMethod(config.method)
    # More threads add in another order, which shows in the last bits.
    with threadpool_limits(1):
        return Embeddings.of(MAKERS[method](net, config), method)


def _node2vec(net: Network, config: EmbeddingConfig) -> Array:
    """Skip-gram over second-order walks (Grover & Leskovec 2016, doi:10.1145/2939672.2939754)."""
    given = config.walks
    walks = random_walks(net, WalkConfig(given.walks, given.length, given.p, given.q, config.seed))
    return skip_gram.train(walks, net.nodes, config.dimensions, config.seed, config.skip_gram)


def _fastrp(net: Network, config: EmbeddingConfig) -> Array:
    """Random directions, averaged over neighbourhoods (Chen et al. 2019, doi:10.1145/3357384.3357879)."""
    adjacency, degrees = _adjacency(net)
    step = sparse.diags_array(_power(degrees, -1.0)) @ adjacency
    signs = np.random.default_rng(config.seed).choice(
        np.array([-1.0, 0.0, 1.0]) * np.sqrt(3), (net.nodes, config.dimensions), p=[1 / 6, 2 / 3, 1 / 6]
    )
    part = signs * _power(degrees / degrees.sum(), config.degree_power)[:, None]
    total = np.zeros_like(part)
    for power, weight in enumerate(config.powers):
        part = step @ part if power else part
        total += weight * _unit_rows(part)
    return total


def _prone(net: Network, config: EmbeddingConfig) -> Array:
    """A factorised matrix of links, passed through a filter of the graph (Zhang et al. 2019, doi:10.24963/ijcai.2019/594)."""
    adjacency, degrees = _adjacency(net)
    step = sparse.diags_array(_power(degrees, -1.0)) @ adjacency
    share = np.asarray(step.sum(axis=0)).ravel() ** 0.75
    links = sparse.coo_array(step)
    # log p_ij - log(share_j of the negative draws), on the links alone.
    links.data = np.log(np.maximum(links.data, 1e-12)) - np.log(np.maximum(share / share.sum(), 1e-12))[links.col]
    factors, values = _singular(sparse.csr_array(links), config)
    vectors = _unit_rows(factors * np.sqrt(values))
    looped = sparse.csr_array(adjacency + sparse.eye_array(net.nodes))
    mean = sparse.diags_array(1.0 / np.asarray(looped.sum(axis=1)).ravel()) @ looped
    shifted = sparse.eye_array(net.nodes) - mean - config.mu * sparse.eye_array(net.nodes)
    return _dense_factors(looped @ (vectors - _chebyshev(sparse.csr_array(shifted), vectors, config)))


def _chebyshev(shifted: sparse.csr_array, vectors: Array, config: EmbeddingConfig) -> Array:
    """The filtered vectors: a sum of Bessel-weighted Chebyshev polynomials of the shifted Laplacian."""
    before, now = vectors, 0.5 * (shifted @ (shifted @ vectors)) - vectors
    total = iv(0, config.theta) * before - 2 * iv(1, config.theta) * now
    for i in range(2, config.steps):
        before, now = now, shifted @ (shifted @ now) - 2 * now - before
        total += (2 if i % 2 == 0 else -2) * iv(i, config.theta) * now
    return total  # type: ignore[no-any-return]


def _spectral(net: Network, config: EmbeddingConfig) -> Array:
    """Eigenvectors of the adjacency divided by the roots of both degrees, scaled by √|f(λ)|, f(λ) = λ + λ²/2 + λ³/4.

    f weighs walks of one, two and three steps, each half as much as the one before; cf. Qiu et al. 2018,
    doi:10.1145/3159652.3159706.
    """
    adjacency, degrees = _adjacency(net)
    scale = sparse.diags_array(_power(degrees, -0.5))
    matrix = sparse.csr_array(scale @ adjacency @ scale)
    basis = _basis(lambda block: matrix @ block, net.nodes, config)
    values, inner = np.linalg.eigh(basis.T @ (matrix @ basis))
    chosen = np.argsort(-np.abs(values), kind="stable")[: config.dimensions]
    values = values[chosen]
    return _settled(basis @ inner[:, chosen]) * np.sqrt(np.abs(values + values**2 / 2 + values**3 / 4))


MAKERS: dict[EmbeddingMethod, Callable[[Network, EmbeddingConfig], Array]] = {
    EmbeddingMethod.NODE2VEC: _node2vec,
    EmbeddingMethod.FASTRP: _fastrp,
    EmbeddingMethod.PRONE: _prone,
    EmbeddingMethod.SPECTRAL: _spectral,
}
"""What makes the vectors of each method."""


def _adjacency(net: Network) -> tuple[sparse.csr_array, Array]:
    matrix = sparse.csr_array((net.weights, net.targets, net.pointers), shape=(net.nodes, net.nodes))
    return matrix, np.asarray(matrix.sum(axis=1)).ravel()


def _power(degrees: Array, exponent: float) -> Array:
    """Degrees to a power; 0 stays 0."""
    powers: Array = np.power(degrees, exponent, out=np.zeros(len(degrees)), where=degrees > 0)
    return powers


def _unit_rows(rows: Array) -> Array:
    lengths = np.sqrt(np.sum(rows**2, axis=1, keepdims=True))
    unit: Array = np.divide(rows, lengths, out=np.zeros_like(rows), where=lengths > 0)
    return unit


def _basis(times: Callable[[Array], Array], nodes: int, config: EmbeddingConfig) -> Array:
    """An orthonormal basis of nearly the matrix's strongest directions, from a normal start."""
    width = min(config.dimensions + OVERSAMPLING, nodes)
    basis = np.random.default_rng(config.seed).standard_normal((nodes, width))
    for _ in range(config.rounds):
        basis = np.linalg.qr(times(basis))[0]
    return basis


def _singular(matrix: sparse.csr_array, config: EmbeddingConfig) -> tuple[Array, Array]:
    """The strongest left singular vectors of a square matrix, and their values."""
    transposed = sparse.csr_array(matrix.T)
    basis = _basis(lambda block: matrix @ (transposed @ block), matrix.shape[0], config)
    left, values, _ = np.linalg.svd((transposed @ basis).T, full_matrices=False)
    return _settled(basis @ left[:, : config.dimensions]), values[: config.dimensions]


def _dense_factors(rows: Array) -> Array:
    left, values, _ = np.linalg.svd(rows, full_matrices=False)
    return _unit_rows(_settled(left) * np.sqrt(values))


def _settled(columns: Array) -> Array:
    """The columns with such signs that the greatest number of each is above 0."""
    greatest = columns[np.argmax(np.abs(columns), axis=0), np.arange(columns.shape[1])]
    return columns * np.where(greatest < 0, -1.0, 1.0)
