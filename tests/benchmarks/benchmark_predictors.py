"""One prediction in process, from values by name to a calibrated probability, beside the fitting library's own of a row.

Their side is given the row encoded already, and answers an uncalibrated probability: what it does is a part of ours. The
machine on centres stands beside the usual one, which it approximates, and the stack beside its members, asked in turn.
"""

from collections.abc import Callable, Sequence
from functools import partial
from itertools import cycle
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

from recommender.predictors.forms.encoder import fit_encoder
from recommender.predictors.forms.fitted import FittedModel
from recommender.predictors.forms.form import Form, Matrix
from recommender.predictors.forms.stack import Stack
from recommender.predictors.learning.boosted import booster, exported
from recommender.predictors.learning.calibrating import serving_calibration
from recommender.predictors.learning.candidates import CANDIDATES
from recommender.predictors.learning.export import boosted_form, linear_form, net_form, tree_form
from recommender.predictors.learning.kernel_machine import fit_kernel
from recommender.predictors.tables.table import Column, ColumnKind
from tests.benchmarks.side_by_side import Row, beside

ROWS, NUMBERS, RUNS = 2_000, 12, 300
Ask = Callable[[Matrix], object]


def rows() -> list[Row]:
    """Measure."""
    random = np.random.default_rng(0)
    matrix = random.standard_normal((ROWS, NUMBERS))
    target = (random.random(ROWS) < 1 / (1 + np.exp(-matrix[:, 0] - matrix[:, 1]))).astype(float)
    columns = tuple(Column(f"number {i}", ColumnKind.NUMBER) for i in range(NUMBERS))
    values = {column.name: matrix[:, i] for i, column in enumerate(columns)}
    encoder = fit_encoder(columns, values)
    encoded = encoder.encode(values)
    given = [{key: float(array[i]) for key, array in values.items()} for i in range(200)]
    found = []
    for name, form, other, ask in _sides(encoded, target):
        folds = np.arange(ROWS)[None] % 5
        calibration = serving_calibration(form.margins(encoded)[None], target, folds, bootstraps=50, seed=0)
        model = FittedModel(encoder, form, calibration, 0.9, encoded[:0], np.empty(0))
        ours, theirs = cycle(given), cycle([encoded[i : i + 1] for i in range(200)])
        found.append(
            beside(
                f"one prediction of {name}",
                partial(_ours, model, ours),
                other,
                partial(_theirs, ask, theirs),
                "<= 1 x",
                (RUNS, RUNS),
            )
        )
    return found


def _ours(model: FittedModel, given: Any) -> object:
    return model.probabilities(next(given))


def _theirs(ask: Ask, given: Any) -> object:
    return ask(next(given))


def _sides(encoded: Matrix, target: NDArray[np.float64]) -> Sequence[tuple[str, Form, str, Ask]]:
    """Name, our form, what stands beside it, and how that is asked."""
    models: dict[str, tuple[Any, Callable[[Any], Form]]] = {
        "logistic regression": (LogisticRegression(), linear_form),
        "a decision tree": (DecisionTreeClassifier(max_depth=3, min_samples_leaf=20, random_state=0), tree_form),
        "200 trees of a forest": (RandomForestClassifier(200, min_samples_leaf=5, random_state=0), tree_form),
        "100 boosted trees": (HistGradientBoostingClassifier(max_depth=3, early_stopping=False), boosted_form),
        "a net": (MLPClassifier((8,), activation="tanh", solver="lbfgs", max_iter=1000, alpha=3.0, random_state=0), net_form),
    }
    for model, _ in models.values():
        model.fit(encoded, target)
    sides: list[tuple[str, Form, str, Ask]] = [
        (name, export(model), "predict_proba", model.predict_proba) for name, (model, export) in models.items()
    ]
    machine = SVC(C=1.0, gamma=0.3 / NUMBERS).fit(encoded, target)
    sides.append(
        (
            "a machine on centres",
            fit_kernel(encoded, target, {"C": 0.1, "width": 0.3}, 0),
            "the usual one's decision_function",
            machine.decision_function,
        )
    )
    settings = CANDIDATES["xgboost"].defaults
    trees = booster(encoded, target, {k: v for k, v in settings.items() if k != "share"}, 0, classes=True)
    sides.append(("100 trees of XGBoost", exported(trees), "its inplace_predict", trees.inplace_predict))
    members = [models["logistic regression"][0], models["200 trees of a forest"][0]]
    stack = Stack((sides[0][1], sides[2][1], sides[-1][1]), np.ones(3), np.array(0.0))
    asked: list[Ask] = [*(member.predict_proba for member in members), trees.inplace_predict]
    sides.append(("a stack of three", stack, "its members' own", lambda row: [ask(row) for ask in asked]))
    return sides
