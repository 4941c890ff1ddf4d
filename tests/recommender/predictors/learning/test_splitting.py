"""Parts of a table: everything that looks at values looks at the training part alone."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.predictors.learning.candidates import CANDIDATES
from recommender.predictors.learning.folds import fold_numbers
from recommender.predictors.learning.measures import roc_auc
from recommender.predictors.learning.optimism import noise_only
from recommender.predictors.learning.splitting import (
    fit_candidate,
    held_out_margins,
    inner_splits,
    kept_features,
    rank_features,
    split,
)
from recommender.predictors.tables.table import Table
from tests.recommender.predictors.learning.conftest import made

SEEN, OUT = np.arange(150), np.arange(150, 200)


def test_the_parts_are_the_rows_that_were_asked_for(table: Table) -> None:
    part = split(table, SEEN, OUT)
    assert part.fitted.shape == (150, len(part.ranked))
    assert part.held_out.shape == (50, len(part.ranked))
    np.testing.assert_array_equal(part.target, table.target[:150])
    np.testing.assert_array_equal(part.truth, table.target[150:])
    np.testing.assert_array_equal(part.places, OUT)


def test_scaling_is_by_the_training_part(table: Table) -> None:
    part = split(table, SEEN, OUT)
    place = part.encoder.names.index("tells")
    tells = table.values["tells"]
    assert part.fitted[:, place].mean() == pytest.approx(0, abs=1e-12)
    assert part.fitted[:, place].std() == pytest.approx(1)
    expected = (tells[150:] - tells[:150].mean()) / tells[:150].std()
    np.testing.assert_allclose(part.held_out[:, place], expected)


def test_imputation_is_by_the_training_part(table: Table) -> None:
    """Row 154 lacks the noise: it is given the median of the first 150 rows, however wild the held-out ones are."""
    noise = np.where(np.arange(200) >= 150, table.values["noise"] + 1e6, table.values["noise"])
    part = split(replace(table, values={**table.values, "noise": noise}), SEEN, OUT)
    place = part.encoder.names.index("noise")
    known = noise[:150][np.isfinite(noise[:150])]
    filled = np.where(np.isfinite(noise[:150]), noise[:150], np.median(known))
    assert np.isnan(noise[154])
    assert part.held_out[4, place] == pytest.approx((np.median(known) - filled.mean()) / filled.std())


def test_nothing_may_be_held_out(table: Table) -> None:
    part = split(table, np.arange(200), np.arange(0))
    assert part.held_out.shape == (0, len(part.ranked))
    assert part.truth.shape == (0,)


def test_features_rank_by_correlation_whatever_its_sign() -> None:
    target = np.array([0.0, 0.0, 1.0, 1.0])
    matrix = np.array([[0.0, 5.0, 3.0], [1.0, 5.0, 3.0], [0.0, 1.0, 3.0], [2.0, 1.0, 3.0]])
    # The second goes with it exactly, in reverse; the first by .3; the third not at all.
    assert rank_features(matrix, target).tolist() == [1, 0, 2]


@given(st.integers(0, 10_000))
@settings(max_examples=20)
def test_ranking_knows_no_scale_and_no_direction(seed: int) -> None:
    random = np.random.default_rng(seed)
    matrix, target = random.standard_normal((40, 5)), random.integers(0, 2, 40).astype(float)
    target[:2] = 0, 1
    turned = matrix * np.array([1.0, -2.0, 1e3, -1e-3, 7.0]) + 4
    assert rank_features(turned, target).tolist() == rank_features(matrix, target).tolist()


def test_a_share_is_rounded_up_and_keeps_the_order_of_columns() -> None:
    ranked = np.array([3, 0, 4, 1, 2])
    assert kept_features(ranked, {"share": 0.5}).tolist() == [0, 3, 4]
    assert kept_features(ranked, {"share": 0.2}).tolist() == [3]
    assert kept_features(ranked, {}).tolist() == [0, 1, 2, 3, 4]


def test_a_candidate_reads_only_what_is_kept(table: Table) -> None:
    part = split(table, SEEN, OUT)
    form, kept = fit_candidate(CANDIDATES["logistic"], part, {"C": 1.0, "share": 0.2}, 0, classes=True)
    assert "tells" in [part.encoder.names[i] for i in kept]
    assert form.arrays()["weights"].shape == (len(kept),)
    wild = part.held_out.copy()
    wild[:, np.setdiff1d(np.arange(wild.shape[1]), kept)] = 1e9
    margins = [
        held_out_margins(CANDIDATES["logistic"], replace(part, held_out=rows), {"C": 1.0, "share": 0.2}, 0, classes=True)
        for rows in (part.held_out, wild)
    ]
    np.testing.assert_array_equal(*margins)


@given(st.integers(0, 1_000), st.integers(2, 5))
@settings(max_examples=10, deadline=None)
def test_inner_folds_hold_every_row_out_once_and_part_nobody(seed: int, folds: int) -> None:
    table = replace(made(120, seed=1), groups=np.arange(120) // 2)
    rows = np.arange(120)[np.arange(120) % 6 < 4]
    parts = inner_splits(table, rows, folds, seed)
    assert np.sort(np.concatenate([part.places for part in parts])).tolist() == rows.tolist()
    for part in parts:
        seen = np.setdiff1d(rows, part.places)
        assert len(part.target) == len(seen)
        assert not set(table.groups[seen]) & set(table.groups[part.places])


def test_selection_among_2000_columns_of_noise_finds_nothing_when_it_is_inside() -> None:
    """Permuted labels: selection within the folds gives .5; on all rows it would give nearly 1 (see optimism)."""
    plain = noise_only(made(200, seed=2), columns=2_000, seed=3)
    found, seen_all = [], []
    settings_ = {"C": 1.0, "share": 10 / 2_000}
    for seed in range(3):
        target = np.random.default_rng(seed).permutation(plain.target)
        table = replace(plain, target=target)
        whole = split(table, np.arange(200), np.arange(0))
        numbers = fold_numbers(target, table.groups, 2, seed)
        for fold in range(2):
            seen, out = np.flatnonzero(numbers != fold), np.flatnonzero(numbers == fold)
            part = split(table, seen, out)
            found.append(roc_auc(part.truth, held_out_margins(CANDIDATES["logistic"], part, settings_, 0, classes=True))[0])
            bad = replace(part, ranked=whole.ranked)
            seen_all.append(roc_auc(bad.truth, held_out_margins(CANDIDATES["logistic"], bad, settings_, 0, classes=True))[0])
    assert np.mean(found) == pytest.approx(0.5, abs=0.06)
    assert np.mean(seen_all) > 0.8
