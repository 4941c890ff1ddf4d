"""What predictors were fitted to and what they answer, as tables for people."""

from collections.abc import Mapping, Sequence
from math import exp
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from recommender.shell.predictor_details import ADVICE, PLAN, render_advice, render_plan

EXPLAINED = 10
"""Values of an explanation that are printed apart; the others are added up."""
SHOWN = 20
"""Rows of a table of predictions that are printed; all of them are in the JSON."""
MEASURES = ("roc_auc", "average_precision", "brier", "calibration_error", "r_squared", "mean_absolute_error")
"""Measures that the table of candidates shows, of those that there are."""


def render_trained(told: Mapping[str, Any], console: Console) -> None:
    """Print what a training made: the candidates, which one serves and why."""
    console.print(f"{told['predictor']}: bundle {told['bundle']}, fitted on {told['rows']:,}", soft_wrap=True)
    if report := told.get("table"):
        _report(report, console)
    if told.get("candidates"):
        console.print(_candidates(told["candidates"]))
    if why := told.get("why"):
        console.print(Text(f"{told['promoted']}: {why}"), soft_wrap=True)
    elif promoted := told.get("promoted"):
        console.print(Text(promoted), soft_wrap=True)
    _figures(told, console)
    if drift := [row for row in told.get("drift", ()) if row["level"] == "strong"]:
        console.print("new rows differ from those that were learned from: " + ", ".join(_drifted(row) for row in drift))
    if verdict := told.get("update"):
        console.print(f"{'promoted' if verdict['promoted'] else 'not promoted'}: {verdict['why']}", soft_wrap=True)
    _notes(told, console)


def _figures(told: Mapping[str, Any], console: Console) -> None:
    """Print what is told beside a table of candidates: of the training, or of the model card where it says nothing."""
    card: Mapping[str, Any] = told.get("card", {})
    for name, value in (told.get("figures") or card.get("figures", {})).items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            console.print(_rows(name, value))
        else:
            console.print(Text(f"{name.replace('_', ' ')}: {_figure(value)}"), soft_wrap=True)
    for part in card.get("subgroups", ()):
        if "description" in part:
            console.print(Text(f"group {part['group']}, {part['people']:,} people: {part['description']}"), soft_wrap=True)


def render_roll_back(told: Mapping[str, Any], console: Console) -> None:
    """Print which version serves now, and the changelog."""
    console.print(f"{told['predictor']}: bundle {told['bundle']} serves again", soft_wrap=True)
    table = Table("day", "bundle", "what", "rows", "why")
    for change in told["history"]:
        table.add_row(change["day"], change["tag"][:12], change["what"], f"{change['rows']:,}", Text(change["why"]))
    console.print(table)


def render_predictions(told: Mapping[str, Any], console: Console) -> None:
    """Print what a predictor answers, for one patient or for the rows of a table."""
    if report := told.get("table"):
        _report(report, console)
    answers = told["predictions"]
    if plan := told.get(PLAN):
        render_plan(plan, SHOWN, console)
    elif answers and ADVICE in answers[0]:
        render_advice(answers[:SHOWN], console)
    else:
        console.print(_answers(answers[:SHOWN], "row" if "table" in told else "about"))
    if len(answers) > SHOWN and not plan:
        console.print(f"{len(answers) - SHOWN:,} further {'rows' if 'table' in told else 'answers'} with --json")
    for answer in answers[:SHOWN]:
        if explanation := answer.get("explanation"):
            _explanation(explanation, answer, console)
        for question in answer.get("ask_next", ())[:3]:
            console.print(Text(f"ask or measure next: {question['question']}"), soft_wrap=True)
    _notes_of_answers(answers[:SHOWN], console, each="table" in told)
    _notes(told, console)


def _notes_of_answers(answers: Sequence[Mapping[str, Any]], console: Console, *, each: bool) -> None:
    """Print what answers note once, and of which; of the rows of a table only what is noted of each."""
    shown = {finding["why"] for answer in answers for finding in answer.get("findings", ())}
    for note in dict.fromkeys(note for answer in answers for note in answer["notes"] if note not in shown):
        of = [answer for answer in answers if note in answer["notes"]]
        if len(of) == len(answers):
            console.print(Text(f"note: {note}"), soft_wrap=True)
        elif not each:
            console.print(Text(f"note: {note} ({', '.join(str(answer['about']) for answer in of)})"), soft_wrap=True)


def _answers(answers: Sequence[Mapping[str, Any]], key: str) -> Table:
    """The chances of each answer, beside what it is about where that differs."""
    several = any(key in answer for answer in answers)
    chances = [chance for answer in answers for chance in answer["chances"]]
    levels, amounts = any(chance["level"] for chance in chances), any("amount" in chance for chance in chances)
    table, figures = Table(), ("expected", "90 of 100") if amounts else ("probability", "95 %")
    # What an amount says in words says its figures, and how many of 100 its interval is made for.
    worded = amounts and levels
    for name in (*([key] if several else []), "what", *(() if worded else figures), *([""] if levels else [])):
        table.add_column(name, justify="right" if name in ("row", figures[0]) else "left", overflow="fold")
    for answer in answers:
        line = [Text(str(answer.get(key, "")))] if several else []
        if answer["abstained"]:
            table.add_row(*line, Text(f"no answer: {answer['abstained']}"))
        for chance in answer["chances"]:
            low, high = chance["interval"]
            words = [Text(chance["level"])] if levels else []
            value = chance["amount"] if "amount" in chance else chance["probability"]
            told = [] if worded else [f"{value:.3f}", f"{low:.3f} to {high:.3f}"]
            table.add_row(*line, Text(chance["label"]), *told, *words)
            line = [Text("")] if several else []
    return table


def _report(report: Mapping[str, Any], console: Console) -> None:
    said = f"{report['file']}: {report['accepted']:,} of {report['read']:,} rows"
    if report["refused_values"]:
        said += f", {report['refused_values']:,} values refused"
    console.print(Text(f"{said}; columns by {report['mapping']}"), soft_wrap=True)
    for problem in report["problems"][:5]:
        column = f", column {problem['column']}" if problem["column"] else ""
        console.print(Text(f"  line {problem['line']}{column}: {problem['expected']} is expected"), soft_wrap=True)
    for left in report["left_out"]:
        console.print(Text(f"  without {left['column']}: {left['reason']}"), soft_wrap=True)
    for note in report["notes"]:
        console.print(Text(f"  {note}"), soft_wrap=True)


def _candidates(rows: Sequence[Mapping[str, Any]]) -> Table:
    """The candidates beside each other, in the measures that tell them apart; the JSON has the others, too."""
    known = [name for name in MEASURES if all(isinstance(row.get(name), float) for row in rows)]
    table = Table("candidate", caption="* serves; below each figure its 95 % interval")
    for name in known:
        table.add_column(name.replace("_", " "), justify="right")
    for row in rows:
        cells = [f"{_figure(row[name])}\n{_interval(row.get(f'{name}_interval'))}" for name in known]
        table.add_row(Text(f"{row.get('label', row['candidate'])}{' *' if row['promoted'] else ''}"), *cells)
    return table


def _rows(name: str, rows: Sequence[Mapping[str, Any]]) -> Table:
    """Figures that are rows of a table."""
    table = Table(title=Text(name.replace("_", " ")))
    for column in rows[0]:
        table.add_column(column.replace("_", " "))
    for row in rows:
        table.add_row(*(Text(_figure(row[column])) for column in rows[0]))
    return table


def _interval(interval: Sequence[float] | None) -> str:
    return f"{_figure(interval[0])} to {_figure(interval[1])}" if interval else ""


def _figure(value: Any) -> str:  # what a figure is differs from predictor to predictor
    if isinstance(value, float):
        return f"{value:.3f}"
    if isinstance(value, list):
        return f"{_figure(value[0])} ({', '.join(_figure(v) for v in value[1:])})" if value else ""
    if isinstance(value, dict):
        return ", ".join(f"{name.replace('_', ' ')} {_figure(v)}" for name, v in value.items())
    return str(value)


def _drifted(row: Mapping[str, Any]) -> str:
    return f"{row['column']} (PSI {row['psi']:.2f})"


def _explanation(told: Mapping[str, Any], answer: Mapping[str, Any], console: Console) -> None:
    labels = {chance["target"]: chance["label"] for chance in answer["chances"]}
    # The sum is the model's own; what is answered may differ from it by the calibration.
    same = (chance for chance in answer["chances"] if chance["target"] == told["target"])
    calibrated = [f"{chance['probability']:.3f} when calibrated" for chance in same if "probability" in chance]
    title = f"why {labels.get(told['target'], told['target'])}" + (f", row {answer['row']}" if "row" in answer else "")
    title += f", {answer['about']}" if "about" in answer else ""
    table = Table("value", "is", f"moves it by ({told['unit']})", title=Text(title))
    # What is added to log-odds multiplies the odds, which is how it is read.
    if odds := told["unit"] == "log-odds":
        table.add_column("odds", justify="right")
    table.add_row("(nothing known)", "", f"{told['base']:+.2f}")
    parts, rest = told["contributions"][:EXPLAINED], told["contributions"][EXPLAINED:]
    for part in parts:
        where = f" [{part['record']}]" if part["record"] else ""
        times = [f"× {exp(part['amount']):.2f}"] if odds else []
        table.add_row(Text(part["label"]), Text(f"{part['value']}{where}"), f"{part['amount']:+.2f}", *times)
    if rest:
        table.add_row(f"({len(rest)} others)", "", f"{sum(part['amount'] for part in rest):+.2f}")
    table.add_row("in all", (calibrated or [""])[0] if odds else "", f"{told['total']:+.2f}")
    console.print(table)
    if told["method"] != "exact":
        console.print(Text(f"sampled: the largest is right to within ± {1.96 * told['error']:.2f} (95 %)"), soft_wrap=True)
    for name in ("counterfactual", "alike"):
        if told[name]:
            console.print(Text(told[name]), soft_wrap=True)


def _notes(told: Mapping[str, Any], console: Console) -> None:
    for note in told.get("notes", ()):
        console.print(Text(f"note: {note}"), soft_wrap=True)
