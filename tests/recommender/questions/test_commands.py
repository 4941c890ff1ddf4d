"""Questions at the shell: what a person reads, what a program reads, and what is refused with which exit code."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from recommender.__main__ import main
from tests.recommender.conftest import TODAY, Graph
from tests.recommender.questions.small import EDGES, NODES

WHOM = ("--case", "case.json", "--as-of", TODAY.isoformat())


@pytest.fixture(autouse=True)
def home(graph_of: Callable[..., Graph], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Graph:
    graph = graph_of(EDGES, NODES)
    monkeypatch.setenv("RXPATH_HOME", str(graph.folder))
    monkeypatch.setenv("RXPATH_GRAPH", f"sqlite:///{graph.store.path}")
    monkeypatch.chdir(tmp_path)
    case = {"age": 50, "sex": "male", "conditions": ["Hypertension", "angioedema"], "medicines": ["potassium"]}
    Path("case.json").write_text(json.dumps(case), encoding="utf-8")
    return graph


@pytest.fixture
def read(capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    def output(*arguments: str) -> str:
        assert main([*arguments, *WHOM]) == 0
        return capsys.readouterr().out

    return output


def test_the_danger_is_read_first(read: Callable[..., str]) -> None:
    lines = read("why-not", "enalapril").splitlines()

    assert lines[0] == "enalapril: excluded"
    assert "exclude (contraindication): enalapril is contraindicated in angioedema" in "\n".join(lines[1:5])
    assert "by contraindicated in [test 1, assertion] · proof " in "\n".join(lines)


def test_the_nearest_way_is_drawn(read: Callable[..., str]) -> None:
    assert "nearest way: Hypertension ←treats– losartan –resembles– aliskiren" in read("why-not", "aliskiren")


def test_two_are_compared_in_a_table(read: Callable[..., str]) -> None:
    shown = read("compare", "lisinopril", "enalapril")

    assert shown.startswith("    exclude (contraindication)")
    assert "suggested" in shown
    assert "CtM" in shown


def test_what_a_change_moves_is_read(read: Callable[..., str]) -> None:
    shown = read("what-if", "--remove", "angioedema", "--start", "lithium")

    assert shown.startswith("If added: TAKES lithium; removed: HAS_DIAGNOSIS angioedema")
    assert "now ruled out (interaction): losartan" in shown
    assert "no longer ruled out (contraindication): enalapril" in shown


def test_a_change_may_come_from_a_file(read: Callable[..., str]) -> None:
    Path("change.json").write_text(json.dumps({"conditions": ["diabetes"]}), encoding="utf-8")

    found = json.loads(read("what-if", "--change", "change.json", "--remove", "angioedema", "--json"))

    assert found["changed"] == {"added": ["HAS_DIAGNOSIS diabetes"], "removed": ["HAS_DIAGNOSIS angioedema"]}


@pytest.mark.parametrize("command", [("why-not", "losartan"), ("compare", "losartan", "lisinopril")])
def test_a_program_reads_json(read: Callable[..., str], command: tuple[str, ...]) -> None:
    found: dict[str, Any] = json.loads(read(*command, "--json"))

    assert found["sentence"]


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (("why-not", "losartann"), "did you mean losartan"),
        (("what-if",), "a change is expected"),
        (("what-if", "--stop", "losartan"), "/remove/0: nothing on file is called so"),
    ],
)
def test_what_cannot_be_answered_is_said_in_one_line(
    command: tuple[str, ...], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*command, *WHOM]) == 2

    told = capsys.readouterr()
    assert told.out == ""
    assert words in told.err
    assert len(told.err.splitlines()) == 1


def test_a_suggestion_is_explained_in_one_screen(read: Callable[..., str]) -> None:
    shown = read("explain", "lisinopril")

    assert shown.startswith("lisinopril: suggested, place 1 of 3, score ")
    assert "of what is on file: without Hypertension: place 1 → off the list" in shown
    assert "of the graph: without lisinopril –treats→ Hypertension: place 1 → off the list, behind losartan" in shown
    assert len(shown.splitlines()) < 40


def test_a_whole_answer_is_verified(home: Graph, read: Callable[..., str], capsys: pytest.CaptureFixture[str]) -> None:
    answer = json.loads(read("recommend", "--json"))
    Path("answer.json").write_text(json.dumps(answer), encoding="utf-8")

    assert main(["verify", "answer.json", "--case", "case.json"]) == 0
    assert "proofs valid" in capsys.readouterr().out

    answer["excluded"][0]["proof"]["severity"] = "note"
    Path("answer.json").write_text(json.dumps(answer), encoding="utf-8")
    assert main(["verify", "answer.json", "--case", "case.json"]) == 1
    assert "INVALID" in capsys.readouterr().out


def test_a_given_answer_is_replayed(read: Callable[..., str], capsys: pytest.CaptureFixture[str]) -> None:
    given = read("recommend", "--json")

    assert main(["replay", json.loads(given)["id"], "--json"]) == 0
    assert capsys.readouterr().out == given
    assert main(["replay", "0" * 32]) == 1
    assert capsys.readouterr().out == "no such answer: no answer of this id was kept\n"


def test_calls_of_a_file_belong_to_a_case(capsys: pytest.CaptureFixture[str]) -> None:
    Path("calls.tsv").write_text("gene\tdiplotype\nCYP2C19\t*2/*2\n", encoding="utf-8")

    assert main(["recommend", *WHOM, "--genotypes", "calls.tsv", "--json"]) == 0
    [unknown] = json.loads(capsys.readouterr().out)["unresolved"]
    assert unknown["pointer"] == "/genotypes/0/gene"

    assert main(["recommend", "--node", "Hypertension", "--genotypes", "calls.tsv"]) == 2
    assert "calls belong to a case" in capsys.readouterr().err
