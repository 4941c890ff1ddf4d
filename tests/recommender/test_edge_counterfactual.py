"""Edge counterfactuals: sets of links that really flip a suggestion, and none smaller, against all subsets by brute force."""

import math
from collections.abc import Callable
from itertools import combinations

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from recommender.contest import Counterfactual
from recommender.cut_walk import cut_scorer
from recommender.edge_counterfactual import CutLink, Limits, edge_counterfactual
from recommender.metapaths import Metapath, parse_steps
from recommender.scoring import Scorer, Scores
from tests.recommender.conftest import Build, Graph
from tests.recommender.cut_oracle import CONFIG, NamedLink, Oracle, graphs, listed, named, scorer_of

SURE = 1e-9
RESEMBLING = Metapath("CtMrM", parse_steps("Condition <-TREATS- Medicine -RESEMBLES- Medicine"), 1.0, "")
TWICE = Metapath("CtMrMrM", parse_steps("Condition <-TREATS- Medicine -RESEMBLES- Medicine -RESEMBLES- Medicine"), 1.0, "")


def asked(
    graph: Graph, scorer: Scorer, medicine: str, rival: str | None = None, *, established: bool = True, **given_: object
) -> tuple[Counterfactual, Scores]:
    evidence = {graph.number("C:c"): 1.0}
    scores = scorer.score(evidence)
    ranked = listed(scorer, scores, established=established)
    numbers = graph.number(medicine), graph.number(rival) if rival else None
    return edge_counterfactual(scorer, scores, evidence, ranked, *numbers, **given_), scores  # type: ignore[arg-type]


def taken(graph: Graph, found: Counterfactual) -> list[NamedLink]:
    """What is removed, by names."""
    return [
        named(edge["kind"], edge["start"], edge["end"])
        for edge in (item.payload(graph.snapshot) for item in found.removed or ())
    ]


def test_the_known_treatment_is_what_a_place_on_the_list_rests_on(graph_of: Callable[..., Graph]) -> None:
    said = [{"source": "book", "line": "first"}, {"source": "web", "line": "later"}]
    graph = graph_of([*(("M:a", "TREATS", "C:c", values) for values in said), ("M:b", "TREATS", "C:c", {"line": "later"})])

    found, _ = asked(graph, scorer_of(graph, []), "M:a")

    # Two edges say the link: without it both are gone.
    assert taken(graph, found) == [("TREATS", "M:a", "C:c")]
    assert found.exact
    assert (found.before.rank, found.before.score) == (1, CONFIG.intercept + CONFIG.treats_first)
    assert found.after is not None
    assert (found.after.rank, found.after.score) == (None, CONFIG.intercept)
    payload = found.payload(graph.snapshot)
    assert payload["overtaken_by"]["id"] == "M:b"
    assert payload["removed"][0]["drawn"] == "a –treats→ c"
    assert [edge["source"] for edge in payload["removed"][0]["also"]] == ["web"]


def test_the_last_of_a_list_must_leave_it(graph_of: Callable[..., Graph]) -> None:
    # Treating and palliating is less than a first line: a stands behind b, and both of its links hold it on the list.
    graph = graph_of([("M:a", "TREATS", "C:c"), ("M:a", "PALLIATES", "C:c"), ("M:b", "TREATS", "C:c", {"line": "first"})])

    found, _ = asked(graph, scorer_of(graph, []), "M:a")
    spared, _ = asked(graph, scorer_of(graph, []), "M:a", direct=False)

    assert set(taken(graph, found)) == {("TREATS", "M:a", "C:c"), ("PALLIATES", "M:a", "C:c")}
    assert (found.exact, found.at_least, found.rival, found.overtaken_by) == (True, 2, None, None)
    assert (spared.removed, spared.exact, spared.at_least) == (None, True, 1)
    payload = spared.payload(graph.snapshot)
    assert (payload["flips"], payload["at_least"], payload["found"], payload["after"]) == (False, None, None, None)


def test_no_other_links_may_do(graph_of: Callable[..., Graph]) -> None:
    # What resembles b speaks for a, too, but far less than a first line of therapy does.
    lines = [("M:a", "TREATS", "C:c", {"line": "first"}), ("M:b", "TREATS", "C:c", {"line": "later"})]
    graph = graph_of([*lines, ("M:a", "RESEMBLES", "M:b")])

    found, _ = asked(graph, scorer_of(graph, [RESEMBLING]), "M:a", direct=False)

    # Two links lead from c over b to a: not even both are enough.
    assert (found.removed, found.exact, found.at_least) == (None, True, 3)


def test_one_of_two_treatments_is_enough_to_fall_behind(graph_of: Callable[..., Graph]) -> None:
    graph = graph_of([("M:a", "TREATS", "C:c"), ("M:a", "PALLIATES", "C:c"), ("M:b", "TREATS", "C:c", {"line": "later"})])

    found, _ = asked(graph, scorer_of(graph, []), "M:a")

    assert taken(graph, found) == [("TREATS", "M:a", "C:c")]
    assert found.after is not None
    assert (found.after.rank, found.after.score) == (2, CONFIG.intercept + CONFIG.palliates)


def like(*links: tuple[str, str]) -> list[tuple[str, str, str]]:
    return [(f"M:{a}", "RESEMBLES", f"M:{b}") for a, b in links]


def test_what_the_rival_loses_counts_by_hand(graph_of: Callable[..., Graph]) -> None:
    # x resembles 1, 2 and 3, y resembles 1 and 2, and all of those treat c. Without the treatment of 1 or of 2 both lose alike;
    # only what leads to x alone brings it down: x has three paths, y two, and one link of x's own makes them equal.
    treats = [(f"M:{i}", "TREATS", "C:c") for i in (1, 2, 3)]
    graph = graph_of([*treats, *like(("1", "x"), ("2", "x"), ("3", "x"), ("1", "y"), ("2", "y"))], {})
    scorer = scorer_of(graph, [RESEMBLING])

    found, scores = asked(graph, scorer, "M:x", "M:y", established=False)

    counts = scores.counts[RESEMBLING]
    first = graph.snapshot.first["Medicine"]
    assert counts[graph.number("M:x") - first] > counts[graph.number("M:y") - first]
    links = taken(graph, found)
    assert all("M:x" in link for link in links)
    assert found.exact
    assert (found.before.rank, found.after and found.after.rank) == (1, 2)


def test_the_fall_is_that_of_the_published_feature(graph_of: Callable[..., Graph]) -> None:
    graph = graph_of([("M:1", "TREATS", "C:c"), ("M:2", "TREATS", "C:c"), *like(("1", "x"), ("2", "x"))])
    scorer = scorer_of(graph, [RESEMBLING])
    evidence = {graph.number("C:c"): 1.0}
    [x] = [m for m in listed(scorer, scorer.score(evidence), established=False) if graph.ids([m]) == ["M:x"]]

    found = edge_counterfactual(scorer, scorer.score(evidence), evidence, [x], x)

    # Both links of x must go before nothing is left. The mean is over one condition and three medicines, of which x alone is
    # reached: f = asinh(x / (x / 3)).
    assert len(found.removed or ()) == 2
    assert found.before.score - scorer.intercept == pytest.approx(math.asinh(3))
    assert found.after is not None
    assert found.after.score == scorer.intercept


def test_a_link_that_reads_both_ways_goes_both_ways(graph_of: Callable[..., Graph]) -> None:
    # From 1 to 3 over 2, and from 2 to 3 over 1: the link of 1 and 2 is walked in both directions, and both are gone with it.
    graph = graph_of([("M:1", "TREATS", "C:c"), ("M:2", "TREATS", "C:c"), *like(("1", "2"), ("1", "3"), ("2", "3"))])
    scorer = scorer_of(graph, [TWICE])
    evidence, three = {graph.number("C:c"): 1.0}, graph.number("M:3")
    scores = scorer.score(evidence)

    found = edge_counterfactual(scorer, scores, evidence, [three], three)

    assert taken(graph, found) == [("RESEMBLES", "M:1", "M:2")]
    assert found.exact


def test_a_rival_above_is_none(graph_of: Callable[..., Graph]) -> None:
    graph = graph_of([("M:a", "TREATS", "C:c", {"line": "first"}), ("M:b", "TREATS", "C:c", {"line": "later"})])

    with pytest.raises(ValueError, match="below"):
        asked(graph, scorer_of(graph, []), "M:b", "M:a")


# Against all subsets

NODES = {f"{p}:{i}": {} for p in "MCY" for i in range(4)}


def least(links: list[NamedLink], margin: Callable[[tuple[NamedLink, ...]], float], most: int) -> int:
    """The size of the smallest set that surely flips, or ``most`` + 1."""
    return next((k for k in range(1, most + 1) if any(margin(cut) < -SURE for cut in combinations(links, k))), most + 1)


LIMITS = [
    Limits(),
    Limits(paths=10, heaviest=2),
    Limits(paths=0, heaviest=1, walks=3),
    Limits(states=1, walks=2),
    Limits(links=2, states=4),
]


@settings(max_examples=100)
@given(graphs(), st.sampled_from(["direct", "spared", "walked"]), st.sampled_from(LIMITS), st.data())
def test_what_is_told_flips_and_nothing_smaller_does(  # type: ignore[no-untyped-def]
    build: Build, edges, question: str, limits: Limits, data: st.DataObject
) -> None:
    direct, established = question != "spared", question != "walked"
    with build(edges, NODES) as graph:
        evidence = {"C:0": 1.0, "Y:1": 0.5, "C:1": 0.25}
        oracle, scorer = Oracle(graph, evidence), scorer_of(graph)
        weights = {graph.number(i): w for i, w in evidence.items()}
        scores = scorer.score(weights)
        ranked = listed(scorer, scores, established=established)
        assume(ranked)
        medicine = data.draw(st.sampled_from(ranked))
        below = ranked[ranked.index(medicine) + 1 :]
        rival = data.draw(st.sampled_from(below)) if below else None

        found = edge_counterfactual(scorer, scores, weights, ranked, medicine, rival, direct=direct, limits=limits)

        names = [None if m is None else graph.ids([m])[0] for m in (medicine, rival)]
        own = oracle.direct.get(names[0], ())
        links = [link for link in oracle.links(names[0]) if direct or link not in own]

        def margin(cut: tuple[NamedLink, ...]) -> float:
            return oracle.margin(names[0], names[1], cut, established=established)

        smallest = least(links, margin, 2)
        assert found.at_least <= smallest or smallest > 2
        if found.removed is None:
            assert found.after is None
            assert smallest > 2 or not found.exact
            return
        cut = taken(graph, found)
        assert set(cut) <= set(links)
        assert margin(tuple(cut)) <= SURE
        assert len(cut) >= found.at_least
        if found.exact:
            assert len(cut) == found.at_least
            assert len(cut) <= smallest
        check_walked(graph, scorer, weights, ranked, found, oracle)


def check_walked(
    graph: Graph, scorer: Scorer, weights: dict[int, float], ranked: list[int], found: Counterfactual, oracle: Oracle
) -> None:
    """Assert that ranks and scores are those of a walk without the links."""
    links = [(item.key, item.link) for item in found.removed or () if isinstance(item, CutLink)]
    again = cut_scorer(scorer, links).score(weights)
    order = [m for m in listed(scorer, again, established=found.medicine in scorer.score(weights).support) if m in ranked]
    assert found.after is not None
    assert found.after.rank == (order.index(found.medicine) + 1 if found.medicine in order else None)
    cut = taken(graph, found)
    for medicine in ranked:
        score = float(again.total[medicine - scorer.walker.medicines.start])
        assert score == pytest.approx(oracle.score(graph.ids([medicine])[0], cut), rel=1e-9, abs=1e-12)
    assert found.overtaken_by in (found.rival, None) or found.rival is None
    assert found.before.rank == ranked.index(found.medicine) + 1
