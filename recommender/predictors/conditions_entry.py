"""The predictor of conditions: answers from the graph alone, or learned from episodes of a store or of a table of symptoms."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, cast

from graph.snapshot import Snapshot
from graph.store import GraphStore
from recommender.errors import PredictorError, TableError
from recommender.predictors.bundles import StoredBundle
from recommender.predictors.conditions.config import read_config
from recommender.predictors.conditions.fitting import FittedConditions, fit_conditions, fit_episodes
from recommender.predictors.conditions.predictor import ConditionsPredictor, knowledge_predictor, read_conditions
from recommender.predictors.conditions.presentation import presentation_of, read_presentation
from recommender.predictors.entries import Entry, Learned, Progress, Question
from recommender.predictors.shape import Predictor


def conditions_entry() -> Entry:
    """Which conditions are likely, and what to ask next."""
    return Entry(
        "conditions",
        "which conditions are likely",
        _read,
        _given,
        fit_records=_fit,
        fit_file=_fit_file,
        further=_further,
        untrained=True,
        reads_cases=True,
    )


def _read(stored: StoredBundle | None, snapshot: Snapshot | None) -> Predictor:
    if snapshot is None:
        raise PredictorError("conditions is asked about a patient or a case, with the graph")
    return cast(Predictor, read_conditions(stored, snapshot) if stored else knowledge_predictor(snapshot))


def _given(predictor: Predictor, question: Question) -> list[tuple[str, Any]]:
    if question.case is not None and question.snapshot is not None:
        return [("", read_presentation(question.case, question.snapshot, question.as_of))]
    if question.record is None:
        raise PredictorError("conditions is asked about a patient or a case, with the graph")
    return [("", presentation_of(question.record))]


def _further(predictor: Predictor, asked: Any) -> Mapping[str, Any]:
    return {"ask_next": [question.payload() for question in cast(ConditionsPredictor, predictor).questions(asked)]}


def _fit(store: GraphStore, snapshot: Snapshot, as_of: date, progress: Progress) -> Learned:
    progress("learning from episodes", 0.0)
    return _learned(fit_conditions(store, snapshot))


def _fit_file(table: Path, mapping: Path, snapshot: Snapshot, progress: Progress) -> Learned:
    from recommender.predictors.conditions.symptom_table import read_symptom_mapping, read_symptom_table

    progress("learning from the table", 0.0)
    read_rows = read_symptom_table(table, read_symptom_mapping(mapping), snapshot)
    if not read_rows.episodes:
        raise TableError(f"{table.name}: no row has a condition and a symptom that the graph has, so nothing can be learned")
    made = _learned(fit_episodes(read_rows.episodes, snapshot, read_config()))
    counts = read_rows.payload()
    unresolved = f"{counts['unresolved_symptoms']} names of symptoms and {counts['unresolved_conditions']} of conditions"
    notes = [f"{counts['accepted']:,} of {counts['read']:,} rows; {unresolved} stand for no node of the graph"]
    return replace(made, told={**made.told, "episodes": counts, "notes": notes})


def _learned(fitted: FittedConditions) -> Learned:
    made = dict(fitted.made)
    held = made.get("held_out", {})
    figures = {name: held[key] for name, key in (("brier", "brier"), ("calibration_error", "ece")) if key in held}
    told = {
        "promoted": f"{made['own_conditions']} conditions learned from episodes, the others from the graph, calibrated"
        if fitted.calibration
        else "from the graph alone: too few episodes to learn from",
        "figures": figures,
        "made": made,
    }
    return Learned(fitted.arrays(), fitted.notes(), int(made["episodes"]), figures, told)
