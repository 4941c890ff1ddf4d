"""Margins to probabilities: by other rows than those that are told of, and one count for each person's row."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.calibration import Calibration
from recommender.predictors.learning.calibrating import DECIMALS, held_out_probabilities, serving_calibration

RANDOM = np.random.default_rng(31)
MARGINS = RANDOM.standard_normal((2, 600))
TRUTH = 1 / (1 + np.exp(-2 * MARGINS[0] + 0.5))
TARGET = (RANDOM.random(600) < TRUTH).astype(float)
FOLDS = np.stack([np.arange(600) % 5, np.arange(600) // 120])


def test_a_fold_has_the_curve_of_the_other_folds() -> None:
    found = held_out_probabilities(MARGINS, TARGET, FOLDS)
    out = FOLDS[0] == 2
    rounded = np.round(MARGINS[0], DECIMALS)
    curve = Calibration.fit(rounded[~out], TARGET[~out] > 0, FOLDS[0][~out], bootstraps=0)
    np.testing.assert_array_equal(found[0, out], curve.probability(rounded[out])[0])


def test_what_happened_in_a_fold_changes_every_answer_but_its_own() -> None:
    out = FOLDS[0] == 0
    flipped = np.where(out, 1 - TARGET, TARGET)
    one, other = (held_out_probabilities(MARGINS[:1], target, FOLDS[:1])[0] for target in (TARGET, flipped))
    np.testing.assert_array_equal(one[out], other[out])
    assert (one[~out] != other[~out]).mean() > 0.9


def test_repeats_do_not_meet() -> None:
    both = held_out_probabilities(MARGINS, TARGET, FOLDS)
    for repeat in range(2):
        alone = held_out_probabilities(MARGINS[repeat : repeat + 1], TARGET, FOLDS[repeat : repeat + 1])
        np.testing.assert_array_equal(both[repeat], alone[0])


@given(st.floats(0.2, 5), st.floats(-3, 3))
@settings(max_examples=10, deadline=None)
def test_whatever_the_scale_of_the_margins_the_mean_is_the_base_rate(scale: float, shift: float) -> None:
    found = held_out_probabilities(scale * MARGINS[:1] + shift, TARGET, FOLDS[:1])
    assert ((found >= 0) & (found <= 1)).all()
    assert found.mean() == pytest.approx(TARGET.mean(), abs=0.02)
    assert np.abs(found[0] - TRUTH).mean() < 0.06


def test_two_folds_calibrate_each_other() -> None:
    folds = (np.arange(600) % 2)[None]
    found = held_out_probabilities(MARGINS[:1], TARGET, folds)
    assert np.abs(found[0] - TRUTH).mean() < 0.06


def test_the_serving_curve_does_not_grow_surer_with_repeats() -> None:
    once = serving_calibration(MARGINS[:1], TARGET, FOLDS[:1], bootstraps=60, seed=0)
    often = serving_calibration(
        np.repeat(MARGINS[:1], 4, axis=0), TARGET, np.repeat(FOLDS[:1], 4, axis=0), bootstraps=60, seed=0
    )
    at = np.linspace(-2, 2, 9)
    np.testing.assert_allclose(often.probability(at)[0], once.probability(at)[0], atol=0.02)
    _, low, high, _ = once.probability(at)
    _, lower, higher, _ = often.probability(at)
    # Four equal repeats would halve the interval if they counted as four people each.
    assert np.mean(higher - lower) > 0.7 * np.mean(high - low)


def test_the_seed_alone_decides() -> None:
    at = np.linspace(-2, 2, 5)
    one, again = (serving_calibration(MARGINS, TARGET, FOLDS, bootstraps=20, seed=4).probability(at) for _ in range(2))
    for part, same in zip(one, again, strict=True):
        np.testing.assert_array_equal(part, same)
