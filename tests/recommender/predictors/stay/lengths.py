"""Stays whose truth is known: two days and three more for each point of severity, spread the wider the more severe."""

from dataclasses import replace

import numpy as np

from recommender.predictors.learning.config import read_learning
from recommender.predictors.stay.config import StayConfig
from recommender.predictors.tables.table import Column, ColumnKind, Table

QUICK = StayConfig(
    learning=replace(
        read_learning(), folds=3, repeats=1, inner_folds=2, trials=1, bootstraps=40, regressors=("floor", "linear")
    ),
    trees=80,
)


def lengths(rows: int = 600, seed: int = 0) -> Table:
    random = np.random.default_rng(seed)
    severity, age = random.uniform(0, 3, rows), random.uniform(20, 90, rows)
    days = np.maximum(2 + 3 * severity + random.normal(0, 0.3 + severity, rows), 0)
    columns = (
        Column("severity", ColumnKind.NUMBER, low=0, high=3),
        Column("age", ColumnKind.NUMBER, "a", 0, 120, node="age"),
    )
    lines = np.arange(rows, dtype=np.int64)
    values = {"severity": severity, "age": age}
    return Table("lengths", columns, values, days, "days in hospital", lines, lines + 2, synthetic=True, source="generated")
