"""How time grows with size is fitted as it is."""

import pytest

from tests.benchmarks.benchmark_training import exponent


@pytest.mark.parametrize("power", [0.0, 0.5, 1.0, 2.0])
def test_a_power_of_the_size_is_found_whatever_the_scale(power: float) -> None:
    sizes = [1_000, 3_000, 10_000]

    assert exponent(sizes, [7.5 * size**power for size in sizes]) == pytest.approx(power, abs=1e-9)


def test_the_slope_is_that_of_the_nearest_line() -> None:
    # By hand: logs to base 10 are (0, 1, 2) and (0, 2, 3); the slope is (1 · 4/3 + 1 · 5/3) / 2.
    assert exponent([1, 10, 100], [1, 100, 1_000]) == pytest.approx(1.5)
