"""Rows become finite numbers, by what was learned of the fitted rows alone."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from recommender.errors import PredictorError
from recommender.predictors.forms.encoder import Encoder, fit_encoder
from recommender.predictors.tables.table import Column, ColumnKind

AGE = Column("age", ColumnKind.NUMBER)
SMOKES = Column("smokes", ColumnKind.FLAG)
SEX = Column("sex", ColumnKind.CATEGORY, categories=("female", "male", "other"))
COLUMNS = (AGE, SMOKES, SEX)
VALUES = {
    "age": np.array([40.0, 50.0, 60.0, np.nan]),
    "smokes": np.array([0.0, 1.0, 1.0, 1.0]),
    "sex": np.array([0.0, 1.0, 1.0, -1.0]),
}


@pytest.fixture
def encoder() -> Encoder:
    return fit_encoder(COLUMNS, VALUES)


def test_features_are_values_flags_and_categories(encoder: Encoder) -> None:
    assert encoder.names == ("age", "age missing", "smokes", "sex = female", "sex = male", "sex missing")


def test_numbers_are_imputed_by_the_median_and_standardised(encoder: Encoder) -> None:
    matrix = encoder.encode(VALUES)
    # 40, 50, 60 and the median 50: mean 50, variance 50.
    np.testing.assert_allclose(matrix[:, 0], np.array([-10, 0, 10, 0]) / np.sqrt(50))
    np.testing.assert_allclose(matrix[:, 1], [-0.25, -0.25, -0.25, 0.75])
    np.testing.assert_allclose(matrix[:, 2], [-0.75, 0.25, 0.25, 0.25])
    np.testing.assert_allclose(matrix[:, 4], [-0.5, 0.5, 0.5, -0.5])


def test_a_row_is_encoded_as_it_was_in_the_table(encoder: Encoder) -> None:
    whole = encoder.encode(VALUES)
    for place in range(4):
        row = {name: float(array[place]) for name, array in VALUES.items()}
        np.testing.assert_array_equal(encoder.encode(row), whole[place : place + 1])


def test_what_is_not_named_is_missing(encoder: Encoder) -> None:
    missing = {"age": np.nan, "smokes": np.nan, "sex": -1.0}
    np.testing.assert_array_equal(encoder.encode({}), encoder.encode(missing))
    np.testing.assert_array_equal(encoder.encode({"sex": np.nan}), encoder.encode(missing))


def test_an_unseen_category_is_no_category_and_is_noted(encoder: Encoder) -> None:
    matrix = encoder.encode({"age": 50.0, "smokes": 1.0, "sex": 2.0})
    raw = matrix * encoder.scale + encoder.center
    np.testing.assert_allclose(raw[0, 3:], [0, 0, 0], atol=1e-12)
    assert encoder.unseen({"sex": 2.0}) == ("sex",)
    assert encoder.unseen({"sex": 1.0}) == ()
    assert encoder.unseen({"sex": -1.0}) == ()


def test_skewed_numbers_are_taken_in_logarithms_of_their_median() -> None:
    values = {"age": np.array([1.0, 1.0, 1.0, 1.0, 100.0])}
    encoder = fit_encoder((AGE,), values)
    assert encoder.unit.tolist() == [1.0]
    expected = np.log1p(values["age"])
    np.testing.assert_allclose(encoder.encode(values)[:, 0], (expected - expected.mean()) / expected.std())


def test_skewed_numbers_do_not_depend_on_their_unit() -> None:
    values = np.random.default_rng(0).lognormal(0, 1, 50)
    one, other = (fit_encoder((AGE,), {"age": values * factor}).encode({"age": values * factor}) for factor in (1, 88.4))
    np.testing.assert_allclose(one, other)


def test_a_negative_number_never_breaks_a_logarithm() -> None:
    encoder = fit_encoder((AGE,), {"age": np.array([1.0, 1.0, 1.0, 1.0, 100.0])})
    np.testing.assert_array_equal(encoder.encode({"age": -5.0}), encoder.encode({"age": 0.0}))


def test_columns_that_tell_nothing_make_no_feature() -> None:
    values = {"age": np.full(4, np.nan), "smokes": np.ones(4), "sex": np.zeros(4)}
    encoder = fit_encoder(COLUMNS, values)
    assert encoder.names == ()
    assert encoder.encode(values).shape == (4, 0)


def test_infinities_count_as_missing(encoder: Encoder) -> None:
    np.testing.assert_array_equal(encoder.encode({"age": np.inf}), encoder.encode({"age": np.nan}))


def test_chosen_features_are_those_of_the_whole(encoder: Encoder) -> None:
    kept = np.array([0, 4])
    np.testing.assert_array_equal(encoder.chosen(kept).encode(VALUES), encoder.encode(VALUES)[:, kept])


def test_it_comes_back_from_its_arrays(encoder: Encoder) -> None:
    again = Encoder.of(COLUMNS, encoder.arrays())
    np.testing.assert_array_equal(again.encode(VALUES), encoder.encode(VALUES))


@pytest.mark.parametrize("damage", ["lacks", "infinite", "no scale", "far column", "shape"])
def test_damaged_arrays_are_refused(encoder: Encoder, damage: str) -> None:
    parts = dict(encoder.arrays())
    if damage == "lacks":
        del parts["fill"]
    elif damage == "infinite":
        parts["center"] = parts["center"] + np.inf
    elif damage == "no scale":
        parts["scale"] = parts["scale"] * 0
    elif damage == "far column":
        parts["source"] = parts["source"] + 9
    else:
        parts["code"] = parts["code"][:-1]
    with pytest.raises(PredictorError, match="encoding"):
        Encoder.of(COLUMNS, parts)


def test_a_text_is_refused_without_being_repeated(encoder: Encoder) -> None:
    with pytest.raises(PredictorError, match="a number") as error:
        encoder.encode({"age": "forty-one"})
    assert "forty" not in str(error.value)


@given(arrays(np.float64, (6, 3), elements=st.floats(allow_nan=True, allow_infinity=True, width=32)))
def test_what_is_encoded_is_always_finite(raw: np.ndarray) -> None:
    encoder = fit_encoder(COLUMNS, VALUES)
    matrix = encoder.encode(dict(zip(("age", "smokes", "sex"), raw.T, strict=True)))
    assert matrix.shape == (6, 6)
    assert np.isfinite(matrix).all()
