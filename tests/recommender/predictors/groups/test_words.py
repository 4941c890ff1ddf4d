"""Words for groups: the largest differences, and no share of fewer than five people."""

import numpy as np
import pytest

from recommender.predictors.groups.scaling import Scaling
from recommender.predictors.groups.words import MOST_TOLD, described, distinctions
from recommender.predictors.population.features import AGE, FEMALE, MEDICINES, Matrix


def told(name: str, mine: list[float], others: list[float], *, share: bool) -> str:
    return described(distinctions(*two(name, mine, others, share=share), label=str.title))


def two(name: str, mine: list[float], others: list[float], *, share: bool) -> tuple[Matrix, Scaling, np.ndarray]:
    none = np.zeros(1)
    scaling = Scaling((name,), np.array([share]), none, none, none + 1)
    inside = np.array([True] * len(mine) + [False] * len(others))
    return np.array([*mine, *others])[:, None], scaling, inside


@pytest.mark.parametrize(
    ("mine", "others", "words"),
    [
        ([1.0] * 8 + [0.0] * 12, [0.0] * 20, "ache 40 % (others 0 %)"),
        ([1.0] * 20, [1.0] * 5 + [0.0] * 15, "ache 100 % (others 25 %)"),
        ([1.0] * 10 + [0.0] * 10, [1.0] * 4 + [0.0] * 16, "ache 50 % (others seldom)"),
        ([1.0] * 1 + [0.0] * 19, [1.0] * 10 + [0.0] * 10, "ache seldom (others 50 %)"),
        ([1.0] * 17 + [0.0] * 3, [1.0] * 10 + [0.0] * 10, "ache nearly always (others 50 %)"),
        ([1.0] * 10 + [0.0] * 10, [1.0] * 10 + [0.0] * 10, "much like everyone else"),
    ],
)
def test_a_share_is_told_unless_it_is_of_few(mine: list[float], others: list[float], words: str) -> None:
    assert told("ache", mine, others, share=True) == words


@pytest.mark.parametrize(
    ("name", "mine", "others", "words"),
    [
        (AGE, 70.0, 30.0, "older (mean 70, others 30)"),
        (AGE, 20.0, 30.0, "younger (mean 20, others 30)"),
        (MEDICINES, 4.5, 1.0, "more medicines (mean 4.5, others 1.0)"),
        (MEDICINES, 0.0, 1.0, "fewer medicines (mean 0.0, others 1.0)"),
        ("LDL", 1.5, 0.0, "higher LDL (above the range, others middle of the range)"),
        ("sodium", -1.5, 0.5, "lower sodium (below the range, others upper part of the range)"),
        ("sodium", -0.9, -0.5, "lower sodium"),
    ],
)
def test_a_number_is_told_as_people_say_it(name: str, mine: float, others: float, words: str) -> None:
    label = str if name == "LDL" else str.title
    found = distinctions(*two(name, [mine] * 10, [others] * 10, share=False), label=label)

    assert described(found) == words


def test_the_sex_that_is_more_frequent_is_named() -> None:
    assert told(FEMALE, [1.0] * 20, [0.0, 1.0] * 10, share=True) == "women 100 % (others 50 %)"
    assert told(FEMALE, [0.0] * 20, [0.0, 1.0] * 10, share=True) == "men 100 % (others 50 %)"


def test_a_difference_is_standardised_by_hand() -> None:
    # .6 against .2: .4 / √((.24 + .16) / 2); a number: 2 / the deviation of 4 and 2 in equal parts.
    (share,) = distinctions(*two("ache", [1.0] * 6 + [0.0] * 4, [1.0] * 2 + [0.0] * 8, share=True), label=str)
    (number,) = distinctions(*two(AGE, [4.0] * 10, [2.0] * 10, share=False), label=str)

    assert share.difference == pytest.approx(0.4 / np.sqrt(0.2))
    assert number.difference == pytest.approx(2.0)


def test_what_fewer_than_five_have_on_file_is_not_told() -> None:
    assert told("ldl", [3.0] * 4 + [np.nan] * 10, [0.0] * 20, share=False) == "much like everyone else"
    assert told("ldl", [3.0] * 5 + [np.nan] * 10, [0.0] * 20, share=False) != "much like everyone else"


def test_the_largest_differences_come_first_and_not_all_are_told() -> None:
    names = tuple(f"x{i}" for i in range(8))
    scaling = Scaling(names, np.zeros(8, bool), np.zeros(8), np.zeros(8), np.ones(8))
    random = np.random.default_rng(0)
    values = random.normal(0, 1, (60, 8))
    values[:30] += np.arange(8)

    found = distinctions(values, scaling, np.arange(60) < 30, str)

    assert len(found) == MOST_TOLD
    assert [abs(one.difference) for one in found] == sorted((abs(one.difference) for one in found), reverse=True)
    assert found[0].name == "x7"
