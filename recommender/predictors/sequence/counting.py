"""Counts what follows what, and weighs the parts of the count-based model on people that were not counted."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from recommender.errors import PredictorError
from recommender.predictors.sequence.config import SequenceConfig
from recommender.predictors.sequence.counts import EARLIER, LAST, NEVER, Counts, states
from recommender.predictors.sequence.visits import History, Matrix, Vocabulary

PLAIN = np.array([0.0, 1.0, 1.0, 0.0, 0.0])
"""Weights before any were fitted: pairs have none."""
ROUNDS = 50
RIDGE = 1e-3
"""Keeps the weights defined where a part tells nothing."""


@dataclass(frozen=True)
class Steps:
    """All visits of some people that another one follows.

    Attributes:
        last, ever: what the visit has, and what it or one before it has. shape: (steps, codes).
        following: what the next visit has. shape: (steps, codes).
        person: whose each step is. shape: (steps,).
    """

    last: Matrix
    ever: Matrix
    following: Matrix
    person: NDArray[np.int64]


def steps_of(histories: Sequence[History], vocabulary: Vocabulary) -> Steps:
    """The steps of the histories, person by person."""
    empty = np.zeros((0, len(vocabulary)))
    last, ever, following, person = [empty], [empty], [empty], [np.zeros(0, np.int64)]
    for i, history in enumerate(histories):
        visits = vocabulary.matrix(history)
        last.append(visits[:-1])
        ever.append(np.maximum.accumulate(visits[:-1], axis=0))
        following.append(visits[1:])
        person.append(np.full(max(len(visits) - 1, 0), i))
    return Steps(np.concatenate(last), np.concatenate(ever), np.concatenate(following), np.concatenate(person))


def log_odds(share: Matrix) -> Matrix:
    """Of shares strictly between 0 and 1."""
    found: Matrix = np.log(share / (1 - share))
    return found


def count(histories: Sequence[History], vocabulary: Vocabulary, config: SequenceConfig) -> Counts:
    """The counts of some people, all parts of weight 1 but those of pairs, which have none.

    Raises:
        PredictorError: when nobody of them came a second time, or no code is frequent enough.
    """
    steps = steps_of(histories, vocabulary)
    if not len(steps.person) or not len(vocabulary):
        raise PredictorError(f"people with two visits or more, and codes that {config.people} of them have, are needed")
    share = (steps.following.sum(axis=0) + 0.5) / (len(steps.person) + 1)
    popularity = log_odds(share)
    own = _own_shifts(steps, share, vocabulary, config)
    after = [_pair_shifts(had, steps, share, config) for had in (steps.last, steps.ever)]
    return Counts(popularity, own, after[0], after[1], PLAIN)


def _own_shifts(steps: Steps, share: Matrix, vocabulary: Vocabulary, config: SequenceConfig) -> Matrix:
    found = np.zeros((3, len(share)))
    state = states(steps.last, steps.ever)
    kinds = np.array([code.kind for code in vocabulary.codes])
    for place in (LAST, EARLIER, NEVER):
        there = (state == place).astype(float)
        times, seen = there.sum(axis=0), (there * steps.following).sum(axis=0)
        for kind in np.unique(kinds):
            mine = kinds == kind
            expected, total = float((times * share)[mine].sum()), float(times[mine].sum())
            if total == 0:
                continue
            pooled = (float(seen[mine].sum()) + expected / total) / (total + 1)
            usual = log_odds(share[mine]) + log_odds(np.array(pooled)) - log_odds(np.array(expected / total))
            told = _people(there[:, mine], steps.person) >= config.people
            own = _pulled(np.where(told, seen[mine], 0), np.where(told, times[mine], 0), 1 / (1 + np.exp(-usual)), config.prior)
            found[place, mine] = log_odds(own) - log_odds(share[mine])
    return found


def _pair_shifts(had: Matrix, steps: Steps, share: Matrix, config: SequenceConfig) -> Matrix:
    seen, times = had.T @ steps.following, had.sum(axis=0)
    pulled = _pulled(seen, times[:, None], share, config.prior)
    # Whether a pair was one person's often or many people's once: each person counts once for it.
    starts = np.unique(steps.person, return_index=True)[1]
    together = np.zeros_like(seen)
    for rows in np.split(np.arange(len(steps.person)), starts[1:]):
        together += (had[rows].T @ steps.following[rows]) > 0
    found = np.where(together >= config.people, log_odds(pulled) - log_odds(share), 0.0)
    np.fill_diagonal(found, 0.0)
    return found


def _pulled(seen: Matrix, times: Matrix, expected: Matrix, prior: float) -> Matrix:
    return (seen + prior * expected) / (times + prior)


def _people(there: Matrix, person: NDArray[np.int64]) -> Matrix:
    """How many people each column holds for at least once. shape: (codes,)."""
    starts = np.unique(person, return_index=True)[1]
    found: Matrix = (np.add.reduceat(there, starts, axis=0) > 0).sum(axis=0).astype(float)
    return found


def fit_counts(histories: Sequence[History], vocabulary: Vocabulary, config: SequenceConfig) -> Counts:
    """The counts of some people, with weights from folds of them.

    Raises:
        PredictorError: as :func:`count` does.
    """
    whole = count(histories, vocabulary, config)
    folds = person_folds(len(histories), config.folds, config.seed)
    parts, truth = [], []
    for fold in range(config.folds):
        try:
            counts = count([h for h, f in zip(histories, folds, strict=True) if f != fold], vocabulary, config)
        except PredictorError:
            # Too few came twice for this fold to be told by the others; the other folds weigh alone.
            continue
        steps = steps_of([h for h, f in zip(histories, folds, strict=True) if f == fold], vocabulary)
        parts.append(counts.parts(steps.last, steps.ever).reshape(4, -1))
        truth.append(steps.following.ravel())
    if not sum(part.size for part in truth):
        return whole
    return replace(whole, weights=_weights(np.concatenate(parts, axis=1).T, np.concatenate(truth)))


def person_folds(people: int, folds: int, seed: int) -> NDArray[np.int64]:
    """The fold of each person. shape: (people,)."""
    return np.random.default_rng(seed).permutation(np.arange(people) % folds)


def _weights(parts: Matrix, truth: Matrix) -> Matrix:
    """Logistic regression by Newton's method: intercept and weights, pulled a little to ``PLAIN``. shape: (5,)."""
    rows = np.column_stack([np.ones(len(parts)), parts])
    weights = PLAIN.copy()
    for _ in range(ROUNDS):
        share = 1 / (1 + np.exp(-np.clip(rows @ weights, -30, 30)))
        slope = rows.T @ (truth - share) - RIDGE * (weights - PLAIN)
        bend = (rows * (share * (1 - share))[:, None]).T @ rows + RIDGE * np.eye(5)
        step = np.linalg.solve(bend, slope)
        weights += step * min(1.0, 2.0 / max(float(np.abs(step).max()), 1e-12))
        if float(np.abs(step).max()) < 1e-8:
            break
    return weights
