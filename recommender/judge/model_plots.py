"""The plots of how the candidates do, and of what the promoted one rests on."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from recommender.judge.plots.canvas import Plot, plots_of
from recommender.judge.plots.curves import (
    Band,
    draw_confidence,
    draw_confusion,
    draw_precision,
    draw_reliability,
    draw_roc,
)
from recommender.judge.plots.judged import Row, draw_candidates, draw_decision, draw_learning, draw_subgroups
from recommender.judge.plots.moved import draw_contributions, draw_dependence, draw_importance, draw_swarm
from recommender.judge.plots.suppression import line_words
from recommender.judge.predictor_curves import POINTS, Curve, confusion, precision_curve, reliability, roc_curve
from recommender.judge.predictor_story import Story
from recommender.outcomes import LEAST_PEOPLE
from recommender.predictors.explaining.importance import Dependence
from recommender.predictors.explaining.values import column_words, unit_words
from recommender.predictors.learning.comparison import CandidateRow
from recommender.predictors.learning.decision_curve import decision_curve
from recommender.predictors.learning.measures import YES
from recommender.predictors.shape import Contribution
from recommender.predictors.tables.table import ColumnKind

MEASURES = {"roc_auc": "ROC-AUC", "r_squared": "R²"}
SHOWN = 9
"""Contributions of one answer that are drawn apart; the others are added up."""
MOST_SWARM = 12


def model_plots(story: Story) -> list[Plot]:
    """Candidates beside each other, curves, calibration, decisions, subgroups, learning, and what moves the answers."""
    parts: dict[str, Callable[[Story], Plot]] = {"candidates": _candidates}
    if story.fitted.comparison.classes:
        parts |= {"curves": _curves, "confusion": _confusions, "reliability": _calibration, "decision": _decision}
        if story.card.subgroups:
            parts["subgroups"] = _subgroups
    parts |= {"learning": _learning, "importance": _importance}
    if story.rests.amounts.size:
        parts["shap"] = _swarm
    if story.rests.dependences:
        parts["dependence"] = _dependences
    parts["example"] = _example
    return plots_of((f"{story.table.name}-{name}", partial(make, story)) for name, make in parts.items())


def _winner(story: Story) -> CandidateRow:
    return story.fitted.comparison.winner


def _candidates(story: Story) -> Plot:
    measure, comparison = MEASURES[story.measure], story.fitted.comparison
    rows = [_row(row.label, row.figures[story.measure].payload()) for row in comparison.rows]

    def draw(figure: Any) -> None:
        draw_candidates(figure.subplots(), rows, _winner(story).label, measure)

    label, value, low, high = next(row for row in rows if row[0] == _winner(story).label)
    said = f"{measure} of {len(rows)} candidates on outer folds ({comparison.repeats} × {comparison.folds}). "
    said += f"{label} serves with {value:.3f} ({low:.3f} to {high:.3f})."
    name, size = f"{story.table.name}-candidates", (8.0, 0.9 + 0.32 * len(rows))
    return Plot(name, "Which candidate is best, and how sure is that?", said, draw, size)


def _row(name: str, told: list[float | None]) -> Row:
    value, low, high = (np.nan if one is None else one for one in told)
    return name, value, low, high


def _shown(story: Story) -> list[CandidateRow]:
    """The promoted one, the plain one, and the best of the others."""
    rows = story.fitted.comparison.rows
    first = [row for row in rows if row.name in (_winner(story).name, "logistic")]
    others = [row for row in rows if row not in first and row.name != "floor"]
    best = sorted(others, key=lambda row: -row.figures[story.measure].value)[:1]
    return [*sorted(first, key=lambda row: row.name != _winner(story).name), *best]


def _curves(story: Story) -> Plot:
    table, answers = story.table, story.fitted.all_held_out
    rocs, precisions = [], []
    for row in _shown(story):
        ours = row.name == _winner(story).name
        draws = 100 if ours else 2
        roc = roc_curve(table.target, answers[row.name], table.groups, draws=draws)
        precision = precision_curve(table.target, answers[row.name], table.groups, draws=draws)
        rocs.append(_band(row, "roc_auc", roc, ours=ours))
        precisions.append(_band(row, "average_precision", precision, ours=ours))

    def draw(figure: Any) -> None:
        left, right = figure.subplots(1, 2)
        draw_roc(left, rocs)
        draw_precision(right, precisions, float(table.target.mean()))

    told = "; ".join(f"{band.name} ROC-AUC {band.figure}" for band in rocs)
    said = f"ROC (left) and precision by recall (right), mean over the outer folds; the band is of the one that serves: {told}."
    return Plot(f"{table.name}-curves", "How many are found, and at which price?", said, draw, (10.0, 5.0))


def _band(row: CandidateRow, measure: str, curve: Curve, *, ours: bool) -> Band:
    _, value, low, high = _row("", row.figures[measure].payload())
    return Band(row.label, POINTS, curve.value, curve.low, curve.high, f"{value:.3f} ({low:.3f} to {high:.3f})", ours)


def _confusions(story: Story) -> Plot:
    target, answers, base = story.table.target, story.fitted.all_held_out, float(story.table.target.mean())
    winner = _winner(story)
    shown = [(f"called from {100 * YES:.0f} %", winner.name, YES), (f"called from {100 * base:.0f} %", winner.name, base)]
    if winner.name != "logistic" and "logistic" in answers:
        shown.append((f"plain, from {100 * YES:.0f} %", "logistic", YES))
    counts = [(label, confusion(target, answers[name].probabilities, limit)) for label, name, limit in shown]

    def draw(figure: Any) -> None:
        for axes, (label, cells) in zip(figure.subplots(1, len(counts), squeeze=False)[0], counts, strict=True):
            draw_confusion(axes, cells, label)

    _, found = line_words(counts[0][1][1])
    said = (
        f"Held-out rows by what was said and what was, with the share of each line. From {100 * YES:.0f} % on, {winner.label} "
        f"calls {found} of {counts[0][1][1].sum():,.0f}; {100 * base:.0f} % is the share who had it."
    )
    return Plot(f"{story.table.name}-confusion", "Who is called rightly, and who is missed?", said, draw, (8.4, 3.1))


def _calibration(story: Story) -> Plot:
    target, answers = story.table.target, story.fitted.held_out.probabilities.mean(axis=0)
    bins = reliability(target, answers)

    def draw(figure: Any) -> None:
        left, right = figure.subplots(1, 2)
        draw_reliability(left, bins.said, bins.seen, bins.low, bins.high, bins.rows)
        draw_confidence(right, answers, target)

    error, coverage = _winner(story).figures["calibration_error"], _winner(story).coverage
    said = (
        f"Left: observed shares by predicted probability in {len(bins.said)} bins; the calibration error is {error.value:.3f} "
        f"({error.low:.3f} to {error.high:.3f}). Right: how sure the answers are. Conformal sets at 90 % hold the truth in "
        f"{100 * coverage.covered:.1f} %, and name one class in {100 * coverage.one:.0f} %."
    )
    return Plot(f"{story.table.name}-reliability", "Does 30 % mean 30 of 100?", said, draw, (9.0, 4.3))


def _decision(story: Story) -> Plot:
    curve = decision_curve(story.table.target, story.fitted.held_out.probabilities)

    def draw(figure: Any) -> None:
        draw_decision(figure.subplots(), curve.threshold, curve.model, curve.everybody)

    useful = curve.useful
    ends = f"between {100 * useful.min():.0f} and {100 * useful.max():.0f} %" if len(useful) else "nowhere"
    said = f"Acting on the model is better than acting on everybody or on nobody {ends}."
    return Plot(f"{story.table.name}-decision", "From which probability on is acting worth its price?", said, draw)


def _subgroups(story: Story) -> Plot:
    rows = [
        (f"{one['by']} {one['name']}", int(one["people"]), _row(one["name"], one["roc_auc"]) if "roc_auc" in one else None)
        for one in story.card.subgroups
        if one["people"]
    ]

    def draw(figure: Any) -> None:
        draw_subgroups(figure.subplots(), rows, "ROC-AUC", _winner(story).figures["roc_auc"].value)

    gaps = story.card.figures.get("gaps", {})
    told = ", ".join(f"{by} {values['roc_auc']:.3f}" for by, values in gaps.items())
    said = (
        f"ROC-AUC with its 95 % interval by sex and age band. Largest gap: {told}." if told else "Too few people to tell gaps."
    )
    return Plot(f"{story.table.name}-subgroups", "Is anybody served worse?", said, draw, (8.0, 0.9 + 0.32 * len(rows)))


def _learning(story: Story) -> Plot:
    curves, measure = story.learning, MEASURES[story.measure]

    def draw(figure: Any) -> None:
        draw_learning(figure.subplots(), curves[0].rows, [(one.name, one.mean, one.spread) for one in curves], measure)

    ours = curves[0]
    said = (
        f"{ours.name}: {measure} {ours.mean[0]:.3f} from {ours.rows[0]:,.0f} rows, {ours.mean[-2]:.3f} from "
        f"{ours.rows[-2]:,.0f} and {ours.mean[-1]:.3f} from {ours.rows[-1]:,.0f}."
    )
    return Plot(f"{story.table.name}-learning", "Would more rows help?", said, draw)


def _importance(story: Story) -> Plot:
    found, measure = story.rests.importance, MEASURES[story.measure]

    def draw(figure: Any) -> None:
        draw_importance(figure.subplots(), found, measure)

    said = f"Without {found[0].label} the model loses {found[0].loss:.3f} of its {measure}: more than without any other column."
    size = (8.0, 0.9 + 0.27 * len(found))
    return Plot(f"{story.table.name}-importance", "Which columns does the model need?", said, draw, size)


def _swarm(story: Story) -> Plot:
    rests, most = story.rests, min(MOST_SWARM, len(story.rests.names))

    def draw(figure: Any) -> None:
        names = rests.names[:most]
        draw_swarm(figure, figure.subplots(), names, rests.amounts[:, :most], rests.ranks[:, :most], rests.unit)

    said = (
        f"Shapley values of {len(rests.amounts)} held-out people, a point being the mean of {LEAST_PEOPLE} or more to whom "
        f"nearly the same is added; {rests.names[0]} moves the answers most, by "
        f"{np.abs(rests.amounts[:, 0]).mean():.2f} on average ({rests.unit}). "
        "Yellow is a high value, blue a low one, grey a missing one."
    )
    return Plot(f"{story.table.name}-shap", "What moves the answers, and which way?", said, draw, (8.4, 1.0 + 0.42 * most))


def _dependences(story: Story) -> Plot:
    found = story.rests.dependences

    def draw(figure: Any) -> None:
        beside = figure.subplots(1, len(found), squeeze=False, sharey=True)[0]
        for axes, one in zip(beside, found, strict=True):
            draw_dependence(axes, one, column_words(one.column), unit_words(one.column))
            axes.label_outer()

    told = [_goes(one) for one in found]
    said = f"Mean answer if everybody had the value, with four fifths of single people's curves: {'; '.join(told)}."
    size = 2.6 * len(found) + 0.4, 2.9
    return Plot(f"{story.table.name}-dependence", "How does the answer go with a value?", said, draw, size)


def _goes(one: Dependence) -> str:
    """In words how the answer goes with a column; a category does not rise, so that two of them are named."""
    name = column_words(one.column)
    if one.column.kind is ColumnKind.NUMBER:
        return f"with {name} rising it rises for {100 * one.rising:.0f} % and falls for {100 * one.falling:.0f} %"
    names = one.column.categories or ("no", "yes")
    least, most = names[int(one.mean.argmin())], names[int(one.mean.argmax())]
    return f"of {name}, {most} has the highest mean and {least} the lowest ({one.mean.max():.2f} and {one.mean.min():.2f})"


def _example(story: Story) -> Plot:
    told = story.explanation
    parts = list(told.contributions[:SHOWN])
    if rest := told.contributions[SHOWN:]:
        parts.append(Contribution("", f"{len(rest)} others", "", sum(part.amount for part in rest)))

    def draw(figure: Any) -> None:
        draw_contributions(figure.subplots(), told.base, parts, told.total, told.unit, story.example.short)

    said = f"From what is said of anybody ({told.base:+.2f}) to {story.example.words} ({told.total:+.2f})"
    said += "".join(f". {text[0].upper()}{text[1:]}" for text in (told.counterfactual, told.alike) if text)
    question = f"Why is line {story.example.line} told so?" if story.example.line else "Why is the highest answer so high?"
    return Plot(f"{story.table.name}-example", question, f"{said}.", draw, (8.4, 1.3 + 0.34 * len(parts)))
