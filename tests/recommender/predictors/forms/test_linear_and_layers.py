"""Linear forms, nets and stacks: golden numbers, and what holds for any of them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.predictors.forms.kernel import Kernel, bumps
from recommender.predictors.forms.layers import ACTIVATIONS, Layers
from recommender.predictors.forms.linear import Linear, constant
from recommender.predictors.forms.reading import read_form
from recommender.predictors.forms.stack import Stack, member_arrays


def net(random: np.random.Generator, activation: str) -> Layers:
    sizes = [(3, 4), (4, 2), (2, 1)]
    weights = tuple(random.standard_normal(size) for size in sizes)
    biases = tuple(random.standard_normal(size[1]) for size in sizes)
    return Layers(weights, biases, activation, random.standard_normal(3), random.uniform(0.5, 2, 3))


def test_a_line_by_hand() -> None:
    assert Linear(np.array([2.0, -1.0]), np.array(0.5)).margins(np.array([[1.0, 3.0], [0.0, 0.0]])).tolist() == [-0.5, 0.5]


def test_a_net_by_hand() -> None:
    two = (np.array([[1.0, -1.0]]), np.array([[2.0], [3.0]])), (np.array([0.0, 1.0]), np.array([-4.0]))
    relu = Layers(*two, "relu", np.array([1.0]), np.array([2.0]))
    # The row 5 is standardised to 2: the hidden ones are 2 and max(0, -1), the answer 2 * 2 - 4.
    assert relu.margins(np.array([[5.0], [-1.0]])).tolist() == [0.0, 2.0]


@given(st.integers(0, 10_000), st.sampled_from(ACTIVATIONS))
@settings(max_examples=20)
def test_a_net_is_what_its_neurons_are(seed: int, activation: str) -> None:
    random = np.random.default_rng(seed)
    one = net(random, activation)
    act = {"relu": lambda x: max(0.0, x), "tanh": np.tanh, "sigmoid": lambda x: 1 / (1 + np.exp(-x))}[activation]
    row = random.standard_normal(3)
    at = [(x - c) / s for x, c, s in zip(row, one.center, one.scale, strict=True)]
    for layer, (weights, biases) in enumerate(zip(one.weights, one.biases, strict=True)):
        sums = [sum(a * w for a, w in zip(at, column, strict=True)) + b for column, b in zip(weights.T, biases, strict=True)]
        at = [act(x) for x in sums] if layer < 2 else sums
    assert one.margins(row[None])[0] == pytest.approx(float(at[0]))


def test_a_sigmoid_never_overflows() -> None:
    one = Layers((np.eye(1), np.eye(1)), (np.zeros(1), np.zeros(1)), "sigmoid", np.zeros(1), np.ones(1))
    assert one.margins(np.array([[-1e300], [1e300]])).tolist() == pytest.approx([0.0, 1.0], abs=1e-12)


def test_a_kernel_far_from_everyone_is_its_intercept() -> None:
    kernel = Kernel(np.zeros((2, 3)), np.array([5.0, -2.0]), np.array(1.0), np.array(-0.75))
    assert kernel.margins(np.full((1, 3), 100.0)).tolist() == [-0.75]
    assert kernel.margins(np.zeros((1, 3))).tolist() == [2.25]


@given(st.integers(0, 10_000))
@settings(max_examples=20)
def test_bumps_are_symmetric_and_end_at_one(seed: int) -> None:
    points = np.random.default_rng(seed).standard_normal((6, 4)) * 1e3
    found = bumps(points, points, 1e-6)
    np.testing.assert_allclose(found, found.T)
    np.testing.assert_allclose(np.diag(found), 1.0)
    assert ((found > 0) & (found <= 1)).all()


@given(st.integers(0, 10_000))
@settings(max_examples=20)
def test_a_stack_is_linear_in_its_members(seed: int) -> None:
    random = np.random.default_rng(seed)
    members = (Linear(random.standard_normal(3), np.array(1.0)), net(random, "tanh"), constant(2.0, 3))
    weights, rows = random.standard_normal(3), random.standard_normal((5, 3))
    expected = sum(w * m.margins(rows) for w, m in zip(weights, members, strict=True)) + 0.25
    np.testing.assert_allclose(Stack(members, weights, np.array(0.25)).margins(rows), expected)


def test_more_than_ten_members_come_back_in_their_order() -> None:
    members = tuple(constant(float(i), 2) for i in range(12))
    stack = Stack(members, np.arange(12.0), np.array(0.0))
    assert [float(own["intercept"]) for _, own in member_arrays(stack.arrays())] == list(range(12))
    again = read_form("stack", stack.arrays())
    assert again.margins(np.zeros((1, 2)))[0] == sum(i * i for i in range(12))
