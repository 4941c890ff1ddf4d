"""The shared folder of real data: where it is, and what a test does where it is not."""

import os
from pathlib import Path

import pytest

from graph.config import PROJECT

SHARED = Path(os.environ.get("RXPATH_SHARED") or PROJECT.parent / "shared")


def shared_data(name: str = "") -> Path:
    """A file or folder of the shared data; where it is absent the test is skipped, and in CI it fails."""
    path = SHARED / "data" / name
    if not path.exists():
        reason = f"no shared data at {path} (RXPATH_SHARED names another place)"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return path
