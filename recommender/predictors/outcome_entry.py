"""The predictor of a therapy's outcome: learned from the therapies of a store, asked about a patient and a medicine."""

from datetime import date
from typing import Any, cast

from graph.elements import EdgeKind, NodeKind
from graph.snapshot import Snapshot
from graph.store import GraphStore
from recommender.errors import PredictorError
from recommender.evidence import ancestors
from recommender.predictors.bundles import StoredBundle
from recommender.predictors.entries import Entry, Learned, Progress, Question, all_synthetic
from recommender.predictors.outcome.model import OutcomeModel
from recommender.predictors.outcome.predictor import OutcomePredictor
from recommender.predictors.shape import Predictor
from recommender.record import PatientRecord


def outcome_entry() -> Entry:
    """How a therapy will go."""
    return Entry("outcome", "how a therapy will go", _read, _given, fit_records=_fit)


def _read(stored: StoredBundle | None, snapshot: Snapshot | None) -> Predictor:
    if stored is None or snapshot is None:
        raise PredictorError("outcome answers with a bundle and the graph only")
    model = OutcomeModel.of(stored.arrays, stored.notes)
    return cast(Predictor, OutcomePredictor(model, snapshot, stored.tag, synthetic=bool(stored.notes["synthetic"])))


def _given(predictor: Predictor, question: Question) -> list[tuple[str, Any]]:
    record, snapshot = question.record, question.snapshot
    if record is None or snapshot is None:
        raise PredictorError("outcome is asked about a patient or a case, with the graph")
    medicines = [question.medicine] if question.medicine is not None else _therapies(record, snapshot)
    if not medicines:
        raise PredictorError("no condition on file has a known therapy; name one: --medicine ID")
    asked = cast(OutcomePredictor, predictor).asked
    return [(snapshot.name(medicine), asked(record, medicine)) for medicine in medicines]


def _therapies(record: PatientRecord, snapshot: Snapshot) -> list[int]:
    """The medicines that someone takes, then those that treat what is diagnosed; each once."""
    found = dict.fromkeys(fact.node for fact in record.of(EdgeKind.TAKES))
    for fact in record.of(EdgeKind.HAS_DIAGNOSIS):
        for nodes, _ in ancestors(snapshot, fact.node):
            found |= dict.fromkeys(m for m, _ in snapshot.sources(EdgeKind.TREATS, NodeKind.MEDICINE, nodes[-1]))
    return list(found)


def _fit(store: GraphStore, snapshot: Snapshot, as_of: date, progress: Progress) -> Learned:
    from recommender.predictors.outcome.fitting import fit_outcome

    progress("learning from courses", 0.0)
    model = fit_outcome(store, snapshot, as_of)
    synthetic = all_synthetic(store)
    card = OutcomePredictor(model, snapshot, "", synthetic=synthetic).card.payload()
    return Learned(
        model.arrays(),
        model.notes() | {"synthetic": synthetic},
        int(model.figures["courses"]),
        {"log_loss": model.figures["log_loss"]},
        {"promoted": card["promoted"], "card": card},
    )
