"""Finds a candidate's settings by inner folds, within a stated budget.

The defaults are tried first; the tree-structured Parzen estimator of Optuna (Akiba et al. 2019, doi:10.1145/3292500.3330701)
proposes the rest. Settings other than the defaults are taken only where their mean gain over the inner folds exceeds its own
standard error: a handful of trials on a few folds finds luck as easily as merit.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from recommender.predictors.learning.candidates import Candidate, Range, Settings, thin
from recommender.predictors.learning.config import LearningConfig
from recommender.predictors.learning.splitting import Split, held_out_margins
from recommender.predictors.tables.table import Numbers


@dataclass(frozen=True)
class Found:
    """What a search found.

    Attributes:
        settings: that were taken.
        scores: of these in each inner fold: ROC-AUC, or R² for a regression. shape: (inner folds,).
        merits: of these for each row of the inner folds, in their order; see :func:`merits_of`.
        trials: how many settings were tried.
    """

    settings: Settings
    scores: Numbers
    merits: Numbers
    trials: int


def search(candidate: Candidate, splits: Sequence[Split], config: LearningConfig, seed: int, *, classes: bool) -> Found:
    """The settings of a candidate.

    Args:
        candidate: what is tried.
        splits: the inner folds.
        config: the budget: ``trials`` and ``seconds``.
        seed: of the proposals and the fits.
        classes: whether the target is a class.
    """
    first = tried_with(candidate, splits, candidate.defaults, seed, classes=classes)
    tried = [first]
    if candidate.space and config.trials > 1:
        tried += _proposed(candidate, splits, config, seed, classes)
    taken = _taken(tried)
    return Found(taken.settings, taken.scores, taken.merits, len(tried))


def tried_with(candidate: Candidate, splits: Sequence[Split], settings: Settings, seed: int, *, classes: bool) -> Found:
    """What settings are worth in the inner folds."""
    merits = []
    for part in splits:
        margins = held_out_margins(candidate, part, thin(settings), seed, classes=classes)
        merits.append(merits_of(part.truth, margins, part.target, classes=classes))
    return Found(settings, np.array([one.mean() for one in merits]), np.concatenate(merits), 1)


def merits_of(truth: Numbers, margins: Numbers, fitted: Numbers, *, classes: bool) -> Numbers:
    """What each held-out row adds to the score, which is their mean. shape: (rows,).

    Of a class: the share of rows of the other class that it stands on the right side of, ties counted half (the placement of
    DeLong et al. 1988, doi:10.2307/2531595), weighted so that both classes count alike: the mean is the ROC-AUC. Of a number:
    1 - its squared error over the mean squared error of the fitted rows' mean: the mean is R².

    Args:
        truth: of the held-out rows.
        margins: of the same.
        fitted: the targets that were fitted on.
        classes: whether the target is a class.
    """
    if not classes:
        plain = float(((truth - fitted.mean()) ** 2).mean())
        return 1 - (truth - margins) ** 2 / plain if plain else np.zeros(len(truth))
    positive = truth > 0
    weight = np.where(positive, positive.mean(), 1 - positive.mean())
    found = np.full(len(truth), 0.5)
    for own in (positive, ~positive):
        others = np.sort(margins[~own])
        if len(others) and own.any():
            below = (np.searchsorted(others, margins[own], "left") + np.searchsorted(others, margins[own], "right")) / 2
            share = below / len(others)
            found[own] = share if own is positive else 1 - share
    merits: Numbers = 0.5 * found / weight
    return merits


def _taken(tried: Sequence[Found]) -> Found:
    """The best of those that beat the defaults by more than a standard error of the difference, else the defaults."""
    best = max(tried, key=lambda one: float(one.scores.mean()))
    gain = best.scores - tried[0].scores
    error = float(gain.std(ddof=1) / np.sqrt(len(gain)))
    return best if float(gain.mean()) > error else tried[0]


def _proposed(candidate: Candidate, splits: Sequence[Split], config: LearningConfig, seed: int, classes: bool) -> list[Found]:
    """Further settings with their scores, in the order in which they were tried."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    sampler = optuna.samplers.TPESampler(seed=seed, n_startup_trials=max(2, config.trials // 2))
    study = optuna.create_study(direction="maximize", sampler=sampler)
    tried: list[Found] = []

    def objective(trial: Any) -> float:
        proposed = {name: _suggested(trial, name, one) for name, one in candidate.space.items()}
        tried.append(tried_with(candidate, splits, {**candidate.defaults, **proposed}, seed, classes=classes))
        return float(tried[-1].scores.mean())

    study.optimize(objective, n_trials=config.trials - 1, timeout=config.seconds)
    return tried


def _suggested(trial: Any, name: str, one: Range) -> Any:
    if one.choices:
        return trial.suggest_categorical(name, one.choices)
    if one.whole:
        return trial.suggest_int(name, int(one.low), int(one.high), log=True)
    return trial.suggest_float(name, one.low, one.high, log=True)
