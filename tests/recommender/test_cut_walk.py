"""The walk without some links: what is left of every path, with the weights of the whole graph."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.elements import EdgeKind, KnowledgeLevel, NodeKind
from recommender.cut_walk import CutWalker, cut_scorer, direct_links, grouped, link_ends, treatment_link
from recommender.metapaths import Step
from recommender.walk import Walker
from tests.recommender.conftest import Build, Graph
from tests.recommender.cut_oracle import CONFIG, Oracle, graphs, scorer_of
from tests.recommender.test_walk import ENGINES, enumerate_paths, metapath, walks


@settings(max_examples=60)
@given(walks(), st.sampled_from([0.0, 0.4]), st.data())
def test_what_is_left_is_walked_as_before(build: Build, walk, damping, data) -> None:  # type: ignore[no-untyped-def]
    path, edges, starts = walk
    with build(edges) as graph:
        walker = Walker(graph.snapshot, [path], damping, compiled=False)
        relations = graph.snapshot.relations
        every = [(key, link) for key, relation in relations.items() for link in range(relation.link_count)]
        cut = data.draw(st.lists(st.sampled_from(every), max_size=3, unique=True))
        gone = {(key, *graph.ids(link_ends(relations[key], link))) for key, link in cut}
        evidence = {graph.number(i): w for i, w in starts.items()}

        x = CutWalker(walker, grouped(cut)).count(path, evidence)

        def stands(step: Step, a: str, b: str) -> bool:
            key = walker.step(step).relation.key
            ways = [(a, b) if step.forward else (b, a), *([(b, a), (a, b)] if relations[key].symmetric else [])]
            return not any((key, *way) in gone for way in ways)

        for i, goal in enumerate(graph.ids(walker.medicines)):
            left = [
                weight
                for weight, nodes in enumerate_paths(graph, path, starts, damping, KnowledgeLevel.UNREVIEWED)
                if nodes[-1] == goal and all(stands(s, *nodes[j : j + 2]) for j, s in enumerate(path.steps))
            ]
            assert x[i] == pytest.approx(sum(left), rel=1e-9, abs=0)
        # The walker itself walks on as it did.
        fresh = Walker(graph.snapshot, [path], damping, compiled=False)
        assert walker.count(path, evidence).tobytes() == fresh.count(path, evidence).tobytes()


@ENGINES
def test_a_node_that_lost_a_link_returns_by_the_others_alone(graph_of: Callable[..., Graph], compiled: bool) -> None:
    # 0 and 1 treat c and are in one class, and 0 in another one, too: there and back over the classes, without one link.
    path = metapath("Condition <-TREATS- Medicine -IN_CLASS-> DrugClass <-IN_CLASS- Medicine")
    treats = [(f"M:{i}", "TREATS", "C:c") for i in (0, 1)]
    graph = graph_of([*treats, *((f"M:{i}", "IN_CLASS", "K:k") for i in range(4)), ("M:0", "IN_CLASS", "K:other")])
    walker = Walker(graph.snapshot, [path], 0.0, compiled=compiled)
    relation = next(r for k, r in graph.snapshot.relations.items() if k.kind is EdgeKind.IN_CLASS)

    def without(medicine: str, group: str) -> list[float]:
        link = relation.outward.link(graph.number(medicine), graph.number(group))
        cut = CutWalker(walker, {relation.key: frozenset({link})})
        return [float(x) for x in cut.count(path, {graph.number("C:c"): 1.0})]

    assert without("M:0", "K:other") == [1, 1, 2, 2]
    assert without("M:2", "K:k") == [1, 1, 0, 2]
    assert without("M:0", "K:k") == [0, 0, 1, 1]
    assert walker.count(path, {graph.number("C:c"): 1.0}).tolist() == [1, 1, 2, 2]


def test_a_treatment_that_is_cut_supports_nothing(graph_of: Callable[..., Graph]) -> None:
    said = [{"source": "book", "line": "first"}, {"source": "web", "line": "later"}]
    graph = graph_of([*(("M:a", "TREATS", "C:c", values) for values in said), ("M:a", "PALLIATES", "C:c")])
    scorer, evidence, medicine = scorer_of(graph, []), {graph.number("C:c"): 0.5}, graph.number("M:a")
    link = treatment_link(graph.snapshot, EdgeKind.TREATS, medicine, graph.number("C:c"))
    whole = scorer.score(evidence)

    cut = cut_scorer(scorer, [link]).score(evidence)

    assert direct_links(graph.snapshot, whole.support[medicine])[link] == 0.5 * CONFIG.treats_first
    assert [s.amount for s in cut.support[medicine]] == [0.5 * CONFIG.palliates]
    assert scorer.score(evidence).total.tolist() == whole.total.tolist()


@settings(max_examples=60)
@given(graphs(), st.data())
def test_scores_without_links_are_those_of_the_paths_that_are_left(build: Build, edges, data) -> None:  # type: ignore[no-untyped-def]
    with build(edges, {f"{p}:{i}": {} for p in "MCY" for i in range(4)}) as graph:
        named = {"C:0": 1.0, "Y:1": 0.5, "C:1": 0.25}
        oracle, scorer = Oracle(graph, named), scorer_of(graph)
        relations = graph.snapshot.relations
        every = [(key, link) for key, relation in relations.items() for link in range(relation.link_count)]
        links = data.draw(st.lists(st.sampled_from(every), max_size=4, unique=True)) if every else []

        total = cut_scorer(scorer, links).score({graph.number(i): w for i, w in named.items()}).total

        cut = oracle.named(links)
        for medicine, score in zip(graph.snapshot.numbers(NodeKind.MEDICINE), total.tolist(), strict=True):
            assert score == pytest.approx(oracle.score(graph.ids([medicine])[0], cut), rel=1e-9, abs=1e-12)
