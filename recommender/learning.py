"""Learns the weights of metapaths: a conditional logistic regression in both directions, with an elastic net.

Each known treatment is a question asked twice: which condition does this medicine treat, and which medicine treats this
condition? Its answer stands among unknown ones, and the loss is the negative log-likelihood of a conditional logit (McFadden
1974), which is the listwise loss of ranking (Cao et al. 2007, ListNet with one true answer). Answers that were drawn stand for
those that were not: each competitor counts as many times as it represents, so that the loss estimates that of the full ranking.
The weights of metapaths are never negative: a path speaks for a medicine, and what speaks against one is a matter of safety.
Degrees enter as an offset of free sign, which takes up what popularity explains and is taken out again afterwards.
"""

from dataclasses import dataclass

import numpy as np

from graph.array_file import Array
from recommender.errors import TrainingError

OFFSETS = 2
"""Columns behind the metapaths: log(1 + degree) of the condition and of the medicine."""


@dataclass(frozen=True, slots=True)
class Questions:
    """Known treatments among competitors.

    Attributes:
        features: shape (questions, 1 + competitors, columns), float32: asinh(x / mean) and the offsets; the true answer first.
        counts_for: shape (questions, 1 + competitors), float32: log of how many answers each stands for; -inf for none.
    """

    features: Array
    counts_for: Array

    def chosen(self, rows: Array) -> "Questions":
        """Some of the questions."""
        return Questions(self.features[rows], self.counts_for[rows])


@dataclass(frozen=True, slots=True)
class Weights:
    """What was learned.

    Attributes:
        metapaths: shape (metapaths,), float64: β, 0 or more.
        offsets: shape (2,), float64: of the degrees of condition and medicine.
    """

    metapaths: Array
    offsets: Array


def learn(questions: Questions, l1: float, l2: float, steps: int, before: Weights | None = None) -> Weights:
    """The weights of least penalised loss.

    Args:
        questions: what to learn from.
        l1: weight of Σ|β|, on features of unit spread.
        l2: weight of Σβ².
        steps: of the optimiser (L-BFGS-B), at most.
        before: weights to begin with; a metapath without weight there is left out.

    Raises:
        TrainingError: when there is no question, or a feature is no number.
    """
    from scipy.optimize import minimize

    if not len(questions.features):
        raise TrainingError("there is no known treatment to learn from")
    if not np.isfinite(questions.features).all():
        raise TrainingError("a feature is no finite number")
    columns = questions.features.shape[2]
    given = np.full(columns, 0.05) if before is None else np.concatenate((before.metapaths, before.offsets))
    free = np.arange(columns) >= columns - OFFSETS
    kept = np.flatnonzero((given > 0) | free)
    features = questions.features[..., kept].reshape(-1, len(kept))
    spread = _spread(features)
    features /= spread
    free = free[kept]

    def loss(b: Array) -> tuple[float, Array]:
        value, slope = _likelihood(features, questions.counts_for, b.astype(np.float32))
        signed = np.where(free, 0.0, b)
        return value + l1 * signed.sum() + l2 * (b * b).sum(), slope + np.where(free, 0.0, l1) + 2 * l2 * b

    bounds = [(None, None) if is_free else (0, None) for is_free in free]
    start = np.where(free, 0.0, given[kept]) if before is None else given[kept] * spread
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": steps})
    weights = np.zeros(columns)
    weights[kept] = found.x / spread
    return Weights(weights[:-OFFSETS], weights[-OFFSETS:])


def loss_of(questions: Questions, weights: Weights) -> Array:
    """The loss of each question, shape (questions,), float64: what held-out questions are compared by."""
    b = np.concatenate((weights.metapaths, weights.offsets)).astype(np.float32)
    utility = (questions.features @ b).astype(np.float64) + questions.counts_for
    return np.asarray(np.logaddexp.reduce(utility, axis=1) - utility[:, 0])


def _spread(features: Array) -> Array:
    """The standard deviation of each column, shape (columns,), float32; 1 where a column says nothing."""
    spread = features[::3].std(0, dtype=np.float64)
    return np.where(spread > 1e-6, spread, 1.0).astype(np.float32)


def _likelihood(scaled: Array, counts_for: Array, b: Array) -> tuple[float, Array]:
    """Mean loss of the questions and its gradient."""
    asked, answers = counts_for.shape
    utility = (scaled @ b).reshape(asked, answers).astype(np.float64) + counts_for
    top = utility.max(1, keepdims=True)
    share = np.exp(utility - top)
    whole = share.sum(1, keepdims=True)
    value = float((top[:, 0] + np.log(whole[:, 0]) - utility[:, 0]).sum() / asked)
    share /= whole
    share[:, 0] -= 1
    slope = (share.ravel() / asked).astype(np.float32) @ scaled
    return value, slope.astype(np.float64)
