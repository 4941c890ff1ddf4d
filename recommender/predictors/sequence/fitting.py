"""Fits the sequence predictor: judges, promotes, fits again on everyone, and calibrates on people held out."""

from dataclasses import dataclass
from typing import Any

from recommender.calibration import Calibration
from recommender.errors import PredictorError, TrainingError
from recommender.predictors.sequence.config import SequenceConfig
from recommender.predictors.sequence.counting import fit_counts
from recommender.predictors.sequence.counts import Counts
from recommender.predictors.sequence.judging import HeldOut, Judged, Progress, judge
from recommender.predictors.sequence.net import fit_net
from recommender.predictors.sequence.recurrent import Recurrent
from recommender.predictors.sequence.visits import Population, Vocabulary


@dataclass(frozen=True)
class SequenceModel:
    """What serves.

    Attributes:
        vocabulary: the codes that it knows.
        counts: the count-based model.
        net: the net, where it won; None where counts serve.
        calibration: margins of what serves to probabilities.
        payload: what judging told.
        longest: most visits that the net looks back on.
        shown: chances of each kind that an answer holds.
    """

    vocabulary: Vocabulary
    counts: Counts
    net: Recurrent | None
    calibration: Calibration
    payload: dict[str, Any]
    longest: int
    shown: int


def fit_sequence(
    population: Population, config: SequenceConfig | None = None, progress: Progress | None = None
) -> SequenceModel:
    """The predictor of a population.

    Args:
        population: histories of people; nothing of one of them is kept.
        config: how.
        progress: told after each fold.

    Raises:
        PredictorError: when too few people came twice, or too little came of it.
    """
    chosen = config or SequenceConfig()
    judged = judge(population, chosen, progress)
    vocabulary = Vocabulary.of(population.histories, population.codes, chosen.people)
    counts = fit_counts(population.histories, vocabulary, chosen)
    net = fit_net(population.histories, vocabulary, chosen) if judged.promoted == "net" else None
    calibration = _calibration(judged.held_out, chosen)
    told = _payload(judged, calibration)
    return SequenceModel(vocabulary, counts, net, calibration, told, chosen.longest, chosen.shown)


def _calibration(held_out: HeldOut, config: SequenceConfig) -> Calibration:
    try:
        return Calibration.fit(held_out.margins, held_out.came, held_out.folds, bootstraps=100, seed=config.seed)
    except TrainingError as error:
        raise PredictorError("no code that is known came in a next visit: chances cannot be calibrated") from error


def _payload(judged: Judged, calibration: Calibration) -> dict[str, Any]:
    reliability = calibration.reliability()
    return dict(judged.payload) | {"calibration": reliability}
