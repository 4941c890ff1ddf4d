"""The Cypher that stands with a path: it names the path's nodes and edges, and on the server shows them and nothing else."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from neo4j import Driver, GraphDatabase

from graph.compiler import current_snapshot
from graph.connect import open_store
from graph.elements import Edge, EdgeKind, KnowledgeLevel, Node, NodeId, NodeKind, Provenance
from graph.queries import query
from graph.store import Batch, EdgeColumns, GraphStore
from loaders.__main__ import main as loaders
from recommender.request import Request
from recommender.service import Recommender
from tests.recommender.conftest import REFERENCE, TODAY, Graph

DAY = date(2026, 6, 30)
PATIENTS = 12
MAN = {"age": 50, "sex": "male"}


def paths_of(body: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Every path of an answer: those of suggestions and care actions, and the proofs."""
    suggested = [path for item in body["recommendations"] for path in item["paths"]]
    cautions = [finding["proof"] for item in body["recommendations"] for finding in item["cautions"]]
    excluded = [finding["proof"] for finding in body["excluded"]]
    return [*suggested, *cautions, *excluded, *(item["path"] for item in body["care_actions"])]


Shown = tuple[list[str], list[tuple[str, ...]]]


def shown(driver: Driver, path: Mapping[str, Any]) -> Shown:
    """The nodes and edges that a path's Cypher shows: every edge as often as it comes."""
    cypher = path["cypher"]
    with driver.session() as session:
        rows = list(session.run(cypher["statement"], cypher["parameters"]))
    edges = [row["edge"] for row in rows if row["edge"] is not None]
    ends = [[node["id"] for node in edge.nodes] for edge in edges]
    facts = [(edge["source"], edge.get("evidence", ""), edge["knowledge_level"]) for edge in edges]
    keys = [(start, edge.type, end, *fact) for edge, (start, end), fact in zip(edges, ends, facts, strict=True)]
    return sorted({row["node"]["id"] for row in rows}), sorted(keys)


def said(path: Mapping[str, Any]) -> Shown:
    """The nodes and edges that a path names; what it meets twice, once."""
    keys = ("start", "kind", "end", "source", "evidence", "knowledge_level")
    return sorted({node["id"] for node in path["nodes"]}), sorted({tuple(e[key] for key in keys) for e in path["edges"]})


def test_a_path_carries_the_catalogues_statement_and_the_keys_of_its_edges(graph_of: Callable[..., Graph]) -> None:
    graph = graph_of([("M:a", "TREATS", "C:c", {"source": "web"}), ("M:a", "TREATS", "C:c", {"source": "book"})])
    recommender = Recommender(graph.store, graph.snapshot, graph.folder, compiled=False)

    [path] = paths_of(recommender.recommend(Request(as_of=TODAY, nodes=("C:c",))).body)

    assert path["edges"][0]["source"] == "book"
    assert path["cypher"] == {
        "statement": query("answer/path").statement,
        "parameters": {"nodes": ["C:c", "M:a"], "edges": [["M:a", "TREATS", "C:c", "book", ""]]},
    }
    assert "\n" not in path["cypher"]["statement"], "it is copied out of JSON"


def test_a_proof_shows_its_chain_and_never_the_patient(graph_of: Callable[..., Graph]) -> None:
    edges = [
        *REFERENCE,
        ("M:a", "TREATS", "C:c"),
        ("M:b", "TREATS", "C:c"),
        ("M:a", "CONTRAINDICATED_IN", "C:other", {"strength": "absolute"}),
        ("patient:p", "HAS_DIAGNOSIS", "C:c", {"record": "record-1"}),
        ("patient:p", "HAS_DIAGNOSIS", "C:other", {"record": "record-2"}),
        ("patient:p", "TAKES", "M:b", {"record": "record-3"}),
    ]
    graph = graph_of(edges, {"patient:p": {"birth_year": 1970, "sex": "male"}})
    recommender = Recommender(graph.store, graph.snapshot, graph.folder, compiled=False)

    body = recommender.recommend(Request(as_of=TODAY, patient=NodeId("patient:p"))).body

    parameters = {entry["rule"]: entry["proof"]["cypher"]["parameters"] for entry in body["excluded"]}
    key = ["M:a", "CONTRAINDICATED_IN", "C:other", "test", ""]
    assert parameters["contraindication"] == {"nodes": ["C:other", "M:a"], "edges": [key]}
    assert parameters["duplicate"] == {"nodes": ["M:b"], "edges": []}
    assert all("patient:" not in str(path["cypher"]) and "record-" not in str(path["cypher"]) for path in paths_of(body))


def test_a_proof_that_rests_on_no_node_carries_nothing_to_show(graph_of: Callable[..., Graph]) -> None:
    graph = graph_of([*REFERENCE, ("M:a", "TREATS", "C:c")])
    recommender = Recommender(graph.store, graph.snapshot, graph.folder, compiled=False)
    case = MAN | {"conditions": ["C:c"], "allergies": [{"substance": "unheard of"}]}

    body = recommender.recommend(Request(as_of=TODAY, case=case)).body

    proofs = [finding["proof"] for finding in body["recommendations"][0]["cautions"]]
    assert [proof["cypher"] for proof in proofs if not proof["nodes"]] == [None]


@pytest.fixture
def driver(neo4j_url: str) -> Iterator[Driver]:
    """A driver of the test's own: what an analyst has."""
    signed = (os.environ["RXPATH_NEO4J_USER"], os.environ["RXPATH_NEO4J_PASSWORD"])
    with GraphDatabase.driver(neo4j_url, auth=signed) as opened:
        yield opened


@pytest.fixture
def home(tmp_path: Path, neo4j_url: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home whose graph is on the server."""
    monkeypatch.setenv("RXPATH_HOME", str(tmp_path))
    monkeypatch.setenv("RXPATH_GRAPH", neo4j_url)
    return tmp_path


def requests(store: GraphStore) -> Iterator[Request]:
    """Patients of the demo cohort, cases and bare nodes."""
    patients = [node.id for node in store.nodes(NodeKind.PATIENT)]
    yield from (Request(DAY, patient=patient) for patient in patients[:: len(patients) // PATIENTS])
    yield Request(DAY, case=MAN | {"conditions": ["high blood pressure", "type 2 diabetes"], "medicines": ["warfarin"]})
    penicillin = [{"substance": "penicillin", "severity": "severe"}]
    yield Request(DAY, case={"age": 30, "sex": "female", "conditions": ["pneumonia", "asthma"], "allergies": penicillin})
    yield Request(DAY, nodes=("type 2 diabetes",), top=20)


@pytest.mark.slow
@pytest.mark.neo4j
def test_every_path_of_an_answer_pasted_shows_that_path_and_nothing_else(home: Path, neo4j_url: str, driver: Driver) -> None:
    assert loaders(["build", "--brief"]) == 0
    pasted, rules, odd = 0, set(), []
    with closing(open_store(neo4j_url)) as store:
        snapshot = current_snapshot(store, home / "snapshots")
        recommender = Recommender(store, snapshot, home, compiled=False)
        for request in requests(store):
            for path in paths_of(recommender.recommend(request).body):
                if shown(driver, path) != said(path):
                    odd.append(path)
                rules.add(path.get("rule", path.get("metapath")))
                pasted += 1

    assert not odd
    assert pasted > 500
    assert {"CtM", "ChA", "contraindication", "interaction", "duplicate", "allergy"} <= rules


@pytest.mark.neo4j
def test_what_else_joins_the_same_nodes_is_not_shown(home: Path, neo4j_url: str, driver: Driver) -> None:
    """Another source, another record, another kind, the graph of a build; and texts that would end a literal."""
    with closing(open_store(neo4j_url)) as store:
        write_parallel(store)
        with closing(store.staging()) as building:
            write_parallel(building)
        recommender = Recommender(store, current_snapshot(store, home / "snapshots"), home, compiled=False)

        paths = paths_of(recommender.recommend(Request(DAY, nodes=(CONDITION,))).body)

        for path, kind in zip(paths, ("TREATS", "PALLIATES"), strict=True):
            best = (MEDICINE, kind, CONDITION, SOURCES[0], "two", "assertion")
            assert shown(driver, path) == said(path) == (sorted([MEDICINE, CONDITION]), [best])
        assert sum(store.counts().values()) == 2 + 2 * 2 * len(SOURCES)


MEDICINE, CONDITION = NodeId("M:it's\"\\`$nodes}//'"), NodeId("C:x[1]{y:z}=>/*")
SOURCES = ("a'; MATCH (n) DETACH DELETE n //", "b")


def write_parallel(store: GraphStore) -> None:
    """Two nodes, joined by two kinds of edges, of each two records of two sources."""
    where = Provenance("test", "1", "CC0-1.0")
    nodes = [Node(MEDICINE, NodeKind.MEDICINE, "m", where), Node(CONDITION, NodeKind.CONDITION, "c", where)]
    weak, strong = KnowledgeLevel.UNREVIEWED, KnowledgeLevel.ASSERTION
    edges = [
        Edge(kind, MEDICINE, CONDITION, Provenance(source, "1", "CC0-1.0"), level, record, record)
        for kind in (EdgeKind.TREATS, EdgeKind.PALLIATES)
        for source in SOURCES
        for record, level in (("one", weak), ("two", strong if source == SOURCES[0] else weak))
    ]
    load = store.start_load("parallel")
    for edge in edges:
        columns = EdgeColumns.of([edge], NodeKind.MEDICINE, NodeKind.CONDITION)
        store.write(Batch(nodes, [columns]), load, edge.record)
    store.finish_load(load, remove_stale=False)
