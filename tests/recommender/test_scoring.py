"""The score and what it is made of, by numbers worked out by hand."""

import math
from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.elements import KnowledgeLevel
from recommender.config import read_scoring
from recommender.edge_filter import EdgeFilter
from recommender.metapaths import Metapath, parse_steps
from recommender.outcomes import Shift
from recommender.scoring import Scorer, Scores, expected_by_degree, path_count_means
from recommender.walk import Walker
from tests.recommender.conftest import Build, Graph

CONFIG = replace(
    read_scoring(), damping=0.5, intercept=-4.0, treats_first=3.0, treats=2.0, treats_later=1.25, palliates=0.75, unreviewed=0.5
)
SHARED = Metapath("CtMtCtM", parse_steps("Condition <-TREATS- Medicine -TREATS-> Condition <-TREATS- Medicine"), 0.25, "{0}")
BOUND = Metapath("CaGbM", parse_steps("Condition -ASSOCIATES-> Gene <-BINDS- Medicine"), 2.0, "{0}")

EDGES = [
    ("C:a", "ASSOCIATES", "G:g"),
    ("C:a", "ASSOCIATES", "G:h"),
    ("M:x", "BINDS", "G:g"),
    ("M:y", "BINDS", "G:g"),
    ("M:y", "BINDS", "G:h"),
    ("M:x", "TREATS", "C:a", {"line": "first"}),
    ("M:z", "PALLIATES", "C:a"),
    ("M:w", "TREATS", "C:b"),
]


def scored(
    graph: Graph, evidence: Mapping[str, float], level: KnowledgeLevel = KnowledgeLevel.UNREVIEWED, *paths: Metapath
) -> Scores:
    whole = Walker(graph.snapshot, paths, CONFIG.damping, compiled=False)
    walker = Walker(graph.snapshot, paths, CONFIG.damping, EdgeFilter(level), compiled=False)
    scorer = Scorer(walker, CONFIG, path_count_means(whole), EdgeFilter(level))
    return scorer.score({graph.number(i): w for i, w in evidence.items()})


def by_id(graph: Graph, array: object) -> dict[str, float]:
    medicines = graph.ids(graph.snapshot.numbers(graph.snapshot.kind(graph.number("M:x"))))
    return dict(zip(medicines, array.tolist(), strict=True))  # type: ignore[attr-defined]


def test_a_score_worked_out_by_hand(graph_of: Callable[..., Graph]) -> None:
    # Degrees: a associates 2 genes, each gene is of 1 condition; g is bound by 2, h by 1; x binds 1, y binds 2. With w = ½:
    #   x_x = over g (2·1·2·1)^-½ = ½,    x_y = over g (2·1·2·2)^-½ + over h (2·1·1·2)^-½ = 8^-½ + ½,    x_z = x_w = 0.
    # The mean over 2 conditions and 4 medicines is (1 + 8^-½) / 8, as b has no genes.
    graph = graph_of(EDGES)

    scores = scored(graph, {"C:a": 1.0}, KnowledgeLevel.UNREVIEWED, BOUND)

    mean = (1 + 8**-0.5) / 8
    assert by_id(graph, scores.counts[BOUND]) == pytest.approx(
        {"M:w": 0, "M:x": 0.5, "M:y": 8**-0.5 + 0.5, "M:z": 0}, rel=1e-15
    )
    assert by_id(graph, scores.features[BOUND])["M:x"] == pytest.approx(math.asinh(0.5 / mean), rel=1e-15)
    assert by_id(graph, scores.total) == pytest.approx(
        {
            "M:w": -4.0,
            "M:x": -4.0 + 3.0 + 2.0 * math.asinh(0.5 / mean),
            "M:y": -4.0 + 2.0 * math.asinh((8**-0.5 + 0.5) / mean),
            "M:z": -4.0 + 0.75,
        },
        rel=1e-12,
    )


@pytest.mark.parametrize(
    ("kind", "values", "amount"),
    [
        ("TREATS", {"line": "first"}, 3.0),
        ("TREATS", {"line": "unstated"}, 2.0),
        ("TREATS", {}, 2.0),
        ("TREATS", {"line": "later"}, 1.25),
        ("PALLIATES", {"line": "first"}, 0.75),
        ("TREATS", {"line": "first", "level": "unreviewed"}, 1.5),
        ("PALLIATES", {"level": "unreviewed"}, 0.375),
        ("TREATS", {"level": "prediction"}, 2.0),
    ],
)
def test_direct_support_by_line_and_level(
    graph_of: Callable[..., Graph], kind: str, values: dict[str, str], amount: float
) -> None:
    graph = graph_of([("M:x", kind, "C:a", values)])

    scores = scored(graph, {"C:a": 0.5})

    [support] = scores.support[graph.number("M:x")]
    assert support.amount == amount / 2
    assert by_id(graph, scores.total)["M:x"] == CONFIG.intercept + amount / 2


def test_of_several_sources_the_one_that_says_most_counts(graph_of: Callable[..., Graph]) -> None:
    said = [{"source": "one", "line": "later"}, {"source": "other", "line": "first"}]
    graph = graph_of([("M:x", "TREATS", "C:a", values) for values in said])

    [support] = scored(graph, {"C:a": 1.0}).support[graph.number("M:x")]

    assert support.amount == 3.0
    assert [edge.provenance.source for edge in support.edges] == ["other", "one"]


def test_support_from_several_conditions_adds_up(graph_of: Callable[..., Graph]) -> None:
    graph = graph_of([("M:x", "TREATS", "C:a"), ("M:x", "TREATS", "C:b"), ("M:x", "PALLIATES", "C:b")])

    scores = scored(graph, {"C:a": 1.0, "C:b": 0.5})

    assert by_id(graph, scores.total)["M:x"] == -4.0 + 2.0 + 0.5 * 2.0 + 0.5 * 0.75


def test_min_level_leaves_weak_support_and_weak_links_out(graph_of: Callable[..., Graph]) -> None:
    weak = {"level": "unreviewed"}
    graph = graph_of(
        [
            ("M:x", "TREATS", "C:a", weak | {"source": "other", "line": "first"}),
            ("M:x", "TREATS", "C:a", {"line": "later"}),
            ("M:y", "TREATS", "C:a", weak),
            ("C:a", "ASSOCIATES", "G:g"),
            ("M:x", "BINDS", "G:g"),
            ("M:y", "BINDS", "G:g", weak),
        ]
    )

    scores = scored(graph, {"C:a": 1.0}, KnowledgeLevel.ASSERTION, BOUND)

    [support] = scores.support[graph.number("M:x")]
    assert (support.amount, len(support.edges)) == (1.25, 1)
    assert graph.number("M:y") not in scores.support
    # The mean is of the whole graph: both medicines, (1·1·2·1)^-½ each; the degree of g stays 2.
    assert by_id(graph, scores.features[BOUND]) == {"M:x": pytest.approx(math.asinh(1), rel=1e-15), "M:y": 0.0}


def test_the_degree_prior_is_the_expectation_of_the_configuration_model(graph_of: Callable[..., Graph]) -> None:
    # 5 treatment links; a has 3 of them, b has 2; x has 2, y has 2, z has 1.
    pairs = ["xa", "xb", "ya", "yb", "za"]
    graph = graph_of([(f"M:{m}", "TREATS", f"C:{c}") for m, c in pairs] + [("C:a", "PRESENTS", "Y:s")])

    degree = expected_by_degree(graph.snapshot, {graph.number("C:a"): 1.0, graph.number("C:b"): 0.5, graph.number("Y:s"): 1.0})

    # (1·3 + ½·2) · degree / 5
    assert by_id(graph, degree) == pytest.approx({"M:x": 1.6, "M:y": 1.6, "M:z": 0.8}, rel=1e-15)


def test_a_node_alone_is_scored_as_evidence_of_itself_also_the_second_time(graph_of: Callable[..., Graph]) -> None:
    graph = graph_of(EDGES)
    walker = Walker(graph.snapshot, (BOUND, SHARED), CONFIG.damping, compiled=False)
    scorer = Scorer(walker, CONFIG, path_count_means(walker))
    condition, medicine = graph.number("C:a"), graph.number("M:x")
    moved = scorer.moved({(condition, medicine): Shift(0.5, 30, 20, 0.1, 0.9)})

    for one in (scorer, moved, scorer, moved):
        expected = one.score({condition: 1.0})
        total, degree = one.alone(condition)
        assert total.tolist() == expected.total.tolist()
        assert degree.tolist() == expected.degree.tolist()
        total += 1  # what is given is the caller's
    assert scorer.alone(condition)[0].tolist() != moved.alone(condition)[0].tolist()


def test_without_treatments_nothing_is_expected(graph_of: Callable[..., Graph]) -> None:
    graph = graph_of([("M:x", "PALLIATES", "C:a")])

    assert by_id(graph, expected_by_degree(graph.snapshot, {graph.number("C:a"): 1.0})) == {"M:x": 0.0}


def test_a_metapath_that_reaches_nothing_has_no_feature(graph_of: Callable[..., Graph]) -> None:
    graph = graph_of([("M:x", "TREATS", "C:a")])

    scores = scored(graph, {"C:a": 1.0}, KnowledgeLevel.UNREVIEWED, SHARED)

    assert by_id(graph, scores.total) == {"M:x": -2.0}
    assert by_id(graph, scores.features[SHARED]) == {"M:x": 0.0}


pairs = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=9, unique=True)


@settings(max_examples=40)
@given(pairs, pairs, pairs, st.dictionaries(st.integers(0, 3), st.sampled_from([1.0, 0.5, 0.3]), min_size=1))
def test_the_parts_make_the_score_and_the_mean_is_of_single_walks(build: Build, treats, binds, genes, weights) -> None:  # type: ignore[no-untyped-def]
    edges = [(f"M:{m}", "TREATS", f"C:{c}") for m, c in treats]
    edges += [(f"M:{m}", "BINDS", f"G:{g}") for m, g in binds]
    edges += [(f"C:{c}", "ASSOCIATES", f"G:{g}") for c, g in genes]
    with build(edges, {f"C:{c}": {} for c in weights} | {"M:x": {}}) as graph:
        evidence = {f"C:{c}": w for c, w in weights.items()}
        scores = scored(graph, evidence, KnowledgeLevel.UNREVIEWED, BOUND, SHARED)
        walker = Walker(graph.snapshot, [BOUND, SHARED], CONFIG.damping, compiled=False)
        conditions = graph.snapshot.numbers(graph.snapshot.kind(graph.number(next(iter(evidence)))))

        means = path_count_means(walker)

        for path in walker.metapaths:
            single = [float(x) for c in conditions for x in walker.count(path, {c: 1.0})]
            assert means[path.code] == pytest.approx(math.fsum(single) / len(single), rel=1e-12)
        for medicine in walker.medicines:
            i = medicine - walker.medicines.start
            parts = [CONFIG.intercept, *(s.amount for s in scores.support.get(medicine, ()))]
            parts += [
                path.weight * math.asinh(float(scores.counts[path][i]) / means[path.code])
                for path in walker.metapaths
                if means[path.code] > 0
            ]
            assert float(scores.total[i]) == pytest.approx(math.fsum(parts), rel=1e-12)
