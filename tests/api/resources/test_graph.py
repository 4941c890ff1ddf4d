from collections.abc import Callable
from io import BytesIO
from typing import Any

import networkx
import pytest
from flask.testing import FlaskClient

from api.accounts import Role
from graph.elements import NodeId
from tests.api.reading import problem_of
from tests.api.small import EDGES, NODES, OWN

AsRole = Callable[[Role], dict[str, str]]


def ask(client: FlaskClient, as_role: AsRole, address: str) -> Any:
    answer = client.get(f"/v1/graph/{address}", headers=as_role(Role.ANALYST))
    assert answer.status_code == 200, answer.data
    return answer.get_json()


def test_pages_of_neighbours_follow_each_other(client: FlaskClient, as_role: AsRole) -> None:
    whole = ask(client, as_role, "neighbours/hypertension")
    pages = [ask(client, as_role, f"neighbours/hypertension?limit=2&offset={offset}") for offset in (0, 2, 4, 6)]

    assert whole["count"] == len(whole["items"]) == 6
    assert [item for page in pages for item in page["items"]] == whole["items"]
    assert [page["more"] for page in pages] == [4, 2, 0, 0]
    assert {item["node"]["id"] for item in whole["items"]} == {
        "RxNorm:29046", "RxNorm:17767", "RxNorm:52175", "RxNorm:8787", "rx:headache", "rx:less-salt",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("kind=PRESENTS", {"Headache"}),
        ("node_kind=CareAction", {"Eat less salt"}),
        ("way=out", {"Headache"}),
        ("kind=TREATS&way=out", set()),
    ],
)
def test_neighbours_are_chosen_by_kind_and_way(client: FlaskClient, as_role: AsRole, query: str, names: set[str]) -> None:
    found = ask(client, as_role, f"neighbours/ICD10CM:I10?{query}")

    assert {item["node"]["name"] for item in found["items"]} == names


def test_a_path_between_two_nodes_is_shown_with_its_edges(client: FlaskClient, as_role: AsRole) -> None:
    found = ask(client, as_role, "paths?from=losartan&to=lisinopril&hops=1")

    (path,) = found["items"]
    assert (found["found"], found["complete"]) == (1, True)
    assert [[edge["kind"] for edge in step] for step in path["steps"]] == [["INTERACTS_WITH", "RESEMBLES"]]
    assert "Losartan" in path["drawn"]


def test_paths_are_those_of_networkx(client: FlaskClient, as_role: AsRole) -> None:
    graph = networkx.Graph((start, end) for _, start, end, _ in EDGES)
    for start in ("ICD10CM:I10", "RxNorm:29046", "rx:headache", "ICD10CM:J45"):
        for goal in (node for node, *_ in NODES if node != start):
            for hops in (1, 2, 3):
                found = ask(client, as_role, f"paths?from={start}&to={goal}&hops={hops}&limit=50")
                expected = (
                    {tuple(path) for path in networkx.all_simple_paths(graph, start, goal, cutoff=hops)}
                    if start in graph and goal in graph
                    else set()
                )
                paths = [tuple(node["id"] for node in path["nodes"]) for path in found["items"]]
                assert len(paths) == len(set(paths)) == found["found"]
                assert set(paths) == expected, (start, goal, hops)
                assert [len(path) for path in paths] == sorted(len(path) for path in paths)


def test_from_and_to_are_two_nodes(client: FlaskClient, as_role: AsRole) -> None:
    answer = client.get("/v1/graph/paths?from=zestril&to=RxNorm:29046", headers=as_role(Role.USER))

    assert [error["pointer"] for error in problem_of(answer, 422)["errors"]] == ["/to"]


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("to=asthma", "/from"),
        ("from=a&to=b&hops=4", "/hops"),
        ("from=a&to=b&hops=0", "/hops"),
        ("from=a&to=b&limit=51", "/limit"),
    ],
)
def test_wrong_parameters_are_pointed_at(client: FlaskClient, as_role: AsRole, query: str, pointer: str) -> None:
    found = problem_of(client.get(f"/v1/graph/paths?{query}", headers=as_role(Role.USER)), 422)

    assert [error["pointer"] for error in found["errors"]] == [pointer]


def test_metapaths_are_those_that_serve(client: FlaskClient, as_role: AsRole) -> None:
    found = ask(client, as_role, "metapaths")

    weights = [item["weight"] for item in found["items"]]
    assert weights == sorted(weights, reverse=True)
    assert found["bundle"] is None
    assert all("{0}" in item["sentence"] for item in found["items"])


def test_statistics_count_the_knowledge_and_nothing_else(client: FlaskClient, as_role: AsRole) -> None:
    found = ask(client, as_role, "statistics")

    assert sum(found["nodes"].values()) == len(NODES)
    assert sum(found["edges"].values()) == sum(found["levels"].values()) == len(EDGES)
    assert found["edges"]["TREATS"] == 7
    assert found["sources"] == [{"source": "test", "source_version": "1", "licence": "CC0-1.0", "edges": len(EDGES)}]


def test_a_neighbourhood_is_graphml(client: FlaskClient, as_role: AsRole) -> None:
    headers = as_role(Role.ANALYST)
    answer = client.get("/v1/graph/neighbourhood/ICD10CM:I10.graphml", headers=headers)
    few = client.get("/v1/graph/neighbourhood/ICD10CM:I10.graphml?hops=2&limit=3", headers=headers)

    graph = networkx.read_graphml(BytesIO(answer.data))
    around = {"RxNorm:29046", "RxNorm:17767", "RxNorm:52175", "RxNorm:8787", "rx:headache", "rx:less-salt", "ICD10CM:I10"}
    assert answer.mimetype == "application/graphml+xml"
    assert set(graph.nodes) == around
    assert graph.number_of_edges() == len([1 for _, start, end, _ in EDGES if {start, end} <= around])
    assert len(networkx.read_graphml(BytesIO(few.data)).nodes) == 3


def test_no_patient_is_in_any_answer_about_the_graph(
    client: FlaskClient, as_role: AsRole, own_id: NodeId, other_id: NodeId
) -> None:
    headers = as_role(Role.CLINICIAN)
    told = ""
    for node, *_ in NODES:
        told += client.get(f"/v1/graph/neighbours/{node}?limit=200", headers=headers).get_data(as_text=True)
        told += client.get(f"/v1/graph/neighbourhood/{node}.graphml?hops=2", headers=headers).get_data(as_text=True)
        told += client.get(f"/v1/graph/paths?from={node}&to=asthma&limit=50", headers=headers).get_data(as_text=True)
    told += client.get("/v1/graph/statistics", headers=headers).get_data(as_text=True)

    assert "Hypertension" in told
    for secret in (own_id, other_id, "patient:", "Patient", "HAS_DIAGNOSIS", "TAKES", OWN):
        assert secret not in told
    for address in (
        f"neighbours/{own_id}",
        f"neighbourhood/{own_id}.graphml",
        f"paths?from={own_id}&to=asthma",
        f"paths?from=asthma&to={own_id}",
    ):
        problem_of(client.get(f"/v1/graph/{address}", headers=headers), 404)
