"""Blood risk for the shell: how it is fitted on a table, read again and asked about records and rows."""

from collections.abc import Mapping
from typing import Any, cast

from graph.snapshot import Snapshot
from recommender.errors import PredictorError
from recommender.predictors.blood_risk.asking import read_blood_predictor
from recommender.predictors.blood_risk.fitting import fit_blood_risk
from recommender.predictors.blood_risk.panel import panel_of_record, panel_of_row
from recommender.predictors.blood_risk.predictor import NAME as BLOOD_RISK
from recommender.predictors.blood_risk.predictor import BloodQuestion, BloodRiskPredictor
from recommender.predictors.blood_risk.reference import Reference
from recommender.predictors.bundles import StoredBundle
from recommender.predictors.entries import Entry, Learned, Progress, Question
from recommender.predictors.learning.config import learning_with, read_learning
from recommender.predictors.shape import Predictor
from recommender.predictors.table_fits import expected, learned
from recommender.predictors.tables.table import Column, Table
from recommender.predictors.tabular import TabularPredictor


def blood_risk_entry() -> Entry:
    """Which advice blood values call for; answers from reference ranges alone where nothing was trained."""
    return Entry(
        BLOOD_RISK,
        "which advice blood values call for",
        _read,
        _asked,
        fit_table=_fit,
        columns=_columns,
        answers=lambda predictor, table: expected(_model(predictor), table),
        drifted=lambda predictor, table: [found.payload() for found in _model(predictor).drifted(table)],
        further=lambda predictor, asked: _blood(predictor).further(asked),
        untrained=True,
    )


def _read(stored: StoredBundle | None, snapshot: Snapshot | None) -> Predictor:
    return cast(Predictor, read_blood_predictor(stored, snapshot))


def _blood(predictor: Predictor) -> BloodRiskPredictor:
    return cast(BloodRiskPredictor, predictor)


def _model(predictor: Predictor) -> TabularPredictor:
    model = _blood(predictor).model
    if model is None:
        raise PredictorError(f"{BLOOD_RISK} is not trained")
    return model


def _columns(predictor: Predictor) -> tuple[Column, ...]:
    model = _blood(predictor).model
    return model.model.columns if model else ()


def _asked(predictor: Predictor, question: Question) -> list[tuple[str, Any]]:
    if question.record is None or question.snapshot is None:
        panel = panel_of_row(question.read, question.columns, Reference.of_tables())
    else:
        reference, days = Reference.of_snapshot(question.snapshot), _blood(predictor).config.days
        panel = panel_of_record(question.record, question.snapshot, reference, question.as_of, days)
    return [("", BloodQuestion(panel, question.row))]


def _fit(table: Table, settings: Mapping[str, Any], progress: Progress) -> Learned:
    predictor, fitted = fit_blood_risk(
        table,
        learning_with(read_learning(), settings, "settings: learning"),
        Reference.of_tables(),
        lambda done, of: progress("fitting folds", done / of),
    )
    return learned(predictor, fitted, len(table))
