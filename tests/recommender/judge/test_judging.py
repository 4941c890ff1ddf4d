"""Cases and what they pool."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.features import known_pairs
from recommender.judge.baselines import FLOOR, UNREACHED
from recommender.judge.floor import plain_counts
from recommender.judge.judging import DIRECTIONS, OURS, Case, cold_part, folds_of, judge, pooled, query_rows, ranking_part
from tests.recommender.conftest import Graph
from tests.recommender.judge.fixed_model import RING, trainer


@given(st.integers(1, 40), st.integers(2, 6), st.integers(0, 5))
def test_every_treatment_is_hidden_once(count: int, folds: int, seed: int) -> None:
    treatments = np.stack([np.arange(count), np.arange(count) + 1], axis=1)

    cases = folds_of(treatments, folds, seed)

    assert len(cases) == min(count, folds)
    assert sorted(pair for case in cases for pair in case.queries.tolist()) == treatments.tolist()
    for case in cases:
        assert sorted([*case.train.tolist(), *case.queries.tolist()]) == treatments.tolist()
        assert len(case.queries) in (count // len(cases), -(-count // len(cases)))


def test_a_case_is_ranked_by_every_system(graph_of: Callable[..., Graph]) -> None:
    snapshot = graph_of(RING).snapshot
    known = known_pairs(snapshot)
    queries = np.array([[0, 4], [1, 5], [2, 24]])
    case = Case(known[~(known[:, None] == queries).all(axis=2).any(axis=1)], queries, np.concatenate([known, queries]))

    item = judge(case, trainer()(snapshot), plain_counts(snapshot), 1)

    assert item.ranks.keys() == {OURS, *UNREACHED}
    assert pooled([item, item], OURS)["drug_to_disease"].tolist() == item.ranks[OURS]["drug_to_disease"].tolist() * 2
    # Medicine 4 binds gene 0 alone; medicine 24 binds it, too, and nothing speaks for condition 2.
    assert item.ranks[OURS]["drug_to_disease"].tolist()[0] == 1
    assert item.scores[OURS][2, 24] == 0
    assert item.ranks[OURS]["drug_to_disease"].tolist()[2] == 4
    part = ranking_part([item], 1)
    assert list(part)[:3] == [*DIRECTIONS, "baselines"]
    assert all(list(part["baselines"][name]) == list(DIRECTIONS) for name in UNREACHED)
    assert part["drug_to_disease"]["queries"] == 3


def test_cold_medicines_stand_apart(graph_of: Callable[..., Graph]) -> None:
    snapshot = graph_of([*RING, ("M:01", "TREATS", "C:2")]).snapshot
    known = known_pairs(snapshot)
    queries = np.array([[0, 4], [2, 1]])
    case = Case(known[~(known[:, None] == queries).all(axis=2).any(axis=1)], queries, known)
    item = judge(case, trainer()(snapshot), plain_counts(snapshot), 1)

    part, rows = cold_part([item], 1), query_rows([item])

    # Medicine 1 is still known to treat condition 1, medicine 4 nothing any more.
    assert part["drug_to_disease"]["queries"] == part["floor"]["drug_to_disease"]["queries"] == 1
    assert part["drug_to_disease"]["hits@1"] == 1.0
    assert [row["known"] for row in rows] == [{"condition": 5, "medicine": 0}, {"condition": 6, "medicine": 1}]
    assert rows[0]["medicine"] == {"id": "M:04", "name": "04"}
    assert rows[0]["condition"] == {"id": "C:0", "name": "0"}
    assert rows[0]["rank"]["disease_to_drug"] == item.ranks[OURS]["disease_to_drug"][0]
    assert rows[1]["floor_rank"]["disease_to_drug"] == item.ranks[FLOOR]["disease_to_drug"][1]


def test_no_cold_medicines_have_no_figures(graph_of: Callable[..., Graph]) -> None:
    snapshot = graph_of(RING).snapshot
    known = known_pairs(snapshot)
    item = judge(Case(known, known[:0], known), trainer()(snapshot), plain_counts(snapshot), 1)

    part = cold_part([item], 1)

    assert part["drug_to_disease"] == pytest.approx(
        {"hits@1": None, "hits@3": None, "hits@10": None, "mrr": None, "queries": 0}
    )
