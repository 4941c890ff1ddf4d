"""The outer folds: everyone is held out once in each repeat, people stay together, and each fold chooses for itself."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from recommender.predictors.learning.candidates import CANDIDATES
from recommender.predictors.learning.choosing import choose
from recommender.predictors.learning.config import LearningConfig
from recommender.predictors.learning.outer import Outer, run_outer
from recommender.predictors.learning.search import search
from recommender.predictors.learning.splitting import held_out_margins, inner_splits, split
from tests.recommender.predictors.learning.conftest import QUICK, made

NAMES = ("floor", "logistic", "tree")
PAIRED = replace(made(160, seed=6), groups=np.arange(160) // 2)
CONFIG = replace(QUICK, repeats=2)


@pytest.fixture(scope="module")
def outer() -> Outer:
    """A table of pairs of rows of one person each."""
    return run_outer(PAIRED, [CANDIDATES[name] for name in NAMES], CONFIG, classes=True)


def test_every_row_is_answered_once_in_each_repeat(outer: Outer) -> None:
    assert outer.folds.shape == (2, 160)
    for name in NAMES:
        assert outer.margins[name].shape == (2, 160)
        assert np.isfinite(outer.margins[name]).all()
    assert set(outer.folds.ravel().tolist()) == {0, 1, 2}


def test_people_are_never_split_and_classes_are_in_proportion(outer: Outer) -> None:
    for folds in outer.folds:
        assert (folds[::2] == folds[1::2]).all()
        shares = [PAIRED.target[folds == fold].mean() for fold in range(3)]
        assert max(shares) - min(shares) < 0.1


def test_repeats_have_other_folds(outer: Outer) -> None:
    assert (outer.folds[0] != outer.folds[1]).any()
    assert (outer.margins["tree"][0] != outer.margins["tree"][1]).any()


def test_a_fold_is_answered_by_a_fit_of_the_other_folds(outer: Outer) -> None:
    """The first fold made again by hand, search and all."""
    held_out = np.flatnonzero(outer.folds[0] == 0)
    seen, seed = np.flatnonzero(outer.folds[0] != 0), CONFIG.seed + 1_000
    found = search(CANDIDATES["logistic"], inner_splits(PAIRED, seen, 2, seed), CONFIG, seed, classes=True)
    by_hand = held_out_margins(CANDIDATES["logistic"], split(PAIRED, seen, held_out), found.settings, seed, classes=True)
    np.testing.assert_array_equal(outer.margins["logistic"][0, held_out], by_hand)
    assert outer.settings["logistic"][0] == found.settings


def test_merits_are_means_over_the_searches_that_a_row_took_part_in(outer: Outer) -> None:
    sums, counts = np.zeros(160), np.zeros(160)
    for done, (repeat, fold) in enumerate([(r, f) for r in range(2) for f in range(3)]):
        seed = CONFIG.seed + 1_000 * (done + 1)
        parts = inner_splits(PAIRED, np.flatnonzero(outer.folds[repeat] != fold), 2, seed)
        rows = np.concatenate([part.places for part in parts])
        sums[rows] += search(CANDIDATES["logistic"], parts, CONFIG, seed, classes=True).merits
        counts[rows] += 1
    assert (counts == 4).all()
    np.testing.assert_allclose(outer.merits["logistic"], sums / 4)
    assert outer.searched.tolist() == list(range(160))


def test_the_floor_merits_are_those_of_a_coin(outer: Outer) -> None:
    assert outer.merits["floor"].mean() == pytest.approx(0.5)


def test_every_fold_names_its_own_winner(outer: Outer) -> None:
    assert [len(repeat) for repeat in outer.chosen] == [3, 3]
    assert {name for repeat in outer.chosen for name in repeat} <= {"logistic", "tree"}
    best = choose(outer.merits, PAIRED.target, PAIRED.groups, classes=True).name
    assert Counter(name for repeat in outer.chosen for name in repeat).most_common(1)[0][0] == best


def test_time_is_told_of_each_candidate(outer: Outer) -> None:
    assert set(outer.seconds) == set(NAMES)
    assert all(seconds > 0 for seconds in outer.seconds.values())


def test_a_target_that_was_permuted_is_not_predicted(quick: LearningConfig) -> None:
    table = made(300, seed=7)
    found = []
    for seed in range(3):
        shuffled = replace(table, target=np.random.default_rng(seed).permutation(table.target))
        margins = run_outer(shuffled, [CANDIDATES["logistic"]], quick, classes=True).margins["logistic"][0]
        found.append(margins[shuffled.target == 1].mean() - margins[shuffled.target == 0].mean())
    spread = margins.std()
    assert abs(np.mean(found)) < 0.4 * spread


def test_merits_are_the_roc_auc_where_draws_hold_more_of_the_rare_class_than_the_table(quick: LearningConfig) -> None:
    table = made(1_500, seed=2)
    rare = table.take(np.flatnonzero((table.target == 0) | (np.arange(1_500) % 5 == 0)))
    outer = run_outer(rare, [CANDIDATES["floor"], CANDIDATES["logistic"]], replace(quick, search_rows=400), classes=True)
    assert len(np.unique(rare.target[outer.searched])) == 2
    assert outer.merits["floor"].mean() == pytest.approx(0.5, abs=1e-3)
    assert outer.merits["logistic"].mean() > 0.7


def test_a_first_repeat_that_would_take_too_long_is_made_on_fewer_rows() -> None:
    table, asked = made(2_400, seed=3), replace(CONFIG, minutes=1e-3)

    outer = run_outer(table, [CANDIDATES[name] for name in ("floor", "logistic", "xgboost")], asked, classes=True)

    assert outer.folds.shape == (1, 2_400)
    assert np.isfinite(outer.margins["logistic"]).all()
    assert (outer.config.rows, outer.config.search_rows, outer.config.folds) == (1_000, 200, 3)
    assert 1_600 < len(outer.searched) <= 2_400


def test_of_a_large_table_the_first_fold_too_is_kept_short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("recommender.predictors.learning.outer.LARGE", 1)
    table, asked = made(2_400, seed=3), replace(CONFIG, minutes=1e-3)

    outer = run_outer(table, [CANDIDATES[name] for name in ("floor", "logistic", "xgboost")], asked, classes=True)

    assert len(outer.searched) <= 3 * 201
    assert np.isfinite(outer.margins["logistic"]).all()
    enough = run_outer(table, [CANDIDATES[name] for name in ("floor", "logistic")], CONFIG, classes=True)
    assert enough.config == CONFIG
