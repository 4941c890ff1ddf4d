"""The simplest within one standard error of the best, and never one under logistic regression."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from recommender.predictors.learning.choosing import Choice, choose, difference_error, not_under_the_plain
from recommender.predictors.learning.search import merits_of

TARGET = np.tile([0.0, 1.0], 50)
ALONE = np.arange(100)
WAVE = np.where(np.arange(100) % 4 < 2, 1.0, -1.0)


def merits(mean: float, noise: float = 0.0) -> np.ndarray:
    return mean + noise * WAVE


def test_a_clear_winner_wins() -> None:
    choice = choose({"floor": merits(0.5), "logistic": merits(0.7), "forest": merits(0.8)}, TARGET, ALONE, classes=True)
    assert choice.name == "forest"
    assert "best" in choice.why


def test_the_simpler_wins_within_one_standard_error() -> None:
    # The difference is .01, and its standard error .2 / sqrt(100) = .02.
    given_ = {"logistic": merits(0.79), "forest": merits(0.80, 0.2)}
    assert choose(given_, TARGET, ALONE, classes=True).name == "logistic"
    given_["forest"] = merits(0.80, 0.05)
    assert choose(given_, TARGET, ALONE, classes=True).name == "forest"


def test_nobody_under_logistic_regression_wins_by_being_simple() -> None:
    given_ = {"floor": merits(0.785), "logistic": merits(0.79), "forest": merits(0.80, 0.5)}
    assert choose(given_, TARGET, ALONE, classes=True).name == "logistic"


def test_rows_of_one_person_are_one_piece_of_evidence() -> None:
    difference = np.repeat(np.where(np.arange(50) % 4 < 2, 1.0, -1.0), 2)
    alone = difference_error(difference, TARGET, ALONE, classes=False)
    together = difference_error(difference, TARGET, np.repeat(np.arange(50), 2), classes=False)
    assert together == pytest.approx(alone * np.sqrt(2))


def test_the_error_of_a_regression_is_that_of_a_mean() -> None:
    values = np.random.default_rng(0).standard_normal(100)
    assert difference_error(values, values, ALONE, classes=False) == pytest.approx(values.std() / 10)


@given(st.integers(0, 10_000))
@settings(max_examples=20)
def test_merits_add_up_to_the_roc_auc(seed: int) -> None:
    random = np.random.default_rng(seed)
    truth = np.append([0.0, 1.0], random.integers(0, 2, 30))
    margins = np.round(random.standard_normal(32), 1)
    found = merits_of(truth, margins, truth, classes=True)
    assert found.mean() == pytest.approx(roc_auc_score(truth, margins))


def test_merits_of_a_regression_add_up_to_r_squared() -> None:
    found = merits_of(np.array([0.0, 4.0]), np.array([1.0, 3.0]), np.array([2.0]), classes=False)
    assert found.mean() == pytest.approx(1 - 1 / 4)
    assert merits_of(np.ones(2), np.ones(2), np.ones(2), classes=False).tolist() == [0, 0]


def test_the_outer_folds_may_only_take_the_choice_back() -> None:
    forest = Choice("forest", "the best")
    assert not_under_the_plain(forest, {"forest": 0.8, "logistic": 0.79}, "logistic") == forest
    back = not_under_the_plain(forest, {"forest": 0.78, "logistic": 0.79}, "logistic")
    assert back.name == "logistic"
    assert "forest" in back.why
    assert not_under_the_plain(forest, {"forest": 0.1}, "linear") == forest
