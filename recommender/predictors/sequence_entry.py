"""The predictor of next visits at the shell: fitted on the patients of a store, asked about a patient or a case."""

from datetime import date
from functools import partial
from typing import Any, cast

from graph.snapshot import Snapshot
from graph.store import GraphStore
from recommender.errors import PredictorError
from recommender.predictors.bundles import StoredBundle
from recommender.predictors.entries import Entry, Learned, Progress, Question
from recommender.predictors.sequence.config import SequenceConfig
from recommender.predictors.sequence.fitting import fit_sequence
from recommender.predictors.sequence.from_records import HistoryReader, read_histories
from recommender.predictors.sequence.predictor import SequencePredictor
from recommender.predictors.shape import Predictor


def sequence_entry(config: SequenceConfig | None = None) -> Entry:
    """Conditions and medicines of the next visit, learned as the usual settings, or others, say."""
    return Entry("sequence", "what the next visit brings", _read, _given, fit_records=partial(_fit, config or SequenceConfig()))


def _read(stored: StoredBundle | None, snapshot: Snapshot | None) -> Predictor:
    if stored is None:
        raise PredictorError("sequence answers with a bundle only")
    return cast(Predictor, SequencePredictor.of(stored.arrays, stored.notes, stored.tag))


def _given(predictor: Predictor, question: Question) -> list[tuple[str, Any]]:
    if question.record is None or question.snapshot is None:
        raise PredictorError("sequence is asked about a patient or a case, with the graph")
    together = int(cast(SequencePredictor, predictor).card.made["together"])
    return [("", HistoryReader(question.snapshot, SequenceConfig(together=together)).read(question.record))]


def _fit(config: SequenceConfig, store: GraphStore, snapshot: Snapshot, as_of: date, progress: Progress) -> Learned:
    model = fit_sequence(read_histories(store, snapshot, as_of, config), config, progress)
    predictor = SequencePredictor(model)
    told = model.payload
    served = next(row for row in told["models"] if row["model"] == told["promoted"])
    figures = {"mean_ndcg_at_10": served["figures"]["mean_ndcg_at_10"]}
    people = int(told["data"]["people"])
    return Learned(predictor.arrays(), predictor.notes(), people, figures, dict(told) | {"figures": figures})
