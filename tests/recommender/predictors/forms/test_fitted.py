"""A model as it serves: encoded, calibrated, with its conformal set, and the same from its bundle."""

import json
from dataclasses import replace

import numpy as np
import pytest

from recommender.calibration import Calibration
from recommender.errors import PredictorError
from recommender.predictors.forms.encoder import fit_encoder
from recommender.predictors.forms.fitted import FittedModel
from recommender.predictors.forms.linear import Linear
from recommender.predictors.tables.table import Column, ColumnKind

COLUMNS = (
    Column("glucose", ColumnKind.NUMBER, unit="mmol/L", low=0.0, changeable=True, node="LOINC:2345-7", label="glucose"),
    Column("sex", ColumnKind.CATEGORY, categories=("female", "male")),
)


@pytest.fixture(scope="module")
def model() -> FittedModel:
    random = np.random.default_rng(0)
    values = {"glucose": random.normal(6, 1, 400), "sex": random.integers(0, 2, 400).astype(float)}
    encoder = fit_encoder(COLUMNS, values)
    form = Linear(np.array([1.0, 0.3, -0.3]), np.array(0.0))
    margins = form.margins(encoder.encode(values))
    happened = random.random(400) < 1 / (1 + np.exp(-2 * margins))
    calibration = Calibration.fit(margins, happened, np.arange(400) % 5, bootstraps=20)
    return FittedModel(encoder, form, calibration, 0.7, encoder.encode(values)[:2], np.array([0.5, 0.5]))


def test_probabilities_rise_with_the_margin_and_lie_in_their_interval(model: FittedModel) -> None:
    value, low, high = model.probabilities({"glucose": np.array([3.0, 6.0, 9.0]), "sex": np.zeros(3)})
    assert value[0] < value[1] < value[2]
    assert ((low <= value) & (value <= high)).all()


def test_a_row_is_answered_as_in_a_table(model: FittedModel) -> None:
    many = model.probabilities({"glucose": np.array([7.0, np.nan]), "sex": np.array([1.0, -1.0])})
    for place, row in enumerate(({"glucose": 7.0, "sex": 1.0}, {})):
        np.testing.assert_array_equal([part[0] for part in model.probabilities(row)], [part[place] for part in many])


def test_the_conformal_set(model: FittedModel) -> None:
    no, yes = model.conformal(np.array([0.1, 0.5, 0.9]))
    assert no.tolist() == [True, True, False]
    assert yes.tolist() == [False, True, True]


def test_a_regression_answers_its_margin_within_its_threshold(model: FittedModel) -> None:
    plain = replace(model, calibration=None, threshold=2.0)
    value, low, high = plain.probabilities({"glucose": 6.0, "sex": 1.0})
    assert value == plain.margins({"glucose": 6.0, "sex": 1.0})
    assert (high - value).tolist() == (value - low).tolist() == [2.0]


@pytest.mark.parametrize("regression", [False, True])
def test_it_comes_back_from_arrays_and_json(model: FittedModel, regression: bool) -> None:
    one = replace(model, calibration=None) if regression else model
    notes = json.loads(json.dumps(one.notes(), allow_nan=False))
    again = FittedModel.of(one.arrays(), notes)
    assert again.columns == COLUMNS
    row = {"glucose": 7.3, "sex": 0.0}
    np.testing.assert_array_equal(np.array(again.probabilities(row)), np.array(one.probabilities(row)))
    np.testing.assert_array_equal(again.background, one.background)


@pytest.mark.parametrize("part", ["encoder.fill", "form.weights", "calibration.low", "threshold", "background"])
def test_a_missing_part_is_refused(model: FittedModel, part: str) -> None:
    arrays = {name: array for name, array in model.arrays().items() if name != part}
    with pytest.raises(PredictorError, match="train again"):
        FittedModel.of(arrays, model.notes())


def test_notes_of_another_model_are_refused(model: FittedModel) -> None:
    for wrong in (
        {},
        {**model.notes(), "columns": []},
        {**model.notes(), "columns": [{"name": "x"}]},
        {**model.notes(), "form": "trees"},
    ):
        with pytest.raises(PredictorError):
            FittedModel.of(model.arrays(), wrong)
