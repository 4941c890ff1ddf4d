"""Sums over paths by matrices are those of the paths that the kernels find."""

from collections.abc import Callable
from itertools import combinations

import pytest

from recommender.features import known_pairs
from recommender.judge.best_paths import PathFinder
from recommender.judge.path_sums import PathSums
from recommender.metapaths import Metapath, parse_steps
from tests.recommender.conftest import Graph
from tests.recommender.judge.fixed_model import METAPATHS, RING, fit

LONG = (
    *METAPATHS,
    Metapath("CaGiGbM", parse_steps("Condition -ASSOCIATES-> Gene -INTERACTS- Gene <-BINDS- Medicine"), 1, ""),
    Metapath(
        "CaGiGiGbM", parse_steps("Condition -ASSOCIATES-> Gene -INTERACTS- Gene -INTERACTS- Gene <-BINDS- Medicine"), 1, ""
    ),
    Metapath("CtMtCtM", parse_steps("Condition <-TREATS- Medicine -TREATS-> Condition <-TREATS- Medicine"), 1, ""),
)


def test_all_paths_are_counted_and_none_in_which_a_node_stands_twice(graph_of: Callable[..., Graph]) -> None:
    genes = [(f"G:{i}", "INTERACTS", f"G:{j}") for i, j in combinations(range(4), 2)]
    more = [(f"M:{i:02}", "TREATS", f"C:{(i + 1) % 4}") for i in range(0, 24, 3)]
    snapshot = graph_of([*RING, *genes, *more, ("C:0", "ASSOCIATES", "G:2")]).snapshot
    finder = PathFinder(fit(snapshot, LONG, known_pairs(snapshot)), compiled=False)
    sums = PathSums(finder)
    closed = frozenset({snapshot.number("G:0"), snapshot.number("M:03")})

    for condition, medicine in [(0, 0), (0, 5), (1, 24), (2, 3), (3, 25)]:
        paths = [share.path.nodes for share in finder.best(condition, [medicine], 3000)[0]]
        assert all(len(set(nodes)) == len(nodes) for nodes in paths)
        assert sums.count(condition, medicine) == pytest.approx(len(paths))
        if medicine != 3:
            left = [nodes for nodes in paths if not closed.intersection(nodes)]
            assert sums.count(condition, medicine, closed) == pytest.approx(len(left))


def test_weights_add_up_to_those_of_the_walk_also_without_some_links(graph_of: Callable[..., Graph]) -> None:
    snapshot = graph_of([*RING, ("C:0", "ASSOCIATES", "G:1"), ("C:0", "ASSOCIATES", "G:2")]).snapshot
    finder = PathFinder(fit(snapshot, LONG, known_pairs(snapshot)), compiled=False)
    metapath = finder.walker.metapaths[0]
    paths = [share.path for share in finder.best(0, [5], 3000)[0] if share.path.metapath == metapath]
    relation = finder.walker.step(metapath.steps[0])
    gone = relation.ahead.link(paths[0].nodes[0], paths[0].nodes[1])

    whole = PathSums(finder, weighted=True)
    less = PathSums(finder, weighted=True, without={relation.relation.key: frozenset({gone})})

    assert len(paths) == 2
    assert whole.by_metapath(metapath, 0, 5) == pytest.approx(sum(path.weight for path in paths))
    assert less.by_metapath(metapath, 0, 5) == pytest.approx(paths[1].weight)
