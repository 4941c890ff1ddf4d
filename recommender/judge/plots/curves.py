"""How well held-out answers fit: right and wrong answers, ROC, precision, reliability, and how sure they are."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from recommender.judge.plots.canvas import LINES, NO, OTHER, OURS, QUIET, YES, short
from recommender.judge.plots.suppression import line_words, pooled
from recommender.predictors.tables.table import Numbers


@dataclass(frozen=True)
class Band:
    """A curve with its 95 % band.

    Attributes:
        name: of the model.
        x, y, low, high: each of shape (points,).
        figure: what is told of it in the legend.
        ours: whether it is the model that serves.
    """

    name: str
    x: Numbers
    y: Numbers
    low: Numbers
    high: Numbers
    figure: str
    ours: bool = False


def draw_roc(axes: Any, bands: list[Band]) -> None:
    """True against false positives."""
    axes.plot([0, 1], [0, 1], color=LINES, linewidth=1.2)
    _bands(axes, bands)
    axes.set(
        xlabel="share of those without it who are called (false positives)", ylabel="share of those with it who are called"
    )
    axes.set(xlim=(-0.01, 1.01), ylim=(-0.01, 1.01), aspect="equal")
    axes.legend(loc="lower right", title="ROC-AUC (95 %)", title_fontsize=8, handlelength=2.8)


def draw_precision(axes: Any, bands: list[Band], share: float) -> None:
    """Precision against recall; the level line is what calling everybody gives."""
    axes.axhline(share, color=OTHER, linewidth=1, linestyle=(0, (4, 3)))
    axes.text(0.01, share - 0.015, f"everybody called: {share:.2f}", va="top", fontsize=7.5, color=QUIET)
    _bands(axes, bands)
    axes.set(xlabel="recall: share of those with it who are called", ylabel="precision: share of the called who have it")
    axes.set(xlim=(-0.01, 1.01), ylim=(0, 1.02), aspect="equal")
    # Where few have it the curves are low, and the corner above them is free.
    corner = "lower left" if share > 0.3 else "upper right"
    axes.legend(loc=corner, title="average precision (95 %)", title_fontsize=8, handlelength=2.8)


def _bands(axes: Any, bands: list[Band]) -> None:
    others = (NO, "#cc79a7", OTHER)
    rest = [band for band in bands if not band.ours]
    for band in sorted(bands, key=lambda one: one.ours):
        colour = OURS if band.ours else others[rest.index(band) % len(others)]
        style = "-" if band.ours else (0, (5, 2))
        axes.plot(band.x, band.y, color=colour, linewidth=2 if band.ours else 1.3, linestyle=style)
        axes.plot([], [], color=colour, linewidth=2, linestyle=style, label=f"{short(band.name, 24)} {band.figure}")
        if band.ours:
            axes.fill_between(band.x, band.low, band.high, color=colour, alpha=0.16, linewidth=0)


def draw_reliability(axes: Any, said: Numbers, seen: Numbers, low: Numbers, high: Numbers, people: Numbers) -> None:
    """Observed shares against predicted probabilities, with their 95 % intervals.

    Args:
        axes: of matplotlib.
        said: mean probability of each bin. shape: (bins,).
        seen, low, high: share that had the outcome. shape: (bins,).
        people: rows of each bin. shape: (bins,).
    """
    axes.plot([0, 1], [0, 1], color=OTHER, linewidth=1, linestyle=(0, (4, 3)))
    axes.errorbar(said, seen, [seen - low, high - seen], color=OURS, linewidth=1.3, elinewidth=1, capsize=2, zorder=2)
    axes.scatter(said, seen, 14 + 60 * people / people.max(), color=OURS, zorder=3)
    axes.text(0.03, 0.95, "above the line:\nhappens more often than said", va="top", fontsize=7.5, color=QUIET)
    axes.set(xlabel="predicted probability", ylabel="share that had it", xlim=(-0.01, 1.01), ylim=(-0.01, 1.01), aspect="equal")


def draw_confidence(axes: Any, probability: Numbers, happened: Numbers) -> None:
    """How the probabilities are spread, for those with the outcome and those without.

    Args:
        axes: of matplotlib.
        probability: held out. shape: (rows,).
        happened: 0 or 1. shape: (rows,).
    """
    edges = np.linspace(0, 1, 26)
    for value, colour, name in ((0.0, NO, "had it not"), (1.0, YES, "had it")):
        counts, ends = pooled(probability[happened == value], edges)
        axes.stairs(counts, ends, color=colour, fill=True, alpha=0.28)
        axes.stairs(counts, ends, color=colour, linewidth=1.4, label=name)
    axes.set(xlabel="predicted probability", ylabel="rows for each 4 %", xlim=(0, 1))
    axes.legend()


def draw_confusion(axes: Any, counts: Numbers, name: str) -> None:
    """Right and wrong answers at one threshold, with the share of each line; counts that are too small are not told.

    Args:
        axes: of matplotlib.
        counts: what was (no, yes) by what was said (no, yes). shape: (2, 2).
        name: of the model.
    """
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1.25)
    for row in range(2):
        told = line_words(counts[row])
        hidden = any(text[0] in "<>" for text in told)
        for column in range(2):
            colour = "white" if shares[row, column] > 0.75 else "#1b2733"
            text = told[column] if hidden else f"{told[column]}\n{100 * shares[row, column]:.0f} %"
            axes.text(column, row, text, ha="center", va="center", color=colour, fontsize=9)
    axes.set_xticks([0, 1], ["no", "yes"])
    axes.set_yticks([0, 1], ["no", "yes"])
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    axes.set(title=short(name, 24), xlabel="said", ylabel="was")
