"""The report on predictors as one page: everything inside it, nothing loaded, no script; all text is escaped."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from recommender.judge.evaluation_tables import interval, number
from recommender.judge.plots.canvas import Plot, as_svg
from recommender.judge.population_plots import Population
from recommender.judge.predictor_story import Story
from recommender.judge.report import POLICY, STYLE, table
from recommender.outcomes import LEAST_PEOPLE
from recommender.predictors.shape import ModelCard

MEASURES = (
    "roc_auc",
    "average_precision",
    "brier",
    "calibration_error",
    "accuracy",
    "precision",
    "recall",
    "f1",
    "r_squared",
    "mean_absolute_error",
    "root_mean_squared_error",
)
WORDS = {"roc_auc": "ROC-AUC", "f1": "F1", "brier": "Brier", "r_squared": "R²"}
MORE = """
figure h4 { margin: 1.4rem 0 .2rem; font-size: 1rem; } nav a { margin-right: 1rem; } details { margin: 1rem 0; }
.wide { overflow-x: auto; } .wide table { font-size: .78rem; } .wide th, .wide td { padding: .2rem .35rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; }
dt { font-weight: 600; } dd { margin: 0; }
""".strip()


@dataclass(frozen=True)
class Section:
    """A part of the page: its title, its HTML before the plots, the plots, and its HTML behind them."""

    title: str
    before: str
    plots: tuple[Plot, ...] = ()
    behind: str = ""


def page_of(sections: Sequence[Section]) -> str:
    """The page as HTML."""
    links = " ".join(f'<a href="#part{i}">{escape(section.title)}</a>' for i, section in enumerate(sections))
    body = "".join(_section(i, section) for i, section in enumerate(sections))
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><title>Report on the predictors</title>'
        f"<style>{STYLE}\n{MORE}</style></head><body><main><h1>What the predictors learn from, say, and rest on</h1>"
        f"<nav>{links}</nav>{body}</main></body></html>\n"
    )


def _section(place: int, section: Section) -> str:
    plots = "".join(as_svg(plot) for plot in section.plots)
    return f'<section id="part{place}"><h2>{escape(section.title)}</h2>{section.before}{plots}{section.behind}</section>'


def flow_section(plot: Plot) -> Section:
    """How data flow, and how to read the rest."""
    text = (
        "<p>Every figure is of rows that the model had not seen when it was fitted. Intervals are at 95 %, of draws of people. "
        "Orange is who had the outcome, blue who had not, green the model that serves.</p>"
    )
    return Section("Data flow", text, (plot,))


def story_section(story: Story, plots: Sequence[Plot]) -> Section:
    """A table: what it is, its plots, its candidates, its card."""
    made = story.table
    facts = {
        "rows": f"{len(made):,}, of {story.fitted.comparison.people:,} people",
        "outcome": made.target_name or "the target",
        "source": made.source or "not said",
        "nobody in it ever lived": "yes: synthetic" if made.synthetic else "",
        "refused": _refused(story.read),
    }
    optimism = ""
    if story.optimism is not None:
        told = story.optimism
        optimism = (
            f"<p>Selecting columns once, outside the folds, would have told ROC-AUC {told.outside:.3f} of a logistic "
            f"regression that has {told.inside:.3f}: an optimism of {told.gap:+.3f} that the figures here are without.</p>"
        )
    behind = f'<div class="wide">{_candidates(story)}</div>{optimism}{card_html(story.card)}'
    return Section(made.name, f"{_list(facts)}{_shown(story)}", tuple(plots), behind)


def _shown(story: Story) -> str:
    """What of single people is on the page."""
    if story.table.synthetic:
        return ""
    if story.example.line:
        return (
            f'<p class="warning">Line {story.example.line} of the table is shown as it stands, since it was asked for: keep '
            "this page where the table may be kept.</p>"
        )
    return (
        f'<p class="quiet">No row of a person is shown. The radar and the explanation are of {escape(story.example.words)}; '
        f"points are means of {LEAST_PEOPLE} people or more, bars of fewer are pooled, and smaller counts are not told.</p>"
    )


def _refused(read: Mapping[str, Any]) -> str:
    rows, values = read.get("quarantined", 0), read.get("refused_values", 0)
    left = "; ".join(f"{one['column']} left out: {one['reason']}" for one in read.get("left_out", ()))
    notes = "; ".join(read.get("notes", ()))
    return "; ".join(part for part in (f"{rows:,} rows and {values:,} values", left, notes) if part)


def _list(facts: Mapping[str, str]) -> str:
    lines = "".join(f"<dt>{escape(name)}</dt><dd>{escape(text)}</dd>" for name, text in facts.items() if text)
    return f"<dl>{lines}</dl>"


def _candidates(story: Story) -> str:
    comparison = story.fitted.comparison
    known = [name for name in MEASURES if name in comparison.winner.figures]
    rows = []
    for row in comparison.rows:
        serves = " (serves)" if row.name == comparison.promoted else ""
        figures = (row.figures[name].payload() for name in known)
        cells = [
            number(value) + interval([low, high] if low is not None and high is not None else None)
            for value, low, high in figures
        ]
        rows.append((f"{row.label}{serves}", [*cells, f"{row.coverage.covered:.3f}", f"{row.seconds:.1f}"]))
    head = [*map(_name, known), "covered", "seconds"]
    caption = f"All candidates, {comparison.repeats} × {comparison.folds} outer folds. {comparison.promoted}: {comparison.why}"
    return table(caption, head, rows, "plain")


def card_html(card: ModelCard) -> str:
    """A model card, folded up."""
    facts = {"purpose": card.purpose, "promoted": card.promoted}
    facts |= {_name(name): text for name, value in card.data.items() if (text := _words(value))}
    facts |= {_name(name): text for name, value in card.figures.items() if (text := _words(value))}
    facts |= {f"limit {i}": text for i, text in enumerate(card.limits, start=1)}
    facts |= {_name(name): text for name, value in card.made.items() if (text := _words(value))}
    return f"<details open><summary>Model card of {escape(card.name)}</summary>{_list(facts)}</details>"


def _name(figure: str) -> str:
    return WORDS.get(figure, figure.replace("_", " "))


def _words(value: Any) -> str:
    """A figure with its interval, or several by name; lists of points are drawn and not told."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        parts = ((name, _words(part)) for name, part in value.items())
        return ", ".join(f"{_name(name)} {text}" for name, text in parts if text)
    if isinstance(value, list | tuple):
        told = [one for one in value if isinstance(one, int | float)]
        if len(told) != len(value) or len(told) != 3:
            return ""
        return f"{told[0]:.3f} ({told[1]:.3f} to {told[2]:.3f})"
    return f"{value:.3f}" if isinstance(value, float) else str(value)


def population_section(population: Population, plots: Sequence[Plot]) -> Section:
    """The patients of the store, and their groups."""
    text = f"<p>{population.people:,} patients.</p>"
    if population.why_none:
        text += f'<p class="quiet">No groups: {escape(population.why_none)}.</p>'
    rows = [
        (str(i), [f"{group.people:,}", f"{group.stability:.2f}", group.description])
        for i, group in enumerate(population.told(), start=1)
    ]
    behind = table("Groups in words", ["people", "stability", "what distinguishes them"], rows, "plain words") if rows else ""
    return Section("Patients of the store", text, tuple(plots), behind)


def cards_section(cards: Sequence[ModelCard], refused: Sequence[str] = ()) -> Section:
    """The cards of the predictors that serve here, and why others cannot be read."""
    warnings = "".join(f'<p class="warning">{escape(text)}</p>' for text in refused)
    return Section("Predictors that serve here", warnings + "".join(card_html(card) for card in cards))


def missing_section(title: str, why: str) -> Section:
    """A part that could not be told, and why, in a sentence without values of people."""
    return Section(title, f'<p class="warning">{escape(why)}</p>')


def all_plots(sections: Sequence[Section]) -> Iterator[Plot]:
    """The plots of all sections, in their order."""
    for section in sections:
        yield from section.plots
