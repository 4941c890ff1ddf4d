"""The calibrated probabilities of suggestions."""

from collections.abc import Sequence

import numpy as np

from graph.array_file import Array
from graph.elements import NodeKind
from graph.snapshot import Snapshot
from recommender.answer import Probability, degree_prior
from recommender.artifacts import Bundle
from recommender.explain import Path
from recommender.scoring import Scorer, Scores


class Chances:
    """The calibrated probabilities of suggestions.

    A calibration was fitted on pairs of one condition and one medicine, so a suggestion's probability is that of the pair which
    speaks most for it, as if that condition were the only one on file.

    Args:
        bundle: the calibrations; without one there are no probabilities.
        scorer: scores the pairs.
        snapshot: the graph.
    """

    def __init__(self, bundle: Bundle | None, scorer: Scorer, snapshot: Snapshot) -> None:
        self._bundle = bundle
        self._scorer = scorer
        self._snapshot = snapshot
        self._scores: dict[int, tuple[Array, Array]] = {}

    def of(self, medicine: int, scores: Scores, paths: Sequence[Path]) -> tuple[Probability | None, float | None]:
        """Probability and degree prior of a suggestion; nothing where there is no calibration for its list."""
        support = scores.support.get(medicine)
        calibration = self._bundle.calibrations.get("established" if support else "exploratory") if self._bundle else None
        if calibration is None or not (support or paths):
            return None, None
        start = max(support, key=lambda s: s.amount).start if support else paths[0].nodes[paths[0].start]
        if start not in self._snapshot.numbers(NodeKind.CONDITION):
            return None, None
        if start not in self._scores:
            self._scores[start] = self._scorer.alone(start)
        total, degree = self._scores[start]
        at = medicine - self._snapshot.numbers(NodeKind.MEDICINE).start
        score = float(total[at]) - (0.0 if support else self._scorer.intercept)
        value, low, high, supported = (column[0] for column in calibration.probability(np.array([score])))
        prior = None if support else degree_prior(float(degree[at]))
        of = "good outcome" if support else "treatment"
        return Probability(float(value), float(low), float(high), bool(supported), of), prior
