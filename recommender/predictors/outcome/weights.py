"""What outcomes of people like this one add to a known treatment: a signed weight, shrunken, and none where it may be none.

The weight of a medicine for a condition is what its own levels (class, medicine, the pair, the medicine in the person's group,
genes) say of a good outcome, in log-odds, above the mean of the condition's medicines by how many people took each. What all
medicines of a condition share, such as the person's age, is no reason for one of them and drops out.

With the weights x of a medicine's own levels, the mean m = Σ n x / Σ n over the condition's medicines that n people took each,
and the shrunken effects u with their covariance C (:mod:`.pooling`), the weight is (x - m)·u and its variance
(x - m)' C (x - m): a contrast of best linear unbiased predictions (Robinson 1991, Stat Sci 6:15).
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

import numpy as np

from graph.array_file import Array
from graph.errors import UnknownNodeError
from graph.snapshot import Snapshot
from recommender.outcomes import BOUND, Shift
from recommender.predictors.outcome.design import OF_MEDICINE, Asked, Design
from recommender.predictors.outcome.model import OutcomeModel
from recommender.predictors.population.courses import Result

QUANTILE = 1.96


def weights(
    model: OutcomeModel,
    design: Design,
    snapshot: Snapshot,
    features: Mapping[str, float],
    conditions: Iterable[int],
    phenotypes: frozenset[int] = frozenset(),
) -> dict[tuple[int, int], Shift]:
    """Weights by numbers of condition and medicine; only where the 95 % interval leaves 0 out, within ±``outcomes.BOUND``.

    They take the place of :func:`recommender.outcomes.shifts` of the same pairs: both come of the same outcomes.

    Args:
        model: of outcomes.
        design: the levels of therapies.
        snapshot: the graph.
        features: of the patient.
        conditions: numbers of the conditions whose medicines are asked about.
        phenotypes: numbers of the patient's phenotypes.
    """
    found = {}
    for condition in sorted(set(conditions)):
        taken = _taken(model, snapshot, condition)
        rows = [_row(model, design, Asked(medicine, condition, features, phenotypes)) for medicine, _, _ in taken]
        if len(rows) < 2:
            continue
        matrix, people = np.array(rows), np.array([n for _, n, _ in taken], float)
        apart = matrix - people @ matrix / people.sum()
        for (medicine, n, good), row in zip(taken, apart, strict=True):
            if shift := _shift(model, row, n, good):
                found[condition, medicine] = shift
    return found


def _taken(model: OutcomeModel, snapshot: Snapshot, condition: int) -> list[tuple[int, int, int]]:
    """Medicines that enough people took for a condition: number, people, good outcomes."""
    wanted, found = snapshot.id(condition), []
    for (medicine, of), people, good in zip(model.pairs, model.people.tolist(), model.good.tolist(), strict=True):
        if of == wanted:
            try:
                found.append((snapshot.number(medicine), people, good))
            except UnknownNodeError:
                # The graph was made anew since; what it does not know is not suggested either.
                continue
    return found


def _row(model: OutcomeModel, design: Design, asked: Asked) -> Array:
    return model.row({level: weight for level, weight in design.levels(asked).items() if level.block in OF_MEDICINE})


def _shift(model: OutcomeModel, row: Array, people: int, good: int) -> Shift | None:
    value = float(model.effects[Result.GOOD] @ row)
    room = QUANTILE * float(np.sqrt(max(float(row @ model.covariance.astype(float) @ row), 0.0)))
    if value == 0 or abs(value) <= room:
        return None
    told = Shift(value, people, good, value - room, value + room)
    ends = {name: min(max(getattr(told, name), -BOUND), BOUND) for name in ("value", "low", "high")}
    return replace(told, **ends)
