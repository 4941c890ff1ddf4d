"""The machine on centres: close to the usual one, without anybody's row."""

import numpy as np
import pytest
from sklearn.svm import SVC, LinearSVC

from recommender.outcomes import LEAST_PEOPLE
from recommender.predictors.forms.kernel import Kernel, bumps
from recommender.predictors.learning.kernel_machine import CENTRES, ROWS_EACH, centres_of, fit_kernel
from recommender.predictors.learning.measures import roc_auc

RANDOM = np.random.default_rng(21)
ROWS = RANDOM.standard_normal((500, 2))
RING = ((ROWS**2).sum(axis=1) > 1.4).astype(float)
FRESH = np.random.default_rng(22).standard_normal((500, 2))
TRUTH = ((FRESH**2).sum(axis=1) > 1.4).astype(float)
SETTINGS = {"C": 1.0, "width": 1.0}


def test_bumps_by_hand() -> None:
    found = bumps(np.array([[0.0, 0.0], [3.0, 4.0]]), np.array([[0.0, 0.0], [0.0, 1.0]]), 0.1)
    np.testing.assert_allclose(found, [[1, np.exp(-0.1)], [np.exp(-2.5), np.exp(-1.8)]])


def test_margins_by_hand() -> None:
    kernel = Kernel(np.array([[0.0], [2.0]]), np.array([1.0, -3.0]), np.array(0.5), np.array(0.25))
    at_two = np.exp(-2.0)
    np.testing.assert_allclose(kernel.margins(np.array([[0.0], [2.0]])), [1 - 3 * at_two + 0.25, at_two - 3 + 0.25])


def test_it_answers_as_the_usual_machine_does() -> None:
    ours = fit_kernel(ROWS, RING, SETTINGS, 0).margins(FRESH)
    theirs = SVC(C=1.0, gamma=0.5).fit(ROWS, RING).decision_function(FRESH)
    assert roc_auc(TRUTH, ours)[0] > 0.97
    assert roc_auc(TRUTH, ours)[0] == pytest.approx(roc_auc(TRUTH, theirs)[0], abs=0.02)
    assert np.corrcoef(ours, theirs)[0, 1] > 0.9


def test_no_point_is_a_row_and_each_stands_for_several() -> None:
    kernel = fit_kernel(ROWS, RING, SETTINGS, 0)
    assert len(kernel.points) <= CENTRES
    distance = np.abs(ROWS[:, None] - kernel.points).max(axis=2)
    assert distance.min() > 1e-9
    nearest = ((ROWS[:, None] - kernel.points) ** 2).sum(axis=2).argmin(axis=1)
    assert np.bincount(nearest).min() >= LEAST_PEOPLE


def test_the_width_is_over_the_features() -> None:
    kernel = fit_kernel(ROWS, RING, {"C": 1.0, "width": 0.6}, 0)
    assert float(kernel.gamma) == pytest.approx(0.3)


def test_centres_are_the_means_of_who_is_near() -> None:
    two = np.concatenate((np.tile([[0.0, 0.0]], (12, 1)), np.tile([[8.0, 0.0]], (24, 1)))) + 0.01 * ROWS[:36]
    centres, shares = centres_of(two, 2, 0)
    order = np.argsort(centres[:, 0])
    np.testing.assert_allclose(centres[order], [two[:12].mean(axis=0), two[12:].mean(axis=0)])
    np.testing.assert_allclose(shares[order], [1 / 3, 2 / 3])


def test_there_are_no_more_centres_than_rows_allow() -> None:
    assert len(centres_of(ROWS[:40], 60, 0)[0]) <= 40 // ROWS_EACH
    assert len(centres_of(ROWS, 3, 0)[0]) <= 3


def test_rows_that_are_all_alike_have_one_centre() -> None:
    centres, shares = centres_of(np.ones((50, 2)), 16, 0)
    assert centres.tolist() == [[1.0, 1.0]]
    assert shares.tolist() == [1.0]


def test_the_seed_alone_decides() -> None:
    one, again = (fit_kernel(ROWS, RING, SETTINGS, 5).margins(FRESH) for _ in range(2))
    np.testing.assert_array_equal(one, again)


def test_bumps_are_whitened_so_that_the_penalty_is_the_kernels_own() -> None:
    """The same machine by the Cholesky factor of the centres' kernel instead of its eigenvectors: a rotation apart."""
    rows, ring = ROWS[:160], RING[:160]
    settings = {"C": 0.1, "width": 1.0}
    ours = fit_kernel(rows, ring, settings, 0)
    factor = np.linalg.cholesky(bumps(ours.points, ours.points, 0.5) + 1e-9 * np.eye(len(ours.points)))
    features = np.linalg.solve(factor, bumps(ours.points, rows, 0.5)).T
    theirs = LinearSVC(C=0.1, random_state=0, max_iter=100_000).fit(features, ring)
    np.testing.assert_allclose(ours.margins(rows), theirs.decision_function(features), atol=0.02)
