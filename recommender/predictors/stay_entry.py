"""The predictor of stays and costs at the shell: fitted on any table whose target is a number, asked row by row."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, cast

from recommender.errors import PredictorError
from recommender.predictors.bundles import StoredBundle
from recommender.predictors.entries import Entry, Learned, Progress
from recommender.predictors.learning.config import learning_with, read_learning
from recommender.predictors.shape import Predictor
from recommender.predictors.stay.config import StayConfig
from recommender.predictors.stay.fitting import fit_stay
from recommender.predictors.stay.predictor import StayPredictor
from recommender.predictors.tables.table import Numbers, Table


def stay_entry() -> Entry:
    """Length of stay, costs, or another number of a table."""
    return Entry(
        "stay",
        "how long a stay lasts, or what it costs",
        lambda stored, snapshot: _read(stored),
        lambda predictor, question: [("", question.row)],
        fit_table=_fit,
        measured=True,
        columns=lambda predictor: _stay(predictor).model.columns,
        answers=lambda predictor, table: _stay(predictor).answers(table),
        drifted=lambda predictor, table: [found.payload() for found in _stay(predictor).drifted(table)],
    )


def _stay(predictor: Predictor) -> StayPredictor:
    return cast(StayPredictor, predictor)


def _read(stored: StoredBundle | None) -> Predictor:
    if stored is None:
        raise PredictorError("stay answers with a bundle only")
    return StayPredictor.of(stored.arrays, stored.notes, stored.tag)


def _fit(table: Table, settings: Mapping[str, Any], progress: Progress) -> Learned:
    config = _config(settings)
    fit = fit_stay(table, config, progress=lambda done, of: progress("fitting folds", done / of))
    predictor = StayPredictor.from_fit(fit, config)
    figures = {name: figure.payload()[0] for name, figure in fit.fitted.comparison.winner.figures.items()}
    figures["interval_coverage"] = fit.figures["interval_coverage"][0]
    told = fit.fitted.comparison.payload() | {"interval": fit.figures, "card": predictor.card.payload()}
    answers: Numbers = fit.fitted.held_out.probabilities.mean(axis=0)
    return Learned(predictor.arrays(), predictor.notes(), len(table), figures, told, answers, classes=False)


def _config(settings: Mapping[str, Any]) -> StayConfig:
    """The usual settings with those that differ: of learning, and of the interval.

    Raises:
        PredictorError: when one is unknown or beyond its range.
    """
    usual = StayConfig()
    own = {name: value for name, value in settings.items() if name in _OWN}
    rest = {name: value for name, value in settings.items() if name not in _OWN}
    learning = learning_with(read_learning(), rest, "settings", _OWN)
    try:
        return replace(usual, learning=learning, **own)
    except TypeError as error:
        raise PredictorError("settings: a value is of another type than expected") from error


_OWN = ("low", "high", "trees", "depth", "rate", "leaf", "least")
