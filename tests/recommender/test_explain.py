"""Explanations: what is shown is true, adds up, and stands in the store."""

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.elements import KnowledgeLevel, NodeKind
from recommender.config import read_scoring
from recommender.metapaths import Metapath, parse_steps, read_metapaths
from recommender.request import Request
from recommender.service import Recommender
from tests.recommender.conftest import REFERENCE, TODAY, Build, Graph
from tests.recommender.test_walk import enumerate_paths

CONFIG = replace(read_scoring(), paths=3)
RESEMBLING = Metapath("CtMrM", parse_steps("Condition <-TREATS- Medicine -RESEMBLES- Medicine"), 1.0, "{2} is like {1} for {0}")


def answer(graph: Graph, paths: int = 3, metapaths: Any = (RESEMBLING,), **request: Any) -> dict[str, Any]:
    config = replace(CONFIG, paths=paths)
    recommender = Recommender(graph.store, graph.snapshot, graph.folder, metapaths, config, compiled=False)
    return recommender.recommend(Request(as_of=TODAY, **request)).body


def paths_to(body: dict[str, Any], medicine: str) -> list[dict[str, Any]]:
    return next(r["paths"] for r in suggestions(body) if r["medicine"]["id"] == medicine)


def suggestions(body: dict[str, Any]) -> list[dict[str, Any]]:
    return [*body["recommendations"], *(body["exploratory"] or ())]


def test_a_direct_edge_says_its_line_and_all_its_sources(graph_of: Callable[..., Graph]) -> None:
    said = [
        {"source": "book", "line": "first", "evidence": "p. 3"},
        {"source": "web", "line": "later", "level": "observation"},
    ]
    graph = graph_of([("M:a", "TREATS", "C:c", values) for values in said], {"C:c": {"name": "Hypertension"}})

    [path] = paths_to(answer(graph, nodes=("C:c",)), "M:a")

    assert path["metapath"] == "CtM"
    assert path["sentence"] == "a treats Hypertension (first line)."
    assert path["contribution"] == CONFIG.treats_first
    edge = {
        "kind": "TREATS",
        "start": "M:a",
        "end": "C:c",
        "source": "book",
        "evidence": "p. 3",
        "knowledge_level": "assertion",
    }
    assert path["weakest"] == edge
    assert path["edges"] == [edge | {"also": [{"source": "web", "evidence": "", "knowledge_level": "observation"}]}]
    assert path["nodes"] == [
        {"id": "C:c", "kind": "Condition", "name": "Hypertension"},
        {"id": "M:a", "kind": "Medicine", "name": "a"},
    ]


@pytest.mark.parametrize(
    ("kind", "line", "sentence"),
    [
        ("TREATS", "later", "a treats c (later line)."),
        ("TREATS", "unstated", "a treats c."),
        ("PALLIATES", "unstated", "a palliates c."),
    ],
)
def test_sentences_of_direct_edges(graph_of: Callable[..., Graph], kind: str, line: str, sentence: str) -> None:
    graph = graph_of([("M:a", kind, "C:c", {"line": line})])

    assert paths_to(answer(graph, nodes=("C:c",)), "M:a")[0]["sentence"] == sentence


def test_a_path_begins_at_what_is_on_file(graph_of: Callable[..., Graph]) -> None:
    tree = [("C:mild", "IS_A", "C:kind"), ("C:kind", "IS_A", "C:top", {"level": "observation"})]
    graph = graph_of([*REFERENCE, *tree, ("M:a", "TREATS", "C:top")])

    [path] = paths_to(answer(graph, case={"conditions": ["mild"]}), "M:a")

    assert [node["id"] for node in path["nodes"]] == ["C:mild", "C:kind", "C:top", "M:a"]
    assert path["drawn"] == "mild –is a→ kind –is a→ top ←treats– a"
    assert path["sentence"] == "a treats top; mild is a kind of top."
    assert (path["weakest"]["kind"], path["weakest"]["knowledge_level"]) == ("IS_A", "observation")
    assert path["contribution"] == pytest.approx(CONFIG.treats * CONFIG.ancestor**2, rel=1e-15)


def test_an_edge_that_reads_the_same_both_ways_has_no_head(graph_of: Callable[..., Graph]) -> None:
    graph = graph_of([("M:a", "TREATS", "C:c"), ("M:b", "RESEMBLES", "M:a"), ("M:a", "RESEMBLES", "M:d")])

    drawn = [paths_to(answer(graph, nodes=("C:c",), explore=True), m)[0]["drawn"] for m in ("M:b", "M:d")]

    assert drawn == ["c ←treats– a –resembles– b", "c ←treats– a –resembles– d"]


def test_the_largest_are_shown_and_the_others_are_the_remainder(graph_of: Callable[..., Graph]) -> None:
    # b resembles three medicines that treat c: one of them alone treats nothing else, so its path is the heaviest.
    treats = [("M:1", "C:c"), ("M:2", "C:c"), ("M:2", "C:d"), ("M:3", "C:c"), ("M:3", "C:d"), ("M:3", "C:e")]
    like = [("M:b", "RESEMBLES", f"M:{i}") for i in (1, 2, 3)]
    graph = graph_of([*((m, "TREATS", c) for m, c in treats), *like])

    full, short = (answer(graph, paths, nodes=("C:c",), explore=True) for paths in (3, 2))

    shown = paths_to(full, "M:b")
    assert [path["nodes"][1]["id"] for path in shown] == ["M:1", "M:2", "M:3"]
    assert [path["sentence"] for path in shown] == ["b is like 1 for c.", "b is like 2 for c.", "b is like 3 for c."]
    # Each carries its part of f by its weight: degrees of the medicines along TREATS are 1, 2 and 3.
    weights = [n**-CONFIG.damping for n in (1, 2, 3)]
    parts = [path["contribution"] / sum(p["contribution"] for p in shown) for path in shown]
    assert parts == pytest.approx([w / sum(weights) for w in weights], rel=1e-12)
    assert paths_to(short, "M:b") == shown[:2]
    found = next(r for r in suggestions(short) if r["medicine"]["id"] == "M:b")
    assert found["remainder"] == pytest.approx(shown[2]["contribution"], rel=1e-12)


def test_a_metapath_that_weighs_nothing_is_not_shown(graph_of: Callable[..., Graph]) -> None:
    graph = graph_of([("M:a", "TREATS", "C:c"), ("M:a", "RESEMBLES", "M:b"), ("M:b", "TREATS", "C:c")])

    body = answer(graph, metapaths=[replace(RESEMBLING, weight=0.0)], nodes=("C:c",))

    assert [path["metapath"] for path in paths_to(body, "M:b")] == ["CtM"]


# The laws, on random graphs

JOINS = {
    "TREATS": "MC",
    "PALLIATES": "MC",
    "BINDS": "MG",
    "ASSOCIATES": "CG",
    "IN_CLASS": "MK",
    "PRESENTS": "CY",
    "IS_A": "CC",
}
ends = st.tuples(st.integers(0, 3), st.integers(0, 3))
values = st.fixed_dictionaries(
    {"source": st.sampled_from(["one", "other"]), "level": st.sampled_from([str(level) for level in KnowledgeLevel])}
)
LINES = st.sampled_from(["first", "later", "unstated"])


@st.composite
def graphs(draw: st.DrawFn) -> list[tuple[str, str, str, dict[str, str]]]:
    edges = []
    for kind, (start, end) in [*JOINS.items(), ("RESEMBLES", "CC"), ("RESEMBLES", "MM")]:
        for i, j in draw(st.lists(ends, max_size=7)):
            if kind != "IS_A" or i < j:
                said = draw(values) | ({"line": draw(LINES)} if kind in ("TREATS", "PALLIATES") else {})
                edges.append((f"{start}:{i}", kind, f"{end}:{j}", said))
    return edges


@settings(max_examples=60)
@given(graphs(), st.sampled_from(list(KnowledgeLevel)), st.booleans())
def test_contributions_are_true_and_add_up(build: Build, edges, level: KnowledgeLevel, bare: bool) -> None:  # type: ignore[no-untyped-def]
    with build([*REFERENCE, *edges], {f"{p}:{i}": {} for p in "MCY" for i in range(4)}) as graph:
        known: dict[str, Any] = {"nodes": ("C:0", "Y:1")} if bare else {"case": {"conditions": ["C:0"], "symptoms": ["Y:1"]}}
        body = answer(graph, metapaths=read_metapaths(), top=100, min_level=level, **known)

        truth = Truth(graph, body, level)
        for item in body["recommendations"]:
            shown = sum(path["contribution"] for path in item["paths"])
            assert body["intercept"] + shown + item["remainder"] == pytest.approx(item["score"], rel=1e-9)
            assert item["remainder"] > -1e-9
            assert len(item["paths"]) <= CONFIG.paths
            amounts = [path["contribution"] for path in item["paths"]]
            assert amounts == sorted(amounts, reverse=True)
            for path in item["paths"]:
                assert path["contribution"] == pytest.approx(truth.contribution(path), rel=1e-9)
                truth.check_steps(path)


class Truth:
    """What contributions are, from the store's edges and the published formula alone."""

    def __init__(self, graph: Graph, body: dict[str, Any], level: KnowledgeLevel) -> None:
        self.graph = graph
        self.level = level
        self.weights = {e["node"]["id"]: e["weight"] for e in body["evidence"]}
        self.metapaths = {m.code: m for m in read_metapaths()}
        self.edges = graph.edges

    def contribution(self, path: dict[str, Any]) -> float:
        nodes = tuple(node["id"] for node in path["nodes"])
        if path["metapath"] in ("CtM", "ClM"):
            return self.weights[nodes[-2]] * max(map(self._support, self._said(path["edges"][-1])))
        metapath = self.metapaths[path["metapath"]]
        walked = nodes[-len(metapath.steps) - 1 :]
        found = enumerate_paths(self.graph, metapath, self._starts(metapath), CONFIG.damping, self.level)
        weight = next(w for w, n in found if n == walked)
        x = math.fsum(w for w, n in found if n[-1] == walked[-1])
        return metapath.weight * math.asinh(x / self._mean(metapath)) * weight / x

    def _starts(self, metapath: Metapath) -> dict[str, float]:
        prefix = {NodeKind.CONDITION: "C:", NodeKind.SYMPTOM: "Y:"}[metapath.start]
        return {node: weight for node, weight in self.weights.items() if node.startswith(prefix)}

    def _mean(self, metapath: Metapath) -> float:
        snapshot = self.graph.snapshot
        every = dict.fromkeys(self.graph.ids(snapshot.numbers(metapath.start)), 1.0)
        total = math.fsum(w for w, _ in enumerate_paths(self.graph, metapath, every, CONFIG.damping, KnowledgeLevel.UNREVIEWED))
        return total / (len(every) * len(snapshot.numbers(NodeKind.MEDICINE)))

    def _said(self, shown: dict[str, Any]) -> list[Any]:
        ends = (shown["kind"], shown["start"], shown["end"])
        return [e for key, e in self.edges.items() if key[:3] == ends and e.level.strength >= self.level.strength]

    def _support(self, edge: Any) -> float:
        lines = {"first": CONFIG.treats_first, "later": CONFIG.treats_later, "unstated": CONFIG.treats}
        amount = lines[edge.properties["line"]] if edge.kind == "TREATS" else CONFIG.palliates
        return amount * (CONFIG.unreviewed if edge.level == "unreviewed" else 1.0)

    def check_steps(self, path: dict[str, Any]) -> None:
        """Assert that every step stands in the store as shown, at the asked level, and that the weakest is the weakest."""
        levels = [KnowledgeLevel(edge["knowledge_level"]).strength for edge in path["edges"]]
        assert KnowledgeLevel(path["weakest"]["knowledge_level"]).strength == min(levels) >= self.level.strength
        assert len(path["nodes"]) == len(path["edges"]) + 1
        for i, shown in enumerate(path["edges"]):
            assert {shown["start"], shown["end"]} == {path["nodes"][i]["id"], path["nodes"][i + 1]["id"]}
            for said in (shown, *shown.get("also", ())):
                ends = {(shown["start"], shown["end"]), (shown["end"], shown["start"])}
                known = [self.edges.get((shown["kind"], *pair, said["source"])) for pair in ends]
                assert said["knowledge_level"] in [str(edge.level) for edge in known if edge]
