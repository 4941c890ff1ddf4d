"""Training end to end: the bundle that serves, the edges in the store, and going on after an interruption."""

from collections.abc import Callable
from typing import Any

import pytest

from graph.compiler import compile_snapshot
from graph.elements import EdgeKind
from graph.store import DERIVED_EDGES
from recommender.artifacts import FOLDER
from recommender.bundling import Trained, train
from recommender.exploration import run_explore
from recommender.request import Request
from recommender.service import Recommender
from tests.recommender.conftest import REFERENCE, TODAY, Graph
from tests.recommender.test_training import CONFIG
from tests.recommender.training_graph import family_edges

CASE = {"age": 50, "sex": "male", "conditions": ["00"]}


@pytest.fixture
def graph(graph_of: Callable[..., Graph]) -> Graph:
    return graph_of([*REFERENCE, *family_edges()])


def trained(graph: Graph, **options: Any) -> Trained:
    return train(graph.store, graph.snapshot, graph.folder, CONFIG, **options)


def serving(graph: Graph, made: Trained) -> Recommender:
    return Recommender(graph.store, graph.snapshot, graph.folder, bundle=made.bundle, compiled=False)


def test_a_trained_answer_names_its_bundle_and_has_probabilities(graph: Graph) -> None:
    made = trained(graph)

    answer = serving(graph, made).recommend(Request(as_of=TODAY, case=CASE, explore=True)).body

    assert (answer["snapshot"], answer["trained_on"]) == (graph.snapshot.checksum, made.bundle.tag)
    assert {item["list"] for item in answer["recommendations"]} == {"established"}
    # No outcome of a patient is known: nothing tells how likely a known treatment helps.
    assert {item["probability"] for item in answer["recommendations"]} == {None}
    assert answer["exploratory"]
    for item in answer["exploratory"]:
        chance = item["probability"]
        assert 0 <= chance["low"] <= chance["value"] <= chance["high"] <= 1
        assert chance["support"] in ("calibrated", "low")
        assert 0 < item["prior"] < 1
        assert item["lift"] == pytest.approx(chance["value"] / item["prior"])


def test_contributions_and_remainder_add_up_to_the_score(graph: Graph) -> None:
    answer = serving(graph, trained(graph)).recommend(Request(as_of=TODAY, nodes=("C:00",), explore=True)).body

    for item in [*answer["recommendations"], *answer["exploratory"]]:
        parts = [answer["intercept"], item["remainder"], *(path["contribution"] for path in item["paths"])]
        assert item["score"] == pytest.approx(sum(parts), rel=1e-9)
        assert item["remainder"] >= -1e-9


def test_a_path_over_similar_edges_says_that_they_are_predictions(graph: Graph) -> None:
    answer = serving(graph, trained(graph)).recommend(Request(as_of=TODAY, nodes=("C:00",), explore=True, top=20)).body

    edges = [
        (path, edge)
        for item in [*answer["recommendations"], *answer["exploratory"]]
        for path in item["paths"]
        for edge in path["edges"]
        if edge["kind"] == "SIMILAR_TO"
    ]
    assert edges
    for path, edge in edges:
        assert edge["knowledge_level"] == "prediction"
        assert edge["source"].startswith("similar-to/")
        assert path["weakest"]["knowledge_level"] in ("prediction", "unreviewed")


def test_first_lines_stay_in_front_of_later_ones(graph_of: Callable[..., Graph]) -> None:
    later = [("M:late", "TREATS", "C:00", {"line": "later"}), ("M:late", "BINDS", "G:0"), ("M:late", "CAUSES", "E:0")]
    alike = [("M:late", "TREATS", f"C:0{c}", {"line": "later"}) for c in (1, 2)]
    graph = graph_of([*REFERENCE, *family_edges(), *later, *alike])
    made = trained(graph)

    answer = serving(graph, made).recommend(Request(as_of=TODAY, nodes=("C:00",))).body

    assert made.bundle.scale >= 1
    assert answer["recommendations"][-1]["medicine"]["id"] == "M:late"


def test_the_edges_of_the_bundle_are_in_the_store_and_the_snapshot_stays(graph: Graph) -> None:
    made = trained(graph)

    columns = list(graph.store.knowledge_edges(derived=True))

    assert {c.kind for c in columns} == {EdgeKind.SIMILAR_TO} <= DERIVED_EDGES
    assert sum(map(len, columns)) == made.mirrored.created > 0
    assert {p["bundle"] for c in columns for p in c.properties} == {made.bundle.tag}
    assert compile_snapshot(graph.store, graph.folder / "snapshots").checksum == graph.snapshot.checksum
    assert trained(graph).mirrored.created == 0


def test_an_interrupted_training_goes_on_and_comes_to_the_same(graph: Graph) -> None:
    whole = trained(graph)

    def stop(step: str, share: float) -> None:
        if step == "learning weights":
            raise KeyboardInterrupt

    for path in (graph.folder / FOLDER).iterdir():
        path.unlink()
    with pytest.raises(KeyboardInterrupt):
        trained(graph, progress=stop)
    assert not list((graph.folder / FOLDER).glob("*.bundle"))
    resumed = trained(graph)

    assert resumed.resumed > 3
    assert resumed.bundle.tag == whole.bundle.tag
    assert [path.suffix for path in (graph.folder / FOLDER).iterdir()] == [".bundle"]


def test_unknown_pairs_are_explored_with_their_chances(graph: Graph) -> None:
    found = run_explore(serving(graph, trained(graph)), condition="C:00", medicine=None, top=3)

    assert found["pairs"]
    assert all(pair["probability"]["value"] > 0 for pair in found["pairs"])
    other = run_explore(serving(graph, trained(graph)), condition=None, medicine=found["pairs"][0]["medicine"]["id"], top=20)
    assert "C:00" in {pair["condition"]["id"] for pair in other["pairs"]}
