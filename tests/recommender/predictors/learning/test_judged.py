"""Subgroups, decision curve, drift, optimism, calibration and centres: small truths by hand."""

import json
from dataclasses import replace

import numpy as np
import pytest

from recommender.predictors.learning.calibrating import held_out_probabilities, serving_calibration
from recommender.predictors.learning.comparison import HeldOut
from recommender.predictors.learning.decision_curve import decision_curve
from recommender.predictors.learning.drift import drift, profiles, read_profiles
from recommender.predictors.learning.kernel_machine import centres_of
from recommender.predictors.learning.measures import roc_auc
from recommender.predictors.learning.optimism import noise_only, optimism
from recommender.predictors.learning.subgroups import gaps, subgroups
from recommender.predictors.tables.table import Table
from tests.recommender.predictors.learning.conftest import made


def answer(table: Table, probability: np.ndarray) -> HeldOut:
    return HeldOut(probability[None], probability[None], np.zeros((1, len(table)), np.int64))


def test_a_subgroup_that_is_served_worse_shows() -> None:
    table = made(600)
    wrong = table.values["sex"] == 1
    said = np.where(wrong, 0.5, 0.2 + 0.6 * table.target)
    found = subgroups(table, answer(table, said), draws=20)
    by_name = {one.name: one for one in found}
    assert by_name["female"].figures["roc_auc"].value == 1.0
    assert by_name["male"].figures["roc_auc"].value == 0.5
    assert gaps(found)["sex"]["roc_auc"] == 0.5
    assert sum(one.people for one in found if one.by == "age") == 600


def test_nothing_is_told_of_few_people() -> None:
    table = made(60)
    values = {**table.values, "sex": np.where(np.arange(60) < 6, 0.0, 1.0)}
    found = subgroups(replace(table, values=values), answer(table, np.full(60, 0.5)), draws=20)
    few = next(one for one in found if one.name == "female")
    assert few.people == 6
    assert few.figures == {}
    assert np.isnan(few.share)
    assert "sex" not in gaps(found)


def test_a_table_without_sex_and_age_has_no_subgroups(table: Table) -> None:
    plain = replace(table, columns=tuple(c for c in table.columns if c.name not in ("sex", "age")))
    assert subgroups(plain, answer(table, np.full(200, 0.5))) == ()


def test_net_benefit_by_hand() -> None:
    target = np.array([1.0, 1.0, 0.0, 0.0])
    curve = decision_curve(target, np.array([[0.9, 0.3, 0.6, 0.1]]), np.array([0.2, 0.5]))
    # At .2 three are acted on: 2/4 - 1/4 * .25; at .5 two: 1/4 - 1/4. Everybody: .5 - .5 * odds.
    np.testing.assert_allclose(curve.model, [0.4375, 0.0])
    np.testing.assert_allclose(curve.everybody, [0.375, 0.0], atol=1e-12)
    assert curve.useful.tolist() == [0.2]
    assert set(curve.payload()) == {"threshold", "model", "everybody"}


def test_a_table_has_not_drifted_from_itself_or_its_like() -> None:
    before = profiles(made(2000))
    assert all(one.psi < 1e-9 for one in drift(before, made(2000)))
    assert {one.level for one in drift(before, made(2000, seed=5))} == {"stable"}


def test_what_has_moved_is_told_first() -> None:
    new = made(2000, seed=5)
    moved = replace(new, values={**new.values, "tells": new.values["tells"] + 1, "flag": np.full(2000, np.nan)})
    found = drift(profiles(made(2000)), moved)
    assert [one.name for one in found if one.level == "strong"] == ["flag", "tells"]


def test_psi_by_hand() -> None:
    before, now = made(1000), made(1000)
    half = replace(before, values={**before.values, "flag": np.repeat([0.0, 1.0], 500)})
    most = replace(now, values={**now.values, "flag": np.repeat([0.0, 1.0], [200, 800])})
    found = {one.name: one for one in drift(profiles(half), most)}
    assert found["flag"].psi == pytest.approx(-0.3 * np.log(0.2 / 0.5) + 0.3 * np.log(0.8 / 0.5))


def test_few_new_rows_do_not_cry_drift() -> None:
    assert {one.level for one in drift(profiles(made(2000)), made(12, seed=8))} == {"stable"}


def test_profiles_come_back_and_a_lost_column_is_strong_drift() -> None:
    before = read_profiles(json.loads(json.dumps([one.payload() for one in profiles(made(500))])))
    assert before == profiles(made(500))
    table = made(500)
    lost = replace(table, columns=tuple(c for c in table.columns if c.name != "age"))
    assert drift(before, lost)[0].name == "age"


def test_selection_outside_the_folds_makes_noise_look_good() -> None:
    found = optimism(noise_only(made(120), columns=200, seed=77), repeats=2)
    assert found.outside > 0.75
    assert abs(found.inside - 0.5) < 0.1
    assert found.gap == found.outside - found.inside
    assert set(found.payload()) == {"columns", "outside", "inside", "optimism"}


def test_with_little_to_select_there_is_little_optimism() -> None:
    assert abs(optimism(made(400), repeats=1).gap) < 0.02


def test_held_out_probabilities_keep_the_order_and_find_the_scale() -> None:
    random = np.random.default_rng(0)
    margins = random.standard_normal((2, 1000))
    target = (random.random(1000) < 1 / (1 + np.exp(-3 * margins[0]))).astype(float)
    folds = np.stack([np.arange(1000) % 5] * 2)
    found = held_out_probabilities(margins, target, folds)
    assert roc_auc(target, found[0])[0] == pytest.approx(roc_auc(target, margins[0])[0], abs=0.01)
    truth = 1 / (1 + np.exp(-3 * margins[0]))
    assert np.abs(found[0] - truth).mean() < 0.05
    # The second repeat ranks nothing: its probabilities are near the base rate.
    assert np.abs(found[1] - target.mean()).mean() < 0.05


def test_a_row_never_calibrates_itself() -> None:
    margins = np.random.default_rng(0).standard_normal((1, 100))
    target = (np.arange(100) % 2).astype(float)
    flipped = target.copy()
    flipped[0] = 1 - flipped[0]
    # Row 0 is in fold 0: its own target may change fold 1 alone.
    one, other = (held_out_probabilities(margins, t, (np.arange(100) % 4 // 2)[None]) for t in (target, flipped))
    assert one[0, 0] == other[0, 0]


def test_the_serving_curve_counts_each_row_once() -> None:
    margins = np.random.default_rng(0).standard_normal((3, 200))
    target = (np.random.default_rng(1).random(200) < 0.4).astype(float)
    found = serving_calibration(margins, target, np.stack([np.arange(200) % 5] * 3), bootstraps=20, seed=0)
    assert found.reliability()["pairs"] == pytest.approx(200)


def test_centres_stand_for_several_people() -> None:
    matrix = np.random.default_rng(0).standard_normal((200, 3))
    centres, shares = centres_of(matrix, 16, 0)
    assert len(centres) <= 16
    assert shares.sum() == pytest.approx(1)
    assert (shares >= 5 / 200 - 1e-12).all()


def test_one_odd_person_is_no_centre() -> None:
    matrix = np.concatenate((np.random.default_rng(0).standard_normal((200, 2)), [[1e3, 1e3]]))
    centres, _ = centres_of(matrix, 16, 0)
    assert np.abs(centres).max() < 100
    assert centres_of(matrix[:3], 16, 0)[0].tolist() == [matrix[:3].mean(axis=0).tolist()]
