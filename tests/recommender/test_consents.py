"""Who refuses to be learned of takes no part in what is learned: the shell trains as if the record were not there."""

import json
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest

from graph.consents import REFUSED
from recommender.__main__ import main
from recommender.outcomes import outcomes_and_examples
from recommender.predictors.bundles import PredictorBundles
from recommender.predictors.conditions.config import read_config as read_conditions
from recommender.predictors.conditions.episodes import read_episodes
from recommender.predictors.population.courses import read_courses
from recommender.predictors.population.features import patient_features
from recommender.predictors.sequence.config import SequenceConfig
from recommender.predictors.sequence.from_records import read_histories
from tests.recommender.conftest import Build, Graph
from tests.recommender.practice import practice
from tests.recommender.test_outcomes import KNOWLEDGE, people, tallied

DAY = date(2024, 6, 1)


def fitted(graph: Graph, patch: pytest.MonkeyPatch) -> dict[str, str]:
    """The tag of the groups that the shell fits on the people of a store: a digest of what is in them."""
    patch.setenv("RXPATH_HOME", str(graph.folder))
    patch.setenv("RXPATH_GRAPH", f"sqlite:///{graph.store.path}")
    assert main(["train", "--predictor", "groups"]) == 0
    return PredictorBundles(graph.folder).serving()


def read(graph: Graph) -> str:
    """All that predictors read of the people of a store, each by its own reader."""
    features = patient_features(graph.store, graph.snapshot, DAY)
    return repr(
        (
            features.names,
            features.matrix.tolist(),
            read_courses(graph.store, graph.snapshot, DAY),
            list(read_episodes(graph.store, graph.snapshot, read_conditions())),
            read_histories(graph.store, graph.snapshot, DAY, SequenceConfig()),
        )
    )


def of_practice(*, refused: bool) -> tuple[list[tuple[Any, ...]], dict[str, dict[str, Any]]]:
    """The practice with some people who refuse, or without them."""
    edges, nodes = practice(120)
    gone = sorted(name for name in nodes if name.startswith("patient:"))[::40]
    if refused:
        return edges, nodes | {name: nodes[name] | {REFUSED: ("learning",)} for name in gone}
    return [row for row in edges if row[0] not in gone], {name: kept for name, kept in nodes.items() if name not in gone}


@pytest.fixture
def graphs(build: Build) -> Iterator[list[Graph]]:
    with (
        build(*of_practice(refused=True)) as refusing,
        build(*of_practice(refused=False)) as without,
        build(*practice(120)) as all_,
    ):
        yield [refusing, without, all_]


def test_predictors_are_the_same_as_without_the_record(graphs: list[Graph], monkeypatch: pytest.MonkeyPatch) -> None:
    refusing, without, everybody = (fitted(graph, monkeypatch) for graph in graphs)

    assert refusing == without != everybody


def test_every_predictor_reads_the_same_as_without_the_record(graphs: list[Graph]) -> None:
    refusing, without, everybody = map(read, graphs)

    assert refusing == without != everybody


def test_outcomes_are_the_same_as_without_the_record(graph_of: Callable[..., Graph]) -> None:
    edges = KNOWLEDGE + people(6, "C:other", "M:d") + people(5, "C:whole", "M:a", name="q")
    refusing = graph_of(edges, {"patient:p3": {REFUSED: ("learning", "sharing")}, "patient:q0": {REFUSED: ("learning",)}})
    without = graph_of([row for row in edges if row[0] not in ("patient:p3", "patient:q0")])

    assert tallied(refusing) == tallied(without) == {("other", "d"): (5, 5, 0)}
    one, other = (outcomes_and_examples(graph.store, graph.snapshot)[1] for graph in (refusing, without))
    assert [column.tolist() for column in (one.condition, one.good, one.fold)] == [
        column.tolist() for column in (other.condition, other.good, other.fold)
    ]


def test_another_refusal_leaves_learning_alone(graph_of: Callable[..., Graph]) -> None:
    edges = KNOWLEDGE + people(5, "C:other", "M:d")

    graph = graph_of(edges, {"patient:p3": {REFUSED: ("treatment", "research", "sharing")}})

    assert tallied(graph) == {("other", "d"): (5, 5, 0)}


def test_the_judge_asks_for_nobody_who_refuses(
    graph_of: Callable[..., Graph], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    graph = graph_of(KNOWLEDGE + people(3, "C:other", "M:d"), {"patient:p1": {REFUSED: ("learning",)}})
    monkeypatch.setenv("RXPATH_HOME", str(graph.folder))
    monkeypatch.setenv("RXPATH_GRAPH", f"sqlite:///{graph.store.path}")

    assert main(["evaluate", "--alerts", "--json"]) == 0

    assert json.loads(capsys.readouterr().out)["patients"]["all"] == 2
