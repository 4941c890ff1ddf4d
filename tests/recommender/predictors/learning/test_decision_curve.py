"""Net benefit by hand, and its laws."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.predictors.learning.decision_curve import THRESHOLDS, decision_curve

TARGET = np.repeat([1.0, 0.0], [30, 70])


def test_acting_on_everybody_is_worth_nothing_at_the_base_rate() -> None:
    curve = decision_curve(TARGET, np.full((1, 100), 0.3), np.array([0.1, 0.3, 0.5]))
    np.testing.assert_allclose(curve.everybody, [0.3 - 0.7 / 9, 0.0, 0.3 - 0.7], atol=1e-12)


def test_a_model_that_says_the_same_of_all_is_everybody_or_nobody() -> None:
    curve = decision_curve(TARGET, np.full((1, 100), 0.3), np.array([0.1, 0.2, 0.4]))
    np.testing.assert_allclose(curve.model, [*curve.everybody[:2], 0.0])
    assert curve.useful.size == 0


def test_who_knows_gains_all_positives_at_every_threshold() -> None:
    curve = decision_curve(TARGET, TARGET[None])
    np.testing.assert_allclose(curve.model, 0.3)
    np.testing.assert_array_equal(curve.useful, THRESHOLDS)


def test_who_is_always_wrong_does_harm() -> None:
    curve = decision_curve(TARGET, 1 - TARGET[None], np.array([0.5, 0.75]))
    # All 70 of 100 others are acted on, at a price of 1 and of 3 each.
    np.testing.assert_allclose(curve.model, [-0.7, -2.1])


def test_acting_begins_at_the_threshold_itself() -> None:
    assert decision_curve(np.ones(2), np.array([[0.5, 0.4]]), np.array([0.5])).model.tolist() == [0.5]


def test_repeats_are_averaged() -> None:
    both = np.stack((TARGET, 1 - TARGET))
    found = decision_curve(TARGET, both, np.array([0.5]))
    assert found.model[0] == pytest.approx((0.3 - 0.7) / 2)


@given(st.integers(0, 10_000))
@settings(max_examples=25)
def test_nobody_gains_more_than_there_are_positives(seed: int) -> None:
    random = np.random.default_rng(seed)
    target = random.integers(0, 2, 40).astype(float)
    curve = decision_curve(target, random.random((3, 40)))
    assert (curve.model <= target.mean() + 1e-12).all()
    assert (curve.everybody <= target.mean() + 1e-12).all()
    assert json.loads(json.dumps(curve.payload()))["model"] == pytest.approx(curve.model.tolist())


def test_true_probabilities_are_never_much_worse_than_everybody_or_nobody() -> None:
    random = np.random.default_rng(0)
    truth = random.random(20_000)
    curve = decision_curve((random.random(20_000) < truth).astype(float), truth[None])
    assert (curve.model >= np.maximum(curve.everybody, 0) - 0.005).all()
    assert len(curve.useful) > 15
