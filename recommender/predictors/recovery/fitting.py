"""Fits recovery: all candidates of the one pipeline, and then the deep net against the one that it promoted.

The net is held out on the very same folds, and is the least simple of all. So it is promoted by the rule that holds for all
others: only when its inner folds are better than those of the simpler one by more than one standard error of the difference,
and its outer folds not worse than those of logistic regression. Otherwise the table shows by how much it loses.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from recommender.predictors.forms.fitted import FittedModel
from recommender.predictors.learning.calibrating import held_out_probabilities, serving_calibration
from recommender.predictors.learning.candidates import CANDIDATES, Candidate
from recommender.predictors.learning.choosing import Choice, difference_error, not_under_the_plain
from recommender.predictors.learning.comparison import CandidateRow, HeldOut
from recommender.predictors.learning.config import LearningConfig
from recommender.predictors.learning.conformal import class_scores, judge_sets, threshold
from recommender.predictors.learning.deep import deep_candidate
from recommender.predictors.learning.fitting import Fitted, fit_model
from recommender.predictors.learning.kernel_machine import centres_of
from recommender.predictors.learning.measures import classification_figures
from recommender.predictors.learning.outer import Outer, run_outer
from recommender.predictors.learning.splitting import fit_candidate, split
from recommender.predictors.recovery.config import RecoveryConfig
from recommender.predictors.tables.table import Table

Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class Contender:
    """A candidate that competes with the promoted one.

    Attributes:
        candidate: how it is fitted.
        outer: its outer folds and those of the promoted one.
        held_out: what it answered for rows that it had not seen.
        row: of the table.
    """

    candidate: Candidate
    outer: Outer
    held_out: HeldOut
    row: CandidateRow


def fit_recovery(table: Table, config: RecoveryConfig, progress: Progress = lambda words, share: None) -> Fitted:
    """Fit and judge all candidates, the deep net among them.

    Args:
        table: with a target of 0 and 1.
        config: how.
        progress: told what is done.

    Raises:
        PredictorError: when the table cannot be learned from.
    """
    fitted = fit_model(table, config.learning, progress=lambda done, of: progress("fitting folds", done / of))
    if not config.with_deep or not fitted.comparison.classes:
        return fitted
    contender = _contend(table, fitted, deep_candidate(config.deep), config.learning, progress)
    return _judged(table, fitted, contender)


def _contend(table: Table, fitted: Fitted, candidate: Candidate, config: LearningConfig, progress: Progress) -> Contender:
    rivals = [CANDIDATES[fitted.comparison.promoted], candidate]
    # As many repeats as the others had: all of them are told of the same folds.
    same = replace(config, repeats=fitted.comparison.repeats, minutes=1e6)
    outer = run_outer(table, rivals, same, classes=True, progress=lambda done, of: progress("fitting the net", done / of))
    margins = outer.margins[candidate.name]
    answers = HeldOut(margins, held_out_probabilities(margins, table.target, outer.folds), outer.folds)
    figures = classification_figures(
        table.target,
        answers.probabilities,
        table.groups,
        margins=margins,
        folds=outer.folds,
        draws=config.bootstraps,
        seed=config.seed,
    )
    coverage = judge_sets(table.target, answers.probabilities, outer.folds, config.coverage, classes=True)
    inner = float(outer.merits[candidate.name].mean())
    settings = {**candidate.defaults, "widths": list(candidate.defaults["widths"])}
    seconds = outer.seconds[candidate.name]
    row = CandidateRow(candidate.name, candidate.label, figures, inner, coverage, settings, seconds)
    return Contender(candidate, outer, answers, row)


def _judged(table: Table, fitted: Fitted, contender: Contender) -> Fitted:
    """What was fitted, with the contender in the table, and in the place of the promoted one where it won."""
    comparison = fitted.comparison
    rows = (*comparison.rows, contender.row)
    choice = _choice(table, comparison.promoted, comparison.why, contender)
    choice = not_under_the_plain(choice, {row.name: row.figures["roc_auc"].value for row in rows}, "logistic")
    told = replace(comparison, rows=rows, seconds=comparison.seconds + contender.row.seconds)
    known = {**fitted.all_held_out, contender.row.name: contender.held_out}
    if choice.name != contender.row.name:
        return replace(fitted, comparison=replace(told, why=choice.why), all_held_out=known)
    model = _served(table, contender, fitted.config)
    told = replace(told, promoted=choice.name, why=choice.why)
    return Fitted(model, told, contender.held_out, known, fitted.config)


def _choice(table: Table, promoted: str, why: str, contender: Contender) -> Choice:
    name, merits = contender.row.name, contender.outer.merits
    gain = merits[name] - merits[promoted]
    searched = contender.outer.searched
    error = difference_error(gain, table.target[searched], table.groups[searched], classes=True)
    own, other = float(merits[name].mean()), float(merits[promoted].mean())
    compared = f"by the inner folds ({own:.3f} beside {other:.3f}, standard error of the difference {error:.4f})"
    if own - other > error:
        return Choice(name, f"better than {promoted} {compared}")
    return Choice(promoted, f"{why}; {name} is not better by more than one standard error {compared}")


def _served(table: Table, contender: Contender, config: LearningConfig) -> FittedModel:
    """The contender on all rows."""
    everyone = np.arange(len(table), dtype=np.int64)
    part = split(table, everyone, everyone[:0])
    form, kept = fit_candidate(contender.candidate, part, contender.candidate.defaults, config.seed, classes=True)
    answers = contender.held_out
    calibration = serving_calibration(
        answers.margins, table.target, answers.folds, bootstraps=config.bootstraps, seed=config.seed
    )
    limit = threshold(class_scores(table.target, answers.probabilities)[0], config.coverage)
    centres, shares = centres_of(part.fitted[:, kept], config.centres, config.seed)
    return FittedModel(part.encoder.chosen(kept), form, calibration, limit, centres, shares)
