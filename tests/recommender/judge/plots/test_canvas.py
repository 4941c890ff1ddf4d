"""One picture: the same bytes every time, closed to the outside, told to those who do not see it."""

import re
from pathlib import Path
from typing import Any

import pytest

from recommender.judge.plots.canvas import NO, OURS, SERIES, YES, Plot, as_svg, few_numbers, plots_of, short, wrapped, write_png

HOSTILE = "<script>alert('x')</script> & $y$"


def line(figure: Any) -> None:
    axes = figure.subplots()
    axes.plot([0, 15_000], [0, 2])
    axes.set_title(HOSTILE)
    few_numbers(axes.xaxis)


PLOT = Plot("line", f"Does it rise? {HOSTILE}", f"It rises. {HOSTILE}", line)


def test_a_picture_is_the_same_every_time_and_loads_nothing() -> None:
    drawn = as_svg(PLOT)
    assert drawn == as_svg(PLOT)
    assert "<script" not in drawn
    assert not re.search(r'(?:href|src)="(?!#)', drawn)
    assert "&lt;script&gt;" in drawn
    assert 'role="img" aria-label="It rises.' in drawn
    assert drawn.index("Does it rise?") < drawn.index("<svg") < drawn.index("<figcaption>It rises.")


def test_what_cannot_be_drawn_is_said_without_its_values(tmp_path: Path) -> None:
    def fails(figure: Any) -> None:
        raise ValueError("the patient is 47")

    broken = Plot("broken", "What is broken?", "Nothing.", fails)
    assert "What is broken?" in as_svg(broken)
    assert "could not be told of these data (ValueError)" in as_svg(broken)
    assert "47" not in as_svg(broken)
    assert write_png(broken, tmp_path) is None
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_made_is_said_in_its_place() -> None:
    def nothing() -> Plot | None:
        return None

    def fails() -> Plot | None:
        raise IndexError("47")

    (plot,) = plots_of([("a-empty", nothing), ("a-broken", fails)])
    assert (plot.name, plot.question) == ("a-broken", "A broken?")
    assert plot.said == "This could not be told of these data (IndexError)."
    assert "IndexError" in as_svg(plot)


def test_numbers_are_written_without_markup() -> None:
    assert re.search(r">\d+,000<", as_svg(PLOT))
    assert "mathdefault" not in as_svg(PLOT)


def test_two_pictures_share_no_names_inside_a_page() -> None:
    other = Plot("other", PLOT.question, PLOT.said, line)
    names = [set(re.findall(r'<clipPath id="([^"]+)"', as_svg(plot))) for plot in (PLOT, other)]
    assert names[0]
    assert not names[0] & names[1]


def test_a_file_has_the_name_of_the_plot(tmp_path: Path) -> None:
    path = write_png(PLOT, tmp_path)
    assert path == tmp_path / "line.png"
    assert path.read_bytes().startswith(b"\x89PNG")
    assert path.read_bytes() == write_png(PLOT, tmp_path).read_bytes()


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("colour", [YES, NO, OURS])
def test_colours_that_carry_meaning_stand_out_from_white(colour: str) -> None:
    # WCAG 2.2, 1.4.11: graphical objects need a contrast of 3 to 1.
    assert 1.05 / (luminance(colour) + 0.05) >= 3


def test_series_are_distinct() -> None:
    assert len(set(SERIES)) == len(SERIES)


def test_long_names_are_cut() -> None:
    assert short("short") == "short"
    assert short("a" * 50, 10) == "a" * 9 + "…"
    assert wrapped("estimated glomerular filtration rate").count("\n") == 1
    assert len(wrapped("a very long name that goes on and on and on and on").split("\n")) == 2
