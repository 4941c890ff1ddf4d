"""The outer folds: every candidate is searched and fitted without a fold, and answers for it."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recommender.predictors.learning.candidates import Candidate
from recommender.predictors.learning.choosing import choose
from recommender.predictors.learning.config import LearningConfig
from recommender.predictors.learning.folds import drawn_rows, fold_numbers
from recommender.predictors.learning.pace import LARGE, LEAST, LEAST_SEARCHED, paced
from recommender.predictors.learning.search import search
from recommender.predictors.learning.splitting import held_out_margins, inner_splits, split
from recommender.predictors.tables.table import Numbers, Table

Progress = Callable[[int, int], None]
"""Told how many of how many outer folds are done."""


@dataclass(frozen=True)
class Outer:
    """What came of the outer folds.

    Attributes:
        folds: shape (repeats, rows); fewer repeats than were asked for where the budget did not last.
        margins: by candidate, shape (repeats, rows).
        searched: places of the rows that took part in a search; all of them, but in large tables.
        merits: by candidate what each of these added to its inner scores, on average, as
            :func:`recommender.predictors.learning.search.merits_of` has it. shape: (searched rows,).
        settings: by candidate those of each search.
        chosen: who would have won by each outer fold's own inner folds; shape (repeats, folds).
        seconds: by candidate.
        config: of the last fold: with fewer rows than were asked for where the budget did not last for the first repeat.
    """

    folds: NDArray[np.int64]
    margins: Mapping[str, Numbers]
    searched: NDArray[np.int64]
    merits: Mapping[str, Numbers]
    settings: Mapping[str, Sequence[Mapping[str, Any]]]
    chosen: Sequence[Sequence[str]]
    seconds: Mapping[str, float]
    config: LearningConfig


def run_outer(
    table: Table, candidates: Sequence[Candidate], config: LearningConfig, *, classes: bool, progress: Progress | None = None
) -> Outer:
    """Run all outer folds.

    Raises:
        PredictorError: when a class has too few people for the folds.
    """
    folds = np.stack([fold_numbers(table.target, table.groups, config.folds, config.seed + r) for r in range(config.repeats)])
    told = _Told(candidates, folds.shape, (table.target > 0) & classes)
    begun = time.perf_counter()
    config = _begun(table, folds, candidates, config, classes)
    for repeat in range(config.repeats):
        spent = (time.perf_counter() - begun) / 60
        if repeat and spent * (repeat + 1) / repeat > config.minutes:
            return told.outer(folds[:repeat], config)
        for fold in range(config.folds):
            done, start = repeat * config.folds + fold, time.perf_counter()
            _run_fold(table, folds[repeat] == fold, candidates, config, (repeat, done), told, classes)
            if not repeat:
                now = time.perf_counter()
                training = int((folds[repeat] != fold).sum())
                config = paced(config, now - begun, now - start, config.folds - fold - 1, training)
            if progress:
                progress(done + 1, config.repeats * config.folds)
    return told.outer(folds, config)


def _begun(
    table: Table, folds: NDArray[np.int64], candidates: Sequence[Candidate], config: LearningConfig, classes: bool
) -> LearningConfig:
    """The settings of the first fold: of a large table a small fit tells beforehand how long one takes."""
    held_out = folds[0] == 0
    rows = int((~held_out).sum())
    if rows * len(table.columns) < LARGE:
        return config
    small, spent = replace(config, rows=LEAST, search_rows=LEAST_SEARCHED), []
    for _ in range(2):
        # The first time is that of libraries which load and compile.
        start = time.perf_counter()
        told = _Told(candidates, folds.shape, (table.target > 0) & classes)
        _run_fold(table, held_out, candidates, small, (0, 0), told, classes)
        spent.append(time.perf_counter() - start)
    times = max(min(config.rows, rows) / LEAST, min(config.search_rows, rows) / LEAST_SEARCHED)
    return paced(config, sum(spent), spent[-1] * times, config.folds, rows)


class _Told:
    """Gathers what the outer folds come to.

    Args:
        candidates: who answers.
        shape: (repeats, rows).
        strata: the class of each row; one for all of a regression. shape: (rows,).
    """

    def __init__(self, candidates: Sequence[Candidate], shape: tuple[int, ...], strata: NDArray[np.bool_]) -> None:
        names = [candidate.name for candidate in candidates]
        self.strata = strata
        self.margins = {name: np.empty(shape) for name in names}
        self.merits = {name: np.zeros(shape[1]) for name in names}
        self.times = np.zeros(shape[1])
        self.settings: dict[str, list[Mapping[str, Any]]] = {name: [] for name in names}
        self.seconds = dict.fromkeys(names, 0.0)
        self.chosen: list[list[str]] = [[] for _ in range(shape[0])]

    def _shares(self, searched: NDArray[np.int64]) -> Numbers:
        """What a row's merit is to be multiplied by: its class's share of all searches over its share of the rows.

        Merits are weighted by the classes of a draw. Where draws hold more of the rare class than the rows of all of them do,
        their mean would no longer be the ROC-AUC. shape: (searched rows,).
        """
        _, place = np.unique(self.strata[searched], return_inverse=True)
        taken, there = np.bincount(place, self.times[searched]), np.bincount(place)
        found: Numbers = ((taken / taken.sum()) / (there / there.sum()))[place]
        return found

    def outer(self, folds: NDArray[np.int64], config: LearningConfig) -> Outer:
        """What came of the repeats that were made."""
        made = len(folds)
        searched = np.flatnonzero(self.times).astype(np.int64)
        share = self._shares(searched)
        merits = {name: sums[searched] / self.times[searched] * share for name, sums in self.merits.items()}
        margins = {name: answers[:made] for name, answers in self.margins.items()}
        return Outer(folds, margins, searched, merits, self.settings, self.chosen[:made], self.seconds, config)


def _run_fold(
    table: Table,
    held_out: NDArray[np.bool_],
    candidates: Sequence[Candidate],
    config: LearningConfig,
    place: tuple[int, int],
    told: _Told,
    classes: bool,
) -> None:
    """Search and fit every candidate without one outer fold, and let it answer for that."""
    repeat, done = place
    seed = config.seed + 1_000 * (done + 1)
    training = np.flatnonzero(~held_out).astype(np.int64)
    known = (table.target, table.groups, training)
    splits = inner_splits(table, drawn_rows(*known, config.search_rows, seed, evenly=True), config.inner_folds, seed)
    rows = np.concatenate([one.places for one in splits])
    told.times[rows] += 1
    own: dict[str, Numbers] = {}
    part = split(table, drawn_rows(*known, config.rows, seed), np.flatnonzero(held_out).astype(np.int64))
    for candidate in candidates:
        begun = time.perf_counter()
        found = search(candidate, splits, config, seed, classes=classes)
        told.margins[candidate.name][repeat, held_out] = held_out_margins(
            candidate, part, found.settings, seed, classes=classes
        )
        own[candidate.name] = found.merits
        told.merits[candidate.name][rows] += found.merits
        told.settings[candidate.name].append(found.settings)
        told.seconds[candidate.name] += time.perf_counter() - begun
    told.chosen[repeat].append(choose(own, table.target[rows], table.groups[rows], classes=classes).name)
