"""The deep net: what serves is what Keras answers, equal seeds give equal nets, and it learns what a line cannot."""

import numpy as np
import pytest

from recommender.predictors.forms.layers import Layers
from recommender.predictors.learning.deep import DEFAULTS, averaged, deep_candidate, deep_nets, exported, fit_deep

SMALL = {**DEFAULTS, "widths": (6, 4), "epochs": 12, "patience": 4, "batch": 16, "nets": 2, "rate": 0.02}
RANDOM = np.random.default_rng(3)
ROWS = RANDOM.standard_normal((240, 3))
TARGET = (RANDOM.random(240) < 1 / (1 + np.exp(-(3 - 3 * ROWS[:, 0] ** 2)))).astype(float)


def test_what_serves_answers_what_keras_answers() -> None:
    nets = deep_nets(ROWS, TARGET, SMALL, seed=5)
    far = np.concatenate([ROWS, 10 * ROWS])

    asked = [np.asarray(net(far.astype(np.float32)))[:, 0].astype(float) for net in nets]

    for net, answer in zip(nets, asked, strict=True):
        assert exported(net).margins(far) == pytest.approx(answer, abs=1e-5, rel=1e-5)
    served = averaged([exported(net) for net in nets])
    assert served.margins(far) == pytest.approx(np.mean(asked, axis=0), abs=1e-5, rel=1e-5)
    assert Layers.of(served.arrays()).margins(far) == pytest.approx(served.margins(far))
    assert not np.allclose(asked[0], asked[1])


def test_equal_seeds_give_equal_nets_that_learn_a_curve() -> None:
    state = np.random.get_state()[1].tolist()  # type: ignore[index]
    one, two = (fit_deep(ROWS, TARGET, SMALL, 7) for _ in range(2))
    margins = one.margins(ROWS)

    assert all(np.array_equal(a, b) for a, b in zip(one.weights, two.weights, strict=True))
    better = (margins[TARGET > 0][:, None] > margins[TARGET == 0][None, :]).mean()
    assert better > 0.75
    # The generator that everybody draws from was left alone.
    assert np.random.get_state()[1].tolist() == state  # type: ignore[index]


def test_few_rows_are_all_learned_from() -> None:
    net = fit_deep(ROWS[:40], TARGET[:40], {**SMALL, "nets": 1, "widths": (4,)}, 1)

    assert [weights.shape for weights in net.weights] == [(3, 4), (4, 1)]


def test_nets_side_by_side_answer_the_mean() -> None:
    random = np.random.default_rng(0)

    def net() -> Layers:
        sizes = [(3, 4), (4, 2), (2, 1)]
        weights = tuple(random.standard_normal(size) for size in sizes)
        return Layers(weights, tuple(random.standard_normal(size[1]) for size in sizes), "relu", np.zeros(3), np.ones(3))

    nets = [net() for _ in range(3)]

    assert averaged(nets).margins(ROWS) == pytest.approx(np.mean([one.margins(ROWS) for one in nets], axis=0))
    assert averaged(nets[:1]) is nets[0]


def test_the_candidate_is_one_of_classes() -> None:
    candidate = deep_candidate({"epochs": 3})

    assert (candidate.name, candidate.defaults["epochs"], candidate.defaults["batch"]) == ("deep", 3, DEFAULTS["batch"])
    assert not candidate.space
    with pytest.raises(ValueError, match="one of classes"):
        candidate.fit(ROWS, ROWS[:, 0], candidate.defaults, 1, False)
