"""Effects of levels on the log-odds of an outcome, each block's pulled towards none by as much as its levels differ by chance.

With rows x of weights of levels, log-odds x·u and u of block b normal about 0 with variance t_b, u is where the penalised
likelihood is largest, and its covariance the inverse curvature there. The variances are those that make the effects most
likely: t_b = Σ u² / (k_b - Σ s / t_b) over the k_b levels of the block with posterior variances s (MacKay 1992, Neural Comput
4:415, eq. 2.26; the same as a fixed point of REML, Breslow & Clayton 1993, J Am Stat Assoc 88:9). So a block whose levels do
not differ beyond chance drops out, and a medicine is taken as its class is until enough people took it.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from graph.array_file import Array
from recommender.predictors.population.features import Matrix

LEAST_VARIANCE = 1e-4
MOST_VARIANCE = 4.0
"""Bounds of a block's variance, squared log-odds: beyond them levels are the same, or have nothing to do with each other."""
SETTLED = 1e-6
SETTLED_DEVIATION = 0.005
"""Largest change of an effect, and of a block's deviation, with which a search ends; in log-odds."""
STEPS = 50


@dataclass(frozen=True, slots=True)
class Pooled:
    """Effects of one outcome.

    Attributes:
        base: log-odds of someone of whom nothing is known.
        effects: shape (levels,): log-odds that each adds.
        covariance: shape (levels, levels): of the effects, given the variances.
        variances: shape (blocks,): of the effects of each block.
    """

    base: float
    effects: Array
    covariance: Array
    variances: Array


def pool(rows: Any, happened: Array, blocks: Array, rounds: int) -> Pooled:
    """Effects and variances together.

    Args:
        rows: scipy sparse matrix, shape (courses, levels): weights of levels.
        happened: shape (courses,), bool: the outcome; both must occur.
        blocks: shape (levels,), int: the block of each level, from 0.
        rounds: most steps.
    """
    count = int(blocks.max()) + 1 if len(blocks) else 0
    sizes = np.bincount(blocks, minlength=count)
    variances = np.full(count, 0.1)
    effects: Array = np.zeros(len(blocks) + 1)
    for _ in range(rounds):
        # One step of the effects for one of the variances: both settle together, and an inner search to the end gains nothing.
        effects, covariance = estimate(rows, happened, variances[blocks], effects, steps=1)
        spread = np.bincount(blocks, np.diag(covariance)[1:], count)
        told = np.maximum(sizes - spread / variances, 1e-6)
        found = np.clip(np.bincount(blocks, effects[1:] ** 2, count) / told, LEAST_VARIANCE, MOST_VARIANCE)
        moved = np.abs(np.sqrt(found) - np.sqrt(variances)).max(initial=0.0)
        variances = found
        if moved < SETTLED_DEVIATION:
            break
    effects, covariance = estimate(rows, happened, variances[blocks], effects)
    return Pooled(float(effects[0]), effects[1:], covariance[1:, 1:], variances)


def estimate(
    rows: Any, happened: Array, variances: Array, start: Array | None = None, *, steps: int = STEPS
) -> tuple[Array, Matrix]:
    """Effects for known variances, by Newton's method.

    Args:
        rows: as :func:`pool` has it.
        happened: shape (courses,), bool.
        variances: shape (levels,), above 0: of each effect about none.
        start: shape (1 + levels,): where to begin.
        steps: most steps.

    Returns:
        The base and the effects, shape (1 + levels,), and their covariance.
    """
    from scipy import linalg, sparse

    design = sparse.hstack((np.ones((rows.shape[0], 1)), rows), format="csr")
    penalty = np.append(0.0, 1 / variances)
    y = happened.astype(float)
    effects = np.zeros(design.shape[1]) if start is None else start.copy()
    if not effects.any():
        effects[0] = np.log(y.mean()) - np.log1p(-y.mean())
    for _ in range(steps):
        chance = 1 / (1 + np.exp(-design @ effects))
        curvature = (design.multiply((chance * (1 - chance))[:, None]).T @ design).toarray() + np.diag(penalty)
        factor = linalg.cho_factor(curvature)
        step = linalg.cho_solve(factor, design.T @ (y - chance) - penalty * effects)
        # A step of more than 2 log-odds leaves where the curve is known.
        effects = effects + step * min(1.0, 2.0 / max(float(np.abs(step).max()), 1e-12))
        if np.abs(step).max() < SETTLED:
            break
    covariance = linalg.cho_solve(factor, np.eye(len(effects)))
    return effects, np.asarray((covariance + covariance.T) / 2, np.float64)
