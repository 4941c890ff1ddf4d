"""Writes the figures of an evaluation as one page: everything inside it, nothing loaded, no script.

A part that the evaluation did not make is left out of the page. All text from the graph is escaped.
"""

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from html import escape
from pathlib import Path
from typing import Any

from recommender.errors import EvaluationError
from recommender.judge.evaluation_tables import HALF, LISTS, RANKS, WAYS, interval, number
from recommender.judge.report_plots import bars_plot, degree_plot, rankings_plot, reliability_plot

Part = Mapping[str, Any]

HEADS = {"hits@1": "Hits@1", "hits@3": "Hits@3", "hits@10": "Hits@10", "mrr": "MRR", "average_precision": "average precision"}
ERRORS = ("weight_error", "sum_error", "formula_error")
STYLE = """
:root { color-scheme: light; }
body { font: 16px/1.5 system-ui, sans-serif; color: #1b2733; background: #fff; }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.2rem; margin-top: 2.5rem; border-bottom: 1px solid #d5dbe1; }
table { border-collapse: collapse; margin: 1rem 0; font-variant-numeric: tabular-nums; font-size: .9rem; }
caption { text-align: left; font-weight: 600; padding-bottom: .3rem; }
th, td { text-align: right; padding: .2rem .7rem; border-bottom: 1px solid #e4e8ec; vertical-align: top; }
th:first-child, .words td:last-child { text-align: left; } tbody tr:first-child { font-weight: 600; }
.plain tbody tr { font-weight: 400; }
figure { margin: 1rem 0; } figure svg { max-width: 100%; height: auto; } figcaption { color: #52606d; font-size: .85rem; }
.warning { background: #fff4e0; border-left: 4px solid #b0803a; padding: .5rem .8rem; } .quiet { color: #52606d; }
article { border-left: 3px solid #d5dbe1; padding-left: .9rem; margin: 1.2rem 0; } article h3 { font-size: 1rem; margin: 0; }
""".strip()
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


def write_report(result: Part, path: Path) -> Path:
    """Write the page.

    Args:
        result: what :func:`recommender.judge.evaluation.run_evaluate` answered, with ``calibration`` beside it where there is
            one: ``curve`` (rows of predicted, observed and number of pairs) and ``brier``.
        path: the file; what was there is replaced whole.

    Raises:
        EvaluationError: when it cannot be written.
    """
    page = report_page(result)
    partial = path.with_name(f"{path.name}.{os.getpid()}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial.write_text(page, encoding="utf-8")
        return partial.replace(path)
    except OSError as error:
        with suppress(OSError):
            partial.unlink()
        raise EvaluationError(f"the report cannot be written to {path}: {error.strerror}") from error


def report_page(result: Part) -> str:
    """The page as HTML."""
    body = "".join(f"<section><h2>{escape(title)}</h2>{text}</section>" for title, text in _sections(result))
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><title>Report of the recommender</title>'
        f"<style>{STYLE}</style></head><body><main><h1>How well the recommender ranks, and why</h1>{_about(result)}{body}"
        f"</main></body></html>\n"
    )


def _sections(result: Part) -> list[tuple[str, str]]:
    parts: Sequence[tuple[str, str, Callable[[Any], str]]] = (
        ("Rankings beside baselines", "drug_to_disease", lambda _: _rankings(result)),
        ("List beside baselines", "auroc", lambda _: _list(result)),
        ("Medicines without a known treatment", "cold_drugs", _cold),
        ("Is it more than degree?", "permuted", _permuted),
        ("Degree against rank", "queries", degree_plot),
        ("Non-indications", "not_pairs", _not_pairs),
        ("Reliability", "calibration", _calibration),
        ("Weights by metapath", "metapaths", _weights),
        ("Variety of explanations", "variety", _variety),
        ("Do the shown paths carry the score?", "explanations", _explanations),
        ("Do the paths go where the medicine works?", "mechanism", _mechanism),
        ("By disease area", "areas", _areas),
        ("The worst misses", "failures", _failures),
    )
    return [(title, draw(result[name])) for title, name, draw in parts if result.get(name)]


def _about(result: Part) -> str:
    about = result.get("evaluated", {})
    kept = {name: value for name, value in about.items() if name != "unknown"}
    facts = ", ".join(f"{name.replace('_', ' ')}: {value}" for name, value in kept.items())
    unknown = about.get("unknown") or ()
    missing = f'<p class="warning">Not known to the graph: {escape(", ".join(unknown))}</p>' if unknown else ""
    return f'<p class="quiet">{escape(facts)}</p>{missing}'


def table(caption: str, head: Sequence[str], rows: Iterable[tuple[str, Sequence[str]]], kind: str = "") -> str:
    """A table; texts are escaped.

    Args:
        caption: its title.
        head: of all columns but the first.
        rows: a label and the other cells of each.
        kind: ``plain`` where the first row is not the one that matters, ``words`` where the last column is text.
    """
    top = "".join(f'<th scope="col">{escape(name)}</th>' for name in ("", *head))
    lines = "".join(
        f'<tr><th scope="row">{escape(label)}</th>{"".join(f"<td>{escape(cell)}</td>" for cell in cells)}</tr>'
        for label, cells in rows
    )
    named = f' class="{kind}"' if kind else ""
    return f"<table{named}><caption>{escape(caption)}</caption><thead><tr>{top}</tr></thead><tbody>{lines}</tbody></table>"


def _row(figures: Part, names: Sequence[str], bounds: Part | None = None) -> list[str]:
    return [number(figures.get(name)) + interval((bounds or {}).get(name)) for name in names]


def _heads(names: Sequence[str]) -> list[str]:
    return [HEADS.get(name, name.upper() if name == "auroc" else name) for name in names]


def _rankings(result: Part) -> str:
    text = rankings_plot(result)
    for way, words in WAYS.items():
        rows = [("model", _row(result[way], RANKS, result.get("intervals", {}).get(way)))]
        rows += [(name, _row(part[way], RANKS)) for name, part in result["baselines"].items()]
        text += table(f"{words}, {result[way]['queries']} queries", _heads(RANKS), rows)
        text += _test(result.get("against_floor", {}).get(way))
    return text


def _test(test: Part | None) -> str:
    if not test:
        return ""
    said = [f"{HEADS[n]} {t['difference']:+.3f}{interval(t['interval'])}, p {t['p']:.3g}" for n, t in test.items()]
    return f'<p class="quiet">Against the floor, paired bootstrap: {escape("; ".join(said))}</p>'


def _list(result: Part) -> str:
    systems = {"model": result, "degree prior": result.get("prior", {}), **result.get("baselines", {})}
    bounds = result.get("intervals", {})
    rows = [(name, _row(part, LISTS, bounds if name == "model" else None)) for name, part in systems.items()]
    return table("Figures of the list", _heads(LISTS), rows)


def _cold(part: Part) -> str:
    text = ""
    for way, words in WAYS.items():
        rows = [("model", _row(part[way], RANKS, part["intervals"][way])), ("floor", _row(part["floor"][way], RANKS))]
        text += table(f"{words}, {part[way]['queries']} queries", _heads(RANKS), rows) + _test(part["against_floor"][way])
    return text


def _permuted(part: Part) -> str:
    rows = []
    for way, words in WAYS.items():
        for name in ("hits@10", "mrr"):
            cells = part[way]["real"][f"{name} gain"], part[way][f"{name} gain"], part[way]["share_of_real_gain"].get(name)
            rows.append((f"{words}, {HEADS[name]}", [number(cell) for cell in cells]))
    caption = f"Gain over the degree prior: the real graph, and the mean of {part['graphs']} permuted ones"
    return table(caption, ["real", "permuted", "share"], rows, "plain")


def _skipped(part: Part) -> str:
    return f"<p>Not judged: {escape(str(part['skipped']))}.</p>"


def _not_pairs(part: Part) -> str:
    if "skipped" in part:
        return _skipped(part)
    names = ("auroc", "recall@100", "recall@1000")
    rows = [("model", _row(part, names))] + [(name, _row(figures, names)) for name, figures in part["baselines"].items()]
    return table(f"Treatments against {part['pairs']} non-indications (recall: low is good)", _heads(names), rows)


def _mechanism(part: Part) -> str:
    if "skipped" in part:
        return _skipped(part)
    names = [name for name in part if name.startswith("hit@")]
    rows = [
        ("shown paths", _row(part, names, part["intervals"])),
        ("random paths of the same pair", _row(part["random"], names)),
    ]
    return table(f"A gene of the curated mechanism among the first k paths, {part['pairs']} pairs", names, rows)


def _calibration(part: Part) -> str:
    brier = f"<p>Brier score {escape(number(part['brier']))}.</p>" if "brier" in part else ""
    return (reliability_plot(part) if part.get("curve") else "") + brier


def _weights(rows: Sequence[Part]) -> str:
    weights = {row["code"]: float(row["weight"]) for row in rows}
    lines = [(row["code"], [number(float(row["weight"])), row["sentence"]]) for row in rows]
    return bars_plot(weights, "weight", "Learned weights of metapaths") + table(
        "Metapaths by weight; {0} is the condition", ["weight", "sentence"], lines, "plain words"
    )


def _variety(part: Part) -> str:
    if not part.get("suggestions"):
        return "<p>Nothing is suggested.</p>"
    text = f"{part['share']:.3f} of the first paths of {part['suggestions']} suggestions are {part['commonest']}"
    loud = ' class="warning"' if part["share"] > HALF else ""
    more = ": explanations that all say the same explain nothing" if loud else ""
    plot = bars_plot(part["by_metapath"], "suggestions", "Metapaths of the first paths, before any choice for diversity")
    return f"<p{loud}>{escape(text + more)}.</p>{plot}"


def _explanations(part: Part) -> str:
    if not part.get("paths"):
        return "<p>Nothing is explained.</p>"
    rows = [
        ("fall without the shown paths' links, share of the score", [number(part["comprehensiveness"])]),
        ("fall without as many other links", [number(part["control"])]),
        ("score of the shown paths alone, share of the score", [number(part["sufficiency"])]),
        ("share of the paths that stand in the graph", [number(part["true"])]),
        *((f"largest {name.replace('_', ' ')}, relative", [f"{part[name]:.1e}"]) for name in ERRORS),
    ]
    return table(f"{part['suggestions']} suggestions, {part['paths']} paths", ["value"], rows, "plain")


def _areas(areas: Part) -> str:
    text = ""
    for way, words in WAYS.items():
        rows = [(name, [str(part[way]["queries"]), *_row(part[way], RANKS)]) for name, part in areas.items()]
        text += table(words, ["queries", *_heads(RANKS)], rows, "plain")
    return text


def _failures(rows: Sequence[Part]) -> str:
    return "".join(_failure(row) for row in rows)


def _failure(row: Part) -> str:
    ranks = ", ".join(f"{words} {row['rank'][way]:g}" for way, words in WAYS.items())
    before = ", ".join(item["name"] for item in row["before"])
    paths = "".join(
        f"<li>{escape(path['sentence'])} ({escape(path['metapath'])}, {path['contribution']:+.2f})</li>"
        for path in row["paths"]
    )
    because = f" The first because {escape(row['before_because'])}." if row.get("before_because") else ""
    return (
        f"<article><h3>{escape(row['medicine']['name'])} for {escape(row['condition']['name'])}</h3>"
        f'<p class="quiet">rank {escape(ranks)}; score {row["score"]:.2f}</p><p>Why: {escape(row["why"])}.</p>'
        + (f"<p>Before it: {escape(before)}.{because}</p>" if before else "")
        + (f"<ul>{paths}</ul>" if paths else "<p>No path.</p>")
        + "</article>"
    )
