"""How many points of a list are tried: a sample by default, all of them when ``RXPATH_FAULTS`` is ``all``."""

import os
from collections.abc import Sequence
from statistics import median

ALL = os.environ.get("RXPATH_FAULTS") == "all"
POINTS = 10 if ALL else 2


def spread(values: Sequence[float]) -> str:
    """Median and largest of some seconds."""
    return f"{median(values):.1f} s at the median, {max(values):.1f} s at most"
