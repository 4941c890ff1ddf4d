"""The nearest change: crosses the limit, touches what can change and nothing else, stays where people are, and is told."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.predictors.explaining.changing import MOST_CHANGES, Change, Changed, grid_of, nearest_change
from recommender.predictors.explaining.row import Wanted, explain_row
from recommender.predictors.forms.fitted import FittedModel
from recommender.predictors.tables.derived import derived_row
from tests.recommender.predictors.explaining.models import fitted, patients

TABLE = patients()
MODELS = {kind: fitted(kind, centres=20) for kind in ("linear", "boosted", "stack")}
ILL = {"age": 70.0, "systolic": 158.0, "smokes": 1.0, "sex": 1.0, "diet": 0.0, "weight": 80.0, "height": 172.0, "bmi": 27.04}


def changed_row(change: Change, row: dict[str, float], model: FittedModel) -> dict[str, float]:
    return derived_row(model.columns, {**row, **{one.column.name: one.then for one in change.values}})


@pytest.mark.parametrize("kind", list(MODELS))
@settings(max_examples=12)
@given(place=st.integers(0, 239), limit=st.sampled_from([0.3, 0.5, 0.7]))
def test_a_change_is_what_it_says(kind: str, place: int, limit: float) -> None:
    model, row = MODELS[kind], TABLE.row(place)
    change = nearest_change(model, row, limit=limit)
    if change is None:
        return
    before = float(model.probabilities(row)[0][0])
    after = float(model.probabilities(changed_row(change, row, model))[0][0])
    assert change.before == pytest.approx(before)
    assert change.after == pytest.approx(after)
    assert (before >= limit) != (after >= limit)
    assert 1 <= len(change.values) <= MOST_CHANGES
    names = [one.column.name for one in change.values]
    for one in change.values:
        assert one.column.changeable
        assert one.then != one.now == row[one.column.name]
        assert one.then in grid_of(model, names_of(model).index(one.column.name), one.now)
    assert len(names) == len(set(names))


def names_of(model: FittedModel) -> list[str]:
    return [column.name for column in model.columns]


def test_it_is_as_near_as_any_single_change() -> None:
    model = MODELS["linear"]
    change = nearest_change(model, ILL, limit=0.75)
    assert change is not None
    place = names_of(model).index("systolic")
    crossing = [
        abs(value - ILL["systolic"])
        for value in grid_of(model, place, ILL["systolic"])
        if model.probabilities(derived_row(model.columns, {**ILL, "systolic": value}))[0][0] < 0.75
    ]
    scale = model.encoder.scale[list(model.encoder.names).index("systolic")]
    if crossing:
        assert change.distance <= min(crossing) / scale + 1e-12


def test_nobody_gets_younger_or_another_sex() -> None:
    for limit in (0.2, 0.4, 0.6):
        change = nearest_change(MODELS["linear"], ILL, limit=limit)
        assert change is None or not {"age", "sex", "height"} & {one.column.name for one in change.values}


def test_a_limit_out_of_reach_has_no_change() -> None:
    assert nearest_change(MODELS["linear"], {**ILL, "systolic": 210.0, "age": 110.0}, limit=1e-9) is None


def test_what_is_not_measured_is_not_changed() -> None:
    row = {**ILL, "systolic": np.nan, "smokes": np.nan, "diet": -1.0, "weight": np.nan}
    assert nearest_change(MODELS["linear"], row, limit=0.5) is None


def test_computed_values_follow() -> None:
    model = MODELS["linear"]
    change = nearest_change(model, {**ILL, "bmi": 27.04}, limit=0.5)
    assert change is not None
    assert "bmi" not in {one.column.name for one in change.values}


def test_the_grid_stays_between_the_centres() -> None:
    model = MODELS["linear"]
    place = names_of(model).index("systolic")
    feature = list(model.encoder.names).index("systolic")
    plain = model.background[:, feature] * model.encoder.scale[feature] + model.encoder.center[feature]
    grid = grid_of(model, place, 120.0)
    assert plain.min() <= grid.min() < grid.max() <= plain.max()
    assert 120.0 not in grid
    assert grid_of(model, names_of(model).index("smokes"), 1.0).tolist() == [0.0]
    assert grid_of(model, names_of(model).index("diet"), 0.0).tolist() == [1.0, 2.0]


def test_it_is_told_in_words_with_units() -> None:
    told = explain_row(MODELS["linear"], ILL).counterfactual
    assert told.startswith("with ")
    assert "the model would say" in told
    assert "%" in told
    change = nearest_change(MODELS["linear"], ILL)
    assert change is not None
    for one in change.values:
        assert (one.column.label or one.column.name) in told
    assert ("mmHg" in told) == any(one.column.name == "systolic" for one in change.values)


def test_who_is_on_the_wanted_side_is_told_no_change() -> None:
    model, well = MODELS["linear"], {**ILL, "systolic": 110.0, "smokes": 0.0}
    assert explain_row(model, ILL, wanted=Wanted.UNDER).counterfactual
    assert not explain_row(model, ILL, wanted=Wanted.ABOVE).counterfactual
    assert explain_row(model, well, wanted=Wanted.ABOVE).counterfactual
    assert not explain_row(model, well, wanted=Wanted.UNDER).counterfactual


def test_probabilities_that_are_near_are_told_apart() -> None:
    column = MODELS["linear"].columns[1]
    near = Change((Changed(column, 140.0, 139.0),), 0.5004, 0.4996, 0.1)
    assert near.words().endswith(
        "systolic pressure 139 mmHg instead of 140 mmHg the model would say 49.96 % instead of 50.04 %"
    )
    far = Change((Changed(column, 140.0, 120.0),), 0.61, 0.384, 1.1)
    assert far.words().endswith("would say 38 % instead of 61 %")
