"""Asks a predictor about a patient or a case: the one way, at the shell and over HTTP."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from graph.snapshot import Snapshot
from recommender.case import read_case
from recommender.errors import PredictorError
from recommender.predictors.bundles import PredictorBundles, StoredBundle
from recommender.predictors.entries import Entry, Question
from recommender.predictors.shape import Predictor
from recommender.predictors.tables.from_record import row_of_record
from recommender.record import PatientRecord


@dataclass(frozen=True, slots=True)
class OpenPredictor:
    """A predictor that can be asked.

    Attributes:
        entry: what has to be known of it.
        stored: its bundle; None where it answers from knowledge.
        predictor: itself.
    """

    entry: Entry
    stored: StoredBundle | None
    predictor: Predictor

    @property
    def tag(self) -> str:
        """Of its bundle; empty where there is none."""
        return self.stored.tag if self.stored else ""


def open_predictor(chosen: Entry, bundles: PredictorBundles, snapshot: Snapshot | None) -> OpenPredictor:
    """The predictor that serves.

    Raises:
        PredictorError: when it has to be trained and is not, or its bundle may not be used.
    """
    stored = None if chosen.untrained and not bundles.has(chosen.name) else bundles.read(chosen.name)
    return OpenPredictor(chosen, stored, chosen.read(stored, snapshot))


def asked_about(
    opened: OpenPredictor,
    snapshot: Snapshot,
    as_of: date,
    record: PatientRecord | None,
    case: Mapping[str, Any] | None = None,
    medicine: int | None = None,
    *,
    explain: bool = False,
) -> dict[str, Any]:
    """What a predictor expects of a patient or a case.

    Args:
        opened: the predictor.
        snapshot: the graph.
        as_of: the day of the answer.
        record: of the patient; None for a case.
        case: as it was given; None for a patient.
        medicine: number of the medicine whose outcome is asked about.
        explain: whether each answer says what moved it.

    Returns:
        ``predictor``, ``bundle``, ``as_of``, ``unresolved``, ``notes`` and ``predictions``.

    Raises:
        CaseError: when the case cannot be understood.
        PredictorError: when the predictor cannot be asked so.
    """
    chosen, predictor = opened.entry, opened.predictor
    if record is None and not chosen.reads_cases:
        record = read_case(case, snapshot, as_of)
    question = Question(record, case=case, as_of=as_of, snapshot=snapshot, medicine=medicine)
    notes: tuple[str, ...] = ()
    if chosen.columns is not None and record is not None:
        row = row_of_record(record, snapshot, chosen.columns(predictor), as_of)
        question, notes = replace(question, row=row.values, records=row.records), row.notes
    answers = list(answers_of(chosen, predictor, chosen.given(predictor, question), explain=explain))
    _place(answers, question.records)
    return {
        "predictor": chosen.name,
        "bundle": opened.tag,
        "as_of": as_of.isoformat(),
        "unresolved": [item.payload() for item in record.unresolved] if record else [],
        "notes": list(notes),
        "predictions": answers,
    }


def answers_of(
    chosen: Entry, predictor: Predictor, asked: Iterable[tuple[str, Any]], *, explain: bool
) -> Iterator[dict[str, Any]]:
    """What a predictor answers about each thing that it is asked about, as JSON can hold it.

    Raises:
        PredictorError: when an explanation is wanted of a predictor that gives none.
    """
    for about, what in asked:
        prediction = predictor.predict(what)
        answer = ({"about": about} if about else {}) | prediction.payload()
        if explain and prediction.chances:
            if not hasattr(predictor, "explain"):
                raise PredictorError(f"{chosen.name} gives no explanation of single answers")
            answer["explanation"] = predictor.explain(what, prediction.chances[0].target).payload()
        if chosen.further is not None:
            answer |= chosen.further(predictor, what)
        yield answer


def _place(answers: Iterable[dict[str, Any]], records: Mapping[str, str]) -> None:
    """Say of each value that moved an answer where it is on file, where the predictor knows it as a column only."""
    for answer in answers:
        for part in answer.get("explanation", {}).get("contributions", ()):
            part["record"] = part["record"] or records.get(part["feature"], "")
