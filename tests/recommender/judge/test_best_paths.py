"""The best paths of a model: shares that add up to its score, and how alike they are."""

from collections.abc import Callable

import numpy as np
import pytest

from recommender.features import known_pairs
from recommender.judge.best_paths import PathFinder, top_suggestions, variety
from tests.recommender.conftest import Graph
from tests.recommender.judge.fixed_model import RING, FixedModel, trainer


@pytest.fixture
def model(graph_of: Callable[..., Graph]) -> FixedModel:
    snapshot = graph_of(RING).snapshot
    return trainer()(snapshot)(known_pairs(snapshot))


def test_the_shares_of_all_paths_add_up_to_the_score(model: FixedModel) -> None:
    scores = model.scores()
    finder = PathFinder(model, compiled=False)

    for condition in range(4):
        medicines = list(range(scores.shape[1]))
        found = finder.best(condition, medicines, 500)
        sums = [sum(share.contribution for share in shares) for shares in found]
        np.testing.assert_allclose(sums, scores[condition], rtol=1e-9, atol=1e-12)


def test_fewer_paths_are_the_largest_of_all(model: FixedModel) -> None:
    finder = PathFinder(model, compiled=False)

    few, many = (finder.best(0, [1, 4, 24], limit) for limit in (3, 500))

    assert few == [shares[:3] for shares in many]
    for shares in many:
        amounts = [share.contribution for share in shares]
        assert amounts == sorted(amounts, reverse=True)


def test_metapaths_of_no_weight_are_not_walked(model: FixedModel) -> None:
    assert [m.code for m in PathFinder(model, compiled=False).walker.metapaths] == ["CaGbM", "CtMbGbM"]


def test_a_path_is_said_in_words(model: FixedModel) -> None:
    finder = PathFinder(model, compiled=False)

    sentences = [finder.sentence(share.path) for share in finder.best(0, [24], 9)[0]]

    assert "90 binds 0, known in 0" in sentences
    assert "90 binds 0 like 08, which treats 0" in sentences


def test_nothing_that_nothing_speaks_for_is_suggested() -> None:
    scores = np.array([[0.0, 3.0, 1.0, 3.0, 0.0]])

    assert top_suggestions(scores, 0) == [1, 3, 2]
    assert top_suggestions(scores, 0, 1) == [1]


def test_variety_counts_first_paths(graph_of: Callable[..., Graph]) -> None:
    snapshot = graph_of(RING).snapshot

    def figures(**weights: float) -> dict[str, object]:
        model = trainer(**weights)(snapshot)(known_pairs(snapshot))
        return variety(PathFinder(model, compiled=False), model.scores())

    one, none = figures(CaGbM=0.0), figures(CaGbM=0.0, CtMbGbM=0.0)
    assert one["share"] == 1.0
    assert one["commonest"] == "CtMbGbM"
    assert one["by_metapath"] == {"CtMbGbM": one["suggestions"]}
    assert none["suggestions"] == 0
    assert none["share"] is None
    both = figures()
    assert isinstance(both["by_metapath"], dict)
    assert sum(both["by_metapath"].values()) == both["suggestions"]
