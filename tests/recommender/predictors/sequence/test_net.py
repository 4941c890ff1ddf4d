"""The recurrent net: numpy answers what Keras answers, and it learns what is there to be learned."""

from dataclasses import replace

import numpy as np
import pytest

from recommender.errors import PredictorError
from recommender.predictors.learning.deep_sequence import keras_margins
from recommender.predictors.sequence.net import fit_net, inputs_of, net_margins
from recommender.predictors.sequence.recurrent import Recurrent
from recommender.predictors.sequence.visits import Vocabulary
from tests.recommender.predictors.sequence.wards import CODES, NEXT, QUICK, cycle, visit


def drawn(codes: int = 5, units: int = 4, seed: int = 0) -> Recurrent:
    random = np.random.default_rng(seed)
    shapes = ((codes + 1, 3 * units), (units, 3 * units), (2, 3 * units), (units, codes), (codes,))
    return Recurrent(*(random.normal(size=shape) for shape in shapes))


def test_numpy_answers_what_keras_answers() -> None:
    net = drawn()
    inputs = np.random.default_rng(1).normal(size=(3, 7, 6))

    found = net.margins(inputs)

    assert np.abs(found - keras_margins(net.arrays(), inputs)).max() < 1e-5


def test_one_step_by_hand() -> None:
    """One unit and one code. x = (1, 0), h = 0: z = σ(0) = .5, r = σ(0) = .5, n = tanh(1 + .5 · 2) = tanh 2, h' = .5 tanh 2."""
    kernel = np.array([[0.0, 0.0, 1.0], [0.0, 0.0, 0.0]])
    bias = np.array([[0.0, 0.0, 0.0], [0.0, 0.0, 2.0]])
    net = Recurrent(kernel, np.zeros((1, 3)), bias, np.array([[10.0]]), np.array([1.0]))

    assert net.margins(np.array([[[1.0, 0.0]]])).item() == pytest.approx(10 * 0.5 * np.tanh(2) + 1)


def test_what_is_behind_a_visit_does_not_change_its_answer() -> None:
    net, inputs = drawn(), np.random.default_rng(2).normal(size=(2, 6, 6))

    assert net.margins(inputs)[:, :4] == pytest.approx(net.margins(inputs[:, :4]))


def test_it_learns_what_always_follows() -> None:
    population = cycle()
    vocabulary = Vocabulary.of(population.histories, CODES, 5)

    net = fit_net(population.histories, vocabulary, QUICK)

    for now, then in NEXT.items():
        margins = net_margins(net, (visit(0, now, f"M:{now[2:]}"),), vocabulary, QUICK.longest)[-1]
        conditions = {c.name: m for c, m in zip(vocabulary.codes, margins, strict=True) if c.name in NEXT}
        assert max(conditions, key=conditions.__getitem__) == then


def test_it_looks_back_on_so_many_visits_and_no_more() -> None:
    vocabulary = Vocabulary(tuple(CODES.values())[:5])
    net = drawn()
    long = tuple(visit(30.0 * i, ("C:a", "C:b")[i % 2]) for i in range(7))

    found = net_margins(net, long, vocabulary, longest=3)

    assert len(found) == 7
    assert found[6] == pytest.approx(net.margins(inputs_of(long, vocabulary)[None, 4:7])[0, -1])
    assert found[1] == pytest.approx(net_margins(net, long[:2], vocabulary, 3)[1])


def test_few_people_train_no_net() -> None:
    population = cycle(people=9)
    with pytest.raises(PredictorError, match="10 people or more who came twice, and there are 9"):
        fit_net(population.histories, Vocabulary.of(population.histories, CODES, 1), QUICK)


def test_a_net_comes_back_from_its_arrays_and_a_damaged_one_does_not() -> None:
    net = drawn()

    assert np.array_equal(Recurrent.of(net.arrays()).output, net.output)
    with pytest.raises(PredictorError, match="missing"):
        Recurrent.of({"kernel": net.kernel})
    with pytest.raises(PredictorError, match="damaged"):
        replace(net, output=net.output[:1])
