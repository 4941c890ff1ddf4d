"""Groups as a whole: obvious kinds found and told in words, served from a bundle, and nothing of a person in it."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from recommender.errors import PredictorError
from recommender.outcomes import LEAST_PEOPLE
from recommender.predictors.bundles import PredictorBundles
from recommender.predictors.groups.config import GroupsConfig
from recommender.predictors.groups.fitting import LEAST_POPULATION, fit_groups, groups_of
from recommender.predictors.groups.model import Groups
from recommender.predictors.groups.predictor import GroupsPredictor, group_id
from recommender.predictors.population.courses import Course
from recommender.predictors.population.features import AGE, FEMALE, MEDICINES, Features
from tests.recommender.conftest import TODAY, Build, Graph
from tests.recommender.predictors.groups.crowd import NAMES, QUICK, course, crowd
from tests.recommender.predictors.population.village import KNOWLEDGE, NODES, village

OLD = {AGE: 80.0, MEDICINES: 4.0, "C:pressure": 1.0, "C:kidney": 1.0, "L:hb": 1.0}
YOUNG = {AGE: 20.0, MEDICINES: 0.0, "L:hb": -1.0}
SIZES = (40, 30, 20)


def without(given: dict[str, float], name: str) -> dict[str, float]:
    """What is given, but for one feature."""
    return {key: value for key, value in given.items() if key != name}


def courses_of(graph: Graph) -> list[Course]:
    """Everyone of the second kind took something, and a part of the third."""
    pril, pressure = graph.number("M:pril"), graph.number("C:pressure")
    return [course(i, pril, pressure, good=i % 3 > 0) for i in range(40, 82)]


@pytest.fixture(scope="module")
def made(build: Build) -> Any:
    """A graph, and groups of three kinds."""
    with build(KNOWLEDGE, NODES) as graph:
        yield graph, groups_of(crowd(*SIZES), courses_of(graph), graph.snapshot, QUICK)


@pytest.fixture
def groups(made: tuple[Graph, Groups]) -> Groups:
    return made[1]


def test_obvious_kinds_become_groups_the_largest_first(groups: Groups) -> None:
    assert [group.people for group in groups.groups] == [40, 30, 20]
    assert groups.figures["chosen"]["agreement"] == 1.0
    assert groups.figures["stable"] is True
    assert [group.stability for group in groups.groups] == pytest.approx([1.0, 1.0, 1.0])


def test_a_group_is_told_by_what_distinguishes_it(groups: Groups) -> None:
    young, middle, old = (group.description for group in groups.groups)

    assert "younger (mean 20, others 62)" in young
    assert "high pressure 0 % (others 100 %)" in young
    assert "older (mean 80, others 33)" in old
    assert "more medicines (mean 4.0, others 0.9)" in old
    assert "higher hb" in old
    assert middle != young
    assert groups.groups[2].distinct[0] in NAMES


@pytest.mark.parametrize(
    ("given", "group"), [(YOUNG, 0), (YOUNG | {AGE: 50.0, MEDICINES: 2.0, "C:pressure": 1.0, "L:hb": 0.0}, 1), (OLD, 2)]
)
def test_someone_belongs_to_those_who_are_alike(groups: Groups, given: dict[str, float], group: int) -> None:
    found = groups.membership(given)

    assert found.group == group
    assert 0.5 < found.low <= found.probability <= found.high < 1


def test_a_condition_that_is_missing_is_none_and_a_result_as_usual(groups: Groups) -> None:
    anywhere = replace(groups, reach=np.inf)

    assert anywhere.membership(without(YOUNG, "L:hb")).group == 0
    assert anywhere.membership(without(OLD, "L:hb")).group == 2
    assert anywhere.membership(without(OLD, "C:kidney")) == anywhere.membership(OLD | {"C:kidney": 0.0})


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({}, "nothing is on file"),
        ({MEDICINES: 0.0}, "nothing is on file"),
        ({"L:other": 1.0}, "nothing is on file"),
        (OLD | {AGE: 300.0}, "far from every group"),
        (YOUNG | {"C:kidney": 1.0, "C:pressure": 1.0, "L:hb": 4.0}, "far from every group"),
    ],
)
def test_who_is_like_nobody_belongs_nowhere(groups: Groups, given: dict[str, float], reason: str) -> None:
    found = groups.membership(given)

    assert (found.group, found.probability) == (None, 0.0)
    assert reason in found.reason
    prediction = GroupsPredictor(groups, "tag").predict(given)
    assert (prediction.chances, prediction.abstained) == ((), found.reason)


def test_at_least_five_of_those_it_was_made_of_lie_at_or_beyond_the_reach(groups: Groups) -> None:
    values = crowd(*SIZES).matrix
    costs = groups.division.costs(groups.scaling.encode(values[:, [NAMES.index(n) for n in groups.scaling.names]])).min(1)

    assert int((costs >= groups.reach - 1e-9).sum()) == LEAST_PEOPLE


def test_the_order_of_people_changes_nothing(made: tuple[Graph, Groups]) -> None:
    graph, groups = made
    order = np.random.default_rng(3).permutation(90)
    place = {int(person): i for i, person in enumerate(order)}
    moved = [course(place[c.person], c.medicine, c.condition, good=c.result == 0) for c in courses_of(graph)]

    other = groups_of(Features(NAMES, crowd(*SIZES).matrix[order]), moved[::-1], graph.snapshot, QUICK)

    assert other.notes() == groups.notes()
    assert {k: a.tobytes() for k, a in other.arrays().items()} == {k: a.tobytes() for k, a in groups.arrays().items()}


def test_a_group_of_four_is_dissolved(known: Graph) -> None:
    found = groups_of(crowd(40, 30, 4), [], known.snapshot, QUICK)

    assert sum(group.people for group in found.groups) == 74
    assert min(group.people for group in found.groups) >= LEAST_PEOPLE


def test_what_a_bundle_holds_serves_the_same(groups: Groups, tmp_path: Path) -> None:
    bundles = PredictorBundles(tmp_path)
    tag = bundles.write("groups", groups.arrays(), groups.notes())
    stored = bundles.read("groups")

    read = Groups.of(stored.arrays, stored.notes)

    assert read.membership(OLD) == groups.membership(OLD)
    assert GroupsPredictor(read, tag).predict(OLD).payload() == GroupsPredictor(groups, tag).predict(OLD).payload()
    assert GroupsPredictor(read, tag).card == GroupsPredictor(groups, tag).card


@pytest.mark.parametrize("missing", ["reach", "division/centres", "therapies/people", "sureness/lead", "scaling/mean"])
def test_a_bundle_without_a_part_is_refused(groups: Groups, missing: str) -> None:
    arrays = {name: array for name, array in groups.arrays().items() if name != missing}

    with pytest.raises(PredictorError, match="holds no groups"):
        Groups.of(arrays, groups.notes())


def test_nothing_of_a_person_is_in_a_bundle(graph_of: Callable[..., Graph]) -> None:
    edges, nodes = village(80)
    graph = graph_of(edges, nodes)

    found = fit_groups(graph.store, graph.snapshot, TODAY, GroupsConfig(most=3, refits=4))

    assert [group.people for group in found.groups] == [40, 40]
    assert "patient" not in json.dumps(found.notes()).replace("patients", "")
    assert all(array.dtype.kind in "fib" for array in found.arrays().values())
    # No array has a row a person.
    assert 80 not in {size for array in found.arrays().values() for size in array.shape}
    assert found.therapies.people.min() >= LEAST_PEOPLE
    assert {graph.snapshot.id(int(m)) for m in found.therapies.medicine} == {"M:pril", "M:olol"}


def test_who_may_not_be_learned_of_counts_nowhere(graph_of: Callable[..., Graph]) -> None:
    edges, nodes = village(120)
    graph = graph_of(edges, nodes)
    config = GroupsConfig(most=2, refits=4)

    found = fit_groups(graph.store, graph.snapshot, TODAY, config, allowed=lambda node: node.id < "patient:v0080")

    assert found.figures["people"] == 80


def test_too_few_people_or_nothing_to_tell_them_apart_by_is_refused(known: Graph) -> None:
    with pytest.raises(PredictorError, match=f"{LEAST_POPULATION} patients or more"):
        groups_of(crowd(25, 24), [], known.snapshot, QUICK)
    with pytest.raises(PredictorError, match="do not differ"):
        groups_of(Features((MEDICINES,), np.zeros((LEAST_POPULATION, 1))), [], known.snapshot, QUICK)


def test_noise_makes_no_groups(known: Graph) -> None:
    random = np.random.default_rng(4)
    noise = Features((AGE, MEDICINES), random.normal(50, 10, (60, 2)))

    with pytest.raises(PredictorError, match="no division"):
        groups_of(noise, [], known.snapshot, GroupsConfig(most=4, refits=6, doubtful=0.99, stable=0.999))


def test_a_prediction_names_the_group_and_what_was_missing(groups: Groups) -> None:
    predictor = GroupsPredictor(replace(groups, reach=np.inf), "abcdef0123456789", synthetic=True)

    found = predictor.predict(without(OLD, "L:hb"))

    assert [chance.target for chance in found.chances] == [group_id("abcdef0123456789", 2)] == ["rx:group-abcdef01-3"]
    assert found.chances[0].label == groups.groups[2].description
    assert found.chances[0].level == "20 people"
    assert found.notes == ("not on file, taken as usual: hb", "made of synthetic patients")
    assert predictor.name == found.predictor == "groups"


@pytest.mark.parametrize("target", ["", "rx:group-tag-1", "rx:group-tag-2"])
def test_an_explanation_adds_up(groups: Groups, target: str) -> None:
    found = GroupsPredictor(groups, "tag").explain(OLD, target)

    assert found.base + sum(one.amount for one in found.contributions) == pytest.approx(found.total)
    assert found.target == (target or "rx:group-tag-3")
    # Only the group that she belongs to is nearer than every other one.
    assert (found.total > 0) == (found.target == "rx:group-tag-3")
    told = {one.feature: one.value for one in found.contributions}
    assert told == {
        AGE: "80",
        MEDICINES: "4",
        "C:pressure": "yes",
        "C:kidney": "yes",
        "L:hb": "+1.0 (-1 and 1 are the ends of the reference range)",
    }


def test_what_cannot_be_explained_is_refused(groups: Groups) -> None:
    predictor = GroupsPredictor(groups, "tag")

    with pytest.raises(PredictorError, match="no such group"):
        predictor.explain(OLD, "rx:group-other-1")
    with pytest.raises(PredictorError, match="far from every group"):
        predictor.explain(OLD | {AGE: 300.0})


def test_the_card_has_every_division_that_was_tried(groups: Groups) -> None:
    card = GroupsPredictor(groups, "tag").card.payload()

    assert card["promoted"].endswith("the stable division that tells the most apart")
    assert [(row["method"], row["groups"]) for row in card["figures"]["tried"]] == [
        (method, k) for method in ("k-means", "mixture") for k in (2, 3, 4)
    ]
    assert [row["people"] for row in card["subgroups"]] == [40, 30, 20]
    assert json.loads(json.dumps(card)) == card


def test_groups_of_a_store_know_a_case(graph_of: Callable[..., Graph]) -> None:
    edges, nodes = village(60)
    graph = graph_of(edges, nodes)
    found = fit_groups(graph.store, graph.snapshot, date(2024, 6, 1), GroupsConfig(most=2, refits=4))

    old = replace(found, reach=np.inf).membership(
        {AGE: 75.0, FEMALE: 0.0, MEDICINES: 2.0, "C:pressure": 1.0, "C:kidney": 1.0, "L:hb": -2.5}
    )

    assert old.group is not None
    assert "kidney 100 % (others 0 %)" in found.groups[old.group].description
