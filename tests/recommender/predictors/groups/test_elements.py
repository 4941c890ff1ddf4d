"""Groups as nodes and edges: of five people or more, by ids, and nothing of a person."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from graph.elements import PATIENT_PREFIX, KnowledgeLevel, NodeKind
from graph.schema import EDGE_RULES, NODE_RULES, check_id, check_properties
from recommender.errors import PredictorError
from recommender.outcomes import LEAST_PEOPLE
from recommender.predictors.groups.config import GroupsConfig
from recommender.predictors.groups.elements import group_elements, group_rows
from recommender.predictors.groups.fitting import fit_groups, groups_of
from recommender.predictors.groups.model import Groups
from tests.recommender.conftest import TODAY, Build, Graph
from tests.recommender.predictors.groups.crowd import QUICK, course, crowd
from tests.recommender.predictors.population.village import KNOWLEDGE, NODES, village

TAG = "0123456789abcdef"


@pytest.fixture(scope="module")
def made(build: Build) -> Iterator[tuple[Graph, Groups]]:
    """A graph, and groups of which one took something."""
    with build(KNOWLEDGE, NODES) as graph:
        pril, pressure = graph.number("M:pril"), graph.number("C:pressure")
        courses = [course(i, pril, pressure, good=i < 60) for i in range(40, 70)]
        yield graph, groups_of(crowd(40, 30, 20), courses, graph.snapshot, QUICK)


@pytest.fixture
def known(made: tuple[Graph, Groups]) -> Graph:
    return made[0]


@pytest.fixture
def groups(made: tuple[Graph, Groups]) -> Groups:
    return made[1]


def test_what_members_took_is_told_by_ids(known: Graph, groups: Groups) -> None:
    rows = group_rows(groups, known.snapshot, TAG)

    assert [(row.group, row.medicine, row.condition, row.people) for row in rows] == [
        ("rx:group-01234567-2", "M:pril", "", 30),
        ("rx:group-01234567-2", "M:pril", "C:pressure", 30),
    ]
    # One group alone took it: it is the whole, 20 of 30.
    assert [row.share for row in rows] == pytest.approx([2 / 3, 2 / 3])
    assert [row.shift for row in rows] == [0.0, 0.0]


def test_a_group_is_a_node_and_what_it_took_an_edge(known: Graph, groups: Groups) -> None:
    nodes, edges = group_elements(groups, known.snapshot, TAG)

    assert [node.id for node in nodes] == [f"rx:group-01234567-{i}" for i in (1, 2, 3)]
    assert [node.properties["people"] for node in nodes] == [40, 30, 20]
    assert [node.name for node in nodes] == [group.description for group in groups.groups]
    assert {edge.level for edge in edges} == {KnowledgeLevel.STATISTICAL}
    assert [edge.record for edge in edges] == ["", "C:pressure"]
    assert len({edge.key for edge in edges}) == len(edges)
    values = {"people": 30, "share": 0.6667, "shift": 0.0, "bundle": TAG}
    assert [edge.properties for edge in edges] == [values, values | {"condition": "C:pressure"}]


def test_nodes_and_edges_are_such_as_a_store_takes(known: Graph, groups: Groups) -> None:
    nodes, edges = group_elements(groups, known.snapshot, TAG)

    for node in nodes:
        check_id(node.id)
        check_properties(node.kind, NODE_RULES[node.kind], node.properties)
    for edge in edges:
        assert (NodeKind.GROUP, NodeKind.MEDICINE) in EDGE_RULES[edge.kind].joins
        check_properties(edge.kind, EDGE_RULES[edge.kind].properties, edge.properties)


def test_groups_of_another_graph_are_refused(known: Graph, groups: Groups) -> None:
    with pytest.raises(PredictorError, match="another graph"):
        group_rows(replace(groups, snapshot="other"), known.snapshot, TAG)


def test_nothing_in_nodes_and_edges_is_of_fewer_than_five_people_or_names_one(graph_of: Callable[..., Graph]) -> None:
    edges, nodes = village(120)
    rare = [(f"patient:v{i:04d}", "TAKES", "M:april", {"record": "a", "outcome": "worse"}) for i in range(1, 9, 2)]
    graph = graph_of(edges + rare, nodes)
    groups = fit_groups(graph.store, graph.snapshot, TODAY, GroupsConfig(most=3, refits=4))

    made, told = group_elements(groups, graph.snapshot, TAG)

    assert told
    counts = [element.properties["people"] for element in (*made, *told)]
    assert all(isinstance(count, int) and count >= LEAST_PEOPLE for count in counts)
    # Four people took it: it is nowhere.
    assert "M:april" not in {edge.end for edge in told}
    assert PATIENT_PREFIX not in repr((made, told))
