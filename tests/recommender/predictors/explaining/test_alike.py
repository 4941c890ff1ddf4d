"""People alike: only groups of five or more, counted and told in words, the same from a bundle."""

from dataclasses import replace

import numpy as np
import pytest

from recommender.errors import PredictorError
from recommender.predictors.explaining.alike import Prototypes
from recommender.predictors.explaining.prototypes import fit_prototypes
from recommender.predictors.explaining.row import explain_row
from tests.recommender.predictors.explaining.models import fitted, patients

THREE = Prototypes(np.array([[0.0], [1.0], [9.0]]), np.array([8.0, 15.0, 40.0]), np.array([0.5, 0.2, 1.0]), "an event")


def test_the_nearest_groups_are_counted_until_there_are_enough() -> None:
    assert THREE.nearest(np.array([-1.0])) == (23, pytest.approx((8 * 0.5 + 15 * 0.2) / 23))
    assert THREE.nearest(np.array([8.0])) == (40, 1.0)
    assert THREE.words(np.array([-1.0])) == "of the 23 people most alike 7 (30 %): an event"


@pytest.mark.parametrize(
    ("share", "said"),
    [(0.0, "0 (0 %)"), (0.1, "fewer than 5"), (0.25, "5 (25 %)"), (0.85, "more than 15"), (1.0, "20 (100 %)")],
)
def test_one_to_four_are_not_counted(share: float, said: str) -> None:
    twenty = Prototypes(np.zeros((1, 1)), np.array([20.0]), np.array([share]), "an event")
    assert twenty.words(np.zeros(1)) == f"of the 20 people most alike {said}: an event"


def test_where_there_are_too_few_all_of_them_are_counted() -> None:
    few = Prototypes(np.zeros((1, 1)), np.array([6.0]), np.array([0.5]), "an event")
    assert few.nearest(np.zeros(1))[0] == 6
    assert Prototypes(np.empty((0, 1)), np.empty(0), np.empty(0)).words(np.zeros(1)) == ""


def test_a_number_is_told_as_a_mean() -> None:
    days = Prototypes(np.zeros((1, 1)), np.array([30.0]), np.array([6.25]), number="days in hospital")
    assert days.words(np.zeros(1)) == "the 30 people most alike had 6.25 on average: days in hospital"


def test_a_group_of_four_is_refused() -> None:
    with pytest.raises(PredictorError, match="fewer than 5"):
        Prototypes(np.zeros((1, 1)), np.array([4.0]), np.array([0.5]))


def test_fitted_groups_hold_five_people_or_more_and_all_outcomes() -> None:
    table = patients()
    groups = fit_prototypes(fitted("linear"), table)
    assert groups.people.min() >= 5
    assert groups.people.sum() <= len(table)
    matrix = fitted("linear").encode(table.values)
    assert not any((np.abs(matrix - centre).max(axis=1) < 1e-9).any() for centre in groups.centres)
    high, low = (groups.nearest(matrix[table.values["systolic"] > 165][0])[1], groups.nearest(matrix[0])[1])
    assert 0 <= low <= 1
    assert high > table.target.mean()


def test_rows_of_one_person_count_once() -> None:
    table = patients()
    same = replace(table, groups=np.zeros(len(table), np.int64))
    assert len(fit_prototypes(fitted("linear"), same).centres) == 0


def test_an_explanation_tells_of_people_alike() -> None:
    table = patients()
    model = fitted("linear")
    told = explain_row(model, table.row(0), prototypes=fit_prototypes(model, table))
    assert "people most alike" in told.alike
    assert explain_row(model, table.row(0)).alike == ""


def test_they_are_the_same_from_a_bundle() -> None:
    again = Prototypes.of(THREE.arrays(), THREE.notes())
    np.testing.assert_array_equal(again.centres, THREE.centres)
    assert again.words(np.zeros(1)) == THREE.words(np.zeros(1))
    for arrays, notes in ((THREE.arrays(), {}), ({"centres": THREE.centres}, THREE.notes())):
        with pytest.raises(PredictorError, match="train again"):
            Prototypes.of(arrays, notes)
