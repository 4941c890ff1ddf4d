"""Measures by hand, equal to scikit-learn's, and intervals over people."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics

from recommender.predictors.learning.measures import (
    calibration_error,
    classification_figures,
    drawn,
    regression_figures,
    roc_auc,
)

TARGET = np.array([0.0, 0.0, 1.0, 1.0])


def test_roc_auc_by_hand() -> None:
    # Pairs: .4 over .1 and .35; .35 over .1, tied with .35.
    assert roc_auc(TARGET, np.array([0.1, 0.35, 0.35, 0.4]))[0] == 3.5 / 4
    assert roc_auc(TARGET, np.zeros(4))[0] == 0.5
    assert np.isnan(roc_auc(np.zeros(3), np.arange(3.0))[0])


@given(st.integers(0, 10_000))
@settings(max_examples=20)
def test_figures_equal_those_of_scikit_learn(seed: int) -> None:
    random = np.random.default_rng(seed)
    target = np.append([0.0, 1.0], random.integers(0, 2, 60))
    probability = np.round(random.random(62), 1)
    yes = probability >= 0.5
    found = classification_figures(target, probability[None], np.arange(62), draws=20)
    expected = {
        "accuracy": metrics.accuracy_score(target, yes),
        "precision": metrics.precision_score(target, yes, zero_division=0),
        "recall": metrics.recall_score(target, yes),
        "f1": metrics.f1_score(target, yes),
        "roc_auc": metrics.roc_auc_score(target, probability),
        "average_precision": metrics.average_precision_score(target, probability),
        "brier": metrics.brier_score_loss(target, probability),
    }
    assert {name: found[name].value for name in expected} == pytest.approx(expected)


@given(st.integers(0, 10_000))
@settings(max_examples=20)
def test_weights_count_as_rows_that_stand_so_often(seed: int) -> None:
    random = np.random.default_rng(seed)
    target = np.append([0.0, 1.0], random.integers(0, 2, 20))
    answer = np.round(random.random(22), 1)
    weights = random.integers(0, 3, 22)
    weights[:2] = 1
    repeated = np.repeat(np.arange(22), weights)
    whole = roc_auc(target[repeated], answer[repeated])[0]
    assert roc_auc(target, answer, weights[None].astype(float))[0] == pytest.approx(whole)


def test_ranking_is_within_folds_and_averaged() -> None:
    target = np.array([0.0, 1.0, 0.0, 1.0])
    margins = np.array([[0.0, 1.0, 10.0, 11.0]])
    folds = np.array([[0, 0, 1, 1]])
    probability = np.full((1, 4), 0.5)
    found = classification_figures(target, probability, np.arange(4), margins=margins, folds=folds, draws=20)
    assert found["roc_auc"].value == 1.0
    assert classification_figures(target, margins / 20, np.arange(4), draws=20)["roc_auc"].value == 0.75


def test_calibration_error_by_hand() -> None:
    target = np.tile([0.0, 1.0], 60)
    weights = np.ones((1, 120))
    # Two bins: .2 is said of half of them and .9 of the others, while half of each happens.
    said = np.repeat([0.2, 0.9], 60)[None]
    assert calibration_error(target, said, weights)[0] == pytest.approx((0.3 + 0.4) / 2)
    assert calibration_error(target, np.full((1, 120), 0.5), weights)[0] == pytest.approx(0)


def test_calibration_error_of_true_probabilities_is_small() -> None:
    random = np.random.default_rng(0)
    said = random.random(20_000)
    happened = (random.random(20_000) < said).astype(float)
    assert calibration_error(happened, said[None], np.ones((1, 20_000)))[0] < 0.015
    assert calibration_error(happened, said[None] ** 2, np.ones((1, 20_000)))[0] > 0.1


@given(st.integers(0, 10_000))
@settings(max_examples=20)
def test_the_calibration_error_lies_in_its_own_interval(seed: int) -> None:
    random = np.random.default_rng(seed)
    said = random.uniform(0.05, 0.95, 300)
    seen = (random.uniform(size=300) < said).astype(float)
    error = classification_figures(seen, said[None], np.arange(300))["calibration_error"]
    assert 0 <= error.low <= error.value <= error.high


def test_people_are_drawn_whole() -> None:
    groups = np.array([5, 5, 7, 9, 9, 9])
    weights = drawn(groups, 50, 0)
    assert weights.shape == (51, 6)
    assert (weights[0] == 1).all()
    assert (weights[:, 0] == weights[:, 1]).all()
    assert (weights[:, 3] == weights[:, 5]).all()
    assert (weights[1:, [0, 2, 3]].sum(axis=1) == 3).all()


def test_intervals_are_wider_for_fewer_people() -> None:
    random = np.random.default_rng(0)
    target = random.integers(0, 2, 400).astype(float)
    probability = np.clip(0.5 + 0.2 * (target - 0.5) + 0.2 * random.standard_normal(400), 0, 1)[None]
    alone = classification_figures(target, probability, np.arange(400))["brier"]
    of_twenty = classification_figures(np.tile(target[:20], 20), np.tile(probability[:, :20], 20), np.tile(np.arange(20), 20))[
        "brier"
    ]
    assert alone.low < alone.value < alone.high
    assert of_twenty.high - of_twenty.low > 2 * (alone.high - alone.low)


def test_regression_by_hand() -> None:
    found = regression_figures(np.array([0.0, 2.0, 4.0]), np.array([[1.0, 2.0, 3.0]]), np.arange(3), draws=20)
    assert found["mean_absolute_error"].value == pytest.approx(2 / 3)
    assert found["root_mean_squared_error"].value == pytest.approx(np.sqrt(2 / 3))
    assert found["r_squared"].value == pytest.approx(1 - 2 / 8)


def test_what_is_not_defined_is_null_in_json() -> None:
    found = classification_figures(np.zeros(30), np.full((1, 30), 0.2), np.arange(30), draws=20)
    assert found["roc_auc"].payload() == [None, None, None]
    assert found["brier"].payload()[0] == pytest.approx(0.04)
