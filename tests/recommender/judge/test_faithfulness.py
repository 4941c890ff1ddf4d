"""Explanations carry the score: without their links the walk falls by what the formula says, and by more than the control."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from recommender.cut_walk import CutWalker
from recommender.features import known_pairs
from recommender.judge.best_paths import PathFinder
from recommender.judge.faithfulness import Examined, explanation_figures
from tests.recommender.conftest import Graph
from tests.recommender.judge.fixed_model import RING, FixedModel, fit, trainer
from tests.recommender.judge.test_path_sums import LONG


@pytest.fixture
def model(graph_of: Callable[..., Graph]) -> FixedModel:
    genes = [("G:0", "INTERACTS", "G:1"), ("G:1", "INTERACTS", "G:2"), ("C:0", "ASSOCIATES", "G:1")]
    snapshot = graph_of([*RING, *genes]).snapshot
    return fit(snapshot, LONG, known_pairs(snapshot))


def test_a_fall_by_hand(graph_of: Callable[..., Graph]) -> None:
    snapshot = graph_of(RING).snapshot
    model = trainer(CtMbGbM=0.0)(snapshot)(known_pairs(snapshot))
    examined = Examined(PathFinder(model, compiled=False), model, (0, 24))

    figures = examined.figures(np.random.default_rng(1))

    # One path alone leads there: without it nothing is left, and with it alone all.
    assert len(examined.shown) == 1
    assert examined.score == pytest.approx(0.5 * np.arcsinh(examined.shown[0].path.weight / 0.1))
    assert (figures["comprehensiveness"], figures["sufficiency"]) == (pytest.approx(1), pytest.approx(1))
    assert figures["formula"] == pytest.approx(0, abs=1e-12)


def test_the_walk_falls_by_what_the_formula_says(model: FixedModel) -> None:
    found = explanation_figures(model, model.scores(), 3, compiled=False)

    assert found["true"] == 1.0
    assert found["suggestions"] > 20
    assert max(found["weight_error"], found["sum_error"], found["formula_error"]) < 1e-9
    assert 0 < found["comprehensiveness"] <= 1
    assert 0 < found["sufficiency"] <= 1
    assert found["control"] < found["comprehensiveness"]
    assert found == explanation_figures(model, model.scores(), 3, compiled=False)


def test_scores_that_are_not_those_of_the_paths_are_seen(model: FixedModel) -> None:
    assert explanation_figures(model, model.scores() * 1.001, 3, compiled=False)["sum_error"] == pytest.approx(0.001, rel=0.01)


def test_other_degrees_than_those_of_the_graph_are_seen(model: FixedModel) -> None:
    # The walk was damped by 0.4: weights that claim another damping are not those of the degrees.
    finder = PathFinder(model, compiled=False)
    examined = Examined(finder, replace(model, damping=0.9), (0, 24))

    share = examined.shown[0]

    assert examined.weight_of(share.path) != pytest.approx(share.path.weight)


def test_what_is_cut_is_not_walked_and_everything_else_weighs_the_same(model: FixedModel) -> None:
    finder = PathFinder(model, compiled=False)
    examined = Examined(finder, model, (0, 4))
    (key, link), *_ = examined.links_of(examined.shown[0].path)
    step = next(s for m in finder.walker.metapaths for s in m.steps if finder.walker.step(s).relation.key == key)

    cut = CutWalker(finder.walker, {key: frozenset({link})}).step(step)

    whole = finder.walker.step(step)
    gone = whole.ahead.links == link
    assert not cut.weights[gone].any()
    assert not cut.back_weights[whole.back.links == link].any()
    assert np.array_equal(cut.weights[~gone], whole.weights[~gone])
    assert whole.weights.all()


def test_nothing_suggested_has_no_figures(model: FixedModel) -> None:
    found = explanation_figures(model, np.zeros_like(model.scores()), 1, compiled=False)

    assert (found["suggestions"], found["paths"], found["true"]) == (0, 0, None)
    assert "control" not in found
