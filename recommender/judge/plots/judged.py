"""Models beside each other, beside more data, beside acting without them, and for some of the people."""

from collections.abc import Sequence
from typing import Any

from recommender.judge.plots.canvas import LINES, NO, OTHER, OURS, QUIET, plain_numbers, short
from recommender.judge.plots.suppression import count_words
from recommender.predictors.tables.table import Numbers

Row = tuple[str, float, float, float]
"""A name, a value and its 95 % interval."""


def draw_candidates(axes: Any, rows: Sequence[Row], serving: str, measure: str) -> None:
    """All candidates with their intervals, the plainest on top.

    Args:
        axes: of matplotlib.
        rows: one for each candidate.
        serving: name of the one that serves.
        measure: what the values are.
    """
    for place, (name, value, low, high) in enumerate(rows):
        colour = OURS if name == serving else OTHER
        axes.plot([low, high], [place, place], color=colour, linewidth=2)
        axes.scatter([value], [place], 34, color=colour, zorder=3)
        axes.text(1.01, place, f"{value:.3f}", transform=axes.get_yaxis_transform(), va="center", fontsize=8, color=colour)
    axes.set_yticks(range(len(rows)), [short(name, 36) + (" (serves)" if name == serving else "") for name, *_ in rows])
    axes.grid(axis="x", color=LINES, linewidth=0.7)
    axes.set(ylim=(len(rows) - 0.5, -0.5), xlabel=f"{measure}, with its 95 % interval")
    axes.set_axisbelow(True)


def draw_learning(axes: Any, rows: Numbers, curves: Sequence[tuple[str, Numbers, Numbers]], measure: str) -> None:
    """How held-out figures grow with the rows that were learned from.

    Args:
        axes: of matplotlib.
        rows: how many were learned from. shape: (points,).
        curves: name, mean and standard deviation over the draws, each of shape (points,).
        measure: what the figure is.
    """
    for i, (name, mean, spread) in enumerate(curves):
        colour = OURS if i == 0 else NO
        axes.plot(rows, mean, color=colour, marker="o" if i == 0 else "s", markersize=4, label=name)
        axes.fill_between(rows, mean - spread, mean + spread, color=colour, alpha=0.13, linewidth=0)
    axes.set(xlabel="rows learned from", ylabel=f"{measure} on the rest")
    axes.legend(loc="lower right", title="mean, ± 1 standard deviation", title_fontsize=8)
    plain_numbers(axes.xaxis)


def draw_decision(axes: Any, threshold: Numbers, model: Numbers, everybody: Numbers) -> None:
    """Net benefit of acting on the model, on everybody and on nobody.

    Args:
        axes: of matplotlib.
        threshold: probability from which one would act. shape: (points,).
        model, everybody: net benefit, in true positives for each 100 people when multiplied by 100. shape: (points,).
    """
    axes.axhline(0, color=QUIET, linewidth=1.2, label="acting on nobody")
    axes.plot(100 * threshold, 100 * everybody, color=NO, linewidth=1.4, linestyle=(0, (5, 2)), label="acting on everybody")
    axes.plot(100 * threshold, 100 * model, color=OURS, linewidth=2, label="acting on the model")
    top = 100 * max(float(model.max()), float(everybody.max()), 0.01)
    axes.set(ylim=(-0.25 * top, 1.1 * top), xlabel="probability from which one would act, %")
    axes.set(ylabel="net benefit: true positives\nfor 100 people, less the price\nof the false ones")
    axes.legend()


def draw_subgroups(axes: Any, rows: Sequence[tuple[str, int, Row | None]], measure: str, whole: float) -> None:
    """A figure for each sex and age band, beside that of all.

    Args:
        axes: of matplotlib.
        rows: name of the subgroup, people in it, and its figure; None where they are too few.
        measure: what the figure is.
        whole: of all people.
    """
    axes.axvline(whole, color=OURS, linewidth=1.2, linestyle=(0, (4, 3)))
    for place, (_, _, row) in enumerate(rows):
        if row is None:
            axes.text(
                0.02, place, "too few to tell", transform=axes.get_yaxis_transform(), va="center", fontsize=8, color=QUIET
            )
        else:
            axes.plot(row[2:], [place, place], color=NO, linewidth=2)
            axes.scatter([row[1]], [place], 34, color=NO, zorder=3)
    axes.set_yticks(range(len(rows)), [f"{short(name)} ({count_words(people)})" for name, people, _ in rows])
    axes.set(ylim=(len(rows) - 0.5, -0.5), xlabel=f"{measure}; the line is that of all")
    axes.grid(axis="x", color=LINES, linewidth=0.7)
    axes.set_axisbelow(True)
