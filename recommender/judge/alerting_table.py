"""Draws the figures of :mod:`recommender.judge.alerting` for people."""

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from recommender.judge.alerting import PLACES
from recommender.safety.finding import Severity

_WORDS = {"alerts": "alerts", "per_patient": "per patient", "per_suggestion": "per suggestion"}


def render_alerting(figures: Mapping[str, Any], console: Console) -> None:
    """Print what :func:`recommender.judge.alerting.alerting` answered.

    Args:
        figures: its answer.
        console: where to.
    """
    patients, medicines, saved = figures["patients"], figures["medicines"], figures["saved"]
    listed = ", ".join(f"{medicines[place]:,} {words}" for place, words in PLACES.items())
    console.print(Text(f"{patients['all']:,} patients: {listed}", style="bold"))
    each = figures["interruptions_per_patient"]
    for line in (
        f"{patients['without_suggestion']:,} patients without a suggestion, {patients['unscreened']:,} not fully screened",
        f"{_share(medicines['plain'], medicines['recommendations'])} of suggestions have neither a caution nor more",
        f"exclusions, sign-offs and cautions of a patient: {each['median']:g} at the median, {each['most']:,} at most",
        f"{saved['alerts']:,} alerts with suggestions are said in {saved['said']:,} sayings: {saved['share']:.0%} saved",
    ):
        console.print(Text(line))
    console.print(_severities(figures["alerts"]))
    console.print(_rules(figures["rules"]))
    carried = figures.get("faithfulness")
    if carried and carried["suggestions"]:
        shown, control, alone = (carried[name] for name in ("comprehensiveness", "control", "sufficiency"))
        told = f"without the shown edges the score falls by {shown:.0%} at the median, without as many others by {control:.1%}"
        holds = f"the formula of the fall holds for {carried['formula_holds']:.0%} (error {carried['formula_error']:.0e})"
        console.print(Text(f"{carried['suggestions']:,} suggestions: {told}; shown paths alone give {alone:.0%}; {holds}"))


def _severities(alerts: Mapping[str, Mapping[str, float]]) -> Table:
    table = Table()
    for name in ("severity", *_WORDS.values(), "with a suggestion"):
        table.add_column(name, justify="left" if name == "severity" else "right")
    for severity, rates in alerts.items():
        numbers = [f"{rates[key]:.2f}" for key in ("per_patient", "per_suggestion", "with_a_suggestion")]
        table.add_row(severity, f"{rates['alerts']:,}", *numbers)
    return table


def _rules(rules: Mapping[str, Mapping[str, float]]) -> Table:
    table = Table()
    table.add_column("rule")
    for name in (*Severity, "share"):
        table.add_column(str(name), justify="right")
    for rule, counts in rules.items():
        table.add_row(rule, *(f"{counts[severity]:,}" for severity in Severity), f"{counts['share']:.1%}")
    return table


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.0%}" if whole else "none"
