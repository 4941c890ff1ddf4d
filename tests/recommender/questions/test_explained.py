"""One medicine in full: its parts agree with one another and with what a walk without them gives."""

from typing import Any

import pytest

from recommender.errors import CaseError
from recommender.questions.explained import explained
from recommender.request import Request
from recommender.service import Recommender
from tests.recommender.conftest import TODAY
from tests.recommender.questions.small import EDGES, NODES, GraphOf, recommender_on, request


def about(graph_of: GraphOf, name: str, rival: str = "", **values: Any) -> dict[str, Any]:
    recommender = recommender_on(graph_of)
    number = recommender.snapshot.number
    return explained(recommender, request(**values), number(name), number(rival) if rival else None)


def test_the_one_diagnosis_carries_a_suggestion(graph_of: GraphOf) -> None:
    found = about(graph_of, "M:lisinopril")

    removed = found["counterfactual"]["evidence"]
    assert (removed["flips"], removed["exact"]) == (True, True)
    assert [item["node"] for item in removed["removed"]] == ["C:hypertension"]
    assert (removed["before"]["rank"], removed["after"]["rank"]) == (1, None)


def test_the_edge_that_carries_it_puts_it_behind_its_rival(graph_of: GraphOf) -> None:
    found = about(graph_of, "M:lisinopril")["counterfactual"]["edges"]

    assert [(e["kind"], e["start"]) for e in found["removed"]] == [("TREATS", "M:lisinopril")]
    assert (found["exact"], found["overtaken_by"]["id"]) == (True, "M:losartan")
    assert found["after"]["score"] < found["rival_after"]["score"]


def test_the_removal_flips_when_the_graph_is_built_without_it(graph_of: GraphOf) -> None:
    [edge] = about(graph_of, "M:lisinopril")["counterfactual"]["edges"]["removed"]
    left = [e for e in EDGES if (e[1], e[0], e[2]) != (edge["kind"], edge["start"], edge["end"])]
    graph = graph_of(left, NODES)

    answer = Recommender(graph.store, graph.snapshot, graph.folder, compiled=False).recommend(request()).body

    assert answer["recommendations"][0]["medicine"]["id"] == "M:losartan"


def test_faithfulness_agrees_with_the_answer_that_asks_for_it(graph_of: GraphOf) -> None:
    recommender = recommender_on(graph_of)
    asked = request(faithfulness=True)

    item = recommender.recommend(asked).body["recommendations"][0]
    found = explained(recommender, asked, recommender.snapshot.number("M:lisinopril"))

    assert item["faithfulness"] == found["faithfulness"]
    assert found["faithfulness"]["formula_error"] <= 1e-9
    assert recommender.recommend(request()).body["recommendations"][0]["faithfulness"] is None


def test_an_excluded_medicine_has_no_place_to_lose(graph_of: GraphOf) -> None:
    found = about(graph_of, "M:enalapril")

    assert (found["standing"], found["counterfactual"]) == ("excluded", None)
    assert found["findings"][0]["severity"] == "exclude"


def test_bare_nodes_can_be_explained(graph_of: GraphOf) -> None:
    recommender = recommender_on(graph_of)

    found = explained(recommender, Request(TODAY, nodes=("C:hypertension",)), recommender.snapshot.number("M:losartan"))

    assert found["counterfactual"]["evidence"]["removed"][0]["node"] == "C:hypertension"


def test_sources_that_disagree_are_told_where_they_count(graph_of: GraphOf) -> None:
    against = ("M:losartan", "CONTRAINDICATED_IN", "C:metabolic", {"strength": "relative", "source": "label"})
    graph = graph_of([*EDGES, against, ("M:losartan", "TREATS", "C:hypertension", {"source": "other"})], NODES)
    recommender = Recommender(graph.store, graph.snapshot, graph.folder, compiled=False)

    def speaking(**values: Any) -> list[str]:
        [pair] = explained(recommender, request(**values), graph.number("M:losartan"))["contradictions"]
        return [edge["source"] for edge in pair["for"]]

    assert sorted(speaking()) == ["other", "test"]
    assert speaking(exclude_sources=("other",)) == ["test"]


@pytest.mark.parametrize("rival", ["M:lisinopril", "M:enalapril", "M:losartan"])
def test_a_rival_stands_below_in_the_same_list(graph_of: GraphOf, rival: str) -> None:
    with pytest.raises(CaseError, match="stands below it"):
        about(graph_of, "M:losartan", rival)
