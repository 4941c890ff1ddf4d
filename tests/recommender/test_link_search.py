"""The search for sets of links, on paths that are drawn: it finds every set that does and no other, and bounds hold."""

from itertools import combinations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.falls import Curve, Removals
from recommender.link_search import LinkSearch, Side, State

CURVE = Curve(np.array([2.0, 0.5, 1.0]), np.array([0.5, 2.0, 1.0]), ("one", "two"))
"""Two metapaths, of three links and of two, and direct support."""
STEPS, LINKS = (3, 2, 1), 6
SURE = 1e-9

Path = tuple[int, float, tuple[int, ...]]


@st.composite
def paths(draw: st.DrawFn) -> list[Path]:
    """Paths as (channel, weight, links)."""
    found = []
    for channel in draw(st.lists(st.integers(0, 2), min_size=1, max_size=9)):
        links = draw(st.lists(st.integers(0, LINKS - 1), min_size=STEPS[channel], max_size=STEPS[channel], unique=True))
        found.append((channel, draw(st.sampled_from([0.1, 0.5, 1.0, 3.0])), tuple(sorted(links))))
    return found


def side(drawn: list[Path], base: float = 0.0) -> Side:
    entries = [(link, i) for i, (_, _, links) in enumerate(drawn) for link in links]
    links, places = (np.array(column, np.int64) for column in zip(*entries, strict=True))
    channels = np.array([c for c, *_ in drawn])
    pairs, named = np.unique(links * 3 + channels[places], return_inverse=True)
    weights, amounts = np.array([w for _, w, _ in drawn]), np.array([base, 0.0, 0.0])
    return Side(CURVE, channels, weights, links, places, named, (pairs // 3, pairs % 3), amounts, np.array(STEPS), LINKS)


def worth(drawn: list[Path], base: float, removed: tuple[int, ...]) -> float:
    held = np.array([base, 0.0, 0.0])
    for channel, weight, links in drawn:
        held[channel] += 0.0 if set(links) & set(removed) else weight
    return float(CURVE.worth(held).sum())


def search(own: list[Path], rival: list[Path] | None, ahead: float, budget: int = 10_000) -> LinkSearch:
    state = State(side(own, ahead), side(rival) if rival else None)
    return LinkSearch(state, np.arange(LINKS), SURE, None, budget)


def test_what_no_link_does_alone_two_do_by_hand() -> None:
    # Two paths without a common link: without one link of either nothing is left. With one path gone the score falls from 2
    # asinh 12 to 2 asinh 6, with both by far more than twice that.
    asked = search([(0, 3.0, (0, 1, 2)), (0, 3.0, (3, 4, 5))], None, 0.0)

    assert not asked.may_reach(1)
    assert asked.may_reach(2)
    assert list(asked.sets(1)) == []
    assert {tuple(sorted(s)) for s in asked.sets(2)} == {(i, j) for i in (0, 1, 2) for j in (3, 4, 5)}


def test_what_the_rival_loses_is_told_of_by_hand() -> None:
    # The rival goes over link 0 as well, and one step of one path is all that it has: without that link both lose.
    own, rival = [(2, 3.0, (0,)), (2, 1.0, (1,))], [(2, 2.5, (0,))]

    asked = search(own, rival, 0.0)

    assert list(asked.sets(1)) == []
    assert [s for s in asked.sets(2) if 0 not in s] == []
    assert list(search(own, [(2, 2.5, (2,))], 0.0).sets(1)) == [(0,)]


@settings(max_examples=150)
@given(paths(), st.none() | paths(), st.sampled_from([0.0, 0.3, 2.0]), st.integers(1, 4))
def test_every_set_that_does_is_found_and_no_other(own: list[Path], rival: list[Path] | None, ahead: float, size: int) -> None:
    def margin(removed: tuple[int, ...]) -> float:
        return worth(own, ahead, removed) - (worth(rival, 0.0, removed) if rival else 0.0)

    asked = search(own, rival, ahead)

    found = [tuple(sorted(s)) for s in asked.sets(size)]

    every = {k: list(combinations(range(LINKS), k)) for k in range(1, size + 1)}
    assert len(found) == len(set(found))
    assert {s for s in every[size] if margin(s) < -SURE} <= set(found)
    assert all(margin(s) <= 2 * SURE for s in found)
    if any(margin(s) < -SURE for k in every for s in every[k]):
        assert asked.may_reach(size)
    for way in (1, size):
        assert all(margin(s) <= 2 * SURE for s in asked.greedy(way, LINKS))
    assert asked.left > 0


@given(paths(), paths())
def test_a_search_that_ends_early_says_so(own: list[Path], rival: list[Path]) -> None:
    asked = search(own, rival, 1.0, budget=1)

    list(asked.sets(3))

    assert asked.left == 0


@settings(max_examples=150)
@given(paths(), paths(), st.integers(0, LINKS - 1), st.integers(1, 4))
def test_bounds_of_what_is_not_listed_hold(own: list[Path], rival: list[Path], known: int, size: int) -> None:
    # Of the first metapath only some paths are listed; the others stay in the arithmetic, and bounds tell what they may lose.
    listed = [p for i, p in enumerate(own) if p[0] > 0 or i <= known]
    rest = sum(w for _, w, _ in own) - sum(w for _, w, _ in listed)
    over = [sum(w for c, w, links in own if c == 0 and link in links) for link in range(LINKS)]
    bounds = Removals(np.arange(LINKS), np.zeros(LINKS, np.int64), np.array(over), LINKS)
    if not listed:
        return
    state = State(side(listed, rest), side(rival))
    asked = LinkSearch(state, np.arange(LINKS), SURE, bounds, 100)

    flips = any(
        worth(own, 0.0, s) - worth(rival, 0.0, s) < -SURE for k in range(1, size + 1) for s in combinations(range(LINKS), k)
    )

    assert asked.may_reach(size) or not flips
    assert list(asked.sets(size)) == []
    assert asked.left == 0
