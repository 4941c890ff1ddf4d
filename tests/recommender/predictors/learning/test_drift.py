"""The stability index: by hand, nothing where nothing has changed, and no alarm by chance."""

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.predictors.learning.drift import PARTS, SLIGHT, STRONG, Profile, drift, profiles, read_profiles
from recommender.predictors.tables.table import Column, ColumnKind, Table
from tests.recommender.predictors.learning.conftest import made


def one_column(values: np.ndarray, kind: ColumnKind = ColumnKind.NUMBER, categories: tuple[str, ...] = ()) -> Table:
    places = np.arange(len(values))
    columns = (Column("it", kind, categories=categories),)
    return Table("one", columns, {"it": values.astype(float)}, np.empty(0), "", places, places, synthetic=True)


def test_a_number_is_cut_in_tenths_and_its_missing_values() -> None:
    (profile,) = profiles(one_column(np.append(np.arange(90.0), np.full(10, np.nan))))
    assert len(profile.edges) == PARTS - 1
    np.testing.assert_allclose(profile.shares, [0.09] * 10 + [0.1])
    assert profile.rows == 100


def test_a_category_has_a_part_for_each_and_one_for_none() -> None:
    values = np.repeat([0.0, 1.0, -1.0], [5, 3, 2])
    (profile,) = profiles(one_column(values, ColumnKind.CATEGORY, ("a", "b", "c")))
    assert profile.edges == ()
    assert profile.shares == (0.5, 0.3, 0.0, 0.2)


def test_psi_of_a_category_by_hand() -> None:
    before = one_column(np.repeat([0.0, 1.0], [600, 400]), ColumnKind.CATEGORY, ("a", "b"))
    now = one_column(np.repeat([0.0, 1.0], [300, 700]), ColumnKind.CATEGORY, ("a", "b"))
    (found,) = drift(profiles(before), now)
    assert found.psi == pytest.approx(-0.3 * np.log(0.5) + 0.3 * np.log(1.75))
    assert found.level == "strong"


def test_a_part_that_nobody_was_in_counts_as_half_a_row() -> None:
    before = one_column(np.zeros(500), ColumnKind.CATEGORY, ("a", "b"))
    now = one_column(np.repeat([0.0, 1.0], [450, 50]), ColumnKind.CATEGORY, ("a", "b"))
    (found,) = drift(profiles(before), now)
    assert found.psi == pytest.approx(-0.1 * np.log(0.9) + (0.1 - 0.001) * np.log(0.1 / 0.001))


def test_missing_values_are_a_part_of_their_own() -> None:
    before = one_column(np.append(np.arange(950.0), np.full(50, np.nan)))
    now = one_column(np.append(np.linspace(0, 949, 500), np.full(500, np.nan)))
    assert drift(profiles(before), now)[0].level == "strong"


@pytest.mark.parametrize(("share", "level"), [(0.5, "stable"), (0.56, "stable"), (0.68, "slight"), (0.8, "strong")])
def test_levels_are_those_of_the_book(share: float, level: str) -> None:
    count = round(10_000 * share)
    now = one_column(np.repeat([0.0, 1.0], [10_000 - count, count]), ColumnKind.FLAG)
    (found,) = drift(profiles(one_column(np.repeat([0.0, 1.0], 5_000), ColumnKind.FLAG)), now)
    assert found.level == level
    assert (found.psi >= SLIGHT, found.psi >= STRONG) == (level != "stable", level == "strong")


@given(st.integers(0, 10_000))
@settings(max_examples=25)
def test_the_same_rows_in_any_order_have_no_drift(seed: int) -> None:
    random = np.random.default_rng(seed)
    values = np.where(random.random(80) < 0.2, np.nan, np.round(random.standard_normal(80), 1))
    (found,) = drift(profiles(one_column(values)), one_column(random.permutation(values)))
    assert found.psi == 0
    assert found.level == "stable"


@given(st.integers(0, 10_000), st.integers(20, 300), st.integers(1, 300))
@settings(max_examples=25)
def test_psi_is_never_below_zero_and_knows_no_unit(seed: int, rows: int, fresh: int) -> None:
    random = np.random.default_rng(seed)
    old, new = random.standard_normal(rows), random.standard_normal(fresh) + 0.5
    (found,) = drift(profiles(one_column(old)), one_column(new))
    (scaled,) = drift(profiles(one_column(old * 1024)), one_column(new * 1024))
    assert found.psi >= 0
    assert scaled == found


def test_chance_cries_wolf_in_about_one_of_a_thousand() -> None:
    """Columns that have not changed, 100 new rows each: often above .1, and hardly ever above what chance reaches."""
    random = np.random.default_rng(3)
    above, large = 0, 0
    for _ in range(1_000):
        (found,) = drift(profiles(one_column(random.standard_normal(1_000))), one_column(random.standard_normal(100)))
        above += found.level != "stable"
        large += found.psi >= SLIGHT
    assert large > 200
    assert above <= 8


def test_the_furthest_comes_first_and_a_lost_column_is_missing() -> None:
    table = made(800)
    far = replace(table, values={**table.values, "tells": table.values["tells"] * 3})
    found = drift(profiles(table), replace(far, columns=tuple(c for c in far.columns if c.name != "flag")))
    assert [one.name for one in found[:2]] == ["flag", "tells"]
    assert [one.psi for one in found] == sorted((one.psi for one in found), reverse=True)


def test_no_value_of_a_person_is_kept_but_the_edges() -> None:
    profile = Profile("it", (1.0,), (0.5, 0.5, 0.0), 2)
    assert read_profiles([json.loads(json.dumps(profile.payload()))]) == (profile,)
    assert set(profile.payload()) == {"name", "edges", "shares", "rows"}
    assert len(profiles(one_column(np.arange(5_000.0)))[0].edges) < PARTS
