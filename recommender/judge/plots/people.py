"""People beside each other: all of them in two directions, and one of them beside the rest."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recommender.judge.plots.canvas import INK, LINES, NO, QUIET, SERIES, YES, wrapped
from recommender.judge.plots.suppression import means_of_several
from recommender.outcomes import LEAST_PEOPLE
from recommender.predictors.tables.table import Numbers

MARKS = "osD^vPX*<"


def draw_components(
    axes: Any, scores: Numbers, labels: NDArray[np.int64], names: Sequence[str], explained: tuple[float, float]
) -> None:
    """People in the two directions in which they differ most, by colour and shape of their group.

    A small point is the mean of ``LEAST_PEOPLE`` people or more who lie beside each other, the large cross that of the group.

    Args:
        axes: of matplotlib.
        scores: shape (people, 2).
        labels: group of each. shape: (people,).
        names: of the groups.
        explained: share of the variance of each direction, 0 to 1.
    """
    colours = (NO, YES) if len(names) == 2 else SERIES
    for group, name in enumerate(names):
        of = labels == group
        colour = colours[group % len(colours)]
        points = means_of_several(scores[of])
        axes.scatter(*points.T, 20, color=colour, marker=MARKS[group % len(MARKS)], alpha=0.6, linewidths=0, label=name)
        if of.sum() >= LEAST_PEOPLE:
            axes.scatter(*scores[of].mean(axis=0), 90, color=colour, marker="X", edgecolors="white", linewidths=1.2, zorder=3)
    axes.set(
        xlabel=f"first direction, {100 * explained[0]:.0f} % of the variance", ylabel=f"second, {100 * explained[1]:.0f} %"
    )
    axes.legend(loc="upper left", bbox_to_anchor=(1, 1), markerscale=1.4)


def draw_radar(axes: Any, names: Sequence[str], ranks: Numbers, texts: Sequence[str], whose: str) -> None:
    """Where one patient, or the middle of several, stands among all, column by column.

    Args:
        axes: polar, of matplotlib.
        names: of the columns.
        ranks: share of people with a lower value, 0 to 1. shape: (columns,).
        texts: the values in words.
        whose: they are, in words.
    """
    angles = np.linspace(0, 2 * np.pi, len(names), endpoint=False)
    round_ = np.append(angles, angles[0])
    circle = np.linspace(0, 2 * np.pi, 181)
    axes.fill_between(circle, 25, 75, color=NO, alpha=0.14, linewidth=0, label="half of all people")
    axes.plot(circle, np.full(181, 50), color=NO, linewidth=1, label="the middle one")
    axes.plot(round_, 100 * np.append(ranks, ranks[0]), color=YES, linewidth=1.8, marker="o", markersize=4, label=whose)
    axes.fill(round_, 100 * np.append(ranks, ranks[0]), color=YES, alpha=0.1)
    axes.set_theta_offset(np.pi / 2)
    axes.set_theta_direction(-1)
    axes.set_xticks(angles, [f"{wrapped(name, 20)}\n{text}" for name, text in zip(names, texts, strict=True)], fontsize=8)
    for label, angle in zip(axes.get_xticklabels(), angles, strict=True):
        side = np.sin(angle)
        label.set_horizontalalignment("center" if abs(side) < 0.2 else "left" if side > 0 else "right")
        label.set_verticalalignment("center" if abs(side) > 0.5 else "bottom" if np.cos(angle) > 0 else "top")
    axes.set_yticks([25, 50, 75, 100], ["25", "50", "75", "100"], fontsize=7, color=QUIET)
    axes.set_rlabel_position(180 / len(names))
    axes.set_ylim(0, 100)
    axes.grid(color=LINES, linewidth=0.8)
    axes.spines["polar"].set_color(INK)
    axes.spines["polar"].set_linewidth(0.6)
    axes.legend(loc="upper left", bbox_to_anchor=(1.22, 1.08))
