"""The choice of a set: the best one is what trying every set finds, the greedy one never better, and neither is unsafe."""

from collections.abc import Iterator
from itertools import combinations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.sets import set_program
from recommender.sets.set_choice import Choices, Chosen, Total, Unsafe, choose_greedily
from recommender.sets.set_program import choose

SAFE: frozenset[int] = frozenset()


def never(medicines: frozenset[int]) -> frozenset[int]:
    return SAFE


def forbidding(*groups: frozenset[int]) -> Unsafe:
    """A rule that looks at several medicines at once."""
    return lambda medicines: next((group for group in groups if group <= medicines), SAFE)


def covers(choices: Choices) -> Iterator[dict[int, int]]:
    """Every way to give each condition one medicine or none."""
    conditions = sorted({condition for support in choices.support.values() for condition in support})
    options = [[None, *(m for m, support in choices.support.items() if c in support)] for c in conditions]
    for picked in product(*options):
        yield {c: m for c, m in zip(conditions, picked, strict=True) if m is not None}


def is_allowed(choices: Choices, medicines: frozenset[int], unsafe: Unsafe) -> bool:
    """Said again, from the docstrings alone."""
    for group in choices.apart:
        if len(group & medicines) > 1:
            return False
    for total in choices.totals:
        adding = [total.points[m] for m in medicines if m in total.points]
        if adding and (total.current or len(adding) > 1) and total.current + sum(adding) >= total.limit:
            return False
    return not unsafe(medicines)


def worth(choices: Choices, cover: dict[int, int]) -> tuple[int, int, int]:
    medicines = frozenset(cover.values())
    cautions = sum((choices.cautions or {}).get(frozenset(pair), 0) for pair in combinations(medicines, 2))
    for total in choices.totals:
        adding = [total.points[m] for m in medicines if m in total.points]
        cautions += len(adding) > 1 and total.current + sum(adding) >= total.caution
    ranks = {medicine: i for i, medicine in enumerate(choices.support, start=1)}
    value = sum(choices.support[m][c] for c, m in cover.items()) - choices.penalty * cautions
    return len(cover), value, -sum(ranks[m] for m in cover.values())


MEDICINES, CONDITIONS = range(10, 16), range(4)


@st.composite
def problems(draw: st.DrawFn) -> tuple[Choices, Unsafe]:
    medicines = draw(st.permutations(MEDICINES))[: draw(st.integers(1, len(MEDICINES)))]
    treated = st.dictionaries(st.sampled_from(CONDITIONS), st.integers(-500, 5000), min_size=1, max_size=3)
    groups = st.lists(st.frozensets(st.sampled_from(medicines), min_size=2, max_size=3), max_size=3)
    groups = groups if len(medicines) > 2 else st.just([])
    pairs = [frozenset(pair) for pair in combinations(medicines, 2)]
    cautions = st.dictionaries(st.sampled_from(pairs), st.integers(1, 2), max_size=5) if pairs else st.just({})
    totals = st.lists(
        st.builds(
            Total,
            st.dictionaries(st.sampled_from(medicines), st.integers(1, 4), min_size=1),
            st.integers(0, 6),
            st.integers(2, 3),
            st.integers(4, 6),
        ),
        max_size=2,
    )
    support = {medicine: draw(treated) for medicine in medicines}
    choices = Choices(support, tuple(draw(groups)), draw(cautions), tuple(draw(totals)), draw(st.integers(0, 1500)))
    return choices, forbidding(*draw(groups))


@given(problems())
@settings(max_examples=150)
def test_the_best_set_is_the_one_that_trying_all_finds(problem: tuple[Choices, Unsafe]) -> None:
    choices, unsafe = problem

    found = choose(choices, unsafe)

    allowed = (c for c in covers(choices) if is_allowed(choices, frozenset(c.values()), unsafe))
    assert found.exact
    assert found.key == worth(choices, dict(found.cover)) == max(worth(choices, cover) for cover in allowed)
    assert is_allowed(choices, found.medicines, unsafe)


@given(problems())
@settings(max_examples=150)
def test_the_greedy_set_is_allowed_and_never_better(problem: tuple[Choices, Unsafe]) -> None:
    choices, unsafe = problem

    greedy = choose_greedily(choices, unsafe)

    assert is_allowed(choices, greedy.medicines, unsafe)
    assert greedy.key == worth(choices, dict(greedy.cover)) <= choose(choices, unsafe).key
    assert not greedy.exact


@given(problems())
@settings(max_examples=20)
def test_the_same_choice_each_time(problem: tuple[Choices, Unsafe]) -> None:
    assert choose(*problem) == choose(*problem)


def chosen(choices: Choices) -> tuple[Chosen, Chosen]:
    return choose(choices, never), choose_greedily(choices, never)


def test_nothing_to_choose_from() -> None:
    best, greedy = chosen(Choices({}))

    assert (best.cover, best.value, best.exact) == ({}, 0, True)
    assert greedy.cover == {}


def test_more_conditions_go_before_more_support() -> None:
    best, _ = chosen(Choices({1: {0: 9000}, 2: {0: 10, 1: 10}}, (frozenset({1, 2}),)))

    assert best.cover == {0: 2, 1: 2}


def test_a_greedy_start_may_cost_a_condition() -> None:
    # The first choice covers two conditions and keeps out the two medicines that cover three together.
    choices = Choices({1: {0: 10, 1: 10}, 2: {0: 10, 2: 10}, 3: {1: 10}}, (frozenset({1, 2}),))

    best, greedy = chosen(choices)

    assert (len(best.cover), len(greedy.cover)) == (3, 2)


def test_a_caution_costs_its_penalty_and_no_more() -> None:
    support = {1: {0: 1000}, 2: {1: 1000}, 3: {1: 700}}
    cautions = {frozenset({1, 2}): 1}

    assert chosen(Choices(support, cautions=cautions, penalty=301))[0].cover == {0: 1, 1: 3}
    assert chosen(Choices(support, cautions=cautions, penalty=299))[0].cover == {0: 1, 1: 2}
    assert chosen(Choices(support, cautions={frozenset({1, 2}): 2}, penalty=299))[0].cover == {0: 1, 1: 3}


def test_of_equal_sets_the_medicines_of_better_rank() -> None:
    assert chosen(Choices({7: {0: 10}, 3: {0: 10}, 5: {1: 10}, 9: {1: 10}}))[0].cover == {0: 7, 1: 5}


@pytest.mark.parametrize(
    ("points", "current", "barred", "caution"),
    [
        ({1: 5}, 0, False, False),
        ({1: 1}, 4, True, False),
        ({1: 1}, 3, False, False),
        ({1: 1, 2: 1}, 0, False, False),
        ({1: 1, 2: 1}, 1, False, True),
        ({1: 2, 2: 3}, 0, True, True),
        ({1: 9, 2: 1}, 0, True, True),
        ({}, 9, False, False),
    ],
)
def test_a_sum_wants_two_that_add_to_it(points: dict[int, int], current: int, barred: bool, caution: bool) -> None:
    total = Total(points, current, 3, 5)

    assert (total.is_barred({1, 2}), total.is_caution({1, 2})) == (barred, caution)


def test_what_is_only_unsafe_as_three_is_found_out() -> None:
    choices = Choices({1: {0: 10}, 2: {1: 10}, 3: {2: 10}, 4: {2: 5}})
    unsafe = forbidding(frozenset({1, 2, 3}))

    assert choose(choices, unsafe).cover == {0: 1, 1: 2, 2: 4}
    assert choose_greedily(choices, unsafe).cover == {0: 1, 1: 2, 2: 4}


def test_a_search_that_ends_early_gives_the_greedy_set_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    choices = Choices({1: {0: 10, 1: 10}, 2: {0: 10, 2: 10}, 3: {1: 10}}, (frozenset({1, 2}),))
    monkeypatch.setattr(set_program, "SECONDS", 0.0)

    found = choose(choices, never)

    assert (found.key, found.exact) == (choose_greedily(choices, never).key, False)


def test_a_set_that_stays_unsafe_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(set_program, "ROUNDS", 1)
    choices = Choices({1: {0: 10}, 2: {1: 10}})

    found = choose(choices, forbidding(frozenset({1, 2})))

    assert (len(found.cover), found.exact) == (1, False)
