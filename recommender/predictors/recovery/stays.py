"""How long people stayed, and how much of it in intensive care, by what was expected of them and by how it went.

Stays are those of the rows that the predictor was fitted on, counted from the day of the row. They are kept as shares of people
by day, in bands of the probability of recovery that the folds without the row gave, and each band rests on many people: no stay
of one person can be read off.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from graph.array_file import Array
from recommender.errors import PredictorError
from recommender.outcomes import LEAST_PEOPLE
from recommender.predictors.tables.mapped import TableMapping
from recommender.predictors.tables.reading import read_table
from recommender.predictors.tables.table import Numbers, Table

BED, CARE = "stay_days", "icu_days"
"""Columns of the further days in hospital, and of those in intensive care among them."""
MOST_DAYS = 60
"""Days ahead that are known."""
BANDS = 5
"""Bands of equal numbers of people."""
_NAMES = ("edges", "bed", "intensive")


@dataclass(frozen=True)
class Stays:
    """Further days of people, by row.

    Attributes:
        lines: of the file, ascending. shape: (rows,).
        bed: further days in hospital. shape: (rows,).
        intensive: how many of them, the first ones, in intensive care. shape: (rows,).
    """

    lines: NDArray[np.int64]
    bed: Numbers
    intensive: Numbers


def read_stays(path: Path, mapping: TableMapping | None = None, *, bed: str = BED, care: str = CARE) -> Stays:
    """The stays of a table.

    Args:
        path: the file.
        mapping: what its columns hold; None for a known table.
        bed: the column of the further days in hospital.
        care: the column of the days in intensive care among them.

    Raises:
        TableError: when a column is missing or cannot be read.
    """
    days = {name: read_table(path, mapping, target=name)[0] for name in (bed, care)}
    lines, one, other = np.intersect1d(days[bed].rows, days[care].rows, return_indices=True)
    return Stays(lines, days[bed].target[one], days[care].target[other])


@dataclass(frozen=True)
class StayCurves:
    """Share of people who still need a bed, or intensive care, so many days ahead.

    Attributes:
        edges: between bands of the probability of recovery. shape: (bands - 1,), ascending.
        bed: shape (bands, 2, days), falling by day; the second axis is "did not recover" and "recovered".
        intensive: the same of intensive care.
    """

    edges: Numbers
    bed: Numbers
    intensive: Numbers

    def __post_init__(self) -> None:
        """Refuse curves that are none.

        Raises:
            PredictorError: when shapes do not fit, or a share is none.
        """
        fits = self.bed.ndim == 3 and self.bed.shape == self.intensive.shape and self.bed.shape[1] == 2
        shares = np.concatenate([self.bed.ravel(), self.intensive.ravel()])
        if not fits or len(self.edges) != len(self.bed) - 1 or not ((shares >= 0) & (shares <= 1)).all():
            raise PredictorError("the lengths of stay are damaged; train again")

    @classmethod
    def of_table(cls, table: Table, expected: Numbers, stays: Stays) -> Self:
        """The curves of a table.

        Args:
            table: with the outcome as target.
            expected: probability of recovery by folds without the row. shape: (rows,).
            stays: of rows of the same file.

        Raises:
            PredictorError: when fewer than ``LEAST_PEOPLE`` people of an outcome have a stay.
        """
        _, own, other = np.intersect1d(table.rows, stays.lines, return_indices=True)
        outcome, chance = table.target[own], expected[own]
        if min(int((outcome > 0).sum()), int((outcome == 0).sum())) < LEAST_PEOPLE:
            raise PredictorError(f"{table.name}: stays of {LEAST_PEOPLE} people of each outcome or more are needed")
        edges = np.unique(np.quantile(chance, np.linspace(0, 1, BANDS + 1)[1:-1]))
        bands = np.searchsorted(edges, chance, "right")
        curves = [_curves(stays_of[other], outcome, bands, len(edges) + 1) for stays_of in (stays.bed, stays.intensive)]
        return cls(edges, *curves)

    @property
    def days(self) -> int:
        """How many days ahead are known."""
        return len(self.bed[0, 0])

    def needed(self, probability: Numbers, band: NDArray[np.int64], days: int) -> tuple[Numbers, Numbers]:
        """The chance that each person needs a bed, and intensive care, on each day ahead.

        Args:
            probability: of recovery. shape: (people,).
            band: of each person. shape: (people,).
            days: how many.

        Returns:
            Two arrays of shape (people, days).
        """
        weight = probability[:, None]
        mixed = [(1 - weight) * curve[band, 0, :days] + weight * curve[band, 1, :days] for curve in (self.bed, self.intensive)]
        return mixed[0], mixed[1]

    def bands(self, probability: Numbers) -> NDArray[np.int64]:
        """The band of each probability. shape: (people,)."""
        return np.searchsorted(self.edges, probability, "right").astype(np.int64)

    def arrays(self) -> dict[str, Array]:
        """Everything it holds, by name."""
        return {name: getattr(self, name) for name in _NAMES}

    @classmethod
    def of(cls, arrays: Mapping[str, Array]) -> Self:
        """The curves that :meth:`arrays` told of.

        Raises:
            PredictorError: when one is missing or damaged.
        """
        try:
            return cls(*(np.asarray(arrays[name]) for name in _NAMES))
        except LookupError as error:
            raise PredictorError("the lengths of stay are damaged; train again") from error


def _curves(stay: Numbers, outcome: Numbers, bands: NDArray[np.int64], count: int) -> Numbers:
    """Shares by band, outcome and day; a band with too few people of an outcome has the shares of all bands."""
    found = np.empty((count, 2, MOST_DAYS))
    for happened in (0, 1):
        those = (outcome > 0) == bool(happened)
        for band in range(count):
            part = those & (bands == band)
            chosen = part if int(part.sum()) >= LEAST_PEOPLE else those
            found[band, happened] = (stay[chosen][:, None] >= np.arange(1, MOST_DAYS + 1)).mean(axis=0)
    return found
