"""Two medicines side by side: the parts add up, and the paths that make the difference are those that one alone has."""

import pytest

from recommender.questions.compare import compare
from tests.recommender.questions.small import GraphOf, consulted, recommender_on


def test_parts_add_up_to_the_scores(graph_of: GraphOf) -> None:
    of, pair = consulted(recommender_on(graph_of), "M:lisinopril", "M:losartan")

    found = compare(of, *pair)

    for i, medicine in enumerate(pair):
        parts = sum(part["amounts"][i] for part in found["parts"])
        assert parts + of.engine.scorer.intercept == pytest.approx(of.score(medicine), rel=1e-9)
    assert sum(part["difference"] for part in found["parts"]) == pytest.approx(found["difference"], rel=1e-9)
    assert found["sentence"].startswith("lisinopril stands ")
    assert "most of all by CtM" in found["sentence"]


def test_the_order_turns_the_sign(graph_of: GraphOf) -> None:
    of, [first, second] = consulted(recommender_on(graph_of), "M:lisinopril", "M:losartan")

    one, other = compare(of, first, second), compare(of, second, first)

    assert one["difference"] == -other["difference"]
    assert one["sentence"] == other["sentence"]


def test_an_excluded_one_stands_there_with_its_finding(graph_of: GraphOf) -> None:
    of, pair = consulted(recommender_on(graph_of), "M:enalapril", "M:losartan")

    sides = compare(of, *pair)["medicines"]

    assert [side["standing"] for side in sides] == ["excluded", "suggested"]
    assert sides[0]["findings"][0]["severity"] == "exclude"
    assert sides[0]["rank"] is None


def test_a_medicine_beside_itself_is_no_different(graph_of: GraphOf) -> None:
    of, [medicine] = consulted(recommender_on(graph_of), "M:losartan")

    found = compare(of, medicine, medicine)

    assert (found["difference"], found["only"]) == (0, [[], []])
    assert found["sentence"] == "losartan and losartan have the same score."
