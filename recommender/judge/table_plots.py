"""The plots of what a table holds."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from recommender.judge.plots.canvas import NO, YES, Plot, plots_of
from recommender.judge.plots.distributions import (
    Range,
    draw_boxes,
    draw_correlations,
    draw_histogram,
    draw_missing,
    draw_shares,
)
from recommender.judge.plots.people import draw_components, draw_radar
from recommender.judge.predictor_story import Story, known_values, places
from recommender.outcomes import LEAST_PEOPLE
from recommender.predictors.explaining.values import column_words, unit_words, value_words
from recommender.predictors.forms.encoder import VALUE, fit_encoder
from recommender.predictors.tables.table import Column, ColumnKind, Numbers, Table, is_known

ACROSS = 4
"""Small plots beside each other."""
MOST_COLUMNS = 16
"""Columns that are correlated at most: those that go with the outcome most closely."""
MOST_SPOKES = 9
SOME = 3
"""Columns that differ: with fewer there is no plane and no radar."""


def table_plots(story: Story, ranges: Mapping[str, Range]) -> list[Plot]:
    """Distributions, boxes beside reference ranges, missing values, correlations, the plane, and one patient among all.

    Args:
        story: of the table.
        ranges: reference ranges by node of a column, in the column's unit.
    """
    table = story.table
    parts: dict[str, Callable[[], Plot | None]] = {
        "distributions": lambda: _distributions(story),
        "boxes": lambda: _boxes(story, ranges),
        "missing": lambda: _missing(table),
        "correlations": lambda: _correlations(story),
        "plane": lambda: _plane(story),
        "radar": lambda: _radar(story),
    }
    return plots_of((f"{table.name}-{name}", make) for name, make in parts.items())


def _spread(table: Table) -> list[Column]:
    """The numbers that differ from person to person."""
    return [column for column in table.columns if _varies(table, column)]


def _varies(table: Table, column: Column) -> bool:
    values = table.values[column.name]
    known = values[np.isfinite(values)]
    return column.kind is ColumnKind.NUMBER and len(known) > 1 and bool(known.min() < known.max())


def _grid(figure: Any, count: int) -> list[Any]:
    """Axes for some small plots; the places that are left over stay empty."""
    across = min(ACROSS, count)
    axes = figure.subplots(-(-count // across), across, squeeze=False).ravel()
    for left_over in axes[count:]:
        left_over.set_axis_off()
    return list(axes[:count])


def _tall(count: int, each: float) -> tuple[float, float]:
    return 10.0, each * -(-count // ACROSS) + 0.35


def _key(figure: Any, said: str) -> None:
    """One key for all small plots of a figure."""
    from matplotlib.patches import Patch

    patches = [Patch(color=colour, alpha=0.6, label=label) for colour, label in ((NO, "all others"), (YES, said))]
    figure.legend(handles=patches, loc="outside upper right", ncols=2)


def _outcome(story: Story) -> str:
    return story.table.target_name or "the outcome"


def _distributions(story: Story) -> Plot:
    table, happened = story.table, story.happened

    def draw(figure: Any) -> None:
        for axes, column in zip(_grid(figure, len(table.columns)), table.columns, strict=True):
            values = known_values(table, column)
            if column.kind is ColumnKind.NUMBER:
                draw_histogram(axes, values, happened, column_words(column), unit_words(column))
            else:
                draw_shares(axes, values, column.categories or ("no", "yes"), happened, column_words(column))
        if len(happened):
            _key(figure, _outcome(story))

    said = f"Distribution of {len(table.columns)} columns of {len(table):,} rows, apart for those with and without the outcome."
    return Plot(f"{table.name}-distributions", "How are the values distributed?", said, draw, _tall(len(table.columns), 1.85))


def _boxes(story: Story, ranges: Mapping[str, Range]) -> Plot | None:
    table = story.table
    columns = _spread(table)
    if not columns:
        return None
    normal = [column for column in columns if column.node in ranges]

    def draw(figure: Any) -> None:
        for axes, column in zip(_grid(figure, len(columns)), columns, strict=True):
            reference = ranges.get(column.node) if column.node else None
            draw_boxes(axes, table.values[column.name], story.happened, column_words(column), unit_words(column), reference)

    beside = (
        f"the green band is the reference range of adults ({len(normal)} columns have one)" if normal else "no range is known"
    )
    said = f"Quartiles without and with the outcome ({_outcome(story)}), whiskers from the 5th to the 95th of 100; {beside}."
    question = "Which values lie outside what is normal?" if normal else "How do the values of those with the outcome differ?"
    return Plot(f"{table.name}-boxes", question, said, draw, _tall(len(columns), 2.1))


def _missing(table: Table) -> Plot:
    columns = [column for column in table.columns if not column.derived]
    shares = np.array([1 - np.isfinite(known_values(table, column)).mean() for column in columns])
    names = [column_words(column) for column in columns]

    def draw(figure: Any) -> None:
        draw_missing(figure.subplots(), names, shares, len(table))

    most = int(np.argmax(shares))
    said = f"Most is missing of {names[most]}: {100 * shares[most]:.1f} % of the rows."
    if round(shares[most] * len(table)) < LEAST_PEOPLE:
        said = f"Of no column {LEAST_PEOPLE} values or more are missing." if shares[most] else "Nothing is missing."
    return Plot(f"{table.name}-missing", "What was not measured?", said, draw, (8.0, 0.9 + 0.24 * len(columns)))


def _correlations(story: Story) -> Plot | None:
    table = story.table
    columns = [column for column in table.columns if _varies(table, column) or column.kind is ColumnKind.FLAG]
    if len(columns) < SOME:
        return None
    ranked = [known_values(table, column) for column in columns]
    with_outcome = np.abs(np.nan_to_num(spearman([*ranked, table.target])[-1, :-1]))
    kept = np.sort(np.argsort(-with_outcome, kind="stable")[:MOST_COLUMNS]).tolist()
    matrix = spearman([*(ranked[place] for place in kept), table.target])
    names = [*(column_words(columns[place]) for place in kept), _outcome(story)]

    def draw(figure: Any) -> None:
        draw_correlations(figure, figure.subplots(), names, matrix)

    first = int(np.argmax(np.abs(np.nan_to_num(matrix[-1, :-1]))))
    said = (
        f"Rank correlation of pairs of columns; the outcome goes with {names[first]} most closely ({matrix[-1, first]:+.2f})."
    )
    side = 3.0 + 0.36 * len(names)
    return Plot(f"{table.name}-correlations", "Which values go together?", said, draw, (side + 1.2, side))


def spearman(columns: list[Numbers]) -> Numbers:
    """Rank correlation of each pair, over the rows that have both; NaN where one of them does not vary.

    Args:
        columns: each of shape (rows,), NaN where missing.

    Returns:
        shape: (columns, columns).
    """
    found = np.full((len(columns), len(columns)), np.nan)
    for i, one in enumerate(columns):
        for j, other in enumerate(columns[: i + 1]):
            both = np.isfinite(one) & np.isfinite(other)
            a, b = places(one[both], one[both]), places(other[both], other[both])
            if len(a) > 1 and a.std() > 0 and b.std() > 0:
                found[i, j] = found[j, i] = float(np.mean((a - a.mean()) * (b - b.mean())) / (a.std() * b.std()))
    return found


def components(matrix: Numbers) -> tuple[Numbers, tuple[float, float], Numbers]:
    """People in the two directions of greatest variance (Pearson 1901, doi:10.1080/14786440109462720).

    Args:
        matrix: standardised. shape: (people, features), two features or more.

    Returns:
        Scores of shape (people, 2), the share of the variance of each direction, and the directions, shape (2, features).
    """
    centred = matrix - matrix.mean(axis=0)
    left, sizes, directions = np.linalg.svd(centred, full_matrices=False)
    shares = sizes**2 / (sizes**2).sum()
    return left[:, :2] * sizes[:2], (float(shares[0]), float(shares[1])), directions[:2]


def _plane(story: Story) -> Plot | None:
    table = story.table
    if len(_spread(table)) < SOME:
        return None
    encoder = fit_encoder(table.columns, table.values)
    numbers = (encoder.code == VALUE) & np.array([table.columns[p].kind is ColumnKind.NUMBER for p in encoder.source])
    scores, explained, directions = components(encoder.encode(table.values)[:, numbers])
    # A person of several rows is there once.
    _, shown = np.unique(table.groups, return_index=True)
    classes = bool(len(story.happened))
    labels = table.target.astype(np.int64) if classes else np.zeros(len(table), np.int64)
    names = ("all others", _outcome(story)) if classes else ("all",)
    words = [column_words(table.columns[place]) for place in encoder.source[numbers]]
    along = [" and ".join(words[i] for i in np.argsort(-np.abs(one))[:2]) for one in directions]

    def draw(figure: Any) -> None:
        draw_components(figure.subplots(), scores[shown], labels[shown], names, explained)

    said = (
        f"{len(shown):,} people in the two directions in which they differ most: along the first chiefly in {along[0]}, along "
        f"the second in {along[1]}. A point is the mean of {LEAST_PEOPLE} people or more, a cross that of all of a colour."
    )
    return Plot(f"{table.name}-plane", "Do those with the outcome lie apart?", said, draw, (8.0, 4.6))


def _radar(story: Story) -> Plot | None:
    table, example = story.table, story.example
    by_size = [part.feature for part in story.explanation.contributions]
    columns = sorted(
        (c for c in _spread(table) if is_known(c, example.values)),
        key=lambda c: by_size.index(c.name) if c.name in by_size else len(by_size),
    )[:MOST_SPOKES]
    if len(columns) < SOME:
        return None
    ranks = np.array([places(table.values[c.name], np.array([example.values[c.name]]))[0] for c in columns])
    texts = [value_words(column, example.values[column.name]) for column in columns]

    def draw(figure: Any) -> None:
        axes = figure.subplots(subplot_kw={"projection": "polar"})
        draw_radar(axes, [column_words(c) for c in columns], ranks, texts, example.short)

    far = int(np.argmax(np.abs(ranks - 0.5)))
    said = (
        f"{example.words.capitalize()}: the place of each value among all {len(table):,}; 50 is the middle one. "
        f"The furthest from it is {column_words(columns[far])}, higher than that of {100 * ranks[far]:.0f} of 100."
    )
    question = "How does one patient differ from all others?"
    if example.people > 1:
        question = "How do those with the highest answers differ from all others?"
    return Plot(f"{table.name}-radar", question, said, draw, (8.0, 4.8))
