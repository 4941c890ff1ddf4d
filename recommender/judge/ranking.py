"""Figures of rankings and of scored lists: pure functions of numbers, without a graph.

A query is a known pair whose answer is looked for among all candidates, the other known pairs left out. Ties stand at their
mean rank; an answer that nothing speaks for is the last of all, whatever else nothing speaks for. Lists are judged so that the
order of their rows cannot matter. Intervals are percentiles of a bootstrap over queries with a fixed seed.
"""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from graph.array_file import Array
from recommender.errors import EvaluationError

HITS = (1, 3, 10)
DRAWS = 2000
"""Bootstrap samples of queries."""
LIST_DRAWS = 200
"""Bootstrap samples of a scored list, each of which is sorted anew."""
TAILS = (0.025, 0.975)
BATCH = 2_000_000
"""Numbers drawn at once."""

Figures = dict[str, float | int | None]
Intervals = dict[str, list[float]]


def answer_ranks(scores: Array, pairs: Array, known: Array, floor: float = -np.inf) -> Array:
    """The rank of each pair's answer among all candidates of its query.

    Args:
        scores: shape (queries, candidates), float64; a row is what one query ranks.
        pairs: shape (n, 2), int64: row and column of each true answer.
        known: shape (k, 2), int64: other true answers, which are left out of every ranking but as the answer itself.
        floor: a score at or below it says that nothing speaks for the candidate.

    Returns:
        shape (n,), float64: from 1; halves where ties stand at their mean.

    Raises:
        EvaluationError: when a score is no number.
    """
    if np.isnan(scores).any():
        raise EvaluationError("a score is no number, so nothing can be ranked")
    offered = np.ones(scores.shape, bool)
    offered[known[:, 0], known[:, 1]] = False
    found = np.empty(len(pairs))
    for i, (row, column) in enumerate(pairs.tolist()):
        mask = offered[row].copy()
        mask[column] = False
        others, own = scores[row][mask], scores[row, column]
        if own <= floor:
            found[i] = len(others) + 1
        else:
            found[i] = 1 + np.count_nonzero(others > own) + np.count_nonzero(others == own) / 2
    return found


def both_ways(scores: Array, pairs: Array, known: Array, floor: float = -np.inf) -> dict[str, Array]:
    """Ranks in both directions of a matrix of conditions and medicines.

    Args:
        scores: shape (conditions, medicines), float64.
        pairs: shape (n, 2): condition and medicine of each query.
        known: shape (k, 2): pairs that are left out of the rankings.
        floor: as in :func:`answer_ranks`.

    Returns:
        ``drug_to_disease`` (the condition among all conditions) and ``disease_to_drug`` (the medicine among all medicines),
        each shape (n,).
    """
    return {
        "drug_to_disease": answer_ranks(scores.T, pairs[:, ::-1], known[:, ::-1], floor),
        "disease_to_drug": answer_ranks(scores, pairs, known, floor),
    }


def query_values(ranks: Array) -> dict[str, Array]:
    """What each query adds to each figure, shape (n,) by figure: ``hits@1``, ``hits@3``, ``hits@10`` and ``mrr``."""
    return {f"hits@{k}": (ranks <= k).astype(np.float64) for k in HITS} | {"mrr": 1 / ranks}


def ranking_figures(ranks: Array) -> Figures:
    """Hits@1, 3 and 10, the mean reciprocal rank and the number of queries; figures of no queries are nothing."""
    figures: Figures = {name: float(v.mean()) if len(v) else None for name, v in query_values(ranks).items()}
    return figures | {"queries": len(ranks)}


def ranking_intervals(ranks: Array, seed: int) -> Intervals:
    """95 % interval of each figure by a bootstrap over queries; empty without queries."""
    if not len(ranks):
        return {}
    names, values = zip(*query_values(ranks).items(), strict=True)
    return {name: _interval(means) for name, means in zip(names, resampled_means(np.stack(values), seed), strict=True)}


def paired_test(ours: Array, theirs: Array, seed: int) -> dict[str, dict[str, float | list[float]]]:
    """How much better our ranks are than theirs on the same queries.

    Args:
        ours: shape (n,), ranks.
        theirs: shape (n,), ranks of the same queries in the same order.
        seed: of the bootstrap.

    Returns:
        For each figure ``difference`` (above 0: ours is better), its 95 % ``interval`` and two-sided ``p``, from a bootstrap
        over the queries (Efron & Tibshirani 1993, ch. 16); empty without queries.
    """
    if not len(ours):
        return {}
    mine, other = query_values(ours), query_values(theirs)
    found: dict[str, dict[str, float | list[float]]] = {}
    means = resampled_means(np.stack([mine[name] - other[name] for name in mine]), seed)
    for name, row in zip(mine, means, strict=True):
        tail = min(np.count_nonzero(row <= 0), np.count_nonzero(row >= 0))
        found[name] = {
            "difference": float((mine[name] - other[name]).mean()),
            "interval": _interval(row),
            "p": min(1.0, 2 * (tail + 1) / (len(row) + 1)),
        }
    return found


def resampled_means(values: Array, seed: int, draws: int = DRAWS) -> Array:
    """Means over queries that were drawn with replacement.

    Args:
        values: shape (figures, n), float64; all figures see the same draws.
        seed: of the draws.
        draws: how many samples.

    Returns:
        shape (figures, draws).
    """
    rng = np.random.default_rng(seed)
    n = values.shape[1]
    step = max(1, BATCH // n)
    parts = [values[:, rng.integers(0, n, (min(step, draws - i), n))].mean(axis=2) for i in range(0, draws, step)]
    return np.concatenate(parts, axis=1)


def resampled_interval(values: Array, seed: int) -> list[float]:
    """95 % interval of a mean over queries; empty without queries."""
    return _interval(resampled_means(values[None, :], seed)[0]) if len(values) else []


def _interval(means: Array) -> list[float]:
    return [float(q) for q in np.quantile(means, TAILS)]


def list_figures(scores: Array, labels: Array, ks: Sequence[int] = (100,)) -> Figures:
    """Figures of a scored list: ``auroc``, ``average_precision``, ``recall@k`` and ``prevalence``.

    Args:
        scores: shape (n,), float64, finite.
        labels: shape (n,), bool.
        ks: lengths of the top.

    Raises:
        EvaluationError: when a score is no number, or the list has one class only.
    """
    if np.isnan(scores).any():
        raise EvaluationError("a score is no number, so nothing can be ranked")
    if labels.all() or not labels.any():
        raise EvaluationError("the list has one class only: labels 0 and 1 are both needed")
    return {
        "auroc": auroc(scores, labels),
        "average_precision": average_precision(scores, labels),
        **{f"recall@{k}": recall_at(scores, labels, k) for k in ks},
        "prevalence": float(labels.mean()),
    }


def list_intervals(scores: Array, labels: Array, seed: int) -> Intervals:
    """95 % intervals of AUROC and average precision by a bootstrap over the rows of either class."""
    measures: Mapping[str, Callable[[Array, Array], float]] = {"auroc": auroc, "average_precision": average_precision}
    rng = np.random.default_rng(seed)
    classes = [np.flatnonzero(labels), np.flatnonzero(~labels)]
    rows: dict[str, list[float]] = {name: [] for name in measures}
    for _ in range(LIST_DRAWS):
        drawn = np.concatenate([rng.choice(members, len(members)) for members in classes])
        for name, measure in measures.items():
            rows[name].append(measure(scores[drawn], labels[drawn]))
    return {name: _interval(np.array(values)) for name, values in rows.items()}


def auroc(scores: Array, labels: Array) -> float:
    """How often a positive scores above a negative, ties counting half."""
    # Imported here: other commands of this package do without scikit-learn's second of loading.
    from sklearn.metrics import roc_auc_score

    return float(roc_auc_score(labels, scores))


def average_precision(scores: Array, labels: Array) -> float:
    """Average precision, expected over all orders of what is tied (McSherry & Najork 2008, ECIR, eq. 8).

    scikit-learn's answers the precision of a whole group of ties for each of its members; without ties the two are equal.
    """
    before, position, size, relevant, hits = _tied(scores, labels)
    ahead = hits + np.divide(position * (relevant - 1), size - 1, out=np.zeros(len(size)), where=size > 1)
    precision = (ahead + 1) / (before + position + 1)
    return float((relevant / size * precision).sum() / labels.sum())


def recall_at(scores: Array, labels: Array, k: int) -> float:
    """Share of the positives among the first ``k`` rows, expected over all orders of what is tied."""
    _, _, size, relevant, _ = _tied(scores, labels)
    return float((relevant / size)[:k].sum() / labels.sum())


def _tied(scores: Array, labels: Array) -> tuple[Array, Array, Array, Array, Array]:
    """By place, best first: rows before the place's ties, place within them, how many they are and how many of them true, and
    the true ones before them; each shape (n,), float64."""
    order = np.argsort(-scores, kind="stable")
    first = np.flatnonzero(np.concatenate(([True], np.diff(scores[order]) != 0)))
    sizes = np.diff(np.append(first, len(order)))
    relevant = np.add.reduceat(labels[order].astype(np.float64), first)
    hits = np.concatenate(([0.0], np.cumsum(relevant)[:-1]))
    before = np.repeat(first, sizes).astype(np.float64)
    position = np.arange(len(order)) - before
    return before, position, np.repeat(sizes, sizes).astype(np.float64), np.repeat(relevant, sizes), np.repeat(hits, sizes)
