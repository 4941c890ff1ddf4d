"""The predictor of patients alike: made of the patients of a store, asked about a patient or a case."""

from datetime import date
from typing import Any, cast

from graph.snapshot import Snapshot
from graph.store import GraphStore
from recommender.errors import PredictorError
from recommender.predictors.bundles import StoredBundle
from recommender.predictors.entries import Entry, Learned, Progress, Question, all_synthetic
from recommender.predictors.groups.model import Groups
from recommender.predictors.groups.predictor import GroupsPredictor
from recommender.predictors.population.features import FeatureReader
from recommender.predictors.shape import Predictor


def groups_entry() -> Entry:
    """Which group of patients someone is like."""
    return Entry("groups", "which patients someone is like", _read, _given, fit_records=_fit)


def _read(stored: StoredBundle | None, snapshot: Snapshot | None) -> Predictor:
    if stored is None:
        raise PredictorError("groups answers with a bundle only")
    groups = Groups.of(stored.arrays, stored.notes)
    return cast(Predictor, GroupsPredictor(groups, stored.tag, bool(stored.notes["synthetic"])))


def _given(predictor: Predictor, question: Question) -> list[tuple[str, Any]]:
    if question.record is None or question.snapshot is None:
        raise PredictorError("groups is asked about a patient or a case, with the graph")
    return [("", FeatureReader(question.snapshot).read(question.record))]


def _fit(store: GraphStore, snapshot: Snapshot, as_of: date, progress: Progress) -> Learned:
    from recommender.predictors.groups.fitting import fit_groups

    progress("making groups", 0.0)
    groups = fit_groups(store, snapshot, as_of)
    synthetic = all_synthetic(store)
    card = GroupsPredictor(groups, "", synthetic).card.payload()
    return Learned(
        groups.arrays(),
        groups.notes() | {"synthetic": synthetic},
        int(groups.figures["people"]),
        {"agreement": groups.figures["chosen"]["agreement"], "groups": len(groups.groups)},
        {"promoted": card["promoted"], "card": card},
    )
