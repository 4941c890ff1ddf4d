"""What keeps a plot from telling of single people: bars are pooled, points are means, and small counts are not told.

A report of a table may go further than the table itself. So no bar, point or count of it rests on fewer than ``LEAST_PEOPLE``
rows but none at all, and no value of it can be read back by subtracting another.
"""

import numpy as np

from recommender.outcomes import LEAST_PEOPLE
from recommender.predictors.tables.table import Numbers


def count_words(count: float) -> str:
    """A count as it may be told: ``12``, ``0``, or ``< 5``."""
    return f"< {LEAST_PEOPLE}" if 0 < round(count) < LEAST_PEOPLE else f"{count:,.0f}"


def line_words(counts: Numbers) -> tuple[str, str]:
    """Two counts whose sum is known elsewhere: where one may not be told, the other is told as what it is more than.

    Args:
        counts: shape (2,).
    """
    total = round(float(counts.sum()))
    told = [count_words(count) for count in counts.tolist()]
    hidden = [text.startswith("<") for text in told]
    if any(hidden):
        other = f"> {total - LEAST_PEOPLE:,}" if total >= LEAST_PEOPLE else f"< {LEAST_PEOPLE}"
        told = [text if small else other for text, small in zip(told, hidden, strict=True)]
    return told[0], told[1]


def pooled(values: Numbers, edges: Numbers) -> tuple[Numbers, Numbers]:
    """A histogram whose bars hold nobody, or ``LEAST_PEOPLE`` or more: neighbours are pooled until they do.

    Args:
        values: finite; what is beyond the edges counts into the bars at the ends. shape: (rows,).
        edges: of bars of equal width. shape: (bars + 1,).

    Returns:
        Rows for each width of one bar, so that the area is the number of rows, of shape (bars,), and edges, shape (bars + 1,).
        Where there are too few values at all, every bar is empty.
    """
    counts = np.histogram(np.clip(values, edges[0], edges[-1]), edges)[0].astype(float)
    if counts.sum() < LEAST_PEOPLE:
        return np.zeros_like(counts), edges
    ends, sums, open_ = [0], [], 0.0
    for place, count in enumerate(counts.tolist(), start=1):
        open_ += count
        if open_ == 0 or open_ >= LEAST_PEOPLE:
            ends.append(place)
            sums.append(open_)
            open_ = 0.0
    while open_:
        # What is left over at the end joins the last bar that holds somebody, and the empty ones between.
        open_ += sums.pop()
        ends.pop()
        if open_ >= LEAST_PEOPLE:
            sums.append(open_)
            ends.append(len(counts))
            open_ = 0.0
    widths = np.diff(ends)
    return np.array(sums) / widths, edges[ends]


def means_of_several(points: Numbers, most: int = 400, by: int | None = None) -> Numbers:
    """Points as the means of ``LEAST_PEOPLE`` or more neighbours each; none where there are fewer points than that.

    The points are halved at the middle of the direction in which they spread most, until a half would be too small.

    Args:
        points: shape (people, directions).
        most: means at most, about: of many people each mean is of more of them.
        by: so many of the first directions decide who are neighbours; all of them by default.

    Returns:
        shape: (means, directions).
    """
    if len(points) < LEAST_PEOPLE:
        return np.empty((0, points.shape[1]))
    least = max(LEAST_PEOPLE, len(points) // most)
    parts, done = [points], []
    while parts:
        part = parts.pop()
        if len(part) < 2 * least:
            done.append(part.mean(axis=0))
            continue
        order = np.argsort(part[:, int(np.argmax(np.ptp(part[:, :by], axis=0)))], kind="stable")
        parts += [part[order[len(part) // 2 :]], part[order[: len(part) // 2]]]
    return np.array(done)


def tail(rows: int, share: float) -> float:
    """The share of so many rows beyond which a tail holds ``LEAST_PEOPLE`` of them, ``share`` or more and a quarter at most."""
    return min(0.25, max(share, LEAST_PEOPLE / max(1, rows)))
