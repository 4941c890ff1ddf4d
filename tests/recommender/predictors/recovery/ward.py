"""A small ward: people whose recovery hangs on one number, and a quick way of fitting it."""

from dataclasses import replace

import numpy as np

from recommender.predictors.learning.config import read_learning
from recommender.predictors.recovery.config import RecoveryConfig
from recommender.predictors.recovery.stays import Stays
from recommender.predictors.tables.table import Column, ColumnKind, Table

COLUMNS = (
    Column("age", ColumnKind.NUMBER, unit="a", node="age"),
    Column("oxygen", ColumnKind.NUMBER, unit="%", changeable=True),
    Column("noise", ColumnKind.NUMBER),
)
LEARNING = replace(
    read_learning(), folds=3, repeats=1, inner_folds=2, trials=1, bootstraps=30, candidates=("floor", "logistic")
)
TINY = {"widths": (12,), "epochs": 40, "patience": 5, "batch": 32, "nets": 2, "rate": 0.01}
PLAIN = RecoveryConfig(LEARNING, with_deep=False)


def ward(rows: int = 400, seed: int = 0) -> Table:
    """People who recover when their oxygen is neither low nor high: nothing that a straight line could tell."""
    random = np.random.default_rng(seed)
    oxygen = random.standard_normal(rows)
    margin = 3 - 3 * oxygen**2
    values = {"age": random.uniform(20, 90, rows), "oxygen": oxygen, "noise": random.standard_normal(rows)}
    values["noise"][::9] = np.nan
    target = (random.random(rows) < 1 / (1 + np.exp(-margin))).astype(float)
    places = np.arange(rows)
    return Table("ward", COLUMNS, values, target, "recovered", places, places + 2, synthetic=True)


def straight(rows: int = 400, seed: int = 0) -> Table:
    """The same where a straight line tells it all."""
    table = ward(rows, seed)
    random = np.random.default_rng(seed + 1)
    target = (random.random(rows) < 1 / (1 + np.exp(-1.5 * table.values["oxygen"]))).astype(float)
    return replace(table, target=target)


def stays_of(table: Table, seed: int = 0) -> Stays:
    """Those who recover stay 1 to 4 days and need no intensive care, the others 3 to 8, half of them in intensive care."""
    random = np.random.default_rng(seed + 2)
    short, long = random.integers(1, 5, len(table)), random.integers(3, 9, len(table))
    bed = np.where(table.target > 0, short, long).astype(float)
    care = np.where(table.target > 0, 0, np.minimum(long, random.integers(0, 4, len(table)))).astype(float)
    return Stays(table.rows, bed, care)
