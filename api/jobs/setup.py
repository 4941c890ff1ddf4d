"""What the work of a job is given, wherever it runs."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from graph.config import GraphSettings

Tell = Callable[[str, float], None]
"""Is told what is being done, and which share of that is."""


@dataclass(frozen=True, slots=True)
class Setup:
    """What every job of a site is given.

    Attributes:
        graph: where graph, snapshots and keys live.
        shared: folder of the reference data that evaluations compare with.
    """

    graph: GraphSettings
    shared: Path
