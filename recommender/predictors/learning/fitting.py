"""Fits a table: compares all candidates on outer folds, promotes one, and refits it on all rows.

Everything that looks at values, such as imputation, scaling, selection and the search, happens within the training part of a
fold. Nothing of a row is kept in what is fitted: leaves, centres and knots rest on several people each.
"""

import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from recommender.errors import PredictorError
from recommender.predictors.forms.fitted import FittedModel
from recommender.predictors.learning.calibrating import held_out_probabilities, serving_calibration
from recommender.predictors.learning.candidates import CANDIDATES, Candidate
from recommender.predictors.learning.choosing import Choice, choose, not_under_the_plain
from recommender.predictors.learning.comparison import CandidateRow, Comparison, HeldOut
from recommender.predictors.learning.config import LearningConfig
from recommender.predictors.learning.conformal import class_scores, judge_sets, threshold
from recommender.predictors.learning.folds import drawn_rows, is_classes
from recommender.predictors.learning.kernel_machine import centres_of
from recommender.predictors.learning.measures import Figure, classification_figures, regression_figures
from recommender.predictors.learning.outer import Outer, Progress, run_outer
from recommender.predictors.learning.search import search
from recommender.predictors.learning.splitting import fit_candidate, inner_splits, split
from recommender.predictors.tables.table import Numbers, Table

LEAST_ROWS = 30
"""Fewest rows that anything is learned from."""


@dataclass(frozen=True)
class Fitted:
    """What fitting made.

    Attributes:
        model: serves.
        comparison: a row a candidate.
        held_out: what the promoted candidate answered for rows that it had not seen.
        all_held_out: the same of each candidate.
        config: with which it was fitted.
    """

    model: FittedModel
    comparison: Comparison
    held_out: HeldOut
    all_held_out: Mapping[str, HeldOut]
    config: LearningConfig


def fit_model(table: Table, config: LearningConfig, *, progress: Progress | None = None) -> Fitted:
    """Fit and judge.

    Args:
        table: with a target: 0 and 1 is a classification, anything else a regression.
        config: how.
        progress: told after each outer fold.

    Raises:
        PredictorError: when the table has no target, one class, too few rows or people, or no column that varies.
    """
    begun = time.perf_counter()
    _check(table, config.folds)
    classes = is_classes(table.target)
    candidates = [CANDIDATES[name] for name in (config.candidates if classes else config.regressors)]
    outer = run_outer(table, candidates, config, classes=classes, progress=progress)
    answers = {name: _held_out(outer, name, table, classes) for name in outer.margins}
    rows = tuple(_row(candidate, outer, answers[candidate.name], table, config) for candidate in candidates)
    choice = _promoted(outer, rows, table, classes)
    model = _refitted(CANDIDATES[choice.name], answers[choice.name], table, outer.config, classes)
    comparison = Comparison(
        rows,
        _figures(table, _procedure(outer, answers), config),
        choice.name,
        choice.why,
        classes,
        len(outer.folds),
        config.folds,
        len(np.unique(table.groups)),
        len(table),
        time.perf_counter() - begun,
        min(outer.config.rows, int((outer.folds[0] != 0).sum())),
        tuple(_cut_short(outer, config)),
    )
    return Fitted(model, comparison, answers[choice.name], answers, config)


def _check(table: Table, folds: int) -> None:
    if len(table.target) != len(table):
        raise PredictorError(f"the table {table.name} has no target; name its column with --target")
    if not np.isfinite(table.target).all():
        raise PredictorError(f"the target of the table {table.name} is missing in some rows; leave those out")
    if len(table) < LEAST_ROWS:
        raise PredictorError(f"the table {table.name} has {len(table)} rows; {LEAST_ROWS} or more are needed to learn from it")
    if len(np.unique(table.target)) < 2:
        raise PredictorError(f"the target of the table {table.name} is the same in every row, so nothing can be learned")
    if is_classes(table.target) and (fewest := min(_people(table, one) for one in (0.0, 1.0))) < folds:
        raise PredictorError(
            f"the table {table.name}: each class needs {folds} people or more, one for each fold; one has {fewest}"
        )
    if all(_is_level(table.values[column.name]) for column in table.columns):
        raise PredictorError(f"no column of the table {table.name} varies, so nothing can be learned from it")


def _cut_short(outer: Outer, config: LearningConfig) -> Iterator[str]:
    """What the budget did not last for."""
    there = int((outer.folds[0] != 0).sum())
    asked, made = ([min(there, one.rows), min(there, one.search_rows)] for one in (config, outer.config))
    if made != asked:
        fitted, searched = (f"{new:,} instead of {old:,} rows" for new, old in zip(made, asked, strict=True))
        yield f"{config.minutes:g} minutes did not last: folds were fitted on {fitted} in the end, and searched on {searched}"
    if len(outer.folds) < config.repeats:
        yield f"{config.minutes:g} minutes did not last: {len(outer.folds)} of {config.repeats} repeats of the folds were made"


def _people(table: Table, label: float) -> int:
    return len(np.unique(table.groups[table.target == label]))


def _is_level(values: Numbers) -> bool:
    """Whether a column tells nothing: one value throughout, or none at all."""
    known = values[np.isfinite(values)]
    return len(known) == 0 or (len(known) == len(values) and bool((known == known[0]).all()))


def _held_out(outer: Outer, name: str, table: Table, classes: bool) -> HeldOut:
    margins = outer.margins[name]
    answers = held_out_probabilities(margins, table.target, outer.folds) if classes else margins
    return HeldOut(margins, answers, outer.folds)


def _figures(table: Table, answer: HeldOut, config: LearningConfig) -> dict[str, Figure]:
    draws, seed, answers = config.bootstraps, config.seed, answer.probabilities
    if not is_classes(table.target):
        return regression_figures(table.target, answers, table.groups, draws=draws, seed=seed)
    return classification_figures(
        table.target, answers, table.groups, margins=answer.margins, folds=answer.folds, draws=draws, seed=seed
    )


def _row(candidate: Candidate, outer: Outer, answer: HeldOut, table: Table, config: LearningConfig) -> CandidateRow:
    classes = is_classes(table.target)
    usual = _most_frequent(outer.settings[candidate.name])
    coverage = judge_sets(table.target, answer.probabilities, outer.folds, config.coverage, classes=classes)
    figures = _figures(table, answer, config)
    inner = float(outer.merits[candidate.name].mean())
    return CandidateRow(candidate.name, candidate.label, figures, inner, coverage, usual, outer.seconds[candidate.name])


def _most_frequent(settings: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    counted = Counter(tuple(sorted(one.items())) for one in settings)
    return dict(counted.most_common(1)[0][0])


def _promoted(outer: Outer, rows: Sequence[CandidateRow], table: Table, classes: bool) -> Choice:
    choice = choose(outer.merits, table.target[outer.searched], table.groups[outer.searched], classes=classes)
    measure = "roc_auc" if classes else "r_squared"
    return not_under_the_plain(choice, {r.name: r.figures[measure].value for r in rows}, "logistic" if classes else "linear")


def _procedure(outer: Outer, answers: Mapping[str, HeldOut]) -> HeldOut:
    """The answers of whoever won by an outer fold's own inner folds."""
    margins, probabilities = np.empty(outer.folds.shape), np.empty(outer.folds.shape)
    for repeat, winners in enumerate(outer.chosen):
        for fold, name in enumerate(winners):
            part = outer.folds[repeat] == fold
            margins[repeat, part] = answers[name].margins[repeat, part]
            probabilities[repeat, part] = answers[name].probabilities[repeat, part]
    return HeldOut(margins, probabilities, outer.folds)


def _refitted(candidate: Candidate, answer: HeldOut, table: Table, config: LearningConfig, classes: bool) -> FittedModel:
    """The winner on all rows, its settings searched on them too; in large tables on as many as it was judged with."""
    everyone = np.arange(len(table), dtype=np.int64)
    known = (table.target, table.groups, everyone)
    some = drawn_rows(*known, config.search_rows, config.seed, evenly=True)
    splits = inner_splits(table, some, config.inner_folds, config.seed)
    settings = search(candidate, splits, config, config.seed, classes=classes).settings
    part = split(table, drawn_rows(*known, config.rows, config.seed), everyone[:0])
    form, kept = fit_candidate(candidate, part, settings, config.seed, classes=classes)
    calibration = None
    if classes:
        calibration = serving_calibration(
            answer.margins, table.target, answer.folds, bootstraps=config.bootstraps, seed=config.seed
        )
    scores = class_scores(table.target, answer.probabilities) if classes else np.abs(table.target - answer.probabilities)
    centres, shares = centres_of(part.fitted[:, kept], config.centres, config.seed)
    # Repeats tell of the same people: one of them is a sample of scores, all would only look larger.
    limit = threshold(scores[0], config.coverage)
    return FittedModel(part.encoder.chosen(kept), form, calibration, limit, centres, shares)
