"""Outcomes of patients: what is counted, what never leaves, and what moves direct support."""

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.elements import Edge, EdgeKind, Node, NodeId, NodeKind
from recommender.outcomes import (
    BAD,
    BOUND,
    FOLDS,
    GOOD,
    LEAST_EXAMPLES,
    LEAST_PAIRS,
    LEAST_PEOPLE,
    Examples,
    Outcomes,
    outcome_examples,
    outcomes_and_examples,
    prior_people,
    read_outcomes,
    shifts,
)
from tests.recommender.conftest import Graph

KNOWLEDGE = [
    ("C:kind", "IS_A", "C:whole"),
    ("C:whole", "IS_A", "ICD10CM:A00-A09"),
    ("M:a", "TREATS", "C:whole"),
    ("M:b", "PALLIATES", "C:kind"),
    ("M:c", "TREATS", "ICD10CM:A00-A09"),
    ("M:d", "TREATS", "C:other"),
]
Row = tuple[Any, ...]


def patient(name: str, diagnosis: str, medicine: str, *, had: dict[str, str] | None = None, **values: Any) -> list[Row]:
    """One diagnosis and one course of a patient; the course recovers unless it is told otherwise."""
    return [
        (f"patient:{name}", "HAS_DIAGNOSIS", diagnosis, {"record": "d"} | (had or {})),
        (f"patient:{name}", "TAKES", medicine, {"record": "t", "outcome": "recovered"} | values),
    ]


def people(count: int, *args: Any, name: str = "p", **values: Any) -> list[Row]:
    """As many patients alike."""
    return [row for i in range(count) for row in patient(f"{name}{i}", *args, **values)]


def tallied(graph: Graph) -> dict[tuple[str, str], tuple[int, int, int]]:
    """People, good outcomes and side effects by names of condition and medicine."""
    found = read_outcomes(graph.store, graph.snapshot)
    columns = (found.condition, found.medicine, found.people, found.good, found.side_effects)
    assert (found.good + found.bad == found.people).all()
    return {
        (graph.snapshot.name(c), graph.snapshot.name(m)): (n, good, effects)
        for c, m, n, good, effects in zip(*(column.tolist() for column in columns), strict=True)
    }


def tables(*rows: tuple[int, int, int, int]) -> Outcomes:
    """Outcomes of (condition, medicine, people, good)."""
    condition, medicine, count, good = np.array(rows, np.int64).reshape(-1, 4).T
    return Outcomes(condition, medicine, count, good, count - good, 0 * good, np.full(len(good), np.nan))


def test_an_outcome_counts_for_the_diagnosis_and_those_above_it(graph_of: Callable[..., Graph]) -> None:
    # The block A00-A09 is no diagnosis; d treats nothing that these people have.
    edges = [row for medicine in "abcd" for row in people(5, "C:kind", f"M:{medicine}", name=medicine)]

    assert tallied(graph_of(KNOWLEDGE + edges)) == {("whole", "a"): (5, 5, 0), ("kind", "b"): (5, 5, 0)}


def test_who_has_the_whole_is_not_said_to_have_a_kind_of_it(graph_of: Callable[..., Graph]) -> None:
    assert tallied(graph_of(KNOWLEDGE + people(5, "C:whole", "M:b"))) == {}


def test_every_outcome_has_its_side(graph_of: Callable[..., Graph]) -> None:
    words = [*GOOD, *BAD, "unknown"]
    edges = [row for word in words for row in people(1, "C:other", "M:d", name=word.replace(" ", "-"), outcome=word)]
    edges += [
        ("patient:silent", "HAS_DIAGNOSIS", "C:other", {"record": "d"}),
        ("patient:silent", "TAKES", "M:d", {"record": "t"}),
    ]

    assert tallied(graph_of(KNOWLEDGE + edges)) == {("other", "d"): (6, 2, 1)}


@pytest.mark.parametrize("count", range(3, 8))
def test_nothing_of_fewer_people_than_the_least_leaves(graph_of: Callable[..., Graph], count: int) -> None:
    graph = graph_of(KNOWLEDGE + people(count, "C:other", "M:d"))

    outcomes, examples = outcomes_and_examples(graph.store, graph.snapshot)

    shown = count if count >= LEAST_PEOPLE else 0
    assert outcomes.people.tolist() == ([count] if shown else [])
    assert len(examples.condition) == len(examples.medicine) == len(examples.good) == len(examples.fold) == shown


def test_a_patient_counts_once_by_the_last_course_whose_outcome_is_known(graph_of: Callable[..., Graph]) -> None:
    courses = [("2020-01-01", "recovered"), ("2022-01-01", "worse"), ("2021-01-01", "improved"), ("2023-01-01", "unknown")]
    edges = [
        *people(4, "C:other", "M:d"),
        ("patient:again", "HAS_DIAGNOSIS", "C:other", {"record": "d"}),
        *(
            ("patient:again", "TAKES", "M:d", {"record": str(i), "start": start, "outcome": outcome})
            for i, (start, outcome) in enumerate(courses)
        ),
    ]

    assert tallied(graph_of(KNOWLEDGE + edges)) == {("other", "d"): (5, 4, 0)}


@pytest.mark.parametrize(
    ("had", "taken", "counts"),
    [
        ({"start": "2020-01-01", "stop": "2020-02-01"}, {"start": "2020-02-01"}, True),
        ({"start": "2020-01-01", "stop": "2020-02-01"}, {"start": "2020-02-02"}, False),
        ({"start": "2020-03-01"}, {"start": "2020-01-01", "stop": "2020-02-28"}, False),
        ({"start": "2020-03-01"}, {"start": "2020-01-01"}, True),
        ({}, {"start": "2020-01-01", "stop": "2020-02-28"}, True),
        ({"start": "2020-03-01", "status": "refuted"}, {"start": "2020-04-01"}, False),
        ({"start": "2020-01-01", "stop": "2020-02-01", "status": "resolved"}, {"start": "2020-01-02"}, True),
    ],
)
def test_a_course_counts_for_what_the_patient_had_at_the_time(
    graph_of: Callable[..., Graph], had: dict[str, str], taken: dict[str, str], counts: bool
) -> None:
    graph = graph_of(KNOWLEDGE + people(5, "C:other", "M:d", had=had, **taken))

    assert tallied(graph) == ({("other", "d"): (5, 5, 0)} if counts else {})


def test_what_the_snapshot_does_not_know_is_passed_over(graph_of: Callable[..., Graph]) -> None:
    small = graph_of(KNOWLEDGE)
    large = graph_of(KNOWLEDGE + [row for i in range(5) for row in patient(f"p{i}", "C:new", "M:new")])

    assert len(read_outcomes(large.store, small.snapshot).people) == 0


def test_a_rating_is_the_mean_of_enough_people_or_none(graph_of: Callable[..., Graph]) -> None:
    rated = [row for i in range(5) for row in patient(f"r{i}", "C:other", "M:d", rating=i + 1)]
    half = [row for i in range(6) for row in patient(f"h{i}", "C:whole", "M:a", **({"rating": 9} if i < 4 else {}))]
    graph = graph_of(KNOWLEDGE + rated + half)

    found = read_outcomes(graph.store, graph.snapshot)

    by_name = dict(zip(map(graph.snapshot.name, found.medicine.tolist()), found.rating.tolist(), strict=True))
    assert by_name["d"] == 3.0
    assert math.isnan(by_name["a"])


def test_all_examples_of_a_patient_are_in_one_fold_and_folds_stay(graph_of: Callable[..., Graph]) -> None:
    edges = people(60, "C:other", "M:d") + [
        row for i in range(60) for row in patient(f"p{i}", "C:whole", "M:a", outcome="worse", record="u")
    ]
    graph = graph_of(KNOWLEDGE + edges)

    one, again = (outcome_examples(graph.store, graph.snapshot) for _ in range(2))

    folds = {name: one.fold[one.medicine == graph.number(f"M:{name}")].tolist() for name in "ad"}
    assert folds["a"] == folds["d"]
    assert set(folds["a"]) == set(range(FOLDS))
    assert one.good.tolist() == (one.medicine == graph.number("M:d")).tolist()
    assert one.fold.tolist() == again.fold.tolist()
    assert np.bincount(one.fold).min() >= 8


class Forgetful:
    """A store without some patients."""

    def __init__(self, graph: Graph, without: str) -> None:
        self._store = graph.store
        self._without = without

    def nodes(self, kind: NodeKind, *, after: str = "", limit: int | None = None) -> Iterator[Node]:
        return (node for node in self._store.nodes(kind, after=after, limit=limit) if node.id != self._without)

    def edges_from(self, node_id: NodeId, kinds: Sequence[EdgeKind] = ()) -> Sequence[Edge]:
        assert node_id != self._without
        return self._store.edges_from(node_id, kinds)


def test_what_rested_on_an_erased_patient_is_gone(graph_of: Callable[..., Graph]) -> None:
    graph = graph_of(KNOWLEDGE + people(5, "C:other", "M:d") + people(6, "C:whole", "M:a", name="q"))

    found, examples = outcomes_and_examples(Forgetful(graph, "patient:p3"), graph.snapshot)

    assert [graph.snapshot.name(m) for m in found.medicine.tolist()] == ["a"]
    assert set(examples.medicine.tolist()) == {graph.number("M:a")}


def test_no_patients_and_no_treatments(graph_of: Callable[..., Graph]) -> None:
    for edges in (KNOWLEDGE, people(5, "C:other", "M:d")):
        graph = graph_of(edges)
        outcomes, examples = outcomes_and_examples(graph.store, graph.snapshot)
        assert len(outcomes.people) == len(examples.good) == 0
        assert shifts(outcomes) == {}
        assert not examples.enough


@pytest.mark.parametrize(
    ("count", "pairs", "enough"),
    [
        (LEAST_EXAMPLES, LEAST_PAIRS, True),
        (LEAST_EXAMPLES - 1, LEAST_PAIRS, False),
        (LEAST_EXAMPLES, LEAST_PAIRS - 1, False),
    ],
)
def test_how_many_examples_are_enough(count: int, pairs: int, enough: bool) -> None:
    at = np.arange(count)
    examples = Examples(at % pairs, at % pairs + 100, at % 3 == 0, at % FOLDS)

    assert examples.enough is enough
    assert not Examples(examples.condition, examples.medicine, at < 0, examples.fold).enough
    assert not Examples(examples.condition, examples.medicine, examples.good, at * 0).enough


def test_shifts_by_hand() -> None:
    # p = 260/400 = .65, S = 2·200·.1² = 4, chance = .65·.35 = .2275, room = .2275·(400 - 200) - .2275 = 45.2725:
    # s = 45.2725 / 3.7725 - 1 = 11.0007. Shares (.65·s + 150)/(s + 200) = .74479 and (.65·s + 110)/(s + 200) = .55521.
    outcomes = tables((7, 1, 200, 150), (7, 2, 200, 110))

    found = shifts(outcomes)

    assert prior_people(outcomes) == pytest.approx(11.0007, abs=1e-4)
    first, second = found[7, 1], found[7, 2]
    base = math.log(0.65 / 0.35)
    assert first.value == pytest.approx(math.log(0.74479 / 0.25521) - base, abs=1e-4)
    assert second.value == pytest.approx(math.log(0.55521 / 0.44479) - base, abs=1e-4)
    assert (first.people, first.good, second.people, second.good) == (200, 150, 200, 110)
    # Its upper end, .77, is beyond the bound.
    ends = np.quantile(np.random.default_rng(1).beta(157.15, 53.85, 200_000), [0.025, 0.975])
    assert first.low == pytest.approx(math.log(ends[0] / (1 - ends[0])) - base, abs=0.01)
    assert (first.high, second.high < 0) == (BOUND, True)
    assert math.log(ends[1] / (1 - ends[1])) - base > BOUND


def test_the_same_shares_of_few_people_carry_no_shift() -> None:
    assert shifts(tables((7, 1, 8, 6), (7, 2, 8, 4))) == {}


def test_where_nearly_all_is_well_who_is_not_is_told_apart() -> None:
    found = shifts(tables((7, 1, 100_000, 100_000), (7, 2, 5, 0)))

    assert found[7, 2].value == found[7, 2].low == -BOUND


def test_all_of_five_is_no_certainty() -> None:
    # s is its least, 2, and p is ½: shares (1 + 5)/7 and (1 + 0)/7, bounded.
    found = shifts(tables((7, 1, 5, 5), (7, 2, 5, 0)))

    assert prior_people(tables((7, 1, 5, 5), (7, 2, 5, 0))) == 2.0
    assert [found[7, m].value for m in (1, 2)] == [BOUND, -BOUND]
    # Beta(6, 1) has its 2.5 % point at .025^(1/6) = .5407.
    assert found[7, 1].low == pytest.approx(math.log(0.025 ** (1 / 6) / (1 - 0.025 ** (1 / 6))), rel=1e-9)


def test_a_single_medicine_and_medicines_alike_carry_no_shift() -> None:
    assert shifts(tables((7, 1, 500, 400))) == {}
    assert shifts(tables((7, 1, 500, 400), (7, 2, 300, 240), (7, 3, 10, 8))) == {}
    assert shifts(tables((7, 1, 500, 500), (7, 2, 300, 300))) == {}


def test_a_condition_in_which_all_is_well_says_nothing_beside_others() -> None:
    found = shifts(tables((1, 1, 200, 150), (1, 2, 200, 110), (2, 1, 50, 50), (2, 2, 60, 60), (3, 1, 40, 0)))

    assert set(found) == {(1, 1), (1, 2)}


def test_chance_alone_moves_next_to_nothing() -> None:
    random = np.random.default_rng(4)
    condition = np.repeat(np.arange(1_000), 4)
    count = 5 + random.poisson(random.gamma(0.7, 60, len(condition)))
    good = random.binomial(count, random.uniform(0.3, 0.9, 1_000)[condition])

    found = shifts(tables(*zip(condition, np.arange(len(condition)), count, good, strict=True)))

    assert len(found) <= 0.005 * len(condition)


def test_the_prior_is_found_again() -> None:
    # 600 conditions whose four medicines have shares from Beta(.6·20, .4·20): s is 20.
    random = np.random.default_rng(6)
    condition = np.repeat(np.arange(600), 4)
    count = random.integers(5, 120, len(condition))
    good = random.binomial(count, random.beta(12, 8, len(condition)))

    strength = prior_people(tables(*zip(condition, np.arange(len(condition)), count, good, strict=True)))

    assert strength == pytest.approx(20, rel=0.25)


TABLES = st.lists(st.tuples(st.integers(0, 3), st.integers(5, 400), st.floats(0, 1)), max_size=12)


@given(TABLES)
def test_laws_of_shifts(drawn: list[tuple[int, int, float]]) -> None:
    rows = [(condition, i, count, round(share * count)) for i, (condition, count, share) in enumerate(drawn)]

    found = shifts(tables(*rows))

    for (condition, medicine), shift in found.items():
        _, _, count, good = rows[medicine]
        same = [row for row in rows if row[0] == condition]
        mean = sum(row[3] for row in same) / sum(row[2] for row in same)
        assert (shift.people, shift.good) == (count, good)
        assert 0 < abs(shift.value) <= BOUND
        assert (shift.value > 0) is (good / count > mean)
        assert shift.low <= shift.value <= shift.high
        assert shift.low > 0 or shift.high < 0
    assert found == shifts(tables(*sorted(rows)))
