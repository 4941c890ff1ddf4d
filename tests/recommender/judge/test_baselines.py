"""Baselines that know degrees alone, by hand."""

from collections.abc import Callable

import numpy as np

from recommender.features import known_pairs
from recommender.judge.baselines import DEGREE, UNREACHED, baseline_scores, degree_prior, popularity
from recommender.judge.floor import plain_counts
from tests.recommender.conftest import Graph
from tests.recommender.judge.fixed_model import RING

KNOWN = np.array([[0, 0], [0, 1], [1, 1]])


def test_popularity_ranks_by_what_the_answer_has() -> None:
    scores = popularity(KNOWN, (3, 3))

    assert (scores - scores[:, :1]).tolist() == [[0, 1, -1]] * 3
    assert (scores - scores[:1]).T.tolist() == [[0, -1, -2]] * 3


def test_the_prior_is_the_product_of_degrees_over_the_edges() -> None:
    assert degree_prior(KNOWN, (2, 2)).tolist() == [[2.5 * 1.5 / 3, 2.5 * 2.5 / 3], [1.5 * 1.5 / 3, 1.5 * 2.5 / 3]]


def test_no_treatments_make_no_difference() -> None:
    none = np.zeros((0, 2), np.int64)

    assert (degree_prior(none, (2, 3)) == 0.25).all()
    assert not popularity(none, (2, 3)).any()


def test_all_baselines_score_all_pairs(graph_of: Callable[..., Graph]) -> None:
    snapshot = graph_of(RING).snapshot

    found = baseline_scores(plain_counts(snapshot), known_pairs(snapshot), 1)

    assert found.keys() == UNREACHED.keys()
    assert {scores.shape for scores in found.values()} == {(4, 26)}
    assert np.isfinite(found[DEGREE]).all()
