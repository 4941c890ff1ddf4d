"""Quantiles and conformal offsets by hand, and rows that are never told by trees that saw them."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.predictors.learning.quantile_boosting import (
    Boosting,
    conformity,
    fit_quantiles,
    held_out_offsets,
    held_out_quantiles,
    mean_by_people,
    pinball,
    said,
)
from tests.recommender.predictors.stay.lengths import lengths

TREES = Boosting(trees=20, depth=2, rate=0.1, leaf=10)


def test_scores_are_how_far_the_truth_is_outside() -> None:
    low, high, target = np.array([2.0, 2.0, 2.0]), np.array([5.0, 5.0, 5.0]), np.array([1.0, 7.0, 4.0])

    assert conformity(low, high, target).tolist() == [1, 2, -1]


def test_pinball_loss_by_hand() -> None:
    """At .9 a value 2 above costs 1.8, and 2 below costs .2."""
    assert pinball(0.9, np.array([3.0, 3.0]), np.array([5.0, 1.0])).tolist() == pytest.approx([1.8, 0.2])


def test_an_offset_is_of_the_other_folds() -> None:
    """Ten scores a fold; at .8 the ⌈11 · .8⌉ = 9th smallest of the other fold."""
    scores = np.concatenate([np.arange(10.0), 100 + np.arange(10.0)])[None]
    folds = np.repeat([0, 1], 10)[None]

    assert held_out_offsets(scores, folds, 0.8)[0].tolist() == [108.0] * 10 + [8.0] * 10


def test_rows_are_told_by_trees_that_had_not_seen_them() -> None:
    table = lengths(120)
    folds = (np.arange(120) % 2)[None].astype(np.int64)
    moved = replace(table, target=np.where(np.arange(120) % 2 == 0, table.target + 1000, table.target))

    found = held_out_quantiles(moved, folds, (0.1, 0.9), TREES, 0)

    assert (found[:, 0, folds[0] == 0] < 500).all()
    assert (found[:, 0, folds[0] == 1] > 500).all()


def test_quantiles_hold_their_share_and_do_not_cross() -> None:
    table = lengths(600)
    quantiles = fit_quantiles(table, (0.1, 0.5, 0.9), TREES, 0)

    found = said(quantiles.encoder, quantiles.forms, table.values)

    assert (np.diff(found, axis=0) >= 0).all()
    assert np.mean(table.target <= found[2]) == pytest.approx(0.9, abs=0.05)
    assert np.mean(table.target <= found[0]) == pytest.approx(0.1, abs=0.05)


@given(st.lists(st.floats(-100, 100), min_size=1, max_size=8), st.sampled_from([0.05, 0.5, 0.95]))
def test_pinball_loss_is_never_negative(values: list[float], level: float) -> None:
    assert (pinball(level, np.zeros(len(values)), np.array(values)) >= 0).all()


def test_rows_of_one_person_are_drawn_together() -> None:
    values, alone, together = np.arange(40.0)[None], np.arange(40), np.arange(40) // 20

    one, other = (mean_by_people(values, groups.astype(np.int64), 200, 0) for groups in (alone, together))

    assert one.value == other.value == pytest.approx(19.5)
    assert other.high - other.low > one.high - one.low
