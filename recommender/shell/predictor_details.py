"""Answers that have a form of their own, for people: advice by blood values with what helps, and the plan of a ward."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

ADVICE = "advice"
"""The key of an answer that is advice by blood values."""
PLAN = "plan"
"""The key of what a predictor plans of a whole table."""
REASONS = 3
"""How many values stand beside the advice of a row; all of them are in the JSON."""
NOTHING = "No action needed"


def render_advice(answers: Sequence[Mapping[str, Any]], console: Console) -> None:
    """Print the advice of each row of a table or, of one patient, the advice with every value that calls for it and what helps.

    Args:
        answers: that have ``ADVICE``.
        console: where to.
    """
    if answers and "row" in answers[0]:
        console.print(_advice_by_row(answers))
        return
    for answer in answers:
        told = answer["abstained"] or f"{answer[ADVICE]} (by {answer['decided_by']})"
        console.print(Text(told, style="bold red" if answer["panic"] else "bold"), soft_wrap=True)
        if risk := _risk(answer):
            console.print(Text(f"learned risk, {risk[1]}: {risk[0]}"), soft_wrap=True)
        telling = [finding for finding in answer["findings"] if finding["advice"] != NOTHING]
        for finding in telling:
            console.print(Text(f"  {finding['why']}: {finding['advice']}{_on_file(finding)}"), soft_wrap=True)
        if usual := [finding["label"] for finding in answer["findings"] if finding["advice"] == NOTHING]:
            console.print(Text(f"  within the range: {', '.join(usual)}"), soft_wrap=True)
        _care(answer["care"], console)


def _advice_by_row(answers: Sequence[Mapping[str, Any]]) -> Table:
    risks = [_risk(answer) for answer in answers]
    of = next((risk[1] for risk in risks if risk), "")
    table = Table(
        "row", "advice", *(["learned risk"] if of else []), "by which values", caption=Text(f"risk: {of}") if of else None
    )
    for answer, risk in zip(answers, risks, strict=True):
        whys = [finding["why"] for finding in answer["findings"] if finding["advice"] != NOTHING]
        more = [f"and {len(whys) - REASONS} more"] if len(whys) > REASONS else []
        style = "bold red" if answer["panic"] else ""
        cells = [Text(str(answer["row"])), Text(answer["abstained"] or answer[ADVICE], style=style)]
        table.add_row(*cells, *([Text(risk[0] if risk else "")] if of else []), Text("\n".join([*whys[:REASONS], *more])))
    return table


def _risk(answer: Mapping[str, Any]) -> tuple[str, str] | None:
    """The learned risk with its interval, and what it is of; None where none was asked."""
    risks = [chance for chance in answer["chances"] if chance["target"] != answer["floor_target"]]
    if not risks:
        return None
    low, high = risks[0]["interval"]
    return f"{risks[0]['probability']:.0%} ({low:.0%} to {high:.0%})", risks[0]["label"]


def _on_file(finding: Mapping[str, Any]) -> str:
    return f" [{finding['record']}]" if finding["record"] else ""


def _care(paths: Sequence[Mapping[str, Any]], console: Console) -> None:
    if paths:
        console.print(Text("\nWhat helps beside medicines", style="bold"))
    for path in paths:
        said = path["steps"][-1]
        source = said["source"] + (f", {said['evidence']}" if said["evidence"] else "")
        console.print(Text(f"  {path['action']['category']}: {path['sentence']} ({source}; {said['knowledge_level']})"))


def render_plan(plan: Mapping[str, Any], shown: int, console: Console) -> None:
    """Print a ward's patients by need, and what they need each day.

    Args:
        plan: payload of :class:`recommender.predictors.recovery.ward_plan.WardPlan`.
        shown: most patients.
        console: where to.
    """
    days = len(plan["days"])
    need = Table(
        "need", "row", "recovers", "95 %", "bed days", "in intensive care", title=f"Patients by need, {days} days ahead"
    )
    for place, patient in enumerate(plan["patients"][:shown], start=1):
        low, high = patient["interval"]
        amounts = (f"{patient['bed_days']:.1f}", f"{patient['intensive_days']:.1f}")
        chance = (f"{patient['probability']:.0%}", f"{low:.0%} to {high:.0%}")
        need.add_row(str(place), str(patient["row"]), *chance, *amounts)
    console.print(need)
    if (left := len(plan["patients"]) - shown) > 0:
        console.print(f"{left:,} further patients with --json")
    beds = Table("day ahead", "beds", "95 %", "in intensive care", "95 %", title="Expected need")
    for day in plan["days"]:
        cells = [cell for name in ("beds", "intensive_care") for cell in _needed(day[name])]
        beds.add_row(str(day["day"]), *cells)
    console.print(beds)
    for words in plan["assumptions"]:
        console.print(Text(f"assumed: {words}"), soft_wrap=True)


def _needed(told: Mapping[str, Any]) -> tuple[str, str]:
    low, high = told["interval"]
    return f"{told['expected']:.1f}", f"{low} to {high}"
