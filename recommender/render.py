"""Draws an answer for people: a table, each path as one line, the exclusions with their reason, colours only on a terminal."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from rich.console import Console
from rich.table import Table
from rich.text import Text

SHOWN_EXCLUSIONS = 5
SHOWN_CAUTIONS = 3


def render(body: Mapping[str, Any], console: Console, *, cypher: bool = False) -> None:
    """Print an answer's body.

    Args:
        body: of the answer.
        console: where to.
        cypher: whether to print, under each path, what shows it in Neo4j Browser.
    """
    _head(body, console)
    if not body["recommendations"]:
        none = "No safe suggestion." if body["excluded"] else "No suggestion: no medicine is known to treat what is on file."
        console.print(none, style="bold")
    for item in body["recommendations"]:
        _suggestion(item, console, cypher=cypher)
    exploratory = body.get("exploratory")
    if exploratory is not None:
        _exploratory(exploratory, console, cypher=cypher)
    _excluded(body["excluded"], console)
    _care(body["care_actions"], console)
    _unresolved(body["unresolved"], console)
    if cypher:
        _statement([*body["recommendations"], *(exploratory or ())], console)
    console.print(Text(f"\n{body['notice']}", style="dim"))
    console.print(Text(f"answer {body['id']} · snapshot {body['snapshot'][:12]} · as of {body['as_of']}", style="dim"))


def _head(body: Mapping[str, Any], console: Console) -> None:
    patient = body["patient"]
    if patient:
        about = [patient["id"] or "case", patient["sex"] or "sex not on file"]
        about.append(f"{patient['age']} years" if patient["age"] is not None else "age not on file")
        about += ["pregnant"] if patient["pregnant"] else []
        about += ["synthetic"] if patient["synthetic"] else []
        console.print(Text(f"Patient {', '.join(about)}", style="bold"))
        if not body["screened"]:
            console.print(Text("Not screened for safety: an allergy or a medicine in use is not known", style="bold red"))
    else:
        console.print(Text("For no patient: not screened for safety", style="bold red"))
    names = [f"{e['node']['name']} ({e['weight']:.2g})" for e in body["evidence"]]
    console.print(Text("Evidence " + (", ".join(names) or "none")))


def _exploratory(items: Sequence[Mapping[str, Any]], console: Console, *, cypher: bool) -> None:
    """The second list under a heading of its own, with the reason why none of it is established."""
    console.print(Text("\nFor research: exploratory, not established", style="bold magenta"))
    why = next((item["research"] for item in items), "The walk leads to no medicine beside those that are known to treat this.")
    console.print(Text(why, style="magenta"))
    for item in items:
        _suggestion(item, console, cypher=cypher)


def _suggestion(item: Mapping[str, Any], console: Console, *, cypher: bool) -> None:
    first = item["paths"][0]["sentence"] if item["paths"] else ""
    head = Text(f"\n{item['rank']:>2}. {item['medicine']['name']}", style="bold green")
    head.append(f"  score {item['score']:.2f}", style="default")
    head.append(_probability(item), style="default")
    head.append(f"  {item['list']}", style="dim")
    console.print(head)
    for path in item["paths"]:
        weakest = path["weakest"]["knowledge_level"]
        line = Text(f"    {path['contribution']:+.2f}  {path['drawn']}")
        line.append(f"  [{path['edges'][-1]['source']}, {weakest}]", style="yellow" if weakest == "unreviewed" else "dim")
        console.print(line, soft_wrap=True)
        if cypher:
            parameters = orjson.dumps(path["cypher"]["parameters"]).decode()
            # At the line's beginning and unbroken, so that the whole line can be taken.
            console.print(Text(f":params {parameters}", style="dim"), soft_wrap=True)
    console.print(Text(f"    {item['remainder']:+.2f}  paths not shown", style="dim"))
    if first:
        console.print(Text(f"    because {first}", style="italic"))
    shown = [c for c in item["cautions"] if c["severity"] == "caution"]
    for caution in shown[:SHOWN_CAUTIONS]:
        console.print(Text(f"    caution: {caution['sentence']}", style="yellow"), soft_wrap=True)
    more = len(item["cautions"]) - min(len(shown), SHOWN_CAUTIONS)
    if more:
        console.print(Text(f"    and {more} further cautions and notes (--json)", style="dim"))


def _probability(item: Mapping[str, Any]) -> str:
    """The calibrated score with its interval, beside what degree alone would say; empty where nothing is calibrated."""
    found = item["probability"]
    if found is None:
        return ""
    text = f"  probability of a {found['of']} {found['value']:.2f} ({found['low']:.2f} to {found['high']:.2f})"
    if found["support"] == "low":
        text += " low support"
    if item["prior"] is not None:
        text += f"  prior {item['prior']:.3g}"
    return text + (f"  lift {item['lift']:.1f}" if item["lift"] is not None else "")


def _statement(items: Sequence[Mapping[str, Any]], console: Console) -> None:
    """The statement that all paths share; in Neo4j Browser it is sent behind the ``:params`` of one of them."""
    for statement in dict.fromkeys(path["cypher"]["statement"] for item in items for path in item["paths"]):
        console.print(Text("\nIn Neo4j Browser: first the :params of a path, then", style="bold"))
        console.print(Text(statement), soft_wrap=True)


def _excluded(excluded: Sequence[Mapping[str, Any]], console: Console) -> None:
    if not excluded:
        return
    table = Table(
        title=f"Ruled out ({len({e['medicine']['id'] for e in excluded})})", title_justify="left", title_style="bold red"
    )
    for column in ("medicine", "rule", "proof"):
        table.add_column(column, overflow="fold")
    shown = _by_turns(excluded)[:SHOWN_EXCLUSIONS]
    for entry in shown:
        sources = ", ".join(sorted({e["source"] for e in entry["proof"]["edges"]}))
        proof = entry["sentence"] + (f" [{sources}]" if sources else "")
        # As Text: in a plain string rich would take what stands in brackets for a style.
        table.add_row(*map(Text, (entry["medicine"]["name"], entry["rule"], proof)))
    console.print()
    console.print(table)
    left = len({e["medicine"]["id"] for e in excluded}) - len(shown)
    if left:
        console.print(Text(f"and {left} more (--json)", style="dim"))


def _by_turns(excluded: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """One exclusion a medicine, the rules taking turns, so that one thing is not said many times."""
    first = {entry["medicine"]["id"]: entry for entry in reversed(excluded)}
    turns: dict[str, int] = {}
    order: list[tuple[int, int, Mapping[str, Any]]] = []
    for entry in excluded:
        if first[entry["medicine"]["id"]] is entry:
            turns[entry["rule"]] = turns.get(entry["rule"], 0) + 1
            order.append((turns[entry["rule"]], len(order), entry))
    return [entry for _, _, entry in sorted(order, key=lambda item: item[:2])]


def _care(actions: Sequence[Mapping[str, Any]], console: Console) -> None:
    if actions:
        console.print(Text("\nBeside medicines", style="bold"))
    for item in actions:
        category = f"{item['category']}: " if item["category"] else ""
        console.print(Text(f"    {category}{item['care_action']['name']}"))


def _unresolved(items: Sequence[Mapping[str, Any]], console: Console) -> None:
    for item in items:
        near = f"; did you mean {', '.join(item['nearest'])}?" if item["nearest"] else ""
        style = "bold red" if item["blocks_safety"] else "yellow"
        console.print(Text(f"\nNot understood {item['pointer']}: {item['text']} ({item['reason']}{near})", style=style))
