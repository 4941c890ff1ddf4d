"""Sources that disagree about a pair are shown side by side; those that speak of other pairs are not."""

from datetime import date

from recommender.edge_filter import EdgeFilter
from recommender.questions.contradictions import contradictions
from tests.recommender.questions.small import GraphOf

EDGES = [
    ("M:a", "TREATS", "C:severe", {"source": "one", "evidence": "trial"}),
    ("M:a", "CONTRAINDICATED_IN", "C:whole", {"strength": "relative", "source": "label"}),
    ("M:a", "CONTRAINDICATED_IN", "C:other", {"strength": "absolute"}),
    ("M:b", "TREATS", "C:whole"),
    ("M:b", "CONTRAINDICATED_IN", "C:severe", {"strength": "absolute"}),
    ("C:severe", "IS_A", "C:whole"),
]


def test_an_inherited_contraindication_speaks_against_a_treatment(graph_of: GraphOf) -> None:
    graph = graph_of(EDGES)

    [found] = contradictions(graph.snapshot, graph.number("M:a"), [graph.number("C:severe"), graph.number("C:severe")])

    assert found["condition"]["id"] == "C:severe"
    assert [(e["kind"], e["source"]) for e in found["for"]] == [("TREATS", "one")]
    assert [(e["end"], e["strength"]) for e in found["against"]] == [("C:whole", "relative")]


def test_what_is_forbidden_below_does_not_speak_against_the_whole(graph_of: GraphOf) -> None:
    graph = graph_of(EDGES)

    assert contradictions(graph.snapshot, graph.number("M:b"), [graph.number("C:whole")]) == []


def test_one_sided_pairs_are_no_contradiction(graph_of: GraphOf) -> None:
    graph = graph_of(EDGES)

    assert contradictions(graph.snapshot, graph.number("M:a"), [graph.number("C:other"), graph.number("C:whole")]) == []


def test_a_source_that_is_left_out_speaks_for_no_treatment_but_still_against(graph_of: GraphOf) -> None:
    also = ("M:a", "TREATS", "C:severe", {"source": "other", "known_since": "2024-05-01"})
    graph = graph_of([*EDGES, also])

    def sides(counted: EdgeFilter) -> list[list[str]]:
        found = contradictions(graph.snapshot, graph.number("M:a"), [graph.number("C:severe")], counted)
        return [[edge["source"] for edge in pair[side]] for pair in found for side in ("for", "against")]

    assert sides(EdgeFilter(exclude_sources=frozenset({"one", "label"}))) == [["other"], ["label"]]
    assert sides(EdgeFilter(known_by=date(2024, 4, 30))) == [["one"], ["label"]]
    assert sides(EdgeFilter(exclude_sources=frozenset({"one", "other"}))) == []
