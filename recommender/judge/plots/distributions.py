"""What a table holds: how its columns are distributed, beside what is normal, what is missing, what goes together."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from recommender.judge.plots.canvas import DIVERGING, INK, LINES, NO, OTHER, QUIET, YES, few_numbers, short, wrapped
from recommender.judge.plots.suppression import pooled, tail
from recommender.outcomes import LEAST_PEOPLE
from recommender.predictors.tables.table import Numbers

BINS, FEWEST_BINS = 24, 5
"""Bars of a histogram: as many as the root of the rows of the smaller part, within these."""
Range = tuple[float, float]
"""Low and high end of a reference range; infinite where there is none."""


def draw_histogram(axes: Any, values: Numbers, happened: Numbers, name: str, unit: str) -> None:
    """A number's distribution for those with the outcome and those without, as shares of each.

    Bars of fewer than ``LEAST_PEOPLE`` rows are pooled with their neighbours; the area of a bar is its share.

    Args:
        axes: of matplotlib.
        values: shape (rows,); NaN where missing.
        happened: 0 or 1; empty where there is no outcome that is a class. shape: (rows,).
        name: of the column, in words.
        unit: of its numbers.
    """
    known = np.isfinite(values)
    end = tail(int(known.sum()), 0.005)
    low, high = np.quantile(values[known], [end, 1 - end]) if known.any() else (0.0, 1.0)
    bars = max(FEWEST_BINS, min(BINS, round(np.sqrt(min(rows.sum() for rows, *_ in _parts(happened, known))))))
    edges = _edges(low, high, bars, whole=bool((values[known] % 1 == 0).all()))
    for rows, colour, _ in _parts(happened, known):
        counts, ends = pooled(values[rows], edges)
        shares = counts / max(1, int(rows.sum()))
        axes.stairs(100 * shares, ends, color=colour, fill=True, alpha=0.28)
        axes.stairs(100 * shares, ends, color=colour, linewidth=1.4)
    axes.set(title=wrapped(name), xlabel=unit, ylabel="% of them")
    few_numbers(axes.xaxis)


def _edges(low: float, high: float, bars: int, *, whole: bool) -> Numbers:
    """Edges of bars of equal width; of whole numbers each holds as many, so that none stays empty for no reason."""
    if not whole:
        return np.linspace(low, high if high > low else low + 1, bars + 1)
    first, last = np.floor(low), np.ceil(high)
    width = int(np.ceil((last - first + 1) / bars))
    edges: Numbers = first - 0.5 + width * np.arange(int(np.ceil((last - first + 1) / width)) + 1)
    return edges


def _parts(happened: Numbers, known: Any) -> list[tuple[Any, str, str]]:
    if not len(happened):
        return [(known, OTHER, "")]
    return [(known & (happened == value), colour, name) for value, colour, name in ((0.0, NO, "no"), (1.0, YES, "yes"))]


def draw_shares(axes: Any, places: Numbers, names: Sequence[str], happened: Numbers, name: str) -> None:
    """How often each value of a flag or a category occurs among those with the outcome and those without.

    A value that fewer than ``LEAST_PEOPLE`` of them have has no bar.

    Args:
        axes: of matplotlib.
        places: number of the value, -1 or NaN where missing. shape: (rows,).
        names: of the values.
        happened: 0 or 1; empty where there is no outcome that is a class. shape: (rows,).
        name: of the column, in words.
    """
    known = np.isfinite(places) & (places >= 0)
    parts = _parts(happened, known)
    height = 0.8 / len(parts)
    for i, (rows, colour, _) in enumerate(parts):
        counts = np.bincount(places[rows].astype(np.int64), minlength=len(names))
        counts = np.where(counts >= LEAST_PEOPLE, counts, 0)
        middle = np.arange(len(names)) + (i - (len(parts) - 1) / 2) * height
        axes.barh(middle, 100 * counts / max(1, int(rows.sum())), height, color=colour, alpha=0.85)
    axes.set_yticks(range(len(names)), [short(one, 18) for one in names])
    axes.invert_yaxis()
    axes.set(title=wrapped(name), xlabel="% of them", ylim=(len(names) - 0.4, -0.6))


def draw_boxes(axes: Any, values: Numbers, happened: Numbers, name: str, unit: str, reference: Range | None) -> None:
    """A number's quartiles for those with the outcome and those without, before its reference range.

    Whiskers reach from the 5th to the 95th of 100, and leave out ``LEAST_PEOPLE`` on either side; of fewer there is no box.

    Args:
        axes: of matplotlib.
        values: shape (rows,); NaN where missing.
        happened: 0 or 1. shape: (rows,).
        name, unit: of the column.
        reference: of adults; None where none is known.
    """
    known = np.isfinite(values)
    parts = [(values[rows], colour, said) for rows, colour, said in _parts(happened, known) if rows.sum() >= LEAST_PEOPLE]
    for place, (part, colour, _) in enumerate(parts, start=1):
        end = 100 * tail(len(part), 0.05)
        drawn = axes.boxplot(
            [part],
            positions=[place],
            widths=0.55,
            whis=(end, 100 - end),
            showfliers=False,
            patch_artist=True,
            medianprops={"color": INK},
        )
        drawn["boxes"][0].set(facecolor=colour, alpha=0.55, edgecolor=INK, linewidth=0.8)
    if reference is not None:
        _reference(axes, reference)
    axes.set_xticks(range(1, len(parts) + 1), [said for *_, said in parts])
    axes.set_xlim(0.4, max(1, len(parts)) + 0.6)
    axes.set(title=wrapped(name), ylabel=unit)
    few_numbers(axes.yaxis)


def _reference(axes: Any, reference: Range) -> None:
    """The range behind the boxes; its ends are on the plot where they lie less than the plot's height beyond it."""
    low, high = axes.get_ylim()
    span = high - low
    beside = [end for end in reference if low - span <= end <= high + span]
    bottom, top = min([low, *(end - 0.06 * span for end in beside)]), max([high, *(end + 0.06 * span for end in beside)])
    ends = max(reference[0], bottom), min(reference[1], top)
    if ends[0] < ends[1]:
        axes.axhspan(*ends, color="#009e73", alpha=0.16, linewidth=0, zorder=0)
    axes.set_ylim(bottom, top)


def draw_missing(axes: Any, names: Sequence[str], shares: Numbers, rows: int) -> None:
    """How much of each column is missing, the most first.

    Args:
        axes: of matplotlib.
        names: of the columns.
        shares: 0 to 1. shape: (columns,).
        rows: of which the shares are: a share of fewer than ``LEAST_PEOPLE`` of them is told as that.
    """
    order = np.argsort(-shares, kind="stable")
    places = np.arange(len(names))
    axes.barh(places, np.full(len(names), 100.0), color=LINES, height=0.7)
    axes.barh(places, 100 * shares[order], color=OTHER, height=0.7)
    for place, share in zip(places, shares[order], strict=True):
        beside = share < 0.85
        text = f"{100 * share:.0f} %" if share == 0 or share >= 0.01 else "< 1 %"
        if 0 < round(share * rows) < LEAST_PEOPLE:
            text = f"< {LEAST_PEOPLE} rows"
        axes.text(100 * share + (1 if beside else -1), place, text, va="center", ha="left" if beside else "right", fontsize=7.5)
    axes.set_yticks(places, [short(names[i]) for i in order])
    axes.invert_yaxis()
    axes.set(xlabel="% of the rows without a value", xlim=(0, 100))


def draw_correlations(figure: Any, axes: Any, names: Sequence[str], matrix: Numbers) -> None:
    """Rank correlation of each pair of columns.

    Args:
        figure, axes: of matplotlib.
        names: of the columns.
        matrix: -1 to 1, NaN where it is not defined. shape: (columns, columns).
    """
    shown = np.where(np.tri(len(names), k=-1, dtype=bool), matrix, np.nan)[1:, :-1]
    drawn = axes.imshow(shown, cmap=DIVERGING, vmin=-1, vmax=1, aspect="equal")
    for row, column in zip(*np.nonzero(np.isfinite(shown)), strict=True):
        value = shown[row, column]
        colour = "white" if abs(value) > 0.6 else INK if abs(value) >= 0.1 else QUIET
        axes.text(column, row, f"{value:.1f}".replace("-0.0", "0.0"), ha="center", va="center", fontsize=7, color=colour)
    axes.set_xticks(range(len(names) - 1), [short(name) for name in names[:-1]], rotation=45, ha="right")
    axes.set_yticks(range(len(names) - 1), [short(name) for name in names[1:]])
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    figure.colorbar(drawn, ax=axes, label="Spearman's rank correlation", shrink=0.7)
