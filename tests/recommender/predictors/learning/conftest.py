"""Small tables whose truth is known, and a quick way of fitting them."""

from dataclasses import replace

import numpy as np
import pytest

from recommender.predictors.learning.config import LearningConfig, read_learning
from recommender.predictors.tables.table import Column, ColumnKind, Table


def made(rows: int = 200, seed: int = 0, *, strength: float = 1.5, regression: bool = False) -> Table:
    """A table of one number that tells, one that does not, a flag, and a sex; some values are missing."""
    random = np.random.default_rng(seed)
    tells, noise = random.standard_normal(rows), random.standard_normal(rows)
    sex, flag = random.integers(0, 2, rows).astype(float), random.integers(0, 2, rows).astype(float)
    margin = strength * tells + 0.5 * flag
    target = 3 * margin + random.standard_normal(rows) if regression else random.random(rows) < 1 / (1 + np.exp(-margin))
    noise[::7] = np.nan
    columns = (
        Column("age", ColumnKind.NUMBER, unit="a"),
        Column("tells", ColumnKind.NUMBER),
        Column("noise", ColumnKind.NUMBER),
        Column("flag", ColumnKind.FLAG),
        Column("sex", ColumnKind.CATEGORY, categories=("female", "male")),
    )
    values = {"age": random.uniform(20, 90, rows), "tells": tells, "noise": noise, "flag": flag, "sex": sex}
    places = np.arange(rows)
    return Table("made", columns, values, np.asarray(target, float), "it happens", places, places + 2, synthetic=True)


@pytest.fixture
def table() -> Table:
    return made()


QUICK = replace(
    read_learning(),
    folds=3,
    repeats=1,
    inner_folds=2,
    trials=1,
    bootstraps=30,
    candidates=("floor", "logistic", "tree", "svm", "xgboost"),
    regressors=("floor", "linear", "ridge", "boosting"),
)
"""One repeat of three folds, no search, and the quick candidates."""


@pytest.fixture
def quick() -> LearningConfig:
    return QUICK
