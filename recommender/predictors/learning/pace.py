"""Keeps the first repeat of the outer folds within the budget: the less is left, the fewer rows the next fold is fitted on.

Every row has to be held out once, so that no fold can be left out; a fold is therefore made shorter. All candidates of a fold
are fitted on the same rows, and the comparison tells how many these were.
"""

from dataclasses import replace

from recommender.predictors.learning.config import LearningConfig

OF_FOLDS = 0.6
"""Share of the budget that the first repeat may take; figures and fitting the winner anew take the rest."""
LEAST, LEAST_SEARCHED = 1_000, 200
"""Rows below which nothing is made shorter."""
LARGE = 1_000_000
"""Cells of a training part from which the first fold, too, may take longer than the whole budget."""


def paced(config: LearningConfig, spent: float, last: float, ahead: int, rows: int) -> LearningConfig:
    """The settings for the next fold.

    Args:
        config: those of the last one.
        spent: seconds of all folds so far.
        last: seconds of the last one.
        ahead: how many folds are still to be made.
        rows: of a training part.
    """
    left = max(0.0, config.minutes * 60 * OF_FOLDS - spent)
    if last * ahead <= left:
        return config
    share = left / (last * ahead)
    fitted, searched = (int(min(most, rows) * share) for most in (config.rows, config.search_rows))
    return replace(config, rows=max(LEAST, min(fitted, config.rows)), search_rows=max(LEAST_SEARCHED, searched), trials=1)
