"""The kinds of model that are tried: how each is fitted, with which settings it begins, and what may be searched.

Settings begin where statistics puts them, not where a table liked them: ridge penalties of unit size on standardised features,
leaves of five people or more, slow learning of shallow trees. All are fitted on encoded rows and answer a form at once, so that
what is judged is what will serve.
"""

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from recommender.predictors.forms.form import Form, Matrix
from recommender.predictors.forms.linear import constant
from recommender.predictors.forms.stack import Stack
from recommender.predictors.learning.boosted import fit_xgboost
from recommender.predictors.learning.export import boosted_form, linear_form, net_form, tree_form
from recommender.predictors.learning.folds import fold_numbers
from recommender.predictors.learning.kernel_machine import fit_kernel

Settings = Mapping[str, Any]
Fit = Callable[[Matrix, Matrix, Settings, int, bool], Form]
LARGE = 3_000
"""Rows above which a net is fitted by batches and a forest's leaves grow."""
MEMBERS = ("logistic", "forest", "xgboost")
"""What a stack puts together: one that is linear, one of many deep trees, one of many shallow ones."""


@dataclass(frozen=True, slots=True)
class Range:
    """What a setting may be: ``choices``, or a number from ``low`` to ``high``, evenly in its logarithm."""

    low: float = 0.0
    high: float = 0.0
    whole: bool = False
    choices: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Candidate:
    """One kind of model.

    Attributes:
        name: as the table calls it.
        label: in words.
        fit: from encoded rows, target, settings, seed and whether the target is a class.
        defaults: the settings that are tried first.
        space: what else may be tried. ``share`` is the share of features that are kept.
    """

    name: str
    label: str
    fit: Fit
    defaults: Settings
    space: Mapping[str, Range]


def _floor(matrix: Matrix, target: Matrix, settings: Settings, seed: int, classes: bool) -> Form:
    mean = float(target.mean())
    mean = min(max(mean, 0.5 / len(target)), 1 - 0.5 / len(target)) if classes else mean
    return constant(float(np.log(mean / (1 - mean))) if classes else mean, matrix.shape[1])


def _logistic(matrix: Matrix, target: Matrix, settings: Settings, seed: int, classes: bool) -> Form:
    from sklearn.linear_model import LogisticRegression

    return linear_form(_quietly(LogisticRegression(C=settings["C"], max_iter=500), matrix, target))


def _ridge(matrix: Matrix, target: Matrix, settings: Settings, seed: int, classes: bool) -> Form:
    from sklearn.linear_model import Ridge

    # The smallest penalty keeps least squares defined where columns tell the same.
    return linear_form(Ridge(alpha=float(settings.get("alpha", 1e-6))).fit(matrix, target))


def _tree(matrix: Matrix, target: Matrix, settings: Settings, seed: int, classes: bool) -> Form:
    from sklearn.tree import DecisionTreeClassifier

    leaf = max(5, int(settings["leaf"] * len(target)))
    model = DecisionTreeClassifier(max_depth=int(settings["depth"]), min_samples_leaf=leaf, random_state=seed)
    return tree_form(model.fit(matrix, target))


def _forest(matrix: Matrix, target: Matrix, settings: Settings, seed: int, classes: bool) -> Form:
    from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor

    leaf = max(int(settings["leaf"]), len(target) // LARGE * 5)
    kind = RandomForestClassifier if classes else RandomForestRegressor
    part = settings["features"] if classes else 1 / 3
    model = kind(int(settings["members"]), min_samples_leaf=leaf, max_features=part, random_state=seed, n_jobs=1)
    return tree_form(model.fit(matrix, target))


def _boosting(matrix: Matrix, target: Matrix, settings: Settings, seed: int, classes: bool) -> Form:
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

    kind = HistGradientBoostingClassifier if classes else HistGradientBoostingRegressor
    model = kind(
        learning_rate=float(settings["learning_rate"]),
        max_iter=int(settings["trees"]),
        max_depth=int(settings["depth"]),
        min_samples_leaf=min(20, max(5, len(target) // 20)),
        l2_regularization=float(settings["l2"]),
        early_stopping=False,
        random_state=seed,
    )
    return boosted_form(model.fit(matrix, target))


def _xgboost(matrix: Matrix, target: Matrix, settings: Settings, seed: int, classes: bool) -> Form:
    return fit_xgboost(matrix, target, settings, seed, classes=classes)


def _svm(matrix: Matrix, target: Matrix, settings: Settings, seed: int, classes: bool) -> Form:
    return fit_kernel(matrix, target, settings, seed)


def _net(matrix: Matrix, target: Matrix, settings: Settings, seed: int, classes: bool) -> Form:
    from sklearn.neural_network import MLPClassifier

    large = len(target) > LARGE
    model = MLPClassifier(
        (int(settings["width"]),),
        activation="tanh",
        alpha=float(settings["alpha"]),
        solver="adam" if large else "lbfgs",
        max_iter=30 if large else 100,
        random_state=seed,
    )
    return net_form(_quietly(model, matrix, target))


def _stack(matrix: Matrix, target: Matrix, settings: Settings, seed: int, classes: bool) -> Form:
    """Members are put together by what they say of rows that they had not seen (Wolpert 1992)."""
    from sklearn.linear_model import LogisticRegression

    # The rows of one person may fall apart here: it costs the stack weight, not honesty, which the outer folds keep.
    folds = fold_numbers(target, np.arange(len(target)), 3, seed)
    kinds = [CANDIDATES[name] for name in MEMBERS]
    own = [{**kind.defaults, **settings} if "members" in kind.defaults else kind.defaults for kind in kinds]
    told = np.empty((len(target), len(kinds)))
    for fold in range(3):
        seen = folds != fold
        for i, kind in enumerate(kinds):
            told[~seen, i] = kind.fit(matrix[seen], target[seen], thin(kind.defaults), seed, classes).margins(matrix[~seen])
    told = np.clip(told, -BOUND, BOUND)
    mix = _quietly(LogisticRegression(C=settings["C"]), told, target)
    members = tuple(kind.fit(matrix, target, each, seed, classes) for kind, each in zip(kinds, own, strict=True))
    return Stack(members, mix.coef_[0].astype(float), np.array(float(mix.intercept_[0])))


def thin(settings: Settings) -> Settings:
    """The same with a forest of fewer trees, which ranks settings as well and takes a third of the time."""
    return {**settings, "members": FEW_TREES} if "members" in settings else settings


FEW_TREES = 60
BOUND = 10.0
"""Log-odds beyond which one member may not drag a stack's weights."""


def _quietly(model: Any, matrix: Matrix, target: Matrix) -> Any:
    """Fit; that the last digits of a solver are not reached is no news, since folds judge what it found."""
    from sklearn.exceptions import ConvergenceWarning

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return model.fit(matrix, target)


_SHARE = Range(choices=(1.0, 0.5))
_PENALTY = Range(0.01, 10.0)
_FOREST = {"members": 200, "leaf": 5, "features": "sqrt", "share": 1.0}
_BOOSTING = {"trees": 100, "learning_rate": 0.05, "depth": 3, "l2": 1.0, "share": 1.0}
_XGBOOST = {
    "trees": 100,
    "learning_rate": 0.05,
    "max_depth": 3,
    "min_child_weight": 3.0,
    "reg_lambda": 3.0,
    "subsample": 0.7,
    "share": 1.0,
}
_ALL = (
    Candidate("floor", "base rate, or the mean", _floor, {}, {}),
    Candidate("logistic", "logistic regression", _logistic, {"C": 1.0, "share": 1.0}, {"C": _PENALTY, "share": _SHARE}),
    Candidate("linear", "least squares", _ridge, {}, {}),
    Candidate("ridge", "ridge regression", _ridge, {"alpha": 1.0, "share": 1.0}, {"alpha": Range(0.1, 1e3), "share": _SHARE}),
    Candidate(
        "tree",
        "decision tree",
        _tree,
        {"depth": 3, "leaf": 0.05, "share": 1.0},
        {"depth": Range(2, 6, whole=True), "leaf": Range(0.01, 0.1)},
    ),
    Candidate(
        "forest",
        "random forest",
        _forest,
        _FOREST,
        {"leaf": Range(3, 20, whole=True), "features": Range(choices=("sqrt", 0.5)), "share": _SHARE},
    ),
    Candidate(
        "svm",
        "support vector machine on centres",
        _svm,
        {"C": 0.1, "width": 0.3, "share": 1.0},
        {"C": Range(0.01, 10.0), "width": Range(0.05, 2.0), "share": _SHARE},
    ),
    Candidate(
        "boosting",
        "gradient boosting",
        _boosting,
        _BOOSTING,
        {"trees": Range(30, 200, whole=True), "depth": Range(2, 5, whole=True), "l2": Range(0.1, 30.0), "share": _SHARE},
    ),
    Candidate(
        "xgboost",
        "XGBoost",
        _xgboost,
        _XGBOOST,
        {
            "trees": Range(30, 200, whole=True),
            "max_depth": Range(2, 5, whole=True),
            "reg_lambda": Range(0.5, 30.0),
            "share": _SHARE,
        },
    ),
    Candidate(
        "net",
        "neural net",
        _net,
        {"width": 8, "alpha": 3.0, "share": 1.0},
        {"width": Range(3, 32, whole=True), "alpha": Range(0.1, 30.0), "share": _SHARE},
    ),
    Candidate("stack", "stack of " + ", ".join(MEMBERS), _stack, {"C": 1.0, "members": 200, "share": 1.0}, {}),
)
CANDIDATES: Mapping[str, Candidate] = {one.name: one for one in _ALL}
