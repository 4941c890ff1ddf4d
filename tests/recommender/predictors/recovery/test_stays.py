"""Lengths of stay: shares of people by day, in bands, and never of one person."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from graph.config import PROJECT
from loaders.synthetic import write_table
from recommender.errors import PredictorError, TableError
from recommender.predictors.recovery.stays import MOST_DAYS, StayCurves, Stays, read_stays
from recommender.predictors.tables.reading import read_table
from tests.recommender.predictors.recovery.ward import stays_of, ward


def test_the_shares_are_those_of_people_who_still_stay() -> None:
    table = ward(12)
    table = replace(table, target=np.array([0.0, 1.0] * 6))
    bed = np.array([4.0, 1.0, 4.0, 1.0, 4.0, 3.0, 2.0, 3.0, 2.0, 3.0, 2.0, 3.0])
    curves = StayCurves.of_table(table, np.full(12, 0.5), Stays(table.rows, bed, np.where(bed > 3, 1.0, 0.0)))

    assert curves.days == MOST_DAYS
    # Everyone has the same expectation, so one band holds them all.
    assert {tuple(rows) for rows in curves.bed[:, 0, :5].tolist()} == {(1.0, 1.0, 0.5, 0.5, 0.0)}
    assert {tuple(rows) for rows in curves.bed[:, 1, :4].tolist()} == {(1.0, 4 / 6, 4 / 6, 0.0)}
    assert curves.intensive[0, 0, :2].tolist() == [0.5, 0.0]


def test_stays_are_found_by_the_line_whatever_their_order() -> None:
    table = ward(200)
    stays, expected = stays_of(table), np.linspace(0, 1, 200)
    mixed = np.random.default_rng(0).permutation(200)
    other = Stays(stays.lines[mixed], stays.bed[mixed], stays.intensive[mixed])
    one, two = (StayCurves.of_table(table, expected, each) for each in (stays, other))

    assert np.array_equal(one.bed, two.bed)
    assert np.array_equal(one.edges, two.edges)


def test_curves_never_rise_and_a_person_in_intensive_care_needs_a_bed() -> None:
    table = ward()
    curves = StayCurves.of_table(table, np.linspace(0, 1, len(table)), stays_of(table))

    for shares in (curves.bed, curves.intensive):
        assert (np.diff(shares, axis=2) <= 0).all()
    assert (curves.intensive <= curves.bed).all()
    assert (curves.bed[:, :, 0] == 1).all()


def test_a_band_with_too_few_people_of_an_outcome_has_the_shares_of_all() -> None:
    table = ward(100)
    expected = np.where(table.target > 0, 0.9, 0.1) + np.linspace(0, 0.05, 100)
    curves = StayCurves.of_table(table, expected, stays_of(table))
    low = int(curves.bands(np.array([0.1]))[0])

    assert np.array_equal(curves.bed[low, 1], (stays_of(table).bed[table.target > 0][:, None] >= np.arange(1, 61)).mean(axis=0))


def test_the_chance_of_a_bed_mixes_both_outcomes() -> None:
    table = ward()
    curves = StayCurves.of_table(table, np.linspace(0, 1, len(table)), stays_of(table))
    chances = np.array([0.0, 1.0, 0.25])
    bed, care = curves.needed(chances, np.zeros(3, np.int64), 6)

    assert np.array_equal(bed[0], curves.bed[0, 0, :6])
    assert np.array_equal(bed[1], curves.bed[0, 1, :6])
    assert bed[2] == pytest.approx(0.75 * bed[0] + 0.25 * bed[1])
    assert care[2] == pytest.approx(0.75 * care[0] + 0.25 * care[1])


def test_too_few_people_are_refused() -> None:
    table = ward(100)
    few = np.flatnonzero(table.target == 0)[:4]
    stays = stays_of(table)
    kept = np.concatenate([few, np.flatnonzero(table.target > 0)])

    with pytest.raises(PredictorError, match="5 people of each outcome"):
        StayCurves.of_table(table, np.full(100, 0.5), Stays(stays.lines[kept], stays.bed[kept], stays.intensive[kept]))


def test_they_are_the_same_from_their_arrays_and_damage_is_refused() -> None:
    table = ward()
    curves = StayCurves.of_table(table, np.linspace(0, 1, len(table)), stays_of(table))
    again = StayCurves.of(curves.arrays())

    assert all(np.array_equal(array, again.arrays()[name]) for name, array in curves.arrays().items())
    with pytest.raises(PredictorError, match="damaged"):
        StayCurves.of({name: array for name, array in curves.arrays().items() if name != "bed"})
    with pytest.raises(PredictorError, match="damaged"):
        StayCurves.of(dict(curves.arrays()) | {"bed": curves.bed * 2})
    with pytest.raises(PredictorError, match="damaged"):
        StayCurves.of(dict(curves.arrays()) | {"edges": curves.edges[:-1]})


def test_stays_are_read_from_the_generated_table(tmp_path: Path) -> None:
    path = write_table(tmp_path, "recovery", 60, 1, PROJECT / "data")
    table, _ = read_table(path)
    stays = read_stays(path)

    assert np.array_equal(stays.lines, table.rows)
    assert (stays.intensive <= stays.bed).all()
    assert stays.bed.min() >= 1
    with pytest.raises(TableError):
        read_stays(path, bed="weeks")
