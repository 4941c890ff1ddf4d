"""What all plots share: colours that colour-blind people tell apart, one style, and a picture as SVG or PNG.

Colours are those of Okabe & Ito (jfly.uni-koeln.de/color). The same thing has the same colour on every plot: who had the
outcome, who had not, the model that serves, and all others.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html import escape
from io import StringIO
from pathlib import Path
from textwrap import fill
from typing import Any

INK, QUIET, LINES = "#1b2733", "#5f6b77", "#d5dbe1"
YES, NO = "#d55e00", "#0072b2"
"""Who had the outcome, and who had not."""
OURS, OTHER = "#0b6e4f", "#8a94a0"
"""The model that serves, and what it is beside."""
SERIES = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#5f6b77", "#b8a000", "#000000")
DIVERGING, RISING = "PuOr_r", "viridis"
DOTS_AN_INCH = 110
UNDRAWN = (ArithmeticError, LookupError, RuntimeError, TypeError, ValueError)
"""What numbers that nobody foresaw end in, in numpy and in matplotlib."""


@dataclass(frozen=True)
class Plot:
    """One picture of the report.

    Attributes:
        name: of its file, without an ending; no two of a report have the same.
        question: what it answers, as its title.
        said: what is to be seen, for those who do not see it.
        draw: draws into a matplotlib figure.
        size: width and height, inches.
    """

    name: str
    question: str
    said: str
    draw: Callable[[Any], None]
    size: tuple[float, float] = (8.0, 3.6)


Maker = tuple[str, Callable[[], Plot | None]]
"""Name of a plot, and what makes it: None where there is nothing to be drawn."""


@contextmanager
def _drawn(plot: Plot) -> Iterator[Any]:
    """The figure of a plot."""
    # Imported here: only reports need matplotlib, and it takes a second to load.
    import matplotlib
    from matplotlib.figure import Figure
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    style: Any = {
        "svg.fonttype": "none",
        "svg.hashsalt": plot.name,
        "font.family": "DejaVu Sans",
        "font.size": 9,
        "axes.titlesize": 9.5,
        "axes.titleweight": "bold",
        "axes.titlelocation": "left",
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.edgecolor": QUIET,
        "xtick.color": QUIET,
        "ytick.color": QUIET,
        "xtick.labelcolor": INK,
        "ytick.labelcolor": INK,
        "legend.frameon": False,
        "legend.fontsize": 8,
        "text.color": INK,
        "axes.labelcolor": INK,
        "text.parse_math": False,
    }
    with matplotlib.rc_context(style):
        figure = Figure(figsize=plot.size, layout=ConstrainedLayoutEngine(w_pad=0.08, h_pad=0.08))
        plot.draw(figure)
        yield figure


def as_svg(plot: Plot) -> str:
    """The picture inside a page: no script, no link, no date, and the same bytes every time.

    One that cannot be drawn is a sentence that says so: the others are worth having without it.
    """
    text = StringIO()
    try:
        with _drawn(plot) as figure:
            figure.savefig(text, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    except UNDRAWN as error:
        return f'<figure><h4>{escape(plot.question)}</h4><p class="warning">{undrawn(error)}</p></figure>'
    drawing = text.getvalue()
    drawing = drawing[drawing.index("<svg") :].replace("<svg", f'<svg role="img" aria-label="{escape(plot.said)}"', 1)
    return f"<figure><h4>{escape(plot.question)}</h4>{drawing}<figcaption>{escape(plot.said)}</figcaption></figure>"


def write_png(plot: Plot, folder: Path) -> Path | None:
    """The picture as a file of its name in a folder that is there, with its question as title; None if it cannot be drawn."""
    path = folder / f"{plot.name}.png"
    try:
        with _drawn(plot) as figure:
            figure.suptitle(plot.question, x=0.01, ha="left", fontsize=11, fontweight="bold")
            figure.savefig(path, dpi=DOTS_AN_INCH, metadata={"Software": None}, facecolor="white")
    except UNDRAWN:
        return None
    return path


def undrawn(error: Exception) -> str:
    """Why there is no picture. What the error says stays out of it: it may hold values."""
    return f"This could not be told of these data ({type(error).__name__})."


def plots_of(makers: Iterable[Maker]) -> list[Plot]:
    """The plots that some makers make; in the place of one that cannot be made stands a sentence that says so."""
    return [plot for maker in makers if (plot := _made(maker)) is not None]


def _made(maker: Maker) -> Plot | None:
    name, make = maker
    try:
        return make()
    except UNDRAWN as error:
        said = undrawn(error)
        return Plot(name, f"{name.replace('-', ' ')}?".capitalize(), said, lambda figure: _words(figure, said), (8.0, 0.8))


def _words(figure: Any, said: str) -> None:
    figure.text(0.02, 0.5, said, va="center", color=QUIET)


def plain_numbers(axis: Any) -> None:
    """Numbers without powers on an axis: they are written in a markup that is not read here."""
    axis.set_major_formatter(lambda value, place: f"{value:,.0f}" if abs(value) >= 1000 else f"{value:g}")


def few_numbers(axis: Any) -> None:
    """The same for a small plot: as few numbers as do not run into each other."""
    from matplotlib.ticker import MaxNLocator

    axis.set_major_locator(MaxNLocator(3))
    plain_numbers(axis)


def short(text: str, most: int = 34) -> str:
    """A name that fits beside an axis."""
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def wrapped(text: str, width: int = 22) -> str:
    """A name above a small plot, in two lines at most."""
    return fill(text, width, max_lines=2, placeholder="…")
