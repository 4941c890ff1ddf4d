"""Conformal sets cover what they promise, on rows that their threshold was not taken from."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.predictors.learning.conformal import class_scores, judge_sets, threshold


def test_the_threshold_by_hand() -> None:
    assert threshold(np.arange(1.0, 10.0), 0.9) == 9
    assert threshold(np.arange(1.0, 20.0), 0.9) == 18
    assert threshold(np.arange(1.0, 9.0), 0.9) == np.inf


def test_scores_are_what_the_truth_lacked() -> None:
    np.testing.assert_allclose(class_scores(np.array([0.0, 1.0]), np.array([0.3, 0.3])), [0.3, 0.7])


@given(st.integers(0, 1000))
@settings(max_examples=20)
def test_coverage_holds_for_any_model(seed: int) -> None:
    random = np.random.default_rng(seed)
    target = random.integers(0, 2, 2000).astype(float)
    # A model that is wrong about its own sureness.
    said = np.clip(0.5 + 0.4 * (target - 0.5) + 0.3 * random.standard_normal(2000), 0, 1)[None]
    found = judge_sets(target, said, random.integers(0, 5, (1, 2000)), 0.9, classes=True)
    assert found.covered == pytest.approx(0.9, abs=0.03)


def test_sets_of_a_sharp_model_are_single() -> None:
    target = np.tile([0.0, 1.0], 100)
    sharp = judge_sets(target, np.abs(target - 0.01)[None], np.arange(200)[None] % 5, 0.9, classes=True)
    blunt = judge_sets(target, np.full((1, 200), 0.5), np.arange(200)[None] % 5, 0.9, classes=True)
    assert (sharp.one, sharp.empty) == (1.0, 0.0)
    assert (blunt.one, blunt.covered) == (0.0, 1.0)


def test_intervals_of_a_regression() -> None:
    random = np.random.default_rng(0)
    target = random.standard_normal(3000)
    found = judge_sets(target, np.zeros((1, 3000)), np.arange(3000)[None] % 5, 0.9, classes=False)
    assert found.covered == pytest.approx(0.9, abs=0.02)
    assert found.one == pytest.approx(2 * 1.645, abs=0.15)
    assert set(found.payload()) == {"goal", "covered", "single", "empty"}


@pytest.mark.parametrize("rows", [200, 1_000])
def test_a_threshold_of_held_out_scores_covers_fresh_draws(rows: int) -> None:
    """The mean coverage over calibration sets is between .9 and .9 + 1 / (rows + 1); of many draws it must be close."""
    random = np.random.default_rng(rows)
    covered = []
    for _ in range(200):
        limit = threshold(random.exponential(size=rows), 0.9)
        covered.append((random.exponential(size=500) <= limit).mean())
    assert np.mean(covered) == pytest.approx(0.9 + 0.5 / (rows + 1), abs=0.008)


def test_sets_that_hold_the_truth_cover_fresh_people_of_a_fitted_model() -> None:
    """A model that is off by a factor: its sets keep their promise all the same, and only become larger."""
    random = np.random.default_rng(5)

    def drawn(rows: int) -> tuple[np.ndarray, np.ndarray]:
        margin = 1.5 * random.standard_normal(rows)
        target = (random.random(rows) < 1 / (1 + np.exp(-margin))).astype(float)
        return target, 1 / (1 + np.exp(-3 * margin))

    target, said = drawn(4_000)
    limit = threshold(class_scores(target, said), 0.9)
    fresh, answer = drawn(20_000)
    assert 0.88 <= float((class_scores(fresh, answer) <= limit).mean()) <= 0.92


@given(st.integers(0, 1000), st.floats(0.55, 0.95))
@settings(max_examples=20)
def test_more_coverage_needs_a_higher_threshold(seed: int, coverage: float) -> None:
    scores = np.random.default_rng(seed).random(60)
    limit = threshold(scores, coverage)
    assert limit <= threshold(scores, min(0.99, coverage + 0.03))
    assert (scores <= limit).mean() >= coverage


def test_a_fold_does_not_set_its_own_threshold() -> None:
    """One fold of wild scores: by the others' threshold it is not covered at all, and the others are by all of it."""
    target = np.zeros(100)
    answer = np.where(np.arange(100) < 50, 0.9, 0.1)[None]
    folds = (np.arange(100) >= 50).astype(np.int64)[None]
    assert judge_sets(target, answer, folds, 0.9, classes=True).covered == 0.5
