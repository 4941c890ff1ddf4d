"""Whether a predictor that was fitted again may take the place of the one that serves.

Both are asked for the same rows, and neither has learned from them: those that the former one was never fitted on, for which
the new one answers from folds that left them out. The difference is paired: people are drawn again with all their rows, and
both are judged on the same draw. The new one is promoted unless it is worse by more than one standard error of the difference,
in ROC-AUC or in Brier score (for a regression: in squared error).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recommender.predictors.tables.table import Numbers, Table

DRAWS = 500
FEWEST = 20
"""Unseen rows, and 5 of each class, below which nothing can be told and the former one stays."""
FEWEST_OF_A_CLASS = 5


@dataclass(frozen=True, slots=True)
class Difference:
    """By how much the new one differs, in one measure.

    Attributes:
        measure: what was measured.
        former, new: the figure of each on the same rows.
        error: standard error of the difference.
        low, high: 95 % interval of new - former.
        larger_is_better: the measure's direction.
    """

    measure: str
    former: float
    new: float
    error: float
    low: float
    high: float
    larger_is_better: bool

    @property
    def worse(self) -> bool:
        """Whether the new one is worse by more than one standard error."""
        gain = (self.new - self.former) * (1 if self.larger_is_better else -1)
        return gain < -self.error

    def payload(self) -> dict[str, Any]:
        """As JSON can hold it."""
        return {
            "measure": self.measure,
            "former": self.former,
            "new": self.new,
            "difference": self.new - self.former,
            "interval": [self.low, self.high],
            "worse": self.worse,
        }


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the new one is promoted, and why.

    Attributes:
        promoted: whether.
        why: in words.
        rows: unseen rows that it was judged on.
        differences: measure by measure; empty when there were too few rows.
    """

    promoted: bool
    why: str
    rows: int
    differences: tuple[Difference, ...] = ()

    def payload(self) -> dict[str, Any]:
        """As JSON can hold it."""
        return {
            "promoted": self.promoted,
            "why": self.why,
            "unseen_rows": self.rows,
            "differences": [difference.payload() for difference in self.differences],
        }


def judged(
    target: Numbers, former: Numbers, new: Numbers, groups: NDArray[np.int64], *, classes: bool, seed: int = 0
) -> Verdict:
    """Whether the new one may serve.

    Args:
        target: of the unseen rows. shape: (rows,), 0 and 1 for classes.
        former: what the former one answers for them. shape: (rows,), a probability for classes.
        new: what the new one answers, from folds without them.
        groups: whose each row is. shape: (rows,).
        classes: whether it is a classification.
        seed: of the draws.
    """
    count = len(target)
    positive = int(target.sum()) if classes else count
    if count < FEWEST or (classes and min(positive, count - positive) < FEWEST_OF_A_CLASS):
        return Verdict(False, f"only {count} unseen rows: too few to tell whether the new one is worse", count)
    measures = [("roc_auc", True), ("brier", False)] if classes else [("squared_error", False)]
    weights = _draws(groups, seed)
    differences = tuple(_difference(name, larger, target, former, new, weights) for name, larger in measures)
    worse = [d for d in differences if d.worse]
    said = "; ".join(f"{d.measure} {d.new:.3f} beside {d.former:.3f} of the former one" for d in worse or differences)
    return Verdict(not worse, f"{'worse' if worse else 'not worse'} on {count} unseen rows: {said}", count, differences)


def _draws(groups: NDArray[np.int64], seed: int) -> Numbers:
    """How often each row counts in each draw of people with replacement. shape: (draws, rows)."""
    people, whose = np.unique(groups, return_inverse=True)
    random = np.random.default_rng(seed)
    drawn = random.multinomial(len(people), np.full(len(people), 1 / len(people)), size=DRAWS)
    counts: Numbers = drawn[:, whose.reshape(-1)].astype(np.float64)
    return counts


def _difference(name: str, larger: bool, target: Numbers, former: Numbers, new: Numbers, weights: Numbers) -> Difference:
    measure = _roc_auc if name == "roc_auc" else _squared_error
    one = np.ones((1, len(target)))
    found = measure(target, new, weights) - measure(target, former, weights)
    # A draw without one of the classes tells nothing.
    found = found[~np.isnan(found)]
    low, high = np.quantile(found, [0.025, 0.975])
    return Difference(
        name,
        float(measure(target, former, one)[0]),
        float(measure(target, new, one)[0]),
        float(found.std(ddof=1)),
        float(low),
        float(high),
        larger,
    )


def _squared_error(target: Numbers, answer: Numbers, weights: Numbers) -> Numbers:
    """Mean squared error of each draw, which is the Brier score for probabilities. shape: (draws,)."""
    found: Numbers = weights @ (target - answer) ** 2 / weights.sum(axis=1)
    return found


def _roc_auc(target: Numbers, answer: Numbers, weights: Numbers) -> Numbers:
    """ROC-AUC of each draw, ties counted half; NaN where a draw has one class only. shape: (draws,)."""
    values, place = np.unique(answer, return_inverse=True)
    place = place.reshape(-1)
    found = np.full(len(weights), np.nan)
    for i, weight in enumerate(weights):
        positive = np.bincount(place, weight * target, len(values))
        negative = np.bincount(place, weight * (1 - target), len(values))
        pairs = positive.sum() * negative.sum()
        if pairs:
            found[i] = (positive * (np.cumsum(negative) - negative / 2)).sum() / pairs
    return found


def row_bytes(table: Table) -> list[bytes]:
    """Each row as bytes that are equal where the row is: the columns that were read, by name, and the target."""
    names = sorted(column.name for column in table.columns if not column.derived)
    parts = [np.nan_to_num(table.values[name], nan=-np.inf) for name in names]
    matrix = np.column_stack([*parts, table.target if len(table.target) else np.zeros(len(table))]).astype("<f8") + 0.0
    head = "\0".join(names).encode()
    return [head + row.tobytes() for row in matrix]
