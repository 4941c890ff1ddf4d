"""A predictor small enough to compute by hand: the share of ones on either side of the median of the first column."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from graph.snapshot import Snapshot
from recommender.predictors.bundles import StoredBundle
from recommender.predictors.entries import Entry, Learned, Progress, Question
from recommender.predictors.shape import Chance, Contribution, Explanation, ModelCard, Prediction
from recommender.predictors.tables.table import Column, ColumnKind, Numbers, Table

FOLDS = 4


@dataclass(frozen=True)
class Halves:
    """Shares below and above the median of one column."""

    column: Column
    middle: float
    shares: tuple[float, float]
    tag: str

    name = "halves"

    @property
    def card(self) -> ModelCard:
        return ModelCard("halves", "tests", {}, "halves", {})

    def chance(self, row: Mapping[str, float]) -> float:
        return self.shares[int(row.get(self.column.name, np.nan) > self.middle)]

    def predict(self, given: Mapping[str, float]) -> Prediction:
        value = given[self.column.name]
        if np.isnan(value):
            return Prediction(self.name, self.tag, (), f"{self.column.name} is missing")
        p = self.chance(given)
        return Prediction(self.name, self.tag, (Chance("y", "ill", p, p / 2, (p + 1) / 2, "rest"),), notes=("of halves",))

    def explain(self, given: Mapping[str, float], target: str = "") -> Explanation:
        part = Contribution(self.column.name, self.column.name, f"{given[self.column.name]:g}", 0.5, "r1")
        return Explanation("y", 0.1, (part,), 0.6, counterfactual="a lower value", alike="6 people")


def fitted(table: Table, middle: float) -> tuple[float, float]:
    above = table.values[table.columns[0].name] > middle
    return tuple((table.target[side].sum() + 0.5) / (side.sum() + 1) for side in (~above, above))  # type: ignore[return-value]


def fit(table: Table, settings: Mapping[str, Any], progress: Progress) -> Learned:
    column = table.columns[0]
    middle = float(np.nanmedian(table.values[column.name]))
    answers = np.empty(len(table))
    for fold in range(FOLDS):
        left = table.groups % FOLDS == fold
        shares = fitted(table.take(np.flatnonzero(~left)), middle)
        answers[left] = [shares[int(value > middle)] for value in table.values[column.name][left]]
    progress("fitting", 1.0)
    rows: list[dict[str, Any]] = [
        {"candidate": "halves", "roc_auc": 0.7, "roc_auc_interval": [0.6, 0.8], "brier": 0.2, "promoted": True},
        {"candidate": "mean", "roc_auc": 0.5, "roc_auc_interval": [0.4, 0.6], "brier": 0.25, "promoted": False},
    ]
    notes = {"column": column.name, "middle": middle}
    arrays = {"shares": np.array(fitted(table, middle))}
    told = {"candidates": rows, "promoted": "halves", "figures": {"brier": [0.2, 0.1, 0.3]}}
    return Learned(arrays, notes, len(table), {"roc_auc": 0.7}, told, answers)


def read(stored: StoredBundle | None, snapshot: Snapshot | None) -> Halves:
    assert stored is not None
    low, high = (float(share) for share in stored.arrays["shares"])
    column = Column(stored.notes["column"], ColumnKind.NUMBER)
    return Halves(column, stored.notes["middle"], (low, high), stored.tag)


def answers(predictor: Any, table: Table) -> Numbers:
    return np.array([predictor.chance(table.row(place)) for place in range(len(table))])


def given(predictor: Any, question: Question) -> list[tuple[str, Any]]:
    return [("", question.row)]


HALVES = Entry("halves", "tests", read, given, fit_table=fit, columns=lambda p: (p.column,), answers=answers)  # type: ignore[attr-defined]
