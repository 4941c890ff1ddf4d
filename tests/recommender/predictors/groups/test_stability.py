"""The number of groups by stability: agreement by hand, obvious kinds found, and nothing made of noise."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.predictors.groups.config import GroupsConfig
from recommender.predictors.groups.stability import (
    METHODS,
    Stability,
    agreement,
    chosen,
    dense_places,
    is_stable,
    jaccard,
    stabilities,
    stability,
)
from tests.recommender.predictors.groups.crowd import QUICK


def kinds(*centres: float, people: int = 30, deviation: float = 0.1) -> np.ndarray:
    """Points on a plane, as many about each centre."""
    random = np.random.default_rng(5)
    return np.concatenate([random.normal((c, -c), deviation, (people, 2)) for c in centres])


def row(method: str, groups: int, agreed: float, low: float, effective: float, least: float = 0.9) -> Stability:
    return Stability(method, groups, agreed, low, least, effective)


def test_agreement_is_the_adjusted_rand_index_by_hand() -> None:
    # Pairs together in both: 1; in either: 2 and 1, of 6. By chance 2·1/6, at most (2 + 1)/2.
    assert agreement(np.array([0, 0, 1, 1]), np.array([0, 0, 1, 2])) == pytest.approx((1 - 1 / 3) / (3 / 2 - 1 / 3))
    # None together in both, of 2 and 2 in either: worse than chance.
    assert agreement(np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])) == pytest.approx((0 - 2 / 3) / (2 - 2 / 3))
    assert agreement(np.array([0, 0, 0]), np.array([1, 1, 1])) == 1.0


@given(st.lists(st.integers(0, 3), min_size=2, max_size=30), st.permutations(range(4)))
def test_names_of_groups_do_not_matter_to_agreement(labels: list[int], names: list[int]) -> None:
    renamed = np.array([names[label] for label in labels])

    assert agreement(np.array(labels), renamed) == pytest.approx(1.0)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=2, max_size=30))
def test_agreement_is_the_same_either_way(pairs: list[tuple[int, int]]) -> None:
    one, other = np.array(pairs).T

    assert agreement(one, other) == pytest.approx(agreement(other, one))
    assert agreement(one, other) <= 1 + 1e-12


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("count", [2, 3])
def test_obvious_kinds_are_stable_and_more_groups_are_less_so(method: str, count: int) -> None:
    points = kinds(*np.arange(count) * 5.0)

    right, wrong = stability(points, method, count, QUICK), stability(points, method, count + 1, QUICK)

    assert right.agreement == right.low == 1.0
    assert right.effective == pytest.approx(count)
    assert right.least == pytest.approx(1.0)
    assert not is_stable(wrong, QUICK)


def test_how_alike_groups_are_is_told_by_hand() -> None:
    # The first group shares 2 of 3 people with its like, the second 2 of 3, the third is the same.
    found = jaccard(np.array([0, 0, 0, 1, 1, 2]), np.array([1, 1, 0, 0, 0, 2]), 3)

    assert found.tolist() == pytest.approx([2 / 3, 2 / 3, 1.0])


def test_what_is_tried_depends_on_how_many_there_are() -> None:
    config = GroupsConfig(most=4, refits=4)

    assert [(one.method, one.groups) for one in stabilities(kinds(0.0, 5.0, people=15), config)] == [
        (method, k) for method in METHODS for k in (2, 3)
    ]
    assert stabilities(np.zeros((50, 2)), config) == []


def test_the_finest_stable_division_of_a_method_is_taken_and_between_methods_agreement_decides() -> None:
    config = GroupsConfig()
    tried = [
        row("k-means", 2, 0.99, 0.98, 2.0),
        row("k-means", 3, 0.95, 0.90, 2.9),
        row("k-means", 4, 0.90, 0.80, 3.8),
        row("k-means", 5, 0.95, 0.90, 4.8, least=0.7),
        row("mixture", 5, 0.91, 0.86, 4.7),
    ]

    assert chosen(tried, config) == tried[1]
    assert chosen(tried[2:], config) == tried[4]


def test_of_unstable_divisions_the_most_stable_is_taken_unless_all_are_doubtful() -> None:
    config = GroupsConfig()
    tried = [row("k-means", 2, 0.7, 0.5, 2.0), row("mixture", 3, 0.65, 0.6, 2.9)]

    assert chosen(tried, config) == tried[0]
    assert chosen([row("k-means", 2, 0.59, 0.5, 2.0)], config) is None
    assert chosen([], config) is None


def test_noise_has_no_stable_division() -> None:
    noise = np.random.default_rng(1).normal(size=(90, 12))

    found = chosen(stabilities(noise, QUICK), QUICK)

    assert found is None or found.low < QUICK.stable


def test_dense_places_are_counted_and_who_is_in_none() -> None:
    scattered = np.concatenate((kinds(0.0, 20.0), np.random.default_rng(2).uniform(-300, 300, (20, 2))))

    count, alone = dense_places(scattered, QUICK)

    assert count == 2
    assert alone == pytest.approx(20 / 80, abs=0.03)
    assert dense_places(np.zeros((5, 2)), QUICK) == (0, 1.0)
