"""The same figures by age band and sex, with the gaps between them: who is served worse than others."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recommender.predictors.learning.comparison import HeldOut
from recommender.predictors.learning.measures import YES, Figure, classification_figures
from recommender.predictors.tables.table import ColumnKind, Table

BANDS = (0.0, 18.0, 40.0, 65.0, 80.0, np.inf)
"""Ages at which bands begin; the last is the end."""
FEWEST = 20
"""People below which nothing is told of a subgroup: of fewer it would be noise, and come near to telling of a person."""
FEWEST_OF_A_CLASS = 5
MEASURES = ("roc_auc", "brier", "calibration_error", "recall", "precision")


@dataclass(frozen=True)
class Subgroup:
    """Figures of some of the people.

    Attributes:
        by: ``sex`` or ``age``.
        name: which: ``female``, ``65 to 79``.
        people: how many groups of rows.
        share: of positives among its rows; NaN, null in JSON, where there are too few people.
        figures: measure → figure; empty when there are too few people.
    """

    by: str
    name: str
    people: int
    share: float
    figures: Mapping[str, Figure]

    def payload(self) -> dict[str, Any]:
        """As JSON can hold it."""
        figures = {name: figure.payload() for name, figure in self.figures.items()}
        share = self.share if np.isfinite(self.share) else None
        return {"by": self.by, "name": self.name, "people": self.people, "share": share, **figures}


def subgroups(table: Table, answer: HeldOut, *, draws: int = 200, seed: int = 0) -> tuple[Subgroup, ...]:
    """Figures of each sex and age band that the table has, on held-out rows of a classification.

    Args:
        table: with columns whose node, or name, is ``sex`` or ``age``; without them there are no subgroups.
        answer: of the promoted candidate.
        draws, seed: of the intervals.
    """
    return tuple(_subgroup(by, name, rows, table, answer, draws, seed) for by, name, rows in _parts(table))


def gaps(found: tuple[Subgroup, ...]) -> dict[str, dict[str, float]]:
    """Largest difference between subgroups of one kind: by kind, by measure; only where two of them have the figure."""
    answer: dict[str, dict[str, float]] = {}
    for by in dict.fromkeys(one.by for one in found):
        told = [one.figures for one in found if one.by == by and one.figures]
        if len(told) > 1:
            values = {name: [figures[name].value for figures in told if np.isfinite(figures[name].value)] for name in MEASURES}
            answer[by] = {name: max(some) - min(some) for name, some in values.items() if len(some) > 1}
    return answer


def _parts(table: Table) -> Iterator[tuple[str, str, NDArray[np.int64]]]:
    for column in table.columns:
        values = table.values[column.name]
        told = {column.node.lower(), column.name.lower()}
        if "sex" in told and column.kind is not ColumnKind.NUMBER:
            names = column.categories or (f"{column.name} 0", f"{column.name} 1")
            for i, name in enumerate(names):
                yield "sex", name, np.flatnonzero(values == i).astype(np.int64)
        elif "age" in told and column.kind is ColumnKind.NUMBER:
            for low, high in pairwise(BANDS):
                name = f"{low:.0f} to {high - 1:.0f}" if np.isfinite(high) else f"{low:.0f} and above"
                yield "age", name, np.flatnonzero((values >= low) & (values < high)).astype(np.int64)


def _subgroup(by: str, name: str, rows: NDArray[np.int64], table: Table, answer: HeldOut, draws: int, seed: int) -> Subgroup:
    target, groups = table.target[rows], table.groups[rows]
    people, positive = len(np.unique(groups)), int(target.sum())
    share = positive / len(rows) if people >= FEWEST else np.nan
    if people < FEWEST or min(positive, len(rows) - positive) < FEWEST_OF_A_CLASS:
        return Subgroup(by, name, people, share, {})
    # Within a subgroup a fold holds too few to rank: the calibrated probabilities of all folds are ranked together.
    figures = classification_figures(target, answer.probabilities[:, rows], groups, draws=draws, seed=seed)
    if (answer.probabilities[:, rows] < YES).all():
        figures["precision"] = Figure(np.nan, np.nan, np.nan)  # of nobody: it would make a gap where nothing was said
    return Subgroup(by, name, people, share, {measure: figures[measure] for measure in MEASURES})
