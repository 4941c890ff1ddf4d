"""Training, exploring and judging at the shell, on a small graph that something can be learned from."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from recommender.__main__ import main
from recommender.artifacts import FOLDER
from tests.recommender.conftest import REFERENCE, TODAY, Graph, write
from tests.recommender.training_graph import family_edges


@pytest.fixture
def home(graph_of: Callable[..., Graph], monkeypatch: pytest.MonkeyPatch) -> Graph:
    graph = graph_of([*REFERENCE, *family_edges()])
    monkeypatch.setenv("RXPATH_HOME", str(graph.folder))
    monkeypatch.setenv("RXPATH_GRAPH", f"sqlite:///{graph.store.path}")
    monkeypatch.setenv("RXPATH_SHARED", str(graph.folder / "none"))
    return graph


def answered(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    capsys.readouterr()
    assert main(arguments) == 0
    return capsys.readouterr().out


def test_what_is_trained_answers_and_is_explored(home: Graph, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ("recommend", "--node", "C:00", "--explore", "--json", "--as-of", TODAY.isoformat())
    before = json.loads(answered(capsys, *asked))

    trained = json.loads(answered(capsys, "train", "--json"))
    after = json.loads(answered(capsys, *asked))
    shown = answered(capsys, "train")
    brief = answered(capsys, "train", "--brief")

    assert (before["trained_on"], after["trained_on"]) == (None, trained["bundle"])
    assert trained["treatments"] == sum(e[1] == "TREATS" for e in family_edges())
    assert [m["weight"] for m in trained["metapaths"]] == sorted((m["weight"] for m in trained["metapaths"]), reverse=True)
    assert (trained["mirrored"]["created"] > 0, trained["vectors"].keys()) == (True, {"prone"})
    assert trained["metapaths"][0]["code"] in shown
    assert "no probabilities, too few outcomes" in shown
    assert brief.startswith(f"bundle {trained['bundle']}: ")
    assert brief.count("\n") == 1

    found = json.loads(answered(capsys, "explore", "--condition", "C:00", "--json", "--top", "2"))
    assert len(found["pairs"]) == 2
    table = answered(capsys, "explore", "--medicine", "M:00", "--top", "2")
    assert "For research" in table


def test_a_bundle_that_cannot_be_used_is_said_and_nothing_is_answered(home: Graph, capsys: pytest.CaptureFixture[str]) -> None:
    answered(capsys, "train", "--brief")
    [path] = (home.folder / FOLDER).iterdir()
    path.write_bytes(path.read_bytes()[:-8])

    assert main(["recommend", "--node", "C:00"]) == 2

    shown = capsys.readouterr()
    assert shown.out == ""
    assert "train again: python -m recommender train" in shown.err


def test_a_graph_without_treatments_is_refused(
    graph_of: Callable[..., Graph], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    graph = graph_of([("M:a", "BINDS", "G:g"), ("C:x", "ASSOCIATES", "G:g")])
    monkeypatch.setenv("RXPATH_HOME", str(graph.folder))
    monkeypatch.setenv("RXPATH_GRAPH", f"sqlite:///{graph.store.path}")

    assert main(["train"]) == 2

    assert "the graph has 0 known treatments; 10 or more are needed to learn from" in capsys.readouterr().err
    assert not list(graph.folder.rglob("*.bundle"))


def test_a_split_is_judged_twice_alike_and_becomes_a_page(
    home: Graph, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    pairs = [(e[0], e[2]) for e in family_edges() if e[1] == "TREATS"]
    split = tmp_path / "split"
    split.mkdir()
    lines = [f"{medicine}\tCtD\t{condition}\n" for medicine, condition in pairs]
    split.joinpath("train.txt").write_text("".join(line for i, line in enumerate(lines) if i % 6))
    split.joinpath("dev.txt").write_text("".join(lines[::6]))
    asked = ("evaluate", "--split", str(split))

    result = json.loads(answered(capsys, *asked, "--json"))
    again = json.loads(answered(capsys, *asked, "--json"))
    text = answered(capsys, *asked)

    assert list(result)[:3] == ["drug_to_disease", "disease_to_drug", "baselines"]
    assert list(result["drug_to_disease"]) == ["hits@1", "hits@3", "hits@10", "mrr", "queries"]
    assert result["drug_to_disease"]["queries"] == len(lines[::6])
    assert result["drug_to_disease"]["mrr"] > 0.5
    assert result == again
    assert "MRR" in text
    page = tmp_path / "report.html"
    assert answered(capsys, "report", "--split", str(split), "--out", str(page)).strip() == str(page)
    assert page.read_text().startswith("<!DOCTYPE html>")
    assert "Brier" not in page.read_text()
    answered(capsys, "train", "--brief")
    answered(capsys, "report", "--split", str(split), "--out", str(page))
    assert "Brier" in page.read_text()


def test_what_cannot_be_judged_is_refused(home: Graph, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    pairs = tmp_path / "pairs.csv"
    pairs.write_text("compound_id,disease_id,label\nM:00,C:00,1\n")

    assert main(["evaluate", "--pairs", str(pairs)]) == 2
    assert "pairs.csv" in capsys.readouterr().err
    assert main(["evaluate", "--on", "dev"]) == 2
    assert "--on chooses a part of a --split" in capsys.readouterr().err
    assert main(["evaluate", "--split", str(tmp_path / "none")]) == 2


def test_what_safety_says_of_the_patients_is_counted(home: Graph, capsys: pytest.CaptureFixture[str]) -> None:
    medicine, condition = next((e[0], e[2]) for e in family_edges() if e[1] == "TREATS")
    diagnosed = ("patient:p", "HAS_DIAGNOSIS", condition, {"record": "d1", "start": "2024-01-01"})
    contraindicated = (medicine, "CONTRAINDICATED_IN", condition, {"strength": "absolute"})
    write(home.store, [*REFERENCE, *family_edges(), diagnosed, contraindicated])
    asked = ("evaluate", "--alerts", "--as-of", TODAY.isoformat())

    figures = json.loads(answered(capsys, *asked, "--json"))

    assert figures["patients"]["all"] == 1
    assert figures["rules"]["contraindication"]["exclude"] == 1
    assert "1 patients: 1 excluded" in answered(capsys, *asked)
    for wrong in (("--as-of", "2024-01-01"), ("--alerts", "--on", "dev"), ("--alerts", "--as-of", "yesterday")):
        assert main(["evaluate", *wrong]) == 2


def test_node_vectors_are_compared(home: Graph, capsys: pytest.CaptureFixture[str]) -> None:
    home.folder.joinpath("x").write_text("")

    code = main(["embeddings"])

    # The small graph has too few nodes for vectors of the usual size: said, not crashed.
    assert code in (0, 2)
    shown = capsys.readouterr()
    assert ("prone" in shown.out) if code == 0 else ("recommender: " in shown.err)
