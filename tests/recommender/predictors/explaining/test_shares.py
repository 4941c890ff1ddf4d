"""Shapley values: by hand, equal to the shap package, equal to all coalitions, and adding up."""

import warnings
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from recommender.predictors.explaining import games
from recommender.predictors.explaining.games import Background, asked_shares
from recommender.predictors.explaining.shares import shares_of
from recommender.predictors.explaining.tree_shares import tree_shares
from recommender.predictors.forms.kernel import Kernel
from recommender.predictors.forms.linear import Linear
from recommender.predictors.forms.stack import Stack
from recommender.predictors.forms.trees import Tree, Trees, joined
from recommender.predictors.learning.boosted import booster, exported
from recommender.predictors.learning.export import boosted_form, tree_form

BOTH = joined(
    [
        Tree(
            np.array([0, 1, 0, 0, 0]),
            np.array([0.5, 0.5, 0, 0, 0]),
            np.array([2, 3, -1, -1, -1]),
            np.array([1, 4, -1, -1, -1]),
            np.array([0, 0, 0.0, 0.0, 8.0]),
        )
    ]
)
"""8 where both features are above a half, else 0."""
SETTINGS = {"trees": 20, "learning_rate": 0.3, "max_depth": 4, "min_child_weight": 1.0, "reg_lambda": 1.0, "subsample": 1.0}


def alike(centres: np.ndarray) -> Background:
    return Background(centres, np.full(len(centres), 1 / len(centres)))


def drawn(seed: int, rows: int = 200, features: int = 6) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    # Numbers of 32 bits: what sits on a threshold by rounding alone is no matter of Shapley values.
    matrix = random.standard_normal((rows, features)).astype(np.float32).astype(float)
    target = (matrix[:, 0] * matrix[:, 1] + matrix[:, 2] + random.standard_normal(rows) > 0).astype(float)
    return matrix, target


def test_two_columns_that_only_count_together_share_alike() -> None:
    found = tree_shares(BOTH, np.ones(2), alike(np.zeros((1, 2))), np.arange(2))
    np.testing.assert_allclose(found.amounts, [4.0, 4.0])
    assert found.base == 0.0


def test_beside_one_who_has_half_of_it_the_other_half_is_all() -> None:
    found = tree_shares(BOTH, np.ones(2), alike(np.array([[1.0, 0.0]])), np.arange(2))
    np.testing.assert_allclose(found.amounts, [0.0, 8.0])


def test_what_keeps_from_a_leaf_takes_away() -> None:
    found = tree_shares(BOTH, np.zeros(2), alike(np.ones((1, 2))), np.arange(2))
    np.testing.assert_allclose(found.amounts, [-4.0, -4.0])
    assert found.base == 8.0


def test_the_background_counts_by_its_weights() -> None:
    background = Background(np.array([[0.0, 0.0], [1.0, 0.0]]), np.array([0.75, 0.25]))
    np.testing.assert_allclose(tree_shares(BOTH, np.ones(2), background, np.arange(2)).amounts, [3.0, 5.0])


def test_features_of_one_column_join_together() -> None:
    found = tree_shares(BOTH, np.ones(2), alike(np.zeros((1, 2))), np.zeros(2, np.int64))
    np.testing.assert_allclose(found.amounts, [8.0])
    # Neither the patient nor the centre lets both features of the one column through: the leaf is out of reach.
    crossed = tree_shares(BOTH, np.array([1.0, 0.0]), alike(np.array([[0.0, 1.0]])), np.zeros(2, np.int64))
    np.testing.assert_allclose(crossed.amounts, [0.0])


def test_a_linear_model_by_hand() -> None:
    form = Linear(np.array([2.0, -1.0, 4.0]), np.array(0.5))
    background = Background(np.array([[0.0, 0.0, 0.0], [1.0, 4.0, 0.0]]), np.array([0.5, 0.5]))
    found = shares_of(form, np.array([3.0, 1.0, 1.0]), background, np.array([0, 1, 1]))
    np.testing.assert_allclose(found.amounts, [2 * 2.5, -1 * -1 + 4])
    assert found.base == pytest.approx(0.5 + 1.0 - 2.0)


def shap_of(model: object, matrix: np.ndarray, background: np.ndarray, output: str) -> tuple[np.ndarray, float]:
    """What the shap package says, whose own imports warn."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        shap = pytest.importorskip("shap")
        explainer = shap.TreeExplainer(model, background, feature_perturbation="interventional", model_output=output)
        return np.asarray(explainer.shap_values(matrix, check_additivity=False)), np.ravel(explainer.expected_value)[-1]


def as_shap_has_it(form: Trees) -> dict[str, object]:
    ends = [*form.roots[1:].tolist(), len(form.left)]
    trees = []
    for start, end in zip(form.roots.tolist(), ends, strict=True):
        own, leaf = slice(start, end), form.left[start:end] == np.arange(start, end)
        left, right = (np.where(leaf, -1, side[own] - start) for side in (form.left, form.right))
        tree = {"children_left": left, "children_right": right, "children_default": left, "features": form.feature[own]}
        tree |= {"thresholds": form.threshold[own], "values": form.value[own, None], "node_sample_weight": np.ones(end - start)}
        trees.append(tree)
    return {"trees": trees, "base_offset": float(form.offset)}


@pytest.mark.parametrize("seed", [0, 1])
def test_trees_equal_the_shap_package(seed: int) -> None:
    from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier

    matrix, target = drawn(seed)
    background, rows, owners = alike(matrix[:15]), matrix[20:28], np.arange(matrix.shape[1])
    forest = RandomForestClassifier(15, max_depth=5, random_state=seed).fit(matrix, target)
    histogram = HistGradientBoostingClassifier(max_iter=20, max_depth=3, early_stopping=False).fit(matrix, target)
    for model, form in ((forest, tree_form(forest)), (histogram, boosted_form(histogram))):
        theirs, base = shap_of(model, rows, background.centres, "raw")
        theirs = theirs[..., 1] if theirs.ndim == 3 else theirs
        mine = [tree_shares(form, row, background, owners) for row in rows]
        np.testing.assert_allclose([one.amounts for one in mine], theirs, atol=1e-6)
        assert mine[0].base == pytest.approx(float(base), abs=1e-6)


def test_xgboost_equals_the_shap_package() -> None:
    matrix, target = drawn(5)
    form = exported(booster(matrix, target, SETTINGS, 0, classes=True))
    # shap reads no file of XGBoost 3, so it is given the trees.
    theirs, base = shap_of(as_shap_has_it(form), matrix[:5], matrix[50:60], "raw")
    mine = [tree_shares(form, row, alike(matrix[50:60]), np.arange(6)) for row in matrix[:5]]
    np.testing.assert_allclose([one.amounts for one in mine], theirs, atol=1e-6)
    assert mine[0].base == pytest.approx(float(base), abs=1e-6)


def by_every_order(margins: object, row: np.ndarray, background: Background, owners: np.ndarray) -> np.ndarray:
    """The definition: the mean over all orders of what a column adds when it joins."""
    columns = int(owners.max()) + 1
    total, count = np.zeros(columns), 0
    for order in permutations(range(columns)):
        at, count = background.centres.copy(), count + 1
        before = float(margins(at) @ background.weights)  # type: ignore[operator]
        for column in order:
            at[:, owners == column] = row[owners == column]
            after = float(margins(at) @ background.weights)  # type: ignore[operator]
            total[column] += after - before
            before = after
    return total / count


@given(st.integers(0, 2**16), st.integers(1, 4))
def test_every_way_equals_the_definition(seed: int, columns: int) -> None:
    random = np.random.default_rng(seed)
    owners = np.append(np.arange(columns), random.integers(0, columns, 2))
    # Rounded, so that rows lie on thresholds.
    matrix, target = np.round(drawn(seed, 60, len(owners))[0], 1), random.integers(0, 2, 60).astype(float)
    target[:2] = 0, 1
    weights = random.dirichlet(np.ones(4))
    background, row = Background(matrix[:4], weights), matrix[10]
    trees = exported(booster(matrix, target, {**SETTINGS, "trees": 3}, 0, classes=True))
    kernel = Kernel(matrix[20:25], random.normal(size=5), np.array(0.2), np.array(0.1))
    np.testing.assert_allclose(
        tree_shares(trees, row, background, owners).amounts, by_every_order(trees.margins, row, background, owners), atol=1e-9
    )
    found = asked_shares(kernel.margins, row, background, owners)
    np.testing.assert_allclose(found.amounts, by_every_order(kernel.margins, row, background, owners), atol=1e-9)
    assert found.exact


@given(arrays(float, (3, 5), elements=st.floats(-3, 3)), arrays(float, 5, elements=st.floats(-3, 3)))
def test_all_forms_add_up(centres: np.ndarray, row: np.ndarray) -> None:
    kernel = Kernel(centres, np.array([1.0, -2.0, 0.5]), np.array(0.3), np.array(0.7))
    line = Linear(np.arange(5.0), np.array(1.0))
    stack = Stack((kernel, line), np.array([0.3, 2.0]), np.array(-1.0))
    for form in (kernel, line, stack):
        found = shares_of(form, row, alike(centres), np.array([0, 1, 2, 2, 0]))
        assert found.base + found.amounts.sum() == pytest.approx(float(form.margins(row[None, :])[0]), abs=1e-9)


def test_samples_add_up_and_know_their_error(monkeypatch: pytest.MonkeyPatch) -> None:
    matrix, _ = drawn(2, features=5)
    random = np.random.default_rng(0)
    kernel = Kernel(matrix[:10], random.normal(size=10), np.array(0.3), np.array(0.1))
    background, row, owners = alike(matrix[30:34]), matrix[50], np.arange(5)
    exact = asked_shares(kernel.margins, row, background, owners)
    monkeypatch.setattr(games, "MOST_ROWS", 100)
    far = []
    for seed in range(40):
        found = asked_shares(kernel.margins, row, background, owners, seed)
        assert not found.exact
        assert found.base + found.amounts.sum() == pytest.approx(float(kernel.margins(row[None, :])[0]), abs=1e-9)
        far.append(np.abs(found.amounts - exact.amounts) / np.maximum(found.errors, 1e-12))
    # Of eight pairs the error follows Student's distribution with seven degrees of freedom: 5 % lie beyond 2.4.
    assert np.mean(np.array(far) > 2.4) < 0.12
    again = asked_shares(kernel.margins, row, background, owners, 3)
    np.testing.assert_array_equal(again.amounts, asked_shares(kernel.margins, row, background, owners, 3).amounts)


def test_a_model_without_features_has_only_a_base() -> None:
    nothing = np.empty(0, np.int64)
    found = shares_of(Linear(np.empty(0), np.array(0.4)), np.empty(0), alike(np.empty((2, 0))), nothing)
    assert (found.base, len(found.amounts)) == (0.4, 0)
    leaf = joined([Tree(*(np.array(x) for x in ([0], [0.0], [-1], [-1], [1.5])))])
    assert tree_shares(leaf, np.empty(0), alike(np.empty((2, 0))), nothing).base == pytest.approx(1.5)
    assert asked_shares(lambda rows: np.full(len(rows), 2.0), np.empty(0), alike(np.empty((2, 0))), nothing).base == 2.0
