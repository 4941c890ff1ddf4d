"""Nothing that is drawn or told rests on one to four people, and what is left out cannot be subtracted back."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.judge.plots.suppression import count_words, line_words, means_of_several, pooled, tail

EDGES = np.linspace(0, 10, 11)
FEW = st.lists(st.floats(-2, 12, allow_nan=False), max_size=60).map(np.array)


@pytest.mark.parametrize(
    ("count", "said"), [(0, "0"), (1, "< 5"), (4, "< 5"), (4.4, "< 5"), (4.6, "5"), (5, "5"), (1234, "1,234")]
)
def test_a_count_of_one_to_four_is_not_told(count: float, said: str) -> None:
    assert count_words(count) == said


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ([90, 10], ("90", "10")),
        ([97, 3], ("> 95", "< 5")),
        ([1, 44], ("< 5", "> 40")),
        ([100, 0], ("100", "0")),
        ([4, 0], ("< 5", "< 5")),
        ([2, 3], ("< 5", "< 5")),
    ],
)
def test_the_other_count_does_not_give_the_small_one_away(counts: list[float], said: tuple[str, str]) -> None:
    assert line_words(np.array(counts, float)) == said


def test_small_bars_join_the_next_ones() -> None:
    values = np.repeat([0.5, 1.5, 2.5, 6.5, 9.5], [6, 2, 4, 5, 1])
    heights, edges = pooled(values, EDGES)
    # 6; 2 + 4 over two bars; nobody, three times; 5 and the last 1 over four bars.
    np.testing.assert_allclose(edges, [0, 1, 3, 4, 5, 6, 10])
    np.testing.assert_allclose(heights, [6, 3, 0, 0, 0, 6 / 4])


@given(FEW)
def test_each_bar_holds_nobody_or_five_and_the_area_is_the_number_of_rows(values: np.ndarray) -> None:
    heights, edges = pooled(values, EDGES)
    rows = heights * np.diff(edges)
    assert ((rows == 0) | (rows > 4.999)).all()
    assert rows.sum() == pytest.approx(len(values) if len(values) >= 5 else 0)
    assert (edges[0], edges[-1]) == (EDGES[0], EDGES[-1])
    assert (np.diff(edges) > 0).all()


def test_points_are_means_of_neighbours() -> None:
    apart = np.vstack([np.full((5, 2), 1.0), np.full((6, 2), 9.0)])
    assert sorted(means_of_several(apart).tolist()) == [[1.0, 1.0], [9.0, 9.0]]
    assert means_of_several(apart[:4]).shape == (0, 2)


@given(st.integers(5, 300), st.integers(0, 99))
def test_each_mean_is_of_five_or_more(people: int, seed: int) -> None:
    points = np.random.default_rng(seed).normal(size=(people, 2))
    found = means_of_several(points)
    assert people // 10 <= len(found) <= people // 5
    assert (found.min(axis=0) > points.min(axis=0)).all()
    assert len(means_of_several(points, most=4)) <= 8


def test_neighbours_may_be_decided_by_the_first_direction_alone() -> None:
    # By both directions the halves would part at the second, which spreads a thousand times as far.
    points = np.column_stack([np.arange(10.0), [0, 1000] * 5])
    np.testing.assert_allclose(means_of_several(points, by=1)[:, 0], [2, 7])


def test_a_tail_holds_five_of_the_rows() -> None:
    assert tail(1000, 0.05) == 0.05
    assert tail(50, 0.05) == 0.1
    assert tail(0, 0.05) == tail(8, 0.05) == 0.25
