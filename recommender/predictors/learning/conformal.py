"""Conformal sets: the answers that hold the truth in a given share of cases, whatever the model is.

Classification: least ambiguous sets (Sadinle, Lei & Wasserman 2019, doi:10.1080/01621459.2017.1395341): a class is in the set
when its probability is not under a threshold. Regression: absolute residuals (Lei et al. 2018,
doi:10.1080/01621459.2017.1307116). Both take their scores from held-out rows (cross-conformal, Vovk 2015,
doi:10.1007/s10472-013-9368-4). The coverage is of all rows together, not of each group of people.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recommender.predictors.tables.table import Numbers


@dataclass(frozen=True, slots=True)
class Coverage:
    """How conformal sets do on rows that their threshold was not taken from.

    Attributes:
        goal: the share that was asked for.
        covered: share of rows whose truth is in their set.
        one: share of rows whose set is a single class; of a regression, the mean width of the interval.
        empty: share of rows whose set is empty: neither answer is likely enough.
    """

    goal: float
    covered: float
    one: float
    empty: float

    def payload(self) -> dict[str, float]:
        """As JSON can hold it."""
        return {"goal": self.goal, "covered": self.covered, "single": self.one, "empty": self.empty}


def threshold(scores: Numbers, coverage: float) -> float:
    """The ⌈(n + 1) · coverage⌉-th smallest score; infinite when there are too few to tell."""
    place = int(np.ceil((len(scores) + 1) * coverage))
    return float(np.sort(scores)[place - 1]) if place <= len(scores) else np.inf


def class_scores(target: Numbers, probability: Numbers) -> Numbers:
    """1 - the probability of what was true, of the shape of ``probability``."""
    return np.where(target > 0, 1 - probability, probability)


def judge_sets(target: Numbers, answer: Numbers, folds: NDArray[np.int64], coverage: float, *, classes: bool) -> Coverage:
    """Coverage of each fold by the threshold of the other folds of its repeat.

    Args:
        target: shape (rows,).
        answer: held-out probability, or answer of a regression. shape: (repeats, rows).
        folds: shape (repeats, rows).
        coverage: the share that is asked for.
        classes: whether it is a classification.
    """
    scores = class_scores(target, answer) if classes else np.abs(target - answer)
    limits = np.empty_like(answer)
    for repeat, parts in enumerate(folds):
        for fold in np.unique(parts):
            limits[repeat, parts == fold] = threshold(scores[repeat, parts != fold], coverage)
    covered = float((scores <= limits).mean())
    if not classes:
        return Coverage(coverage, covered, float(2 * limits.mean()), 0.0)
    size = (answer <= limits).astype(int) + (1 - answer <= limits)
    return Coverage(coverage, covered, float((size == 1).mean()), float((size == 0).mean()))
