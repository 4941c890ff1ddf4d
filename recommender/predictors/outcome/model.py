"""The outcome model as it serves: effects of levels, a calibration for each outcome, mean ratings; arrays and numpy alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from graph.array_file import Array
from recommender.calibration import Calibration
from recommender.errors import BundleError, PredictorError
from recommender.predictors.outcome.design import Level
from recommender.predictors.population.courses import Result

ARRAYS = ("base", "effects", "covariance", "ratings", "people", "good", "bound")


@dataclass(frozen=True, slots=True)
class OutcomeModel:
    """A fitted model.

    Attributes:
        levels: what has an effect, ascending; each rests on ``outcomes.LEAST_PEOPLE`` people or more.
        base: shape (4,): log-odds of each :class:`Result` of someone of whom nothing is known.
        effects: shape (4, levels): what a level adds to them.
        covariance: shape (levels, levels), float32: of the effects on a good outcome.
        calibrations: of each outcome's log-odds.
        ratings: shape (4, 2): mean and deviation of ratings after each outcome, 1 to 10; not a number of too few people.
        pairs: ids of medicine and condition that ``LEAST_PEOPLE`` people or more took it for.
        people: shape (pairs,), int64: how many.
        good: shape (pairs,), int64: how many of them had a good outcome.
        bound: shape (): least probability of an outcome in the conformal set at 90 %.
        figures: how it was judged, as JSON can hold it.
    """

    levels: tuple[Level, ...]
    base: Array
    effects: Array
    covariance: Array
    calibrations: tuple[Calibration, ...]
    ratings: Array
    pairs: tuple[tuple[str, str], ...]
    people: Array
    good: Array
    bound: Array
    figures: Mapping[str, Any]

    def row(self, levels: Mapping[Level, float]) -> Array:
        """Weights of the levels that have an effect, shape (levels,)."""
        return np.array([levels.get(level, 0.0) for level in self.levels])

    def margins(self, levels: Mapping[Level, float]) -> Array:
        """Log-odds of each outcome against the others, shape (4,)."""
        return np.asarray(self.base + self.effects @ self.row(levels))

    def probabilities(self, levels: Mapping[Level, float]) -> Array:
        """Calibrated probability of each outcome with its 95 % interval, shape (4, 3); the probabilities add up to 1."""
        margins = self.margins(levels)
        told = [calibration.probability(margins[i : i + 1])[:3] for i, calibration in enumerate(self.calibrations)]
        found = np.array(told)[:, :, 0]
        return np.asarray(np.minimum(found / max(float(found[:, 0].sum()), 1e-9), 1.0))

    def rating(self, probabilities: Array) -> tuple[float, float, float] | None:
        """The expected rating, and between what four of five ratings lie; nothing where too few people rated.

        Args:
            probabilities: shape (4,): of the outcomes.
        """
        told = np.isfinite(self.ratings[:, 0]) & (probabilities > 0)
        if not told.any():
            return None
        share = probabilities[told] / probabilities[told].sum()
        means, deviations = self.ratings[told].T
        mean = float(share @ means)
        spread = float(np.sqrt(max(share @ (deviations**2 + means**2) - mean**2, 0.0)))
        return mean, max(mean - 1.28 * spread, 1.0), min(mean + 1.28 * spread, 10.0)

    def arrays(self) -> dict[str, Array]:
        """Everything that is a number, for a bundle."""
        found = {name: getattr(self, name) for name in ARRAYS}
        for result, calibration in zip(Result, self.calibrations, strict=True):
            found |= {f"calibration-{int(result)}/{key}": array for key, array in calibration.arrays().items()}
        return found

    def notes(self) -> dict[str, Any]:
        """Everything that is a text, for a bundle."""
        return {
            "kind": "outcome",
            "levels": [[level.block, level.name] for level in self.levels],
            "pairs": [list(pair) for pair in self.pairs],
            "figures": dict(self.figures),
        }

    @classmethod
    def of(cls, arrays: Mapping[str, Array], notes: Mapping[str, Any]) -> Self:
        """The model that :meth:`arrays` and :meth:`notes` told of.

        Raises:
            PredictorError: when they are none.
        """
        try:
            calibrations = []
            for result in Result:
                prefix = f"calibration-{int(result)}/"
                calibrations.append(
                    Calibration.of({k.removeprefix(prefix): a for k, a in arrays.items() if k.startswith(prefix)})
                )
            base, effects, covariance, ratings, people, good, bound = (arrays[name] for name in ARRAYS)
            levels = tuple(Level(str(block), str(name)) for block, name in notes["levels"])
            if effects.shape != (len(Result), len(levels)) or covariance.shape != (len(levels), len(levels)):
                raise ValueError("effects and levels do not fit")
            pairs = tuple((str(medicine), str(condition)) for medicine, condition in notes["pairs"])
            figures = dict(notes["figures"])
            return cls(levels, base, effects, covariance, tuple(calibrations), ratings, pairs, people, good, bound, figures)
        except (LookupError, TypeError, ValueError, BundleError) as error:
            raise PredictorError(
                "the bundle holds no outcomes; train again: python -m recommender train --predictor outcome"
            ) from error
