"""Predictions at the shell and in answers: opened down to the value that they rest on, told of groups and never of a person."""

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest

from graph.elements import EdgeKind, NodeId, NodeKind
from graph.embedded_store import EmbeddedStore
from recommender.__main__ import main
from recommender.config import read_scoring
from recommender.outcomes import LEAST_PEOPLE
from recommender.predictors.foresight import foresight_of
from recommender.questions.explained import explained
from recommender.request import Request
from recommender.service import Recommender
from tests.recommender.conftest import TODAY, Build, Graph, write
from tests.recommender.practice import practice

PRESSED = {"conditions": ["C:pressure"]}
WOMAN = PRESSED | {"sex": "female", "age": 36, "results": [{"test": "L:hb", "value": 13, "unit": "g/dL"}]}
MAN = PRESSED | {"sex": "male", "age": 81, "results": [{"test": "L:hb", "value": 15, "unit": "g/dL"}]}
BURNS = {"symptoms": ["burning when urinating", "Pelvic pain"], "sex": "female", "age": 30}


@pytest.fixture(scope="module")
def surgery(build: Build) -> Iterator[Graph]:
    """The practice, of these tests alone, with conditions and groups fitted."""
    with build(*practice(160)) as graph, pytest.MonkeyPatch.context() as patch:
        at(graph, patch)
        for name in ("conditions", "groups"):
            assert main(["train", "--predictor", name]) == 0
        yield graph


def at(graph: Graph, patch: pytest.MonkeyPatch) -> None:
    patch.setenv("RXPATH_HOME", str(graph.folder))
    patch.setenv("RXPATH_GRAPH", f"sqlite:///{graph.store.path}")


@pytest.fixture
def home(surgery: Graph, monkeypatch: pytest.MonkeyPatch) -> Graph:
    at(surgery, monkeypatch)
    return surgery


@pytest.fixture
def case(tmp_path: Path) -> str:
    path = tmp_path / "case.json"
    path.write_text(json.dumps(BURNS), encoding="utf-8")
    return str(path)


def answered(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    capsys.readouterr()
    assert main([*arguments]) == 0, capsys.readouterr().err
    return capsys.readouterr().out


def own(graph: Graph, **config: float) -> Recommender:
    foresight, likeness = foresight_of(graph.folder, graph.snapshot)
    numbers = replace(read_scoring(), **config)
    return Recommender(
        graph.store, graph.snapshot, graph.folder, config=numbers, foresight=foresight, likeness=likeness, compiled=False
    )


# Down to the value


def test_a_path_through_a_prediction_opens_down_to_what_is_on_file(
    home: Graph, case: str, capsys: pytest.CaptureFixture[str]
) -> None:
    found = json.loads(answered(capsys, "explain", "Trimethoprim", "--case", case, "--json"))
    shown = answered(capsys, "explain", "Trimethoprim", "--case", case)

    paths = [p for p in found["paths"] if p["nodes"][0]["id"] == "C:uti"]
    told = paths[0]["prediction"]
    assert len(paths) > 1
    assert all(path["prediction"] == told for path in paths)
    parts = told["explanation"]["contributions"]
    assert told["predictor"] == "conditions"
    assert {"/symptoms/0", "/symptoms/1"} <= {part["record"] for part in parts}
    assert told["explanation"]["base"] + sum(part["amount"] for part in parts) == pytest.approx(told["explanation"]["total"])
    assert found["contributions"]["predicted"] == pytest.approx(sum(path["contribution"] for path in paths))
    lines = shown.splitlines()
    place = next(i for i, line in enumerate(lines) if line.strip().startswith("predicted "))
    assert "by conditions@" in lines[place]
    assert " to " in lines[place]
    below = "\n".join(lines[place : place + 10])
    assert "Painful urination" in below
    assert "(on file: /symptoms/0)" in below
    # Several paths begin with one prediction: it is opened once.
    assert sum("(on file: /symptoms/0)" in line for line in lines) == 1


def test_what_is_on_file_opens_to_no_prediction(home: Graph, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "known.json"
    path.write_text(json.dumps({"conditions": ["C:pressure"], "age": 50}), encoding="utf-8")

    assert "by conditions@" not in answered(capsys, "explain", "Pril", "--case", str(path))


# Groups


def groups_in(path: Path) -> dict[NodeId, Any]:
    with closing(EmbeddedStore(path)) as store:
        return {node.id: (node, store.edges_from(node.id)) for node in store.nodes(NodeKind.GROUP)}


def test_trained_groups_stand_in_the_store_and_name_nobody(home: Graph) -> None:
    found = groups_in(home.store.path)

    said = [edge for _, edges in found.values() for edge in edges]
    assert len(found) > 1
    assert {edge.kind for edge in said} == {EdgeKind.RESPONDED_TO}
    counts = [node.properties["people"] for node, _ in found.values()] + [edge.properties["people"] for edge in said]
    assert min(counts) >= LEAST_PEOPLE
    assert sum(node.properties["people"] for node, _ in found.values()) <= 160
    assert "patient:" not in str(found)


def test_groups_of_a_former_bundle_lose_their_edges(
    home: Graph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    copied = Path(copytree(home.folder, tmp_path / "home"))
    monkeypatch.setenv("RXPATH_HOME", str(copied))
    monkeypatch.setenv("RXPATH_GRAPH", f"sqlite:///{copied / 'graph.sqlite'}")
    former = groups_in(copied / "graph.sqlite")
    with closing(EmbeddedStore(copied / "graph.sqlite")) as store:
        write(store, [("patient:new", "HAS_DIAGNOSIS", "C:pressure", {"start": "2020-12-01", "record": "p"})])

    told = json.loads(answered(capsys, "train", "--predictor", "groups", "--json"))

    found = groups_in(copied / "graph.sqlite")
    joined = {group for group, (_, edges) in found.items() if edges}
    assert told["mirrored"]["created"] > 0
    assert told["mirrored"]["removed"] == sum(len(edges) for _, edges in former.values())
    assert joined.isdisjoint(former)
    assert {group.split("-")[1] for group in joined} == {told["bundle"][:8]}


@pytest.mark.parametrize(("case_of", "good", "other"), [(WOMAN, "M:pril", "M:olol"), (MAN, "M:olol", "M:pril")])
def test_patients_like_you_is_a_path_through_a_group_and_never_a_person(
    home: Graph, case_of: dict[str, Any], good: str, other: str
) -> None:
    body = own(home, group=1.0).recommend(Request(as_of=TODAY, case=case_of)).body

    paths = {item["medicine"]["id"]: item["paths"] for item in body["recommendations"]}
    [path] = [p for p in paths[good] if p["metapath"] == "UsM"]
    assert not [p for p in paths[other] if p["metapath"] == "UsM"]
    [group, medicine], [edge] = path["nodes"], path["edges"]
    assert (group["kind"], medicine["id"]) == ("Group", good)
    assert (edge["kind"], edge["knowledge_level"]) == ("RESPONDED_TO", "statistical")
    assert int(edge["evidence"].split()[0]) >= LEAST_PEOPLE
    assert path["prediction"]["predictor"] == "groups"
    assert path["contribution"] > 0
    # A prediction begins at whom the answer is for, who is named by no id.
    assert "patient:" not in json.dumps(body).replace("patient:case", "")


def test_a_group_opens_to_what_makes_one_like_it(home: Graph) -> None:
    recommender = own(home, group=1.0)

    found = explained(recommender, Request(as_of=TODAY, case=WOMAN), home.number("M:pril"))

    [path] = [p for p in found["paths"] if p["metapath"] == "UsM"]
    explanation = path["prediction"]["explanation"]
    assert {part["label"] for part in explanation["contributions"]} >= {"age", "Haemoglobin"}
    assert int(explanation["alike"].split()[0]) >= LEAST_PEOPLE
    assert found["faithfulness"]["formula_error"] < 1e-9
    by_metapath = {row["metapath"]: row["amount"] for row in found["contributions"]["metapaths"]}
    assert by_metapath["UsM"] == pytest.approx(path["contribution"])


def test_groups_are_off_where_their_weight_is_none(home: Graph) -> None:
    answer = own(home, group=0.0).recommend(Request(as_of=TODAY, case=WOMAN)).body

    assert "UsM" not in {p["metapath"] for item in answer["recommendations"] for p in item["paths"]}
