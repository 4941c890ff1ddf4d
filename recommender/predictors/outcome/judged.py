"""How well outcomes were told of people who were hidden, beside the plainest ways: the share that the medicine
had, and that of all medicines.

All are told of the same hidden courses. Intervals are of a bootstrap over people, as one person's courses go together.
"""

from collections.abc import Callable, Sequence
from typing import Any, Protocol

import numpy as np

from graph.array_file import Array
from recommender.calibration import Calibration
from recommender.predictors.outcome.config import OutcomeConfig
from recommender.predictors.population.courses import Result
from recommender.predictors.population.features import Matrix

COVERED = 0.9
"""Share of outcomes that conformal sets are to hold."""


class Judged(Protocol):
    """Courses as :class:`recommender.predictors.outcome.fitting.Courses` holds them."""

    @property
    def medicine(self) -> Array:
        """Shape (courses,)."""
        ...

    @property
    def result(self) -> Array:
        """Shape (courses,)."""
        ...

    @property
    def rating(self) -> Array:
        """Shape (courses,)."""
        ...

    @property
    def person(self) -> Array:
        """Shape (courses,)."""
        ...

    @property
    def fold(self) -> Array:
        """Shape (courses,)."""
        ...


def judged(courses: Judged, margins: Matrix, calibrations: Sequence[Calibration], config: OutcomeConfig) -> dict[str, Any]:
    """Figures as JSON can hold them.

    Args:
        courses: what was told of.
        margins: shape (courses, 4): log-odds told while the person was hidden.
        calibrations: of the four outcomes, for their own held-out figures.
        config: folds and bootstrap.
    """
    model = 1 / (1 + np.exp(-margins))
    model = model / model.sum(1, keepdims=True)
    share, usual = medicine_shares(courses, config.folds), usual_shares(courses, config.folds)
    happened = np.eye(len(Result))[courses.result]
    losses: dict[str, Callable[[Matrix], Array]] = {
        "log_loss": lambda told: -np.log(np.clip((told * happened).sum(1), 1e-6, 1)),
        "brier": lambda told: ((told - happened) ** 2).sum(1),
    }
    random = np.random.default_rng(config.seed)
    people = int(courses.person.max()) + 1
    times = random.multinomial(people, np.full(people, 1 / people), config.bootstraps)[:, courses.person].astype(float)
    found: dict[str, Any] = {"courses": len(courses.result), "people": people}
    for name, loss in losses.items():
        values = [loss(model), loss(share)]
        found[name] = _beside(*(_mean_interval(v, times) for v in (*values, values[0] - values[1])))
        found[name]["share_of_all"] = _mean_interval(loss(usual), times)
        found[name]["difference_from_all"] = _mean_interval(values[0] - loss(usual), times)
    good = courses.result == Result.GOOD
    areas = [_area_interval(told[:, Result.GOOD], good, times) for told in (model, share)]
    gain = areas[0] - areas[1]
    found["roc_auc_good"] = _beside(*(_interval(a) for a in (*areas, gain)))
    found["rating_error"] = _rating_error(courses, model, config.folds)
    found["calibration_error"] = {
        result.name.lower().replace("_", " "): round(float(one.reliability()["ece"]), 4)
        for result, one in zip(Result, calibrations, strict=True)
    }
    return found


def conformal(courses: Judged, margins: Matrix, calibrations: Sequence[Calibration]) -> tuple[float, float]:
    """How improbable an outcome may be that is still in the set which holds the true one at ``COVERED``, and how often it did.

    The least such probability is the quantile of what hidden people's true outcomes were called (Sadinle, Lei & Wasserman
    2019, J Am Stat Assoc 114:223). The coverage is that of each fold by the bound of the others.

    Args:
        courses: what was told of.
        margins: shape (courses, 4): log-odds told while the person was hidden.
        calibrations: of the four outcomes.

    Returns:
        The least probability of an outcome in the set, and the share of courses whose outcome was in theirs.
    """
    told = np.stack([one.probability(margins[:, i])[0] for i, one in enumerate(calibrations)], axis=1)
    told = told / np.maximum(told.sum(1, keepdims=True), 1e-9)
    true = told[np.arange(len(told)), courses.result]
    inside = [true[courses.fold == fold] >= _bound(true[courses.fold != fold]) for fold in np.unique(courses.fold)]
    return _bound(true), float(np.concatenate(inside).mean())


def _bound(true: Array) -> float:
    """The largest bound that ``COVERED`` of the probabilities reach, with one more that does not."""
    missed = int((len(true) + 1) * (1 - COVERED))
    return float(np.sort(true)[missed - 1]) if missed else 0.0


def _beside(model: list[float], share: list[float], difference: list[float]) -> dict[str, list[float]]:
    return {"model": model, "share_per_medicine": share, "difference": difference}


def usual_shares(courses: Judged, folds: int) -> Matrix:
    """The share of each outcome among all people that were not hidden, shape (courses, 4); above 0."""
    told = np.empty((len(courses.result), len(Result)))
    for fold in range(folds):
        counts = np.bincount(courses.result[courses.fold != fold], minlength=len(Result)) + 1e-3
        told[courses.fold == fold] = counts / counts.sum()
    return told


def medicine_shares(courses: Judged, folds: int) -> Matrix:
    """The share of each outcome that a medicine had among people that were not hidden, shape (courses, 4).

    Each medicine has one person more, of the usual outcomes, so that nothing is called impossible.
    """
    told, usual = np.empty((len(courses.result), len(Result))), usual_shares(courses, folds)
    for fold in range(folds):
        left = courses.fold == fold
        counts = np.tile(usual[left][0], (int(courses.medicine.max()) + 1, 1)) if left.any() else usual
        np.add.at(counts, (courses.medicine[~left], courses.result[~left]), 1)
        rows = counts[courses.medicine[left]]
        told[left] = rows / rows.sum(1, keepdims=True)
    return told


def _rating_error(courses: Judged, model: Matrix, folds: int) -> dict[str, float]:
    """Root mean squared error of the expected rating, beside the mean rating of all people that were not hidden."""
    rated = np.isfinite(courses.rating)
    if not rated.any():
        return {}
    errors: dict[str, list[float]] = {"model": [], "mean": []}
    for fold in range(folds):
        left, kept = (courses.fold == fold) & rated, (courses.fold != fold) & rated
        overall = float(courses.rating[kept].mean()) if kept.any() else 5.5
        by_result = [kept & (courses.result == r) for r in Result]
        means = np.array([float(courses.rating[mask].mean()) if mask.any() else overall for mask in by_result])
        errors["model"] += ((model[left] @ means - courses.rating[left]) ** 2).tolist()
        errors["mean"] += ((overall - courses.rating[left]) ** 2).tolist()
    return {name: round(float(np.sqrt(np.mean(values))), 3) for name, values in errors.items()}


def _mean_interval(values: Array, times: Matrix) -> list[float]:
    samples = (times @ values) / times.sum(1)
    return _interval(np.append(float(values.mean()), samples))


def _interval(values: Array) -> list[float]:
    """The first value, and the 95 % interval of the others."""
    low, high = np.quantile(values[1:], (0.025, 0.975))
    return [round(float(x), 4) for x in (values[0], low, high)]


def _area_interval(told: Array, good: Array, times: Matrix) -> Array:
    """Area under the ROC curve, and of each bootstrap sample, shape (1 + samples,)."""
    area = _area_of(told, good)
    return np.array([area(np.ones(len(told))), *(area(weights) for weights in times)])


def _area_of(told: Array, good: Array) -> Callable[[Array], float]:
    _, place = np.unique(told, return_inverse=True)

    def area(weights: Array) -> float:
        positives, negatives = (np.bincount(place, weights * mask, place.max() + 1) for mask in (good, ~good))
        below = np.cumsum(negatives) - negatives / 2
        return float((positives * below).sum() / max(positives.sum() * negatives.sum(), 1e-9))

    return area
