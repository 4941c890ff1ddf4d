"""Small tables on disk, and the tables of the shared folder where they are there."""

import gzip
import os
from collections.abc import Callable
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[4]
Written = Callable[..., Path]


@pytest.fixture
def written(tmp_path: Path) -> Written:
    """Writes a table's text (or bytes) and answers the path."""

    def write(content: str | bytes, name: str = "table.csv") -> Path:
        data = content.encode() if isinstance(content, str) else content
        path = tmp_path / name
        path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
        return path

    return write


@pytest.fixture
def shared() -> Callable[[str], Path]:
    """The path of a file of the shared data; the test is skipped where it is not there, and fails in CI."""

    def find(name: str) -> Path:
        path = Path(os.environ.get("RXPATH_SHARED") or PROJECT.parent / "shared") / "data" / name
        if not path.is_file():
            reason = f"no shared data at {path} (RXPATH_SHARED names another place)"
            if os.environ.get("CI"):
                pytest.fail(reason)
            pytest.skip(reason)
        return path

    return find
