"""The table of all candidates, as it is printed and kept."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recommender.predictors.learning.conformal import Coverage
from recommender.predictors.learning.measures import Figure
from recommender.predictors.tables.table import Numbers


@dataclass(frozen=True)
class HeldOut:
    """What one candidate answered for rows that it had not seen.

    Attributes:
        margins: shape (repeats, rows).
        probabilities: calibrated on the other folds; the margins themselves of a regression. shape: (repeats, rows).
        folds: shape (repeats, rows), int64.
    """

    margins: Numbers
    probabilities: Numbers
    folds: NDArray[np.int64]


@dataclass(frozen=True)
class CandidateRow:
    """A row of the table.

    Attributes:
        name, label: of the candidate.
        figures: measure → figure on the outer folds.
        inner: mean score of its inner folds.
        coverage: of its conformal sets.
        settings: that its searches took most often.
        seconds: that its searches and fits took.
    """

    name: str
    label: str
    figures: Mapping[str, Figure]
    inner: float
    coverage: Coverage
    settings: Mapping[str, Any] = field(default_factory=dict)
    seconds: float = 0.0

    def payload(self) -> dict[str, Any]:
        """As JSON can hold it: a figure and its interval side by side."""
        found: dict[str, Any] = {"candidate": self.name, "label": self.label}
        for measure, figure in self.figures.items():
            value, *interval = figure.payload()
            found |= {measure: value, f"{measure}_interval": interval}
        found |= {"inner_score": self.inner, "conformal": self.coverage.payload()}
        return found | {"settings": dict(self.settings), "seconds": round(self.seconds, 2)}


@dataclass(frozen=True)
class Comparison:
    """All candidates beside each other.

    Attributes:
        rows: in the order of simplicity.
        procedure: figures of choosing anew within each outer fold: what choosing itself costs is in them.
        promoted: the winner's name.
        why: it is the winner.
        classes: whether it is a classification.
        repeats, folds: of the outer folds.
        people: how many groups of rows.
        total_rows: how many rows.
        seconds: of everything.
        fitted_rows: that a model of a fold was fitted on at least; fewer than were asked for where the budget did not last.
        notes: by what it was cut short.
    """

    rows: tuple[CandidateRow, ...]
    procedure: Mapping[str, Figure]
    promoted: str
    why: str
    classes: bool
    repeats: int
    folds: int
    people: int
    total_rows: int
    seconds: float
    fitted_rows: int = 0
    notes: tuple[str, ...] = ()

    def row(self, name: str) -> CandidateRow:
        """The row of a candidate.

        Raises:
            KeyError: when it was not among those tried.
        """
        for row in self.rows:
            if row.name == name:
                return row
        raise KeyError(name)

    @property
    def winner(self) -> CandidateRow:
        """The promoted one's row."""
        return self.row(self.promoted)

    def payload(self) -> dict[str, Any]:
        """As JSON can hold it."""
        return {
            "promoted": self.promoted,
            "why": self.why,
            "candidates": [row.payload() | {"promoted": row.name == self.promoted} for row in self.rows],
            "procedure": {name: figure.payload() for name, figure in self.procedure.items()},
            "repeats": self.repeats,
            "folds": self.folds,
            "rows": self.total_rows,
            "people": self.people,
            "seconds": round(self.seconds, 1),
            "fitted_rows": self.fitted_rows,
            "notes": list(self.notes),
        }
