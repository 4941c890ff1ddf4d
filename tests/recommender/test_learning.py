"""Weights that are learned: by hand where there is one question, and by the conditions of an optimum."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.errors import TrainingError
from recommender.learning import Questions, Weights, learn, loss_of


def asked(features: list[list[list[float]]], represents: list[list[float]] | None = None) -> Questions:
    """Questions whose answers have these metapath features, and no offsets."""
    x = np.array(features, np.float32)
    x = np.concatenate((x, np.zeros((*x.shape[:2], 2), np.float32)), 2)
    log = np.zeros(x.shape[:2], np.float32) if represents is None else np.log(np.array(represents, np.float32))
    return Questions(x, log)


def test_the_loss_is_that_of_a_conditional_logit() -> None:
    # Utilities 2, 1 and 0: the true answer's chance is e² / (e² + e + 1); with the third standing for five: e² / (e² + e + 5).
    weights = Weights(np.array([2.0]), np.zeros(2))
    values = [[[1.0], [0.5], [0.0]]]

    assert loss_of(asked(values), weights) == pytest.approx([-math.log(math.e**2 / (math.e**2 + math.e + 1))], rel=1e-6)
    assert loss_of(asked(values, [[1, 1, 5]]), weights) == pytest.approx(
        [-math.log(math.e**2 / (math.e**2 + math.e + 5))], rel=1e-6
    )


def test_a_weight_worked_out_by_hand() -> None:
    # Three of four questions are answered by the one with the feature, one by the other: β = log 3.
    right, wrong = [[1.0], [0.0]], [[0.0], [1.0]]

    found = learn(asked([right, right, right, wrong]), 0.0, 0.0, 200)

    assert found.metapaths == pytest.approx([math.log(3)], rel=1e-3)


def test_a_path_never_speaks_against_and_an_offset_may() -> None:
    away = np.array([[[0.0, 0.0, 0.0], [1.0, 0.0, 1.0]]] * 3 + [[[1.0, 0.0, 1.0], [0.0, 0.0, 0.0]]], np.float32)

    found = learn(Questions(away, np.zeros((4, 2), np.float32)), 0.0, 0.001, 200)

    assert found.metapaths == pytest.approx([0.0])
    assert found.offsets[0] == pytest.approx(0.0, abs=1e-6)
    assert found.offsets[1] < -0.5


def test_a_column_that_says_nothing_gets_no_weight() -> None:
    found = learn(asked([[[1.0, 0.0], [0.0, 0.0]]] * 3 + [[[0.0, 0.0], [1.0, 0.0]]]), 0.01, 0.01, 200)

    assert found.metapaths[0] > 0.1
    assert found.metapaths[1] == 0.0


@settings(max_examples=25)
@given(st.integers(0, 10_000), st.sampled_from([0.0, 0.01, 0.05]), st.sampled_from([0.01, 0.1]))
def test_no_small_step_lowers_the_penalised_loss(seed: int, l1: float, l2: float) -> None:
    random = np.random.default_rng(seed)
    x = random.random((30, 6, 3)).astype(np.float32)
    x[:, 0] += random.random((30, 3)).astype(np.float32) * 0.5
    questions = asked(x.tolist())
    found = learn(questions, l1, l2, 500)
    spread = questions.features.reshape(-1, 5)[::3].std(0, dtype=np.float64)[:3]

    def penalised(metapaths: np.ndarray) -> float:
        scaled = metapaths * spread
        weights = Weights(metapaths, np.zeros(2))
        return float(loss_of(questions, weights).mean() + l1 * np.abs(scaled).sum() + l2 * (scaled**2).sum())

    best = penalised(found.metapaths)
    for i in range(3):
        for step in (-0.05, 0.05):
            moved = found.metapaths.copy()
            moved[i] = max(moved[i] + step, 0.0)
            assert penalised(moved) >= best - 1e-4


def test_a_stronger_penalty_goes_on_from_a_weaker_one() -> None:
    random = np.random.default_rng(1)
    x = random.random((40, 5, 4)).astype(np.float32)
    x[:, 0, :2] += 0.5
    questions = asked(x.tolist())
    weak = learn(questions, 0.001, 0.01, 300)

    alone, after = learn(questions, 0.01, 0.05, 300), learn(questions, 0.01, 0.05, 300, weak)

    assert after.metapaths == pytest.approx(alone.metapaths, abs=5e-3)
    assert not after.metapaths[weak.metapaths == 0].any()


def test_what_cannot_be_learned_from_is_refused() -> None:
    with pytest.raises(TrainingError, match="no known treatment"):
        learn(Questions(np.zeros((0, 2, 3), np.float32), np.zeros((0, 2), np.float32)), 0.1, 0.1, 10)
    with pytest.raises(TrainingError, match="no finite number"):
        learn(asked([[[math.nan], [0.0]]]), 0.1, 0.1, 10)
