"""Visits, the codes that are counted, and what is refused."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.errors import PredictorError
from recommender.predictors.sequence.config import SequenceConfig
from recommender.predictors.sequence.visits import Code, CodeKind, Vocabulary, checked, gaps
from tests.recommender.predictors.sequence.wards import CODES, visit


def test_a_code_counts_people_and_not_visits() -> None:
    often = tuple(visit(float(i), "C:a") for i in range(9))
    histories = [often, (visit(0, "C:b"),), (visit(0, "C:b", "M:a"),)]

    known = Vocabulary.of(histories, CODES, people=2)

    assert [code.name for code in known.codes] == ["C:b"]


def test_a_matrix_has_a_row_a_visit_and_leaves_out_what_is_not_known() -> None:
    vocabulary = Vocabulary((CODES["C:a"], CODES["M:a"]))

    found = vocabulary.matrix((visit(0, "C:a", "C:b"), visit(3, "M:a"), visit(9)))

    assert found.tolist() == [[1, 0], [0, 1], [0, 0]]
    assert vocabulary.of_kind(CodeKind.MEDICINE).tolist() == [False, True]
    assert vocabulary.place("C:b") is None


def test_the_time_between_visits_counts_in_logarithms_of_months() -> None:
    assert gaps((visit(0), visit(30), visit(30), visit(120))).tolist() == pytest.approx([0, np.log(2), 0, np.log(4)])
    assert gaps(()).tolist() == []


@given(st.lists(st.floats(0, 1e5), min_size=2, max_size=6))
def test_visits_out_of_order_are_refused(days: list[float]) -> None:
    history = tuple(visit(day) for day in days)
    if days == sorted(days):
        assert checked(history) == history
    else:
        with pytest.raises(PredictorError, match="in order"):
            checked(history)


def test_a_day_that_is_no_number_is_refused() -> None:
    with pytest.raises(PredictorError, match="a number"):
        checked((visit(np.nan),))


def test_a_vocabulary_comes_back_from_json() -> None:
    vocabulary = Vocabulary(tuple(CODES.values()))

    assert Vocabulary.read(vocabulary.payload()) == vocabulary


@pytest.mark.parametrize("told", [[["C:a", "thing", "A"]], [["C:a"]], [["C:a", "condition", "A"]] * 2])
def test_a_damaged_vocabulary_is_refused(told: list[list[str]]) -> None:
    with pytest.raises(PredictorError, match="train again"):
        Vocabulary.read(told)


def test_a_setting_beyond_its_range_is_named() -> None:
    with pytest.raises(PredictorError, match="sequence: folds: a number from 2 to 20"):
        SequenceConfig(folds=1)


def test_codes_of_one_kind_stand_together() -> None:
    codes = {"z": Code("z", CodeKind.CONDITION), "a": Code("a", CodeKind.MEDICINE), "b": Code("b", CodeKind.CONDITION)}

    assert [c.name for c in Vocabulary.of([(visit(0, *codes),)], codes, 1).codes] == ["b", "z", "a"]
