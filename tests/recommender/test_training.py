"""Training: what is hidden stays unseen, the same bytes come of the same seed, and what cannot be learned from is refused."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from graph.elements import NodeKind
from recommender.config import read_scoring
from recommender.errors import TrainingError
from recommender.features import known_pairs
from recommender.model import Model
from recommender.scoring import Scorer
from recommender.training import FEWEST, examples, fit, prepare
from recommender.training_config import TrainingConfig, read_training
from recommender.walk import Walker
from tests.recommender.conftest import Graph
from tests.recommender.training_graph import family_edges

CONFIG = replace(
    read_training(),
    folds=5,
    groups=3,
    competitors=20,
    similarity=tuple(s for s in read_training().similarity if not s.embedding),
)


@pytest.fixture
def graph(graph_of: Callable[..., Graph]) -> Graph:
    return graph_of(family_edges())


def trained(graph: Graph, config: TrainingConfig = CONFIG, treatments: np.ndarray | None = None) -> Model:
    return fit(prepare(graph.snapshot, config), treatments)


def test_a_hidden_treatment_is_found_again(graph: Graph) -> None:
    model = trained(graph)
    known = np.zeros(model.counts.shape, bool)
    known[tuple(model.treatments.T)] = True

    above = []
    for scores, (condition, medicine) in zip(model.held_out.scores, model.treatments, strict=True):
        above.append((scores[~known[condition]] < scores[medicine]).mean())

    # By chance it would stand above half of the unknown medicines.
    assert np.mean(above) > 0.9
    assert all(metapath.weight > 0 for metapath in model.metapaths)
    assert set(model.means) == {metapath.code for metapath in model.metapaths}


def test_the_same_seed_makes_the_same_model(graph: Graph) -> None:
    one, other = trained(graph), trained(graph)

    assert one.metapaths == other.metapaths
    assert (one.intercept, one.offsets, one.trials) == (other.intercept, other.offsets, other.trials)
    assert one.held_out.scores.tobytes() == other.held_out.scores.tobytes()


def test_what_is_not_given_is_not_seen(graph_of: Callable[..., Graph]) -> None:
    # Trained on all but some treatments, the model is that of a graph that never had them.
    edges = family_edges()
    hidden = [e for e in edges if e[1] == "TREATS"][::7]
    whole = graph_of(edges)
    bare = graph_of([e for e in edges if e not in hidden])
    visible = known_pairs(bare.snapshot)
    assert graph_ids(whole) == graph_ids(bare)

    one, other = trained(whole, treatments=visible), trained(bare)

    assert one.metapaths == other.metapaths
    assert one.scores().tobytes() == other.scores().tobytes()
    assert known_pairs(one.snapshot).tolist() == visible.tolist()
    assert one.held_out.scores.tobytes() == other.held_out.scores.tobytes()


def graph_ids(graph: Graph) -> list[str]:
    return [str(graph.snapshot.id(n)) for n in range(graph.snapshot.node_count)]


def test_scores_of_all_pairs_are_those_of_the_walk(graph: Graph) -> None:
    model = trained(graph)
    walker = Walker(model.snapshot, model.metapaths, model.damping, compiled=False)
    scorer = Scorer(walker, replace(read_scoring(), intercept=0.0), model.means)
    conditions = model.snapshot.numbers(NodeKind.CONDITION)

    walked = np.array([scorer.walk_scores({condition: 1.0}) for condition in conditions])

    assert model.scores() == pytest.approx(walked, rel=1e-5, abs=1e-9)
    assert model.scores(np.array([1, 0])) == pytest.approx(walked[[1, 0]], rel=1e-5, abs=1e-9)


def test_the_examples_count_every_pair_once(graph: Graph) -> None:
    model = trained(graph)
    known = len(model.treatments)
    treated = len(np.unique(model.treatments[:, 0]))

    score, positive, folds, weight = examples(model.held_out, model.treatments, model.counts.shape)

    assert positive.sum() == known
    assert weight[positive].sum() == known
    assert weight.sum() == pytest.approx(treated * model.counts.shape[1])
    assert len(score) == len(folds) == len(weight)
    # The intercept makes the mean chance of the examples their share of known treatments.
    chance = 1 / (1 + np.exp(-(model.intercept + score)))
    assert (chance * weight).sum() == pytest.approx(known, rel=1e-6)


def test_the_penalty_of_least_held_out_loss_is_taken(graph: Graph) -> None:
    config = replace(CONFIG, damping=(0.3, 0.5), penalties=((0.001, 0.01), (0.5, 5.0)))

    model = trained(graph, config)

    assert [(t.damping, t.l1) for t in model.trials] == [(0.3, 0.001), (0.3, 0.5), (0.5, 0.001), (0.5, 0.5)]
    best = min(model.trials, key=lambda t: t.loss)
    assert (model.damping, best.l1) == (best.damping, 0.001)


def test_too_little_to_learn_from_is_refused(graph_of: Callable[..., Graph]) -> None:
    few = [(f"M:{i}", "TREATS", "C:x") for i in range(FEWEST - 1)]
    kin = [("C:x", "RESEMBLES", "C:y")]
    with pytest.raises(TrainingError, match=f"{FEWEST - 1} known treatments; {FEWEST} or more"):
        trained(graph_of([*few, *kin]))
    with pytest.raises(TrainingError, match="0 known treatments"):
        trained(graph_of([("M:a", "BINDS", "G:g"), ("C:x", "ASSOCIATES", "G:g")]))
    with pytest.raises(TrainingError, match="no way from a condition to a medicine"):
        trained(graph_of([("M:a", "BINDS", "G:g")]))
    every = [(f"M:{i}", "TREATS", f"C:{c}") for i in range(6) for c in "xy"]
    with pytest.raises(TrainingError, match="every medicine treats every condition"):
        trained(graph_of([*every, *kin]))


def test_a_condition_without_neighbours_is_not_reached(graph_of: Callable[..., Graph]) -> None:
    graph = graph_of(family_edges(), {"C:lonely": {}})
    lonely = graph.number("C:lonely") - graph.snapshot.numbers(NodeKind.CONDITION).start

    scores = trained(graph).scores()

    assert not scores[lonely].any()
    assert np.delete(scores, lonely, 0).any(axis=1).all()
