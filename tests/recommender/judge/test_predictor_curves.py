"""Curves by hand, and in agreement with the figures that they are drawn beside."""

from dataclasses import replace

import numpy as np
import pytest

from recommender.judge.predictor_curves import (
    POINTS,
    SHARES,
    confusion,
    learning_curve,
    precision_curve,
    reliability,
    roc_curve,
)
from recommender.predictors.learning.comparison import HeldOut
from recommender.predictors.learning.measures import classification_figures
from tests.recommender.predictors.learning.conftest import made


def held_out(margins: list[float], folds: list[int] | None = None) -> HeldOut:
    array = np.array([margins])
    return HeldOut(array, 1 / (1 + np.exp(-array)), np.array([folds or [0] * len(margins)]))


TARGET = np.array([0.0, 0.0, 1.0, 1.0])
EACH = np.arange(4)


def test_a_perfect_order_finds_all_at_no_price() -> None:
    curve = roc_curve(TARGET, held_out([-2, -1, 1, 2]), EACH, draws=5)
    assert curve.value[1:].min() == 1.0
    assert precision_curve(TARGET, held_out([-2, -1, 1, 2]), EACH, draws=5).value.tolist() == [1.0] * len(POINTS)


def test_one_value_for_all_is_the_diagonal() -> None:
    np.testing.assert_allclose(roc_curve(TARGET, held_out([0, 0, 0, 0]), EACH, draws=5).value, POINTS)
    np.testing.assert_allclose(precision_curve(TARGET, held_out([0, 0, 0, 0]), EACH, draws=5).value, 0.5)


def test_precision_by_hand() -> None:
    # In order: yes, no, yes, no: half of those with it are found at precision 1, all of them at 2 of 3.
    value = precision_curve(TARGET, held_out([1, 3, 2, 4][::-1]), EACH, draws=5).value
    order = precision_curve(np.array([1.0, 0.0, 1.0, 0.0]), held_out([4, 3, 2, 1]), EACH, draws=5).value
    assert order[:51].tolist() == [1.0] * 51
    np.testing.assert_allclose(order[51:], 2 / 3)
    assert len(value) == len(POINTS)


@pytest.mark.parametrize("seed", [0, 1])
def test_the_area_is_the_figure_that_is_told(seed: int) -> None:
    random = np.random.default_rng(seed)
    target, folds = (random.random(300) < 0.4).astype(float), np.arange(300) % 3
    # Folds with scales of their own: mixing their margins would tell another figure.
    margins = target + random.normal(0, 1.2, 300) + 10 * folds
    answer = HeldOut(margins[None], 1 / (1 + np.exp(-margins[None])), folds[None])
    figures = classification_figures(target, answer.probabilities, np.arange(300), margins=answer.margins, folds=answer.folds)
    curve = roc_curve(target, answer, np.arange(300), draws=60)
    assert np.trapezoid(curve.value, POINTS) == pytest.approx(figures["roc_auc"].value, abs=0.004)
    assert np.trapezoid(curve.low, POINTS) < figures["roc_auc"].value < np.trapezoid(curve.high, POINTS)
    precision = precision_curve(target, answer, np.arange(300), draws=5)
    assert np.trapezoid(precision.value, POINTS) == pytest.approx(figures["average_precision"].value, abs=0.02)


def test_reliability_by_hand() -> None:
    target = np.repeat([1.0, 0.0, 1.0], [1, 4, 6])
    found = reliability(target, np.repeat([0.2, 0.8], [5, 6]))
    np.testing.assert_allclose(found.said, [0.2, 0.8])
    np.testing.assert_allclose(found.seen, [0.2, 1.0])
    np.testing.assert_allclose(found.rows, [5, 6])
    # Wilson's interval of 6 of 6 begins at 1 / (1 + z² / 6).
    assert found.low[1] == pytest.approx(1 / (1 + 1.959964**2 / 6), abs=1e-6)
    assert found.high[1] == 1.0
    assert ((found.low <= found.seen) & (found.seen <= found.high)).all()


def test_a_bin_of_four_is_left_out() -> None:
    assert reliability(np.zeros(10), np.repeat([0.2, 0.8], [6, 4])).rows.tolist() == [6]


def test_confusion_is_the_mean_over_the_repeats() -> None:
    cells = confusion(TARGET, np.array([[0.1, 0.6, 0.6, 0.4], [0.1, 0.1, 0.9, 0.9]]), 0.5)
    np.testing.assert_allclose(cells, [[1.5, 0.5], [0.5, 1.5]])


def test_more_rows_help() -> None:
    curve = learning_curve(made(600, strength=1.2), "logistic", {"C": 1.0, "share": 1.0})
    assert curve.name == "logistic regression"
    assert curve.mean.shape == curve.spread.shape == (len(SHARES),)
    assert curve.rows[0] == pytest.approx(48, abs=2)
    assert curve.rows[-1] == pytest.approx(480, abs=2)
    assert curve.mean[-1] > curve.mean[0] - 0.01
    assert curve.mean[-1] > 0.7


def test_people_stay_together() -> None:
    table = made(200)
    twice = replace(table, groups=np.arange(200) // 2)
    assert learning_curve(twice, "logistic", {"C": 1.0, "share": 1.0}).rows[-1] == pytest.approx(160, abs=4)


def test_of_a_regression_it_is_r_squared() -> None:
    curve = learning_curve(made(300, regression=True), "ridge", {"alpha": 1.0, "share": 1.0})
    assert 0.8 < curve.mean[-1] <= 1
