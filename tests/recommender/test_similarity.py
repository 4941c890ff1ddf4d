"""SIMILAR_TO edges: cosines worked out by hand, and what they leave alone."""

import math
from collections.abc import Callable

import numpy as np
import pytest

from graph.array_file import Array
from graph.elements import EdgeKind, KnowledgeLevel, NodeKind
from recommender.similarity import SimilarEdges, extend, similar_edges
from recommender.stages import Stages
from recommender.training_config import SimilarityConfig
from tests.recommender.conftest import Graph


def no_vectors(method: str) -> Array:
    raise AssertionError(method)


def made(graph: Graph, config: SimilarityConfig, vectors: Callable[[str], Array] = no_vectors) -> SimilarEdges | None:
    return similar_edges(graph.snapshot, config, vectors, Stages())


def shown(graph: Graph, edges: SimilarEdges | None) -> dict[str, float]:
    assert edges is not None
    pairs = zip(graph.ids(edges.starts.tolist()), graph.ids(edges.ends.tolist()), edges.similarity.tolist(), strict=True)
    return {f"{a} {b}": value for a, b, value in pairs}


def profile(kind: NodeKind = NodeKind.MEDICINE, **values: object) -> SimilarityConfig:
    given = {"method": "test", "kind": kind, "neighbours": 5, "profile": {"CAUSES": 1.0}} | values
    return SimilarityConfig(**given)  # type: ignore[arg-type]


CAUSES = [("M:a", "CAUSES", "E:1"), ("M:a", "CAUSES", "E:2"), ("M:b", "CAUSES", "E:1"), ("M:c", "CAUSES", "E:2")]


def test_a_cosine_worked_out_by_hand(graph_of: Callable[..., Graph]) -> None:
    # Both side effects have two of three medicines, so both weigh log(4/3): a is (1, 1) / √2, b is (1, 0), c is (0, 1).
    graph = graph_of(CAUSES)

    assert shown(graph, made(graph, profile())) == {"M:a M:b": pytest.approx(0.5**0.5), "M:a M:c": pytest.approx(0.5**0.5)}
    assert shown(graph, made(graph, profile(power=2))) == {"M:a M:b": pytest.approx(0.5), "M:a M:c": pytest.approx(0.5)}


def test_rare_neighbours_weigh_more(graph_of: Callable[..., Graph]) -> None:
    # E:1 has 3 of 3 medicines and weighs log(4/4) = 0, E:2 has 2 and weighs log(4/3): only who shares E:2 is alike.
    graph = graph_of([*CAUSES, ("M:c", "CAUSES", "E:1")])

    assert shown(graph, made(graph, profile())) == {"M:a M:c": pytest.approx(1.0)}


def test_only_the_nearest_of_either_end_stay(graph_of: Callable[..., Graph]) -> None:
    graph = graph_of(CAUSES)

    # The nearest of a is b (the smaller number among equals), the nearest of c is a.
    assert set(shown(graph, made(graph, profile(neighbours=1)))) == {"M:a M:b", "M:a M:c"}


def test_a_profile_may_go_two_steps(graph_of: Callable[..., Graph]) -> None:
    binds = [("M:a", "BINDS", "G:1"), ("M:b", "BINDS", "G:2"), ("M:c", "BINDS", "G:3")]
    graph = graph_of([*binds, ("G:1", "INTERACTS", "G:2"), ("G:2", "INTERACTS", "G:3")])

    # a → 2, b → 1 and 3, c → 2: only a and c meet.
    assert shown(graph, made(graph, profile(profile={"BINDS.INTERACTS": 1.0}))) == {"M:a M:c": pytest.approx(1.0)}


def test_what_resembles_each_other_is_alike(graph_of: Callable[..., Graph]) -> None:
    graph = graph_of([("C:a", "RESEMBLES", "C:b"), ("C:c", "PRESENTS", "Y:s")])

    # a and b each stand for themselves and the other: the same profile.
    found = shown(graph, made(graph, profile(NodeKind.CONDITION, profile={"RESEMBLES": 1.0})))

    assert found == {"C:a C:b": pytest.approx(1.0)}


def test_vectors_in_place_of_a_profile(graph_of: Callable[..., Graph]) -> None:
    graph = graph_of(CAUSES)
    vectors = np.zeros((graph.snapshot.node_count, 2), np.float32)
    for node, vector in {"M:a": (3, 0), "M:b": (4, 4), "M:c": (-1, 0)}.items():
        vectors[graph.number(node)] = vector

    found = made(graph, profile(profile={}, embedding="prone"), lambda method: {"prone": vectors}[method])

    assert shown(graph, found) == {"M:a M:b": pytest.approx(math.sqrt(0.5))}


def test_a_graph_without_what_is_compared_has_no_edges(graph_of: Callable[..., Graph]) -> None:
    graph = graph_of([("M:a", "BINDS", "G:1")])

    assert made(graph, profile()) is None
    assert made(graph, profile(profile={"BINDS": 1.0})) is None


def test_treatments_do_not_matter(graph_of: Callable[..., Graph]) -> None:
    with_treatments = graph_of([*CAUSES, ("M:a", "TREATS", "C:x"), ("M:c", "TREATS", "C:x")])
    without = graph_of(CAUSES, {"C:x": {}})

    one, other = (shown(graph, made(graph, profile(components=2))) for graph in (with_treatments, without))

    assert one == other


def test_the_edges_of_a_snapshot_say_what_they_are(graph_of: Callable[..., Graph]) -> None:
    graph = graph_of(CAUSES)
    found = made(graph, profile(method="side-effects"))
    assert found is not None

    whole, arrays = extend(graph.snapshot, [found])

    relation = whole.relations[found.key]
    edge = whole.edge(relation, 0)
    assert (edge.kind, edge.start, edge.end) == (EdgeKind.SIMILAR_TO, "M:a", "M:b")
    assert (edge.level, edge.provenance.source) == (KnowledgeLevel.PREDICTION, "similar-to/side-effects")
    assert edge.properties["similarity"] == pytest.approx(0.5**0.5)
    assert all(name.startswith("Medicine-SIMILAR_TO-Medicine/side-effects/") for name in arrays)
    assert whole.checksum == graph.snapshot.checksum
    assert found.key not in graph.snapshot.relations
    assert [n for n, _ in whole.neighbours(EdgeKind.CAUSES, graph.number("M:a"), NodeKind.SIDE_EFFECT)] == [
        graph.number("E:1"),
        graph.number("E:2"),
    ]
