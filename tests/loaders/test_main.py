"""The command line: exit codes, JSON, what people see, and bad usage in one line."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from graph.config import PROJECT
from loaders.__main__ import main
from tests.loaders.conftest import Loaders
from tests.loaders.small import COHORT, FORMULARY, changed, line_count, with_row

Files = Callable[..., Path]
BAD = "DrugBank:DB9,ICD10CM:I10,treats,first,checked,book,p,"


def test_the_json_of_a_build_is_the_report(loaders: Loaders, files: Files) -> None:
    code, outcome = loaders("build", files(with_row(FORMULARY, "indication.csv", BAD)))

    (found,) = [f for f in outcome["files"] if f["file"] == "indication.csv"]
    assert code == 1
    assert set(outcome) == {"files", "total", "snapshot", "resumed"}
    assert set(outcome["total"]) == {"read", "accepted", "quarantined", "withheld", "created", "changed", "removed"}
    assert found == {
        "file": "indication.csv",
        "format": "formulary",
        "read": 3,
        "accepted": 2,
        "quarantined": 1,
        "withheld": 0,
        "refused": False,
        "codes": {"unknown-id": 1},
        "problems": [{"line": 4, "column": "medicine", "code": "unknown-id", "expected": "the id of a known Medicine"}],
    }
    assert (loaders.home / "snapshots" / f"{outcome['snapshot']}.snapshot").exists()


def test_people_see_a_table_the_problems_and_the_counts(loaders: Loaders, files: Files) -> None:
    code, out, error = loaders.screen("build", files(with_row({**FORMULARY, **COHORT}, "indication.csv", BAD)))

    assert (code, error) == (1, "")
    assert "indication.csv:4 medicine: unknown-id: the id of a known Medicine is expected" in out
    assert "patient_phenotype.csv" in out
    assert "changed 0, removed 0" in out
    assert "\x1b" not in out


def test_so_many_problems_are_shown_and_the_rest_counted(loaders: Loaders, files: Files) -> None:
    rows = "\n".join(BAD.replace("DB9", f"DB9{i}") for i in range(150))
    folder = files(with_row(FORMULARY, "indication.csv", rows))

    _, out, _ = loaders.screen("validate", folder)
    _, outcome = loaders("validate", folder, "--problems", 7)

    (found,) = [f for f in outcome["files"] if f["file"] == "indication.csv"]
    assert out.count("unknown-id") == 20
    assert "130 more problems" in out
    assert (len(found["problems"]), found["quarantined"], found["codes"]) == (7, 150, {"unknown-id": 150})


def test_validate_reports_and_writes_nothing(loaders: Loaders, files: Files) -> None:
    code, outcome = loaders("validate", files({**FORMULARY, **COHORT}))

    assert (code, outcome["total"]["accepted"]) == (0, line_count({**FORMULARY, **COHORT}))
    assert (outcome["total"]["created"], outcome["snapshot"]) == (0, None)
    assert not loaders.home.exists()


def test_validate_looks_at_the_graph_that_is_there(built: Loaders, files: Files) -> None:
    folder = files({"diagnosis.csv": COHORT["diagnosis.csv"]}, "more")
    before = built.store.revision()

    assert built("validate", folder)[0] == 0
    assert built.store.revision() == before


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["build", "no/such/folder"], "no/such/folder does not exist"),
        (["build", "{empty}"], "nothing to load"),
        (["build", "{data}", "--format", "hetionet"], "formats tried: hetionet"),
        (["add", "{data}", "--mapping", "none.toml"], "none.toml"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(
    loaders: Loaders, files: Files, tmp_path: Path, arguments: list[str], message: str
) -> None:
    (tmp_path / "empty").mkdir()
    names = {"empty": tmp_path / "empty", "data": files(FORMULARY)}

    code, out, error = loaders.screen(*[argument.format(**names) for argument in arguments])

    assert (code, out) == (2, "")
    assert message in error
    assert error.startswith("error: ")
    assert error.count("\n") == 1


@pytest.mark.parametrize("arguments", [[], ["fly"], ["add"], ["build", "--format", "xml"], ["synth", "dir"]])
def test_bad_usage_is_exit_code_2(loaders: Loaders, arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as exit_info:
        main(arguments)

    assert exit_info.value.code == 2


def test_an_unusable_store_is_exit_code_2(loaders: Loaders, files: Files) -> None:
    loaders.home.mkdir()
    (loaders.home / "graph.sqlite").write_text("this is no database, and far from one")

    code, _, error = loaders.screen("build", files(FORMULARY))

    assert code == 2
    assert error.startswith("error: ")


def test_an_unreadable_file_is_exit_code_2(loaders: Loaders, files: Files) -> None:
    folder = files(FORMULARY)
    (folder / "medicine.csv").unlink()
    (folder / "medicine.csv").mkdir()

    code, _, error = loaders.screen("build", folder)

    assert (code, error.startswith("error: ")) == (2, True)


def test_a_file_without_its_columns_is_left_out_and_the_others_load(loaders: Loaders, files: Files) -> None:
    code, outcome = loaders("build", files(changed(FORMULARY, "substance.csv", "id,name", "id,nom")))

    (found,) = [f for f in outcome["files"] if f["file"] == "substance.csv"]
    assert code == 1
    assert (found["refused"], found["problems"][0]["code"], found["problems"][0]["column"]) == (True, "missing-column", "name")


def test_the_help_tells_the_exit_codes() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "loaders", "build", "--help"], cwd=PROJECT, capture_output=True, text=True, check=True
    )

    assert "exit codes:" in run.stdout
    assert "quarantined" in run.stdout


def test_graphml_holds_the_knowledge_and_no_patients(built: Loaders, tmp_path: Path) -> None:
    import networkx

    code, out, _ = built.screen("export", tmp_path / "graph.graphml")

    graph = networkx.read_graphml(tmp_path / "graph.graphml")
    counts = built.store.counts()
    assert code == 0
    assert f"{graph.number_of_nodes()} nodes" in out
    assert graph.number_of_nodes() == sum(n for word, n in counts.items() if word[1].islower() and word != "Patient")
    assert "patient:" not in (tmp_path / "graph.graphml").read_text()


def test_exporting_nothing_is_exit_code_2(loaders: Loaders, tmp_path: Path) -> None:
    assert loaders.screen("export", tmp_path / "graph.graphml")[0] == 2


def test_a_synthetic_cohort_is_written(loaders: Loaders, tmp_path: Path) -> None:
    code, out, _ = loaders.screen("synth", "--patients", 3, "--seed", 1, tmp_path / "cohort")

    assert (code, "3 synthetic patients" in out) == (0, True)
    assert (tmp_path / "cohort" / "patient.csv").exists()


def test_json_is_all_that_is_on_the_standard_output(loaders: Loaders, files: Files) -> None:
    main(["build", str(files(FORMULARY)), "--json"])

    out = loaders.capture.readouterr().out
    assert json.loads(out)["total"]["quarantined"] == 0
    assert out.count("\n") == 1
