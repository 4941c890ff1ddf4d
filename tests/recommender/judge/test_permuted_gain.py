"""Gains that permuted graphs share are measured by the same training."""

from collections.abc import Callable

import numpy as np
import pytest

from graph.array_file import Array
from graph.snapshot import Snapshot
from recommender.features import known_pairs
from recommender.judge.floor import plain_counts
from recommender.judge.judging import DIRECTIONS, Case, judge
from recommender.judge.permuted_gain import permuted_part
from tests.recommender.conftest import Graph
from tests.recommender.judge.fixed_model import RING, trainer


def test_the_real_gain_is_not_shared_by_permuted_graphs(graph_of: Callable[..., Graph]) -> None:
    snapshot = graph_of(RING).snapshot
    known = known_pairs(snapshot)
    case = Case(known[::2], known[1::2], known)
    seen: list[tuple[Snapshot, Array]] = []
    told: list[float] = []
    real = judge(case, trainer()(snapshot), plain_counts(snapshot), 1)

    part = permuted_part(snapshot, real, trainer(seen), 3, lambda _, share: told.append(share))

    assert part["graphs"] == 3
    assert told == pytest.approx([0, 1 / 3, 2 / 3])
    for graph, train in seen:
        # Each learns from permuted treatments of the same medicines; none of them from the hidden ones.
        assert sorted(train[:, 1].tolist()) == sorted(case.train[:, 1].tolist())
        assert {tuple(pair) for pair in train.tolist()} <= {tuple(pair) for pair in known_pairs(graph).tolist()}
        assert len(known_pairs(graph)) == len(known)
    for d in DIRECTIONS:
        assert part[d]["mrr gain"] < part[d]["real"]["mrr gain"]
        shares = part[d]["share_of_real_gain"]
        assert shares["mrr"] == pytest.approx(part[d]["mrr gain"] / part[d]["real"]["mrr gain"])
    assert np.isfinite(part["drug_to_disease"]["hits@10"])
