"""Trees as arrays: any tree, walked row by row, answers what the flat walk answers."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.predictors.forms import trees as module
from recommender.predictors.forms.trees import NEVER, Tree, Trees, joined


def grown(random: np.random.Generator, depth: int) -> Tree:
    """A tree of random shape over three features."""
    feature: list[int] = []
    threshold: list[float] = []
    left: list[int] = []
    right: list[int] = []
    value: list[float] = []

    def node(level: int) -> int:
        place = len(feature)
        feature.append(int(random.integers(0, 3)))
        threshold.append(float(np.round(random.standard_normal(), 1)))
        left.append(-1)
        right.append(-1)
        value.append(float(np.round(random.standard_normal(), 2)))
        if level < depth and random.random() < 0.8:
            left[place] = node(level + 1)
            right[place] = node(level + 1)
        return place

    node(0)
    return Tree(*(np.array(part) for part in (feature, threshold, left, right, value)))


def walked(tree: Tree, row: np.ndarray) -> float:
    """Down the tree, one question after the other."""
    at = 0
    while tree.left[at] >= 0:
        goes_left = row[int(tree.feature[at])] <= tree.threshold[at]
        at = int(tree.left[at] if goes_left else tree.right[at])
    return float(tree.value[at])


@given(st.integers(0, 10_000), st.integers(0, 5), st.integers(1, 6))
@settings(max_examples=40)
def test_the_flat_walk_is_the_walk(seed: int, depth: int, count: int) -> None:
    random = np.random.default_rng(seed)
    members = [grown(random, depth) for _ in range(count)]
    rows = np.round(random.standard_normal((20, 3)), 1)
    expected = [0.5 + sum(walked(tree, row) for tree in members) for row in rows]
    np.testing.assert_allclose(joined(members, offset=0.5).margins(rows), expected, atol=1e-12)


@given(st.integers(0, 10_000))
@settings(max_examples=20)
def test_rows_are_answered_one_by_one_as_together(seed: int) -> None:
    random = np.random.default_rng(seed)
    forest = joined([grown(random, 4) for _ in range(3)])
    rows = random.standard_normal((10, 3))
    together = forest.margins(rows)
    np.testing.assert_array_equal([forest.margins(row[None])[0] for row in rows], together)
    order = random.permutation(10)
    np.testing.assert_array_equal(forest.margins(rows[order]), together[order])


def test_many_rows_are_walked_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(0)
    forest = joined([grown(random, 4) for _ in range(3)])
    rows = random.standard_normal((50, 3))
    whole = forest.margins(rows)
    monkeypatch.setattr(module, "_AT_ONCE", 20)
    np.testing.assert_array_equal(forest.margins(rows), whole)


def test_leaves_lead_to_themselves_and_depth_is_the_deepest() -> None:
    chain = Tree(
        np.array([0, 0, 0, 0, 0]),
        np.array([3.0, 2.0, 0.0, 0.0, 0.0]),
        np.array([1, 2, -1, -1, -1]),
        np.array([4, 3, -1, -1, -1]),
        np.array([0.0, 0.0, 1.0, 2.0, 3.0]),
    )
    single = Tree(*(np.array(part) for part in ([0], [0.0], [-1], [-1], [10.0])))
    both = joined([single, chain])
    assert int(both.depth) == 2
    assert both.roots.tolist() == [0, 1]
    leaf = both.left == np.arange(6)
    assert leaf.tolist() == [True, False, False, True, True, True]
    assert both.margins(np.array([[1.0], [2.5], [4.0]])).tolist() == [11.0, 12.0, 13.0]
    # What stands in an inner node adds nothing, and what a leaf would look at is the first feature.
    assert both.value[~leaf].tolist() == [0.0, 0.0]


def test_a_threshold_itself_goes_left_in_the_precision_of_the_fit() -> None:
    tree = Tree(
        np.array([0, 0, 0]), np.array([0.1, 0, 0]), np.array([1, -1, -1]), np.array([2, -1, -1]), np.array([0, -1.0, 1.0])
    )
    third = np.array([[np.float64(np.float32(0.1))], [0.1]])
    # 0.1 in 32 bits is a little more than 0.1 in 64: read in 32 bits both rows are above, in 64 bits only the first.
    assert joined([tree]).margins(third).tolist() == [1.0, -1.0]
    assert joined([tree], single=True).margins(third).tolist() == [1.0, 1.0]


@pytest.mark.parametrize(("share", "expected"), [(0.0, NEVER), (1.0, 1 - NEVER), (0.25, 0.25)])
def test_shares_are_kept_off_the_ends(share: float, expected: float) -> None:
    leaf = Tree(*(np.array(part) for part in ([0], [0.0], [-1], [-1], [share])))
    margin = joined([leaf], shares=True).margins(np.zeros((1, 1)))[0]
    assert margin == pytest.approx(np.log(expected / (1 - expected)))


def test_they_come_back_from_their_arrays() -> None:
    random = np.random.default_rng(5)
    forest = joined([grown(random, 3) for _ in range(4)], offset=-1.0, single=True)
    rows = random.standard_normal((30, 3))
    again = Trees.of(forest.arrays())
    np.testing.assert_array_equal(again.margins(rows), forest.margins(rows))
    assert again.leaves(rows).shape == (30, 4)
