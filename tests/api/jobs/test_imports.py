"""What an import reports: everything about rows but what stands in them."""

import json
from pathlib import Path
from typing import Any

import pytest

from api.errors import JobError
from api.jobs.imports import run_import
from api.jobs.setup import Setup
from tests.api.jobs.conftest import Site

CANARY = "Zebrafever"


def run(site: Site, files: dict[str, str], mode: str = "add", *, dry: bool = False, mapping: str = "") -> dict[str, Any]:
    folder = site.home / "in"
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text)
    if mapping:
        (folder / "mapping.toml").write_text(mapping)
    order = {"mode": mode, "dry_run": dry, "files": list(files), "mapped": bool(mapping)}
    return run_import(order, folder, Setup(site.settings.graph, Path()), lambda step, share: None)


@pytest.mark.parametrize(
    "files",
    [
        {"patient.csv": f"{CANARY},patient_id,{CANARY} 2\n{CANARY},P1,x\n,{CANARY},\n"},
        {"patient.csv": f"{CANARY} Smith,1961,female\n{CANARY},1962,male\n"},
        {"patient.csv": f"patient_id,birth_year,sex\nP1,{CANARY},{CANARY}\nP2,1990,{CANARY}\n"},
        {"patient.csv": "patient_id,birth_year,sex\nP1,1990,male\n", "diagnosis.csv": f"patient_id,condition\nP1,{CANARY}\n"},
        {"file-1.csv": f"patient_id,name,condition,{CANARY}\n{CANARY},{CANARY},{CANARY},{CANARY}\n"},
    ],
)
@pytest.mark.parametrize("mode", ["add", "validate", "build"])
def test_no_value_of_a_row_is_reported(site: Site, files: dict[str, str], mode: str) -> None:
    found = run(site, files, mode)

    assert CANARY.lower() not in json.dumps(found).lower()
    assert any(file["problems"] for file in found["files"])
    assert {problem["line"] for file in found["files"] for problem in file["problems"]} <= {1, 2, 3}


@pytest.mark.parametrize(
    ("files", "mapping", "words"),
    [
        ({"file-1.csv": f"{CANARY},x\n1,2\n"}, "", "file 1 holds no table"),
        ({"file-1.csv": "a,b\n1,2\n"}, f"[{CANARY}]\na = 1\n", "the mapping cannot be used"),
        ({"file-1.csv": "a,b\n1,2\n"}, f'[table]\nkind = "{CANARY}"\n[columns]\na = "b"\n', "the mapping cannot be used"),
        ({"file-1.csv": "a,b\n1,2\n"}, f'[table]\nkind = "diagnosis"\n[columns]\n{CANARY} = "b"\n', "file 1 holds no table"),
        ({"sources.csv": f"{CANARY}\n{CANARY}\n", "patient.csv": "patient_id\nP1\n"}, "", "sources.csv cannot be used"),
    ],
)
def test_what_cannot_be_loaded_is_told_without_what_was_sent(
    site: Site, files: dict[str, str], mapping: str, words: str
) -> None:
    with pytest.raises(JobError, match=words) as caught:
        run(site, files, mapping=mapping)
    assert CANARY not in str(caught.value)


def test_a_mapping_says_what_foreign_columns_mean(site: Site) -> None:
    mapping = '[table]\nkind = "diagnosis"\n[columns]\npatient_id = "Who"\ncondition = "What"\n'
    files = {"file-1.csv": "Who,What\nMRN-4711,Pneumonia\nMRN-4711,Nonsense\n"}

    (file,) = run(site, files, mapping=mapping)["files"]

    assert (file["accepted"], file["quarantined"]) == (1, 1)
    assert file["problems"] == [
        {"line": 3, "column": "condition", "code": "unknown-name", "expected": file["problems"][0]["expected"]}
    ]


def test_a_dry_run_counts_and_changes_nothing(site: Site) -> None:
    before = (site.home / "graph.sqlite").read_bytes()

    found = run(site, {"patient.csv": "patient_id\nP1\n"}, dry=True)

    assert found["total"]["created"] == 1
    assert (site.home / "graph.sqlite").read_bytes() == before
