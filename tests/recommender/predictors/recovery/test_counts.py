"""Counts of things that happen by probabilities of their own, exactly."""

from itertools import product
from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.predictors.recovery.counts import count_at, counted

CHANCES = st.lists(st.floats(0, 1), max_size=8)


@given(CHANCES)
def test_counts_are_those_of_all_cases(chances: list[float]) -> None:
    expected = np.zeros(len(chances) + 1)
    for case in product((0, 1), repeat=len(chances)):
        expected[sum(case)] += float(np.prod([c if happened else 1 - c for c, happened in zip(chances, case, strict=True)]))

    assert counted(np.array(chances)) == pytest.approx(expected, abs=1e-12)


def test_equal_chances_make_a_binomial() -> None:
    assert counted(np.full(10, 0.3)) == pytest.approx([comb(10, k) * 0.3**k * 0.7 ** (10 - k) for k in range(11)])


@given(st.lists(st.floats(0, 1), min_size=1, max_size=60))
def test_the_mean_is_the_sum_and_the_variance_that_of_independent_things(chances: list[float]) -> None:
    probabilities, numbers = counted(np.array(chances)), np.arange(len(chances) + 1)
    mean = float(probabilities @ numbers)

    assert probabilities.sum() == pytest.approx(1)
    assert mean == pytest.approx(sum(chances), abs=1e-9)
    assert float(probabilities @ (numbers - mean) ** 2) == pytest.approx(sum(c * (1 - c) for c in chances), abs=1e-9)


@pytest.mark.parametrize(("share", "count"), [(0.0, 0), (0.2, 0), (0.25, 0), (0.26, 1), (0.75, 1), (0.76, 2), (1.0, 2)])
def test_a_count_is_the_least_that_is_not_exceeded(share: float, count: int) -> None:
    assert count_at(np.array([0.25, 0.5, 0.25]), share) == count


def test_of_nobody_nobody_is_counted() -> None:
    assert counted(np.empty(0)).tolist() == [1.0]
    assert count_at(counted(np.empty(0)), 0.975) == 0
