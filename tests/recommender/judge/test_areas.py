"""Areas: the tree's highest groups, or bands of known treatments."""

from collections.abc import Callable

import numpy as np
import pytest

from recommender.features import known_pairs
from recommender.judge.areas import areas_part
from recommender.judge.floor import plain_counts
from recommender.judge.judging import Case, judge
from tests.recommender.conftest import Graph
from tests.recommender.judge.fixed_model import RING, trainer


@pytest.mark.parametrize(
    ("left", "band"), [(0, "no known treatment"), (2, "1–2"), (3, "3–5"), (6, "6–10"), (11, "more than 10")]
)
def test_bands_count_what_training_knows(graph_of: Callable[..., Graph], left: int, band: str) -> None:
    more = [(f"M:{i:02}", "TREATS", "C:0") for i in range(24) if i % 4]
    snapshot = graph_of([*RING, *more]).snapshot
    known = known_pairs(snapshot)
    zero = known[known[:, 0] == 0]
    train = np.concatenate([known[known[:, 0] != 0], zero[:left]])
    item = judge(Case(train, zero[-2:], known), trainer()(snapshot), plain_counts(snapshot), 1)

    found = areas_part(snapshot, [item])

    assert list(found) == [f"known treatments of the condition: {band}"]
    assert found[f"known treatments of the condition: {band}"]["drug_to_disease"]["queries"] == 2


def test_groups_of_the_tree(graph_of: Callable[..., Graph]) -> None:
    snapshot = graph_of([*RING, ("C:0", "IS_A", "C:g"), ("C:g", "IS_A", "C:h")], {"C:h": {"name": "heart"}}).snapshot
    known = known_pairs(snapshot)
    queries = np.array([[0, 0], [0, 4], [1, 1]])
    item = judge(Case(known[6:], queries, known), trainer()(snapshot), plain_counts(snapshot), 1)

    found = areas_part(snapshot, [item])

    assert {name: part["disease_to_drug"]["queries"] for name, part in found.items()} == {"1": 1, "heart": 2}
