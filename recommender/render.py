"""Draws an answer for people: a table, each path as one line, the exclusions with their reason, colours only on a terminal."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from rich.console import Console
from rich.table import Table
from rich.text import Text

from recommender.request import Reader

SHOWN_EXCLUSIONS = 5
SHOWN_CAUTIONS = 3
PLAIN_PATHS = 2
SHOWN_NAMES = 6
SAME = "same condition"


def render(body: Mapping[str, Any], console: Console, *, cypher: bool = False) -> None:
    """Print an answer's body.

    Args:
        body: of the answer.
        console: where to.
        cypher: whether to print, under each path, what shows it in Neo4j Browser.
    """
    _head(body, console)
    _alerts(body["alerts"], console)
    if body.get("together"):
        _together(body["together"], console, plain=body["reader"] == Reader.PATIENT)
    if not body["recommendations"]:
        none = "No safe suggestion." if body["excluded"] else "No suggestion: no medicine is known to treat what is on file."
        console.print(none, style="bold")
    for item in body["recommendations"]:
        _suggestion(item, console, cypher=cypher, plain=body["reader"] == Reader.PATIENT)
    _below_the_line(body["needs_sign_off"], console)
    exploratory = body.get("exploratory")
    if exploratory is not None:
        _exploratory(exploratory, console, cypher=cypher)
    _excluded(body["excluded"], console)
    _care(body["care_actions"], console)
    _unresolved(body, console)
    if cypher:
        _statement([*body["recommendations"], *(exploratory or ())], console)
    console.print(Text(f"\n{body['notice']}", style="dim"))
    console.print(Text(f"answer {body['id']} · snapshot {body['snapshot'][:12]} · as of {body['as_of']}", style="dim"))


def _head(body: Mapping[str, Any], console: Console) -> None:
    patient = body["patient"]
    if patient:
        about = [patient["id"] or "case", patient["sex"] or "sex not on file"]
        about.append(f"{patient['age']} years" if patient["age"] is not None else "age not on file")
        about += [word for word in ("pregnant", "synthetic") if patient[word]]
        console.print(Text(f"Patient {', '.join(about)}", style="bold"))
        if not body["screened"]:
            console.print(Text("Not screened for safety: an allergy or a medicine in use is not known", style="bold red"))
    else:
        console.print(Text("For no patient: not screened for safety", style="bold red"))
    names = [f"{e['node']['name']} ({e['weight']:.2g})" for e in body["evidence"]]
    console.print(Text("Evidence " + (", ".join(names) or "none")))


def _alerts(alerts: Sequence[Mapping[str, Any]], console: Console) -> None:
    """What several suggestions share, said once, the most severe first."""
    for alert in alerts:
        if alert["severity"] != "note":
            names = ", ".join(node["name"] for node in alert["medicines"])
            console.print(Text(f"{alert['severity']}: {alert['sentence']} ({names})", style="yellow"))


def _below_the_line(items: Sequence[Mapping[str, Any]], console: Console) -> None:
    """Medicines that need a sign-off, each with what a clinician must confirm first; without their paths."""
    if not items:
        return
    console.print(Text("\nBelow the line: only after a clinician's sign-off", style="bold yellow"))
    for item in items[:SHOWN_EXCLUSIONS]:
        console.print(Text(f"    {item['medicine']['name']}  score {item['score']:.2f}"))
        for finding in item["cautions"]:
            if finding["severity"] == "sign-off":
                confirm = f" Confirm {finding['confirm'].rstrip('.')}." if finding["confirm"] else ""
                console.print(Text(f"        {finding['sentence']}{confirm}", style="yellow"), soft_wrap=True)
    if len(items) > SHOWN_EXCLUSIONS:
        console.print(Text(f"    and {len(items) - SHOWN_EXCLUSIONS} more (--json)", style="dim"))


def _together(found: Mapping[str, Any], console: Console, *, plain: bool) -> None:
    """A set to be used together: what to mind and what is left out first, then each medicine with what it is for."""
    chosen = found["chosen"]
    console.print(Text("\nA set to be used together", style="bold green" if chosen["medicines"] else "bold"))
    own = [(item["medicine"]["name"], caution) for item in chosen["medicines"] for caution in item["cautions"]]
    for caution in [*chosen["alerts"], *chosen["cautions"], *(caution for _, caution in own)]:
        if caution["severity"] == "caution":
            console.print(Text(f"    caution: {caution['sentence']}", style="yellow"), soft_wrap=True)
    left: dict[str, list[str]] = {}
    for item in chosen["uncovered"]:
        left.setdefault(item["sentence"], []).append(item["condition"]["name"])
    for sentence, names in left.items():
        console.print(Text(f"    without: {', '.join(names)}. {sentence}", style="yellow"), soft_wrap=True)
    in_use = {item["condition"]["id"]: [node["name"] for node in item["in_use"]] for item in found["conditions"]}
    for item in chosen["medicines"]:
        told = []
        for cover in item["covers"]:
            taken = ", ".join(in_use[cover["condition"]["id"]])
            told.append(cover["condition"]["name"] + (f" (beside {taken})" if taken else ""))
        console.print(Text(f"    {item['medicine']['name']} for {', '.join(told)}", style="green"), soft_wrap=True)
    if not plain:
        proved = "no set is better" if chosen["exact"] else "not proved to be the best"
        greedy = f"the greedy set covers {found['greedy']['covered']}, value {found['greedy']['value']:.2f}"
        covered = f"{chosen['covered']} of {len(found['conditions'])} conditions, value {chosen['value']:.2f}"
        console.print(Text(f"    {covered} ({proved}; {greedy})", style="dim"), soft_wrap=True)


def _marks(item: Mapping[str, Any], console: Console) -> None:
    """With which of the other suggestions a medicine may not be used, which it is chosen instead of, and which go with it."""
    alternatives, usable = item["alternatives"] or (), item["usable_with"] or ()
    barred = [f"{a['medicine']['name']} ({a['reason']})" for a in alternatives if a["reason"] != SAME]
    same = [a["medicine"]["name"] for a in alternatives if a["reason"] == SAME]
    careful = [f"{u['medicine']['name']}{' (caution)' * bool(u['cautions'])}" for u in usable]
    for head, names, style in (("not with", barred, "red"), ("instead of", same, "dim"), ("goes with", careful, "dim")):
        more = f" and {len(names) - SHOWN_NAMES} more" if len(names) > SHOWN_NAMES else ""
        if names:
            console.print(Text(f"    {head}: {', '.join(names[:SHOWN_NAMES])}{more}", style=style), soft_wrap=True)


def _exploratory(items: Sequence[Mapping[str, Any]], console: Console, *, cypher: bool) -> None:
    """The second list under a heading of its own, with the reason why none of it is established."""
    console.print(Text("\nFor research: exploratory, not established", style="bold magenta"))
    why = next((item["research"] for item in items), "The walk leads to no medicine beside those that are known to treat this.")
    console.print(Text(why, style="magenta"))
    for item in items:
        _suggestion(item, console, cypher=cypher)


def _plain_suggestion(item: Mapping[str, Any], console: Console) -> None:
    """A suggestion for the patient: sentences, no figures."""
    console.print(Text(f"\n{item['rank']:>2}. {item['medicine']['name']}", style="bold green"))
    for path in item["paths"][:PLAIN_PATHS]:
        console.print(Text(f"    {path['sentence']}"))
    for caution in item["cautions"][:SHOWN_CAUTIONS]:
        console.print(Text(f"    {caution['sentence']}", style="yellow"))
    for mark in item["alternatives"] or ():
        if mark["reason"] != SAME:
            console.print(Text(f"    {mark['sentence']}", style="red"))


def _suggestion(item: Mapping[str, Any], console: Console, *, cypher: bool, plain: bool = False) -> None:
    first = item["paths"][0]["sentence"] if item["paths"] else ""
    if plain:
        _plain_suggestion(item, console)
        return
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
    if item["faithfulness"]:
        shares = item["faithfulness"]
        told = f"the shown edges carry {shares['comprehensiveness']:.0%}, as many others {shares['control']:.0%}"
        console.print(Text(f"    faithfulness: {told}", style="dim"))
    if first:
        console.print(Text(f"    because {first}", style="italic"))
    shown = [c for c in item["cautions"] if c["severity"] == "caution"]
    for caution in shown[:SHOWN_CAUTIONS]:
        console.print(Text(f"    caution: {caution['sentence']}", style="yellow"), soft_wrap=True)
    _marks(item, console)
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


def _unresolved(body: Mapping[str, Any], console: Console) -> None:
    for item in body["unresolved"]:
        near = f"; did you mean {', '.join(item['nearest'])}?" if item["nearest"] else ""
        style = "bold red" if item["blocks_safety"] else "yellow"
        console.print(Text(f"\nNot understood {item['pointer']}: {item['text']} ({item['reason']}{near})", style=style))
    for item in body.get("predictors_refused", ()):
        console.print(Text(f"\nNot asked, the predictor {item['predictor']}: {item['reason']}", style="yellow"))
