"""Stays: an expected value, an interval that holds its share, exact sums, and a bundle."""

import json
from dataclasses import replace

import numpy as np
import pytest

from recommender.errors import PredictorError
from recommender.predictors.stay.config import StayConfig
from recommender.predictors.stay.fitting import FittedStay, around, fit_stay
from recommender.predictors.stay.predictor import StayPredictor
from tests.recommender.predictors.stay.lengths import QUICK, lengths


@pytest.fixture(scope="module")
def fit() -> FittedStay:
    return fit_stay(lengths(), QUICK)


@pytest.fixture(scope="module")
def predictor(fit: FittedStay) -> StayPredictor:
    return StayPredictor.from_fit(fit, QUICK)


def test_the_expected_value_is_what_the_truth_is(predictor: StayPredictor) -> None:
    """2 + 3 · 2 = 8 days."""
    (chance,) = predictor.predict({"severity": 2.0, "age": 50.0}).chances

    assert chance.probability == pytest.approx(8, abs=0.5)
    assert chance.low < 8 < chance.high
    assert chance.target == "days in hospital"
    assert chance.level.startswith("expected ")


def test_the_interval_holds_its_share_of_new_stays(predictor: StayPredictor) -> None:
    new = lengths(1500, seed=9)
    told = [predictor.predict(new.row(i)).chances[0] for i in range(len(new))]

    inside = np.mean([chance.low <= days <= chance.high for chance, days in zip(told, new.target, strict=True)])

    assert 0.85 <= inside <= 0.95


def test_the_interval_is_wider_where_stays_differ_more(predictor: StayPredictor) -> None:
    mild, grave = (predictor.predict({"severity": s, "age": 50.0}).chances[0] for s in (0.3, 2.7))

    assert grave.high - grave.low > 2 * (mild.high - mild.low)
    assert mild.low >= 0


def test_figures_of_the_interval_are_of_rows_held_out(fit: FittedStay) -> None:
    covered, low, high = fit.figures["interval_coverage"]

    assert low <= covered <= high
    assert covered == pytest.approx(0.9, abs=0.04)
    assert fit.figures["interval_width"][0] < fit.figures["plain_interval_width"][0]
    assert fit.figures["pinball_50"][0] < fit.figures["pinball_50_without_columns"][0]
    assert fit.held_out.shape == (3, 1, 600)
    assert fit.fitted.comparison.promoted == "linear"


def test_contributions_add_up_in_days(predictor: StayPredictor) -> None:
    found = predictor.explain({"severity": 2.5, "age": 30.0})

    assert found.base + sum(c.amount for c in found.contributions) == pytest.approx(found.total)
    assert found.contributions[0].feature == "severity"
    assert (found.method, found.unit) == ("exact", "units of days in hospital")
    with pytest.raises(PredictorError, match="tells of days in hospital alone"):
        predictor.explain({"severity": 2.5}, "cost")


def test_what_is_missing_is_said(predictor: StayPredictor) -> None:
    assert "not measured: age" in predictor.predict({"severity": 1.0}).notes
    assert predictor.predict({}).abstained == "nothing is known of what it was fitted on"
    with pytest.raises(PredictorError, match="knows no column weight"):
        predictor.predict({"weight": 80.0})


def test_it_comes_back_from_its_bundle(predictor: StayPredictor) -> None:
    again = StayPredictor.of(predictor.arrays(), json.loads(json.dumps(predictor.notes())), "unstored")

    row = {"severity": 1.5, "age": 40.0}
    assert again.predict(row) == predictor.predict(row)
    assert again.explain(row) == predictor.explain(row)
    assert again.drifted(lengths(200, seed=3)) == predictor.drifted(lengths(200, seed=3))


@pytest.mark.parametrize("lost", ["interval", "median.value", "encoder.fill", "model.threshold"])
def test_a_bundle_that_lacks_a_part_is_refused(predictor: StayPredictor, lost: str) -> None:
    arrays = {name: array for name, array in predictor.arrays().items() if name != lost}
    with pytest.raises(PredictorError, match="train again"):
        StayPredictor.of(arrays, predictor.notes(), "tag")


def test_what_is_expected_is_never_outside_its_interval() -> None:
    """Mean and quantiles are fitted apart: a line goes below what trees have seen."""
    expected, told = np.array([0.5, 5.0, 9.0]), np.array([[1.0] * 3, [4.0] * 3, [8.0] * 3])

    for offset in (-3.0, -0.5, 0.0, 2.0, 5.0):
        low, high = around(expected, told, offset)
        assert (low <= expected).all()
        assert (expected <= high).all()
    assert [list(end) for end in around(expected, told, 1.0)] == [[-0.5, 0.0, 0.0], [9.0, 9.0, 10.0]]


def test_a_stay_shorter_than_none_is_refused() -> None:
    table = lengths(60)
    below = replace(table, target=np.where(np.arange(60) < 2, -1.0, table.target))

    with pytest.raises(PredictorError, match="2 of 60 rows of the table lengths have a target below 0"):
        fit_stay(below, QUICK)
    assert fit_stay(below, replace(QUICK, least=-2.0)).held_out[0].min() >= -2


def test_yes_and_no_are_no_stay() -> None:
    table = lengths(60)
    with pytest.raises(PredictorError, match="is yes or no; a number is expected"):
        fit_stay(replace(table, target=(table.target > 5).astype(float)), QUICK)


@pytest.mark.parametrize(("name", "value"), [("trees", 0), ("rate", 2.0), ("low", 0.6), ("high", 0.4)])
def test_a_setting_beyond_its_range_is_refused(name: str, value: float) -> None:
    with pytest.raises(PredictorError, match=f"stay: .*{name}"):
        replace(StayConfig(learning=QUICK.learning), **{name: value})


def test_the_card_tells_of_the_interval(predictor: StayPredictor) -> None:
    card = predictor.card

    assert {"r_squared", "mean_absolute_error", "root_mean_squared_error", "interval_coverage", "pinball_95"} <= set(
        card.figures
    )
    assert card.promoted.startswith("linear: ")
    assert any("600 people are few" in limit for limit in card.limits)
    assert card.data["synthetic"]
