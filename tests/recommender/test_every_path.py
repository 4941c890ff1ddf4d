"""Every path, against an enumeration that shares no code; and bounds of what goes over a link where paths are not listed."""

from collections import defaultdict
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.elements import KnowledgeLevel
from recommender.cut_walk import link_ends, links_of
from recommender.edge_filter import EdgeFilter
from recommender.every_path import EveryPath
from recommender.walk import FoundPath, Walker
from tests.recommender.conftest import Build, Graph
from tests.recommender.test_walk import enumerate_paths, metapath, walks


def test_what_goes_over_a_link_by_hand(graph_of: Callable[..., Graph]) -> None:
    # Two ways lead from 1 to x, and both come from c over b.
    like = [("M:1", "M:2"), ("M:1", "M:3"), ("M:2", "M:x"), ("M:3", "M:x")]
    rows = [("C:c", "RESEMBLES", "C:b"), ("M:1", "TREATS", "C:b"), *((a, "RESEMBLES", b) for a, b in like)]
    graph = graph_of(rows)
    path = metapath("Condition -RESEMBLES- Condition <-TREATS- Medicine -RESEMBLES- Medicine -RESEMBLES- Medicine")
    every = EveryPath(Walker(graph.snapshot, [path], 0.0, compiled=False), {graph.number("C:c"): 0.5})

    codes, amounts = every.halves(path, graph.number("M:x")).most_over()

    over = {}
    for code, amount in zip(codes.tolist(), amounts.tolist(), strict=True):
        key, link = every.link(code)
        over[str(key.kind), *sorted(graph.ids(link_ends(graph.snapshot.relations[key], link)))] = amount
    assert over == {
        ("RESEMBLES", "C:b", "C:c"): 1.0,
        ("TREATS", "C:b", "M:1"): 1.0,
        **{("RESEMBLES", *pair): 0.5 for pair in like},
    }


def test_of_a_single_step_the_evidence_is_the_middle(graph_of: Callable[..., Graph]) -> None:
    graph = graph_of([("M:1", "TREATS", "C:a"), ("M:1", "TREATS", "C:b"), ("M:2", "TREATS", "C:b")])
    path = metapath("Condition <-TREATS- Medicine")
    every = EveryPath(
        Walker(graph.snapshot, [path], 0.0, compiled=False), {graph.number("C:a"): 0.5, graph.number("C:b"): 0.25}
    )

    halves = every.halves(path, graph.number("M:1"))

    found = halves.paths()
    assert [tuple(graph.ids(row)) for row in zip(*(n.tolist() for n in found.nodes), strict=True)] == [
        ("C:a", "M:1"),
        ("C:b", "M:1"),
    ]
    assert found.weights.tolist() == [0.5, 0.25]
    assert halves.most_over()[1].tolist() == [0.5, 0.25]


@settings(max_examples=80)
@given(walks(), st.sampled_from([0.0, 0.4]), st.sampled_from(list(KnowledgeLevel)))
def test_every_path_is_found_once_with_its_links(build: Build, walk, damping, level) -> None:  # type: ignore[no-untyped-def]
    path, edges, starts = walk
    with build(edges) as graph:
        walker = Walker(graph.snapshot, [path], damping, EdgeFilter(level), compiled=False)
        every = EveryPath(walker, {graph.number(i): w for i, w in starts.items()})
        wanted: dict[str, dict[tuple[str, ...], float]] = defaultdict(dict)
        for weight, nodes in enumerate_paths(graph, path, starts, damping, level):
            wanted[nodes[-1]][nodes] = weight

        for medicine in walker.medicines:
            halves = every.halves(path, medicine)
            found = halves.paths()
            rows = [tuple(int(column[i]) for column in found.nodes) for i in range(len(found.weights))]

            known = wanted[graph.ids([medicine])[0]]
            assert len(rows) == len(set(rows)) == len(known) <= halves.size
            over: dict[int, float] = defaultdict(float)
            for i, row in enumerate(rows):
                assert found.weights[i] == pytest.approx(known[tuple(graph.ids(row))], rel=1e-12)
                codes = [int(column[i]) for column in found.links]
                assert [every.link(code) for code in codes] == links_of(walker, FoundPath(path, row, 1.0))
                assert [every.code(every.link(code)) for code in codes] == codes
                for code in set(codes):
                    over[code] += float(found.weights[i])
            most = dict(zip(*(column.tolist() for column in halves.most_over()), strict=True))
            assert all(most[code] >= amount * (1 - 1e-12) for code, amount in over.items())
