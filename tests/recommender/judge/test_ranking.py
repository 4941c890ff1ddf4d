"""Figures of rankings: numbers that one can count by hand, and the laws that hold for all."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score

from graph.array_file import Array
from recommender.errors import EvaluationError
from recommender.judge.ranking import (
    answer_ranks,
    average_precision,
    both_ways,
    list_figures,
    list_intervals,
    paired_test,
    ranking_figures,
    ranking_intervals,
    recall_at,
)

NONE = np.zeros((0, 2), np.int64)
SCORES = np.array([[0.9, 0.5, 0.5, 0.0], [0.1, 0.2, 0.3, 0.4]])


def pairs(*rows: tuple[int, int]) -> Array:
    return np.array(rows, np.int64).reshape(-1, 2)


def test_ranks_count_what_stands_above_and_ties_at_their_mean() -> None:
    queries = pairs((0, 0), (0, 1), (0, 2), (0, 3), (1, 0))

    assert answer_ranks(SCORES, queries, NONE).tolist() == [1, 2.5, 2.5, 4, 4]


def test_other_known_answers_are_left_out_but_not_the_answer_itself() -> None:
    known = pairs((0, 0), (0, 1), (1, 3))

    assert answer_ranks(SCORES, pairs((0, 1), (1, 0), (1, 2)), known).tolist() == [1.5, 3, 1]


def test_what_nothing_speaks_for_is_last_not_amid_its_like() -> None:
    scores = np.array([[0.7, 0.0, 0.0, 0.0]])

    assert answer_ranks(scores, pairs((0, 1)), NONE, floor=0.0).tolist() == [4]
    assert answer_ranks(scores, pairs((0, 1)), NONE).tolist() == [3]
    assert answer_ranks(np.full((1, 3), -np.inf), pairs((0, 0)), NONE).tolist() == [3]


def test_both_directions_read_the_same_matrix() -> None:
    found = both_ways(SCORES, pairs((1, 2)), NONE)

    assert found["drug_to_disease"].tolist() == [2]
    assert found["disease_to_drug"].tolist() == [2]
    assert both_ways(SCORES, pairs((1, 3)), NONE)["drug_to_disease"].tolist() == [1]


def test_a_score_that_is_no_number_is_refused() -> None:
    with pytest.raises(EvaluationError, match="no number"):
        answer_ranks(np.array([[np.nan, 1.0]]), pairs((0, 1)), NONE)
    with pytest.raises(EvaluationError, match="no number"):
        list_figures(np.array([np.nan, 1.0]), np.array([True, False]))


def test_figures_by_hand() -> None:
    figures = ranking_figures(np.array([1.0, 2.0, 4.0, 20.0]))

    assert list(figures) == ["hits@1", "hits@3", "hits@10", "mrr", "queries"]
    assert figures == {"hits@1": 0.25, "hits@3": 0.5, "hits@10": 0.75, "mrr": pytest.approx(1.8 / 4), "queries": 4}


def test_no_queries_have_no_figures() -> None:
    none = np.zeros(0)

    assert ranking_figures(none) == {"hits@1": None, "hits@3": None, "hits@10": None, "mrr": None, "queries": 0}
    assert ranking_intervals(none, 1) == {}
    assert paired_test(none, none, 1) == {}


def test_intervals_hold_the_figure_and_come_again() -> None:
    ranks = np.random.default_rng(5).integers(1, 30, 60).astype(float)

    found = ranking_intervals(ranks, 7)

    figures = ranking_figures(ranks)
    assert found == ranking_intervals(ranks, 7) != ranking_intervals(ranks, 8)
    for name, (low, high) in found.items():
        assert low <= (figures[name] or 0) <= high
        assert low < high
    # The normal interval of a share of 60 queries.
    share = figures["hits@10"] or 0
    assert found["hits@10"][1] - found["hits@10"][0] == pytest.approx(2 * 1.96 * (share * (1 - share) / 60) ** 0.5, rel=0.2)


def test_the_paired_test_sees_a_small_steady_gain_and_no_gain_where_none_is() -> None:
    theirs = np.random.default_rng(3).integers(2, 40, 100).astype(float)

    better = paired_test(theirs - 1, theirs, 1)["mrr"]
    same = paired_test(theirs, theirs, 1)["mrr"]
    shuffled = paired_test(np.random.default_rng(4).permutation(theirs), theirs, 1)["mrr"]

    assert isinstance(better["interval"], list)
    assert better["difference"] == pytest.approx(float((1 / (theirs - 1) - 1 / theirs).mean()))
    assert better["interval"][0] > 0
    assert better["p"] == pytest.approx(2 / 2001)
    assert (same["difference"], same["interval"], same["p"]) == (0, [0, 0], 1)
    assert isinstance(shuffled["p"], float)
    assert shuffled["p"] > 0.05


def test_list_figures_by_hand() -> None:
    scores, labels = np.array([0.9, 0.8, 0.7, 0.6]), np.array([True, False, True, False])

    figures = list_figures(scores, labels, (1, 3))

    assert figures == {
        "auroc": 0.75,
        "average_precision": pytest.approx((1 + 2 / 3) / 2),
        "recall@1": 0.5,
        "recall@3": 1.0,
        "prevalence": 0.5,
    }


def test_ties_count_at_the_mean_of_all_their_orders() -> None:
    scores, labels = np.array([2.0, 1.0, 1.0, 1.0, 0.0]), np.array([False, True, False, False, True])
    orders = [[0, *middle, 4] for middle in permutations([1, 2, 3])]

    def precision(order: list[int]) -> float:
        hits = np.cumsum(labels[order])
        return float((hits / np.arange(1, 6))[labels[order]].mean())

    assert average_precision(scores, labels) == pytest.approx(np.mean([precision(order) for order in orders]))
    assert recall_at(scores, labels, 2) == pytest.approx(np.mean([labels[order][:2].sum() / 2 for order in orders]))
    # What groups ties into one threshold says something else here.
    assert average_precision(scores, labels) != pytest.approx(average_precision_score(labels, scores))


@pytest.mark.parametrize("labels", [[True, True], [False, False]])
def test_one_class_only_is_refused(labels: list[bool]) -> None:
    with pytest.raises(EvaluationError, match="one class only"):
        list_figures(np.array([1.0, 2.0]), np.array(labels))


ROWS = st.lists(st.tuples(st.integers(0, 4), st.booleans()), min_size=2, max_size=30).filter(
    lambda rows: len({label for _, label in rows}) == 2
)


@given(ROWS, st.randoms(use_true_random=False))
def test_the_order_of_a_list_does_not_matter(rows: list[tuple[int, bool]], random: object) -> None:
    turned = rows[::-1]

    def figures(given_rows: list[tuple[int, bool]]) -> dict[str, float | int | None]:
        return list_figures(np.array([s for s, _ in given_rows], float), np.array([b for _, b in given_rows]), (3,))

    assert figures(rows) == pytest.approx(figures(turned))


@given(st.lists(st.booleans(), min_size=2, max_size=30).filter(lambda labels: len(set(labels)) == 2))
def test_without_ties_average_precision_is_that_of_scikit_learn(labels: list[bool]) -> None:
    scores = -np.arange(len(labels), dtype=float)

    assert average_precision(scores, np.array(labels)) == pytest.approx(average_precision_score(labels, scores))


@given(
    st.lists(st.lists(st.integers(0, 3), min_size=5, max_size=5), min_size=2, max_size=5),
    st.lists(st.tuples(st.integers(0, 1), st.integers(0, 4)), min_size=1, unique=True),
    st.permutations(range(5)),
)
def test_renaming_the_candidates_changes_no_rank(rows: list[list[int]], found: list[tuple[int, int]], names: list[int]) -> None:
    scores, queries = np.array(rows, float), pairs(*found)
    renamed = np.empty_like(scores)
    renamed[:, names] = scores
    other = np.stack([queries[:, 0], np.array(names)[queries[:, 1]]], axis=1)

    ranks = answer_ranks(scores, queries, queries, floor=0.0)

    assert ranks.tolist() == answer_ranks(renamed, other, other, floor=0.0).tolist()
    assert ((ranks >= 1) & (ranks <= 5)).all()


def test_list_intervals_hold_the_figure_and_come_again() -> None:
    rng = np.random.default_rng(2)
    labels = np.arange(80) % 4 == 0
    scores = rng.normal(size=80) + labels

    found = list_intervals(scores, labels, 3)

    figures = list_figures(scores, labels)
    assert found == list_intervals(scores, labels, 3)
    assert all(low < (figures[name] or 0) < high for name, (low, high) in found.items())
