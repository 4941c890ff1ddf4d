"""``python -m graph sparql``: questions about the knowledge at the shell."""

import json
from pathlib import Path

import pytest

from graph.__main__ import main
from graph.connect import open_store
from tests.graph.building import SMALL, load


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    store = open_store(f"sqlite://{tmp_path / 'graph.sqlite'}")
    load(store, SMALL)
    store.close()
    monkeypatch.setenv("RXPATH_HOME", str(tmp_path))
    return tmp_path


def test_a_question_is_answered_for_people_and_for_programs(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    question = home / "question.rq"
    treats = "?m biolink:treats <urn:rxpath:id:C:hypertension> ; skos:prefLabel ?name"
    question.write_text(f"SELECT DISTINCT ?m ?name WHERE {{ {treats} }}")

    assert main(["sparql", str(question)]) == 0
    assert capsys.readouterr().out.splitlines() == ["m\tname", "M:lisinopril\tLisinopril"]
    assert main(["sparql", str(question), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["columns"], told["rows"]) == (["m", "name"], [["M:lisinopril", "Lisinopril"]])
    assert len(told["snapshot"]) == 32


def test_no_patient_is_told_of(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    question = home / "question.rq"
    question.write_text("SELECT ?s ?p ?o WHERE { ?s ?p ?o }")

    assert main(["sparql", str(question)]) == 0
    out = capsys.readouterr().out
    assert len(out.splitlines()) > 50
    assert "patient" not in out


@pytest.mark.parametrize("text", ["SELECT", "DELETE WHERE { ?s ?p ?o }"])
def test_what_is_no_question_is_refused_in_one_line(home: Path, capsys: pytest.CaptureFixture[str], text: str) -> None:
    question = home / "question.rq"
    question.write_text(text)

    assert main(["sparql", str(question)]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_a_file_that_is_not_there_is_named(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sparql", str(home / "none.rq")]) == 2
    assert "none.rq cannot be read as text" in capsys.readouterr().err
