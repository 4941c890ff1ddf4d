"""The worst misses: lowest first, with their paths and reasons."""

from collections.abc import Callable

import numpy as np

from recommender.features import known_pairs
from recommender.judge.floor import plain_counts
from recommender.judge.judging import Case, judge
from recommender.judge.misses import WORST, worst_misses
from tests.recommender.conftest import Graph
from tests.recommender.judge.fixed_model import RING, trainer


def test_misses_say_what_stood_before_and_why(graph_of: Callable[..., Graph]) -> None:
    snapshot = graph_of([*RING, ("M:91", "TREATS", "C:0"), ("M:90", "TREATS", "C:0"), ("M:05", "TREATS", "C:0")]).snapshot
    known = known_pairs(snapshot)
    queries = np.array([[0, 5], [0, 24], [0, 25]])
    train = known[~(known[:, None] == queries).all(axis=2).any(axis=1)]

    found = worst_misses([judge(Case(train, queries, known), trainer()(snapshot), plain_counts(snapshot), 1)])

    assert found[0]["medicine"] == {"id": "M:91", "name": "91"}
    assert found[0]["paths"] == []
    assert found[0]["score"] == 0
    assert found[0]["why"] == (
        "no path of a learned metapath leads from the condition to the medicine; "
        "the medicine has no other known treatment, so only what resembles it can speak for it"
    )
    assert [len(miss["before"]) for miss in found] == [3, 3, 3]
    assert found[0]["before_because"]
    by_name = {miss["medicine"]["name"]: miss for miss in found}
    assert by_name["05"]["why"] == "the medicine has 1 other known treatment"
    assert {path["metapath"] for path in by_name["90"]["paths"]} <= {"CaGbM", "CtMbGbM"}
    shares = [path["contribution"] for path in by_name["90"]["paths"]]
    assert shares == sorted(shares, reverse=True)


def test_no_more_than_twenty(graph_of: Callable[..., Graph]) -> None:
    snapshot = graph_of(RING).snapshot
    known = known_pairs(snapshot)

    item = judge(Case(known, known, known), trainer()(snapshot), plain_counts(snapshot), 1)

    assert len(worst_misses([item])) == WORST
    assert {miss["why"] for miss in worst_misses([item])} >= {"the medicine has 1 other known treatment"}
