"""The floor: a quick regression on metapath counts, and eight of them weighed by hand.

Everything here is small sparse products and shares no code with the walk, so that a mistake in the one does not hide in the
other. Paths are degree-weighted (Himmelstein & Baranzini 2015, PLoS Comput Biol 11:e1004259); no node stands twice in one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from graph.array_file import Array
from graph.elements import EdgeKind, NodeKind
from graph.snapshot import Snapshot
from recommender.judge.permutation import link_ends

DAMPING = 0.5
FOLDS, NEGATIVES, REGULARISATION = 10, 100, 0.1
"""Folds whose own edges are left out, sampled pairs for each treatment, and the inverse strength of the L2 norm; like the
damping, chosen by cross-validation among the 483 treatments of the published split's training part."""

HAND_WEIGHTS: Mapping[str, float] = {
    "CaGbM": 0.12,
    "CrCtM": 0.18,
    "CtMrM": 0.18,
    "CtMkKkM": 0.22,
    "CtMtCtM": 0.08,
    "ClMlClM": 0.04,
    "CtMbGbM": 0.14,
    "CtMeEeM": 0.03,
}

_M, _C = NodeKind.MEDICINE, NodeKind.CONDITION
_TO_MEDICINE: Mapping[str, tuple[EdgeKind, NodeKind]] = {
    "kKk": (EdgeKind.IN_CLASS, NodeKind.DRUG_CLASS),
    "bGb": (EdgeKind.BINDS, NodeKind.GENE),
    "eEe": (EdgeKind.CAUSES, NodeKind.SIDE_EFFECT),
    "uGu": (EdgeKind.UPREGULATES, NodeKind.GENE),
    "dGd": (EdgeKind.DOWNREGULATES, NodeKind.GENE),
}
_TO_CONDITION: Mapping[str, tuple[EdgeKind, NodeKind]] = {
    "pYp": (EdgeKind.PRESENTS, NodeKind.SYMPTOM),
    "oAo": (EdgeKind.LOCALIZES, NodeKind.ANATOMY),
    "aGa": (EdgeKind.ASSOCIATES, NodeKind.GENE),
    "uGu": (EdgeKind.UPREGULATES, NodeKind.GENE),
    "dGd": (EdgeKind.DOWNREGULATES, NodeKind.GENE),
}

Sparse = Any
"""A matrix of scipy.sparse, which has no types."""


@dataclass(frozen=True, slots=True)
class PlainCounts:
    """Degree-weighted matrices that no treatment takes part in.

    Attributes:
        shape: how many conditions and medicines there are.
        medicines: medicine by medicine, through what they share; the diagonal is empty.
        conditions: condition by condition, likewise.
        fixed: condition by medicine: counts of metapaths without treatments, shape (conditions, medicines), dense.
    """

    shape: tuple[int, int]
    medicines: Mapping[str, Sparse]
    conditions: Mapping[str, Sparse]
    fixed: Mapping[str, Array]

    def counts(self, treatments: Array) -> dict[str, Array]:
        """Counts of all metapaths by code where these treatments are known, each shape (conditions, medicines), dense."""
        known = _weighted(_matrix(treatments, self.shape))
        found = dict(self.fixed)
        found |= {f"Ct{code}": _dense(known @ similar) for code, similar in self.medicines.items()}
        found |= {f"{code}tM": _dense(similar @ known) for code, similar in self.conditions.items()}
        found["CtMtCtM"] = _there_and_back(known)
        return found


def plain_counts(snapshot: Snapshot) -> PlainCounts:
    """Everything of the counts that does not look at treatments; relations that the graph lacks count nothing."""
    medicines, conditions = len(snapshot.numbers(_M)), len(snapshot.numbers(_C))

    def bound(kind: EdgeKind, start: NodeKind, end: NodeKind) -> Sparse:
        return _weighted(_relation(snapshot, kind, start, end))

    to_m = {way: bound(kind, _M, end) for way, (kind, end) in _TO_MEDICINE.items()}
    to_c = {way: bound(kind, _C, end) for way, (kind, end) in _TO_CONDITION.items()}
    like_m, like_c = bound(EdgeKind.RESEMBLES, _M, _M), bound(EdgeKind.RESEMBLES, _C, _C)
    relief = bound(EdgeKind.PALLIATES, _M, _C).T.tocsr()
    gene = to_c["aGa"] @ to_m["bGb"].T
    # Palliation itself is no feature: no treatment palliates in the graph, and a floor that learns so is none for palliation.
    fixed = {
        "CaGbM": gene,
        "CuGdM": to_c["uGu"] @ to_m["dGd"].T,
        "CdGuM": to_c["dGd"] @ to_m["uGu"].T,
        "CuGuM": to_c["uGu"] @ to_m["uGu"].T,
        "CdGdM": to_c["dGd"] @ to_m["dGd"].T,
        "CrClM": like_c @ relief,
        "ClMrM": relief @ like_m,
        "CrCaGbM": like_c @ gene,
    }
    return PlainCounts(
        (conditions, medicines),
        {f"M{way}M": _apart(m @ m.T) for way, m in to_m.items()}
        | {"MrM": like_m, "MrMrM": _apart(like_m @ like_m), "MlClM": _apart(relief.T @ relief)},
        {f"C{way}C": _apart(c @ c.T) for way, c in to_c.items()} | {"CrC": like_c, "CrCrC": _apart(like_c @ like_c)},
        {code: _dense(matrix) for code, matrix in fixed.items()} | {"ClMlClM": _there_and_back(relief)},
    )


def _relation(snapshot: Snapshot, kind: EdgeKind, start: NodeKind, end: NodeKind) -> Sparse:
    """A relation as a matrix of ones, shape (start nodes, end nodes)."""
    shape = len(snapshot.numbers(start)), len(snapshot.numbers(end))
    relation = snapshot.relation(kind, start, end)
    if relation is None:
        return _matrix(np.zeros((0, 2), np.int64), shape)
    rows, columns = (numbers - snapshot.first[k] for numbers, k in zip(link_ends(relation), (start, end), strict=True))
    found = _matrix(np.stack([rows, columns], axis=1), shape)
    return found.maximum(found.T) if relation.symmetric else found


def _matrix(pairs: Array, shape: tuple[int, int]) -> Sparse:
    from scipy.sparse import csr_array

    return csr_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=shape)


def _weighted(matrix: Sparse) -> Sparse:
    """Each entry by the degrees of both its ends to the power of minus the damping."""
    from scipy.sparse import diags_array

    rows, columns = (np.maximum(matrix.sum(axis=axis), 1.0) ** -DAMPING for axis in (1, 0))
    return (diags_array(rows) @ matrix @ diags_array(columns)).tocsr()


def _apart(matrix: Sparse) -> Sparse:
    """Without the diagonal: a path does not return to where it was."""
    found = matrix.tolil() if matrix.nnz < matrix.shape[0] else matrix.tocsr(copy=True)
    found.setdiag(0)
    return found.tocsr()


def _there_and_back(known: Sparse) -> Array:
    """Paths condition, medicine, other condition, other medicine over one relation.

    Args:
        known: shape (conditions, medicines), weighted.
    """
    squares = known.multiply(known).tocsr()
    others = _dense(_apart(known @ known.T) @ known)
    # What is left and not apart comes back to the first medicine, over any condition but the first.
    own = _dense(known)
    returning: Array = own * (np.asarray(squares.sum(axis=0))[None, :] - own**2)
    return others - returning


def _dense(matrix: Sparse) -> Array:
    return np.asarray(matrix.todense(), np.float64)


def by_hand(counts: Mapping[str, Array]) -> Array:
    """Eight metapaths with weights that nobody learned: Σ β asinh(x / mean), shape (conditions, medicines)."""
    return sum((weight * _scaled(counts[code], _mean(counts[code])) for code, weight in HAND_WEIGHTS.items()), np.zeros(1))


def _mean(count: Array) -> float:
    """The mean over the pairs that any path joins; 0 when there is none."""
    joined = count[count > 0]
    return float(joined.mean()) if len(joined) else 0.0


def _scaled(count: Array, mean: float) -> Array:
    return np.arcsinh(count / mean) if mean > 0 else np.zeros_like(count)


def floor_scores(paths: PlainCounts, treatments: Array, seed: int) -> Array:
    """The floor: logistic regression on metapath counts, in which no pair is known by its own edge.

    Args:
        paths: counts without treatments.
        treatments: shape (n, 2), int64: what is learned from.
        seed: of the folds and of the sampled pairs that stand for "no treatment".

    Returns:
        shape (conditions, medicines), float64: the logit of every pair.
    """
    from sklearn.linear_model import LogisticRegression

    rng = np.random.default_rng(seed)
    whole = paths.counts(treatments)
    means = {code: _mean(count) for code, count in whole.items()}
    others = _sampled(treatments, paths.shape, min(NEGATIVES * len(treatments), paths.shape[0] * paths.shape[1] // 2), rng)
    folds = [rng.permutation(len(rows)) % FOLDS for rows in (treatments, others)]
    rows, labels = [], []
    for fold in range(min(FOLDS, len(treatments))):
        counts = paths.counts(treatments[folds[0] != fold])
        for pairs, inside, label in ((treatments, folds[0], True), (others, folds[1], False)):
            chosen = pairs[inside == fold]
            rows.append(_features(counts, means, chosen))
            labels.append(np.full(len(chosen), label))
    features = np.concatenate(rows)
    centre, spread = features.mean(axis=0), np.maximum(features.std(axis=0), 1e-9)
    model = LogisticRegression(C=REGULARISATION, max_iter=2000).fit((features - centre) / spread, np.concatenate(labels))
    slopes = model.coef_[0] / spread
    logit = np.full(paths.shape, float(model.intercept_[0] - slopes @ centre))
    for slope, (code, count) in zip(slopes, whole.items(), strict=True):
        logit += slope * _scaled(count, means[code])
    return logit


def _sampled(treatments: Array, shape: tuple[int, int], count: int, rng: np.random.Generator) -> Array:
    """Pairs that are no known treatments, drawn without replacement, shape (count, 2)."""
    free = np.ones(shape, bool)
    free[treatments[:, 0], treatments[:, 1]] = False
    cells = np.flatnonzero(free)
    return np.stack(np.divmod(np.sort(rng.choice(cells, min(count, len(cells)), replace=False)), shape[1]), axis=1)


def _features(counts: Mapping[str, Array], means: Mapping[str, float], pairs: Array) -> Array:
    rows, columns = pairs.T
    return np.stack([_scaled(count[rows, columns], means[code]) for code, count in counts.items()], axis=1)
