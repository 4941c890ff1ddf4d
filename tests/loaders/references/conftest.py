"""The small references, on disk."""

from pathlib import Path

import pytest

from tests.loaders.references.building import write_references


@pytest.fixture
def shared(tmp_path: Path) -> Path:
    """The folder above the reference data."""
    return write_references(tmp_path / "shared")
