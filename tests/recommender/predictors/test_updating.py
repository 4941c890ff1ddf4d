"""Promotion: the paired comparison of a predictor that was fitted again with the one that serves."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import brier_score_loss, roc_auc_score

from recommender.predictors.bundles import PredictorBundles
from recommender.predictors.tables.mapping import mapping_from
from recommender.predictors.tables.reading import read_table
from recommender.predictors.updating import judged, row_bytes

RANDOM = np.random.default_rng(3)
TARGET = (RANDOM.random(200) < 0.4).astype(float)
GOOD = np.clip(0.25 + 0.5 * TARGET + RANDOM.normal(0, 0.2, 200), 0.01, 0.99)
BAD = np.clip(0.4 + RANDOM.normal(0, 0.2, 200), 0.01, 0.99)
ALONE = np.arange(200)


def test_what_is_better_or_the_same_is_promoted_and_what_is_worse_is_not() -> None:
    better = judged(TARGET, BAD, GOOD, ALONE, classes=True)
    same = judged(TARGET, GOOD, GOOD, ALONE, classes=True)
    worse = judged(TARGET, GOOD, BAD, ALONE, classes=True)

    assert (better.promoted, same.promoted, worse.promoted) == (True, True, False)
    assert worse.why.startswith("worse on 200 unseen rows: roc_auc ")
    assert [d.measure for d in worse.differences] == ["roc_auc", "brier"]
    assert all(d.low <= d.new - d.former <= d.high for d in (*worse.differences, *better.differences))
    told = same.differences[0].payload()
    assert (told["measure"], told["difference"], told["interval"], told["worse"]) == ("roc_auc", 0, [0, 0], False)
    assert worse.payload()["unseen_rows"] == 200


def test_a_model_that_ranks_well_and_says_wrong_probabilities_is_worse() -> None:
    verdict = judged(TARGET, GOOD, GOOD**4, ALONE, classes=True)

    auc, brier = verdict.differences
    assert not auc.worse
    assert brier.worse
    assert not verdict.promoted


@given(st.lists(st.tuples(st.booleans(), st.sampled_from([0.1, 0.2, 0.5, 0.9])), min_size=20, max_size=60))
def test_the_figures_are_those_of_scikit_learn(rows: list[tuple[bool, float]]) -> None:
    target, answer = np.array([float(y) for y, _ in rows]), np.array([p for _, p in rows])
    verdict = judged(target, answer, 1 - answer, np.arange(len(rows)), classes=True)

    if verdict.differences:
        auc, brier = verdict.differences
        assert auc.former == pytest.approx(roc_auc_score(target, answer))
        assert auc.new == pytest.approx(1 - auc.former)
        assert brier.former == pytest.approx(brier_score_loss(target, answer))
    else:
        assert min(target.sum(), len(rows) - target.sum()) < 5


def test_rows_of_one_person_are_drawn_together_and_tell_less() -> None:
    of_few = np.arange(200) // 20

    alone = judged(TARGET, GOOD, BAD, ALONE, classes=True).differences[0]
    together = judged(
        np.repeat(TARGET, 5), np.repeat(GOOD, 5), np.repeat(BAD, 5), np.repeat(ALONE, 5), classes=True
    ).differences[0]
    blind = judged(np.repeat(TARGET, 5), np.repeat(GOOD, 5), np.repeat(BAD, 5), np.arange(1000), classes=True).differences[0]

    assert together.error == pytest.approx(alone.error, rel=0.15)
    assert blind.error < alone.error / 1.8
    assert judged(TARGET, GOOD, BAD, of_few, classes=True).rows == 200


def test_too_few_rows_or_cases_leave_the_former_one() -> None:
    for target in (TARGET[:19], np.r_[np.ones(4), np.zeros(40)]):
        verdict = judged(target, np.full(len(target), 0.5), target, np.arange(len(target)), classes=True)
        assert not verdict.promoted
        assert "too few to tell" in verdict.why
        assert verdict.differences == ()


def test_a_regression_is_judged_by_its_squared_error() -> None:
    target = RANDOM.normal(10, 3, 60)
    close, far = target + RANDOM.normal(0, 1, 60), target + RANDOM.normal(0, 3, 60)

    assert judged(target, far, close, np.arange(60), classes=False).promoted
    worse = judged(target, close, far, np.arange(60), classes=False)
    assert not worse.promoted
    assert worse.differences[0].new == pytest.approx(float(((target - far) ** 2).mean()))


def test_rows_are_known_again_by_their_values_and_not_by_their_place(tmp_path: Path) -> None:
    mapping = mapping_from({"columns": {"x": {}, "z": {}, "y": {"kind": "flag", "role": "target"}}})
    (tmp_path / "old.csv").write_text("x,z,y\n1,2,0\n3,,1\n5,6,1\n", encoding="utf-8")
    (tmp_path / "new.csv").write_text("z,y,x\n6,1,5\n2,0,1\n2,1,1\n,1,3.0\n", encoding="utf-8")
    old, new = (read_table(tmp_path / name, mapping)[0] for name in ("old.csv", "new.csv"))
    bundles = PredictorBundles(tmp_path)

    known = np.isin(bundles.marks(row_bytes(new)), bundles.marks(row_bytes(old)))

    assert known.tolist() == [True, True, False, True]
    assert len(bundles.marks([])) == 0
    elsewhere = PredictorBundles(tmp_path / "other")
    assert not np.isin(elsewhere.marks(row_bytes(old)), bundles.marks(row_bytes(old))).any()
