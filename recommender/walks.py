"""Random walks over a snapshot's nodes, all kinds together: what the skip-gram embedding reads.

A network is one undirected graph of weighted edges over all nodes of a snapshot, made from the relations that are not left out.
Edges that training derived are never in it, so that no embedding is learned from another. A walk depends on the seed, on its
start and on its number alone.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np

from graph.array_file import Array
from graph.elements import EdgeKind
from graph.relation import Relation
from graph.snapshot import Snapshot
from recommender import walk_kernels
from recommender.errors import TrainingError
from recommender.walk import link_weights

TREATMENT = frozenset({EdgeKind.TREATS})
"""What is to be predicted, and so left out of every network unless one asks for it."""

ENTRIES_A_WORD = 4
"""How many entries share a word (64 bits) of the edge filter at most: at most 3 % of pairs without an edge look like one."""


@dataclass(frozen=True, slots=True)
class NetworkConfig:
    """Which edges a network has, and what they weigh."""

    left_out: frozenset[EdgeKind] = TREATMENT
    """Kinds of edges that are no part of it."""

    kind_weights: Mapping[EdgeKind, float] = field(default_factory=lambda: MappingProxyType({}))
    """The mean weight of the edges of a kind (0 leaves it out, no upper bound); 1 where a kind is not named."""

    damping: float = 0.0
    """w (0 to 1): an edge weighs deg_out^-w · deg_in^-w of its relation, scaled to the kind's mean; 0: all the same."""

    def __post_init__(self) -> None:
        """Refuse numbers that mean nothing.

        Raises:
            TrainingError: when a number is out of its range or not a number.
        """
        if not all(0 <= weight < np.inf for weight in self.kind_weights.values()):
            raise TrainingError("the weight of an edge kind is a number of at least 0")
        if not 0 <= self.damping <= 1:
            raise TrainingError("the damping of a network is a number from 0 to 1")


@dataclass(frozen=True, slots=True)
class Network:
    """An undirected graph in compressed sparse rows; every edge stands in the rows of both its ends.

    Attributes:
        pointers: shape (nodes + 1,), int64.
        targets: shape (entries,), int32: numbers of the neighbours, ascending in each row.
        weights: shape (entries,), float64, above 0; edges between the same two nodes are one, with the sum of their weights.
    """

    pointers: Array
    targets: Array
    weights: Array

    @property
    def nodes(self) -> int:
        """How many nodes there are."""
        return len(self.pointers) - 1


@dataclass(frozen=True, slots=True)
class WalkConfig:
    """How random walks go."""

    walks: int = 10
    """How many begin at each node (1 to 1,000,000); more make an embedding better and slower."""

    length: int = 80
    """How many nodes a walk has (at least 1), its start among them; fewer only where a start has no neighbour."""

    p: float = 1.0
    """Return (above 0): the chance to go back to the node before is weighed by 1/p."""

    q: float = 1.0
    """In and out (above 0): the chance to go to a node that is not joined to the node before is weighed by 1/q."""

    seed: int = 0
    """Of every walk; the same seed gives the same walks."""

    def __post_init__(self) -> None:
        """Refuse numbers that mean nothing.

        Raises:
            TrainingError: when a number is out of its range or not a number.
        """
        if not (1 <= self.walks <= walk_kernels.WALKS_A_NODE and self.length >= 1):
            raise TrainingError("at least one walk a node, of at least one node, is expected")
        if not (0 < self.p < np.inf and 0 < self.q < np.inf):
            raise TrainingError("p and q of a walk are numbers above 0")


def network(snapshot: Snapshot, config: NetworkConfig | None = None) -> Network:
    """The network of a snapshot.

    Args:
        snapshot: the graph; edges from a node to itself are passed over.
        config: which edges.

    Raises:
        TrainingError: when no edge is left.
    """
    config = config or NetworkConfig()
    parts = [edges for _, edges in relation_edges(snapshot, config)]
    starts, ends, weights = (np.concatenate([part[i] for part in parts] or [np.zeros(0)]) for i in range(3))
    return joined_network(snapshot.node_count, starts, ends, weights)


def relation_edges(snapshot: Snapshot, config: NetworkConfig) -> Iterator[tuple[Relation, tuple[Array, Array, Array]]]:
    """Each relation that takes part, with the start, the end and the weight of its links: shape (links,) each."""
    for relation in snapshot.relations.values():
        if relation.link_count and _takes_part(relation, config):
            yield relation, _edges(relation, config)


def _takes_part(relation: Relation, config: NetworkConfig) -> bool:
    kind = relation.key.kind
    return kind not in config.left_out and not relation.key.method and config.kind_weights.get(kind, 1.0) > 0


def _edges(relation: Relation, config: NetworkConfig) -> tuple[Array, Array, Array]:
    """Both ends of every link of a relation, and its weight."""
    starts, ends = link_ends(relation)
    weights = link_weights(relation.outward, relation.inward, config.damping)
    return starts, ends, weights * (config.kind_weights.get(relation.key.kind, 1.0) / weights.mean())


def link_ends(relation: Relation) -> tuple[Array, Array]:
    """The nodes that each link of a relation joins.

    Returns:
        Two arrays, shape (links,), int64: of a symmetric relation the lower number first.
    """
    ahead = relation.outward
    rows = np.repeat(np.arange(len(ahead.pointers) - 1) + ahead.first, np.diff(ahead.pointers))
    starts, ends = np.zeros((2, relation.link_count), np.int64)
    kept = rows <= ahead.targets if relation.symmetric else np.ones(len(rows), bool)
    starts[ahead.links[kept]], ends[ahead.links[kept]] = rows[kept], ahead.targets[kept]
    return starts, ends


def joined_network(nodes: int, starts: Array, ends: Array, weights: Array) -> Network:
    """The network of edges that are given one by one, each in either direction.

    Args:
        nodes: how many there are.
        starts: shape (n,): numbers of nodes below that.
        ends: shape (n,): likewise; an edge from a node to itself is passed over.
        weights: shape (n,): above 0.

    Raises:
        TrainingError: when no edge is left, or a weight is not a number above 0.
    """
    apart = starts != ends
    starts, ends, weights = starts[apart].astype(np.int64), ends[apart].astype(np.int64), weights[apart]
    if not len(starts):
        raise TrainingError("the graph has no edges to walk on, apart from those that are left out")
    if not np.all((weights > 0) & (weights < np.inf)):
        raise TrainingError("the weight of an edge is a number above 0")
    keys = np.concatenate((starts * nodes + ends, ends * nodes + starts))
    order = np.argsort(keys, kind="stable")
    keys, weights = keys[order], np.concatenate((weights, weights))[order]
    begins = np.flatnonzero(np.concatenate(([True], keys[1:] != keys[:-1])))
    rows, targets = np.divmod(keys[begins], nodes)
    pointers = np.concatenate(([0], np.cumsum(np.bincount(rows, minlength=nodes)))).astype(np.int64)
    return Network(pointers, targets.astype(np.int32), np.add.reduceat(weights, begins))


def random_walks(net: Network, config: WalkConfig, starts: Array | None = None) -> Array:
    """Walks from every node, or from some.

    Args:
        net: where to walk.
        config: how.
        starts: shape (n,): numbers of the nodes to walk from; all when left out.

    Returns:
        shape (walks · n, length), int32: the first walk of each start, then the second of each, and so on; -1 behind the start
        of a walk that cannot go anywhere.
    """
    chosen = np.arange(net.nodes) if starts is None else np.asarray(starts, np.int64)
    found = np.full((config.walks * len(chosen), config.length), -1, np.int32)
    found[:, 0] = np.tile(chosen, config.walks)
    rows = np.flatnonzero(np.tile(np.diff(net.pointers)[chosen] > 0, config.walks))
    bias = np.array([1 / config.p, 1.0, 1 / config.q])
    limits = np.round(bias / bias.max() * 2.0**32).astype(np.uint64)
    numbers = rows // max(len(chosen), 1)
    walk_kernels.walk(
        _graph(net), found[rows, 0].astype(np.int64), numbers, rows, limits, np.uint64(config.seed % 2**64), found
    )
    return found


def _graph(net: Network) -> walk_kernels.Graph:
    """What the kernels read of a network; without tables where all edges weigh the same."""
    bits = np.zeros(1 << max(len(net.targets) // ENTRIES_A_WORD, 1).bit_length(), np.uint64)
    walk_kernels.edge_filter(net.pointers, net.targets, bits)
    entries = 0 if np.all(net.weights == net.weights[:1]) else len(net.weights)
    chances, aliases = np.zeros(entries), np.zeros(entries, np.int64)
    if entries:
        walk_kernels.alias_tables(net.pointers, net.weights, chances, aliases)
    return net.pointers, net.targets, chances, aliases, bits
