"""Draws answers to questions for people in a hurry: the danger first, one screen, colours only on a terminal."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

SHOWN = 8
"""How many rows of a list are drawn; the rest is in the JSON."""
COUNTERFACTUALS = {
    "evidence": "of what is on file",
    "edges": "of the graph",
    "other_edges": "of the graph, known treatments aside",
}
COLOURS = {"exclude": "bold red", "sign-off": "bold yellow", "caution": "yellow", "note": "dim"}


def draw_why_not(found: Mapping[str, Any], console: Console) -> None:
    """Print why a medicine is not suggested."""
    style = {"excluded": "bold red", "suggested": "bold green"}.get(found["standing"], "bold")
    console.print(Text(f"{found['medicine']['name']}: {found['standing']}", style=style))
    console.print(Text(found["sentence"]))
    _findings(found["findings"], console, proofs=True)
    if found["gap"] and found["rank"]:
        place = f"rank {found['rank']['rank']} of {found['rank']['of']}, score {found['score']:.2f}"
        console.print(Text(f"    {place}; {found['gap']['last_shown']['name']} has {found['gap']['its_score']:.2f}"))
    _paths(found["paths"], console)
    if found["nearest"]:
        console.print(Text(f"    nearest way: {found['nearest']['drawn']}"), soft_wrap=True)


def draw_explained(found: Mapping[str, Any], console: Console) -> None:
    """Print one medicine of an answer in full."""
    place = f", place {found['rank']['rank']} of {found['rank']['of']}" if found["rank"] else ""
    console.print(Text(f"{found['medicine']['name']}: {found['standing']}{place}, score {found['score']:.2f}", style="bold"))
    _findings(found["findings"], console, proofs=True)
    for pair in found["contradictions"]:
        sides = [", ".join(sorted({e["source"] for e in pair[side]})) for side in ("for", "against")]
        text = f"    sources disagree on {pair['condition']['name']}: for {sides[0]}; against {sides[1]}"
        console.print(Text(text, style="yellow"), soft_wrap=True)
    console.print(Text("What carries it", style="bold"))
    _paths(found["paths"], console)
    parts = found["contributions"]
    console.print(
        Text(f"    {parts['remainder']:+.2f}  paths not shown; {parts['intercept']:+.2f} for any medicine", style="dim")
    )
    for name, rows in (("by evidence", parts["evidence"]), ("by metapath", parts["metapaths"])):
        told = (f"{r['node']['name'] if 'node' in r else r['metapath']} {r['amount']:+.2f}" for r in rows[:SHOWN])
        console.print(Text(f"    {name}: {', '.join(told)}"), soft_wrap=True)
    for name in ("sources", "levels"):
        told = (f"{key} {amount:+.2f}" for key, amount in list(parts[name].items())[:SHOWN])
        console.print(Text(f"    by {name.rstrip('s')}: {', '.join(told)}"), soft_wrap=True)
    figures = found["faithfulness"]
    if figures:
        shares = f"the shown edges carry {figures['comprehensiveness']:.0%}, as many others {figures['control']:.0%}"
        console.print(Text(f"    faithfulness: {shares}; alone they give {figures['sufficiency']:.0%}"), soft_wrap=True)
    if found["counterfactual"]:
        console.print(Text("What would change it", style="bold"))
        for name, text in COUNTERFACTUALS.items():
            console.print(Text(f"    {text}: {_counterfactual(found['counterfactual'][name])}"), soft_wrap=True)


def _counterfactual(found: Mapping[str, Any]) -> str:
    if not found["flips"]:
        return "nothing does" if found["exact"] else f"nothing found; it takes at least {found['at_least']}"
    removed = "; ".join(item.get("drawn") or item["name"] for item in found["removed"])
    after = f"place {found['after']['rank']}" if found["after"] and found["after"]["rank"] else "off the list"
    bound = "" if found["exact"] else f" (at least {found['at_least']} are needed)"
    ahead = f", behind {found['overtaken_by']['name']}" if found["overtaken_by"] else ""
    return f"without {removed}: place {found['before']['rank']} → {after}{ahead}{bound}"


def draw_compared(found: Mapping[str, Any], console: Console) -> None:
    """Print two medicines side by side."""
    first, second = found["medicines"]
    for side in found["medicines"]:
        _findings([f for f in side["findings"] if f["severity"] in ("exclude", "sign-off")], console)
    table = Table("", first["medicine"]["name"], second["medicine"]["name"], title=found["sentence"], title_justify="left")
    table.add_row("standing", first["standing"], second["standing"])
    table.add_row("rank", *(str(side["rank"]["rank"]) if side["rank"] else "none" for side in (first, second)))
    table.add_row("score", *(f"{side['score']:.2f}" for side in (first, second)))
    for part in found["parts"][:SHOWN]:
        table.add_row(part["metapath"], *(f"{amount:+.2f}" for amount in part["amounts"]))
    for severity in ("caution", "note"):
        counts = [str(sum(f["severity"] == severity for f in side["findings"])) for side in (first, second)]
        table.add_row(f"{severity}s", *counts)
    console.print(table)
    for side, paths in zip(found["medicines"], found["only"], strict=True):
        if paths:
            console.print(Text(f"only {side['medicine']['name']}:", style="bold"))
            _paths(paths[:SHOWN], console)


def draw_difference(found: Mapping[str, Any], console: Console) -> None:
    """Print what a change would move."""
    changed = found["changed"]
    console.print(
        Text(f"If added: {', '.join(changed['added']) or 'nothing'}; removed: {', '.join(changed['removed']) or 'nothing'}")
    )
    for word, head, style in (("arise", "now ruled out", "bold red"), ("fall", "no longer ruled out", "green")):
        for rule, names in _by_rule(found["exclusions"][word]).items():
            console.print(Text(f"  {head} ({rule}): {', '.join(names)}", style=style))
    for word, head in (("arise", "now to watch"), ("fall", "no longer to watch")):
        for alert in found["alerts"][word]:
            console.print(Text(f"  {head}: {alert['sentence']}", style="yellow"), soft_wrap=True)
    table = Table("medicine", "before", "after", "score", title="What moves", title_justify="left")
    for row in found["moved"][:SHOWN]:
        before, after = row["before"], row["after"]
        scores = [f"{place['score']:.2f}" if place else "–" for place in (before, after)]
        table.add_row(row["medicine"]["name"], _place(before), _place(after), " → ".join(scores))
    console.print(table if found["moved"] else Text("Nothing moves."))
    for change in found["paths"][:SHOWN]:
        for word, sign in (("appear", "+"), ("disappear", "−")):
            for path in change[word]:
                console.print(
                    Text(f"  {sign} {change['medicine']['name']}: {path['contribution']:+.2f}  {path['drawn']}"), soft_wrap=True
                )


def _by_rule(entries: Sequence[Mapping[str, Any]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for entry in entries:
        names = found.setdefault(entry["rule"], [])
        if entry["medicine"]["name"] not in names:
            names.append(entry["medicine"]["name"])
    return found


def _place(place: Mapping[str, Any] | None) -> str:
    if place is None:
        return "not listed"
    word = {"recommendations": "", "needs_sign_off": "sign-off ", "exploratory": "exploratory "}[place["list"]]
    return f"{word}{place['rank']}"


def _findings(findings: Sequence[Mapping[str, Any]], console: Console, *, proofs: bool = False) -> None:
    for finding in findings[:SHOWN]:
        line = Text(f"    {finding['severity']} ({finding['rule']}): {finding['sentence']}", style=COLOURS[finding["severity"]])
        console.print(line, soft_wrap=True)
        if proofs and finding["proof"]["edges"]:
            said = "; ".join(
                f"{e['kind'].lower().replace('_', ' ')} [{e['source']} {e['source_version']}, {e['knowledge_level']}]".replace(
                    " ,", ","
                )
                for e in finding["proof"]["edges"]
            )
            console.print(Text(f"        by {said} · proof {finding['proof']['hash'][:12]}", style="dim"), soft_wrap=True)
    if len(findings) > SHOWN:
        console.print(Text(f"    and {len(findings) - SHOWN} more (--json)", style="dim"))


def _paths(paths: Sequence[Mapping[str, Any]], console: Console) -> None:
    opened: list[Mapping[str, Any]] = []
    for path in paths:
        line = Text(f"    {path['contribution']:+.2f}  {path['drawn']}")
        line.append(f"  [{path['edges'][-1]['source']}, {path['weakest']['knowledge_level']}]", style="dim")
        console.print(line, soft_wrap=True)
        prediction = path.get("prediction")
        if prediction and prediction not in opened:
            opened.append(prediction)
            _prediction(prediction, console)


def _prediction(prediction: Mapping[str, Any], console: Console) -> None:
    """What a prediction rests on, down to the values on file."""
    low, high = prediction["interval"]
    console.print(Text(f"        {prediction['why']} [{low:.0%} to {high:.0%}]"), soft_wrap=True)
    explanation = prediction["explanation"]
    parts = explanation.get("contributions", ())
    for part in parts[:SHOWN]:
        place = f" (on file: {part['record']})" if part["record"] else ""
        text = f"            {part['amount']:+.2f}  {part['label']}: {part['value']}{place}"
        console.print(Text(text, style="dim"), soft_wrap=True)
    if len(parts) > SHOWN:
        console.print(Text(f"            and {len(parts) - SHOWN} more (--json)", style="dim"))
    if explanation.get("alike"):
        console.print(Text(f"            {explanation['alike']}", style="dim"), soft_wrap=True)
