"""Effects pulled to none: by hand where there is one level, and never lowered by one good outcome more."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from scipy.optimize import brentq

from recommender.predictors.outcome.pooling import LEAST_VARIANCE, estimate, pool


def rows_of(levels: list[int], count: int) -> sparse.csr_array:
    """One level a row."""
    return sparse.csr_array((np.ones(len(levels)), (range(len(levels)), levels)), (len(levels), count))


def happened(*counts: tuple[int, int]) -> tuple[list[int], np.ndarray]:
    """Levels and outcomes of (good, all) for each level."""
    levels = [level for level, (_, n) in enumerate(counts) for _ in range(n)]
    return levels, np.array([i < good for good, n in counts for i in range(n)])


def test_without_levels_the_base_is_the_share() -> None:
    effects, covariance = estimate(sparse.csr_array((10, 0)), np.arange(10) < 7, np.zeros(0))

    assert effects.tolist() == pytest.approx([np.log(7 / 3)])
    # The curvature is n p (1 - p) = 10 · .7 · .3.
    assert covariance.tolist() == [[pytest.approx(1 / 2.1)]]


def test_two_levels_are_where_the_slopes_balance_by_hand() -> None:
    # 8 of 10 against 2 of 10: the base is 0, and u solves 8 - 10 / (1 + e^-u) = u / t.
    levels, y = happened((8, 10), (2, 10))
    u = brentq(lambda x: 8 - 10 / (1 + np.exp(-x)) - x / 0.5, 0, 2)

    effects, _ = estimate(rows_of(levels, 2), y, np.array([0.5, 0.5]))

    assert effects.tolist() == pytest.approx([0.0, u, -u], abs=1e-6)
    assert u < np.log(4)


@pytest.mark.parametrize(("variance", "near"), [(1e-9, 0.0), (1e6, np.log(4))])
def test_the_variance_says_how_far_a_level_is_pulled(variance: float, near: float) -> None:
    levels, y = happened((8, 10), (2, 10))

    effects, _ = estimate(rows_of(levels, 2), y, np.array([variance, variance]))

    assert effects[1:].tolist() == pytest.approx([near, -near], abs=1e-3)


@settings(max_examples=40)
@given(st.lists(st.tuples(st.integers(1, 9), st.just(10)), min_size=2, max_size=5), st.floats(0.01, 4.0), st.data())
def test_one_good_outcome_more_never_lowers_what_is_expected(
    counts: list[tuple[int, int]], variance: float, data: st.DataObject
) -> None:
    levels, y = happened(*counts)
    level = data.draw(st.integers(0, len(counts) - 1))
    variances = np.full(len(counts), variance)

    before, _ = estimate(rows_of(levels, len(counts)), y, variances)
    after, _ = estimate(rows_of([*levels, level], len(counts)), np.append(y, True), variances)

    assert after[0] + after[1 + level] >= before[0] + before[1 + level] - 1e-6


@settings(max_examples=10)
@given(st.permutations(range(30)))
def test_the_order_of_courses_does_not_matter(order: list[int]) -> None:
    levels, y = happened((8, 10), (5, 10), (2, 10))
    blocks = np.zeros(3, np.int64)

    one = pool(rows_of(levels, 3), y, blocks, 30)
    other = pool(rows_of([levels[i] for i in order], 3), y[order], blocks, 30)

    assert other.effects == pytest.approx(one.effects, abs=1e-6)
    assert other.variances == pytest.approx(one.variances, rel=1e-4)


def test_a_block_that_differs_by_chance_alone_drops_out() -> None:
    levels, y = happened(*[(50 + i % 2, 100) for i in range(10)])

    found = pool(rows_of(levels, 10), y, np.zeros(10, np.int64), 100)

    assert found.variances[0] < 0.01
    assert np.abs(found.effects).max() < 0.02


def test_a_block_that_differs_has_the_variance_that_it_has() -> None:
    random = np.random.default_rng(0)
    effects = random.normal(0, 0.8, 60)
    levels = np.repeat(np.arange(60), 200)
    y = random.random(len(levels)) < 1 / (1 + np.exp(-0.5 - effects[levels]))

    found = pool(rows_of(levels.tolist(), 60), y, np.zeros(60, np.int64), 100)

    assert np.sqrt(found.variances[0]) == pytest.approx(effects.std(), rel=0.15)
    assert found.base == pytest.approx(0.5 + effects.mean(), abs=0.1)
    assert np.corrcoef(found.effects, effects)[0, 1] > 0.95
    # Its error is that of about 200 courses, not more.
    assert np.sqrt(np.diag(found.covariance)).max() < 0.25


def test_blocks_are_told_apart() -> None:
    # The first block's two levels differ, the second one's, crossed with them, do not.
    cells = [(18, 20), (18, 20), (2, 20), (2, 20)]
    levels, y = happened(*cells)
    first, second = np.array(levels) // 2, 2 + np.array(levels) % 2
    rows = rows_of(first.tolist(), 4) + rows_of(second.tolist(), 4)

    found = pool(rows, y, np.array([0, 0, 1, 1]), 100)

    assert found.variances[0] > 1.0
    assert found.variances[1] < 0.01
    assert found.variances.min() >= LEAST_VARIANCE
    assert found.effects[0] == pytest.approx(-found.effects[1], abs=0.01)
