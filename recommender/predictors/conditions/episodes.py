"""Presentations with what they turned out to be, read from the patients of a store; never kept.

An episode is a day on which a condition was diagnosed, with what was known on it: symptoms that began in the weeks before and
had not gone, results of those weeks, conditions that were on file before. What came later is not looked at, so that a diagnosis
is not foretold from its own consequences. Days without a symptom are left out: nobody presented with anything.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from graph.elements import Edge, EdgeKind, Node
from graph.snapshot import Snapshot
from recommender.predictors.conditions.config import ConditionsConfig
from recommender.predictors.conditions.presentation import Presentation, presentation_of
from recommender.predictors.population.features import Chosen, OnePatient, PopulationStore, everyone, patients
from recommender.record import PatientRecord, read_record


@dataclass(frozen=True, slots=True)
class Episode:
    """One presentation with its answer.

    Attributes:
        person: number of the patient in the order of reading; says nothing of who it is.
        targets: ids of the conditions that were diagnosed, ascending.
        given: what was known.
    """

    person: int
    targets: tuple[str, ...]
    given: Presentation


def read_episodes(
    store: PopulationStore, snapshot: Snapshot, config: ConditionsConfig, chosen: Chosen = everyone
) -> list[Episode]:
    """All episodes of a store's patients.

    Args:
        store: where patients are; each is read once.
        snapshot: what their facts point at.
        config: for how many days a symptom belongs to a diagnosis.
        chosen: who may be learned of.
    """
    found: list[Episode] = []
    for person, node in enumerate(patients(store, chosen)):
        found += _of_patient(person, node, store.edges_from(node.id), snapshot, config)
    return found


def _of_patient(
    person: int, node: Node, edges: Sequence[Edge], snapshot: Snapshot, config: ConditionsConfig
) -> Iterator[Episode]:
    begun: dict[date, set[str]] = {}
    for edge in edges:
        if edge.kind is EdgeKind.HAS_DIAGNOSIS and edge.properties.get("status") != "refuted" and (day := _day(edge, "start")):
            begun.setdefault(day, set()).add(str(edge.end))
    symptoms = [edge for edge in edges if edge.kind is EdgeKind.HAS_SYMPTOM]
    seen: set[str] = set()
    for day, targets in sorted(begun.items()):
        fresh, last = targets - seen, day + timedelta(config.grace)
        seen |= targets
        if fresh and any(_belongs(symptom, day, last, config.window) for symptom in symptoms):
            record = read_record(OnePatient(node, edges), snapshot, node.id, last)
            given = presentation_of(_known_then(record, fresh, day, last, config.window))
            if given.present:
                yield Episode(person, tuple(sorted(fresh)), replace(given, record=replace(given.record, patient=None)))


def _known_then(record: PatientRecord, fresh: set[str], day: date, last: date, window: int) -> PatientRecord:
    """The record without the diagnoses of that day and without what is older than the window."""
    earliest, today = (day - timedelta(window)).isoformat(), day.isoformat()
    kept = []
    for fact in record.facts:
        start = str(fact.properties.get("start") or fact.properties.get("date") or "")
        if fact.kind is EdgeKind.HAS_DIAGNOSIS:
            keep = start < today
        elif fact.kind in (EdgeKind.HAS_SYMPTOM, EdgeKind.HAS_RESULT):
            keep = earliest <= start <= last.isoformat() and fact.active
        else:
            keep = False
        if keep:
            kept.append(fact)
    return replace(record, facts=tuple(kept))


def _belongs(symptom: Edge, day: date, last: date, window: int) -> bool:
    start, stop = _day(symptom, "start"), _day(symptom, "stop")
    return start is not None and day - timedelta(window) <= start <= last and (stop is None or stop > last)


def _day(edge: Edge, name: str) -> date | None:
    value = edge.properties.get(name)
    return date.fromisoformat(value) if isinstance(value, str) and value else None
