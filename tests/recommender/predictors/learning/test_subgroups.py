"""Figures by sex and age: the right people in each, few people untold, gaps by hand."""

import json
from dataclasses import replace

import numpy as np
import pytest

from recommender.predictors.learning.comparison import HeldOut
from recommender.predictors.learning.measures import Figure
from recommender.predictors.learning.subgroups import FEWEST, FEWEST_OF_A_CLASS, MEASURES, Subgroup, gaps, subgroups
from recommender.predictors.tables.table import Column, ColumnKind, Table
from tests.recommender.predictors.learning.conftest import made


def told(table: Table, probability: np.ndarray | None = None) -> dict[str, Subgroup]:
    said = np.full(len(table), 0.5) if probability is None else probability
    answer = HeldOut(said[None], said[None], np.zeros((1, len(table)), np.int64))
    return {one.name: one for one in subgroups(table, answer, draws=20)}


def with_ages(ages: np.ndarray) -> Table:
    table = made(len(ages))
    return replace(table, values={**table.values, "age": ages}, target=(np.arange(len(ages)) % 2).astype(float))


def test_age_bands_begin_where_they_say() -> None:
    ages = np.repeat([17.9, 18.0, 39.9, 40.0, 64.0, 65.0, 79.0, 80.0, 101.0], 20)
    people = {name: one.people for name, one in told(with_ages(ages)).items() if one.by == "age"}
    assert people == {"0 to 17": 20, "18 to 39": 40, "40 to 64": 40, "65 to 79": 40, "80 and above": 40}


def test_people_are_counted_and_not_rows() -> None:
    table = with_ages(np.full(80, 50.0))
    pairs = replace(table, groups=np.arange(80) // 4)
    assert told(pairs)["40 to 64"].people == 20
    assert told(replace(table, groups=np.arange(80) // 5))["40 to 64"].figures == {}


def test_the_base_rate_is_of_the_subgroup() -> None:
    table = with_ages(np.repeat([30.0, 50.0], 40))
    target = np.concatenate((np.repeat([1.0, 0.0], [10, 30]), np.repeat([1.0, 0.0], [30, 10])))
    found = told(replace(table, target=target))
    assert (found["18 to 39"].share, found["40 to 64"].share) == (0.25, 0.75)
    assert found["18 to 39"].figures["brier"].value == pytest.approx(0.25)


@pytest.mark.parametrize(("people", "positive", "has"), [(FEWEST, 5, True), (FEWEST - 1, 5, False), (FEWEST, 4, False)])
def test_too_few_are_not_told_of(people: int, positive: int, has: bool) -> None:
    ages = np.concatenate((np.full(people, 30.0), np.full(60, 50.0)))
    target = np.concatenate((np.arange(people) < positive, np.arange(60) % 2)).astype(float)
    found = told(replace(with_ages(ages), target=target))["18 to 39"]
    assert bool(found.figures) is has
    assert FEWEST_OF_A_CLASS == 5
    assert found.share == pytest.approx(positive / people if people >= FEWEST else np.nan, nan_ok=True)


def test_a_flag_of_sex_is_named_by_its_values() -> None:
    table = made(100)
    columns = tuple(Column("sex", ColumnKind.FLAG) if c.name == "sex" else c for c in table.columns)
    assert {"sex 0", "sex 1"} <= set(told(replace(table, columns=columns)))


def test_a_column_may_say_by_its_node_what_it_is() -> None:
    table = made(100)
    columns = tuple(
        Column("geschlecht", c.kind, categories=c.categories, node="sex") if c.name == "sex" else c for c in table.columns
    )
    values = {**table.values, "geschlecht": table.values["sex"]}
    assert {"female", "male"} <= set(told(replace(table, columns=columns, values=values)))


def test_gaps_are_between_the_best_and_the_worst() -> None:
    def group(by: str, name: str, value: float) -> Subgroup:
        return Subgroup(by, name, 50, 0.5, {m: Figure(value, 0.0, 1.0) for m in MEASURES})

    found = (
        group("age", "young", 0.9),
        group("age", "middle", 0.7),
        group("age", "old", 0.75),
        Subgroup("age", "few", 3, np.nan, {}),
        group("sex", "female", 0.8),
        Subgroup("sex", "male", 3, np.nan, {}),
    )
    assert gaps(found) == {"age": pytest.approx(dict.fromkeys(MEASURES, 0.2))}


def test_a_model_that_is_unsure_of_one_sex_shows_in_recall() -> None:
    table = made(400, seed=3)
    female = table.values["sex"] == 0
    found = told(table, np.where(female, 0.1 + 0.8 * table.target, 0.3))
    assert (found["female"].figures["recall"].value, found["male"].figures["recall"].value) == (1.0, 0.0)
    # Of no man is it said, so that there is no share of those it is said of, and no gap.
    assert np.isnan(found["male"].figures["precision"].value)
    assert "precision" not in gaps((found["female"], found["male"]))["sex"]
    assert gaps((found["female"], found["male"]))["sex"]["recall"] == 1.0
    payload = json.loads(json.dumps(found["female"].payload(), allow_nan=False))
    assert payload["recall"][0] == 1.0
    assert payload["people"] == int(female.sum())
