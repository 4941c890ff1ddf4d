"""The choice of paths: the law of its guarantee, and what it is for."""

import math
from itertools import combinations, pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.diversity import Candidate, choose, worth

PATHS = st.lists(
    st.builds(
        Candidate,
        st.floats(0, 10),
        st.sampled_from(["CtM", "CrCtM", "CtMrM"]),
        st.lists(st.integers(0, 4), max_size=3, unique=True).map(tuple),
    ),
    max_size=8,
)


@settings(max_examples=200, deadline=None)
@given(PATHS, st.integers(1, 4))
def test_the_greedy_choice_keeps_its_guarantee(paths: list[Candidate], limit: int) -> None:
    best = max(worth(paths, chosen) for k in range(limit + 1) for chosen in combinations(range(len(paths)), k))

    assert worth(paths, choose(paths, limit)) >= (1 - 1 / math.e) * best - 1e-9


@settings(max_examples=200, deadline=None)
@given(PATHS)
def test_the_worth_is_monotone_and_submodular(paths: list[Candidate]) -> None:
    numbers = range(len(paths))
    for new in numbers:
        others = [i for i in numbers if i != new]
        gains = [worth(paths, [*others[:k], new]) - worth(paths, others[:k]) for k in range(len(others) + 1)]
        assert all(gain >= -1e-9 for gain in gains)
        assert all(early >= late - 1e-9 for early, late in pairwise(gains))


def test_without_variety_the_largest_are_chosen() -> None:
    paths = [Candidate(float(i), "CtM", (1,)) for i in (3, 5, 1, 4)]

    assert choose(paths, 2, variety=0) == [1, 3]


def test_copies_of_one_pattern_give_way() -> None:
    same = [Candidate(1.0 - i / 100, "CtMkKkM", (i, 9)) for i in range(5)]
    other = [Candidate(0.8, "CrCtM", (20,)), Candidate(0.5, "CtMeEeM", (21, 22))]

    chosen = choose([*same, *other], 3)

    assert chosen == [0, 5, 6]


def test_what_carries_the_score_is_never_left_out() -> None:
    paths = [Candidate(5.0, "CtM", ()), *(Candidate(0.1, f"m{i}", (i, i + 10, i + 20)) for i in range(6))]

    assert choose(paths, 2)[0] == 0


def test_it_is_listed_by_contribution_and_the_same_every_time() -> None:
    paths = [Candidate(1.0, "CtM", (1,)), Candidate(1.0, "CtM", (1,)), Candidate(2.0, "CrCtM", (2,))]

    assert choose(paths, 3) == [2, 0, 1]
    assert choose(paths, 0) == choose([], 3) == []
