"""Link prediction: what is hidden is out of the network, non-edges are none, and the figures are those of a known order."""

from collections.abc import Callable, Iterator
from itertools import combinations, product

import numpy as np
import pytest
from rich.console import Console

from graph.elements import EdgeKind
from recommender import link_prediction
from recommender.embeddings import EmbeddingConfig, EmbeddingMethod
from recommender.errors import TrainingError
from recommender.link_prediction import MEAN, Row, common_neighbours, compare, degree_product, run_comparison, split, table
from recommender.walks import NetworkConfig, WalkConfig, joined_network, network
from tests.recommender.conftest import Graph


def communities() -> Iterator[tuple[str, str, str]]:
    """Four groups of genes and medicines; within a group four of five pairs are joined, between groups none."""
    random = np.random.default_rng(1)
    for group in range(4):
        genes, medicines = ([f"{kind}:{group}{i:02}" for i in range(n)] for kind, n in (("G", 12), ("M", 8)))
        edges = [(a, "INTERACTS", b) for a, b in combinations(genes, 2)] + [
            (a, "BINDS", b) for a, b in product(medicines, genes)
        ]
        yield from (edge for edge in edges if random.random() < 0.8)


@pytest.fixture
def grouped(graph_of: Callable[..., Graph]) -> Graph:
    treats = [(f"M:{g}00", "TREATS", f"C:{i}") for g in range(4) for i in range(10)]
    return graph_of([*communities(), *treats])


def edges_of(graph: Graph, kind: str) -> set[frozenset[int]]:
    return {frozenset((graph.number(e.start), graph.number(e.end))) for e in graph.edges.values() if e.kind == kind}


def test_hidden_edges_are_out_and_others_are_no_edges(grouped: Graph) -> None:
    whole, made = network(grouped.snapshot), split(grouped.snapshot, 5, 0.2)

    assert {j.relation for j in made.judged} == {"Gene-INTERACTS-Gene", "Medicine-BINDS-Gene"}
    hidden = 0
    for judged in made.judged:
        known = edges_of(grouped, judged.relation.split("-")[1])
        kinds = [judged.relation.split("-")[i] for i in (0, 2)]
        pairs = {frozenset(pair) for pair in judged.edges.tolist()}
        assert pairs <= known
        assert len(pairs) == len(judged.edges) == len(judged.others) == round(0.2 * len(known))
        for start, end in judged.others.tolist():
            assert [str(grouped.snapshot.kind(n)) for n in (start, end)] == kinds
            assert start != end
            assert frozenset((start, end)) not in known
        rows = made.network
        assert not any(b in rows.targets[rows.pointers[a] : rows.pointers[a + 1]] for a, b in judged.edges.tolist())
        hidden += len(pairs) if judged.negatives == "uniform" else 0
    assert made.network.nodes == grouped.snapshot.node_count
    assert len(made.network.targets) == len(whole.targets) - 2 * hidden


def test_matched_non_edges_have_the_ends_of_hidden_edges(grouped: Graph) -> None:
    for judged in split(grouped.snapshot, 5, 0.2).judged:
        if judged.negatives == "degree":
            assert np.array_equal(judged.others[:, 0], judged.edges[:, 0])
            assert set(judged.others[:, 1].tolist()) <= set(judged.edges[:, 1].tolist())


def test_the_seed_settles_what_is_hidden(grouped: Graph) -> None:
    one, again, other = (split(grouped.snapshot, seed) for seed in (1, 1, 2))

    assert np.array_equal(one.network.targets, again.network.targets)
    assert all(np.array_equal(a.others, b.others) for a, b in zip(one.judged, again.judged, strict=True))
    assert not np.array_equal(one.judged[0].edges, other.judged[0].edges)


def test_an_embedding_finds_communities_and_degree_does_not(grouped: Graph) -> None:
    told: list[str] = []
    walks = WalkConfig(10, 20)
    configs = [EmbeddingConfig(method, 8, walks=walks) for method in EmbeddingMethod]

    rows = compare(grouped.snapshot, configs, 3, told.append)

    names = [f"{method}, {score}" for method in EmbeddingMethod for score in ("cosine", "product")]
    means = {(row.method, row.negatives): row for row in rows if row.relation == MEAN}
    assert list(dict.fromkeys(row.method for row in rows)) == [*names, "degree product", "common neighbours"]
    for method in names:
        for negatives in ("uniform", "degree"):
            assert means[method, negatives].auroc > 0.85
            assert means[method, negatives].average_precision > 0.8
    assert means["common neighbours", "uniform"].auroc > 0.85
    assert means["degree product", "degree"].auroc < 0.65
    assert len(told) == len(configs) + 3
    assert rows[0].auroc == pytest.approx(np.mean([r.auroc for r in rows[2:6] if r.negatives == "uniform"]))


def test_figures_of_an_order_worked_out_by_hand() -> None:
    # Scores .9 .8 .7 .6 belong to: edge, other, edge, other. Of 4 pairs 3 stand right; precision is 1 at the first edge, ⅔ at
    # the second.
    scores = {(0, 1): 0.9, (0, 2): 0.8, (0, 3): 0.7, (0, 4): 0.6}
    judged = link_prediction.Judged("R", "uniform", np.array([[0, 1], [0, 3]]), np.array([[0, 2], [0, 4]]))

    rows = link_prediction._rows(
        "m", [judged], lambda a, b: np.array([scores[pair] for pair in zip(a.tolist(), b.tolist(), strict=True)]), 1.5
    )

    wanted = ("uniform", 0.75, pytest.approx((1 + 2 / 3) / 2), 2, 1.5)
    assert [row.relation for row in rows] == [MEAN, "R"]
    assert all((r.negatives, r.auroc, r.average_precision, r.pairs, r.seconds) == wanted for r in rows)


def test_baselines_count_neighbours() -> None:
    # 0 and 1 share 2 and 3; 4 is joined to 0 only.
    starts, ends = np.array([(0, 2), (0, 3), (1, 2), (1, 3), (0, 4)]).T
    net = joined_network(6, starts, ends, np.array([1.0, 2.0, 3.0, 1.0, 1.0]))
    nodes, others = np.array([0, 2, 0, 0]), np.array([1, 4, 4, 5])

    assert degree_product(net, nodes, others).tolist() == [6.0, 2.0, 3.0, 0.0]
    assert common_neighbours(net, nodes, others).tolist() == [2.0, 1.0, 0.0, 0.0]
    assert common_neighbours(net, np.array([], int), np.array([], int)).tolist() == []


def test_treatments_are_judged_only_on_request(grouped: Graph) -> None:
    everything = NetworkConfig(frozenset())

    assert not any("TREATS" in j.relation for j in split(grouped.snapshot, 0, 0.5).judged)
    assert any("TREATS" in j.relation for j in split(grouped.snapshot, 0, 0.5, everything).judged)
    assert EdgeKind.TREATS in NetworkConfig().left_out


def test_too_few_edges_are_an_error(graph_of: Callable[..., Graph]) -> None:
    graph = graph_of([("M:a", "BINDS", f"G:{i}") for i in range(30)])

    with pytest.raises(TrainingError, match="no relation has 20 edges"):
        split(graph.snapshot, 0)
    # Every medicine binds every gene: there is no non-edge to judge by.
    with pytest.raises(TrainingError, match="no relation"):
        split(graph.snapshot, 0, 0.9)


@pytest.mark.parametrize("share", [0.0, 1.0, float("nan")])
def test_a_share_that_is_none_is_an_error(grouped: Graph, share: float) -> None:
    with pytest.raises(TrainingError, match="share"):
        split(grouped.snapshot, 0, share)


def test_the_comparison_of_all_methods_is_drawn(grouped: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link_prediction, "MOST_TOKENS", 20_000)

    rows = run_comparison(grouped.snapshot, 2, dimensions=8)

    console = Console(width=140)
    with console.capture() as drawn:
        console.print(table(rows))
    for row in (r for r in rows if r.relation == MEAN):
        assert row.method in drawn.get()
        assert f"{row.auroc:.3f}" in drawn.get()


def test_a_method_that_was_judged_one_way_only_is_drawn() -> None:
    console = Console(width=140)
    with console.capture() as drawn:
        console.print(table([Row("m [b]", "R", "degree", 0.5, 0.25, 3, 1.0)], "R"))

    assert "m [b]" in drawn.get()
    assert "0.250" in drawn.get()
