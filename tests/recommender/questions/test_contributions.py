"""Every side of a score adds up to it."""

import math
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.explain import Explainer
from recommender.questions.contributions import contributions
from recommender.service import Recommender
from tests.recommender.conftest import Build
from tests.recommender.questions.small import EDGES, NODES, GraphOf, consulted, recommender_on, request


def test_golden_numbers_of_two_diagnoses(graph_of: GraphOf) -> None:
    of, [medicine] = consulted(recommender_on(graph_of), "M:losartan")
    paths = of.engine.explainer.explain([medicine], of.evidence, of.scores)[medicine]

    found = contributions(of, medicine, paths)

    by_metapath = {row["metapath"]: row["amount"] for row in found["metapaths"]}
    # A later line of therapy for an active diagnosis, reviewed: what scoring.toml gives it.
    assert by_metapath["CtM"] == 1.0
    assert found["evidence"][0]["node"]["id"] == "C:hypertension"
    assert found["levels"]["assertion"] == pytest.approx(sum(p.contribution for p in paths if p.weakest.level == "assertion"))
    assert found["predicted"] == 0


def test_sources_that_say_the_same_share_its_part(graph_of: GraphOf) -> None:
    same = [("M:losartan", "TREATS", "C:hypertension", {"line": "later", "source": name}) for name in ("second", "third")]
    graph = graph_of([*EDGES, *same], NODES)
    of, [resembling] = consulted(Recommender(graph.store, graph.snapshot, graph.folder, compiled=False), "M:aliskiren")
    [path] = of.engine.explainer.explain([resembling], of.evidence, of.scores)[resembling]

    found = contributions(of, resembling, [path])

    # Half to each of two steps; three say the one, one says the other.
    assert [len(step) for step in path.steps] == [3, 1]
    whole = path.contribution
    assert found["sources"] == pytest.approx({"test": whole * (1 / 6 + 1 / 2), "second": whole / 6, "third": whole / 6})
    assert [(e["edge"]["kind"], e["amount"]) for e in found["edges"][:2]] == [
        ("RESEMBLES", pytest.approx(whole / 2)),
        ("TREATS", pytest.approx(whole / 6)),
    ]


def test_a_step_that_is_gone_twice_counts_once(graph_of: GraphOf) -> None:
    of, [medicine] = consulted(recommender_on(graph_of), "M:aliskiren")
    [path] = of.engine.explainer.explain([medicine], of.evidence, of.scores)[medicine]
    again = replace(path, nodes=(*path.nodes, path.nodes[1]), steps=(*path.steps, path.steps[-1]))

    assert contributions(of, medicine, [again])["edges"] == contributions(of, medicine, [path])["edges"]


def test_what_rests_on_predictions_is_told(build: Build) -> None:
    edges = [*EDGES, ("M:new", "RESEMBLES", "M:losartan", {"level": "prediction"})]
    with build(edges, NODES) as graph:
        of, [medicine] = consulted(Recommender(graph.store, graph.snapshot, graph.folder, compiled=False), "M:new")
        paths = of.engine.explainer.explain([medicine], of.evidence, of.scores)[medicine]

        found = contributions(of, medicine, paths)

        assert found["predicted"] == found["levels"]["prediction"] == sum(p.contribution for p in paths) > 0


LINKS = st.lists(
    st.tuples(
        st.sampled_from(["M:lisinopril", "M:losartan", "M:enalapril", "M:x"]),
        st.sampled_from(["C:hypertension", "C:angioedema", "C:metabolic", "C:y"]),
        st.fixed_dictionaries(
            {"level": st.sampled_from(["assertion", "prediction", "unreviewed"]), "source": st.sampled_from(["more", "other"])}
        ),
    ),
    max_size=8,
    unique_by=lambda link: (link[0], link[1], link[2]["source"]),
)


@settings(max_examples=30, deadline=None)
@given(LINKS)
def test_every_side_adds_up(build: Build, links: list[tuple[str, str, dict[str, str]]]) -> None:
    edges = [*EDGES, *((medicine, "TREATS", condition, values) for medicine, condition, values in links)]
    with build(edges, NODES) as graph:
        of = Recommender(graph.store, graph.snapshot, graph.folder, compiled=False).consult(request())
        for medicine, paths in of.engine.explainer.explain(of.established, of.evidence, of.scores).items():
            found = contributions(of, medicine, paths)
            rest = dict.fromkeys(("paths", "edges", "sources", "levels"), found["remainder"])
            for side in ("metapaths", "evidence", *rest):
                rows = found[side].values() if isinstance(found[side], dict) else [row["amount"] for row in found[side]]
                total = math.fsum([found["intercept"], *rows, rest.get(side, 0.0)])
                assert total == pytest.approx(found["score"], rel=1e-9, abs=1e-12), side


@settings(max_examples=40, deadline=None)
@given(LINKS)
def test_the_evidence_is_told_as_an_enumeration_of_all_paths_tells_it(build: Build, links: list[tuple[str, str, Any]]) -> None:
    edges = [*EDGES, *((medicine, "TREATS", condition, values) for medicine, condition, values in links)]
    with build(edges, NODES) as graph:
        of = Recommender(graph.store, graph.snapshot, graph.folder, compiled=False).consult(request())
        medicines = [*of.established, *of.exploratory]
        for medicine, paths in Explainer(of.engine.walker, 500).explain(medicines, of.evidence, of.scores).items():
            begun: dict[str, float] = {}
            for path in paths:
                start = str(of.snapshot.id(path.nodes[path.start]))
                begun[start] = begun.get(start, 0.0) + path.contribution

            told = contributions(of, medicine, paths)["evidence"]

            assert {row["node"]["id"]: row["amount"] for row in told} == pytest.approx(begun, rel=1e-9)
