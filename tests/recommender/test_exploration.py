"""Unknown pairs, ranked for research: which are left out, what each says of itself, and how it is printed."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson
import pytest
from rich.console import Console

from graph.array_file import Array
from graph.elements import NodeKind
from graph.errors import AmbiguousNameError, UnknownNodeError
from recommender.config import read_scoring
from recommender.errors import CaseError
from recommender.explain import Explainer
from recommender.exploration import NOTICE, Instruments, rendered, run_explore
from recommender.metapaths import Metapath, parse_steps
from recommender.scoring import Scorer, path_count_means
from recommender.walk import Walker
from tests.recommender.conftest import Graph

# a treats x; b resembles a and binds what x is associated with; c resembles a by a prediction alone; d is reached by nothing.
EDGES: list[tuple[Any, ...]] = [
    ("M:a", "TREATS", "C:x"),
    ("M:e", "TREATS", "C:y"),
    ("M:b", "RESEMBLES", "M:a"),
    ("M:c", "RESEMBLES", "M:a", {"level": "prediction", "source": "similar"}),
    ("C:x", "ASSOCIATES", "G:g"),
    ("M:b", "BINDS", "G:g"),
    ("M:b", "CONTRAINDICATED_IN", "C:x", {"strength": "absolute"}),
    ("M:k", "TREATS", "C:kind"),
    ("C:kind", "IS_A", "C:x"),
    ("M:k", "RESEMBLES", "M:a"),
    ("M:d", "INTERACTS_WITH", "M:a", {"severity": "mild"}),
]
NODES = {"C:x": {"name": "X", "aliases": ["ex", "twice"]}, "C:y": {"aliases": ["twice"]}}
METAPATHS = (
    Metapath("CtMrM", parse_steps("Condition <-TREATS- Medicine -RESEMBLES- Medicine"), 0.5, "{2} is like {1} for {0}"),
    Metapath("CaGbM", parse_steps("Condition -ASSOCIATES-> Gene <-BINDS- Medicine"), 1.0, "{2} binds {1} of {0}"),
)


@dataclass(frozen=True)
class Fixed:
    """A calibration that is sure of everything above a limit."""

    limit: float = 1.0

    def probability(self, scores: Array) -> tuple[Array, Array, Array, Array]:
        value = 1 / (1 + np.exp(-scores))
        return value, value / 2, (1 + value) / 2, scores >= self.limit


@dataclass(frozen=True)
class Trained:
    """A recommender over a graph, as far as an exploration asks it."""

    graph: Graph
    calibration: Fixed | None = None

    def instruments(self) -> Instruments:
        snapshot, config = self.graph.snapshot, read_scoring()
        walker = Walker(snapshot, METAPATHS, config.damping, compiled=False)
        scorer = Scorer(walker, config, path_count_means(walker))
        intercept = float(scorer.score({}).total.min())

        def walk_scores() -> Array:
            rows = [scorer.score({c: 1.0}) for c in snapshot.numbers(NodeKind.CONDITION)]
            return np.array([sum(m.weight * f for m, f in row.features.items()) for row in rows], np.float32)

        return Instruments(snapshot, scorer, Explainer(walker, 3), intercept, walk_scores, self.calibration)


@pytest.fixture
def graph(graph_of: Callable[..., Graph]) -> Graph:
    return graph_of(EDGES, NODES)


def explored(graph: Graph, calibration: Fixed | None = None, **asked: Any) -> dict[str, Any]:
    return run_explore(Trained(graph, calibration), **({"condition": None, "medicine": None} | asked))


def ids(result: dict[str, Any], kind: str) -> list[str]:
    return [pair[kind]["id"] for pair in result["pairs"]]


def test_what_is_known_directly_or_through_the_tree_is_left_out(graph: Graph) -> None:
    result = explored(graph, condition="C:x")

    assert ids(result, "medicine") == ["M:b", "M:c"]
    assert [pair["rank"] for pair in result["pairs"]] == [1, 2]
    assert (result["known"], result["unreached"]) == (2, 2)
    assert (result["condition"]["name"], result["medicine"], result["notice"]) == ("X", None, NOTICE)
    assert result["snapshot"] == graph.snapshot.checksum


def test_a_medicine_is_asked_for_its_conditions(graph: Graph) -> None:
    result = explored(graph, medicine="M:b")

    assert ids(result, "condition") == ["C:x"]
    assert result["pairs"] == explored(graph, condition="C:x", top=1)["pairs"]
    assert (result["known"], result["unreached"]) == (0, 2)
    assert explored(graph, medicine="M:k")["pairs"] == []


def test_paths_and_remainder_add_up_to_the_score(graph: Graph) -> None:
    for pair in explored(graph, condition="C:x")["pairs"]:
        walked = sum(path["contribution"] for path in pair["paths"]) + pair["remainder"]
        assert pair["score"] - read_scoring().intercept == pytest.approx(walked, abs=1e-12)
        assert sum(pair["metapaths"].values()) == pytest.approx(walked, abs=1e-12)


def test_each_pair_says_what_would_settle_it(graph: Graph) -> None:
    first, second = explored(graph, condition="C:x")["pairs"]

    assert [edge["kind"] for edge in first["against"]] == ["CONTRAINDICATED_IN"]
    assert (first["independent_ways"], second["independent_ways"]) == (2, 1)
    assert [q["what"] for q in first["questions"]] == ["contraindication", "no direct evidence"]
    assert [q["what"] for q in second["questions"]] == ["weak edge", "one kind of path", "no direct evidence"]
    assert second["questions"][0]["edge"]["source"] == "similar"
    assert second["questions"][0]["share"] == pytest.approx(1.0)


def test_without_a_calibration_there_is_no_probability(graph: Graph) -> None:
    pair = explored(graph, condition="C:x")["pairs"][0]

    assert (pair["probability"], pair["lift"]) == (None, None)
    assert pair["prior"] == 0.0


def test_a_probability_stands_beside_what_degrees_alone_would_give(graph_of: Callable[..., Graph]) -> None:
    graph = graph_of([*EDGES, ("M:b", "TREATS", "C:y")], NODES)

    first, second = explored(graph, Fixed(1.0), condition="C:x")["pairs"]

    # x has one treatment and b has one, of four: a quarter of a link is to be expected.
    assert first["prior"] == pytest.approx(1 - np.exp(-0.25))
    walked = first["score"] - read_scoring().intercept
    value = 1 / (1 + np.exp(-walked))
    assert first["probability"].pop("of") == "treatment"
    assert first["probability"].pop("support") == "calibrated"
    assert first["probability"] == pytest.approx({"value": value, "low": value / 2, "high": (1 + value) / 2})
    assert first["lift"] == pytest.approx(value / first["prior"])
    assert second["lift"] is None
    assert explored(graph, Fixed(1e9), condition="C:x")["pairs"][0]["probability"]["support"] == "low"


def test_the_same_question_gives_the_same_bytes(graph: Graph) -> None:
    first, second = (orjson.dumps(explored(graph, Fixed(), condition="C:x")) for _ in range(2))

    assert first == second


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ({}, CaseError),
        ({"condition": "C:x", "medicine": "M:a"}, CaseError),
        ({"condition": "C:x", "top": 0}, CaseError),
        ({"condition": "C:x", "top": 101}, CaseError),
        ({"condition": "M:a"}, UnknownNodeError),
        ({"medicine": "nothing"}, UnknownNodeError),
        ({"condition": ""}, UnknownNodeError),
        ({"condition": "twice"}, AmbiguousNameError),
    ],
)
def test_what_cannot_be_asked_is_refused(graph: Graph, asked: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        explored(graph, **asked)


def test_a_name_or_an_alias_will_do(graph: Graph) -> None:
    assert explored(graph, condition="ex") == explored(graph, condition="C:x")


def shown(result: dict[str, Any]) -> str:
    file = io.StringIO()
    rendered(result, Console(file=file, width=120, highlight=False))
    return file.getvalue()


def test_a_result_on_the_screen(graph: Graph) -> None:
    text = shown(explored(graph, Fixed(2.0), condition="C:x"))

    assert text.startswith("For research: medicines that nobody is known to have joined with X\n")
    assert "2 known pairs left out, 2 without any path" in text
    assert "low support" in text
    assert "X ←treats– a –resembles– b  [test, assertion]" in text
    assert "? b contraindicated in X: to be resolved before anything else." in text
    assert "? All of the score rests on: c resembles a, a prediction (similar)" in text
    assert "? No source says that c treats or palliates X" in text
    assert text.rstrip().replace("\n", " ").endswith(NOTICE)


def test_a_result_without_pairs_says_so(graph: Graph) -> None:
    text = shown(explored(graph, medicine="M:k"))

    assert "For research: conditions that nobody is known to have joined with k" in text
    assert "No path leads to any other condition." in text


def test_what_is_not_calibrated_is_shown_without_a_probability(graph: Graph) -> None:
    text = shown(explored(graph, condition="C:x"))

    assert "–" in text
    assert "None" not in text
