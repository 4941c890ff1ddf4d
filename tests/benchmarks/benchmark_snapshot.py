"""Opening the compiled snapshot of Hetionet, beside mapping the same bytes by numpy.load."""

from pathlib import Path

import numpy as np

from graph.compiler import current_snapshot
from graph.config import GraphSettings
from graph.connect import open_store
from graph.snapshot import Snapshot
from tests.benchmarks.graphs import hetionet_home
from tests.benchmarks.side_by_side import Row, beside


def rows() -> list[Row]:
    """Measure."""
    home, _ = hetionet_home()
    settings = GraphSettings.from_environment({"RXPATH_HOME": str(home)})
    path = current_snapshot(open_store(settings.graph), settings.snapshots).path
    plain = Path(home) / "plain.npy"
    np.save(plain, np.fromfile(path, np.uint8))
    return [
        beside(
            f"opening a snapshot of {Snapshot(path).link_count:,} links",
            lambda: Snapshot(path),
            "numpy.load, mapped",
            lambda: np.load(plain, mmap_mode="r"),
            "<= 10 x",
        )
    ]
