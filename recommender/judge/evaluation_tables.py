"""Draws the figures of an evaluation for people, the model's line above those of its baselines."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

Part = Mapping[str, Any]

RANKS = ("hits@1", "hits@3", "hits@10", "mrr")
LISTS = ("auroc", "average_precision", "recall@100", "recall@1000", "prevalence")
WAYS = {"drug_to_disease": "drug → disease", "disease_to_drug": "disease → drug"}
SHOWN_IDS = 10
HALF = 0.5
"""Share of one metapath above which explanations say all the same."""


def render_evaluation(result: Part, console: Console) -> None:
    """Print what :func:`recommender.judge.evaluation.run_evaluate` answered.

    Args:
        result: its answer.
        console: where to.
    """
    _about(result["evaluated"], console)
    if result["evaluated"]["mode"] == "pairs":
        _list(result, console)
    else:
        _rankings(result, console)
        _cold(result["cold_drugs"], console)
        _not_pairs(result["not_pairs"], console)
        _mechanism(result["mechanism"], console)
        if "permuted" in result:
            _permuted(result["permuted"], console)
    _variety(result["variety"], console)
    _explanations(result["explanations"], console)


def number(value: object) -> str:
    """A figure with three decimals, a dash where there is none."""
    return f"{value:.3f}" if isinstance(value, float) else "–" if value is None else str(value)


def interval(bounds: Sequence[float] | None) -> str:
    """An interval, or nothing."""
    return f" [{bounds[0]:.3f}, {bounds[1]:.3f}]" if bounds else ""


def _about(about: Part, console: Console) -> None:
    what = {
        "split": f"Split, evaluated on {about.get('on')}",
        "folds": f"Cross-validation, {about.get('folds')} folds",
        "pairs": f"List of {about.get('pairs')} pairs, {about.get('positives')} of them positive",
    }[about["mode"]]
    console.print(Text(f"{what}; learned from {about['trained_on']} treatments", style="bold"))
    if about.get("hidden"):
        console.print(Text(f"{about['hidden']} known treatments stand on the list and were hidden from training"))
    if about.get("left_out"):
        ids = about["unknown"]
        more = f" and {len(ids) - SHOWN_IDS} more" if len(ids) > SHOWN_IDS else ""
        named = f"{', '.join(ids[:SHOWN_IDS])}{more}"
        console.print(Text(f"{about['left_out']} rows left out, of ids that the graph does not know: {named}", style="yellow"))


def _table(title: str, head: Sequence[str], rows: Sequence[tuple[str, Sequence[str]]], console: Console) -> None:
    # Not as the table's own title, which would be broken to the table's width.
    console.print(Text(f"\n{title}", style="bold"))
    table = Table()
    table.add_column("")
    for name in head:
        table.add_column(name, justify="right")
    for label, cells in rows:
        # As Text: in a plain string rich would take an interval's brackets for a style.
        table.add_row(Text(label), *map(Text, cells))
    console.print(table)


def _figures(figures: Part, names: Sequence[str], bounds: Part | None = None) -> list[str]:
    return [number(figures.get(name)) + interval((bounds or {}).get(name)) for name in names]


def _rankings(result: Part, console: Console) -> None:
    for way, words in WAYS.items():
        rows = [("model", _figures(result[way], RANKS, result["intervals"][way]))]
        rows += [(name, _figures(parts[way], RANKS)) for name, parts in result["baselines"].items()]
        _table(f"{words}, {result[way]['queries']} queries", ["Hits@1", "Hits@3", "Hits@10", "MRR"], rows, console)
        _test(result["against_floor"][way], console)


def _test(test: Part, console: Console) -> None:
    said = [
        f"{n} {t['difference']:+.3f}{interval(t['interval'])}, p {t['p']:.3g}"
        for n, t in test.items()
        if n in ("hits@10", "mrr")
    ]
    if said:
        console.print(Text(f"against the floor, paired: {'; '.join(said)}", style="dim"))


def _cold(part: Part, console: Console) -> None:
    for way, words in WAYS.items():
        if part[way]["queries"]:
            rows = [
                ("model", _figures(part[way], RANKS, part["intervals"][way])),
                ("floor", _figures(part["floor"][way], RANKS)),
            ]
            title = f"Medicines without a known treatment, {words}, {part[way]['queries']} queries"
            _table(title, ["Hits@1", "Hits@3", "Hits@10", "MRR"], rows, console)
            _test(part["against_floor"][way], console)


def _skipped(title: str, part: Part, console: Console) -> bool:
    if "skipped" in part:
        console.print(Text(f"{title}: not judged, {part['skipped']}", style="yellow"))
    return "skipped" in part


def _not_pairs(part: Part, console: Console) -> None:
    if not _skipped("Non-indications", part, console):
        names = ("auroc", "recall@100", "recall@1000")
        rows = [("model", _figures(part, names))]
        rows += [(name, _figures(figures, names)) for name, figures in part["baselines"].items()]
        title = f"Treatments against {part['pairs']} non-indications (recall: low is good)"
        _table(title, ["AUROC", "recall@100", "recall@1000"], rows, console)


def _mechanism(part: Part, console: Console) -> None:
    if not _skipped("Mechanism", part, console):
        names = [name for name in part if name.startswith("hit@")]
        rows = [("shown paths", _figures(part, names, part["intervals"])), ("random paths", _figures(part["random"], names))]
        _table(f"A curated gene among the first k paths, {part['pairs']} pairs", names, rows, console)


def _permuted(part: Part, console: Console) -> None:
    rows = []
    for way, words in WAYS.items():
        for name in ("hits@10", "mrr"):
            share = part[way]["share_of_real_gain"].get(name)
            cells = [part[way]["real"][f"{name} gain"], part[way][f"{name} gain"], share]
            rows.append((f"{words}, {name}", [number(cell) for cell in cells]))
    title = f"Gain over the degree prior, real graph and mean of {part['graphs']} permuted ones"
    _table(title, ["real", "permuted", "share"], rows, console)


def _variety(part: Part, console: Console) -> None:
    if part["share"] is None:
        console.print(Text("Variety: nothing is suggested", style="yellow"))
        return
    style = "bold red" if part["share"] > HALF else ""
    said = f"{part['share']:.3f} of the first paths of {part['suggestions']} suggestions are {part['commonest']}"
    warning = ": explanations that all say the same explain nothing" if part["share"] > HALF else ""
    console.print(Text(f"Variety: {said}{warning}", style=style))


def _explanations(part: Part, console: Console) -> None:
    if part["paths"]:
        names = ("comprehensiveness", "control", "sufficiency", "true", "weight_error", "sum_error", "formula_error")
        cells = [number(part[n]) for n in names[:4]] + [f"{part[n]:.1e}" for n in names[4:]]
        head = [name.replace("_", " ") for name in names]
        rows = [("shares and errors", cells)]
        _table(f"Explanations of {part['suggestions']} suggestions, {part['paths']} paths", head, rows, console)


def _list(result: Part, console: Console) -> None:
    systems = {"model": result, "degree prior": result["prior"], **result["baselines"]}
    rows = [(n, _figures(figures, LISTS, result["intervals"] if n == "model" else None)) for n, figures in systems.items()]
    _table("List", ["AUROC", "average precision", "recall@100", "recall@1000", "prevalence"], rows, console)
