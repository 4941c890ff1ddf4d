"""The cohort in ``data/`` is what the command writes: 500 patients of seed 7, from the parameters and tables beside it."""

from pathlib import Path

import pytest

from graph.config import PROJECT
from loaders.synthetic import write_cohort
from loaders.synthetic.patient import COLUMNS
from loaders.text_tables import read_text_table

DATA = PROJECT / "data"
PATIENTS, SEED = 500, 7


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cohort")
    write_cohort(folder, PATIENTS, SEED, DATA)
    return folder


@pytest.mark.parametrize("table", COLUMNS)
def test_the_shipped_cohort_is_what_the_command_writes(written: Path, table: str) -> None:
    same = (DATA / f"{table}.csv").read_bytes() == (written / f"{table}.csv").read_bytes()

    assert same, f"data/{table}.csv differs: run python -m loaders synth --patients {PATIENTS} --seed {SEED} data"


def test_the_shipped_patients_say_that_they_are_synthetic() -> None:
    patients = read_text_table(DATA / "patient.csv")

    assert len(patients) == PATIENTS
    assert {row["synthetic"] for row in patients} == {"true"}
