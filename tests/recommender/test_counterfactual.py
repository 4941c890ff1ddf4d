"""Evidence counterfactuals: facts without which a suggestion really loses its place, and none fewer, against all subsets."""

from collections.abc import Callable, Mapping
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from recommender.case import read_case
from recommender.contest import Counterfactual
from recommender.counterfactual import evidence_counterfactual
from recommender.evidence import weigh_record
from recommender.evidence_table import Item, OnFile, Table, nodes_on_file, record_on_file
from recommender.record import PatientRecord
from recommender.scoring import Scorer, Scores
from tests.recommender.conftest import TODAY, Build, Graph
from tests.recommender.cut_oracle import CONFIG, graphs, listed, scorer_of


def on_file(graph: Graph, case: Mapping[str, Any]) -> tuple[PatientRecord, OnFile]:
    record = read_case(case, graph.snapshot)
    return record, record_on_file(record, graph.snapshot, CONFIG, TODAY)


def asked(graph: Graph, held: OnFile, medicine: str, rival: str | None = None, **given_: int) -> Counterfactual:
    scorer = scorer_of(graph)
    scores = scorer.score(held.without(()))
    numbers = graph.number(medicine), graph.number(rival) if rival else None
    return evidence_counterfactual(scorer, scores, held, listed(scorer, scores), *numbers, **given_)


def taken(graph: Graph, found: Counterfactual) -> list[str]:
    return [item.payload(graph.snapshot)["node"] for item in found.removed or ()]


TWO = [
    ("M:x", "TREATS", "C:a", {"line": "first"}),
    ("M:x", "TREATS", "C:b", {"line": "later"}),
    ("M:y", "TREATS", "C:b", {"line": "first"}),
]


def test_the_fact_that_carries_a_suggestion_by_hand(graph_of: Callable[..., Graph]) -> None:
    graph = graph_of(TWO)
    _, held = on_file(graph, {"conditions": ["a", "b"]})

    found = asked(graph, held, "M:x")

    assert taken(graph, found) == ["C:a"]
    assert (found.exact, found.at_least) == (True, 1)
    assert (found.before.rank, found.before.score) == (1, CONFIG.intercept + CONFIG.treats_first + CONFIG.treats_later)
    assert found.after is not None
    assert (found.after.rank, found.after.score) == (2, CONFIG.intercept + CONFIG.treats_later)
    payload = found.payload(graph.snapshot)
    assert payload["overtaken_by"]["id"] == "M:y"
    assert payload["removed"][0]["facts"][0]["record"] == "/conditions/0"
    # Nothing puts x under y but the same fact; without b, y is not on the list.
    assert taken(graph, asked(graph, held, "M:x", "M:y")) == ["C:a"]


def test_a_tie_is_decided_as_the_walk_decides_it(graph_of: Callable[..., Graph]) -> None:
    # Without a or without b both treat one condition: of equals the smaller number stands first.
    def graph(tied: str) -> Graph:
        edges = [(tied, "TREATS", "C:a"), (tied, "TREATS", "C:b"), ("M:m", "TREATS", "C:c")]
        return graph_of([(m, k, c, {"line": "first"}) for m, k, c in edges])

    ahead, behind = graph("M:a"), graph("M:z")

    found = [asked(g, on_file(g, {"conditions": ["a", "b", "c"]})[1], m) for g, m in ((ahead, "M:a"), (behind, "M:z"))]

    assert [len(f.removed or ()) for f in found] == [2, 1]
    assert all(f.exact for f in found)


def test_what_several_facts_lead_to_goes_with_the_last_of_them(graph_of: Callable[..., Graph]) -> None:
    tree = [("C:one", "IS_A", "C:top"), ("C:two", "IS_A", "C:top")]
    own = [(f"M:{c}", "PALLIATES", f"C:{c}") for c in ("one", "two")]
    graph = graph_of([*tree, *own, ("M:x", "TREATS", "C:top", {"line": "first"})])
    _, held = on_file(graph, {"conditions": ["one", "two"]})

    found = asked(graph, held, "M:x")

    # Either fact alone keeps the weight of what stands above both.
    assert taken(graph, found) == ["C:one", "C:two"]
    assert found.exact
    assert found.after is not None
    assert (found.after.rank, found.overtaken_by) == (None, None)


def test_facts_that_say_the_same_are_one(graph_of: Callable[..., Graph]) -> None:
    graph = graph_of(TWO)
    record, held = on_file(graph, {"conditions": ["a", {"condition": "b"}, "a"], "medicines": ["y"]})

    assert [(graph.snapshot.id(i.node), len(i.facts)) for i in held.items] == [("C:a", 2), ("C:b", 1)]
    assert held.without(held.items[:1]) == {graph.number("C:b"): 1.0}
    assert held.without(()) == {e.node: e.weight for e in weigh_record(record, graph.snapshot, CONFIG, TODAY)}


def test_named_nodes_are_taken_out_themselves(graph_of: Callable[..., Graph]) -> None:
    graph = graph_of(TWO)

    found = asked(graph, nodes_on_file([graph.number("C:b"), graph.number("C:a")]), "M:x")
    alone = asked(graph, nodes_on_file([graph.number("C:b")]), "M:y")

    assert found.removed == (Item(graph.number("C:a")),)
    assert alone.removed == (Item(graph.number("C:b")),)
    assert alone.after is not None
    assert (alone.after.rank, alone.after.score) == (None, CONFIG.intercept)


def test_no_removal_may_do(graph_of: Callable[..., Graph]) -> None:
    # y treats nothing without x: whatever goes, it never stands before it.
    graph = graph_of([("M:x", "TREATS", "C:a", {"line": "first"}), ("M:y", "TREATS", "C:a", {"line": "later"})])

    found = asked(graph, nodes_on_file([graph.number("C:a")]), "M:x", "M:y")

    assert (found.removed, found.exact, found.after) == (None, True, None)


# Against all subsets


def brute(graph: Graph, record: PatientRecord, items: tuple[Item, ...], lost: Callable[[Scores], bool], scorer: Scorer) -> int:
    """The size of the smallest set without which the place is lost, walked anew for each; more than all when none does."""
    for size in range(1, len(items) + 1):
        for removed in combinations(items, size):
            facts = tuple(f for f in record.facts if not any(f in item.facts for item in removed))
            left = PatientRecord(None, None, None, None, None, facts)
            weights = {e.node: e.weight for e in weigh_record(left, graph.snapshot, CONFIG, TODAY)}
            if lost(scorer.score(weights)):
                return size
    return len(items) + 1


CASES = st.fixed_dictionaries(
    {
        "conditions": st.lists(
            st.tuples(st.sampled_from(["C:0", "C:1", "C:2", "C:3"]), st.sampled_from(["", "2024-01-01", "2023-02-01"])),
            min_size=1,
            max_size=5,
        ),
        "symptoms": st.lists(st.sampled_from(["Y:0", "Y:1", "Y:2"]), max_size=2, unique=True),
    }
)
NODES = {f"{p}:{i}": {} for p in "MCY" for i in range(4)}


@settings(max_examples=80)
@given(graphs(), CASES, st.booleans(), st.sampled_from([(5_000, 50), (3, 50), (40, 2)]), st.data())
def test_what_is_told_flips_and_nothing_smaller_does(  # type: ignore[no-untyped-def]
    build: Build, edges, case, established: bool, ends: tuple[int, int], data: st.DataObject
) -> None:
    with build(edges, NODES) as graph:
        conditions = [{"condition": c, **({"stop": stop} if stop else {})} for c, stop in case["conditions"]]
        record, held = on_file(graph, {"conditions": conditions, "symptoms": case["symptoms"]})
        scorer = scorer_of(graph)
        scores = scorer.score(held.without(()))
        ranked = listed(scorer, scores, established=established)
        assume(ranked)
        medicine = data.draw(st.sampled_from(ranked))
        below = ranked[ranked.index(medicine) + 1 :]
        rival = data.draw(st.sampled_from([None, *below]))

        budget, walks = ends
        found = evidence_counterfactual(scorer, scores, held, ranked, medicine, rival, budget=budget, walks=walks)

        def order(again: Scores) -> list[int]:
            return [m for m in listed(scorer, again, established=established) if m in ranked]

        def lost(again: Scores) -> bool:
            left = order(again)
            ahead = left[: left.index(medicine)] if medicine in left else left
            if rival is not None:
                return rival in ahead
            return medicine not in left or any(m in below for m in ahead)

        smallest = brute(graph, record, held.items, lost, scorer)
        assert found.at_least <= smallest
        if found.removed is None:
            assert smallest > len(held.items) or not found.exact
            return
        again = scorer.score(held.without(found.removed))
        left = order(again)
        assert lost(again)
        assert found.exact is (len(found.removed) == smallest) or not found.exact
        assert found.after is not None
        assert found.after.rank == (left.index(medicine) + 1 if medicine in left else None)
        assert found.after.score == float(again.total[medicine - scorer.walker.medicines.start])


@settings(max_examples=40)
@given(graphs(), CASES)
def test_the_table_tells_what_a_walk_tells(build: Build, edges, case) -> None:  # type: ignore[no-untyped-def]
    with build([*edges, ("C:0", "IS_A", "C:3"), ("C:1", "IS_A", "C:3")], NODES) as graph:
        _, held = on_file(graph, {"conditions": [c for c, _ in case["conditions"]], "symptoms": case["symptoms"]})
        scorer = scorer_of(graph)
        places = np.arange(len(scorer.walker.medicines))
        table = Table(scorer, held.alone, places)

        for size in range(len(held.items) + 1):
            for removed in combinations(range(len(held.items)), size):
                walked = scorer.score(held.without([held.items[i] for i in removed])).total
                kept = table.kept([removed])
                assert table.scores(kept, places)[0] == pytest.approx(walked, rel=1e-9)
                for medicine in places.tolist():
                    # What goes together is never more than what each is told to remove.
                    own = table.removals(medicine)
                    told = own.amounts * np.isin(own.things, removed)
                    least = table.held(medicine) - np.bincount(own.channels, told, len(table.curve.weights))
                    assert np.all(kept[0] @ table.amounts[:, :, medicine] >= least - 1e-9)
