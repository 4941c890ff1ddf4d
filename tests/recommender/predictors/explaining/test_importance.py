"""What a model rests on: the columns that tell, and how the answer goes with them."""

from dataclasses import replace

import numpy as np
import pytest

from recommender.predictors.explaining.importance import partial_dependence, permutation_importance
from tests.recommender.predictors.explaining.models import fitted, patients

TABLE = patients(400)
MODEL = fitted("linear", TABLE)


def test_the_column_that_tells_most_is_the_first() -> None:
    found = permutation_importance(MODEL, TABLE, shuffles=8)
    assert found[0].name == "systolic"
    assert found[0].label == "systolic pressure"
    assert found[0].loss > 0.05
    assert [one.loss for one in found] == sorted((one.loss for one in found), reverse=True)
    assert all(one.low <= one.loss <= one.high for one in found)
    assert "bmi" not in {one.name for one in found}


def test_a_column_that_is_not_read_loses_nothing() -> None:
    random = np.random.default_rng(1)
    column = replace(TABLE.column("height"), name="unread", node="")
    wider = replace(TABLE, columns=(*TABLE.columns, column), values={**TABLE.values, "unread": random.normal(size=400)})
    (unread,) = (one for one in permutation_importance(MODEL, wider, shuffles=3) if one.name == "unread")
    assert (unread.loss, unread.low, unread.high) == (0, 0, 0)


def test_of_a_regression_it_is_a_loss_of_r_squared() -> None:
    plain = replace(MODEL, calibration=None)
    exact = replace(TABLE, target=plain.margins(TABLE.values))
    found = permutation_importance(plain, exact, shuffles=5)
    # Dealing out a column whose part of the variance is v costs twice that part: 2 v / total.
    feature = list(MODEL.encoder.names).index("systolic")
    part = MODEL.encode(TABLE.values)[:, feature] * MODEL.form.arrays()["weights"][feature]
    first = next(one for one in found if one.name == "systolic")
    assert first.loss == pytest.approx(2 * part.var() / exact.target.var(), rel=0.25)


def test_dependence_rises_with_what_raises_the_risk() -> None:
    found = partial_dependence(MODEL, TABLE, "systolic")
    assert (np.diff(found.mean) >= -1e-12).all()
    assert found.mean[-1] > found.mean[0] + 0.2
    assert ((found.low <= found.mean) & (found.mean <= found.high)).all()
    assert found.rising > 0.95
    assert found.falling == 0
    assert found.at[0] == pytest.approx(np.quantile(TABLE.values["systolic"], 0.05))


def test_dependence_is_the_mean_answer_when_all_had_the_value() -> None:
    found = partial_dependence(MODEL, TABLE, "smokes")
    assert found.at.tolist() == [0.0, 1.0]
    everyone = {**TABLE.values, "smokes": np.ones(400)}
    assert found.mean[1] == pytest.approx(MODEL.probabilities(everyone)[0].mean())


def test_computed_columns_follow_and_categories_are_points() -> None:
    assert partial_dependence(MODEL, TABLE, "diet").at.tolist() == [0.0, 1.0, 2.0]
    changed = {**TABLE.values, "weight": np.full(400, 110.0)}
    changed["bmi"] = 110.0 / (TABLE.values["height"] / 100) ** 2
    heavy = partial_dependence(MODEL, replace(TABLE, values={**TABLE.values, "weight": np.full(400, 110.0)}), "weight")
    assert heavy.at.tolist() == [110.0]
    assert heavy.mean[0] == pytest.approx(MODEL.probabilities(changed)[0].mean())
