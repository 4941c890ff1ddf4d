"""A clinic whose graph the predictors are asked over, at a home of each test's own."""

from pathlib import Path
from typing import Any

import pytest

from tests.recommender.conftest import REFERENCE, Build, Graph
from tests.recommender.predictors.blood_risk.clinic import EDGES, NODES, SUGAR

PATIENT = f"patient:{'0' * 24}"
ON_FILE = (PATIENT, "HAS_RESULT", SUGAR, {"value": 115, "unit": "mg/dL", "date": "2024-05-01", "record": "r7"})


@pytest.fixture(scope="module")
def clinic(build: Build) -> Any:
    with build([*REFERENCE, *EDGES, ON_FILE], NODES | {PATIENT: {"sex": "female", "birth_year": 1970}}) as graph:
        yield graph


@pytest.fixture
def home(clinic: Graph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of this test alone, with the clinic's graph."""
    monkeypatch.setenv("RXPATH_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("RXPATH_GRAPH", f"sqlite:///{clinic.store.path}")
    return tmp_path
