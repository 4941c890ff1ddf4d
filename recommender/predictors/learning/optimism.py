"""How much better a bad pipeline looks: scaling and selection done once on all rows, before the folds.

Selection that has seen the held-out rows finds the columns that go with *their* targets by chance (Ambroise & McLachlan 2002,
doi:10.1073/pnas.102102699). With columns of pure noise the whole of its figure is such optimism: the truth is .5.
"""

from dataclasses import dataclass, replace

import numpy as np

from recommender.predictors.learning.candidates import CANDIDATES
from recommender.predictors.learning.folds import fold_numbers
from recommender.predictors.learning.measures import roc_auc
from recommender.predictors.learning.splitting import Split, held_out_margins, split
from recommender.predictors.tables.table import Column, ColumnKind, Table

NOISE = 500
"""Columns of noise of the sharper demonstration."""
KEPT = 10
"""Columns that are selected."""


@dataclass(frozen=True, slots=True)
class Optimism:
    """The same model judged both ways, in mean ROC-AUC over repeated folds.

    Attributes:
        columns: how many there were to select from.
        outside: with imputation, scaling and selection on all rows.
        inside: with all of them inside the folds.
    """

    columns: int
    outside: float
    inside: float

    @property
    def gap(self) -> float:
        """The optimism."""
        return self.outside - self.inside

    def payload(self) -> dict[str, float]:
        """As JSON can hold it."""
        return {"columns": self.columns, "outside": self.outside, "inside": self.inside, "optimism": self.gap}


def optimism(table: Table, *, kept: int = KEPT, folds: int = 5, repeats: int = 5, seed: int = 0) -> Optimism:
    """Logistic regression on the ``kept`` columns that go with the target most closely, selected outside and inside."""
    everyone = np.arange(len(table), dtype=np.int64)
    whole = split(table, everyone, everyone[:0])
    outside, inside = [], []
    for repeat in range(repeats):
        numbers = fold_numbers(table.target, table.groups, folds, seed + repeat)
        for fold in range(folds):
            seen, out = np.flatnonzero(numbers != fold).astype(np.int64), np.flatnonzero(numbers == fold).astype(np.int64)
            target, truth = whole.target[seen], whole.target[out]
            bad = replace(whole, fitted=whole.fitted[seen], target=target, held_out=whole.fitted[out], truth=truth, places=out)
            outside.append(_score(bad, kept))
            inside.append(_score(split(table, seen, out), kept))
    return Optimism(len(whole.ranked), float(np.mean(outside)), float(np.mean(inside)))


def _score(part: Split, kept: int) -> float:
    settings = {"C": 1.0, "share": min(1.0, kept / len(part.ranked))}
    margins = held_out_margins(CANDIDATES["logistic"], part, settings, 0, classes=True)
    return float(roc_auc(part.truth, margins)[0])


def noise_only(table: Table, *, columns: int = NOISE, seed: int = 0) -> Table:
    """The same rows and targets with nothing but noise for features: no model can be better than .5."""
    random = np.random.default_rng(seed)
    made = tuple(Column(f"noise {i}", ColumnKind.NUMBER) for i in range(columns))
    values = {column.name: random.standard_normal(len(table)) for column in made}
    return replace(table, name=f"{table.name} with noise only", columns=made, values=values, synthetic=True)
