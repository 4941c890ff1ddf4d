"""Times two sides in turn and prints their medians and the ratio."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One printed line: what was measured, both medians in milliseconds, and how a reader should take it."""

    work: str
    ours: float
    beside: str
    theirs: float
    goal: str

    def __str__(self) -> str:
        faster = self.theirs / self.ours
        ratio = f"{faster:,.1f} x faster" if faster >= 1 else f"{1 / faster:,.2f} x its time"
        return f"{self.work}: {self.ours:,.3f} ms beside {self.beside} {self.theirs:,.3f} ms: {ratio} (goal {self.goal})"


def median_ms(work: Callable[[], object], runs: int) -> float:
    """Median of the wall time of several runs, in milliseconds; one run before is not counted."""
    work()
    times = []
    for _ in range(runs):
        begun = time.perf_counter()
        work()
        times.append((time.perf_counter() - begun) * 1000)
    return statistics.median(times)


def beside(
    work: str,
    ours: Callable[[], object],
    name: str,
    theirs: Callable[[], object],
    goal: str,
    runs: tuple[int, int] = (50, 50),
) -> Row:
    """Measure both sides."""
    return Row(work, median_ms(ours, runs[0]), name, median_ms(theirs, runs[1]), goal)
