"""How data flow: from a table or records to a bundle that serves, and which step sees which rows."""

from itertools import pairwise
from typing import Any

from recommender.judge.plots.canvas import INK, NO, OTHER, OURS, QUIET

Box = tuple[float, float, str, str]
"""Middle, row, title and what happens there."""
FIT: tuple[Box, ...] = (
    (0.0, 1.0, "read", "rows with units,\nrefusals by row\nand column"),
    (1.0, 1.0, "derive", "body mass index,\neGFR, ratios:\nformula and source"),
    (2.0, 1.0, "fold", "by person; outer\nfolds are never\nlearned from"),
    (3.0, 1.0, "encode", "impute, flag, scale,\nselect: from the\ntraining part alone"),
    (4.0, 1.0, "search", "all candidates,\nsettings by\ninner folds"),
    (5.0, 1.0, "judge", "held-out rows:\nfigures with\nintervals"),
)
SERVE: tuple[Box, ...] = (
    (5.0, 0.0, "promote", "the simplest within\none standard error;\nnever under the plain"),
    (4.0, 0.0, "calibrate", "held-out margins to\nprobabilities;\nconformal sets"),
    (3.0, 0.0, "keep", "arrays, keyed;\nmeans of 5 people\nor more, no rows"),
    (2.0, 0.0, "serve", "numpy alone:\nprobability with\nits interval"),
    (1.0, 0.0, "explain", "Shapley values,\nnearest change,\npeople alike"),
    (0.0, 0.0, "walk", "evidence in the\ngraph, with path\nand source"),
)
_WIDE, _HIGH = 0.82, 0.62


def draw_flow(axes: Any) -> None:
    """The steps in their order; those in the frame are repeated within each outer fold."""
    from matplotlib.patches import FancyBboxPatch

    frame = FancyBboxPatch((2.53, 0.62), 1.94, 0.8, boxstyle="round,pad=0.03", fill=False, edgecolor=OTHER, linestyle="--")
    axes.add_patch(frame)
    axes.text(3.5, 1.47, "anew within the training part of each outer fold", ha="center", fontsize=8, color=QUIET)
    steps = [*FIT, *SERVE]
    for place, (x, y, title, text) in enumerate(steps):
        colour = NO if y > 0.5 else OURS
        corner = (x - _WIDE / 2, y - _HIGH / 2)
        axes.add_patch(FancyBboxPatch(corner, _WIDE, _HIGH, boxstyle="round,pad=0.02", facecolor="white", edgecolor=colour))
        axes.text(x, y + 0.19, f"{place + 1}  {title}", ha="center", va="center", fontsize=9, fontweight="bold", color=colour)
        axes.text(x, y - 0.08, text, ha="center", va="center", fontsize=7.5, color=INK, linespacing=1.25)
    for (x, y, *_), (to_x, to_y, *_) in pairwise(steps):
        gap = (_WIDE / 2 + 0.025) if x != to_x else 0.0
        start = (x + (gap if to_x > x else -gap), y - (0 if gap else _HIGH / 2 + 0.025))
        end = (to_x - (gap if to_x > x else -gap), to_y + (0 if gap else _HIGH / 2 + 0.025))
        axes.annotate("", end, start, arrowprops={"arrowstyle": "-|>", "color": QUIET, "shrinkA": 0, "shrinkB": 0})
    axes.set(xlim=(-0.55, 5.55), ylim=(-0.45, 1.6))
    axes.set_axis_off()
