"""Draws the figures of :mod:`recommender.judge.predictions` for people."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from recommender.judge.predictions import SETTINGS

MEASURES = ("recall@10", "ndcg@10")
_WORDS = {setting.key: setting.words for setting in SETTINGS}


def render_predictions(figures: Mapping[str, Any], console: Console) -> None:
    """Print what :func:`recommender.judge.predictions.judge_predictions` answered.

    Args:
        figures: its answer.
        console: where to.
    """
    for part, tasks in figures["records"].items():
        counts = ", ".join(f"{count:,} where {task}" for task, count in tasks.items())
        console.print(Text(f"patients {part}: {counts}"))
    for of in figures["settings"]:
        same = " as in use" if of["chosen"] == of["in_use"] else f", and {of['in_use']:g} is in use"
        supported = f"the figures support {of['chosen']:g}{same}" if of["chosen"] else f"the figures support none: off{same}"
        console.print(Text(f"\n{of['setting']} ({_WORDS[of['setting']]}): {supported}", style="bold"))
        table = _table("factor")
        for words, rows in (("tried", of["tried"]), ("shown", of["shown"])):
            _add(table, [(f"{words} {row['factor']:g}", row) for row in rows])
        console.print(table)
    for setting, reason in figures["not_judged"].items():
        console.print(Text(f"\n{setting} ({_WORDS[setting]}): not judged: {reason}", style="bold"))
    console.print(Text("\nall as chosen, on patients that nothing was chosen on", style="bold"))
    table = _table("setting")
    _add(table, [("as chosen", row) for row in figures["together"]])
    console.print(table)


def _table(first: str) -> Table:
    table = Table()
    for name in (first, "task", "patients", "records", "predicted"):
        table.add_column(name, justify="left" if name in (first, "task") else "right")
    for measure in MEASURES:
        table.add_column(f"{measure} without", justify="right")
        table.add_column("with", justify="right")
        table.add_column("difference [95 %]", justify="right")
    return table


def _add(table: Table, rows: Sequence[tuple[str, Mapping[str, Any]]]) -> None:
    for words, row in rows:
        counts = [f"{row[name]:,}" for name in ("patients", "records", "predicted")]
        table.add_row(words, row["task"], *counts, *(cell for measure in MEASURES for cell in _cells(row[measure])))


def _cells(figure: Mapping[str, Any]) -> list[str]:
    if figure["interval"] is None:
        return ["", "", "nobody"]
    low, high = figure["interval"]
    return [f"{figure['without']:.3f}", f"{figure['with']:.3f}", f"{figure['difference']:+.3f} [{low:+.3f}, {high:+.3f}]"]
