"""The candidates: each learns what it can and cannot, and keeps what the settings say."""

import numpy as np
import pytest

from recommender.predictors.forms.form import Matrix
from recommender.predictors.forms.kernel import Kernel
from recommender.predictors.forms.layers import Layers
from recommender.predictors.forms.linear import Linear
from recommender.predictors.forms.stack import Stack
from recommender.predictors.forms.trees import Trees
from recommender.predictors.learning.candidates import CANDIDATES, LARGE, MEMBERS
from recommender.predictors.learning.config import CLASSIFIERS, REGRESSORS
from recommender.predictors.learning.measures import roc_auc

RANDOM = np.random.default_rng(12)
ROWS = RANDOM.standard_normal((400, 3))
LINE = (RANDOM.random(400) < 1 / (1 + np.exp(-2 * ROWS[:, 0]))).astype(float)
CROSS = ((ROWS[:, 0] > 0) != (ROWS[:, 1] > 0)).astype(float)
FRESH = np.random.default_rng(13).standard_normal((400, 3))
CROSSED = ((FRESH[:, 0] > 0) != (FRESH[:, 1] > 0)).astype(float)


def fitted(name: str, target: Matrix, rows: Matrix = ROWS, seed: int = 0, **settings: object) -> object:
    candidate = CANDIDATES[name]
    return candidate.fit(rows, target, {**candidate.defaults, **settings}, seed, True)


def auc(name: str, target: Matrix, truth: Matrix, **settings: object) -> float:
    return float(roc_auc(truth, fitted(name, target, **settings).margins(FRESH))[0])  # type: ignore[attr-defined]


def test_there_is_one_for_every_name() -> None:
    assert {*CLASSIFIERS, *REGRESSORS} == set(CANDIDATES)
    assert all(CANDIDATES[name].name == name for name in CANDIDATES)
    assert set(MEMBERS) <= set(CLASSIFIERS) - {"stack"}


def test_the_floor_answers_the_log_odds_of_the_base_rate() -> None:
    target = np.repeat([0.0, 1.0], [300, 100])
    assert fitted("floor", target).margins(FRESH[:2]) == pytest.approx(np.log([1 / 3, 1 / 3]))  # type: ignore[attr-defined]
    surely = fitted("floor", np.ones(400))
    assert surely.margins(FRESH[:1])[0] == pytest.approx(np.log(799))  # type: ignore[attr-defined]
    number = CANDIDATES["floor"].fit(ROWS, np.arange(400.0), {}, 0, False)
    assert number.margins(FRESH[:1])[0] == pytest.approx(199.5)


@pytest.mark.parametrize("name", ["forest", "svm", "boosting", "xgboost", "net"])
def test_what_is_not_linear_finds_a_cross(name: str) -> None:
    assert auc(name, CROSS, CROSSED) > 0.85


def test_a_line_does_not_find_a_cross() -> None:
    assert auc("logistic", CROSS, CROSSED) < 0.65


@pytest.mark.parametrize("name", [name for name in CLASSIFIERS if name != "floor"])
def test_everyone_finds_a_line_and_goes_up_with_it(name: str) -> None:
    truth = (FRESH[:, 0] > 0).astype(float)
    assert auc(name, LINE, truth) > 0.9


def test_a_stack_trusts_who_is_right() -> None:
    cross = fitted("stack", CROSS, members=20)
    assert isinstance(cross, Stack)
    weights = dict(zip(MEMBERS, np.abs(cross.weights), strict=True))
    assert weights["logistic"] < max(weights["forest"], weights["xgboost"])
    assert [member.kind for member in cross.members] == ["linear", "trees", "trees"]
    assert roc_auc(CROSSED, cross.margins(FRESH))[0] > 0.85


def test_every_form_is_of_its_kind() -> None:
    kinds = {"floor": Linear, "logistic": Linear, "tree": Trees, "forest": Trees, "svm": Kernel, "net": Layers}
    for name, kind in kinds.items():
        assert isinstance(fitted(name, LINE), kind)


def test_a_heavier_penalty_gives_smaller_weights() -> None:
    free, held = (fitted("logistic", LINE, C=c) for c in (10.0, 0.01))
    assert np.abs(held.arrays()["weights"]).sum() < 0.5 * np.abs(free.arrays()["weights"]).sum()  # type: ignore[attr-defined]


def test_leaves_rest_on_five_people_or_more() -> None:
    """A leaf of fewer would tell of a person; the share of 5 % is one of 400 rows here, and of 60 the floor of 5 holds."""
    for rows, least in ((400, 20), (60, 5)):
        tree = fitted("tree", LINE[:rows], ROWS[:rows], depth=6)
        assert isinstance(tree, Trees)
        reached = np.unique(tree.leaves(ROWS[:rows]), return_counts=True)[1]
        assert reached.min() >= least


def test_a_tree_is_no_deeper_than_it_may_be() -> None:
    for depth in (2, 4):
        tree = fitted("tree", CROSS, depth=depth, leaf=0.01)
        assert isinstance(tree, Trees)
        assert int(tree.depth) <= depth


def test_a_forest_has_its_members_and_boosting_its_trees() -> None:
    forest, boosted = fitted("forest", LINE, members=7), fitted("xgboost", LINE, trees=9)
    assert isinstance(forest, Trees)
    assert isinstance(boosted, Trees)
    assert (len(forest.roots), len(boosted.roots)) == (7, 9)
    assert int(forest.shares) == 1
    assert int(boosted.shares) == 0


@pytest.mark.parametrize("name", ["tree", "forest", "boosting", "xgboost", "net", "svm"])
def test_the_seed_alone_decides(name: str) -> None:
    few = {"members": 10} if name == "forest" else {}
    one, again = (fitted(name, CROSS, seed=3, **few) for _ in range(2))
    np.testing.assert_array_equal(one.margins(FRESH), again.margins(FRESH))  # type: ignore[attr-defined]


def test_a_large_forest_has_larger_leaves() -> None:
    random = np.random.default_rng(0)
    many, noise = random.standard_normal((2 * LARGE, 2)), random.integers(0, 2, 2 * LARGE).astype(float)
    forest = fitted("forest", noise, many, members=3)
    assert isinstance(forest, Trees)
    # Ten rows a leaf instead of five, of the two in three that a tree draws: no more leaves than that allows.
    assert all(len(np.unique(forest.leaves(many)[:, i])) <= 0.65 * 2 * LARGE / 10 for i in range(3))
