"""The search: within its space and its budget, and not taken in by luck."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.predictors.forms.form import Form, Matrix
from recommender.predictors.forms.linear import Linear
from recommender.predictors.learning.candidates import CANDIDATES, FEW_TREES, Candidate, Range, Settings, thin
from recommender.predictors.learning.config import CLASSIFIERS, LearningConfig
from recommender.predictors.learning.search import merits_of, search, tried_with
from recommender.predictors.learning.splitting import Split, inner_splits
from tests.recommender.predictors.learning.conftest import made


@pytest.fixture(scope="module")
def splits() -> list[Split]:
    return inner_splits(made(240, seed=4), np.arange(240), 3, 0)


def asked(space: dict[str, Range], told: list[Settings], defaults: Settings) -> Candidate:
    """A candidate that is right by the share ``sure`` of its setting, and notes with what it was asked."""

    def fit(matrix: Matrix, target: Matrix, chosen: Settings, seed: int, classes: bool) -> Form:
        told.append(chosen)
        strength = np.abs((target - target.mean()) @ matrix)
        return Linear(np.where(strength == strength.max(), float(chosen["sure"]), 0.0), np.array(0.0))

    return Candidate("asked", "asked", fit, defaults, space)


def test_merits_by_hand() -> None:
    truth = np.array([1.0, 1.0, 0.0, 0.0, 0.0])
    margins = np.array([3.0, 1.0, 2.0, 1.0, 0.0])
    # The first stands above all 3 others, the second above 1 and level with 1; each class counts for a half of 5 rows.
    placed = np.array([1.0, 1.5 / 3, 1 / 2, 1.5 / 2, 1.0])
    weight = np.array([0.4, 0.4, 0.6, 0.6, 0.6])
    found = merits_of(truth, margins, truth, classes=True)
    np.testing.assert_allclose(found, 0.5 * placed / weight)
    assert found.mean() == pytest.approx(4.5 / 6)


@given(st.integers(0, 10_000))
@settings(max_examples=20)
def test_merits_know_ranks_only(seed: int) -> None:
    random = np.random.default_rng(seed)
    truth = np.append([0.0, 1.0], random.integers(0, 2, 20))
    margins = np.round(random.standard_normal(22), 1)
    found = merits_of(truth, margins, truth, classes=True)
    np.testing.assert_allclose(merits_of(truth, np.exp(margins) * 3 - 1, truth, classes=True), found)
    np.testing.assert_allclose(merits_of(1 - truth, -margins, truth, classes=True), found)


def test_one_class_alone_tells_nothing() -> None:
    assert merits_of(np.ones(4), np.arange(4.0), np.ones(4), classes=True).mean() == pytest.approx(0.25)
    two = merits_of(np.array([0.0, 1.0]), np.zeros(2), np.ones(2), classes=True)
    assert two.tolist() == [0.5, 0.5]


def test_merits_of_numbers_stand_beside_the_mean_of_the_fitted_rows() -> None:
    found = merits_of(np.array([1.0, 5.0]), np.array([1.0, 3.0]), np.array([2.0, 4.0]), classes=False)
    # Mean of the fitted 3: mean squared error 4; own errors 0 and 4.
    assert found.tolist() == [1.0, 0.0]


def test_defaults_are_tried_first_and_what_follows_lies_in_the_space(splits: list[Split], quick: LearningConfig) -> None:
    told: list[Settings] = []
    space = {"sure": Range(0.5, 2.0), "whole": Range(2, 9, whole=True), "kind": Range(choices=("a", "b"))}
    candidate = asked(space, told, {"sure": 1.0, "whole": 3, "kind": "a", "fixed": 7})
    found = search(candidate, splits, replace(quick, trials=8), 5, classes=True)
    assert found.trials == 8
    assert len(told) == 8 * 3
    assert told[0] == candidate.defaults
    for one in told:
        assert 0.5 <= one["sure"] <= 2.0
        assert one["whole"] in range(2, 10)
        assert one["kind"] in "ab"
        assert one["fixed"] == 7
    # A setting that only stretches the margins gains nothing, so the defaults stay.
    assert found.settings == candidate.defaults


def test_a_real_gain_is_taken(splits: list[Split], quick: LearningConfig) -> None:
    told: list[Settings] = []
    candidate = asked({"sure": Range(0.5, 2.0)}, told, {"sure": 0.0})
    found = search(candidate, splits, replace(quick, trials=3), 5, classes=True)
    assert found.settings["sure"] > 0
    assert found.scores.mean() > 0.7
    assert tried_with(candidate, splits, {"sure": 0.0}, 5, classes=True).scores.tolist() == [0.5, 0.5, 0.5]


def test_a_gain_within_its_standard_error_is_luck(splits: list[Split], quick: LearningConfig) -> None:
    """Right in one fold and no better than chance in the others: the gain is exactly its own standard error."""

    def fit(matrix: Matrix, target: Matrix, chosen: Settings, seed: int, classes: bool) -> Form:
        lucky = chosen["sure"] > 0 and np.array_equal(target, splits[0].target)
        strength = np.abs((target - target.mean()) @ matrix)
        return Linear(np.where(strength == strength.max(), float(lucky), 0.0), np.array(0.0))

    candidate = Candidate("lucky", "lucky", fit, {"sure": 0.0}, {"sure": Range(0.5, 2.0)})
    found = search(candidate, splits, replace(quick, trials=3), 5, classes=True)
    assert tried_with(candidate, splits, {"sure": 1.0}, 5, classes=True).scores.mean() > 0.55
    assert found.settings == {"sure": 0.0}


def test_the_budget_of_seconds_ends_it(splits: list[Split], quick: LearningConfig) -> None:
    told: list[Settings] = []
    candidate = asked({"sure": Range(0.5, 2.0)}, told, {"sure": 1.0})
    found = search(candidate, splits, replace(quick, trials=1_000, seconds=1e-3), 5, classes=True)
    assert 1 <= found.trials < 1_000


def test_the_seed_alone_decides(splits: list[Split], quick: LearningConfig) -> None:
    config = replace(quick, trials=3)
    tree = CANDIDATES["tree"]
    one, again = (search(tree, splits, config, 9, classes=True) for _ in range(2))
    assert one.settings == again.settings
    np.testing.assert_array_equal(one.merits, again.merits)


def test_scores_are_the_means_of_the_merits_of_their_fold(splits: list[Split]) -> None:
    found = tried_with(CANDIDATES["logistic"], splits, CANDIDATES["logistic"].defaults, 0, classes=True)
    ends = np.cumsum([len(part.places) for part in splits])
    means = [part.mean() for part in np.split(found.merits, ends[:-1])]
    np.testing.assert_allclose(found.scores, means)


def test_a_search_of_a_forest_uses_few_trees() -> None:
    assert thin({"members": 200, "leaf": 5}) == {"members": FEW_TREES, "leaf": 5}
    assert thin({"C": 1.0}) == {"C": 1.0}


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_defaults_lie_within_their_own_space(name: str) -> None:
    candidate = CANDIDATES[name]
    for setting, one in candidate.space.items():
        value = candidate.defaults[setting]
        assert value in one.choices if one.choices else one.low <= value <= one.high, setting
