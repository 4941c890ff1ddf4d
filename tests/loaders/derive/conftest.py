"""A small formulary and the references that its derived rows come from."""

from pathlib import Path

import pytest

from tests.loaders.references.building import write_formulary, write_references


@pytest.fixture
def shared(tmp_path: Path) -> Path:
    """The folder above the reference data."""
    return write_references(tmp_path / "shared")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The formulary's folder."""
    return write_formulary(tmp_path / "data")
