"""Chooses the winner: the simplest candidate within one standard error of the best (Breiman et al. 1984, section 3.4.3).

The standard error is over people, as it is there, and that of the *difference* to the best for the same people, which is what
the rule is about: more repeats of the folds tell no more of other people, and do not make it smaller. For ROC-AUC it is that of
DeLong et al. 1988 (doi:10.2307/2531595), for R² that of a mean; rows of one person are taken together.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recommender.predictors.learning.config import CLASSIFIERS, REGRESSORS
from recommender.predictors.tables.table import Numbers


@dataclass(frozen=True, slots=True)
class Choice:
    """Who won.

    Attributes:
        name: of the candidate.
        why: in words.
    """

    name: str
    why: str


def choose(merits: Mapping[str, Numbers], target: Numbers, groups: NDArray[np.int64], *, classes: bool) -> Choice:
    """The winner.

    Args:
        merits: by candidate what each row adds to its score in the inner folds, on average; see
            :func:`recommender.predictors.learning.search.merits_of`. shape: (rows,).
        target: shape (rows,).
        groups: whose each row is. shape: (rows,).
        classes: whether it is a classification, where nobody under logistic regression may win.
    """
    order = [name for name in (CLASSIFIERS if classes else REGRESSORS) if name in merits]
    means = {name: float(merits[name].mean()) for name in order}
    best = max(order, key=lambda name: means[name])
    plain = "logistic" if classes else "linear"
    for name in order:
        error = difference_error(merits[best] - merits[name], target, groups, classes=classes)
        near = means[best] - means[name] <= error
        if near and name != best and means[name] >= means.get(plain, -np.inf):
            why = f"the simplest within one standard error ({error:.3f}) of {best} by the inner folds"
            return Choice(name, f"{why} ({means[name]:.3f} beside {means[best]:.3f})")
        if name == best:
            break
    return Choice(best, f"the best by the inner folds ({means[best]:.3f}), and no simpler one within one standard error")


def difference_error(difference: Numbers, target: Numbers, groups: NDArray[np.int64], *, classes: bool) -> float:
    """Standard error of the mean of row-wise differences, over people.

    Args:
        difference: of merits. shape: (rows,).
        target: by which classes are told; each has a mean of its own.
        groups: shape (rows,).
        classes: whether there are any.
    """
    strata = target > 0 if classes else np.zeros(len(target), bool)
    rest = difference.astype(float)
    for one in np.unique(strata):
        rest = np.where(strata == one, difference - difference[strata == one].mean(), rest)
    _, whose = np.unique(groups, return_inverse=True)
    together = np.bincount(whose.reshape(-1), rest)
    return float(np.sqrt((together**2).sum()) / len(difference))


def not_under_the_plain(choice: Choice, held_out: Mapping[str, float], plain: str) -> Choice:
    """The choice, or the plain model where the chosen one did worse on the outer folds: it is never promoted over it.

    Args:
        choice: by the inner folds.
        held_out: by candidate the figure on the outer folds; larger is better.
        plain: logistic or linear regression.
    """
    if plain not in held_out or held_out[choice.name] >= held_out[plain]:
        return choice
    return Choice(plain, f"{choice.name} was {choice.why}; on the outer folds it did worse than {plain}")
