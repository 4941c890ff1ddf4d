"""``python -m recommender recommend`` from a cold shell on the demo graph, beside starting Python with numpy."""

import os
import subprocess
import sys

from tests.benchmarks.graphs import PROJECT, demo_home
from tests.benchmarks.side_by_side import Row, beside


def rows() -> list[Row]:
    """Measure."""
    home, _ = demo_home()
    environment = os.environ | {"RXPATH_HOME": str(home)}

    def shell(*arguments: str) -> None:
        subprocess.run([sys.executable, *arguments], cwd=PROJECT, env=environment, check=True, capture_output=True)

    return [
        beside(
            "recommend from a cold shell",
            lambda: shell("-m", "recommender", "recommend", "--patient", "SYN-000042"),
            "python -c 'import numpy'",
            lambda: shell("-c", "import numpy"),
            "<= 1,500 ms",
            (7, 7),
        )
    ]
