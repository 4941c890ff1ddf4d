"""What a person sees of a load: a progress line while it runs, a table and the first problems at the end.

Progress is shown on a terminal only, and only when the work takes longer than a second; colours likewise. With ``--json`` the
standard output is the JSON and nothing else.
"""

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from loaders.outcome import Outcome
from loaders.run import Listener

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID
    from rich.table import Table

SHOWN = 20
"""Problems listed on the screen; the others are counted."""
PAPER = 120
"""Columns of what is written when there is no terminal to ask."""
PATIENCE = 1.0
"""Seconds of work before a progress line appears."""


class Screen:
    """The standard output of one command.

    Args:
        as_json: whether to print the outcome as JSON.
        brief: whether to print totals in place of the table of files.
    """

    def __init__(self, *, as_json: bool, brief: bool = False) -> None:
        self._json = as_json
        self._brief = brief

    @contextmanager
    def progress(self) -> Iterator[Listener]:
        """A listener for a load that draws a progress line when there is anyone to see it."""
        if self._json or not sys.stdout.isatty():
            yield lambda file, rows: None
            return
        # Late, because most commands of a script never draw.
        from rich.console import Console
        from rich.progress import MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

        columns = (
            SpinnerColumn(),
            TextColumn("{task.description}"),
            MofNCompleteColumn(),
            TextColumn("rows"),
            TimeElapsedColumn(),
        )
        bar = Progress(*columns, transient=True, console=Console())
        try:
            yield _Line(bar)
        finally:
            bar.stop()

    def show(self, outcome: Outcome) -> None:
        """Print the outcome."""
        if self._json:
            sys.stdout.write(json.dumps(outcome.as_json(), ensure_ascii=False) + "\n")
            return
        from rich.console import Console

        console = Console(highlight=False, width=None if sys.stdout.isatty() else PAPER)
        console.print(_totals(outcome) if self._brief else _table(outcome))
        for text in _problem_lines(outcome):
            console.print(text, style="yellow", markup=False, soft_wrap=True)
        if outcome.counts:
            counts = outcome.counts
            went_on = ", went on where it was interrupted" if outcome.resumed else ""
            console.print(f"created {counts.created:,}, changed {counts.changed:,}, removed {counts.removed:,}{went_on}")
        if outcome.snapshot:
            console.print(f"snapshot {outcome.snapshot}")


def _table(outcome: Outcome) -> "Table":
    from rich.table import Column, Table

    numbers = [Column(name, justify="right") for name in ("read", "accepted", "quarantined", "withheld")]
    table = Table(Column("file", overflow="fold"), "format", *numbers, box=None)
    for file in outcome.files:
        counts = (file.read, file.accepted, file.quarantined, file.withheld)
        table.add_row(file.file, file.format, *(f"{n:,}" for n in counts))
    return table


def _totals(outcome: Outcome) -> str:
    read, accepted = (sum(getattr(file, name) for file in outcome.files) for name in ("read", "accepted"))
    return f"{len(outcome.files)} files, {read:,} rows read, {accepted:,} accepted, {read - accepted:,} quarantined"


def _problem_lines(outcome: Outcome) -> Iterator[str]:
    """The first problems, one line each, and how many more there are."""
    problems = [problem for file in outcome.files for problem in file.problems][:SHOWN]
    for p in problems:
        place = f"{p.file}:{p.line}" + (f" {p.column}" if p.column else "")
        yield f"{place}: {p.code}: {p.expected} is expected"
    if more := sum(n for file in outcome.files for n in file.codes.values()) - len(problems):
        yield f"… and {more:,} more problems"


class _Line:
    """Starts the progress bar once the work has taken a while."""

    def __init__(self, bar: "Progress") -> None:
        self._bar = bar
        self._begun = time.monotonic()
        self._tasks: dict[str, TaskID] = {}

    def __call__(self, file: str, rows: int) -> None:
        if time.monotonic() - self._begun < PATIENCE:
            return
        if not self._tasks:
            self._bar.start()
        if file not in self._tasks:
            self._tasks[file] = self._bar.add_task(file, total=None)
        self._bar.update(self._tasks[file], completed=rows)
