"""Does an embedding mean something? Edges are hidden, the rest is embedded, and hidden edges are to score above non-edges.

Each relation is judged apart and their mean is shown, so that a kind of many edges does not speak for all. Non-edges are drawn
in two ways: *uniform*, any start with any end, which degree alone tells apart well; and *degree*, the same starts with the ends
of other hidden edges, which degree cannot tell apart. Beside the embeddings stand the degree product (preferential attachment)
and the count of common neighbours. An embedding scores by the cosine of two vectors, which similar edges are made of, and by
their product, in which a long vector counts for more.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from statistics import fmean
from time import perf_counter

import numpy as np
from rich.table import Table
from rich.text import Text
from scipy import sparse
from sklearn.metrics import average_precision_score, roc_auc_score

from graph.array_file import Array
from graph.snapshot import Snapshot
from recommender.embeddings import EmbeddingConfig, EmbeddingMethod, embed_network
from recommender.errors import TrainingError
from recommender.walks import Network, NetworkConfig, WalkConfig, joined_network, relation_edges

HIDDEN_SHARE = 0.1
LEAST_HIDDEN = 20
"""A relation with fewer hidden edges is hidden, but not judged: its figures would be chance."""

MOST_JUDGED = 20_000
"""Of a relation with more hidden edges so many are judged, drawn by the seed."""

MOST_TOKENS, WALK_LENGTH = 4_000_000, 40
"""How many nodes the walks of a comparison pass at most, and how many each; skip-gram reads some 50,000 a second."""

DIMENSIONS = 128
"""Of the vectors that are compared, unless one asks for others."""

BATCH = 500
"""How many pairs' common neighbours are counted at once."""

DRAWS = 50
"""How often a non-edge is drawn anew when an edge stands there, before it is left out with its hidden edge."""

MEAN = "mean of relations"
NEGATIVES = ("uniform", "degree")

Scorer = Callable[[Array, Array], Array]
Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Row:
    """How well a method finds hidden edges.

    Attributes:
        method: an embedding and how two vectors make a score, ``degree product`` or ``common neighbours``.
        relation: which edges, or :data:`MEAN`.
        negatives: how non-edges were drawn: ``uniform`` or ``degree``.
        auroc: chance that a hidden edge scores above a non-edge; .5 is chance.
        average_precision: among as many non-edges as edges; .5 is chance.
        pairs: how many hidden edges were judged.
        seconds: that the vectors took.
    """

    method: str
    relation: str
    negatives: str
    auroc: float
    average_precision: float
    pairs: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Judged:
    """Hidden edges of a relation and as many non-edges: shape (n, 2), int64, each."""

    relation: str
    negatives: str
    edges: Array
    others: Array


@dataclass(frozen=True, slots=True)
class Split:
    """A network without the hidden edges, and what is judged of them."""

    network: Network
    judged: tuple[Judged, ...]


def split(snapshot: Snapshot, seed: int, share: float = HIDDEN_SHARE, config: NetworkConfig | None = None) -> Split:
    """Hide a share of the links of each relation.

    Args:
        snapshot: the graph; its nodes all stay.
        seed: of what is hidden and of the non-edges.
        share: above 0 and below 1.
        config: which edges there are; treatments are left out unless it says otherwise. Its damping takes degrees of the whole
            graph.

    Raises:
        TrainingError: when the share is out of range, or nothing is left or can be judged.
    """
    if not 0 < share < 1:
        raise TrainingError("the share of hidden edges is above 0 and below 1")
    random = np.random.default_rng(seed)
    kept: list[tuple[Array, Array, Array]] = []
    judged: list[Judged] = []
    for relation, (starts, ends, weights) in relation_edges(snapshot, config or NetworkConfig()):
        chosen = random.permutation(len(starts)) < round(share * len(starts))
        kept.append((starts[~chosen], ends[~chosen], weights[~chosen]))
        edges = np.column_stack((starts, ends))
        if relation.symmetric:
            edges = np.where(random.random(len(edges))[:, None] < 0.5, edges, edges[:, ::-1])
        spans = snapshot.numbers(relation.key.start), snapshot.numbers(relation.key.end)
        judged += _judged(str(relation.key), edges, chosen, spans, random)
    if not judged:
        raise TrainingError(f"no relation has {LEAST_HIDDEN} edges to hide; hide a greater share, or load more edges")
    rest = [np.concatenate([part[i] for part in kept]) for i in range(3)]
    return Split(joined_network(snapshot.node_count, rest[0], rest[1], rest[2]), tuple(judged))


def _judged(
    name: str, edges: Array, chosen: Array, spans: tuple[range, range], random: np.random.Generator
) -> Iterator[Judged]:
    """The hidden edges of a relation with non-edges drawn in each way."""
    hidden = edges[chosen & (edges[:, 0] != edges[:, 1])]
    hidden = hidden[np.sort(random.permutation(len(hidden))[:MOST_JUDGED])]
    if len(hidden) < LEAST_HIDDEN:
        return
    taken = np.unique(np.concatenate((_keys(edges), _keys(edges[:, ::-1]))))
    draws: dict[str, Callable[[Array], Array]] = {
        "uniform": lambda left: np.column_stack([random.integers(s.start, s.stop, len(left)) for s in spans]),
        "degree": lambda left: np.column_stack((hidden[left, 0], random.choice(hidden[:, 1], len(left)))),
    }
    for negatives, draw in draws.items():
        others, left = np.full_like(hidden, -1), np.arange(len(hidden))
        for _ in range(DRAWS):
            if not len(left):
                break
            drawn = draw(left)
            free = (drawn[:, 0] != drawn[:, 1]) & ~_among(_keys(drawn), taken)
            others[left[free]], left = drawn[free], left[~free]
        found = others[:, 0] >= 0
        if np.any(found):
            yield Judged(name, negatives, hidden[found], others[found])


def _among(keys: Array, taken: Array) -> Array:
    """Which keys are taken: shape (n,), bool; ``taken`` is ascending."""
    return np.asarray(taken[np.minimum(np.searchsorted(taken, keys), len(taken) - 1)] == keys)


def _keys(pairs: Array) -> Array:
    return pairs[:, 0].astype(np.int64) << 32 | pairs[:, 1]


def compare(
    snapshot: Snapshot, configs: Sequence[EmbeddingConfig], seed: int = 0, progress: Progress | None = None
) -> list[Row]:
    """Judge embeddings beside degree and common neighbours on the same hidden edges.

    Args:
        snapshot: the graph.
        configs: which embeddings; all of them see the edges of the first one's network.
        seed: of what is hidden; the embeddings' own seeds are their configs'.
        progress: told what is being done.

    Returns:
        For each method, in the order given and then the two baselines, the mean of all relations and then each relation, for
        each way to draw non-edges.

    Raises:
        TrainingError: when there is nothing to embed or to hide.
    """
    told = progress or (lambda _: None)
    told("hiding edges")
    made = split(snapshot, seed, config=configs[0].network if configs else None)
    rows: list[Row] = []
    for config in configs:
        told(f"embedding by {config.method}")
        begun = perf_counter()
        vectors = embed_network(made.network, config)
        seconds = perf_counter() - begun
        rows += _rows(f"{config.method}, cosine", made.judged, vectors.similarity, seconds)
        rows += _rows(f"{config.method}, product", made.judged, vectors.product, seconds)
    for name, scorer in (("degree product", degree_product), ("common neighbours", common_neighbours)):
        told(f"judging {name}")
        rows += _rows(name, made.judged, partial(scorer, made.network), 0.0)
    return rows


def run_comparison(
    snapshot: Snapshot, seed: int = 0, progress: Progress | None = None, dimensions: int = DIMENSIONS
) -> list[Row]:
    """Judge every method with its own settings; see :func:`compare`. A large graph gets fewer walks a node.

    Args:
        snapshot: the graph.
        seed: of what is hidden and of the embeddings.
        progress: told what is being done.
        dimensions: of the vectors.
    """
    affordable = MOST_TOKENS // (WALK_LENGTH * max(snapshot.node_count, 1))
    walks = WalkConfig(max(1, min(10, affordable)), WALK_LENGTH, q=0.5)
    configs = [EmbeddingConfig(method, dimensions, seed, walks=walks) for method in EmbeddingMethod]
    return compare(snapshot, configs, seed, progress)


def _rows(method: str, judged: Sequence[Judged], scorer: Scorer, seconds: float) -> list[Row]:
    rows = []
    for part in judged:
        pairs = np.concatenate((part.edges, part.others))
        truth, scores = np.arange(len(pairs)) < len(part.edges), scorer(pairs[:, 0], pairs[:, 1])
        figures = float(roc_auc_score(truth, scores)), float(average_precision_score(truth, scores))
        rows.append(Row(method, part.relation, part.negatives, *figures, len(part.edges), seconds))
    return [*_means(rows), *rows]


def _means(rows: Sequence[Row]) -> Iterator[Row]:
    for negatives in NEGATIVES:
        alike = [row for row in rows if row.negatives == negatives]
        if alike:
            auroc, precision = fmean(row.auroc for row in alike), fmean(row.average_precision for row in alike)
            yield Row(alike[0].method, MEAN, negatives, auroc, precision, sum(r.pairs for r in alike), alike[0].seconds)


def degree_product(net: Network, nodes: Array, others: Array) -> Array:
    """The product of how many neighbours both have (preferential attachment; Barabási & Albert 1999): shape (n,), float64."""
    degrees = np.diff(net.pointers).astype(np.float64)
    return degrees[nodes] * degrees[others]


def common_neighbours(net: Network, nodes: Array, others: Array) -> Array:
    """How many neighbours both have in common: shape (n,), float64."""
    matrix = sparse.csr_array((np.ones(len(net.targets)), net.targets, net.pointers), shape=(net.nodes, net.nodes))
    counts = [np.zeros(0)]
    # In batches: the rows of hubs are long.
    for low in range(0, len(nodes), BATCH):
        both = matrix[nodes[low : low + BATCH]] * matrix[others[low : low + BATCH]]
        counts.append(np.asarray(both.sum(axis=1)).ravel())
    return np.concatenate(counts)


def table(rows: Sequence[Row], relation: str = MEAN) -> Table:
    """The figures of one relation, or of the mean of all, a line for each method."""
    shown = [row for row in rows if row.relation == relation]
    drawn = Table(title=Text(f"Hidden edges against non-edges, {relation}"))
    drawn.add_column("method")
    for negatives in NEGATIVES:
        drawn.add_column(f"AUROC, {negatives}", justify="right")
        drawn.add_column(f"average precision, {negatives}", justify="right")
    drawn.add_column("seconds", justify="right")
    for method in dict.fromkeys(row.method for row in shown):
        found = {row.negatives: row for row in shown if row.method == method}
        cells = [
            f"{value:.3f}" if value is not None else ""
            for row in map(found.get, NEGATIVES)
            for value in ((row.auroc, row.average_precision) if row else (None, None))
        ]
        drawn.add_row(Text(method), *cells, f"{next(iter(found.values())).seconds:.1f}")
    return drawn
