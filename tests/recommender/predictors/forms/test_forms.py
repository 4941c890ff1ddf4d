"""Forms by hand, and exactly equal to the libraries that fitted them."""

from typing import Any

import numpy as np
import pytest
from sklearn.ensemble import (
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.neural_network import MLPClassifier
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

from graph.array_file import ArrayFile, write_arrays
from recommender.errors import PredictorError
from recommender.predictors.forms.form import Form
from recommender.predictors.forms.kernel import Kernel
from recommender.predictors.forms.layers import Layers
from recommender.predictors.forms.linear import Linear, constant
from recommender.predictors.forms.reading import read_form
from recommender.predictors.forms.stack import Stack
from recommender.predictors.forms.trees import Tree, joined
from recommender.predictors.learning.boosted import booster, exported
from recommender.predictors.learning.export import boosted_form, linear_form, net_form, tree_form

STUMP = Tree(
    np.array([1, 0, 0]), np.array([0.5, 0, 0]), np.array([1, -1, -1]), np.array([2, -1, -1]), np.array([9.0, -1.0, 2.0])
)
LEAF = Tree(np.array([0]), np.array([0.0]), np.array([-1]), np.array([-1]), np.array([0.25]))


def drawn(seed: int, rows: int = 300) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    # Rounded, so that rows lie exactly on thresholds.
    matrix = np.round(random.standard_normal((rows, 5)), 1)
    target = (matrix[:, 0] * matrix[:, 1] + matrix[:, 2] + random.standard_normal(rows) > 0).astype(float)
    return matrix, target


def log_odds(share: np.ndarray) -> np.ndarray:
    share = np.clip(share, 1e-6, 1 - 1e-6)
    return np.log(share / (1 - share))


def test_trees_by_hand() -> None:
    trees = joined([STUMP, LEAF], offset=10.0)
    np.testing.assert_array_equal(trees.margins(np.array([[0.0, 0.5], [0.0, 0.6]])), [10 - 1 + 0.25, 10 + 2 + 0.25])
    assert int(trees.depth) == 1
    assert trees.leaves(np.array([[0.0, 0.5]])).tolist() == [[1, 3]]


def test_a_share_becomes_log_odds() -> None:
    sure = Tree(*(np.array(x) for x in ([0], [0.0], [-1], [-1], [1.0])))
    np.testing.assert_allclose(joined([LEAF], shares=True).margins(np.zeros((1, 1))), np.log(0.25 / 0.75))
    assert np.isfinite(joined([sure], shares=True).margins(np.zeros((1, 1)))).all()


def test_no_rows_have_no_margins() -> None:
    assert joined([STUMP]).margins(np.empty((0, 2))).shape == (0,)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_tree_and_forest_equal_scikit_learn(seed: int) -> None:
    matrix, target = drawn(seed)
    for model in (DecisionTreeClassifier(max_depth=4), RandomForestClassifier(30, min_samples_leaf=2, random_state=seed)):
        form = tree_form(model.fit(matrix, target))
        fresh, _ = drawn(seed + 100)
        np.testing.assert_allclose(form.sums(fresh), model.predict_proba(fresh)[:, 1], atol=1e-12)
        np.testing.assert_allclose(form.margins(fresh), log_odds(model.predict_proba(fresh)[:, 1]), atol=1e-6)
    regressor = RandomForestRegressor(20, random_state=seed).fit(matrix, matrix[:, 0] * 3)
    np.testing.assert_allclose(tree_form(regressor).margins(fresh), regressor.predict(fresh), atol=1e-9)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_boosting_equals_scikit_learn(seed: int) -> None:
    matrix, target = drawn(seed)
    fresh, _ = drawn(seed + 100)
    model = HistGradientBoostingClassifier(max_iter=25, early_stopping=False, random_state=seed).fit(matrix, target)
    np.testing.assert_allclose(boosted_form(model).margins(fresh), model.decision_function(fresh), atol=1e-9)
    regressor = HistGradientBoostingRegressor(max_iter=25, early_stopping=False).fit(matrix, matrix[:, 0] * 7 + 100)
    np.testing.assert_allclose(boosted_form(regressor).margins(fresh), regressor.predict(fresh), atol=1e-9)


@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize("classes", [True, False])
def test_xgboost_is_equal_on_its_thresholds_too(seed: int, classes: bool) -> None:
    import xgboost

    matrix, target = drawn(seed)
    settings = {"trees": 40, "learning_rate": 0.2, "max_depth": 4}
    model = booster(matrix, target if classes else matrix[:, 0] * 3 + 7, settings, seed, classes=classes)
    form = exported(model)
    on_them = np.tile(np.unique(form.threshold)[:, None], (1, 5))
    above = np.nextafter(on_them.astype(np.float32), np.float32(np.inf)).astype(float)
    fresh = np.concatenate((drawn(seed + 100)[0], on_them, above))
    theirs = model.predict(xgboost.DMatrix(fresh.astype(np.float32)), output_margin=True)
    np.testing.assert_allclose(form.margins(fresh), theirs, rtol=1e-6, atol=1e-6)


def test_linear_net_and_kernel_equal_scikit_learn() -> None:
    matrix, target = drawn(3)
    logistic = LogisticRegression().fit(matrix, target)
    np.testing.assert_allclose(linear_form(logistic).margins(matrix), logistic.decision_function(matrix), atol=1e-12)
    ridge = Ridge().fit(matrix, matrix[:, 1] * 2)
    np.testing.assert_allclose(linear_form(ridge).margins(matrix), ridge.predict(matrix), atol=1e-12)
    for activation in ("relu", "tanh"):
        net = MLPClassifier((6, 3), activation=activation, solver="lbfgs", alpha=10.0, max_iter=2000, random_state=0)
        told = net.fit(matrix, target).predict_proba(matrix)[:, 1]
        np.testing.assert_allclose(net_form(net).margins(matrix), log_odds(told), atol=1e-6)
    machine = SVC(gamma=0.3).fit(matrix, target)
    kernel = Kernel(machine.support_vectors_, machine.dual_coef_[0], np.array(0.3), machine.intercept_[0])
    np.testing.assert_allclose(kernel.margins(matrix), machine.decision_function(matrix), atol=1e-9)


def test_layers_standardise_first() -> None:
    net = Layers((np.array([[1.0], [1.0]]),), (np.array([0.5]),), "relu", np.array([1.0, 2.0]), np.array([2.0, 1.0]))
    assert net.margins(np.array([[3.0, 2.0]])).tolist() == [1.5]


def test_layers_know_their_activations() -> None:
    weights, biases = (np.array([[1.0]]), np.array([[1.0]])), (np.array([0.0]), np.array([0.0]))
    plain = np.zeros(1), np.ones(1)
    told = {name: Layers(weights, biases, name, *plain).margins(np.array([[-2.0]]))[0] for name in ("relu", "tanh", "sigmoid")}
    assert told == pytest.approx({"relu": 0.0, "tanh": np.tanh(-2), "sigmoid": 1 / (1 + np.exp(2))})


@pytest.mark.parametrize("wrong", ["activation", "shape", "outputs"])
def test_layers_that_do_not_fit_are_refused(wrong: str) -> None:
    weights = (np.ones((2, 2)),) if wrong == "outputs" else (np.ones((3 if wrong == "shape" else 2, 1)),)
    biases = (np.zeros(2),) if wrong == "outputs" else (np.zeros(1),)
    with pytest.raises(PredictorError, match="layers"):
        Layers(weights, biases, "step" if wrong == "activation" else "relu", np.zeros(2), np.ones(2))


def test_a_constant_looks_at_nothing() -> None:
    assert constant(-1.5, 3).margins(np.random.default_rng(0).standard_normal((2, 3))).tolist() == [-1.5, -1.5]


def forms() -> list[Form]:
    linear = Linear(np.array([1.0, -2.0]), np.array(0.5))
    trees = joined([STUMP, LEAF], single=True)
    kernel = Kernel(np.array([[0.0, 1.0]]), np.array([2.0]), np.array(0.5), np.array(-1.0))
    net = Layers((np.ones((2, 3)), np.ones((3, 1))), (np.zeros(3), np.ones(1)), "tanh", np.zeros(2), np.ones(2))
    stack = Stack((linear, trees), np.array([2.0, 1.0]), np.array(1.0))
    return [linear, trees, kernel, net, stack, Stack((stack, net), np.array([1.0, 1.0]), np.array(0.0))]


def test_a_stack_adds_up_its_members() -> None:
    linear, trees, *_ = forms()
    row = np.array([[1.0, 1.0]])
    assert forms()[4].margins(row)[0] == pytest.approx(2 * linear.margins(row)[0] + trees.margins(row)[0] + 1)


@pytest.mark.parametrize("form", forms(), ids=lambda form: form.kind)
def test_forms_come_back_from_a_file(form: Form, tmp_path: Any) -> None:
    matrix = np.random.default_rng(1).standard_normal((20, 2))
    again = read_form(form.kind, ArrayFile(write_arrays(tmp_path, ".form", form.arrays(), {})))
    assert again.kind == form.kind
    np.testing.assert_array_equal(again.margins(matrix), form.margins(matrix))


@pytest.mark.parametrize("form", forms(), ids=lambda form: form.kind)
def test_a_form_without_a_part_is_refused(form: Form) -> None:
    for name in form.arrays():
        parts = {key: array for key, array in form.arrays().items() if key != name}
        with pytest.raises(PredictorError, match="train again"):
            read_form(form.kind, parts)


def test_unknown_kinds_and_lost_numbers_are_refused() -> None:
    with pytest.raises(PredictorError, match="unknown form"):
        read_form("pickle", {})
    with pytest.raises(PredictorError, match="number that is none"):
        read_form("linear", {"weights": np.array([np.nan]), "intercept": np.array(0.0)})
