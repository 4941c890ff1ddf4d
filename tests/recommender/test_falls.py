"""Falls and their bounds: no set takes more than its potentials, and every set that may do is among those looked at."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.falls import Curve, Removals, sets_reaching

CURVE = Curve(np.array([2.0, 0.5, 1.0]), np.array([0.5, 2.0, 1.0]), ("one", "two"))
"""Two metapaths and direct support."""

# Paths over up to three of five things, each of a channel and a weight.
PATHS = st.lists(
    st.tuples(st.integers(0, 2), st.floats(0.01, 10), st.lists(st.integers(0, 4), min_size=1, max_size=3, unique=True)).map(
        lambda path: path if path[0] < 2 else (*path[:2], path[2][:1])
    ),
    min_size=1,
    max_size=12,
)


def amounts(paths: list[tuple[int, float, list[int]]], removed: tuple[int, ...] = ()) -> np.ndarray:
    held = np.zeros(3)
    for channel, weight, things in paths:
        held[channel] += 0.0 if set(things) & set(removed) else weight
    return held


def removals(paths: list[tuple[int, float, list[int]]]) -> Removals:
    found: dict[tuple[int, int], float] = {}
    for channel, weight, things in paths:
        for thing in things:
            found[thing, channel] = found.get((thing, channel), 0.0) + weight
    rows = [(thing, channel, amount) for (thing, channel), amount in sorted(found.items())]
    return Removals(*(np.array(column) for column in zip(*rows, strict=True)), 5).ordered()


def test_worth_by_hand() -> None:
    assert CURVE.worth(np.array([1.0, 4.0, 3.0])).tolist() == [2 * np.arcsinh(2), 0.5 * np.arcsinh(2), 3.0]
    # Of the first metapath half goes; of direct support as much as there is.
    fall = CURVE.fall(np.array([1.0, 4.0, 3.0]), np.array([0.5, 3.0]), np.array([0, 2]))
    assert fall.tolist() == [2 * (np.arcsinh(2) - np.arcsinh(1)), 3.0]


def test_slopes_are_those_of_the_chords() -> None:
    slopes = CURVE.slopes(np.array([1.0, 4.0, 3.0]), np.array([9.0, 2.0, 1.0]))

    assert slopes == pytest.approx([2 * np.arcsinh(2), 0.5 * (np.arcsinh(2) - np.arcsinh(1)) / 2, 1.0])


@given(PATHS, st.integers(1, 5))
def test_no_set_takes_more_than_its_potentials(paths: list[tuple[int, float, list[int]]], size: int) -> None:
    held, found = amounts(paths), removals(paths)

    potentials = found.potentials(CURVE, held, size)

    for removed in combinations(range(5), size):
        fall = CURVE.worth(held).sum() - CURVE.worth(amounts(paths, removed)).sum()
        assert fall <= potentials[list(removed)].sum() * (1 + 1e-9) + 1e-9
    singles = [CURVE.worth(held).sum() - CURVE.worth(amounts(paths, (i,))).sum() for i in range(5)]
    assert found.falls(CURVE, held) == pytest.approx(singles, rel=1e-9, abs=1e-9)


@given(st.lists(st.integers(-3, 9), max_size=7), st.integers(1, 4), st.integers(-5, 25))
def test_every_set_that_reaches_the_need_is_found_once(potentials: list[int], size: int, need: int) -> None:
    found = list(sets_reaching(np.array(potentials, np.float64), size, float(need)))

    wanted = {s for s in combinations(range(len(potentials)), size) if sum(potentials[i] for i in s) >= need}
    assert {tuple(sorted(s)) for s in found} == wanted
    assert len(found) == len(wanted)
