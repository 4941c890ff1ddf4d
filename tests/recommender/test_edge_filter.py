"""Edges that do not count carry nothing, and those that count weigh as they did."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.elements import EdgeKind, KnowledgeLevel, NodeKind
from graph.relation import Relation
from graph.snapshot import Snapshot
from recommender.config import read_scoring
from recommender.edge_filter import ALL_EDGES, EdgeFilter, last_known
from recommender.engine import KEPT, Engine, Engines
from recommender.errors import CaseError
from recommender.evidence import weigh_nodes
from recommender.explain import Explainer
from recommender.metapaths import read_metapaths
from recommender.request import Request
from recommender.scoring import Scorer
from recommender.service import Recommender
from recommender.walk import Walker, WeightedStep, link_weights
from tests.recommender.conftest import REFERENCE, TODAY, Build, Graph

GraphOf = Callable[..., Graph]
TREATED = [
    *REFERENCE,
    ("M:a", "TREATS", "C:x", {"source": "one"}),
    ("M:a", "TREATS", "C:x", {"source": "other", "level": "unreviewed"}),
    ("M:b", "TREATS", "C:x", {"source": "other"}),
    ("M:c", "RESEMBLES", "M:b", {"source": "one"}),
]


def asked(graph: Graph, **values: Any) -> dict[str, Any]:
    recommender = Recommender(graph.store, graph.snapshot, graph.folder, compiled=False)
    return recommender.recommend(Request(TODAY, nodes=("C:x",), **values)).body


def scores(body: dict[str, Any]) -> dict[str, float]:
    return {item["medicine"]["id"]: item["score"] for item in body["recommendations"]}


def test_a_source_that_is_left_out_speaks_for_nothing(graph_of: GraphOf) -> None:
    graph = graph_of(TREATED)

    body = asked(graph, exclude_sources=("other",))

    assert list(scores(body)) == ["M:a"]
    [path] = [p for p in body["recommendations"][0]["paths"] if p["metapath"] == "CtM"]
    assert [path["edges"][0]["source"], path["edges"][0].get("also", [])] == ["one", []]


def test_what_is_left_weighs_as_before(graph_of: GraphOf) -> None:
    graph = graph_of(TREATED)

    whole, part = asked(graph, explore=True), asked(graph, explore=True, exclude_sources=("one",))

    of_b = [next(i for i in body["recommendations"] if i["medicine"]["id"] == "M:b") for body in (whole, part)]
    assert of_b[0]["paths"][0]["contribution"] == of_b[1]["paths"][0]["contribution"]
    assert [item["medicine"]["id"] for item in whole["exploratory"]] == ["M:c"]
    assert part["exploratory"] == []


def test_only_licences_that_are_asked_for_count(graph_of: GraphOf) -> None:
    graph = graph_of(TREATED)

    assert set(scores(asked(graph, licences=("CC0-1.0",)))) == {"M:a", "M:b"}
    assert EdgeFilter(licences=frozenset({"MIT"})).links(graph.snapshot, relation(graph)).tolist() == [False, False]


def relation(graph: Graph) -> Any:
    return graph.snapshot.relation(EdgeKind.TREATS, NodeKind.MEDICINE, NodeKind.CONDITION)


@pytest.mark.parametrize(
    ("values", "pointer", "words"),
    [
        ({"exclude_sources": ("others",)}, "/exclude_sources/0", "did you mean other"),
        ({"licences": ("CC0-1.0", "CC0-2.0")}, "/licences/1", "did you mean CC0-1.0"),
    ],
)
def test_a_name_that_no_edge_has_is_refused(graph_of: GraphOf, values: dict[str, Any], pointer: str, words: str) -> None:
    with pytest.raises(CaseError, match="no edge of the graph has it") as caught:
        asked(graph_of(TREATED), **values)

    assert caught.value.pointer == pointer
    assert words in str(caught.value)


def test_an_edge_counts_from_the_day_on_which_it_is_known(graph_of: GraphOf) -> None:
    days = (("M:d", "2024-06-02"), ("M:e", "2024-07-01"))
    graph = graph_of([*TREATED, *((medicine, "TREATS", "C:x", {"known_since": day}) for medicine, day in days)])

    def medicines(day: date) -> set[str]:
        recommender = Recommender(graph.store, graph.snapshot, graph.folder, compiled=False)
        return set(scores(recommender.recommend(Request(day, nodes=("C:x",))).body))

    assert last_known(graph.snapshot) == "2024-07-01"
    assert medicines(date(2024, 6, 1)) == {"M:a", "M:b"}
    assert medicines(date(2024, 6, 2)) == {"M:a", "M:b", "M:d"}
    assert medicines(date(2024, 7, 1)) == {"M:a", "M:b", "M:d", "M:e"}


def test_safety_uses_every_edge(graph_of: GraphOf) -> None:
    edges = [*TREATED, ("M:a", "CONTRAINDICATED_IN", "C:y", {"strength": "absolute", "source": "third", "level": "unreviewed"})]
    graph = graph_of(edges)
    recommender = Recommender(graph.store, graph.snapshot, graph.folder, compiled=False)
    case = {"conditions": ["C:x", "C:y"], "age": 50, "sex": "male"}

    body = recommender.recommend(Request(TODAY, case=case, exclude_sources=("third",), min_level=KnowledgeLevel.ASSERTION)).body

    assert [entry["medicine"]["id"] for entry in body["excluded"]] == ["M:a"]


def test_an_open_filter_is_recognised() -> None:
    assert ALL_EDGES.is_open
    assert not EdgeFilter(known_by=TODAY).is_open


def test_engines_are_kept_by_what_they_leave_out(graph_of: GraphOf) -> None:
    graph = graph_of([*TREATED, *(("M:d", "TREATS", f"C:{i}", {"known_since": f"2020-01-{i + 10}"}) for i in range(KEPT + 1))])
    engines = Engines(graph.snapshot, graph.folder, None, None, None, compiled=False)

    def engine(**values: Any) -> Engine:
        return engines.of(engines.edges(Request(**{"as_of": TODAY, "nodes": ("C:x",)} | values)))

    assert engine() is engine(as_of=date(2030, 1, 1))
    assert engine(exclude_sources=("one", "other")) is engine(exclude_sources=("other", "one", "one"))
    first = engine(as_of=date(2020, 1, 1))
    assert engine(as_of=date(2020, 1, 1)) is first
    for i in range(KEPT):
        engine(as_of=date(2020, 1, i + 10))
    assert engine(as_of=date(2020, 1, 1)) is not first


class Frozen(Walker):
    """Walks a part of a graph with the weights that its links have in the whole, which numbers its nodes alike."""

    def __init__(self, part: Snapshot, whole: Walker) -> None:
        super().__init__(part, whole.metapaths, whole.damping, compiled=False)
        self._whole = whole.snapshot

    def _weigh(self, relation: Relation, *, forward: bool) -> WeightedStep:
        step = super()._weigh(relation, forward=forward)
        found = self._whole.relations[relation.key]
        ahead = found.outward if forward else found.inward
        whole = link_weights(ahead, found.inward if forward else found.outward, self.damping)
        starts = np.repeat(np.arange(len(step.ahead.pointers) - 1), np.diff(step.ahead.pointers)) + step.ahead.first
        links = [ahead.link(start, end) for start, end in zip(starts.tolist(), step.ahead.targets.tolist(), strict=True)]
        by_link = np.zeros(relation.link_count)
        by_link[step.ahead.links] = whole[links]
        return replace(step, weights=by_link[step.ahead.links], back_weights=by_link[step.back.links])


ENDS = {"TREATS": ("M", "C"), "RESEMBLES": ("M", "M"), "PALLIATES": ("M", "C"), "IN_CLASS": ("M", "K")}
PLACES = st.integers(0, 2).map("abc".__getitem__)


@st.composite
def sayings(draw: st.DrawFn) -> tuple[str, str, str, dict[str, str]]:
    kind = draw(st.sampled_from(sorted(ENDS)))
    start, end = (f"{prefix}:{draw(PLACES)}" for prefix in ENDS[kind])
    return (start, kind, end, {"source": draw(st.sampled_from(["one", "other"]))})


@settings(max_examples=40, deadline=None)
@given(st.lists(sayings().filter(lambda edge: edge[0] != edge[2]), min_size=3, max_size=25))
def test_leaving_a_source_out_is_a_graph_without_it_whose_weights_stay(build: Build, said: list[Any]) -> None:
    nodes = {f"{kind}:{place}": {} for kind in "MCK" for place in "abc"}
    edges = list({(*sorted(e[:3:2]), e[1], e[3]["source"]): e for e in said}.values())
    counted = EdgeFilter(exclude_sources=frozenset({"other"}))
    with build(edges, nodes) as whole, build([e for e in edges if e[3]["source"] == "one"], nodes) as part:
        every = Walker(whole.snapshot, read_metapaths(), 0.4, compiled=False)
        means = dict.fromkeys((m.code for m in every.metapaths), 0.5)
        evidence = {whole.number("C:a"): 1.0, whole.number("C:b"): 0.5}
        filtered = Walker(whole.snapshot, read_metapaths(), 0.4, counted, compiled=False)

        found = Scorer(filtered, read_scoring(), means, counted).score(evidence)
        expected = Scorer(Frozen(part.snapshot, every), read_scoring(), means).score(evidence)

        assert [part.snapshot.id(n) for n in every.medicines] == [whole.snapshot.id(n) for n in every.medicines]
        assert found.total.tolist() == pytest.approx(expected.total.tolist(), rel=1e-12)
        assert found.support.keys() == expected.support.keys()
        for paths in Explainer(filtered, 5).explain(every.medicines, weigh_nodes([*evidence], whole.snapshot), found).values():
            assert {e.provenance.source for path in paths for step in path.steps for e in step} <= {"one"}


LEVELS = st.sampled_from(list(KnowledgeLevel))
SAYINGS = st.lists(
    st.tuples(
        st.sampled_from(["M:a", "M:b", "M:c"]),
        st.sampled_from(["C:x", "C:y"]),
        st.fixed_dictionaries(
            {
                "source": st.sampled_from(["one", "other", "third"]),
                "level": LEVELS.map(str),
                "known_since": st.sampled_from(["", "2020-01-01", TODAY.isoformat(), "2024-06-02"]),
            }
        ),
    ),
    min_size=1,
    unique_by=lambda saying: (saying[0], saying[1], saying[2]["source"]),
)


@settings(max_examples=60, deadline=None)
@given(SAYINGS, LEVELS, st.frozensets(st.sampled_from(["one", "other"])), st.sampled_from([None, TODAY]))
def test_a_link_counts_when_an_edge_does(
    build: Build, sayings: list[Any], level: KnowledgeLevel, sources: frozenset[str], known_by: date | None
) -> None:
    counted = EdgeFilter(level, sources, frozenset(), known_by)
    with build([(medicine, "TREATS", condition, values) for medicine, condition, values in sayings]) as graph:
        found = relation(graph)
        links = counted.links(graph.snapshot, found)

        for link in range(found.link_count):
            edges = graph.snapshot.link_edges(found, link)
            assert bool(links[link]) is bool(counted.allowed(edges)) is any(counted.allows(edge) for edge in edges)
