"""Learns from the known treatments of a snapshot: similar edges, then path counts, then weights.

Known treatments are hidden in folds, each in turn: a treatment's features never saw it, nor its neighbours of the same fold, so
that it looks like one that nobody knows yet. Damping and penalty are chosen by the loss on groups of folds that the weights did
not see. Everything is seeded; the same snapshot and numbers give the same bytes.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from graph.array_file import Array
from graph.derived import without_links
from graph.elements import NodeKind
from graph.snapshot import Snapshot
from recommender.discovery import discover
from recommender.embeddings import EmbeddingConfig, EmbeddingMethod, Embeddings, embed_network
from recommender.errors import TrainingError
from recommender.features import PathCounts, Progress, known_pairs
from recommender.learning import OFFSETS, Questions, Weights, learn, loss_of
from recommender.metapaths import Metapath, read_table
from recommender.model import TREATS, HeldOut, Model, Trial
from recommender.similarity import SimilarEdges, Vectors, extend, similar_edges
from recommender.stages import Stages
from recommender.training_config import TrainingConfig
from recommender.walks import network

FEWEST = 10
"""Known treatments below which nothing is learned: not one for each fold of the smallest useful cross-validation."""
UNIVERSE = 500
"""Conditions among which a treated one is looked for at most, unless more than that are treated."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """Everything about a snapshot that does not look at its treatments.

    Attributes:
        snapshot: with its SIMILAR_TO edges.
        config: how training goes.
        similar: the SIMILAR_TO edges.
        counts: path counts, one for each damping of the configuration.
        vectors: checksum of the node vectors that were used, by method.
    """

    snapshot: Snapshot
    config: TrainingConfig
    similar: tuple[SimilarEdges, ...]
    counts: tuple[PathCounts, ...]
    vectors: dict[str, str]


def prepare(
    snapshot: Snapshot, config: TrainingConfig, progress: Progress | None = None, stages: Stages | None = None
) -> Prepared:
    """Similar edges and path counts of a snapshot.

    Args:
        snapshot: the graph.
        config: how training goes.
        progress: told how far it is.
        stages: where intermediate results are kept and found again.

    Raises:
        TrainingError: when the graph has no way from a condition to a medicine.
    """

    stages, checksums = stages or Stages(), {}

    @lru_cache
    def vectors(method: str) -> Array:
        found = stages.arrays(f"vectors-{method}", lambda: {"vectors": _vectors(snapshot, method, config.embedding_seed)})[
            "vectors"
        ]
        checksums[method] = Embeddings.of(found, EmbeddingMethod(method)).checksum
        return found

    similar = _similar(snapshot, config, vectors, stages, progress)
    extended, _ = extend(snapshot, similar)
    candidates = discover(extended, read_table())
    if not candidates:
        raise TrainingError("the graph has no way from a condition to a medicine over known treatments")
    counts = tuple(PathCounts(extended, candidates, w, stages, progress) for w in config.damping)
    return Prepared(extended, config, similar, counts, checksums)


def _vectors(snapshot: Snapshot, method: str, seed: int) -> Array:
    """Node vectors, shape (nodes, dimensions): as many dimensions as usual, or half of the nodes that have edges."""
    net = network(snapshot)
    joined = int((np.diff(net.pointers) > 0).sum())
    if joined < 2:
        return np.zeros((net.nodes, 1), np.float32)
    usual = EmbeddingConfig().dimensions
    return embed_network(net, EmbeddingConfig(method=method, dimensions=min(usual, joined // 2), seed=seed)).vectors


def _similar(
    snapshot: Snapshot, config: TrainingConfig, vectors: Vectors, stages: Stages, progress: Progress | None
) -> tuple[SimilarEdges, ...]:
    found = []
    for i, method in enumerate(config.similarity):
        edges = similar_edges(snapshot, method, vectors, stages)
        if edges is not None:
            found.append(edges)
        if progress:
            progress("similar edges", (i + 1) / len(config.similarity))
    return tuple(found)


def fit(prepared: Prepared, treatments: Array | None = None, progress: Progress | None = None) -> Model:
    """Learn from these treatments alone: no other is walked, counted in a degree, or told from an unknown pair.

    Args:
        prepared: of the snapshot.
        treatments: shape (n, 2): positions of condition and medicine; all known ones by default.
        progress: told how far it is.

    Raises:
        TrainingError: when there are too few, or they are all pairs that there are.
    """
    known = known_pairs(prepared.snapshot)
    treatments = known if treatments is None else np.unique(treatments, axis=0)
    rooms = prepared.counts[0].shape
    if len(treatments) < FEWEST:
        raise TrainingError(f"the graph has {len(treatments)} known treatments; {FEWEST} or more are needed to learn from")
    if len(treatments) == rooms[0] * rooms[1]:
        raise TrainingError("every medicine treats every condition; there is no unknown pair to tell the known from")
    folds = _folds(len(treatments), prepared.config)
    tried = []
    for counts in prepared.counts:
        asked = _Asked.of(prepared.config, counts, treatments, folds, progress)
        by_group = [_path(asked, prepared.config, g, progress) for g in range(prepared.config.groups)]
        for i, (l1, l2) in enumerate(prepared.config.penalties):
            loss = float(np.concatenate([found[i][1] for found in by_group]).mean())
            tried.append((Trial(counts.damping, l1, l2, loss), asked, [found[i][0] for found in by_group]))
    best = min(tried, key=lambda trial: trial[0].loss)
    return _fitted(prepared, *best, tuple(trial[0] for trial in tried))


def _folds(count: int, config: TrainingConfig) -> Array:
    return np.random.default_rng(config.seed).permutation(count) % min(config.folds, count)


@dataclass(frozen=True, slots=True)
class _Asked:
    """The questions of one damping."""

    counts: PathCounts
    treatments: Array
    folds: Array
    questions: Questions
    groups: Array
    means: Array

    @classmethod
    def of(
        cls, config: TrainingConfig, counts: PathCounts, treatments: Array, folds: Array, progress: Progress | None
    ) -> "_Asked":
        random = np.random.default_rng([config.seed, 1])
        asked = np.sort(random.permutation(len(treatments))[: config.queries])
        conditions, medicines, counts_for = _competitors(treatments, asked, folds, counts.shape, config.competitors, random)
        features = np.zeros((*conditions.shape, len(counts.candidates) + OFFSETS), np.float32)
        for k in range(int(folds.max()) + 1):
            visible = treatments[folds != k]
            crossings = counts.crossings(visible)
            # First which condition, then which medicine: each half needs few rows or few columns.
            for half in (0, len(asked)):
                mine = np.flatnonzero(folds[asked] == k) + half
                if len(mine):
                    rows, row = np.unique(conditions[mine], return_inverse=True)
                    columns, column = np.unique(medicines[mine], return_inverse=True)
                    for j, (_, x) in enumerate(counts.counts(counts.candidates, crossings, rows, columns)):
                        features[mine, :, j] = x[row, column]
                    degrees = [np.bincount(visible[:, i], minlength=counts.shape[i]) for i in (0, 1)]
                    features[mine, :, -2] = np.log1p(degrees[0][conditions[mine]])
                    features[mine, :, -1] = np.log1p(degrees[1][medicines[mine]])
            if progress:
                progress("hiding treatments", (k + 1) / (int(folds.max()) + 1))
        means = _means(counts, treatments)
        reached = means > 0
        features[..., :-OFFSETS] = np.arcsinh(features[..., :-OFFSETS] / np.where(reached, means, 1)) * reached
        return cls(counts, treatments, folds, Questions(features, counts_for), np.tile(folds[asked] % config.groups, 2), means)


def _competitors(
    treatments: Array, asked: Array, folds: Array, shape: tuple[int, int], most: int, random: np.random.Generator
) -> tuple[Array, Array, Array]:
    """Conditions, medicines and log counts of every question: first which condition, then which medicine.

    The competing conditions of a fold are drawn together, so that few rows of path counts are needed for it.

    Returns:
        Three arrays of shape (2 · asked, 1 + competitors); the true answer stands first.
    """
    known = np.zeros(shape, bool)
    known[treatments[:, 0], treatments[:, 1]] = True
    universe = _universe(treatments, shape[0], random)
    pools = [random.permutation(universe)[:most] for _ in range(int(folds.max()) + 1)]
    count = 1 + min(most, max(len(universe), shape[1]))
    answers = [np.repeat(treatments[asked, i][:, None], count, 1) for i in (0, 1)]
    conditions, medicines = (np.concatenate((a, a)) for a in answers)
    counts_for = np.full(conditions.shape, -np.inf, np.float32)
    counts_for[:, 0] = 0.0
    for i, q in enumerate(asked):
        condition, medicine = treatments[q]
        pool, unknown = pools[folds[q]], np.flatnonzero(~known[condition])
        drawn = pool[~known[pool, medicine]], random.permutation(unknown)[: count - 1]
        sizes = int((~known[universe, medicine]).sum()), len(unknown)
        for row, table, others, size in zip((i, i + len(asked)), (conditions, medicines), drawn, sizes, strict=True):
            table[row, 1 : 1 + len(others)] = others
            counts_for[row, 1 : 1 + len(others)] = np.log(size / max(len(others), 1))
    return conditions, medicines, counts_for


def _universe(treatments: Array, conditions: int, random: np.random.Generator) -> Array:
    """The treated conditions, and others up to :data:`UNIVERSE`."""
    treated = np.unique(treatments[:, 0])
    others = np.setdiff1d(np.arange(conditions), treated)
    drawn = random.permutation(others)[: max(UNIVERSE - len(treated), 0)]
    return np.sort(np.concatenate((treated, drawn)))


def _means(counts: PathCounts, treatments: Array) -> Array:
    """mean_m of every candidate over the pairs that it joins, shape (candidates,); 0 where it joins none.

    The pairs are those of treated conditions: the others say nothing about the scale on which known treatments differ.
    """
    crossings, treated = counts.crossings(treatments), np.unique(treatments[:, 0])
    found = []
    for _, x in counts.counts(counts.candidates, crossings, treated):
        found.append(float(x[x > 0].mean(dtype=np.float64)) if (x > 0).any() else 0.0)
    return np.array(found)


def _path(asked: _Asked, config: TrainingConfig, group: int, progress: Progress | None) -> list[tuple[Weights, Array]]:
    """What is learned without a group at each penalty, and the losses of the group's questions.

    Penalties grow along the list. A metapath that the weakest left without weight is not tried again (Tibshirani et al. 2012,
    J R Stat Soc B 74:245, strong rules, without their check: it would cost more than it brings), and each begins where the one
    before ended.
    """
    mine, others = np.flatnonzero(asked.groups == group), np.flatnonzero(asked.groups != group)
    if not len(mine) or not len(others):
        raise TrainingError("there are too few known treatments for the groups of the configuration")
    seen, unseen = asked.questions.chosen(others), asked.questions.chosen(mine)
    found: list[tuple[Weights, Array]] = []
    for l1, l2 in config.penalties:
        weights = learn(seen, l1, l2, config.steps, found[-1][0] if found else None)
        found.append((weights, loss_of(unseen, weights)))
    if progress:
        progress("learning weights", (group + 1) / (config.groups + 1))
    return found


def _fitted(prepared: Prepared, trial: Trial, asked: _Asked, by_group: Sequence[Weights], trials: tuple[Trial, ...]) -> Model:
    counts = asked.counts
    weights = learn(asked.questions, trial.l1, trial.l2, prepared.config.steps)
    means = {c.metapath.code: float(m) for c, m in zip(counts.candidates, asked.means, strict=True)}
    metapaths = _weighted([c.metapath for c in counts.candidates], weights)
    held_out = _held_out(asked, by_group, means)
    intercept = _intercept(held_out, asked.treatments, counts.shape)
    return Model(
        reduced(prepared.snapshot, asked.treatments),
        counts,
        metapaths,
        {m.code: means[m.code] for m in metapaths},
        counts.damping,
        intercept,
        (float(weights.offsets[0]), float(weights.offsets[1])),
        asked.treatments,
        held_out,
        trials,
    )


def _weighted(metapaths: Sequence[Metapath], weights: Weights) -> tuple[Metapath, ...]:
    found = zip(metapaths, weights.metapaths.tolist(), strict=True)
    return tuple(replace(m, weight=w) for m, w in found if w > 0)


def _held_out(asked: _Asked, by_group: Sequence[Weights], means: dict[str, float]) -> HeldOut:
    treatments, folds, counts = asked.treatments, asked.folds, asked.counts
    scores = np.zeros((len(treatments), counts.shape[1]))
    for g, weights in enumerate(by_group):
        by_code = {m.code: m.weight for m in _weighted([c.metapath for c in counts.candidates], weights)}
        for k in np.unique(folds[folds % len(by_group) == g]):
            hidden = np.flatnonzero(folds == k)
            rows, where = np.unique(treatments[hidden, 0], return_inverse=True)
            scores[hidden] = counts.scores(by_code, means, treatments[folds != k], rows)[where]
    return HeldOut(scores, folds)


def examples(held_out: HeldOut, treatments: Array, shape: tuple[int, int]) -> tuple[Array, Array, Array, Array]:
    """Pairs as they score while nothing is known of them: what a probability is fitted on.

    Every known treatment counts once, as its fold hid it; every unknown pair of a treated condition once, too, shared out among
    the folds in which the condition was scored.

    Returns:
        Scores, whether each is a known treatment, folds and weights; each shape (examples,).
    """
    known = np.zeros(shape, bool)
    known[treatments[:, 0], treatments[:, 1]] = True
    times = np.bincount(treatments[:, 0], minlength=shape[0])
    unknown = ~known[treatments[:, 0]]
    place = np.nonzero(unknown)
    score = np.concatenate((held_out.scores[np.arange(len(treatments)), treatments[:, 1]], held_out.scores[place]))
    positive = np.arange(len(score)) < len(treatments)
    folds = np.concatenate((held_out.folds, held_out.folds[place[0]]))
    weight = np.concatenate((np.ones(len(treatments)), 1.0 / times[treatments[place[0], 0]]))
    return score, positive, folds, weight


def _intercept(held_out: HeldOut, treatments: Array, shape: tuple[int, int]) -> float:
    """b with which the chances 1 / (1 + exp(-(b + score))) of all examples add up to the known treatments."""
    score, positive, _, weight = examples(held_out, treatments, shape)
    low, high = -50.0, 50.0
    for _ in range(60):
        middle = (low + high) / 2
        expected = float((weight / (1 + np.exp(-np.clip(score + middle, -500, 500)))).sum())
        low, high = (middle, high) if expected < positive.sum() else (low, middle)
    return (low + high) / 2


def reduced(snapshot: Snapshot, treatments: Array) -> Snapshot:
    """The snapshot with no other treatments than these, shape (n, 2)."""
    known = known_pairs(snapshot)
    if len(known) == len(treatments):
        return snapshot
    wanted = np.zeros((len(snapshot.numbers(NodeKind.CONDITION)), len(snapshot.numbers(NodeKind.MEDICINE))), bool)
    wanted[treatments[:, 0], treatments[:, 1]] = True
    relation = snapshot.relations[TREATS]
    kept = np.zeros(relation.link_count, bool)
    kept[relation.inward.links] = wanted[known[:, 0], known[:, 1]]
    return snapshot.extended([without_links(relation, kept, snapshot)], ())
