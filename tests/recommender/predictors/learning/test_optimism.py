"""What a bad pipeline promises: much where there is nothing, little where there is little to choose from."""

from dataclasses import replace

import numpy as np
import pytest

from recommender.predictors.learning.optimism import Optimism, noise_only, optimism
from tests.recommender.predictors.learning.conftest import made


def test_noise_keeps_the_people_and_what_happened_to_them() -> None:
    table = made(80)
    noise = noise_only(table, columns=30, seed=1)
    np.testing.assert_array_equal(noise.target, table.target)
    np.testing.assert_array_equal(noise.groups, table.groups)
    assert len(noise.columns) == len(noise.values) == 30
    assert not {c.name for c in noise.columns} & {c.name for c in table.columns}
    assert noise.synthetic
    again, other = (noise_only(table, columns=30, seed=seed).values["noise 3"] for seed in (1, 2))
    np.testing.assert_array_equal(again, noise.values["noise 3"])
    assert (other != again).all()


def test_the_gap_grows_with_what_there_is_to_select_from() -> None:
    table = made(100, seed=5)
    few, many = (optimism(noise_only(table, columns=n, seed=9), repeats=2, folds=3) for n in (12, 300))
    assert (few.columns, many.columns) == (12, 300)
    assert many.gap > few.gap + 0.1
    assert many.inside == pytest.approx(0.5, abs=0.13)


def test_who_selects_nothing_has_no_gain_from_selection() -> None:
    """All columns kept: what is left is scaling alone, whose optimism is next to nothing."""
    table = made(150, seed=8)
    found = optimism(table, kept=99, repeats=2, folds=3)
    assert abs(found.gap) < 0.02


def test_people_stay_together_in_both() -> None:
    """Each person stands twice, so that folds that part them would find everybody again."""
    noise = noise_only(made(60, seed=2), columns=100, seed=3)
    twice = np.repeat(np.arange(60), 2)
    double = replace(noise.take(twice), groups=twice)
    assert optimism(double, repeats=2, folds=3).inside == pytest.approx(0.5, abs=0.17)
    parted = replace(double, groups=np.arange(120))
    assert optimism(parted, repeats=2, folds=3).inside > 0.7


def test_the_payload_says_both_and_the_difference() -> None:
    assert Optimism(7, 0.8, 0.5).payload() == {"columns": 7, "outside": 0.8, "inside": 0.5, "optimism": pytest.approx(0.3)}
