"""Faithfulness of one suggestion: what its shown paths carry, walked without them and kept alone."""

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from recommender.evidence import Evidence, weigh_nodes
from recommender.explain import Explainer, Path
from recommender.faithfulness import HOLDS, Faithfulness, cohort_faithfulness, control_links, faithfulness, seeded
from recommender.metapaths import Metapath, parse_steps
from recommender.scoring import Scorer
from tests.recommender.conftest import Build, Graph
from tests.recommender.cut_oracle import CONFIG, Oracle, graphs, listed, named, scorer_of

RESEMBLING = Metapath("CtMrM", parse_steps("Condition <-TREATS- Medicine -RESEMBLES- Medicine"), 1.0, "{2}, {1}, {0}")
# Three medicines that treat c resemble x, and one of them y.
LIKE = [
    *((f"M:{i}", "TREATS", "C:c") for i in (1, 2, 3)),
    *((f"M:{i}", "RESEMBLES", "M:x") for i in (1, 2, 3)),
    ("M:1", "RESEMBLES", "M:y"),
]


def examined(
    graph: Graph, scorer: Scorer, evidence: tuple[Evidence, ...], medicine: int, shown: int
) -> tuple[Faithfulness | None, tuple[Path, ...]]:
    weights = {e.node: e.weight for e in evidence}
    scores = scorer.score(weights)
    paths = Explainer(scorer.walker, shown).explain([medicine], evidence, scores)[medicine]
    rng = seeded("0f" * 16, str(graph.snapshot.id(medicine)))
    return faithfulness(scorer, scores, weights, medicine, paths, rng), paths


def test_figures_by_hand(graph_of: Callable[..., Graph]) -> None:
    graph = graph_of(LIKE)
    scorer, evidence = scorer_of(graph, [RESEMBLING]), weigh_nodes([graph.number("C:c")], graph.snapshot)

    found, paths = examined(graph, scorer, evidence, graph.number("M:x"), 2)

    # 1 resembles two medicines, so that its path is the lightest: those over 2 and 3 are shown. Three medicines treat c, and x
    # resembles three. The links of the path over 1 are the control: nothing else leads to x.
    assert {path.nodes[1] for path in paths} == {graph.number("M:2"), graph.number("M:3")}
    heavy, light, other = ((3 * degrees) ** -CONFIG.damping for degrees in (1 * 3, 2 * 3, 2 * 1))
    mean = (2 * heavy + light + other) / 5
    whole = math.asinh((2 * heavy + light) / mean)
    assert found is not None
    assert found.links == 4
    assert found.comprehensiveness == pytest.approx(1 - math.asinh(light / mean) / whole)
    assert found.sufficiency == pytest.approx(math.asinh(2 * heavy / mean) / whole)
    assert found.control == pytest.approx(1 - math.asinh(2 * heavy / mean) / whole)
    assert found.control_links == 2
    assert found.formula_error < 1e-12
    assert found.payload()["links"] == 4


def test_a_shown_treatment_takes_its_support_along(graph_of: Callable[..., Graph]) -> None:
    graph = graph_of([("M:a", "TREATS", "C:c", {"line": "first"}), ("M:a", "PALLIATES", "C:c")])
    scorer, evidence = scorer_of(graph, []), weigh_nodes([graph.number("C:c")], graph.snapshot)

    both, _ = examined(graph, scorer, evidence, graph.number("M:a"), 5)
    first, _ = examined(graph, scorer, evidence, graph.number("M:a"), 1)

    whole = CONFIG.treats_first + CONFIG.palliates
    assert both is not None
    assert (both.comprehensiveness, both.sufficiency, both.control) == (1.0, 1.0, 0.0)
    assert first is not None
    assert first.comprehensiveness == pytest.approx(CONFIG.treats_first / whole)
    assert first.sufficiency == pytest.approx(CONFIG.treats_first / whole)


def test_the_way_up_the_tree_is_no_part_of_the_walk(graph_of: Callable[..., Graph]) -> None:
    graph = graph_of([("C:mild", "IS_A", "C:top"), ("M:a", "TREATS", "C:top"), ("M:a", "RESEMBLES", "M:b")])
    top, mild = graph.number("C:top"), graph.number("C:mild")
    edge = graph.edges["IS_A", "C:mild", "C:top", "test"]
    evidence, scorer = (Evidence(top, 0.9, "", (mild, top), (edge,)),), scorer_of(graph, [RESEMBLING])

    direct, [first] = examined(graph, scorer, evidence, graph.number("M:a"), 5)
    walked, [second] = examined(graph, scorer, evidence, graph.number("M:b"), 5)

    assert first.start == second.start == 1
    assert direct is not None
    assert walked is not None
    assert (direct.links, direct.comprehensiveness) == (1, 1.0)
    assert (walked.links, walked.comprehensiveness, walked.sufficiency) == (2, 1.0, pytest.approx(1))


def test_what_nothing_speaks_for_has_no_figures(graph_of: Callable[..., Graph]) -> None:
    graph = graph_of([("M:a", "TREATS", "C:c"), ("M:b", "TREATS", "C:other")])
    scorer, evidence = scorer_of(graph, []), weigh_nodes([graph.number("C:c")], graph.snapshot)

    assert examined(graph, scorer, evidence, graph.number("M:b"), 5) == (None, ())


def test_the_control_is_drawn_alike_for_an_answer_and_a_medicine() -> None:
    draws = [seeded(answer, medicine).integers(1 << 30) for answer, medicine in [("0a", "M:1"), ("0a", "M:1"), ("0b", "M:1")]]

    assert draws[0] == draws[1] != draws[2]
    assert seeded("0a", "M:2").integers(1 << 30) != draws[0]


def test_the_control_never_takes_what_is_shown(graph_of: Callable[..., Graph]) -> None:
    graph = graph_of(LIKE)
    walker = scorer_of(graph, [RESEMBLING]).walker
    relation = walker.step(RESEMBLING.steps[1]).relation
    near = [(relation.key, link) for link in relation.outward.links[relation.outward.links < 3].tolist()]
    x, rng = graph.number("M:x"), np.random.default_rng(1)

    chosen = control_links(walker, x, near[:1], near, rng)
    few = control_links(walker, x, near[:2], [], rng)

    assert len(chosen) == 1
    assert chosen[0] not in near[:1]
    assert not set(few) & set(near[:2])
    assert len(few) <= 2


@settings(max_examples=50)
@given(graphs(), st.integers(1, 4), st.booleans(), st.data())
def test_the_walk_falls_by_what_the_formula_says(  # type: ignore[no-untyped-def]
    build: Build, edges, shown: int, established: bool, data: st.DataObject
) -> None:
    with build(edges, {f"{p}:{i}": {} for p in "MCY" for i in range(4)}) as graph:
        weights = {"C:0": 1.0, "Y:1": 0.5, "C:1": 0.25}
        evidence = tuple(
            replace(e, weight=weights[str(graph.snapshot.id(e.node))])
            for e in weigh_nodes([graph.number(i) for i in weights], graph.snapshot)
        )
        oracle, scorer = Oracle(graph, weights), scorer_of(graph)
        ranked = listed(scorer, scorer.score({e.node: e.weight for e in evidence}), established=established)
        assume(ranked)
        medicine = data.draw(st.sampled_from(ranked))

        found, paths = examined(graph, scorer, evidence, medicine, shown)

        name = graph.ids([medicine])[0]
        cut = {named(str(e.kind), str(e.start), str(e.end)) for path in paths for e in path.edges}
        whole = oracle.score(name) - CONFIG.intercept
        assert found is not None
        assert found.links == len(cut)
        assert found.comprehensiveness == pytest.approx((whole + CONFIG.intercept - oracle.score(name, cut)) / whole, abs=1e-9)
        assert found.formula_error <= HOLDS
        assert -1e-9 <= found.control <= 1 + 1e-9
        assert sum(path.contribution for path in paths) / whole <= found.sufficiency + 1e-9 <= 1 + 2e-9


def figures(comprehensiveness: float, control: float, error: float = 0.0) -> Faithfulness:
    return Faithfulness(comprehensiveness, 0.5, control, error, 3, 3)


def test_a_cohort_is_told_by_its_medians() -> None:
    found = cohort_faithfulness([figures(0.6, 0.1), None, figures(0.9, 0.3), figures(0.8, 0.2, 1e-6)])

    assert found == {
        "suggestions": 3,
        "comprehensiveness": 0.8,
        "sufficiency": 0.5,
        "control": 0.2,
        "ratio": pytest.approx(4),
        "formula_holds": pytest.approx(2 / 3),
        "formula_error": 1e-6,
    }


def test_a_cohort_without_suggestions_or_control_has_no_ratio() -> None:
    empty = cohort_faithfulness([None])

    assert (empty["suggestions"], empty["ratio"], empty["formula_holds"]) == (0, None, None)
    assert cohort_faithfulness([figures(0.6, 0.0)])["ratio"] is None
