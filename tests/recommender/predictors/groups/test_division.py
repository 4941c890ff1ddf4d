"""Centres: costs by hand, nothing of fewer than five people in them, and a group of four dissolved."""

import numpy as np
import pytest

from recommender.predictors.groups.config import GroupsConfig
from recommender.predictors.groups.division import Division, division_of, without_small
from recommender.predictors.groups.scaling import LEAST_DEVIATION, Scaling, scaling_of
from recommender.predictors.population.features import AGE, FEMALE, Features
from tests.recommender.conftest import Graph
from tests.recommender.predictors.groups.crowd import crowd


def plain(*share: bool) -> Scaling:
    """A scaling that changes nothing."""
    names = tuple(f"x{i}" for i in range(len(share)))
    zeros = np.zeros(len(share))
    return Scaling(names, np.array(share), zeros, zeros, np.ones(len(share)))


def test_costs_are_negative_log_densities_by_hand() -> None:
    division = Division(np.array([[0.0, 0.0], [2.0, 0.0]]), np.array([[1.0, 1.0], [4.0, 1.0]]), np.array([0.75, 0.25]))

    costs = division.costs(np.array([[1.0, 3.0]]))

    assert costs[0, 0] == pytest.approx(1 / 2 + 9 / 2 - np.log(0.75))
    assert costs[0, 1] == pytest.approx(1 / 8 + 9 / 2 + np.log(4) / 2 - np.log(0.25))
    assert division.labels(np.zeros((0, 2))).shape == (0,)


def test_k_means_takes_the_nearest_centre_in_a_straight_line() -> None:
    values = np.array([[0.0]] * 5 + [[10.0]] * 15)

    division = division_of(values, plain(False), np.array([0] * 5 + [1] * 15), mixture=False)

    assert division.centres.tolist() == [[0.0], [10.0]]
    assert division.labels(np.array([[4.9], [5.1]])).tolist() == [0, 1]


def test_a_mixture_knows_how_wide_and_how_large_a_group_is() -> None:
    values = np.array([[-1.0], [1.0]] * 10 + [[10.0], [14.0]] * 5)

    division = division_of(values, plain(False), np.array([0] * 20 + [1] * 10), mixture=True)

    assert division.centres.tolist() == [[0.0], [12.0]]
    # The least variance is .05 of that of all people, and both groups have more.
    assert division.variances[1].tolist() == [4.0]
    assert division.weights.tolist() == [pytest.approx(2 / 3), pytest.approx(1 / 3)]


@pytest.mark.parametrize(
    ("ones", "of", "kept"), [(0, 10, 0.0), (1, 10, 0.0), (4, 10, 0.0), (5, 10, 0.5), (6, 10, 1.0), (10, 10, 1.0)]
)
def test_a_share_of_fewer_than_five_people_is_not_in_a_centre(ones: int, of: int, kept: float) -> None:
    members = np.array([[1.0]] * ones + [[0.0]] * (of - ones))
    others = np.array([[1.0]] * 10 + [[0.0]] * 10)

    division = division_of(np.concatenate((members, others)), plain(True), np.array([0] * of + [1] * 20), mixture=False)

    assert division.centres[0].tolist() == [kept]
    assert division.centres[1].tolist() == [0.5]


def test_a_result_of_fewer_than_five_members_is_not_in_a_centre() -> None:
    values = np.array([[9.0]] * 4 + [[np.nan]] * 6 + [[2.0]] * 5 + [[np.nan]] * 5)

    division = division_of(values, plain(False), np.array([0] * 10 + [1] * 10), mixture=True)

    assert division.centres[0].tolist() == [0.0]
    assert division.variances[0].tolist() == [1.0]
    assert division.centres[1].tolist() == [1.0]


def test_a_group_of_four_is_dissolved_and_its_members_go_to_the_nearest() -> None:
    values = np.array([[0.0]] * 10 + [[10.0]] * 12 + [[14.0]] * 4)

    division, labels = without_small(values, plain(False), np.array([0] * 10 + [1] * 12 + [2] * 4), mixture=False)

    assert np.bincount(labels).tolist() == [16, 10]
    assert labels[-4:].tolist() == labels[10:14].tolist()
    assert sorted(division.centres.ravel().tolist()) == [0.0, 11.0]


def test_a_dissolved_group_leaves_no_centre_where_nobody_is() -> None:
    # Four people have no centre of their own; were it in the middle of all, those about 5 would be its members.
    values = np.array([[0.0]] * 10 + [[10.0]] * 10 + [[5.4]] * 6 + [[20.0]] * 4) - 5
    scaling = plain(False)

    division, labels = without_small(values, scaling, np.array([0] * 10 + [1] * 16 + [2] * 4), mixture=False)

    assert np.bincount(labels).tolist() == [20, 10]
    assert 0.0 not in division.centres


def test_a_group_of_five_stays() -> None:
    values = np.array([[0.0]] * 10 + [[10.0]] * 12 + [[20.0]] * 5)

    _, labels = without_small(values, plain(False), np.array([7] * 10 + [3] * 12 + [1] * 5), mixture=False)

    assert np.bincount(labels).tolist() == [12, 10, 5]


def test_everyone_in_one_group_is_better_than_a_group_of_few() -> None:
    _, labels = without_small(np.array([[0.0]] * 4 + [[10.0]] * 3), plain(False), np.array([0] * 4 + [1] * 3), mixture=False)

    assert set(labels.tolist()) == {0}


def test_blocks_weigh_the_same_however_many_columns_they_have(known: Graph) -> None:
    features = crowd(20, 20, 20)

    scaling, values = scaling_of(features, known.snapshot, GroupsConfig())
    variances = dict(zip(scaling.names, np.nanvar(scaling.encode(values), axis=0), strict=True))

    # Nobody's deviation is below the least: two columns of who one is, two of conditions, one of a result.
    assert sum(variances[name] for name in (AGE, "medicines")) == pytest.approx(1.0)
    assert variances["C:kidney"] + variances["C:pressure"] == pytest.approx(1.0)
    assert scaling.encode(np.full((1, 5), np.nan)).tolist() == [[0.0] * 5]


def test_what_too_few_have_or_lack_or_all_share_makes_no_groups(known: Graph) -> None:
    people = 60
    columns = {
        "C:fever": [1.0] * 4 + [0.0] * 56,
        "C:kidney": [0.0] * 4 + [1.0] * 56,
        "C:pressure": [1.0] * 30 + [0.0] * 30,
        "L:hb": [1.0] * 10 + [np.nan] * 50,
        AGE: [40.0] * 60,
        FEMALE: [1.0, 0.0] * 30,
    }
    features = Features(tuple(columns), np.array(list(columns.values())).T)

    scaling, _ = scaling_of(features, known.snapshot, GroupsConfig())

    assert len(features.matrix) == people
    assert scaling.names == ("C:pressure", FEMALE)


def test_a_rare_condition_is_not_blown_up(known: Graph) -> None:
    rare = np.array([[1.0, i % 2] for i in range(6)] + [[0.0, i % 2] for i in range(94)])

    scaling, values = scaling_of(Features(("C:kidney", FEMALE), rare), known.snapshot, GroupsConfig())

    assert scaling.deviation[0] == LEAST_DEVIATION
    assert scaling.encode(values)[0, 0] == pytest.approx(0.94 / LEAST_DEVIATION)


def test_values_of_one_person_follow_the_order_of_the_names(known: Graph) -> None:
    scaling, _ = scaling_of(crowd(20, 20, 20), known.snapshot, GroupsConfig())

    values = dict(zip(scaling.names, scaling.values({AGE: 50.0, "C:kidney": 1.0})[0].tolist(), strict=True))

    assert (values[AGE], values["C:kidney"], values["C:pressure"]) == (50.0, 1.0, 0.0)
    assert np.isnan(values["L:hb"])
