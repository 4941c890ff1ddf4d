"""The first repeat of the outer folds within the budget."""

from dataclasses import replace

import pytest

from recommender.predictors.learning.config import read_learning
from recommender.predictors.learning.pace import paced

CONFIG = replace(read_learning(), minutes=10.0, rows=20_000, search_rows=4_000, trials=4)


def test_what_ends_in_time_is_left_as_it_is() -> None:
    # 4 folds of 85 s each are as much as 60 % of ten minutes, less what is spent, holds.
    assert paced(CONFIG, spent=20, last=85, ahead=4, rows=40_000) is CONFIG
    assert paced(CONFIG, spent=5_000, last=5_000, ahead=0, rows=40_000) is CONFIG


@pytest.mark.parametrize(
    ("rows", "fitted", "searched"), [(40_000, 10_000, 2_000), (12_000, 6_000, 2_000), (3_000, 1_500, 1_500)]
)
def test_what_would_take_twice_as_long_is_fitted_on_half_of_the_rows(rows: int, fitted: int, searched: int) -> None:
    found = paced(CONFIG, spent=20, last=170, ahead=4, rows=rows)

    assert (found.rows, found.search_rows, found.trials) == (fitted, searched, 1)
    assert replace(found, rows=CONFIG.rows, search_rows=CONFIG.search_rows, trials=CONFIG.trials) == CONFIG


def test_where_nothing_is_left_the_fewest_rows_are_taken() -> None:
    found = paced(CONFIG, spent=1_000, last=500, ahead=2, rows=40_000)

    assert (found.rows, found.search_rows) == (1_000, 200)
