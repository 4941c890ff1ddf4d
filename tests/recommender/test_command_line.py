"""The recommender at the shell: exit codes, JSON, one line for an error."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from graph.pseudonyms import patient_id, read_patient_key
from graph.queries import query
from recommender.__main__ import main
from recommender.request import Request
from recommender.service import Recommender
from tests.recommender.conftest import SOURCE, TODAY, Graph
from tests.recommender.test_service import EDGES, NODES

PROJECT = Path(__file__).resolve().parents[2]
DAY = ("--as-of", TODAY.isoformat())


@pytest.fixture
def home(graph_of: Callable[..., Graph], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Graph:
    """A home whose store holds the graph of the service's tests, with the patient that a source calls MRN-1."""
    known = patient_id("MRN-1", read_patient_key(tmp_path / "patient.key"))
    edges = [tuple(known if part == "patient:p" else part for part in edge) for edge in EDGES]
    graph = graph_of(edges, {known if i == "patient:p" else i: values for i, values in NODES.items()})
    graph.folder.joinpath("patient.key").write_bytes((tmp_path / "patient.key").read_bytes())
    monkeypatch.setenv("RXPATH_HOME", str(graph.folder))
    monkeypatch.setenv("RXPATH_GRAPH", f"sqlite:///{graph.store.path}")
    return graph


def run(*arguments: str, given: str = "") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "recommender", *arguments], cwd=PROJECT, input=given.encode(), capture_output=True
    )


def answer(graph: Graph, **asked: Any) -> bytes:
    """What the service gives for the same request."""
    recommender = Recommender(graph.store, graph.snapshot, graph.folder, compiled=False)
    return recommender.recommend(Request(as_of=TODAY, **asked)).json() + b"\n"


def test_json_is_the_bytes_of_the_service_in_every_process(home: Graph) -> None:
    arguments = ("recommend", "--node", "Hypertension", "--top", "2", "--json", *DAY)

    first, again = run(*arguments), run(*arguments)

    assert (first.returncode, first.stderr) == (0, b"")
    assert first.stdout == again.stdout == answer(home, nodes=("Hypertension",), top=2)


def test_sources_and_licences_are_chosen_by_name(home: Graph) -> None:
    asked = ("recommend", "--node", "Hypertension", "--json", *DAY)

    chosen = run(*asked, "--exclude-source", SOURCE, "--licence", "CC0-1.0")

    assert chosen.stdout == answer(home, nodes=("Hypertension",), exclude_sources=(SOURCE,), licences=("CC0-1.0",))
    assert json.loads(chosen.stdout)["recommendations"] == []
    unknown = run(*asked, "--licence", "CC0")
    assert (unknown.returncode, unknown.stdout) == (2, b"")
    assert b"/licences/0: no edge of the graph has it; did you mean CC0-1.0?" in unknown.stderr


def test_a_case_is_read_from_a_file_or_from_standard_input(home: Graph, tmp_path: Path) -> None:
    case = {"conditions": ["Hypertension"], "medicines": ["Kräuter"]}
    path = tmp_path / "case.json"
    path.write_text(json.dumps(case, ensure_ascii=False), encoding="utf-8")

    piped = run("recommend", "--case", "-", "--json", *DAY, given=json.dumps(case))

    assert piped.returncode == 0
    assert piped.stdout == answer(home, case=case)
    assert run("recommend", "--case", str(path), "--json", *DAY).stdout == piped.stdout


def test_nothing_is_coloured_in_a_pipe(home: Graph) -> None:
    shown = run("recommend", "--node", "C:hypertension", *DAY)

    assert shown.returncode == 0
    assert "Hypertension ←treats– Lisinopril" in shown.stdout.decode()
    assert b"\x1b" not in shown.stdout


def test_a_patient_is_found_by_the_identifier_of_the_source(home: Graph, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    assert main(["recommend", "--patient", "MRN-1", "--json", *DAY]) == 0

    body = json.loads(capsysbinary.readouterr().out)
    assert body["patient"]["id"].startswith("patient:")
    assert main(["recommend", "--patient", body["patient"]["id"], "--json", *DAY]) == 0
    assert json.loads(capsysbinary.readouterr().out) == body


def test_several_nodes_and_a_level(home: Graph, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    nodes = ["recommend", "--node", "C:hypertension", "--node", "diabetes", "--min-level", "assertion", "--json", *DAY]

    assert main(nodes) == 0

    body = json.loads(capsysbinary.readouterr().out)
    assert [e["node"]["id"] for e in body["evidence"]] == ["C:diabetes", "C:hypertension"]
    assert "M:atenolol" not in [r["medicine"]["id"] for r in body["recommendations"]]


def test_a_set_to_be_used_together_is_printed_on_request(home: Graph, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["recommend", "--patient", "MRN-1", "--together", *DAY]) == 0
    assert "A set to be used together" in capsys.readouterr().out

    assert main(["recommend", "--patient", "MRN-1", *DAY]) == 0
    assert "A set to be used together" not in capsys.readouterr().out


def test_a_set_is_not_for_bare_nodes(home: Graph, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["recommend", "--node", "C:hypertension", "--together", *DAY]) == 2
    assert "/together: a set to be used together is for a patient or a case" in capsys.readouterr().err


def test_the_day_is_today_unless_said(home: Graph, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    before = date.today().isoformat()
    assert main(["recommend", "--node", "C:hypertension", "--json"]) == 0

    assert before <= json.loads(capsysbinary.readouterr().out)["as_of"] <= date.today().isoformat()


def test_what_shows_the_paths_in_the_browser_is_printed_when_asked_for(home: Graph, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["recommend", "--node", "C:hypertension", "--cypher", *DAY]) == 0

    shown = capsys.readouterr().out.splitlines()
    assert any(line.startswith(':params {"nodes":["C:hypertension",') for line in shown)
    assert query("answer/path").statement in shown


def test_json_holds_it_anyway(home: Graph) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["recommend", "--node", "C:hypertension", "--cypher", "--json", *DAY])
    assert caught.value.code == 2


DEEP = "[" * 100_000


@pytest.mark.parametrize(
    ("arguments", "given", "words"),
    [
        (["--patient", "sEcReT"], "", "no such patient in the store"),
        (["--patient", "\udcff"], "", "no such patient in the store"),
        (["--node", "hypertenson"], "", "did you mean Hypertension"),
        (["--node", "pressure"], "", "fits 2 nodes (C:hypertension, C:portal)"),
        (["--node", "a\nb"], "", "no node is called"),
        (["--node", "C:hypertension", "--top", "0"], "", "/top: a number from 1 to 100"),
        (["--node", "C:hypertension", "--as-of", "sEcReT"], "", "/as_of: an ISO date"),
        (["--case", "nowhere.json"], "", "the file cannot be read"),
        (["--case", "-"], "sEcReT", "the file is no JSON"),
        (["--case", "-"], "", "the file is no JSON"),
        (["--case", "-"], DEEP, "the file is no JSON"),
        (["--case", "-"], "[]", "an object is expected"),
        (["--case", "-"], '{"age": "sEcReT"}', "/age: years from 0 to 130"),
        (["--case", "-"], '{"a\\nb": 1}', "no such field"),
        (["--case", "-"], '{"conditions": ["\\ud800"]}', "/conditions/0: a text"),
    ],
)
def test_what_cannot_be_answered_is_one_line_and_2(
    home: Graph,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    given: str,
    words: str,
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(given))

    assert main(["recommend", *arguments]) == 2

    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("recommender: ")
    assert err.count("\n") == 1
    assert words in err
    assert "sEcReT" not in err


@pytest.mark.parametrize(("content", "words"), [(b"\xff\xfe{}", "no text in UTF-8"), (b"{", "no JSON")])
def test_a_case_that_is_no_json(
    home: Graph, tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes, words: str
) -> None:
    path = tmp_path / "case.json"
    path.write_bytes(content)

    assert main(["recommend", "--case", str(path)]) == 2
    assert f"the file is {words}" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["advise"],
        ["recommend"],
        ["recommend", "--node"],
        ["recommend", "--node", "a", "--patient", "b"],
        ["recommend", "--node", "a", "--top", "many"],
        ["recommend", "--node", "a", "--min-level", "rumour"],
    ],
)
def test_bad_usage_is_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)

    assert caught.value.code == 2
    assert "usage: python -m recommender" in capsys.readouterr().err


def test_an_empty_store_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RXPATH_HOME", str(tmp_path / "new"))
    monkeypatch.delenv("RXPATH_GRAPH", raising=False)

    assert main(["recommend", "--node", "C:hypertension"]) == 2
    assert "python -m loaders build" in capsys.readouterr().err


def test_a_reader_that_goes_away_is_no_error(home: Graph) -> None:
    script = "import sys; from recommender.__main__ import main; sys.exit(main(sys.argv[1:]))"
    arguments = [sys.executable, "-c", script, "recommend", "--node", "C:hypertension", *DAY, "--json"]
    process = subprocess.Popen(arguments, cwd=PROJECT, env=os.environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.close()

    _, err = process.communicate(timeout=60)

    assert err == b""


@pytest.mark.parametrize(("told", "threads"), [({}, 1), ({"OMP_NUM_THREADS": "2"}, 2)])
def test_a_command_fits_with_one_thread_unless_it_is_told_otherwise(told: dict[str, str], threads: int) -> None:
    """Several threads take ten times as long for the small fits of predictors; OpenMP reads its setting when it is loaded."""
    code = """
from recommender.__main__ import main
main(["verify", "/nowhere.json"])
import sklearn.cluster, threadpoolctl
print({pool["num_threads"] for pool in threadpoolctl.threadpool_info() if pool["user_api"] == "openmp"})
"""
    environment = {name: value for name, value in os.environ.items() if name != "OMP_NUM_THREADS"} | told
    found = subprocess.run(
        [sys.executable, "-c", code], env=environment, cwd=PROJECT, capture_output=True, text=True, check=True
    )

    assert found.stdout.strip() == str({threads})
