"""Each documented question in SPARQL answers what its Cypher twin answers, on the same graph."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rdflib import Dataset

from graph.compiler import compile_snapshot
from graph.connect import open_store
from graph.errors import QuestionError
from graph.rdf import ask as asking_sparql
from graph.rdf.ask import ask, dataset_of
from graph.store import DERIVED_EDGES
from tests.cypher.asking import Asker, columns
from tests.cypher.conftest import ask as ask_cypher
from tests.cypher.small import KNOWLEDGE, load_small

__all__ = ["ask_cypher"]

QUESTIONS = Path(asking_sparql.__file__).with_name("questions")
Rows = list[tuple[Any, ...]]


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """The small graph of the Cypher tests as linked data."""
    folder = tmp_path_factory.mktemp("linked")
    store = open_store(f"sqlite://{folder / 'graph.sqlite'}")
    load_small(store)
    found = dataset_of(compile_snapshot(store, folder))
    store.close()
    return found


def asked(dataset: Dataset, name: str) -> Rows:
    return list(ask(dataset, (QUESTIONS / f"{name}.rq").read_text()).rows)


def knowledge_alone(rows: Rows) -> Rows:
    """What a snapshot holds: nothing that training derives."""
    return [row for row in rows if not {"SIMILAR_TO", "RESPONDED_TO"} & set(row)]


def treatments(ask_cypher: Asker) -> Rows:
    rows = columns(ask_cypher("treatments", condition="hypertension"), "medicine", "said_of", "edge", "sources")
    return [(medicine, said_of, edge, source) for medicine, said_of, edge, sources in rows for source in sources]


def sources(ask_cypher: Asker) -> Rows:
    derived = Counter(edge.provenance.source for edge in KNOWLEDGE if edge.kind in DERIVED_EDGES)
    rows = columns(ask_cypher("sources"), "source", "version", "licence", "nodes", "edges")
    return [(*row[:4], row[4] - derived[row[0]]) for row in rows]


def around(ask_cypher: Asker) -> Rows:
    found = []
    for row in ask_cypher("around", node="hypertension"):
        path = row["path"]
        (edge,) = path.relationships
        node, other = path.nodes
        found.append((edge.type, edge.start_node == node, other["id"]))
    return knowledge_alone(found)


TWINS: dict[str, tuple[Callable[[Asker], Rows], tuple[int, ...]]] = {
    "overview": (
        lambda ask: knowledge_alone(columns(ask("overview"), "start_kind", "edge", "end_kind", "edges", "sources")),
        (0, 1, 2, 3, 4),
    ),
    "sources": (sources, (0, 1, 2, 3, 4)),
    "treatments": (treatments, (0, 1, 2, 3)),
    "shared_targets": (
        lambda ask: columns(ask("shared_targets", medicine="M:nifedipine"), "medicine", "other", "shared"),
        (0, 1, 2),
    ),
    "contradictions": (
        lambda ask: columns(
            ask("contradictions"), "medicine", "edge", "condition", "contraindicated_in", "strength", "said_by", "denied_by"
        ),
        (0, 1, 2, 3, 4, 5, 6),
    ),
    "weakest_evidence": (
        lambda ask: columns(ask("weakest_evidence"), "level", "medicine", "edge", "condition"),
        (0, 1, 2, 3),
    ),
    "orphans": (lambda ask: columns(ask("orphans"), "lack", "kind", "nodes"), (0, 1, 2)),
    "find": (lambda ask: columns(ask("find", text="hypertension"), "kind", "id", "name"), (0, 1, 2)),
}


@pytest.mark.neo4j
@pytest.mark.parametrize("name", TWINS)
def test_a_question_answers_what_its_twin_answers(ask_cypher: Asker, dataset: Dataset, name: str) -> None:
    twin, kept = TWINS[name]
    found = [tuple(row[i] for i in kept) for row in asked(dataset, name)]
    if name == "shared_targets":
        # The twin is asked of one medicine.
        found = [row for row in found if row[0] == twin(ask_cypher)[0][0]]

    assert found
    assert sorted(found, key=str) == sorted(twin(ask_cypher), key=str)


@pytest.mark.neo4j
def test_hubs_are_those_of_the_twin(ask_cypher: Asker, dataset: Dataset) -> None:
    found = {row[1]: (row[0], *row[2:]) for row in asked(dataset, "hubs")}
    twins = columns(ask_cypher("hubs"), "id", "kind", "name", "edges")

    assert twins
    assert {(node, *found.get(node, (kind, name, 0))) for node, kind, name, _ in twins} == set(twins)


@pytest.mark.neo4j
def test_what_is_around_a_node_is_around_it_in_the_twin(ask_cypher: Asker, dataset: Dataset) -> None:
    found, twins = asked(dataset, "around"), around(ask_cypher)

    assert set(twins) <= set(found)
    # The twin shows three edges of a kind and a direction.
    for kind in {row[:2] for row in found}:
        assert min(3, sum(row[:2] == kind for row in found)) == sum(row[:2] == kind for row in twins)


def test_every_question_says_what_it_answers_and_its_columns(dataset: Dataset) -> None:
    files = sorted(QUESTIONS.glob("*.rq"))

    assert len(files) == 10
    for file in files:
        purpose, named = file.read_text().splitlines()[:2]
        assert purpose.startswith("# purpose: ")
        assert list(ask(dataset, file.read_text()).columns) == named.removeprefix("# columns: ").split(", ")


def test_a_yes_or_no_question(dataset: Dataset) -> None:
    assert list(ask(dataset, "ASK { ?x a rxv:Medicine }").rows) == [(True,)]
    assert list(ask(dataset, "ASK { ?x a rxv:Patient }").rows) == [(False,)]


@pytest.mark.parametrize("text", ["SELECT", "DROP ALL", "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }", ""])
def test_what_is_no_question_is_refused(dataset: Dataset, text: str) -> None:
    with pytest.raises(QuestionError):
        ask(dataset, text)
