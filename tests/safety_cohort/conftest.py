"""The graph of the project's tables, built once."""

from pathlib import Path

import pytest

from tests.safety_cohort.filing import build


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose ``home`` has it."""
    folder = tmp_path_factory.mktemp("safety-cohort")
    build(folder / "home")
    return folder
