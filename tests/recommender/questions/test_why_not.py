"""Why not: each way in which a medicine can fail to be suggested has an answer of its own."""

import pytest

from graph.errors import AmbiguousNameError, UnknownNodeError
from recommender.questions.standing import named_medicine
from recommender.questions.why_not import why_not
from tests.recommender.questions.small import EDGES, NODES, GraphOf, consulted, recommender_on


def test_an_excluded_medicine_is_told_with_its_proof(graph_of: GraphOf) -> None:
    of, [medicine] = consulted(recommender_on(graph_of), "M:enalapril")

    found = why_not(of, medicine)

    assert found["standing"] == "excluded"
    assert found["sentence"].startswith("enalapril is excluded: enalapril is contraindicated in angioedema")
    proof = found["findings"][0]["proof"]
    assert [edge["kind"] for edge in proof["edges"]] == ["CONTRAINDICATED_IN"]
    assert proof["fact"]["record"] == "d2"


def test_an_outranked_medicine_is_told_by_how_much(graph_of: GraphOf) -> None:
    recommender = recommender_on(graph_of)
    of, [medicine] = consulted(recommender, "M:atenolol", top=1)

    found = why_not(of, medicine)

    assert found["standing"] == "outranked"
    assert found["gap"]["last_shown"]["id"] == "M:lisinopril"
    assert found["gap"]["needed"] == of.score(recommender.snapshot.number("M:lisinopril")) - of.score(medicine) > 0
    assert found["gap"]["ahead"] == 2
    assert found["rank"] == {"list": "established", "rank": 3, "of": 3}
    assert found["paths"][0]["edges"][0]["kind"] == "TREATS"


def test_the_fall_in_rank_of_a_shared_out_list_is_told_as_that(graph_of: GraphOf) -> None:
    edges = [*EDGES, ("patient:p", "HAS_DIAGNOSIS", "C:diabetes", {"record": "d3"})]
    graph = graph_of(edges, NODES)
    from recommender.service import Recommender

    recommender = Recommender(graph.store, graph.snapshot, graph.folder, compiled=False)
    of, [medicine] = consulted(recommender, "M:losartan", top=2)

    found = why_not(of, medicine)

    assert [of.snapshot.id(m) for m in of.suggested] == ["M:lisinopril", "M:metformin"]
    assert found["standing"] == "outranked"
    assert found["gap"]["shared_out"] is (of.score(medicine) > of.score(graph.number("M:metformin")))


def test_what_the_walk_alone_finds_is_exploratory(graph_of: GraphOf) -> None:
    of, [medicine] = consulted(recommender_on(graph_of), "M:aliskiren")

    found = why_not(of, medicine)

    assert found["standing"] == "exploratory"
    assert found["nearest"]["drawn"] == "Hypertension ←treats– losartan –resembles– aliskiren"
    assert found["treats"] == []


def test_a_medicine_that_nothing_connects_is_told_by_what_it_treats(graph_of: GraphOf) -> None:
    of, [medicine] = consulted(recommender_on(graph_of), "M:far")

    found = why_not(of, medicine)

    assert (found["standing"], found["nearest"], found["paths"]) == ("not connected", None, [])
    assert found["sentence"] == "Nothing connects far with what is on file; it is known to treat far."


def test_the_nearest_miss_is_the_shortest_way(graph_of: GraphOf) -> None:
    recommender = recommender_on(graph_of)
    of, [medicine] = consulted(recommender, "M:metformin")

    found = why_not(of, medicine)

    assert found["nearest"]["drawn"] == "metabolic ←is a– diabetes ←treats– metformin"


def test_a_suggested_medicine_is_told_its_place(graph_of: GraphOf) -> None:
    of, [medicine] = consulted(recommender_on(graph_of), "M:losartan")

    assert why_not(of, medicine)["sentence"] == "losartan is suggested, in place 2; by score alone it is 2 of 3."


def test_an_unknown_name_is_answered_with_those_like_it(graph_of: GraphOf) -> None:
    snapshot = recommender_on(graph_of).snapshot

    with pytest.raises(UnknownNodeError, match="did you mean losartan"):
        named_medicine(snapshot, "losartann")


def test_a_name_of_several_is_refused(graph_of: GraphOf) -> None:
    graph = graph_of([*EDGES, ("M:a", "TREATS", "C:far")], NODES | {"M:a": {"name": "far"}})

    with pytest.raises(AmbiguousNameError):
        named_medicine(graph.snapshot, "far")
