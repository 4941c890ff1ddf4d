"""Who is shown: a row where nobody ever lived or where it was asked for, else the middle of several, and never a person."""

from dataclasses import replace

import numpy as np
import pytest

from recommender.errors import PredictorError
from recommender.judge.shown_patient import shown_patient
from recommender.predictors.tables.derived import with_derived
from tests.recommender.predictors.explaining.models import patients

TABLE = with_derived(patients(60))
ANSWERS = np.linspace(0, 1, 60)[::-1]
REAL = replace(TABLE, synthetic=False, rows=np.arange(2, 62))


def test_of_a_synthetic_table_it_is_the_row_with_the_highest_answer() -> None:
    shown = shown_patient(replace(TABLE, synthetic=True), ANSWERS[::-1])
    np.testing.assert_equal(shown.values, TABLE.row(59))
    assert (shown.people, shown.line, shown.words) == (1, 0, "the row with the highest answer")


def test_of_a_real_table_it_is_the_middle_of_twenty() -> None:
    shown = shown_patient(REAL, ANSWERS)
    assert shown.people == 20
    assert shown.values["systolic"] == np.nanmedian(TABLE.values["systolic"][:20])
    smokers = TABLE.values["smokes"][:20]
    assert shown.values["smokes"] == float(np.nansum(smokers) * 2 > np.isfinite(smokers).sum())
    assert shown.words == "the middle of the 20 people with the highest answers"
    # The index is computed of the middle, and not the middle of the indices.
    assert shown.values["bmi"] == pytest.approx(shown.values["weight"] / (shown.values["height"] / 100) ** 2)
    rows = [[TABLE.row(place)[name] for name in ("systolic", "age", "weight")] for place in range(60)]
    assert [shown.values[name] for name in ("systolic", "age", "weight")] not in rows


def test_rows_of_one_person_count_once() -> None:
    # Three rows each: the twenty people with the highest answers are all there are.
    shown = shown_patient(replace(REAL, groups=np.arange(60) // 3), ANSWERS)
    assert shown.people == 20
    assert shown.values["age"] == np.nanmedian(TABLE.values["age"][::3])


def test_what_fewer_than_five_have_is_missing() -> None:
    weight, sex = TABLE.values["weight"].copy(), TABLE.values["sex"].copy()
    weight[4:20], sex[4:20] = np.nan, -1
    shown = shown_patient(replace(REAL, values={**TABLE.values, "weight": weight, "sex": sex}), ANSWERS)
    assert np.isnan(shown.values["weight"])
    assert shown.values["sex"] == -1


def test_a_line_is_shown_where_it_was_asked_for() -> None:
    shown = shown_patient(REAL, ANSWERS, 17)
    np.testing.assert_equal(shown.values, TABLE.row(15))
    assert (shown.people, shown.words, shown.short) == (1, "line 17 of the table", "this one")
    with pytest.raises(PredictorError, match="--example 99"):
        shown_patient(REAL, ANSWERS, 99)
