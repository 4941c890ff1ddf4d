"""Plots of a report as pictures that stand inside the page: SVG without scripts, links or a date, the same bytes every time."""

from collections.abc import Callable, Mapping, Sequence
from html import escape
from io import StringIO
from typing import Any

import numpy as np

from recommender.judge.evaluation_tables import RANKS, WAYS

Part = Mapping[str, Any]

INK, OURS, OTHERS = "#1b2733", "#0b6e4f", ("#8a94a0", "#5f7a99", "#b0803a", "#7a5c99")
SHOWN_BARS = 25
WIDE = (8.0, 3.4)
"""Inches."""


def picture(draw: Callable[[Any], None], said: str, size: tuple[float, float] = WIDE) -> str:
    """A plot as SVG.

    Args:
        draw: draws into a matplotlib figure.
        said: what it shows, for those who do not see it.
        size: width and height, inches.
    """
    # Imported here: only reports need matplotlib, and it takes a second to load.
    import matplotlib
    from matplotlib.figure import Figure

    style: Any = {
        "svg.fonttype": "none",
        "svg.hashsalt": said,
        "font.size": 9,
        "axes.spines.top": False,
        "axes.spines.right": False,
    }
    style |= {"text.color": INK, "axes.labelcolor": INK, "text.parse_math": False}
    with matplotlib.rc_context(style):
        figure = Figure(figsize=size, layout="constrained")
        draw(figure)
        text = StringIO()
        figure.savefig(text, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    drawing = text.getvalue()
    drawing = drawing[drawing.index("<svg") :].replace("<svg", f'<svg role="img" aria-label="{escape(said)}"', 1)
    return f"<figure>{drawing}<figcaption>{escape(said)}</figcaption></figure>"


def rankings_plot(result: Part) -> str:
    """Ranking figures of the model beside those of its baselines, both ways."""
    systems = {"model": result, **result["baselines"]}

    def draw(figure: Any) -> None:
        axes = figure.subplots(1, 2, sharey=True)
        width = 0.8 / len(systems)
        for axis, (way, words) in zip(axes, WAYS.items(), strict=True):
            for i, (name, part) in enumerate(systems.items()):
                heights = [part[way][figure_name] or 0 for figure_name in RANKS]
                colour = OURS if i == 0 else OTHERS[(i - 1) % len(OTHERS)]
                axis.bar(np.arange(len(RANKS)) + i * width, heights, width, label=name, color=colour)
            axis.set_xticks(np.arange(len(RANKS)) + 0.4 - width / 2, ["Hits@1", "Hits@3", "Hits@10", "MRR"])
            axis.set_title(words)
        axes[0].set_ylim(0, 1)
        axes[0].legend(frameon=False, fontsize=7)

    return picture(draw, "Ranking figures of the model and its baselines")


def reliability_plot(calibration: Part) -> str:
    """Observed shares against predicted probabilities, the area of a point as its number of pairs."""
    rows = [row for row in calibration.get("curve", ()) if row[2]]

    def draw(figure: Any) -> None:
        axis = figure.subplots()
        axis.plot([0, 1], [0, 1], color=OTHERS[0], linewidth=1)
        predicted, observed, counts = np.array(rows, float).reshape(-1, 3).T
        axis.plot(predicted, observed, color=OURS, linewidth=1)
        axis.scatter(predicted, observed, 8 + 12 * np.log1p(counts), color=OURS)
        axis.set(xlabel="predicted probability", ylabel="observed share", xlim=(0, 1), ylim=(0, 1))

    return picture(draw, "Reliability: how often pairs of a predicted probability are treatments", (4.6, 4.0))


def bars_plot(values: Mapping[str, float], label: str, said: str) -> str:
    """Horizontal bars, the first on top; at most ``SHOWN_BARS``."""
    shown = list(values.items())[:SHOWN_BARS]

    def draw(figure: Any) -> None:
        axis = figure.subplots()
        axis.barh(range(len(shown)), [value for _, value in shown], color=OURS)
        axis.set_yticks(range(len(shown)), [name for name, _ in shown])
        axis.invert_yaxis()
        axis.set_xlabel(label)

    return picture(draw, said, (WIDE[0], 0.8 + 0.22 * len(shown)))


def degree_plot(queries: Sequence[Part]) -> str:
    """The rank of each answer against how many treatments training knew of it."""

    def draw(figure: Any) -> None:
        axes = figure.subplots(1, 2)
        for axis, (way, words), answer in zip(axes, WAYS.items(), ("condition", "medicine"), strict=True):
            degrees = [query["known"][answer] for query in queries]
            axis.scatter(degrees, [query["rank"][way] for query in queries], 10, color=OURS, alpha=0.5, linewidths=0)
            axis.set_yscale("log")
            axis.set_xscale("symlog")
            for scale in (axis.xaxis, axis.yaxis):
                # Plain numbers: the powers of the default are written in a markup that is not read here.
                scale.set_major_formatter("{x:g}")
            axis.set(xlim=(-0.5, None), title=words, xlabel=f"known treatments of the {answer}", ylabel="rank")

    return picture(draw, "Degree against rank: does the model find only what is well known?")
