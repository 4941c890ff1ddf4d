"""Folds keep people together and classes in proportion."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.errors import PredictorError
from recommender.predictors.learning.folds import drawn_rows, fold_numbers, is_classes


@given(st.integers(0, 1000), st.integers(2, 5))
@settings(max_examples=20)
def test_rows_of_one_person_share_a_fold(seed: int, folds: int) -> None:
    random = np.random.default_rng(seed)
    groups = random.integers(0, 60, 150)
    target = (random.random(150) < 0.4).astype(float)
    numbers = fold_numbers(target, groups, folds, seed)
    assert set(numbers) == set(range(folds))
    for group in np.unique(groups):
        assert len(set(numbers[groups == group])) == 1


@given(st.integers(0, 1000))
@settings(max_examples=20)
def test_classes_keep_their_share(seed: int) -> None:
    target = np.repeat([0.0, 1.0], [80, 20])
    numbers = fold_numbers(target, np.arange(100), 5, seed)
    assert np.bincount(numbers[target == 1]).tolist() == [4] * 5


def test_the_seed_alone_decides() -> None:
    target = np.tile([0.0, 1.0], 50)
    one, again, other = (fold_numbers(target, np.arange(100), 5, seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, again)
    assert (one != other).any()


def test_numbers_are_stratified_by_their_size() -> None:
    target = np.arange(400.0) + 0.5
    numbers = fold_numbers(target, np.arange(400), 4, 0)
    means = [target[numbers == fold].mean() for fold in range(4)]
    assert max(means) - min(means) < 15


@pytest.mark.parametrize("target", [np.zeros(20), np.repeat([0.0, 1.0], [18, 2])])
def test_too_few_of_a_class_are_refused(target: np.ndarray) -> None:
    with pytest.raises(PredictorError, match="each class needs 3 people"):
        fold_numbers(target, np.arange(20), 3, 0)


def test_a_class_of_one_person_with_many_rows_is_refused() -> None:
    target = np.repeat([0.0, 1.0], [30, 10])
    groups = np.concatenate((np.arange(30), np.full(10, 99)))
    with pytest.raises(PredictorError, match="people"):
        fold_numbers(target, groups, 3, 0)


def test_what_is_a_class() -> None:
    assert is_classes(np.array([0.0, 1.0]))
    assert not is_classes(np.array([0.0, 2.0]))


def _drawn(most: int, *, share: float = 0.1, per_person: int = 1, evenly: bool = False, rows: int = 10_000) -> tuple[int, int]:
    """How many rows are drawn, and how many of those of the rarer class; each person is drawn whole."""
    target = (np.arange(rows) // per_person % 1000 < share * 1000).astype(float)
    groups = np.arange(rows) // per_person
    some = drawn_rows(target, groups, np.arange(rows), most, seed=3, evenly=evenly)

    assert (np.diff(some) > 0).all()
    assert (np.bincount(groups[some], minlength=1)[np.unique(groups[some])] == per_person).all()
    return len(some), int(target[some].sum())


def test_a_draw_keeps_the_share_of_classes() -> None:
    assert _drawn(2_000) == (2_000, 200)
    assert _drawn(4_000, share=0.3) == (4_000, 1_200)


def test_of_a_rare_class_more_are_drawn() -> None:
    assert _drawn(1_000, share=0.03) == (1_000, 200)
    assert _drawn(1_000, share=0.01) == (1_000, 100)
    assert _drawn(2_000, share=0.3, evenly=True) == (2_000, 1_000)
    assert _drawn(4_000, share=0.1, evenly=True) == (4_000, 1_000)


def test_people_are_drawn_whole() -> None:
    count, _ = _drawn(2_000, per_person=7, rows=7_000)

    assert 2_000 <= count <= 2_000 + 2 * 6


def test_what_is_few_is_taken_whole() -> None:
    assert _drawn(10_000) == (10_000, 1_000)


def test_numbers_are_drawn_too() -> None:
    random = np.random.default_rng(1)
    target = random.standard_normal(5_000)
    some = drawn_rows(target, np.arange(5_000), np.arange(2_500), 400, seed=3)

    assert len(some) == 400
    assert some.max() < 2_500
