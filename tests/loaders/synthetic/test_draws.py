"""The random numbers of a patient: repeatable, of the promised distributions."""

from itertools import accumulate
from statistics import fmean, pstdev

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loaders.synthetic.draws import Draws

MANY = 4000
FIRST_OF_7_1 = 0.05507912152868766


def test_equal_names_give_equal_streams() -> None:
    first, second = Draws("7/1"), Draws("7/1")

    assert [first.uniform() for _ in range(20)] == [second.uniform() for _ in range(20)]


def test_different_names_give_different_streams() -> None:
    assert Draws("7/1").uniform() != Draws("7/2").uniform() != Draws("1/7").uniform()


def test_the_stream_is_the_same_in_every_release() -> None:
    # The value that random.Random("7/1").random() has had since Python 3.2: cohorts made elsewhere depend on it.
    assert Draws("7/1").uniform() == pytest.approx(FIRST_OF_7_1, abs=0)


@pytest.mark.parametrize("probability", [0.0, 0.3, 1.0])
def test_chance_happens_in_its_share_of_cases(probability: float) -> None:
    draws = Draws("chance")

    share = fmean(draws.chance(probability) for _ in range(MANY))

    assert share == pytest.approx(probability, abs=0.03)


@given(st.integers(-50, 50), st.integers(0, 30), st.text(max_size=5))
def test_between_stays_within_its_ends(low: int, width: int, name: str) -> None:
    assert low <= Draws(name).between(low, low + width) <= low + width


def test_between_reaches_both_ends() -> None:
    draws = Draws("ends")

    assert {draws.between(3, 5) for _ in range(100)} == {3, 4, 5}


def test_an_empty_range_gives_its_low_end() -> None:
    assert Draws("empty").between(5, 2) == 5


def test_pick_reaches_every_item() -> None:
    draws = Draws("pick")

    assert {draws.pick("abc") for _ in range(100)} == set("abc")


@given(st.lists(st.floats(0, 10), min_size=1, max_size=6).filter(any), st.integers(0, 10))
def test_weighted_never_gives_what_has_no_weight(weights: list[float], name: int) -> None:
    index = Draws(str(name)).weighted(list(accumulate(weights)))

    assert weights[index] > 0


def test_weighted_follows_the_weights() -> None:
    draws = Draws("weighted")

    found = [draws.weighted((1.0, 1.0, 4.0)) for _ in range(MANY)]

    assert found.count(0) / MANY == pytest.approx(0.25, abs=0.03)
    assert found.count(1) == 0


def test_normal_has_its_mean_and_deviation() -> None:
    draws = Draws("normal")

    found = [draws.normal(10, 2) for _ in range(MANY)]

    assert fmean(found) == pytest.approx(10, abs=0.15)
    assert pstdev(found) == pytest.approx(2, abs=0.1)
    assert fmean(abs(value - 10) > 4 for value in found) == pytest.approx(0.0455, abs=0.012)
