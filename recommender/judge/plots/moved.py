"""What moves a model: importance, Shapley values of many people and of one, and how the answer goes with a column."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from recommender.judge.plots.canvas import INK, LINES, NO, OTHER, OURS, QUIET, RISING, YES, few_numbers, short, wrapped
from recommender.judge.plots.suppression import means_of_several
from recommender.predictors.explaining.importance import Dependence, Importance
from recommender.predictors.shape import Contribution
from recommender.predictors.tables.table import ColumnKind, Numbers

BEHIND: dict[str, Any] = {"facecolor": "white", "edgecolor": "none", "pad": 0.5, "alpha": 0.85}
"""What keeps a number readable that stands on a line."""


def draw_importance(axes: Any, found: Sequence[Importance], measure: str) -> None:
    """What the model loses when a column's values are dealt out anew, the most first."""
    places = np.arange(len(found))
    for place, one in zip(places, found, strict=True):
        colour = OURS if one.low > 0 else OTHER
        axes.barh(place, one.loss, color=colour, height=0.6, alpha=0.9)
        axes.plot([one.low, one.high], [place, place], color=INK, linewidth=1.1)
    axes.axvline(0, color=QUIET, linewidth=0.8)
    axes.set_yticks(places, [short(one.label) for one in found])
    axes.invert_yaxis()
    axes.set_xlabel(f"loss of {measure} on held-out rows, with 95 of 100 shuffles")


def draw_swarm(figure: Any, axes: Any, names: Sequence[str], amounts: Numbers, ranks: Numbers, unit: str) -> None:
    """What each column adds to the answers of many people, by how high its value is.

    A point is the mean of ``LEAST_PEOPLE`` people to whom the column adds nearly the same; those of one column are not those of
    the next, so that nobody can be followed from line to line.

    Args:
        figure, axes: of matplotlib.
        names: of the columns, the most important first.
        amounts: shape (people, columns).
        ranks: of the value among all, 0 to 1, NaN where it is missing. shape: (people, columns).
        unit: of the amounts.
    """
    drawn = None
    for place in range(len(names)):
        points = _beside(amounts[:, place], ranks[:, place])
        height = place + _jitter(points[:, 0])
        missing = ~np.isfinite(points[:, 1])
        axes.scatter(points[missing, 0], height[missing], 16, color=OTHER, linewidths=0, alpha=0.8)
        known = ~missing
        drawn = axes.scatter(
            points[known, 0], height[known], 16, c=points[known, 1], cmap=RISING, vmin=0, vmax=1, linewidths=0, alpha=0.9
        )
    axes.axvline(0, color=QUIET, linewidth=0.8, zorder=0)
    axes.set_yticks(range(len(names)), [short(name) for name in names])
    axes.set(ylim=(len(names) - 0.4, -0.6), xlabel=f"adds to the answer ({unit})")
    axes.grid(axis="y", color=LINES, linewidth=0.6)
    axes.set_axisbelow(True)
    if drawn is not None:
        bar = figure.colorbar(drawn, ax=axes, ticks=[0, 1], shrink=0.8, pad=0.02)
        bar.ax.set_yticklabels(["low", "high"])
        bar.set_label("value", labelpad=-8)


def _beside(amounts: Numbers, ranks: Numbers) -> Numbers:
    """Means of amount and rank of people to whom nearly the same is added; NaN as rank of those without a value."""
    known = np.isfinite(ranks)
    missing = means_of_several(amounts[~known, None])
    some = means_of_several(np.column_stack([amounts[known], ranks[known]]), by=1)
    return np.vstack([some, np.column_stack([missing, np.full(len(missing), np.nan)])])


def _jitter(amounts: Numbers) -> Numbers:
    """Heights within ±0.36 that keep points of nearly the same amount apart, larger where there are many."""
    if not len(amounts):
        return amounts
    low, high = float(amounts.min()), float(amounts.max())
    bins = np.zeros(len(amounts), np.int64) if high <= low else np.floor((amounts - low) / (high - low) * 60).astype(np.int64)
    counts = np.bincount(bins)
    heights = np.zeros(len(amounts))
    for one in np.flatnonzero(counts > 1):
        members = np.flatnonzero(bins == one)
        steps = np.arange(len(members))
        side = np.where(steps % 2, 1, -1) * ((steps + 1) // 2)
        heights[members] = 0.72 * side / max(counts.max(), 12)
    return heights


def draw_dependence(axes: Any, found: Dependence, name: str, unit: str) -> None:
    """The mean answer if everybody had the same value, with the middle four fifths of single people's curves."""
    if found.column.kind is ColumnKind.NUMBER:
        axes.fill_between(found.at, 100 * found.low, 100 * found.high, color=OURS, alpha=0.14, linewidth=0)
        axes.plot(found.at, 100 * found.mean, color=OURS, linewidth=1.8)
        axes.set_xlabel(unit)
        few_numbers(axes.xaxis)
    else:
        names = found.column.categories or ("no", "yes")
        spread = [100 * (found.mean - found.low), 100 * (found.high - found.mean)]
        axes.errorbar(found.at, 100 * found.mean, np.maximum(spread, 0), color=OURS, fmt="o", capsize=3)
        axes.set_xticks(found.at, [short(one, 12) for one in names])
        axes.set_xlim(-0.5, len(found.at) - 0.5)
    axes.set(title=wrapped(name), ylabel="mean probability, %")


def draw_contributions(
    axes: Any, base: float, parts: Sequence[Contribution], total: float, unit: str, whose: str = "this one"
) -> None:
    """How one answer comes about: from what is expected of anybody, value by value, to the total.

    Args:
        axes: of matplotlib.
        base: the background's answer.
        parts: in the order in which they are told.
        total: base and parts.
        unit: of all of them.
        whose: the answer is, in words.
    """
    at, names = base, []
    for place, part in enumerate(parts):
        axes.barh(place, part.amount, left=at, color=YES if part.amount > 0 else NO, height=0.62)
        ahead = max(at, at + part.amount)
        beside = {"xytext": (4, 0), "textcoords": "offset points", "va": "center", "fontsize": 8, "bbox": BEHIND}
        axes.annotate(_signed(part.amount), (ahead, place), **beside)
        if place + 1 < len(parts):
            axes.plot([at + part.amount] * 2, [place - 0.31, place + 1.31], color=OTHER, linewidth=0.7)
        at += part.amount
        names.append(f"{short(part.label, 28)} = {part.value}" if part.value else part.label)
    axes.axvline(base, color=QUIET, linewidth=0.9, linestyle=(0, (4, 3)), zorder=0)
    axes.axvline(total, color=INK, linewidth=0.9, zorder=0)
    axes.set_yticks(range(len(parts)), names)
    axes.set(ylim=(len(parts) - 0.1, -1.0), xlabel=unit)
    axes.text(base, -0.75, f"anybody {base:+.2f}", ha="center", va="center", fontsize=8, color=QUIET, bbox=BEHIND)
    axes.text(total, len(parts) - 0.35, f"{whose} {total:+.2f}", ha="center", va="center", fontsize=8, bbox=BEHIND)
    reached = base + np.cumsum([0.0, *(part.amount for part in parts)])
    room = 0.12 * (float(np.ptp(reached)) or 1.0)
    axes.set_xlim(reached.min() - room, reached.max() + room)


def _signed(amount: float) -> str:
    text = f"{amount:+.2f}"
    return "0.00" if text in ("+0.00", "-0.00") else text
